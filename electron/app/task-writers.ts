import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { Repositories, SharedObject, TaskRecord } from '../store/index.ts';
import { BUSY, isApplying, rollBackUnderWay } from './task-rows.ts';

type Store = Pick<Repositories, 'tasks' | 'plans'>;
/** What of a task decides whether it may write beside others. */
export type Writer = Pick<TaskRecord, 'id' | 'pairId' | 'kind' | 'collectionId' | 'planId'>;

/**
 * Which tasks may work at the same time. Every task reads or writes one pair; those of different pairs have nothing to do with each other.
 *
 * | | reads both sides (Discover, Match, planning, checking, cycles) | writes, another collection, no common object | writes, another collection, a common object | writes, same collection |
 * |---|---|---|---|---|
 * | reads both sides | one at a time (pipeline/pair-reading.ts); who waits uses what was read when it is fresh enough | at the same time | at the same time | at the same time |
 * | Migrate | at the same time | at the same time | waits in the queue | refused when it is approved or resumed |
 * | cycle of coexistence, membership written back by itself | at the same time | at the same time | goes back to the queue, and plans anew | goes back to the queue, and plans anew |
 * | Roll back | at the same time | at the same time | refused, on either side | refused, on either side |
 * | Fix, and its roll back | at the same time | at the same time | as Migrate | one after the other: there is one directory |
 *
 * A common object is one that both plans write to: an object of the tenant, the owner of links that are added or healed, or the object of the directory
 * that it is created from. Who waits looks at every value again before it writes, as every writer does, so that nothing is written over unseen. A roll
 * back never waits: it is true only for the journal that it was made from, so that it is refused and planned anew. While a roll back of a collection
 * waits for approval or is at work, no cycle of that collection starts.
 *
 * A cycle gives way to what is at work, and not to a plan that was approved and waits for an agent, which may be drained or gone: that one waits when it is
 * taken. It does give way to a roll back that was approved, because a roll back must not find anything else than its journal says.
 */
export interface InTheWay { readonly task: TaskRecord; readonly because: 'same collection' | 'common object'; /** Name of the object; empty: the whole collection. */ readonly object: string }

/** Who is given way to: tasks at work; those and roll backs that were approved; or everything that was approved. */
type Before = 'at work' | 'at work, or taking back' | 'approved or at work';
/** Finds an object that a plan and others write to, as {@link Repositories.plans} does. */
export type FindShared = (planId: string, others: readonly string[]) => Promise<SharedObject | undefined>;

const goesFirst = (other: TaskRecord, before: Before): boolean => isApplying(other) && (other.state !== 'Queued' || before === 'approved or at work' || (before === 'at work, or taking back' && other.kind === 'Roll back'));

/**
 * The task that writes, or is about to, and that this one must not write beside; undefined: it may. A task that is at work comes before one that waits.
 * @param before absent: as a cycle, which is planned anew when its turn has come.
 * @param shared absent: the store is asked each time, which takes a look at every operation of both plans.
 */
export async function inTheWay(store: Store, task: Writer, before: Before = 'at work, or taking back', shared: FindShared = store.plans.sharedObject): Promise<InTheWay | undefined> {
  const others: TaskRecord[] = [];
  for await (const page of store.tasks.iterate({ pairId: task.pairId, states: BUSY })) others.push(...page.filter((other) => other.id !== task.id && goesFirst(other, before)));
  if (others.length === 0) return undefined;
  others.sort((a, b) => Number(b.state !== 'Queued') - Number(a.state !== 'Queued'));
  const same = others.find((other) => other.collectionId === task.collectionId);
  if (same !== undefined) return { task: same, because: 'same collection', object: '' };
  if (task.planId === null) return undefined;
  const object = await shared(task.planId, others.flatMap(({ planId }) => planId ?? []));
  const other = object === undefined ? undefined : others.find(({ planId }) => planId === object.planId);
  return object === undefined || other === undefined ? undefined : { task: other, because: 'common object', object: object.name };
}

/**
 * What is asked when a person, or the time of a plan, lets it be applied.
 * @throws AppError CONFLICT while another task writes to the collection, or a roll back meets the objects of another plan; for a cycle of coexistence also
 * while a roll back of its collection waits. A plan that only meets another one on some objects is let through: it waits in the queue for its turn.
 */
export async function requireMayBeQueued(store: Store, task: Writer): Promise<void> {
  const back = task.kind === 'Synchronise' && task.collectionId !== null ? await rollBackUnderWay(store, task.collectionId) : undefined;
  if (back !== undefined) throw appError(ErrorCode.Conflict, `Roll back ${back.id} of this collection is ${back.state}. Approve or discard it first; coexistence goes on then.`);
  const found = await inTheWay(store, task, 'approved or at work');
  if (found === undefined) return;
  const { task: other, because, object } = found;
  if (because === 'same collection') throw appError(ErrorCode.Conflict, `Another task is writing to ${task.collectionId === null ? 'the directory' : 'the objects of this collection'} (${other.kind}). Wait for its end, or cancel it.`);
  if (task.kind === 'Roll back' || other.kind === 'Roll back') throw appError(ErrorCode.Conflict, `A ${other.kind} task${other.collectionName === '' ? '' : ` of "${other.collectionName}"`} is writing to "${object}" too, and a roll back must not meet another writer. Wait for its end, or cancel it.`);
}

/**
 * The task behind which a queued one has to wait; undefined: its turn has come. One that would apply its plan waits for whoever is at work on the same
 * collection or object; one that was put behind another task waits for the end of that one, as long as that is at work or is a roll back.
 */
export async function waitsBehind(store: Store, task: TaskRecord, shared?: FindShared): Promise<TaskRecord | undefined> {
  const behind = (task.checkpoint as { readonly behind?: unknown } | null)?.behind;
  if (typeof behind === 'string') {
    for await (const page of store.tasks.iterate({ pairId: task.pairId, states: BUSY })) {
      const other = page.find((one) => one.id === behind && goesFirst(one, 'at work, or taking back'));
      if (other !== undefined) return other;
    }
  }
  return isApplying(task) ? (await inTheWay(store, task, 'at work', shared))?.task : undefined;
}

/** Puts a running task back into the queue until another one has ended, its lease given back in the same change; it begins anew then. */
export async function waitBehind(tx: Pick<Repositories, 'tasks'>, task: Pick<TaskRecord, 'id'>, { task: other, object }: InTheWay): Promise<string> {
  const message = `Waits for the end of a ${other.kind} task${other.collectionName === '' ? '' : ` of "${other.collectionName}"`}, which writes to ${object === '' ? 'the same objects' : `"${object}" too`}; then it is planned anew.`;
  await tx.tasks.update(task.id, { state: 'Queued', phase: 'queue', checkpoint: { stage: 'plan', behind: other.id }, planId: null, message, done: 0, failed: 0, total: null });
  return message;
}
