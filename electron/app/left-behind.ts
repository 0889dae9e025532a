import { AppError } from '../../shared/domain/errors.ts';
import type { Repositories, TaskRecord } from '../store/index.ts';
import { stageOf } from './pipeline/run-task.ts';
import { toTaskRow, whyNotResumed } from './task-rows.ts';
import { requireMayBeQueued } from './task-writers.ts';

/** So often an agent goes on by itself with a task that was left behind; then a person decides, because the task may be what ends the process. */
const MOST_TIMES = 3;

const timesOf = (checkpoint: unknown): number => {
  const { goneOn } = (checkpoint ?? {}) as { readonly goneOn?: unknown };
  return typeof goneOn === 'number' ? goneOn : 0;
};

/** True when the task may go on as if a person had resumed it. */
async function mayGoOn(tx: Repositories, task: TaskRecord): Promise<boolean> {
  if (task.state !== 'Interrupted' || (await whyNotResumed(tx, [task])).has(task.id) || !toTaskRow(task).canResume) return false;
  if (stageOf(task) === 'plan') return true;
  return await requireMayBeQueued(tx, task).then(() => true, (error: unknown) => {
    if (error instanceof AppError) return false;
    throw error;
  });
}

/**
 * Puts an interrupted task of an agent back into its queue, from where it goes on with its journal. Nothing happens when a roll back or
 * another writing task is in its way, when it is in another state by now, or when it was left behind too often.
 * @param tx a transaction, the one that interrupts the task where there is one: nobody is to see it stand still.
 * @param why `left behind`: its process ended without a word; `stopped`: somebody stopped the agent in good order, which is not counted.
 * @returns true when it waits in the queue again.
 */
export async function goOnWith(tx: Repositories, taskId: string, why: 'left behind' | 'stopped'): Promise<boolean> {
  const task = await tx.tasks.get(taskId);
  if (!await mayGoOn(tx, task)) return false;
  const times = timesOf(task.checkpoint) + (why === 'left behind' ? 1 : 0);
  if (times > MOST_TIMES) {
    await tx.tasks.moveIf(taskId, ['Interrupted'], { message: `The process that ran this task ended ${times} times. It is not started again by itself; look into the log of the agent, then resume it.` });
    return false;
  }
  const message = why === 'stopped' ? 'The agent was stopped. It goes on with this task when it runs again.' : 'The process that ran this task ended. The agent goes on with it from the journal.';
  const checkpoint = times === 0 ? task.checkpoint : { ...(task.checkpoint ?? { stage: 'plan' }), goneOn: times };
  return await tx.tasks.moveIf(taskId, ['Interrupted'], { state: 'Queued', phase: 'queue', message, finishedAt: null, checkpoint }) !== undefined;
}
