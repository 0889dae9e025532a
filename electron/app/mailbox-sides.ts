import { AppError } from '../../shared/domain/errors.ts';
import type { Directory } from '../engines/directory/index.ts';
import type { MigrationService, OnPremisesReader } from '../engines/mailboxes/index.ts';
import type { MailboxBatchRecord, PairRecord, Repositories } from '../store/index.ts';
import { onPremisesReader } from './mailbox-directory.ts';
import { migrationService } from './mailbox-service.ts';
import type { Services } from './services.ts';

/** A look at a batch belongs to one process for so long, milliseconds, and is asked for again before each step. */
export const LEASE_MS = 60_000;

/** One look at a batch: both sides opened, and everything written under the batch's lease. */
export interface Pass {
  readonly services: Services;
  readonly pair: PairRecord;
  readonly signal: AbortSignal;
  readonly service: MigrationService;
  /** Null: the directory cannot be asked, or is a file, in which nobody forwards mail. */
  readonly onPremises: OnPremisesReader | null;
  readonly initialDomain: string;
  /** Writes in a transaction that holds only while this process has the lease. @throws AppError LEASE_LOST. */
  write(fn: (tx: Repositories) => Promise<void>): Promise<void>;
  /** Asks for the lease right before something is sent. @throws AppError LEASE_LOST. */
  mayAct(): Promise<void>;
}

/** Opens both sides; a directory that cannot be opened keeps nobody from looking at the service. */
export async function withSides(services: Services, batch: MailboxBatchRecord, owner: string, signal: AbortSignal, work: (pass: Pass) => Promise<void>): Promise<void> {
  const { store } = services;
  const pair = await store.pairs.get(batch.pairId);
  const mayAct = async (tx: Pick<Repositories, 'mailboxBatches'> = store): Promise<void> => { await tx.mailboxBatches.requireLease(batch.id, owner, services.now() + LEASE_MS); };
  let directory: Directory | undefined;
  try {
    directory = await services.openDirectory(pair);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    services.log.warn({ batchId: batch.id, err: error }, 'the directory cannot be asked about forwarding');
  }
  try {
    const tenant = await services.openTenant(pair, { signal });
    try {
      const { initialDomain } = await tenant.organization(signal);
      await work({
        services, pair, signal, service: migrationService(tenant.exchange), initialDomain, onPremises: directory?.capabilities.live === true ? onPremisesReader(directory, '') : null, mayAct: () => mayAct(),
        write: (fn) => store.transaction(async (tx) => { await mayAct(tx); await fn(tx); }),
      });
    } finally { await tenant.close(); }
  } finally { await directory?.close(); }
}
