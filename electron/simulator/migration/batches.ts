import { randomUUID } from 'node:crypto';
import { isComplexPassword } from '../identity/password.ts';
import { invalidOperation } from '../exchange/refusal.ts';
import type { CsvRow } from './csv.ts';
import { connectionProblem, REMOVE_MS, setBatch, setUser, settleBatch, START_MS, STOP_MS, type Machine } from './machine.ts';
import { BUSY, usersOf, type Batch, type ValidationWarning } from './model.ts';
import { reportBatch } from './reports.ts';
import { dropBatch } from './retention.ts';
import { endRun } from './steps.ts';

/** Batches of a tenant at most (Exchange Online documentation names 100 for a service organization). */
export const MOST_BATCHES = 100;

/** What a new batch is made of. */
export interface NewBatch {
  readonly name: string;
  /** Name of the endpoint in lower case. */
  readonly endpoint: string;
  readonly rows: readonly CsvRow[];
  readonly warnings: readonly ValidationWarning[];
  readonly notify: readonly string[];
  readonly submittedBy: string;
  readonly startAfter: number | null;
}

/** Adds a batch with its users; nothing is checked any more. */
export function addBatch(m: Machine, made: NewBatch): Batch {
  const { state } = m;
  const now = m.wall();
  const key = made.name.toLowerCase();
  const batch: Batch = {
    guid: randomUUID(), name: made.name, endpoint: made.endpoint, status: 'Created', message: '', notify: [...made.notify], submittedBy: made.submittedBy, warnings: [...made.warnings],
    createdAt: now, startedAt: null, startAfter: made.startAfter, initialSyncAt: null, lastSyncedAt: null, touchedAt: now, due: null,
  };
  state.batches.set(key, batch);
  for (const row of made.rows) {
    state.users.set(row.address.toLowerCase(), {
      sequence: ++state.sequence, guid: randomUUID(), address: row.address, batch: key, status: 'Queued', step: 'validate', error: '',
      password: row.password === null ? 'none' : isComplexPassword(row.password) ? 'fit' : 'weak', forceChange: row.forceChange,
      targetId: null, sourceId: null, mailboxGuid: null, since: m.clock.quick(), due: null, queuedMs: 0, busyMs: 0, stalledMs: 0, lastSyncAt: null, run: null,
    });
  }
  state.changes += 1;
  return batch;
}

const STARTABLE: ReadonlySet<Batch['status']> = new Set(['Created', 'Stopped', 'Failed', 'Synced', 'SyncedwithErrors']);
const STOPPABLE: ReadonlySet<Batch['status']> = new Set(['Waiting', 'Starting', 'Syncing', 'Synced', 'SyncedwithErrors']);
const REMOVABLE: ReadonlySet<Batch['status']> = new Set(['Created', 'Stopped', 'Failed', 'Synced', 'SyncedwithErrors', 'Completed', 'CompletedWithErrors']);

const wrongState = (batch: Batch, action: string, more = ''): Error => invalidOperation(`The migration batch '${batch.name}' can't be ${action} because its status is ${batch.status}.${more}`);

/** Starts a batch, or starts its failed and stopped users again. @throws ExchangeRefusal for a batch that is at work. */
export function startBatch(m: Machine, batch: Batch): () => void {
  if (!STARTABLE.has(batch.status)) throw wrongState(batch, 'started');
  return () => {
    const now = m.wall();
    batch.touchedAt = now;
    batch.message = '';
    if (batch.startAfter !== null && batch.startAfter > now) return setBatch(m, batch, 'Waiting', m.clock.quick() + batch.startAfter - now);
    batch.startedAt ??= now;
    for (const user of usersOf(m.state, batch.name.toLowerCase())) if (user.status === 'Queued') user.since = m.clock.quick();
    setBatch(m, batch, 'Starting', m.clock.quick() + START_MS);
  };
}

