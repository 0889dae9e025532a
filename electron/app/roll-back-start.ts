import type { ChannelParsed } from '../../shared/contracts/index.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { isOfDirectory, isWriting } from '../../shared/domain/statuses.ts';
import type { Repositories, TaskRecord } from '../store/index.ts';
import { startFixRollBack } from './checks-fix.ts';
import { interruptDeadOf } from './dead-owners.ts';
import { recordEvent } from './evidence-events.ts';
import { requireWritable } from './plan-approval.ts';
import { RollBackTask } from './pipeline/task-settings.ts';
import { utc } from './pipeline/undone-holds.ts';
import type { Services } from './services.ts';
import { isAtWork, requireNoCycle, taskRows, toTaskRow } from './task-rows.ts';

type Request = ChannelParsed<'tasks.rollBack'>;

/** @throws AppError INVALID_INPUT for a scope that means nothing. */
export function requireScope({ collectionId, undoes, taskIds, window, objectId, since, attributes }: Pick<Request, 'collectionId' | 'undoes' | 'taskIds' | 'window' | 'objectId' | 'since' | 'attributes'>): void {
  if (objectId === undefined && (since !== undefined || attributes !== undefined)) throw appError(ErrorCode.InvalidInput, 'Attributes, and everything since a migration, are taken back of one object. Name the object.');
  const named = [undoes, taskIds, window].filter((one) => one !== undefined);
  if (named.length > 0 && since !== undefined) throw appError(ErrorCode.InvalidInput, 'Give either the migration to take back or the one since which everything is taken back.');
  if (named.length > 1) throw appError(ErrorCode.InvalidInput, 'Say in one way what to take back: one task, several tasks, or a window of time.');
  if (window === undefined) return;
  if (window.collectionId !== collectionId) throw appError(ErrorCode.InvalidInput, 'The window of time is of another collection than the roll back. Roll back each collection on its own.');
  if (window.from > window.to) throw appError(ErrorCode.InvalidInput, `The window of time begins at ${utc(window.from)}, after its end at ${utc(window.to)}. Exchange the two.`);
}

/**
 * Queues the planning of a roll back (`tasks.rollBack`). The tasks of a window are chosen now: what is written later is not among them.
 * @throws AppError INVALID_INPUT for a scope that means nothing or another collection's task, CONFLICT for a task that cannot be rolled back and while a cycle
 * of the collection is at work, NOT_FOUND when nothing was written that could be taken back, FORBIDDEN for a pair that only reads.
 */
export async function startRollBack(services: Services, request: Request): Promise<{ readonly taskId: string }> {
  const { store } = services;
  requireScope(request);
  const { collectionId, undoes, taskIds: _named, window, objectId = null, mode, purge, ...scope } = request;
  const collection = await store.collections.get(collectionId);
  if (undoes !== undefined && isOfDirectory((await store.tasks.get(undoes)).kind)) return await startFixRollBack(services, { taskId: undoes, objectId, mode });
  requireWritable(await store.pairs.get(collection.pairId));
  // A task whose process was killed a moment ago can be rolled back without waiting for the end of its lease.
  await interruptDeadOf(services, { pairId: collection.pairId });
  const task = await store.transaction(async (tx) => {
    await requireNoCycle(tx, collection);
    const chosen = await chosenTasks(tx, request);
    const [only = null] = chosen?.length === 1 ? chosen : [];
    const created = await tx.tasks.create({
      pairId: collection.pairId, collectionId, kind: 'Roll back', createdBy: services.actor, ...(only === null ? {} : { undoes: only }),
      settings: RollBackTask.parse({ undoes: only, tasks: only === null ? chosen : null, window: window === undefined ? null : { from: window.from, to: window.to }, objectId, mode, purge, ...scope }),
    });
    await recordEvent(tx, { pairId: collection.pairId, collectionId, taskId: created.id, kind: 'roll back started', actor: services.actor, at: services.now(), subject: collection.name, detail: { tasks: chosen, objectId, mode, purge, ...(window === undefined ? {} : { from: window.from, to: window.to }) } });
    return created;
  });
  services.emit('tasks.changed', toTaskRow(task));
  services.nudge();
  // What it takes back cannot be resumed from now on.
  services.emit('store.changed', { nouns: ['tasks'] });
  return { taskId: task.id };
}

/** Ids of the tasks that the request means, newest first; null: those that wrote to its one object. */
async function chosenTasks(tx: Repositories, { collectionId, undoes, taskIds, window, objectId }: Request): Promise<readonly string[] | null> {
  if (window !== undefined) return await tasksOfWindow(tx, window);
  if (undoes === undefined && taskIds === undefined) return objectId === undefined ? [await lastWriting(tx, collectionId)] : null;
  const tasks: TaskRecord[] = [];
  for (const id of new Set(taskIds ?? (undoes === undefined ? [] : [undoes]))) tasks.push(await tx.tasks.get(id));
  for (const row of await taskRows(tx, tasks)) {
    if (row.collectionId !== collectionId) throw appError(ErrorCode.InvalidInput, `Task ${row.id} belongs to another collection.`);
    const which = tasks.length === 1 ? 'This task' : `Task ${row.id}`;
    if (!isWriting(row.kind)) throw appError(ErrorCode.Conflict, `${which} is a ${row.kind} task; migrations and cycles of coexistence are rolled back here.`);
    if (!row.canRollBack) throw appError(ErrorCode.Conflict, row.rolledBackBy !== null ? `${which} was rolled back already.` : `${which} has written nothing that could be rolled back, or it still runs.`);
  }
  return tasks.toSorted((a, b) => b.createdAt - a.createdAt).map((task) => task.id);
}

/** The tasks that wrote in a window of time and can be rolled back, newest first. */
async function tasksOfWindow(tx: Repositories, { collectionId, from, to }: NonNullable<Request['window']>): Promise<readonly string[]> {
  const tasks: TaskRecord[] = [];
  for (const id of await tx.journal.writtenBetween(collectionId, from, to)) tasks.push(await tx.tasks.get(id));
  const busy = tasks.find(isAtWork);
  if (busy !== undefined) throw appError(ErrorCode.Conflict, `Task ${busy.id}, which wrote in that time, is ${busy.state}. Wait for its end, or cancel it; then roll back again.`);
  const found = (await taskRows(tx, tasks)).filter((row) => row.canRollBack).map((row) => row.id);
  if (found.length === 0) throw appError(ErrorCode.NotFound, `Nothing that could be taken back was written from ${utc(from)} to ${utc(to)}. Choose another time.`);
  return found;
}

async function lastWriting(tx: Repositories, collectionId: string): Promise<string> {
  for await (const page of tx.tasks.iterate({ collectionId })) {
    const last = (await taskRows(tx, page.filter((task) => isWriting(task.kind)))).find((row) => row.canRollBack);
    if (last) return last.id;
  }
  throw appError(ErrorCode.NotFound, 'This collection has no migration that could be rolled back.');
}
