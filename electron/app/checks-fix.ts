import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { FindingSelection } from '../../shared/contracts/checks.ts';
import { isOfDirectory, type TaskKind } from '../../shared/domain/statuses.ts';
import type { TaskRecord } from '../store/index.ts';
import { interruptDeadOf } from './dead-owners.ts';
import { whyNotFixed } from './pipeline/fix.ts';
import { FixTask, RollBackTask } from './pipeline/task-settings.ts';
import type { Services } from './services.ts';
import { taskRow, toTaskRow } from './task-rows.ts';

/** Creates a task and tells everybody. */
export async function startTask(services: Services, input: { readonly pairId: string; readonly collectionId: string | null; readonly kind: TaskKind; readonly settings: unknown; readonly undoes?: string }): Promise<{ readonly taskId: string }> {
  const task: TaskRecord = await services.store.tasks.create({ ...input, createdBy: services.actor });
  services.emit('tasks.changed', toTaskRow(task));
  services.nudge();
  return { taskId: task.id };
}

/**
 * Starts planning the decisions of a check as changes of Active Directory.
 * @throws AppError FORBIDDEN when the source is a file, INVALID_INPUT when nothing is decided.
 */
export async function startFix(services: Services, { id, selection }: { readonly id: string; readonly selection: FindingSelection | null }): Promise<{ readonly taskId: string }> {
  const check = await services.store.checks.get(id);
  const why = whyNotFixed(await services.store.pairs.get(check.pairId));
  if (why !== null) throw appError(ErrorCode.Forbidden, why);
  const { edit, remove } = await services.store.checks.decided(id);
  if (edit + remove === 0) throw appError(ErrorCode.InvalidInput, 'No finding is decided for EDIT or REMOVE, so there is nothing to write. Decide about findings first.');
  return await startTask(services, { pairId: check.pairId, collectionId: check.collectionId, kind: 'Fix', settings: FixTask.parse({ checkId: id, selection }) });
}

/**
 * Starts planning the way back of a task that wrote to the directory: a fix, membership written back, or a switch of mailboxes.
 * @throws AppError CONFLICT when it has written nothing, runs, or was taken back already.
 */
export async function startFixRollBack(services: Services, { taskId, objectId, mode }: { readonly taskId: string; readonly objectId: string | null; readonly mode: 'exact' | 'keep changes made since' }): Promise<{ readonly taskId: string }> {
  const { store } = services;
  const { kind, pairId, collectionId } = await store.tasks.get(taskId);
  if (!isOfDirectory(kind)) throw appError(ErrorCode.InvalidInput, `Task ${taskId} is a ${kind} task; only Fix, Write back, Forward, Convert and Hand over tasks have changed the directory.`);
  // One whose process was killed a moment ago can be rolled back without waiting for the end of its lease.
  await interruptDeadOf(services, { pairId });
  const row = await taskRow(store, taskId);
  if (!row.canRollBack) throw appError(ErrorCode.Conflict, row.rolledBackBy !== null ? 'This task was rolled back already.' : 'This task has written nothing that could be rolled back, or it still runs.');
  const started = await startTask(services, { pairId, collectionId, kind: 'Roll back', settings: RollBackTask.parse({ undoes: taskId, objectId, mode, purge: false }), undoes: taskId });
  // The fix cannot be resumed from now on.
  services.emit('store.changed', { nouns: ['tasks'] });
  return started;
}
