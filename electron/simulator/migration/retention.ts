import { setBatch, type Machine } from './machine.ts';
import { usersOf, type Batch } from './model.ts';
import { reportBatch } from './reports.ts';

const DAY_MS = 24 * 3_600_000;
/** A synced batch that nobody touched for 60 days is stopped (Exchange Online documentation, manage migration batches). */
const SYNCED_MS = 60 * DAY_MS;
/** A stopped or failed batch that nobody touched for 90 days is removed (the same). */
const STOPPED_MS = 90 * DAY_MS;
/** A completed batch is removed after 60 days (the same). */
const COMPLETED_MS = 60 * DAY_MS;

const LIMITS: Readonly<Partial<Record<Batch['status'], number>>> = { Synced: SYNCED_MS, SyncedwithErrors: SYNCED_MS, Stopped: STOPPED_MS, Failed: STOPPED_MS, Completed: COMPLETED_MS, CompletedWithErrors: COMPLETED_MS };

/** Takes a batch and its users out of the service. Mailboxes and forwarding stay. */
export function dropBatch(m: Machine, batch: Batch): void {
  const name = batch.name.toLowerCase();
  for (const user of usersOf(m.state, name)) {
    m.timed.delete(user);
    m.state.users.delete(user.address.toLowerCase());
  }
  m.state.batches.delete(name);
  m.state.changes += 1;
}

/** Stops and removes what nobody has touched for long, as of the days it was due. */
export function endRetention(m: Machine): void {
  const now = m.clock.now();
  for (const batch of m.state.batches.values()) {
    for (let limit = LIMITS[batch.status]; limit !== undefined && batch.touchedAt + limit <= now; limit = LIMITS[batch.status]) {
      batch.touchedAt += limit;
      if (limit === SYNCED_MS && batch.status.startsWith('Synced')) {
        setBatch(m, batch, 'Stopped');
        batch.message = 'The batch was stopped because nobody worked with it for 60 days.';
        reportBatch(m, batch);
        continue;
      }
      dropBatch(m, batch);
      break;
    }
  }
}
