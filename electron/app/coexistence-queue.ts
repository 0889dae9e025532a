import type { ReadonlyDeep } from '../../shared/contracts/index.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { CycleKind } from '../../shared/domain/coexistence.ts';
import type { TaskState } from '../../shared/domain/statuses.ts';
import type { CoexistenceRecord, Repositories, TaskRecord } from '../store/index.ts';
import { nextWorkingTime } from './coexistence-hours.ts';
import { AT_WORK, findTask } from './coexistence-rows.ts';
import { SynchroniseTask, type SynchroniseSettings } from './pipeline/task-settings.ts';
import type { Services } from './services.ts';
import { rollBackUnderWay, toTaskRow } from './task-rows.ts';

/** Ends of a task that a cycle takes again when it left no plan, so that quiet cycles do not fill the Tasks tab. */
const REUSED: readonly TaskState[] = ['Completed', 'Completed with errors', 'Failed', 'Cancelled', 'Interrupted'];
/** Ends of a task that was writing: the next cycle goes on with it from its journal. */
const GOES_ON: readonly TaskState[] = ['Failed', 'Interrupted'];

/** A cycle whose time has come takes over what another one has read within half its interval, and within this at most, milliseconds. */
const FRESH_MS = 60_000;

const isApplying = (task: TaskRecord): boolean => (task.checkpoint as { stage?: unknown } | null)?.stage === 'apply';

/** What a cycle is started with. */
export interface CycleOrder { readonly kind: CycleKind; readonly reason: string; readonly by: string; /** Objects that failed before are tried again at once. */ readonly retry: 'when due' | 'all'; /** See SynchroniseTask; absent: the cycle reads both sides itself. */ readonly freshFrom?: number; /** Only what a person asked to be written over changes of others. */ readonly only?: 'drift' }

/** Changes can be compared once everything was; and a full cycle that failed before its end is tried again as one. */
function kindOf({ fullAt, failures }: CoexistenceRecord, before: TaskRecord | undefined, kind: CycleKind): CycleKind {
  if (kind !== 'changes') return kind;
  const last = before === undefined ? undefined : SynchroniseTask.safeParse(before.settings).data;
  return fullAt === null || (failures > 0 && last?.kind === 'full') ? 'full' : 'changes';
}

/**
 * Puts a cycle of a collection into the queue: the task of the cycle before when that left nothing, the interrupted one when it was
 * writing, else a new one. Call it inside a transaction.
 * @throws AppError CONFLICT while one waits or is at work, and while a roll back of the collection does.
 */
export async function queueCycle(tx: Repositories, record: CoexistenceRecord, order: CycleOrder): Promise<TaskRecord> {
  const back = await rollBackUnderWay(tx, record.collectionId);
  if (back !== undefined) throw appError(ErrorCode.Conflict, `Roll back ${back.id} of "${back.collectionName}" is ${back.state}. Approve or discard it first; coexistence goes on then.`);
  const before = await findTask(tx, record.taskId);
  if (before !== undefined && (AT_WORK.has(before.state) || before.state === 'Awaiting approval' || before.state === 'Scheduled')) throw appError(ErrorCode.Conflict, `A cycle of "${before.collectionName}" is ${before.state} already.`);
  const settings: ReadonlyDeep<SynchroniseSettings> = { settings: record.settings, kind: kindOf(record, before, order.kind), reason: order.reason, retry: order.retry, freshFrom: order.freshFrom ?? null, standing: '', only: order.only ?? 'all' };
  const queued = { state: 'Queued', phase: 'queue', done: 0, failed: 0, total: null, finishedAt: null } as const;
  if (before !== undefined && isApplying(before) && before.planId !== null && GOES_ON.includes(before.state)) {
    const task = await tx.tasks.moveIf(before.id, GOES_ON, { ...queued, message: 'Goes on with the cycle that was interrupted.' });
    if (task !== undefined) return task;
  }
  if (before !== undefined && before.planId === null && !isApplying(before)) {
    const task = await tx.tasks.moveIf(before.id, REUSED, { ...queued, startedAt: null, message: order.reason, checkpoint: null, settings });
    if (task !== undefined) return task;
  }
  const task = await tx.tasks.create({ pairId: record.pairId, collectionId: record.collectionId, kind: 'Synchronise', settings, createdBy: order.by });
  await tx.coexistence.patch(record.collectionId, { taskId: task.id });
  return task;
}

/** Says with the collection why no cycle starts, and no longer when that is over. */
async function tellRollBack(tx: Repositories, { collectionId, attention }: CoexistenceRecord, back: TaskRecord | undefined): Promise<void> {
  const waits = 'A roll back of this collection is under way or waits for approval. No cycle starts before it has ended or was discarded.';
  if (back !== undefined && attention === '') await tx.coexistence.patch(collectionId, { attention: waits });
  else if (back === undefined && attention === waits) await tx.coexistence.patch(collectionId, { attention: '' });
}

/** True while a task writes to the objects of the collection. One that waits for an agent is not waited for: nobody may ever run it. */
async function somebodyWrites(tx: Repositories, collectionId: string): Promise<boolean> {
  for await (const page of tx.tasks.iterate({ collectionId, states: ['Running', 'Cancelling'] })) if (page.some(isApplying)) return true;
  return false;
}

/**
 * Starts the cycles of an agent that are due: those of a collection whose working hours have not come are put off until then. Which of
 * them may work at the same time: see task-writers.ts.
 */
export async function startDueCycles(services: Services, agentId: string): Promise<void> {
  const { store } = services;
  const now = services.now();
  for (const { collectionId } of await store.coexistence.due(agentId, now)) {
    const task = await store.transaction(async (tx) => {
      const record = await tx.coexistence.get(collectionId);
      if (record?.state !== 'On' || record.nextAt === null || record.nextAt > now) return undefined;
      // It goes on when the roll back has ended or was discarded: its time stays as it is.
      const back = await rollBackUnderWay(tx, collectionId);
      await tellRollBack(tx, record, back);
      if (back !== undefined) return undefined;
      const at = nextWorkingTime(record.settings.workingHours, now);
      if (at > now) { await tx.coexistence.patch(collectionId, { nextAt: at }); return undefined; }
      const current = await findTask(tx, record.taskId);
      if (current !== undefined && AT_WORK.has(current.state)) return undefined;
      // Its turn comes when whoever writes to the collection is done.
      if (await somebodyWrites(tx, record.collectionId)) return undefined;
      const reason = record.failures > 0 ? `Tried again after ${record.failures === 1 ? 'a failure' : `${record.failures} failures`}.` : 'Its time had come.';
      return await queueCycle(tx, record, { kind: 'changes', reason, by: 'Coexistence', retry: 'when due', freshFrom: Math.round(now - Math.min(record.settings.intervalMinutes * 30_000, FRESH_MS)) });
    });
    if (task !== undefined) services.emit('tasks.changed', toTaskRow(task));
  }
}
