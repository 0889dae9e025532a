import { AppError, ErrorCode } from '../../shared/domain/errors.ts';
import type { MailboxBatchPatch } from '../store/index.ts';
import { isDead, leaseOwner } from './dead-owners.ts';
import { lookAtRows } from './mailbox-look.ts';
import { LEASE_MS, withSides } from './mailbox-sides.ts';
import { carryOut } from './mailbox-work.ts';
import type { Services } from './services.ts';

/** First and longest wait after a look that failed, milliseconds. */
const BACK_OFF = { first: 10_000, longest: 300_000 } as const;
/** Looks that fail one after the other before a person is told. */
const ATTENTION_AFTER = 5;
/** Errors that no further try mends. */
const FINAL: ReadonlySet<string> = new Set([ErrorCode.SecretMissing, ErrorCode.Forbidden, ErrorCode.InvalidInput, ErrorCode.TenantRefused, ErrorCode.AuthFailed]);

/** Looks at the batches whose time has come. */
export async function watchDueBatches(services: Services, agentIds: readonly string[], signal: AbortSignal): Promise<void> {
  for (const { id } of await services.store.mailboxBatches.due(agentIds, services.now())) {
    if (signal.aborted) return;
    await lookAtBatch(services, id, signal);
  }
}

/**
 * One look at a batch: carries out what was asked for, reads what the service, the tenant and the directory show, and keeps what became of each row. Whatever ends the process, the
 * next look sees the same world and goes on.
 * @returns false when another process looks at it right now.
 */
export async function lookAtBatch(services: Services, id: string, signal: AbortSignal): Promise<boolean> {
  const { store, log } = services;
  const owner = leaseOwner(services.newId());
  const holder = (await store.mailboxBatches.lease(id)).owner;
  const now = services.now();
  if (!await store.mailboxBatches.claim(id, { owner, now, until: now + LEASE_MS, instead: holder !== null && isDead(holder) ? holder : undefined })) return false;
  try {
    const batch = await store.mailboxBatches.get(id);
    await withSides(services, batch, owner, signal, async (pass) => {
      await carryOut(pass, batch);
      await lookAtRows(pass, await store.mailboxBatches.get(id));
    });
  } catch (error) {
    if (error instanceof AppError && error.data.code === ErrorCode.LeaseLost) return true;
    if (signal.aborted) return true;
    if (!(error instanceof AppError)) log.error({ err: error, batchId: id }, 'unexpected error while a mailbox batch was looked at');
    await keepFailure(services, id, owner, error);
  } finally {
    await store.mailboxBatches.release(id, owner);
    services.emit('store.changed', { nouns: ['mailboxes'] });
  }
  return true;
}

/** A failed look changes no row. What was asked for and cannot be done is given up with its reason; else it is tried again, later each time. */
async function keepFailure(services: Services, id: string, owner: string, error: unknown): Promise<void> {
  const { store } = services;
  const message = error instanceof AppError ? error.data.message : 'Unexpected error; the log has the details.';
  await store.transaction(async (tx) => {
    await tx.mailboxBatches.requireLease(id, owner, services.now() + LEASE_MS);
    const batch = await tx.mailboxBatches.get(id);
    const failures = batch.failures + 1;
    const given = batch.wanted !== '' && error instanceof AppError && FINAL.has(error.data.code);
    const patch: MailboxBatchPatch = given
      ? { wanted: '', state: batch.wanted === 'close' ? batch.state : 'Failed', message, failures: 0, nextAt: null, endedAt: batch.wanted === 'close' ? batch.endedAt : services.now() }
      : { failures, message: failures >= ATTENTION_AFTER ? `${failures} looks failed one after the other: ${message}` : message, nextAt: services.now() + Math.min(BACK_OFF.longest, BACK_OFF.first * 2 ** Math.min(failures - 1, 10)) };
    await tx.mailboxBatches.update(id, patch);
  }).catch((lost: unknown) => { services.log.warn({ err: lost, batchId: id }, 'a failed look could not be written down'); });
}
