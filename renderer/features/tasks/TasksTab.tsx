import { useMemo, useState, type ReactNode } from 'react';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import type { ChannelInput } from '../../../shared/contracts/index.ts';
import { errorData, useCall } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import type { CollectionScreenProps, PairScreenProps } from '../../app/screens.ts';
import { usePublishChosen } from '../../app/selection.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { count, duration, time } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';

const took = (t: TaskRow): string => (t.scheduledAt !== null ? `at ${time(t.scheduledAt)}` : t.state === 'Awaiting approval' ? '–' : t.startedAt === null ? '–' : t.finishedAt === null ? (t.timeLeftMs === null ? 'running' : `${duration(t.timeLeftMs)} left`) : duration(t.finishedAt - t.startedAt));
const COLUMNS: readonly GridColumn<TaskRow>[] = [
  { id: 'kind', title: 'Task', width: 110, render: (t) => t.kind },
  { id: 'collection', title: 'Collection', width: 150, grow: true, render: (t) => t.collectionName || '–' },
  { id: 'state', title: 'State', width: 190, render: (t) => <StatusBadge status={t.state} /> },
  { id: 'phase', title: 'Phase', width: 120, render: (t) => t.phase },
  { id: 'progress', title: 'Progress', width: 130, render: (t) => `${count(t.done)}${t.total === null ? '' : ` of ${count(t.total)}`}` },
  { id: 'failed', title: 'Failed', width: 80, render: (t) => count(t.failed) },
  { id: 'message', title: 'Message', width: 240, grow: true, render: (t) => <span title={t.message}>{t.message}</span> },
  { id: 'created', title: 'Created', width: 190, render: (t) => time(t.createdAt) },
  { id: 'took', title: 'Duration or time', width: 190, render: took },
];

/** Tasks of the whole project. */
export function ProjectTasksTab(): ReactNode {
  return <Tasks input={ALL} />;
}
const ALL = {};

/** Tasks of a pair. */
export function PairTasksTab({ pair }: PairScreenProps): ReactNode {
  return <Tasks input={useMemo(() => ({ pairId: pair.id }), [pair.id])} />;
}

/** Tasks of a collection. */
export function CollectionTasksTab({ collection }: CollectionScreenProps): ReactNode {
  return <Tasks input={useMemo(() => ({ collectionId: collection.id }), [collection.id])} />;
}

function Tasks({ input }: { readonly input: ChannelInput<'tasks.list'> }): ReactNode {
  const l = useLayout();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const tasks = useCall('tasks.list', input);
  const [selection, setSelection] = useState(NOTHING);
  const rows = tasks.data?.rows;
  const task = rows?.find((t) => selection.keys.has(t.id));
  usePublishChosen(useMemo(() => (task ? { kind: 'task', task } : null), [task]));
  if (tasks.error) return <div className={l.fill}><ErrorView error={errorData(tasks.error)} onRetry={() => { void tasks.refetch(); }} /></div>;
  if (!rows) return <Loading label="Reading tasks…" />;
  if (rows.length === 0) return <EmptyState title="No tasks yet">Discovering, matching, migrating and rolling back appear here with their progress and results.</EmptyState>;
  return (
    <div className={l.fill}>
      <VirtualGrid label="Tasks" mode="single" rowCount={rows.length} rowAt={(i) => rows[i]} keyOf={(t) => t.id} columns={COLUMNS} selection={selection} onSelect={setSelection} onMenu={menu}
        onOpen={(t) => open(t.canApprove ? 'review plan' : 'task details', { task: t })} />
    </div>
  );
}
