import type { Coexistence, CycleRow } from '../../shared/contracts/coexistence.ts';
import type { ReadonlyDeep } from '../../shared/contracts/index.ts';
import type { TaskState } from '../../shared/domain/statuses.ts';
import { AppError, ErrorCode } from '../../shared/domain/errors.ts';
import type { CoexistenceRecord, CollectionRecord, CycleRecord, Repositories, TaskRecord } from '../store/index.ts';
import { actionsIn } from './coexistence-state.ts';
import { restartAdvice, standingOf } from './coexistence-standing.ts';

/** States in which a task waits in the queue or is at work. */
export const AT_WORK: ReadonlySet<TaskState> = new Set(['Queued', 'Running', 'Cancelling']);
/** States in which a task is something that a person looks at now. */
const CURRENT: ReadonlySet<TaskState> = new Set([...AT_WORK, 'Awaiting approval', 'Scheduled']);

/** A task; undefined when it was deleted. */
export async function findTask(store: Pick<Repositories, 'tasks'>, id: string | null): Promise<TaskRecord | undefined> {
  if (id === null) return undefined;
  try { return await store.tasks.get(id); } catch (error) {
    if (error instanceof AppError && error.data.code === ErrorCode.NotFound) return undefined;
    throw error;
  }
}

/** A cycle as windows and the command line see it. */
export function toCycleRow(cycle: CycleRecord): CycleRow {
  const { id, collectionId, taskId, planId, agentName, kind, reason, startedAt, endedAt, changes, requests, operations, failed, held, inStep, objects, lagMs, throttledMs, outcome, message } = cycle;
  return { id, collectionId, taskId, planId, agentName, kind, reason, startedAt, endedAt, changes, requests, operations, failed, held, inStep, objects, lagMs, throttledMs, outcome, message };
}

type Tables = Pick<Repositories, 'coexistence' | 'cycles' | 'retries' | 'drift' | 'collections' | 'pairs' | 'tasks'>;

/** Coexistence of a collection as windows and the command line see it; `record` undefined: it was never planned. */
export async function coexistenceRow(store: Tables, collection: CollectionRecord, record: CoexistenceRecord | undefined): Promise<ReadonlyDeep<Coexistence>> {
  const state = record?.state ?? 'Off';
  const { bySynchronisation: by, total } = await store.collections.statistics({ collectionId: collection.id });
  const task = await findTask(store, record?.taskId ?? null);
  const running = task !== undefined && AT_WORK.has(task.state);
  const cycle = (await store.cycles.newest([collection.id])).get(collection.id);
  const advice = record === undefined || state === 'Off' ? [] : restartAdvice(record.fullHash, await standingOf(store, await store.pairs.get(collection.pairId), collection, record.settings));
  return {
    collectionId: collection.id, collectionName: collection.name, pairId: collection.pairId, agentId: collection.agentId, kind: collection.kind, state, settings: record?.settings ?? null,
    nextAt: state === 'On' ? record?.nextAt ?? null : null, failures: record?.failures ?? 0, attention: record?.attention ?? '', taskId: task !== undefined && CURRENT.has(task.state) ? task.id : null, running,
    lastCycle: cycle === undefined ? null : toCycleRow(cycle), fullAt: record?.fullAt ?? null, restartAdvised: advice,
    objects: { total, inSync: by['In sync'] ?? 0, neverSynced: by['Never synced'] ?? 0, notIntended: by['Not intended to be synced'] ?? 0, failed: by['Failed'] ?? 0 },
    retrying: await store.retries.count(collection.id), drift: (await store.drift.counts(collection.id)).open,
    actions: actionsIn(state).filter((action) => !running || (action !== 'restart' && action !== 'run now')),
  };
}

/** Why no cycle can be asked for, in a sentence. */
export function whyNoCycle({ name }: Pick<CollectionRecord, 'name'>, record: Pick<CoexistenceRecord, 'state'> | undefined): string {
  switch (record?.state) {
    case 'Planned': return `The plan of the first cycle of "${name}" waits for approval. Approve or discard it first.`;
    case 'Quarantined': return `The guard stopped a cycle of "${name}", whose plan waits. Approve or discard it first.`;
    case 'Paused': return `Coexistence of "${name}" is paused. Resume it first.`;
    default: return `Coexistence of "${name}" is off. Use Enable Coexistence.`;
  }
}
