import type { TaskRow } from '../../shared/contracts/tasks.ts';
import { DIRECTORY_KINDS, isOfDirectory, isWriting, WRITING_KINDS, type TaskKind, type TaskState } from '../../shared/domain/statuses.ts';
import { AppError, appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { Repositories, TaskRecord } from '../store/index.ts';

const RESUMABLE: ReadonlySet<TaskState> = new Set(['Interrupted', 'Failed', 'Cancelled', 'Completed with errors']);
const CANCELLABLE: ReadonlySet<TaskState> = new Set(['Queued', 'Running']);
const WRITTEN: ReadonlySet<TaskState> = new Set(['Completed', 'Completed with errors', 'Failed', 'Cancelled', 'Interrupted']);

/** States in which a task waits for a process or has one: what it works on must not be taken away. */
export const BUSY = ['Queued', 'Running', 'Cancelling'] as const satisfies readonly TaskState[];
/** States in which a plan is made and nothing of it was written. */
export const WAITING: ReadonlySet<TaskState> = new Set(['Awaiting approval', 'Scheduled']);
/** True while a task waits for a process or has one. */
export const isAtWork = ({ state }: Pick<TaskRecord, 'state'>): boolean => BUSY.some((one) => one === state);
/** Ends after which a roll back that has written goes on when it is resumed. */
const UNFINISHED: ReadonlySet<TaskState> = new Set(['Interrupted', 'Failed', 'Cancelled']);

/** Kinds of tasks whose writes can be taken back. */
const REVERSIBLE: ReadonlySet<TaskKind> = new Set([...WRITING_KINDS, ...DIRECTORY_KINDS]);

/** True for a task whose plan was approved, or needs no approval: it writes when it is at work. */
export const isApplying = (task: Pick<TaskRecord, 'checkpoint'>): boolean => (task.checkpoint as { stage?: unknown } | null)?.stage === 'apply';

/**
 * A task as windows and the command line see it, with what may be done to it now.
 * @param blocked why it must not be resumed, whatever its own state says; see {@link whyNotResumed}.
 */
export function toTaskRow(task: TaskRecord, blocked: string | null = null): TaskRow {
  const verified = (task.checkpoint as { verified?: unknown } | null)?.verified;
  const failure = (task.checkpoint as { failure?: unknown } | null)?.failure;
  const applying = isApplying(task);
  return {
    id: task.id, collectionId: task.collectionId, pairId: task.pairId, collectionName: task.collectionName, kind: task.kind, state: task.state, phase: task.phase,
    done: task.done, failed: task.failed, total: task.total, message: task.message, timeLeftMs: task.timeLeftMs, throttledMs: task.throttledMs, planId: task.planId, ...(task.state === 'Failed' && typeof failure === 'string' ? { failure } : {}), ...(typeof verified === 'boolean' ? { verified } : {}),
    undoes: task.undoes, rolledBackBy: task.rolledBackBy, createdAt: task.createdAt, startedAt: task.startedAt, finishedAt: task.finishedAt, createdBy: task.createdBy, scheduledAt: task.state === 'Scheduled' ? task.scheduledAt ?? null : null,
    canCancel: CANCELLABLE.has(task.state),
    canResume: blocked === null && task.rolledBackBy === null && RESUMABLE.has(task.state) && (task.state !== 'Completed with errors' || (applying && task.planId !== null)),
    canRollBack: REVERSIBLE.has(task.kind) && applying && task.planId !== null && task.rolledBackBy === null && WRITTEN.has(task.state),
    canApprove: WAITING.has(task.state) && task.planId !== null,
    seq: task.seq,
  };
}

/** Reads one task as a row. @throws AppError NOT_FOUND. */
export async function taskRow(store: Pick<Repositories, 'tasks' | 'journal'>, id: string): Promise<TaskRow> {
  const [row] = await taskRows(store, [await store.tasks.get(id)]);
  if (row === undefined) throw appError(ErrorCode.NotFound, `The task ${id} is not in this project any more.`);
  return row;
}

/** Tasks as rows, in the same order; of those that came to nothing, the journal tells whether anything is left to be rolled back. */
export async function taskRows(store: Pick<Repositories, 'tasks' | 'journal'>, tasks: readonly TaskRecord[]): Promise<TaskRow[]> {
  const blocked = await whyNotResumed(store, tasks);
  const rows = tasks.map((task) => toTaskRow(task, blocked.get(task.id) ?? null));
  // Only these are asked about: the figures of all others tell of writes that succeeded.
  const fruitless = rows.filter((row) => row.canRollBack && row.done <= row.failed).map((row) => row.id);
  if (fruitless.length === 0) return rows;
  const standing = await store.journal.standingTasks(fruitless);
  return rows.map((row) => (fruitless.includes(row.id) && !standing.has(row.id) ? { ...row, canRollBack: false } : row));
}

/**
 * Why tasks must not go on although they ended early, one sentence each by task id. Going on with a migration under its own roll back would
 * write what the roll back does not know of, and the roll back would then declare it taken back.
 */
export async function whyNotResumed(store: Pick<Repositories, 'tasks'>, tasks: readonly TaskRecord[]): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>();
  const ended = tasks.filter((task) => RESUMABLE.has(task.state));
  const migrations = ended.filter((task) => REVERSIBLE.has(task.kind));
  for (const task of migrations) if (task.rolledBackBy !== null) reasons.set(task.id, `This migration was rolled back by task ${task.rolledBackBy}; start a new one.`);
  for (const back of await store.tasks.thatUndo(migrations.map((task) => task.id))) {
    const reason = blocks(back);
    if (reason !== null) for (const id of takenBackBy(back)) if (!reasons.has(id)) reasons.set(id, reason);
  }
  for (const back of ended) {
    if (back.kind !== 'Roll back' || !isApplying(back)) continue;
    for (const id of takenBackBy(back)) {
      const target = await store.tasks.get(id).catch((error: unknown) => { if (error instanceof AppError && error.data.code === ErrorCode.NotFound) return null; throw error; });
      if (target === null) reasons.set(back.id, 'The migration that this roll back takes back was deleted; there is nothing left to take back.');
      else if (target.rolledBackBy !== null && target.rolledBackBy !== back.id) reasons.set(back.id, `The migration was rolled back by task ${target.rolledBackBy} since; there is nothing left to take back.`);
    }
  }
  return reasons;
}

