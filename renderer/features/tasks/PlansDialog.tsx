import { Button, Checkbox } from '@fluentui/react-components';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { PlanListRow } from '../../../shared/contracts/plans.ts';
import { errorData, useCall, useCommand, useHost } from '../../app/api.ts';
import { useOpenDialog, type DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog, DialogFrame } from '../../ui/Dialogs.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { count, counted, time } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';

const COLUMNS: readonly GridColumn<PlanListRow>[] = [
  { id: 'created', title: 'Created', width: 210, render: (p) => time(p.createdAt) },
  { id: 'kind', title: 'Task', width: 90, render: (p) => p.kind },
  { id: 'collection', title: 'Collection', width: 140, grow: true, render: (p) => p.collectionName || '–' },
  { id: 'state', title: 'State', width: 170, render: (p) => <StatusBadge status={p.state} /> },
  { id: 'at', title: 'Applied at', width: 210, render: (p) => time(p.scheduledAt) },
  { id: 'operations', title: 'Operations', width: 100, render: (p) => count(p.counts.operations) },
  { id: 'guard', title: 'Guard', width: 160, grow: true, render: (p) => (p.guard.length === 0 ? '–' : <span title={p.guard.join(' ')}>{p.guard.join(' ')}</span>) },
];

/** The plans of a pair or a collection: those that wait, those that were applied, and what may be done with each. */
export function PlansDialog({ pair, collection, onClose }: DialogProps<'plans'>): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const open = useOpenDialog();
  const [onlyWaiting, setOnly] = useState(false);
  const [selection, setSelection] = useState(NOTHING);
  const [chosen, setChosen] = useState<PlanListRow | null>(null);
  const [removing, setRemoving] = useState<PlanListRow | null>(null);
  const remove = useCommand('plans.remove');
  const input = useMemo(() => ({ pairId: pair.id, ...(collection ? { collectionId: collection.id } : {}), which: onlyWaiting ? 'waiting' as const : 'all' as const }), [pair.id, collection, onlyWaiting]);
  const key = useMemo(() => ['plans.list', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('plans.list', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<PlanListRow>(key, fetch);
  const task = useCall('tasks.get', { id: chosen?.taskId ?? '' }, { enabled: chosen !== null });
  const review = (plan: PlanListRow): void => { void api.call('tasks.get', { id: plan.taskId }).then((row) => open('review plan', { task: row })); };
  return (
    <DialogFrame title={`Plans of ${collection?.name ?? pair.name}`} onClose={onClose} size="full" tall actions={<>
      <Button disabled={!chosen} onClick={() => { if (chosen) review(chosen); }}>Review Plan</Button>
      <Button disabled={!chosen || (task.data?.canRollBack ?? false)} title={task.data?.canRollBack ? 'It was applied and can still be rolled back, for which it is needed.' : ''} onClick={() => setRemoving(chosen)}>Remove Plan</Button>
      <Button appearance="primary" onClick={onClose}>Close</Button>
    </>}>
      <div className={l.row}><Checkbox label="Only plans that wait" checked={onlyWaiting} onChange={(_, d) => setOnly(d.checked === true)} /><span className={l.grow} /><Live>{counted(rows.total, 'plan')}</Live></div>
      {rows.error ? <ErrorView error={errorData(rows.error)} onRetry={rows.retry} /> : rows.loading ? <Loading label="Reading plans…" />
        : rows.total === 0 ? <EmptyState title={onlyWaiting ? 'No plan waits' : 'No plans yet'}>Migrate Objects makes a plan; it can be kept, exported, approved for a time, or thrown away.</EmptyState>
        : <VirtualGrid label="Plans" mode="single" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(p) => p.id} columns={COLUMNS} selection={selection} onRange={rows.onRange} onOpen={review}
            onSelect={(next) => { setSelection(next); const id = [...next.keys][0]; for (let i = 0; i < rows.total; i++) { const row = rows.rowAt(i); if (row?.id === id) { setChosen(row ?? null); break; } } }} />}
      {removing ? (
        <ConfirmDialog title="Remove Plan" kind="alert" confirmLabel="Remove" busy={remove.isPending} error={remove.error ? errorData(remove.error) : null} onClose={() => setRemoving(null)}
          onConfirm={() => remove.mutate({ planId: removing.id }, { onSuccess: () => { setRemoving(null); setChosen(null); setSelection(NOTHING); } })}>
          {`The plan of ${time(removing.createdAt)} with ${counted(removing.counts.operations, 'operation')} and its task are deleted from the project. Nothing changes in the tenant ${removing.tenantName}.`}
        </ConfirmDialog>
      ) : null}
    </DialogFrame>
  );
}
