import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { serviceCsv, type BatchSeen, type ServiceRow } from '../engines/mailboxes/index.ts';
import type { MailboxBatchPatch, MailboxBatchRecord, MailboxRowRecord, Repositories } from '../store/index.ts';
import type { Pass } from './mailbox-sides.ts';
import { startForwardOf } from './mailbox-forwarding.ts';
import { tellCompletion } from './mailbox-reports.ts';
import { endpointSettings, exchangeSecret, mailboxSettings } from './mailboxes-settings.ts';
import { mailsAreSent } from './notifications-settings.ts';

/** Milliseconds until the next look after something was asked of the service. */
const SOON_MS = 2_000;
const AT_REST = /^(Failed|CompletionFailed|Stopped)$/;
const AT_WORK = /^(Starting|Syncing|Waiting)$/;

/** Rows that the service is or was asked for; those whose forwarding alone is set again are none. */
const serviceRows = (rows: readonly MailboxRowRecord[]): readonly MailboxRowRecord[] => rows.filter((row) => row.state !== 'Left out' && row.origin !== 'migrated before');

/** Carries out what a person asked for. Each step looks before it acts, so that a process that was killed in the middle repeats nothing. */
export async function carryOut(pass: Pass, batch: MailboxBatchRecord): Promise<void> {
  switch (batch.wanted) {
    case '': return;
    case 'run': case 'resume': return await bringToWork(pass, batch);
    case 'stop': return await bringToRest(pass, batch);
    case 'close': return await remove(pass, batch);
  }
}

async function bringToWork(pass: Pass, batch: MailboxBatchRecord): Promise<void> {
  const { services: { store }, service, signal } = pass;
  const rows = await store.mailboxRows.all(batch.id);
  await keepTargetAddresses(pass, rows);
  const own = serviceRows(rows);
  if (own.length > 0) await ensureEndpoint(pass, batch);
  let seen = own.length === 0 ? undefined : await service.batch(batch.serviceName, signal);
  const { resumed, fresh, leaving } = await earlierUsers(pass, batch, own, seen);
  if (leaving) {
    // The service takes its time to forget a user; until then it would refuse the address.
    await pass.write(async (tx) => { await tx.mailboxBatches.update(batch.id, { nextAt: pass.services.now() + SOON_MS, lookedAt: pass.services.now(), message: 'Exchange Online removes mailboxes of an earlier batch.' }); });
    return;
  }
  if (seen === undefined && fresh.length > 0) seen = await createIt(pass, batch, fresh);
  if (seen !== undefined) await forgetPasswords(pass, batch.id);
  if (seen !== undefined && (seen.status === 'Created' || (batch.wanted === 'resume' && /^(Stopped|Failed|SyncedwithErrors)$/.test(seen.status)))) {
    await pass.mayAct();
    await service.start(seen.name);
    // Written at once: when something later is refused, it is known that the service works.
    seen = { ...seen, status: 'Starting' };
    await pass.write(async (tx) => { await tx.mailboxBatches.update(batch.id, { serviceStatus: 'Starting' }); });
  }
  for (const address of resumed) {
    await pass.mayAct();
    await service.startUser(address);
  }
  await pass.write(async (tx) => {
    await fulfil(tx, batch, { state: seen === undefined ? 'Active' : 'Starting', endedAt: null }, { serviceStatus: seen?.status ?? '', message: '', failures: 0 });
    // A row that failed runs again: it is told by the next look where it stands. Read anew, because what was kept of them meanwhile must stay.
    const present = serviceRows(await tx.mailboxRows.all(batch.id));
    await tx.mailboxRows.save(present.filter((row) => row.state === 'Failed' || row.state === 'Stopped').map((row) => ({ ...row, state: 'Waiting', errorCode: '', error: '', suggestion: '', changedAt: pass.services.now() })));
  });
  await startForwardOf(pass, batch.id);
}

/**
 * Notes where mail on premises went before the service was asked for anything: it changes targetAddress, and the journal has no entry of that.
 * @throws AppError DIRECTORY_UNAVAILABLE when a domain controller cannot be asked; in an export nobody forwards mail.
 */