/** Ids of the tasks that a roll back takes back; none: those that wrote to its one object. */
export function takenBackBy({ undoes, settings }: Pick<TaskRecord, 'undoes' | 'settings'>): readonly string[] {
  if (undoes !== null) return [undoes];
  const { tasks } = (settings ?? {}) as { readonly tasks?: unknown };
  return Array.isArray(tasks) ? tasks.filter((id) => typeof id === 'string') : [];
}

/** The sentence with which a roll back keeps its migration from going on; null: it does not. */
function blocks(back: TaskRecord): string | null {
  const waits = BUSY.some((state) => state === back.state);
  if (waits || WAITING.has(back.state)) return `Roll back ${back.id} is taking this migration back (${back.state}). ${waits ? 'Wait for its end.' : 'Discard its plan first.'}`;
  if (!isApplying(back)) return null;
  if (UNFINISHED.has(back.state)) return `Roll back ${back.id} has taken a part of this migration back (${back.state}). Resume the roll back instead.`;
  const whole = (back.settings as { objectId?: unknown } | null)?.objectId === null;
  return back.state === 'Completed with errors' && whole ? `Roll back ${back.id} has taken a part of this migration back. Start a new migration.` : null;
}

/** Number of migrations and cycles whose changes are still in the tenant and can be taken back. */
export async function countUndoable(store: Pick<Repositories, 'tasks' | 'journal'>, of: { readonly pairId?: string; readonly collectionId?: string }): Promise<number> {
  let found = 0;
  for await (const page of store.tasks.iterate({ ...of, states: [...WRITTEN] })) found += (await taskRows(store, page.filter((task) => isWriting(task.kind)))).filter((row) => row.canRollBack).length;
  return found;
}

/**
 * Deleting what a task works on would pull the journal from under it while it writes.
 * @param what names the pair or collection in the sentence.
 * @throws AppError CONFLICT while a task of it waits or is at work.
 */
export async function requireIdle(store: Pick<Repositories, 'tasks'>, of: { readonly pairId?: string; readonly collectionId?: string }, what: string): Promise<void> {
  for await (const [task] of store.tasks.iterate({ ...of, states: [...BUSY, 'Scheduled'] })) {
    if (task !== undefined) throw appError(ErrorCode.Conflict, `A ${task.kind} task of ${what} is ${task.state}; cancel it, or wait for its end, before deleting.`);
  }
}

/**
 * What a roll back is about to take back must not be written anew while its plan waits or is applied: cycles of coexistence wait for its end.
 * @returns the roll back of the collection that waits, or is at work; undefined: none, and a cycle may start.
 */
export async function rollBackUnderWay(store: Pick<Repositories, 'tasks'>, collectionId: string): Promise<TaskRecord | undefined> {
  for await (const page of store.tasks.iterate({ collectionId, states: [...BUSY, 'Awaiting approval', 'Scheduled'] })) {
    const back = page.find((task) => task.kind === 'Roll back');
    if (back !== undefined) return back;
  }
  return undefined;
}

/** A roll back is planned from a journal that nobody writes to. @throws AppError CONFLICT while a cycle of the collection waits for a process or has one. */
export async function requireNoCycle(store: Pick<Repositories, 'tasks'>, { id, name }: { readonly id: string; readonly name: string }): Promise<void> {
  for await (const page of store.tasks.iterate({ collectionId: id, states: BUSY })) {
    const cycle = page.find((task) => task.kind === 'Synchronise');
    if (cycle !== undefined) throw appError(ErrorCode.Conflict, `A cycle of coexistence of "${name}" is ${cycle.state}. Wait for its end, or cancel it; then roll back again.`);
  }
}

/** True for a task that writes to the directory and never to the tenant: a fix, membership written back, or the roll back of one. */
export async function writesDirectory(store: Pick<Repositories, 'tasks'>, task: Pick<TaskRecord, 'kind' | 'undoes'>): Promise<boolean> {
  if (task.kind !== 'Roll back' || task.undoes === null) return isOfDirectory(task.kind);
  return await store.tasks.get(task.undoes).then((undone) => isOfDirectory(undone.kind), () => false);
}
