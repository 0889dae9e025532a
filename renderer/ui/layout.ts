import { makeStyles, tokens } from '@fluentui/react-components';

/** Building blocks of every screen. */
export const useLayout = makeStyles({
  /** A tab that scrolls as one page. */
  page: { height: '100%', overflowY: 'auto', padding: '16px 20px 24px', boxSizing: 'border-box', display: 'flex', flexDirection: 'column', gap: '16px' },
  /** A tab whose grid takes the height that is left. */
  fill: { height: '100%', minHeight: 0, display: 'flex', flexDirection: 'column', gap: '8px', padding: '12px 16px', boxSizing: 'border-box' },
  column: { display: 'flex', flexDirection: 'column', gap: '12px' },
  tight: { display: 'flex', flexDirection: 'column', gap: '4px' },
  row: { display: 'flex', alignItems: 'center', gap: '8px', flexWrap: 'wrap' },
  /** Fields side by side where there is room. */
  fields: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(230px, 1fr))', gap: '12px', alignItems: 'start', '& > *': { minWidth: 0 } },
  cards: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(min(360px, 100%), 1fr))', gap: '16px', alignItems: 'start' },
  tiles: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
  search: { flexGrow: 1, maxWidth: 'none' },
  grow: { flexGrow: 1, minWidth: 0 },
  muted: { color: tokens.colorNeutralForeground2 },
  number: { fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' },
  ellipsis: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', display: 'block' },
  mono: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, overflowWrap: 'anywhere' },
  wrap: { overflowWrap: 'anywhere' },
  old: { color: tokens.colorPaletteRedForeground1, overflowWrap: 'anywhere' },
  fresh: { color: tokens.colorPaletteGreenForeground1, overflowWrap: 'anywhere' },
  plainTable: {
    borderCollapse: 'collapse', width: '100%',
    '& th': { textAlign: 'left', padding: '4px 8px', borderBottom: `1px solid ${tokens.colorNeutralStroke1}`, fontWeight: tokens.fontWeightSemibold, verticalAlign: 'top' },
    '& td': { padding: '4px 8px', borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, verticalAlign: 'top', overflowWrap: 'anywhere' },
  },
});