/** Stops a batch: what is being made is abandoned, what is done stays. @throws ExchangeRefusal for a batch at rest. */
export function stopBatch(m: Machine, batch: Batch): () => void {
  if (!STOPPABLE.has(batch.status)) throw wrongState(batch, 'stopped');
  return () => {
    batch.touchedAt = m.wall();
    const due = m.clock.quick() + STOP_MS;
    const isAtRest = batch.status === 'Synced' || batch.status === 'SyncedwithErrors';
    for (const user of usersOf(m.state, batch.name.toLowerCase())) stopUser(m, user, due);
    setBatch(m, batch, isAtRest ? 'Stopped' : 'Stopping', isAtRest ? null : due);
    if (isAtRest) reportBatch(m, batch);
  };
}

/** Stops a user that is queued or at work; one at rest stays as it is. @param due quick time at which it has stopped. */
export function stopUser(m: Machine, user: Parameters<typeof setUser>[1], due: number): void {
  if (user.status === 'Queued') return setUser(m, user, 'Stopped');
  if (!BUSY.has(user.status) || user.status === 'Stopping') return;
  endRun(m, user);
  setUser(m, user, 'Stopping', due);
}

/** Removes a batch and its users. @throws ExchangeRefusal for one that is at work. */
export function removeBatch(m: Machine, batch: Batch): () => void {
  if (!REMOVABLE.has(batch.status)) throw wrongState(batch, 'removed', ' Stop it first.');
  return () => {
    for (const user of usersOf(m.state, batch.name.toLowerCase())) setUser(m, user, 'Removing');
    setBatch(m, batch, 'Removing', m.clock.quick() + REMOVE_MS);
  };
}

/** Finalises a batch, which a staged migration does not need. @throws ExchangeRefusal for one that has not synced. */
export function completeBatch(m: Machine, batch: Batch): () => void {
  // Repeated within eight hours it is passed over (cmdlet reference, Complete-MigrationBatch).
  if ((batch.status === 'Completing' || batch.status.startsWith('Completed')) && m.wall() - batch.touchedAt < 8 * 3_600_000) return () => undefined;
  if (batch.status !== 'Synced' && batch.status !== 'SyncedwithErrors') throw wrongState(batch, 'completed');
  return () => {
    batch.touchedAt = m.wall();
    setBatch(m, batch, 'Completing', m.clock.quick() + START_MS);
  };
}

/** Does what is due of a batch at this time. */
export function endBatch(m: Machine, batch: Batch): void {
  const users = usersOf(m.state, batch.name.toLowerCase());
  switch (batch.status) {
    case 'Waiting': {
      batch.startedAt ??= m.wall();
      return setBatch(m, batch, 'Starting', m.clock.quick() + START_MS);
    }
    case 'Starting': {
      const endpoint = m.state.endpoints.get(batch.endpoint);
      const problem = endpoint ? connectionProblem(m, endpoint) : 'The migration endpoint of the batch is gone.';
      if (problem !== undefined) {
        batch.message = problem;
        batch.touchedAt = m.wall();
        setBatch(m, batch, 'Failed');
        return reportBatch(m, batch);
      }
      for (const user of users) if (user.status === 'Failed' || user.status === 'Stopped') setUser(m, user, 'Queued');
      setBatch(m, batch, 'Syncing');
      return settleBatch(m, batch.name.toLowerCase());
    }
    case 'Stopping': {
      for (const user of users) if (user.status === 'Stopping') setUser(m, user, 'Stopped');
      setBatch(m, batch, 'Stopped');
      return reportBatch(m, batch);
    }
    case 'Completing': {
      for (const user of users) if (user.status === 'Synced') setUser(m, user, 'Completed');
      setBatch(m, batch, users.every((u) => u.status === 'Completed') ? 'Completed' : 'CompletedWithErrors');
      return reportBatch(m, batch);
    }
    case 'Removing': return dropBatch(m, batch);
    case 'Created': case 'Syncing': case 'Synced': case 'SyncedwithErrors': case 'Stopped': case 'Failed': case 'Completed': case 'CompletedWithErrors': batch.due = null;
  }
}
