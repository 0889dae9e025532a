import { Card, Subtitle2, makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  section: { minWidth: 0 },
  card: { display: 'flex', flexDirection: 'column', gap: '8px', minWidth: 0 },
  list: { display: 'grid', gridTemplateColumns: 'minmax(110px, max-content) minmax(0, 1fr)', columnGap: '16px', rowGap: '4px', margin: 0 },
  term: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0, overflowWrap: 'anywhere' },
  tile: { display: 'flex', flexDirection: 'column', padding: '8px 12px', minWidth: '92px', borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground3 },
  figure: { fontSize: tokens.fontSizeBase500, lineHeight: tokens.lineHeightBase500, fontWeight: tokens.fontWeightSemibold, fontVariantNumeric: 'tabular-nums' },
});

/** A titled card of a Home tab. */
export function Section({ title, action, children }: { readonly title: string; readonly action?: ReactNode; readonly children: ReactNode }): ReactNode {
  const s = useStyles();
  return (
    <section className={s.section} aria-label={title}>
      <Card className={s.card}>
        <Subtitle2 as="h2">{title}</Subtitle2>
        {children}
        {action}
      </Card>
    </section>
  );
}

/** Names and values, one line each. */
export function Properties({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }): ReactNode {
  const s = useStyles();
  return <dl className={s.list}>{rows.map(([term, value]) => [<dt key={`${term} t`} className={s.term}>{term}</dt>, <dd key={`${term} v`} className={s.value}>{value}</dd>])}</dl>;
}

/** One figure with its name. */
export function Tile({ name, value }: { readonly name: string; readonly value: string }): ReactNode {
  const s = useStyles();
  return <div className={s.tile}><span className={s.figure}>{value}</span><span>{name}</span></div>;
}
