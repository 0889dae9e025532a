import { Subtitle2, makeStyles } from '@fluentui/react-components';
import { DataVizPalette, LineChart, ResponsiveContainer, getColorFromToken } from '@fluentui/react-charts';
import { useMemo, type ReactNode } from 'react';
import type { TimelineBucket } from '../../../shared/contracts/coexistence.ts';
import { useTheme } from '../../app/theme.tsx';
import { lineOf, type TimelinePoint } from './timeline-lines.ts';

const useStyles = makeStyles({
  grid: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(min(340px, 100%), 1fr))', gap: '16px' },
  chart: { height: '210px', minWidth: 0 },
  title: { margin: 0 },
});
const DAY_MS = 86_400_000;

interface Line { readonly legend: string; readonly token: string; readonly points: readonly TimelinePoint[] }
interface Props { readonly rows: readonly TimelineBucket[]; readonly rangeMs: number }

/** The timeline as four line charts of one time axis. The table beside them holds the same numbers. */
export function TimelineCharts({ rows, rangeMs }: Props): ReactNode {
  const s = useStyles();
  return (
    <div className={s.grid}>
      <Chart title="Objects in step, %" rangeMs={rangeMs} most={100} lines={useMemo(() => [{ legend: 'In step', token: DataVizPalette.success, points: lineOf(rows, (r) => (r.inStep === null || !r.objects ? null : (r.inStep / r.objects) * 100)) }], [rows])} />
      <Chart title="Operations and failures" rangeMs={rangeMs} lines={useMemo(() => [
        { legend: 'Operations', token: DataVizPalette.color1, points: lineOf(rows, (r) => (r.cycles === 0 ? null : r.operations)) }, { legend: 'Failures', token: DataVizPalette.error, points: lineOf(rows, (r) => (r.cycles === 0 ? null : r.failed)) },
      ], [rows])} />
      <Chart title="Longest lag, seconds" rangeMs={rangeMs} lines={useMemo(() => [{ legend: 'Lag', token: DataVizPalette.color3, points: lineOf(rows, (r) => (r.lagMs === null ? null : r.lagMs / 1_000)) }], [rows])} />
      <Chart title="Waited for the tenant, seconds" rangeMs={rangeMs} lines={useMemo(() => [{ legend: 'Throttled', token: DataVizPalette.warning, points: lineOf(rows, (r) => (r.cycles === 0 ? null : r.throttledMs / 1_000)) }], [rows])} />
    </div>
  );
}

function Chart({ title, lines, rangeMs, most }: { readonly title: string; readonly lines: readonly Line[]; readonly rangeMs: number; readonly most?: number }): ReactNode {
  const s = useStyles();
  const { dark } = useTheme();
  const data = useMemo(() => ({
    chartTitle: title,
    lineChartData: lines.filter((line) => line.points.length > 0).map((line) => ({ legend: line.legend, color: getColorFromToken(line.token, dark), data: line.points.map(({ at, y }) => ({ x: new Date(at), y })) })),
  }), [title, lines, dark]);
  const format = useMemo(() => new Intl.DateTimeFormat(navigator.language, rangeMs > DAY_MS ? { month: 'short', day: 'numeric', timeZone: 'UTC' } : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' }), [rangeMs]);
  if (data.lineChartData.length === 0) return null;
  return (
    <section aria-label={title}>
      <Subtitle2 as="h3" className={s.title}>{title}</Subtitle2>
      <div className={s.chart}>
        <ResponsiveContainer><LineChart data={data} yMinValue={0} {...(most === undefined ? {} : { yMaxValue: most })} hideLegend={data.lineChartData.length === 1} xAxisTickCount={5} yAxisTickCount={4} useUTC culture={navigator.language} customDateTimeFormatter={(at) => format.format(at)} /></ResponsiveContainer>
      </div>
    </section>
  );
}
