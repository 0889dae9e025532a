import { invalidOperation } from '../exchange/refusal.ts';
import { stopUser } from './batches.ts';
import { REMOVE_MS, setBatch, setUser, STOP_MS, type Machine } from './machine.ts';
import { BUSY, type Batch, type MigrationUser } from './model.ts';

/** Batches whose single users an administrator can start. */
const STARTABLE: ReadonlySet<Batch['status']> = new Set(['Syncing', 'Synced', 'SyncedwithErrors', 'Stopped']);

const wrongState = (user: MigrationUser, action: string, more = ''): Error => invalidOperation(`The migration user '${user.address}' can't be ${action} because its status is ${user.status}.${more}`);

function batchOf(m: Machine, user: MigrationUser): Batch {
  const batch = m.state.batches.get(user.batch);
  if (!batch) throw invalidOperation(`The migration batch of the user '${user.address}' is gone.`);
  return batch;
}

/** Starts a failed or stopped user again, at the step that it did not reach; its batch goes on with it. @throws ExchangeRefusal. */
export function startOne(m: Machine, user: MigrationUser): () => void {
  const batch = batchOf(m, user);
  if (user.status !== 'Failed' && user.status !== 'Stopped') throw wrongState(user, 'started');
  if (!STARTABLE.has(batch.status)) throw invalidOperation(`The migration user '${user.address}' can't be started because the status of its batch '${batch.name}' is ${batch.status}. Start the batch.`);
  return () => {
    batch.touchedAt = m.wall();
    setUser(m, user, 'Queued');
    if (batch.status !== 'Syncing') setBatch(m, batch, 'Syncing');
  };
}

/** Stops a user that is queued or at work. @throws ExchangeRefusal for one at rest. */
export function stopOne(m: Machine, user: MigrationUser): () => void {
  const batch = batchOf(m, user);
  if (batch.status !== 'Syncing' || user.status === 'Stopping' || (user.status !== 'Queued' && !BUSY.has(user.status))) throw wrongState(user, 'stopped');
  return () => {
    batch.touchedAt = m.wall();
    stopUser(m, user, m.clock.quick() + STOP_MS);
  };
}

/** Takes a user out of its batch; a mailbox that was made stays. @throws ExchangeRefusal for one at work. */
export function removeOne(m: Machine, user: MigrationUser): () => void {
  const batch = batchOf(m, user);
  if (user.status === 'Removing' || BUSY.has(user.status)) throw wrongState(user, 'removed', ' Stop it first.');
  return () => {
    batch.touchedAt = m.wall();
    setUser(m, user, 'Removing', m.clock.quick() + REMOVE_MS);
  };
}
