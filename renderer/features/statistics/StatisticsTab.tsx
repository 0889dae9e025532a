import { Subtitle2, Switch, Text } from '@fluentui/react-components';
import { Suspense, lazy, useMemo, useState, type ReactNode } from 'react';
import type { Statistics } from '../../../shared/contracts/collections.ts';
import { OBJECT_KINDS } from '../../../shared/domain/objects.ts';
import { MIGRATION_PROGRESS, SYNCHRONISATION_STATUSES } from '../../../shared/domain/statuses.ts';
import { errorData, useCall } from '../../app/api.ts';
import type { CollectionScreenProps, PairScreenProps } from '../../app/screens.ts';
import { Section, Tile } from '../../ui/Section.tsx';
import { count, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { RunningTask } from './RunningTask.tsx';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { Timeline } from './Timeline.tsx';

/** The charting library is large: it is read when the tab is opened for the first time. */
const Charts = lazy(async () => ({ default: (await import('./Charts.tsx')).Charts }));

/** How often the figures are counted again while a task runs, milliseconds. */
const LIVE_MS = 1_000;

/** Statistics of a pair. */
export function PairStatisticsTab({ pair }: PairScreenProps): ReactNode {
  return <StatisticsOf input={useMemo(() => ({ pairId: pair.id }), [pair.id])} />;
}

/** Statistics of a collection. */
export function CollectionStatisticsTab({ collection }: CollectionScreenProps): ReactNode {
  return <StatisticsOf input={useMemo(() => ({ collectionId: collection.id }), [collection.id])} />;
}

function StatisticsOf({ input }: { readonly input: { readonly pairId?: string; readonly collectionId?: string } }): ReactNode {
  const l = useLayout();
  const tasks = useCall('tasks.list', input);
  const running = (tasks.data?.rows ?? []).filter((task) => task.state === 'Running' || task.state === 'Cancelling');
  // The figures are counted in the store, so they are asked for; how far the task is comes with its events.
  const statistics = useCall('statistics.get', input, running.length > 0 ? { refetchMs: LIVE_MS } : {});
  const [withCharts, setCharts] = useState(true);
  if (statistics.error) return <div className={l.page}><ErrorView error={errorData(statistics.error)} onRetry={() => { void statistics.refetch(); }} /></div>;
  if (!statistics.data) return <Loading label="Counting…" />;
  const s = statistics.data;
  if (s.total === 0) return <EmptyState title="Nothing to count yet">Add objects to a collection; their statuses are counted here.</EmptyState>;
  const { operations } = s;
  return (
    <div className={l.page}>
      {running.map((task) => <RunningTask key={task.id} task={task} />)}
      <div className={l.row}>
        <div className={l.tiles}>
          <Tile name="Objects" value={count(s.total)} /><Tile name="Changes written" value={count(operations.done)} /><Tile name="Changes failed" value={count(operations.failed)} />
          <Tile name="Stopped by drift" value={count(operations.drifted)} /><Tile name="Changes rolled back" value={count(operations.rolledBack)} />
        </div>
        <span className={l.grow} />
        <Text size={200} className={l.muted}>{`Last task: ${time(s.lastTaskAt)}`}</Text>
        <Switch label="Show charts" checked={withCharts} onChange={(_, d) => setCharts(d.checked)} />
      </div>
      {withCharts ? <Suspense fallback={<Loading label="Drawing charts…" />}><Charts statistics={s} /></Suspense> : null}
      <Timeline input={input} withCharts={withCharts} />
      <div className={l.cards}>
        <Section title="Migration Progress by type"><ProgressTable statistics={s} /></Section>
        <Section title="Synchronization Status">
          <table className={l.plainTable}>
            <thead><tr><th scope="col">Status</th><th scope="col">Objects</th></tr></thead>
            <tbody>{SYNCHRONISATION_STATUSES.map((status) => <tr key={status}><th scope="row">{status}</th><td className={l.number}>{count(s.bySynchronisation[status] ?? 0)}</td></tr>)}</tbody>
          </table>
        </Section>
      </div>
    </div>
  );
}

function ProgressTable({ statistics }: { readonly statistics: Statistics }): ReactNode {
  const l = useLayout();
  const of = (kind: string, status: string): number => statistics.byKindAndProgress.find((cell) => cell.kind === kind && cell.status === status)?.count ?? 0;
  return (
    <table className={l.plainTable}>
      <thead><tr><th scope="col">Migration Progress</th><th scope="col">Users</th><th scope="col">Groups</th><th scope="col">Contacts</th><th scope="col">All</th></tr></thead>
      <tbody>
        {MIGRATION_PROGRESS.map((status) => (
          <tr key={status}><th scope="row">{status}</th>{OBJECT_KINDS.map((kind) => <td key={kind} className={l.number}>{count(of(kind, status))}</td>)}<td className={l.number}>{count(statistics.byProgress[status] ?? 0)}</td></tr>
        ))}
        <tr><th scope="row"><Subtitle2>All</Subtitle2></th>{OBJECT_KINDS.map((kind) => <td key={kind} className={l.number}>{count(statistics.byKind[kind] ?? 0)}</td>)}<td className={l.number}>{count(statistics.total)}</td></tr>
      </tbody>
    </table>
  );
}
