import { makeStyles, tokens } from '@fluentui/react-components';

/** Styles of the grid. Rows are placed by transform. */
export const useGridStyles = makeStyles({
  scroll: {
    flexGrow: 1, minHeight: '140px', overflow: 'auto', border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1, position: 'relative',
  },
  table: { display: 'block', width: '100%' },
  header: { display: 'block', position: 'sticky', top: 0, zIndex: 2, backgroundColor: tokens.colorNeutralBackground2 },
  headerRow: { display: 'flex', height: '36px', borderBottom: `1px solid ${tokens.colorNeutralStroke1}` },
  headerCell: { minWidth: 0, display: 'flex', alignItems: 'center', boxSizing: 'border-box', whiteSpace: 'nowrap', fontWeight: tokens.fontWeightSemibold },
  body: { display: 'block', position: 'relative' },
  line: {
    position: 'absolute', top: 0, left: 0, width: '100%', display: 'flex', boxSizing: 'border-box', cursor: 'default',
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  cell: { minWidth: 0, height: '100%', boxSizing: 'border-box', display: 'flex', alignItems: 'center', padding: '0 8px' },
  text: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  check: { flex: '0 0 44px', height: '100%', display: 'flex', alignItems: 'center', justifyContent: 'center' },
});