async function keepTargetAddresses({ services, pair, onPremises, signal, write }: Pass, rows: readonly MailboxRowRecord[]): Promise<void> {
  const unknown = rows.filter((row) => row.state !== 'Left out' && row.sourceId !== null && row.targetBefore === null && row.serviceStatus === '' && row.provisionedAt === null);
  if (unknown.length === 0 || (onPremises === null && pair.source.kind === 'ldif')) return;
  if (onPremises === null) throw appError(ErrorCode.DirectoryUnavailable, 'The directory cannot be asked where mail goes now, which the migration service changes; the batch is run as soon as it answers.', { retryable: true });
  const values = await onPremises.targetAddresses(unknown.flatMap((row) => row.sourceId ?? []), signal);
  const changed = unknown.flatMap((row) => { const value = values.get(row.sourceId ?? ''); return value == null ? [] : [{ ...row, targetBefore: value, changedAt: services.now() }]; });
  if (changed.length > 0) await write(async (tx) => { await tx.mailboxRows.save(changed); });
}

async function ensureEndpoint(pass: Pass, batch: MailboxBatchRecord): Promise<void> {
  const { services, service, signal } = pass;
  if (batch.settings.ownEndpoint) return;
  const settings = await mailboxSettings(services.store, batch.pairId);
  const connection = endpointSettings(settings);
  if (connection === null) return;
  const secret = await services.secrets.get(exchangeSecret(batch.pairId));
  if (secret === null) throw appError(ErrorCode.SecretMissing, `The password of the migration administrator ${settings.username} is not known to this program. Enter it in the connection settings of the mailbox migration.`);
  await pass.mayAct();
  await service.ensureEndpoint(batch.endpoint, { ...connection, atATime: batch.settings.atATime }, secret, signal);
}

/**
 * What earlier batches left in the service. A user whose mailbox is made goes on where it failed; one that failed before and is at rest is removed from its batch, so that the
 * new one takes it; one that the service does not know any more is given to it anew.
 */
async function earlierUsers(pass: Pass, batch: MailboxBatchRecord, own: readonly MailboxRowRecord[], seen: BatchSeen | undefined): Promise<{ readonly resumed: readonly string[]; readonly fresh: readonly MailboxRowRecord[]; readonly leaving: boolean }> {
  const { service, signal } = pass;
  const resumed: string[] = [];
  const fresh: MailboxRowRecord[] = own.filter((row) => row.origin === 'new');
  let leaving = false;
  for (const row of own) {
    if (row.origin !== 'failed before' || row.state === 'Done') continue;
    const user = await service.user(row.address, signal);
    if (user === undefined) { fresh.push(row); continue; }
    if (user.batch.toLowerCase() === batch.serviceName.toLowerCase()) continue;
    if (row.provisionedAt !== null) { if (AT_REST.test(user.status)) resumed.push(row.address); continue; }
    // Who is at work in another batch, which somebody resumed meanwhile, is left there: the looks follow him.
    if (seen !== undefined || !(user.status === 'Removing' || AT_REST.test(user.status))) continue;
    if (user.status !== 'Removing') {
      await pass.mayAct();
      await service.removeUser(row.address);
    }
    leaving = true;
  }
  return { resumed, fresh: fresh.toSorted((a, b) => a.line - b.line), leaving };
}

/** Once the service has the rows, or the batch is closed, nobody needs their passwords here. */
async function forgetPasswords({ services, write }: Pass, batchId: string): Promise<void> {
  const rows = (await services.store.mailboxRows.all(batchId)).filter((row) => row.secretRef !== null);
  if (rows.length === 0) return;
  for (const { secretRef } of rows) if (secretRef !== null) await services.secrets.delete(secretRef);
  await write(async (tx) => { await tx.mailboxRows.save(rows.map((row) => ({ ...row, secretRef: null }))); });
}

