import type { Repositories, TaskRecord } from '../store/index.ts';
import { nextState } from './coexistence-state.ts';

type Tx = Pick<Repositories, 'coexistence' | 'cycles' | 'collections'>;
type Decided = Pick<TaskRecord, 'id' | 'kind' | 'collectionId'>;

const PAUSED = 'The plan of the last cycle was discarded, so coexistence is paused. Resume it when what the guard showed is in order.';

/** What approving the plan of a cycle means for its collection: coexistence is on from now. Nothing happens for other tasks. @param at now; a process that ends while it writes is followed by the next at once. */
export async function cycleApproved(tx: Tx, task: Decided, at: number): Promise<void> {
  await decided(tx, task, 'approved', at);
}

/** What discarding the plan of a cycle means: a first cycle leaves coexistence off, one that the guard stopped pauses it. */
export async function cycleDiscarded(tx: Tx, task: Decided, at: number): Promise<void> {
  await decided(tx, task, 'discarded', at);
  const cycle = task.kind === 'Synchronise' ? await tx.cycles.ofTask(task.id) : undefined;
  if (cycle !== undefined) await tx.cycles.update(cycle.id, { outcome: 'cancelled', message: 'The plan was discarded; nothing was written.', endedAt: at });
}

async function decided(tx: Tx, task: Decided, event: 'approved' | 'discarded', at: number): Promise<void> {
  if (task.kind !== 'Synchronise' || task.collectionId === null) return;
  const record = await tx.coexistence.get(task.collectionId);
  const next = record === undefined || record.taskId !== task.id ? null : nextState(record.state, event);
  if (next === null) return;
  await tx.coexistence.patch(task.collectionId, { state: next, attention: next === 'Paused' ? PAUSED : '', nextAt: next === 'On' ? at : null });
  await tx.collections.setCoexistence(task.collectionId, next === 'Off' ? 'off' : 'on');
}
