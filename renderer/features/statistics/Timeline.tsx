import { Select, Text } from '@fluentui/react-components';
import { Suspense, lazy, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { TimelineBucket } from '../../../shared/contracts/coexistence.ts';
import { errorData, useCall } from '../../app/api.ts';
import { Section, Tile } from '../../ui/Section.tsx';
import { ScrollBox } from '../../ui/ScrollBox.tsx';
import { inStepWords, RANGES, timelineSums } from '../../ui/coexistence-words.ts';
import { count, duration, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';

const TimelineCharts = lazy(async () => ({ default: (await import('./TimelineCharts.tsx')).TimelineCharts }));
/** How often the end of the timeline moves on, milliseconds. */
const STEP_MS = 60_000;
const DEFAULT_RANGE = 1;
/** Length of a time to the minute, `2026-03-01 14:05`. */
const MINUTES = 16;

/** Coexistence over time: objects in step, lag, operations, failures and throttling, as charts and as a table. Nothing when no cycle has ever run. */
export function Timeline({ input, withCharts }: { readonly input: { readonly pairId?: string; readonly collectionId?: string }; readonly withCharts: boolean }): ReactNode {
  const l = useLayout();
  const [chosen, setChosen] = useState(DEFAULT_RANGE);
  const [to, setTo] = useState(() => roundUp(Date.now()));
  useEffect(() => { const timer = setInterval(() => setTo(roundUp(Date.now())), STEP_MS); return () => clearInterval(timer); }, []);
  const range = RANGES[chosen] ?? RANGES[DEFAULT_RANGE];
  const timeline = useCall('coexistence.timeline', { ...input, from: to - range.ms, to, buckets: range.buckets }, { keepPrevious: true });
  const rows = useMemo(() => (timeline.data?.rows ?? []).filter((row) => row.cycles > 0), [timeline.data]);
  const sums = timelineSums(rows);
  return (
    <Section title="Coexistence over time">
      <div className={l.row}><Select aria-label="Time shown" value={String(chosen)} onChange={(_, d) => setChosen(Number(d.value))}>{RANGES.map((one, i) => <option key={one.name} value={i}>{`Last ${one.name}`}</option>)}</Select></div>
      <div className={l.tiles}>
        <Tile name="Cycles" value={count(sums.cycles)} /><Tile name="With nothing to do" value={count(sums.quiet)} /><Tile name="Operations" value={count(sums.operations)} /><Tile name="Failures" value={count(sums.failed)} />
        <Tile name="In step at the end" value={sums.inStep === null || sums.objects === null ? '–' : inStepWords(sums.inStep, sums.objects)} /><Tile name="Longest lag" value={sums.lagMs === null ? '–' : duration(sums.lagMs)} /><Tile name="Waited for the tenant" value={duration(sums.throttledMs)} />
      </div>
      {timeline.error ? <ErrorView error={errorData(timeline.error)} onRetry={() => { void timeline.refetch(); }} />
        : !timeline.data ? <Loading label="Adding the cycles up…" />
        : rows.length === 0 ? <Text>{`No cycle of coexistence ended in the last ${range.name}.`}</Text> : <>
          {withCharts ? <Suspense fallback={<Loading label="Drawing charts…" />}><TimelineCharts rows={timeline.data.rows} rangeMs={range.ms} /></Suspense> : null}
          <details open={!withCharts}>
            <summary>Show the figures as a table</summary>
            <ScrollBox label="Figures of coexistence over time" height="high"><TimelineTable rows={rows} /></ScrollBox>
          </details>
        </>}
    </Section>
  );
}

/** The end of the timeline on a whole step, so that a redraw within it asks for the same. */
function roundUp(ms: number): number {
  return Math.ceil(ms / STEP_MS) * STEP_MS;
}

function TimelineTable({ rows }: { readonly rows: readonly TimelineBucket[] }): ReactNode {
  const l = useLayout();
  return (
    <table className={l.plainTable} aria-label="Coexistence over time">
      <thead><tr>{['From (UTC)', 'Cycles', 'In step', 'Longest lag', 'Changes', 'Operations', 'Failures', 'Waited for the tenant', 'Requests'].map((title) => <th key={title} scope="col">{title}</th>)}</tr></thead>
      <tbody>{rows.map((row) => (
        <tr key={row.from}>
          <th scope="row" className={l.number}>{time(row.from).slice(0, MINUTES)}</th><td className={l.number}>{`${count(row.cycles)}${row.failedCycles > 0 ? `, ${count(row.failedCycles)} failed` : ''}`}</td>
          <td className={l.number}>{row.inStep === null || row.objects === null ? '–' : inStepWords(row.inStep, row.objects)}</td><td className={l.number}>{row.lagMs === null ? '–' : duration(row.lagMs)}</td>
          <td className={l.number}>{count(row.changes)}</td><td className={l.number}>{count(row.operations)}</td><td className={l.number}>{count(row.failed)}</td><td className={l.number}>{duration(row.throttledMs)}</td><td className={l.number}>{count(row.requests)}</td>
        </tr>
      ))}</tbody>
    </table>
  );
}
