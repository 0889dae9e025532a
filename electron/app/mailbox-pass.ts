import { AppError, ErrorCode } from '../../shared/domain/errors.ts';
import type { BatchWish } from '../../shared/domain/mailboxes.ts';
import type { MailboxBatchPatch, MailboxBatchRecord } from '../store/index.ts';
import { isDead, leaseOwner } from './dead-owners.ts';
import { lookAtRows } from './mailbox-look.ts';
import { LEASE_MS, withSides } from './mailbox-sides.ts';
import { carryOut } from './mailbox-work.ts';
import type { Services } from './services.ts';

/** First and longest wait after a look that failed, milliseconds. */
const BACK_OFF = { first: 10_000, longest: 300_000 } as const;
/** Looks that fail one after the other before a person is told. */
const ATTENTION_AFTER = 5;
/** Statuses of a batch that the service does not work on: none, and those at rest (ExchangeOnlineManagement cmdlet reference, MigrationBatchStatus). */
const IDLE = /^(|Created|Stopped|Failed|Corrupted)$/;
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
  // A look asks for each row and may take minutes; who lost the lease is told by what it writes next.
  const beat = setInterval(() => { store.mailboxBatches.requireLease(id, owner, services.now() + LEASE_MS).catch((error: unknown) => { log.warn({ err: error, batchId: id }, 'the lease of a mailbox batch could not be extended'); }); }, LEASE_MS / 4);
  let carrying: BatchWish = '';
  try {
    const batch = await store.mailboxBatches.get(id);
    carrying = batch.wanted;
    await withSides(services, batch, owner, signal, async (pass) => {
      await carryOut(pass, batch);
      carrying = '';
      await lookAtRows(pass, await store.mailboxBatches.get(id));
    });
  } catch (error) {
    if (error instanceof AppError && error.data.code === ErrorCode.LeaseLost) return true;
    if (signal.aborted) return true;
    if (!(error instanceof AppError)) log.error({ err: error, batchId: id }, 'unexpected error while a mailbox batch was looked at');
    await keepFailure(services, { id, owner, carrying }, error);
  } finally {
    clearInterval(beat);
    await store.mailboxBatches.release(id, owner);
    services.emit('store.changed', { nouns: ['mailboxes'] });
  }
  return true;
}

/**
 * A failed look changes no row. What was asked for and cannot be done is given up with its reason; else it is tried again, later each time.
 * @param look `carrying`: what was asked for when the look began; what a person asked for since is carried out next.
 */
async function keepFailure(services: Services, { id, owner, carrying }: { readonly id: string; readonly owner: string; readonly carrying: BatchWish }, error: unknown): Promise<void> {
  const { store } = services;
  const message = error instanceof AppError ? error.data.message : 'Unexpected error; the log has the details.';
  await store.transaction(async (tx) => {
    await tx.mailboxBatches.requireLease(id, owner, services.now() + LEASE_MS);
    const batch = await tx.mailboxBatches.get(id);
    const failures = batch.failures + 1;
    const refused = carrying !== '' && error instanceof AppError && FINAL.has(error.data.code);
    if (refused) services.log.warn({ err: error, batchId: id, wanted: carrying }, 'what was asked of a mailbox batch was refused');
    const patch: MailboxBatchPatch = batch.wanted !== '' && batch.wanted !== carrying ? { nextAt: services.now() }
      : refused && batch.wanted !== '' ? givenUp(batch, message, services.now())
      : { failures, message: failures >= ATTENTION_AFTER ? `${failures} looks failed one after the other: ${message}` : message, nextAt: services.now() + Math.min(BACK_OFF.longest, BACK_OFF.first * 2 ** Math.min(failures - 1, 10)) };
    await tx.mailboxBatches.update(id, patch);
  }).catch((lost: unknown) => { services.log.warn({ err: lost, batchId: id }, 'a failed look could not be written down'); });
}

/** Ends a wish that was refused. A batch that the service may work on all the same stays watched: the next look says where it stands. */
function givenUp({ wanted, state, endedAt, serviceStatus }: MailboxBatchRecord, message: string, now: number): MailboxBatchPatch {
  if (wanted === 'close') return { wanted: '', message, failures: 0, nextAt: null, state, endedAt };
  if (wanted === 'stop' || !IDLE.test(serviceStatus)) return { wanted: '', message, failures: 0, nextAt: now + BACK_OFF.first, state: 'Active', endedAt: null };
  return { wanted: '', message, failures: 0, nextAt: null, state: 'Failed', endedAt: now };
}
