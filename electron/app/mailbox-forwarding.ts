import type { TaskState } from '../../shared/domain/statuses.ts';
import { forwardingStanding } from '../engines/mailboxes/index.ts';
import type { Repositories } from '../store/index.ts';
import type { Pass } from './mailbox-sides.ts';
import { startForward } from './mailbox-switch.ts';
import { whyNotFixed } from './pipeline/fix.ts';

const OPEN: readonly TaskState[] = ['Queued', 'Running', 'Awaiting approval', 'Scheduled', 'Cancelling'];

/** True while the plan that sets forwarding for a batch waits for a person or works. */
export async function forwardingPlanned(store: Pick<Repositories, 'tasks'>, taskId: string | null): Promise<boolean> {
  if (taskId === null) return false;
  // A task can be removed by a person.
  const task = await store.tasks.get(taskId).catch(() => null);
  return task !== null && OPEN.includes(task.state);
}

/**
 * Plans the forwarding of mailboxes that earlier batches migrated, where mail on premises does not reach them (Exchange documentation, 2011: a re-run resets
 * TargetAddress of what was migrated). The plan waits for a person; the service is not asked for anything.
 */
export async function startForwardOf({ services, pair, onPremises, signal, write, mayAct }: Pass, batchId: string): Promise<void> {
  const { store } = services;
  const batch = await store.mailboxBatches.get(batchId);
  if (onPremises === null || whyNotFixed(pair) !== null || await forwardingPlanned(store, batch.taskId)) return;
  const rows = (await store.mailboxRows.all(batchId)).filter((row) => row.state !== 'Left out' && row.origin === 'migrated before' && row.sourceId !== null);
  const values = await onPremises.targetAddresses(rows.flatMap((row) => row.sourceId ?? []), signal);
  const wrong = rows.filter((row) => {
    const value = values.get(row.sourceId ?? '');
    return forwardingStanding(value === undefined ? 'gone' : { value }, row.routing, 'not read') === 'wrong';
  });
  if (wrong.length === 0) return;
  await mayAct();
  const { taskId } = await startForward(services, { pairId: pair.id, batchId, ids: wrong.flatMap((row) => row.sourceId ?? []), direction: 'to the cloud', redirection: 'no' });
  await write(async (tx) => { await tx.mailboxBatches.update(batchId, { taskId }); });
}