/** Gives the rows to the service. */
async function createIt(pass: Pass, batch: MailboxBatchRecord, rows: readonly MailboxRowRecord[]): Promise<BatchSeen> {
  const { services, service, signal } = pass;
  const given: ServiceRow[] = [];
  for (const { address, line, secretRef, forceChange } of rows) {
    const secret = secretRef === null ? undefined : await services.secrets.get(secretRef);
    if (secret === null) throw appError(ErrorCode.SecretMissing, `The password of ${address} (row ${line}) is not known to this program any more. Make the batch again from its list.`);
    given.push({ address, ...(secret === undefined ? {} : { secret }), ...(forceChange === null ? {} : { force: forceChange }) });
  }
  // The service writes to people itself only where nobody else does; else everybody would get everything twice.
  const notify = await mailsAreSent(services.store) ? [] : batch.settings.recipients;
  await pass.mayAct();
  const seen = await service.createBatch({ name: batch.serviceName, endpoint: batch.endpoint, csv: serviceCsv(given), notify }, signal);
  await pass.write(async (tx) => { await tx.mailboxBatches.update(batch.id, { serviceStatus: seen.status }); });
  return seen;
}

async function bringToRest(pass: Pass, batch: MailboxBatchRecord): Promise<void> {
  const { services: { store }, service, signal } = pass;
  const seen = await service.batch(batch.serviceName, signal);
  if (seen !== undefined && AT_WORK.test(seen.status)) {
    await pass.mayAct();
    await service.stop(batch.serviceName);
  }
  // A batch that the service does not have yet needs them when it is resumed.
  if (seen !== undefined) await forgetPasswords(pass, batch.id);
  const unknown = new Set<number>();
  const rows = await store.mailboxRows.all(batch.id);
  for (const row of rows) {
    if (row.origin !== 'failed before' || (row.state !== 'In progress' && row.state !== 'Waiting')) continue;
    const user = await service.user(row.address, signal);
    if (user === undefined) unknown.add(row.line);
    if (user === undefined || user.batch.toLowerCase() === batch.serviceName.toLowerCase()) continue;
    await pass.mayAct();
    await service.stopUser(row.address);
  }
  await pass.write(async (tx) => {
    await fulfil(tx, batch, { state: 'Stopping' }, { message: '', failures: 0 });
    // What the service was never given, or waits for a plan, is stopped here.
    const here = rows.filter((row) => (row.state === 'Waiting' || row.state === 'In progress') && (row.origin === 'migrated before' || (seen === undefined && (row.origin === 'new' || unknown.has(row.line)))));
    await tx.mailboxRows.save(here.map((row) => ({ ...row, state: 'Stopped', changedAt: pass.services.now() })));
  });
}

/** Removes the batch from the service; its records stay here. */
async function remove(pass: Pass, batch: MailboxBatchRecord): Promise<void> {
  const { services, service, signal } = pass;
  const seen = await service.batch(batch.serviceName, signal);
  if (seen !== undefined && seen.status !== 'Removing') {
    await pass.mayAct();
    await service.removeBatch(batch.serviceName);
  }
  if (seen !== undefined) {
    await pass.write(async (tx) => { await tx.mailboxBatches.update(batch.id, { serviceStatus: seen.status, lookedAt: services.now(), nextAt: services.now() + SOON_MS }); });
    return;
  }
  await forgetPasswords(pass, batch.id);
  const at = services.now();
  const mails = await mailsAreSent(services.store);
  await pass.write(async (tx) => {
    await tx.mailboxBatches.update(batch.id, { wanted: '', state: 'Closed', closedAt: at, nextAt: null, serviceStatus: '', message: '' });
    await tellCompletion(tx, services, pass.pair, batch, mails ? 'sent' : 'not sent');
  });
}

/** Notes that a wish is carried out, unless a person wishes something else by now: then the next look carries that out. */
async function fulfil(tx: Pick<Repositories, 'mailboxBatches'>, batch: MailboxBatchRecord, then: MailboxBatchPatch, anyway: MailboxBatchPatch): Promise<void> {
  const isSame = (await tx.mailboxBatches.get(batch.id)).wanted === batch.wanted;
  await tx.mailboxBatches.update(batch.id, { ...anyway, ...(isSame ? { ...then, wanted: '' } : {}) });
}
