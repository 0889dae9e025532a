import { Button, Checkbox, Tab, TabList } from '@fluentui/react-components';
import { ArrowDownloadRegular } from '@fluentui/react-icons';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { TaskItem } from '../../../shared/contracts/tasks.ts';
import { errorData, useCall, useCommand, useHost } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { Properties } from '../../ui/Section.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { TaskProgress } from '../../ui/TaskProgress.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { ExportProgress } from '../../ui/ExportButton.tsx';
import { PART_TIMEOUT_MS, useSaveParts } from '../../ui/save-parts.ts';
import { counted, duration, time } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { Operations } from './PlanOperations.tsx';

const ITEMS: readonly GridColumn<TaskItem>[] = [
  { id: 'name', title: 'Object', width: 180, grow: true, render: (i) => i.name },
  { id: 'kind', title: 'Type', width: 80, render: (i) => i.kind },
  { id: 'status', title: 'Status', width: 140, render: (i) => <StatusBadge status={i.status} /> },
  { id: 'message', title: 'Message', width: 340, grow: true, render: (i) => <span title={i.message}>{i.message}</span> },
  { id: 'at', title: 'Time', width: 200, render: (i) => time(i.at) },
];

/** One task: progress, objects with problems, operations with outcomes; cancel, resume, export. */
export function TaskDetailsDialog({ task: first, onClose }: DialogProps<'task details'>): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const [page, setPage] = useState('Overview');
  const [problem, setProblem] = useState<unknown>(null);
  const live = useCall('tasks.get', { id: first.id });
  const task = live.data ?? first;
  const cancel = useCommand('tasks.cancel');
  const resume = useCommand('tasks.resume');
  const failure = cancel.error ?? resume.error ?? problem;
  const saving = useSaveParts(setProblem);
  const save = (): void => saving.start((after, signal) => api.call('tasks.exportItems', { taskId: task.id, after }, { timeoutMs: PART_TIMEOUT_MS, signal }));
  return (
    <DialogFrame title={`${task.kind}${task.collectionName ? ` of ${task.collectionName}` : ''}`} onClose={onClose} size="full" tall actions={<>
      {saving.progress === null ? <Button icon={<ArrowDownloadRegular />} onClick={save}>Export</Button> : <ExportProgress saving={saving} />}
      {task.canCancel ? <Button disabled={cancel.isPending} onClick={() => cancel.mutate({ taskId: task.id })}>Cancel task</Button> : null}
      {task.canResume ? <Button disabled={resume.isPending} onClick={() => resume.mutate({ taskId: task.id })}>Resume</Button> : null}
      <Button appearance="primary" onClick={onClose}>Close</Button>
    </>}>
      {failure ? <ErrorView error={errorData(failure)} /> : null}
      <TaskProgress task={task} />
      <TabList selectedValue={page} onTabSelect={(_, d) => setPage(String(d.value))} aria-label="Parts of the task"><Tab value="Overview">Overview</Tab><Tab value="Objects">Objects</Tab>{task.planId ? <Tab value="Operations">Operations</Tab> : null}</TabList>
      {page === 'Overview' ? <Properties rows={[
        ['State', task.state], ['Phase', task.phase], ['Message', task.message || '–'], ['Handled', counted(task.done, 'object or operation', 'objects or operations')], ['Failed', counted(task.failed, 'failure')],
        ['Created', `${time(task.createdAt)} by ${task.createdBy}`], ...(task.scheduledAt === null ? [] : [['Scheduled for', time(task.scheduledAt)]] as const), ['Started', time(task.startedAt)], ['Finished', time(task.finishedAt)],
        ['Waited for the tenant', duration(task.throttledMs)], ['Undoes', task.undoes ?? '–'], ['Rolled back by', task.rolledBackBy ?? '–'], ['Task ID', <span key="id" className={l.mono}>{task.id}</span>],
      ]} /> : page === 'Objects' ? <Items taskId={task.id} /> : task.planId ? <Operations planId={task.planId} /> : null}
    </DialogFrame>
  );
}

function Items({ taskId }: { readonly taskId: string }): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const [onlyProblems, setOnly] = useState(true);
  const [selection, setSelection] = useState(NOTHING);
  const key = useMemo(() => ['tasks.items', { taskId, onlyProblems }] as const, [taskId, onlyProblems]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('tasks.items', { taskId, onlyProblems, after }, { signal }), [api, taskId, onlyProblems]);
  const rows = useCursorRows<TaskItem>(key, fetch);
  return (
    <>
      <div className={l.row}><Checkbox label="Only objects with problems" checked={onlyProblems} onChange={(_, d) => setOnly(d.checked === true)} /><span className={l.grow} /><Live>{counted(rows.total, 'object')}</Live></div>
      {rows.error ? <ErrorView error={errorData(rows.error)} onRetry={rows.retry} /> : rows.loading ? <Loading label="Reading objects…" />
        : rows.total === 0 ? <EmptyState title={onlyProblems ? 'No object had a problem' : 'No objects'} />
        : <VirtualGrid label="Objects of the task" mode="single" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(i) => `${i.objectId ?? i.name} ${i.at} ${i.status}`} columns={ITEMS} selection={selection} onSelect={setSelection} onRange={rows.onRange} />}
    </>
  );
}
