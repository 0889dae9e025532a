import { Button, Checkbox, Tab, TabList } from '@fluentui/react-components';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { Coexistence, CycleRow } from '../../../shared/contracts/coexistence.ts';
import { errorData, useCall, useHost } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import type { CollectionScreenProps } from '../../app/screens.ts';
import { usePublishChosen } from '../../app/selection.ts';
import { CoexistenceNotices } from '../../ui/CoexistenceState.tsx';
import { CYCLE_WORDS, cycleWords, inStepWords, nextWords } from '../../ui/coexistence-words.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { count, counted, duration, time } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { useNow } from '../../ui/now.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { DriftPage } from './DriftPage.tsx';
import { HeldObjects } from './HeldObjects.tsx';
import { WriteBackPage } from './WriteBackPage.tsx';

const COLUMNS: readonly GridColumn<CycleRow>[] = [
  { id: 'started', title: 'Started', width: 215, render: (c) => time(c.startedAt) },
  { id: 'outcome', title: 'Outcome', width: 170, render: (c) => <StatusBadge status={c.outcome} /> },
  { id: 'kind', title: 'Kind', width: 140, render: (c) => CYCLE_WORDS[c.kind] },
  { id: 'changes', title: 'Changes', width: 80, render: (c) => count(c.changes) },
  { id: 'operations', title: 'Operations', width: 95, render: (c) => count(c.operations) },
  { id: 'failed', title: 'Failed', width: 70, render: (c) => count(c.failed) },
  { id: 'held', title: 'Held', width: 65, render: (c) => count(c.held) },
  { id: 'step', title: 'In step', width: 225, render: (c) => inStepWords(c.inStep, c.objects) },
  { id: 'lag', title: 'Lag', width: 100, render: (c) => (c.lagMs === null ? '–' : duration(c.lagMs)) },
  { id: 'took', title: 'Duration', width: 100, render: (c) => (c.endedAt === null ? 'running' : duration(c.endedAt - c.startedAt)) },
  { id: 'requests', title: 'Requests', width: 90, render: (c) => count(c.requests) },
  { id: 'reason', title: 'Reason', width: 200, grow: true, render: (c) => <span title={c.reason}>{c.reason}</span> },
  { id: 'message', title: 'Message', width: 240, grow: true, render: (c) => <span title={cycleWords(c)}>{cycleWords(c)}</span> },
  { id: 'agent', title: 'Agent', width: 110, render: (c) => c.agentName },
];

const PARTS = ['cycles', 'drift', 'held', 'write-back'] as const;
type Part = (typeof PARTS)[number];

/** Coexistence of a collection: what needs attention, its cycles, what others changed, what is held out of it, and membership written back. */
export function CoexistenceTab({ pair, collection }: CollectionScreenProps): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const open = useOpenDialog();
  const coexistence = useCall('coexistence.get', { collectionId: collection.id });
  const [page, setPage] = useState<Part>('cycles');
  if (coexistence.error) return <div className={l.fill}><ErrorView error={errorData(coexistence.error)} onRetry={() => { void coexistence.refetch(); }} /></div>;
  if (!coexistence.data) return <Loading label="Reading coexistence…" />;
  const one = coexistence.data;
  const { taskId } = one;
  const waits = taskId !== null && (one.state === 'Quarantined' || one.state === 'Planned');
  const review = waits ? (): void => { void api.call('tasks.get', { id: taskId }).then((task) => open('review plan', { task })); } : undefined;
  return (
    <div className={l.fill}>
      <CoexistenceNotices coexistence={one} onReview={review} onRestart={one.actions.includes('restart') ? () => open('restart coexistence', { pair, collection }) : undefined} />
      <div className={l.row}>
        <TabList size="small" selectedValue={page} onTabSelect={(_, d) => setPage(PARTS.find((part) => part === d.value) ?? 'cycles')} aria-label="Parts of coexistence">
          <Tab value="cycles">Cycles</Tab><Tab value="drift">{one.drift > 0 ? `Drift (${count(one.drift)})` : 'Drift'}</Tab><Tab value="held">Held objects</Tab><Tab value="write-back">Write-back</Tab>
        </TabList>
        <span className={l.grow} />
        <StateLine one={one} />
      </div>
      {page === 'drift' ? <DriftPage pair={pair} collection={collection} coexistence={one} /> : page === 'write-back' ? <WriteBackPage pair={pair} collection={collection} /> : page === 'held' ? <HeldObjects pair={pair} collection={collection} /> : <Cycles collection={collection} pair={pair} isOff={one.state === 'Off'} canEnable={one.actions.includes('enable')} />}
    </div>
  );
}

function StateLine({ one }: { readonly one: Coexistence }): ReactNode {
  const l = useLayout();
  const now = useNow();
  return <Live className={l.row}><StatusBadge status={one.state} />{one.state === 'Off' ? '' : `In step: ${inStepWords(one.objects.inSync, one.objects.total)}. Next cycle: ${nextWords(one, now)}.`}</Live>;
}

function Cycles({ pair, collection, isOff, canEnable }: CollectionScreenProps & { readonly isOff: boolean; readonly canEnable: boolean }): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const [quiet, setQuiet] = useState(true);
  const [selection, setSelection] = useState(NOTHING);
  const input = useMemo(() => ({ collectionId: collection.id, quiet }), [collection.id, quiet]);
  const key = useMemo(() => ['coexistence.cycles', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('coexistence.cycles', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<CycleRow>(key, fetch);
  let chosen: CycleRow | null = null;
  for (let i = 0; selection.keys.size > 0 && chosen === null && i < rows.total; i++) {
    const row = rows.rowAt(i);
    if (row && selection.keys.has(row.id)) chosen = row;
  }
  usePublishChosen(useMemo(() => (chosen ? { kind: 'cycle', cycle: chosen } : null), [chosen]));
  const showPlan = ({ taskId, planId }: CycleRow): void => { if (taskId !== null && planId !== null) void api.call('tasks.get', { id: taskId }).then((task) => open('review plan', { task })); };
  if (rows.error) return <ErrorView error={errorData(rows.error)} onRetry={rows.retry} />;
  if (rows.loading) return <Loading label="Reading cycles…" />;
  if (rows.total === 0 && quiet) {
    return isOff
      ? <EmptyState title="Coexistence is not enabled" {...(canEnable ? { actions: <Button appearance="primary" onClick={() => open('enable coexistence', { pair, collection })}>Enable Coexistence</Button> } : {})}>Coexistence keeps the objects of the collection in step: a cycle reads what changed, plans it, and writes it within the limits of the guard. The plan of the first cycle is shown before it runs.</EmptyState>
      : <EmptyState title="No cycle has run yet">Cycles appear here with what they wrote. The first one begins when its plan is approved.</EmptyState>;
  }
  return <>
    <div className={l.row}>
      <Checkbox label="Show cycles with nothing to do" checked={quiet} onChange={(_, d) => { setQuiet(d.checked === true); setSelection(NOTHING); }} />
      <span className={l.grow} /><Live>{counted(rows.total, 'cycle')}</Live>
    </div>
    {rows.total === 0 ? <EmptyState title="Every cycle found nothing to do" actions={<Button onClick={() => setQuiet(true)}>Show them</Button>} />
      : <VirtualGrid label="Cycles" mode="single" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(c) => c.id} columns={COLUMNS} selection={selection} onSelect={setSelection} onRange={rows.onRange} onMenu={menu} onOpen={showPlan} />}
  </>;
}
