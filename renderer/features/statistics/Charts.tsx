import { DonutChart, HorizontalBarChart, getColorFromToken, DataVizPalette } from '@fluentui/react-charts';
import { useMemo, type ReactNode } from 'react';
import type { Statistics } from '../../../shared/contracts/collections.ts';
import { OBJECT_KINDS } from '../../../shared/domain/objects.ts';
import { MIGRATION_PROGRESS, type MigrationProgress } from '../../../shared/domain/statuses.ts';
import { useTheme } from '../../app/theme.tsx';
import { Section } from '../../ui/Section.tsx';
import { count } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';

const COLOURS: Readonly<Record<MigrationProgress, string>> = {
  'New': DataVizPalette.disabled, 'Not matched': DataVizPalette.color1, 'Matched': DataVizPalette.color3, 'Migrated': DataVizPalette.success, 'Completed': DataVizPalette.highSuccess,
  'Failed': DataVizPalette.error, 'Ambiguous': DataVizPalette.warning, 'Conflict': DataVizPalette.color9, 'Skipped': DataVizPalette.color10,
};
const KIND_WORDS = { user: 'Users', group: 'Groups', contact: 'Contacts' } as const;

/** The figures as charts; the tables below them hold the same numbers. */
export function Charts({ statistics }: { readonly statistics: Statistics }): ReactNode {
  const l = useLayout();
  const { dark } = useTheme();
  const donut = useMemo(() => ({
    chartTitle: 'Objects by Migration Progress',
    chartData: MIGRATION_PROGRESS.filter((status) => (statistics.byProgress[status] ?? 0) > 0)
      .map((status) => ({ legend: status, data: statistics.byProgress[status] ?? 0, color: getColorFromToken(COLOURS[status], dark), xAxisCalloutData: status })),
  }), [statistics, dark]);
  const bars = useMemo(() => OBJECT_KINDS.map((kind) => ({
    chartTitle: KIND_WORDS[kind],
    chartData: [{ legend: KIND_WORDS[kind], horizontalBarChartdata: { x: statistics.byKind[kind] ?? 0, total: statistics.total }, color: getColorFromToken(DataVizPalette.color1, dark) }],
  })), [statistics, dark]);
  return (
    <div className={l.cards}>
      <Section title="Migration Progress"><DonutChart data={donut} innerRadius={60} height={240} width={300} valueInsideDonut={count(statistics.total)} culture={navigator.language} /></Section>
      <Section title="Types"><HorizontalBarChart data={bars} culture={navigator.language} chartDataMode="fraction" /></Section>
    </div>
  );
}
