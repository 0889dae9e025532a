import type { TaskRow } from '../../shared/contracts/tasks.ts';
import type { TaskState } from '../../shared/domain/statuses.ts';
import type { Store, TaskRecord } from '../store/index.ts';

const RESUMABLE: ReadonlySet<TaskState> = new Set(['Interrupted', 'Failed', 'Cancelled', 'Completed with errors']);
const CANCELLABLE: ReadonlySet<TaskState> = new Set(['Queued', 'Running']);
const WRITTEN: ReadonlySet<TaskState> = new Set(['Completed', 'Completed with errors', 'Failed', 'Cancelled', 'Interrupted']);

/** A task as windows and the command line see it, with what may be done to it now. */
export function toTaskRow(task: TaskRecord): TaskRow {
  const verified = (task.checkpoint as { verified?: unknown } | null)?.verified;
  const failure = (task.checkpoint as { failure?: unknown } | null)?.failure;
  const applying = (task.checkpoint as { stage?: unknown } | null)?.stage === 'apply';
  return {
    id: task.id, collectionId: task.collectionId, pairId: task.pairId, collectionName: task.collectionName, kind: task.kind, state: task.state, phase: task.phase,
    done: task.done, failed: task.failed, total: task.total, message: task.message, timeLeftMs: task.timeLeftMs, throttledMs: task.throttledMs, planId: task.planId, ...(task.state === 'Failed' && typeof failure === 'string' ? { failure } : {}), ...(typeof verified === 'boolean' ? { verified } : {}),
    undoes: task.undoes, rolledBackBy: task.rolledBackBy, createdAt: task.createdAt, startedAt: task.startedAt, finishedAt: task.finishedAt, createdBy: task.createdBy,
    canCancel: CANCELLABLE.has(task.state),
    canResume: RESUMABLE.has(task.state) && (task.state !== 'Completed with errors' || (applying && task.planId !== null)),
    canRollBack: task.kind === 'Migrate' && applying && task.planId !== null && task.rolledBackBy === null && WRITTEN.has(task.state),
    canApprove: task.state === 'Awaiting approval' && task.planId !== null,
    seq: task.seq,
  };
}

/** Reads one task as a row. @throws AppError NOT_FOUND. */
export async function taskRow(store: Store, id: string): Promise<TaskRow> {
  return toTaskRow(await store.tasks.get(id));
}

/** Number of migrations, among the newest 500 tasks, whose changes are still in the tenant and can be taken back. */
export async function countUndoable(store: Pick<Store, 'tasks'>, of: { readonly pairId?: string; readonly collectionId?: string }): Promise<number> {
  return (await store.tasks.list({ ...of, limit: 500 })).filter((task) => toTaskRow(task).canRollBack).length;
}
