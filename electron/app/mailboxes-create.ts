import type { ListSource, MailboxBatch } from '../../shared/contracts/mailboxes.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { CONSENT, MAILBOX_LIMITS, type MailboxProfile } from '../../shared/domain/mailboxes.ts';
import { whyNotStaged } from '../engines/mailboxes/index.ts';
import type { MailboxRowRecord } from '../store/index.ts';
import { recordEvent } from './evidence-events.ts';
import { validationCsv } from './mailbox-reports.ts';
import { shownBatch } from './mailboxes-batches.ts';
import { prepareList, type PreparedRow } from './mailboxes-list.ts';
import { mailboxSettings } from './mailboxes-settings.ts';
import type { Services } from './services.ts';

/** Name of the migration endpoint that Causeway makes for a pair; letters, digits and hyphens. */
const endpointName = (pairId: string): string => `Causeway-${pairId.slice(-8)}`;
/** Name of a batch in Exchange Online. */
const serviceName = (batchId: string): string => `Causeway-${batchId.slice(-8)}`;
/** Where the password of a row is kept until the service has taken the batch. */
const rowSecret = (batchId: string, line: number): string => `mailbox/${batchId}/${line}`;

/**
 * Makes a batch in state Draft from a list that was checked again. Nothing is written to either side.
 * @throws AppError INVALID_INPUT with every finding of the file, or when no row is left; FORBIDDEN for a version that a staged migration does not take.
 */
export async function createMailboxBatch(services: Services, input: { readonly pairId: string; readonly name: string; readonly profile: MailboxProfile; readonly list: ListSource; readonly recipients: readonly string[] }, signal: AbortSignal): Promise<MailboxBatch> {
  const { store, secrets } = services;
  const { pairId, profile } = input;
  const settings = await mailboxSettings(store, pairId);
  const why = settings.sourceVersion === 'unknown' ? null : whyNotStaged(settings.sourceVersion, true);
  if (why !== null) throw appError(ErrorCode.Forbidden, why);
  const list = await prepareList(services, input, signal);
  if (list.findings.length > 0) throw appError(ErrorCode.InvalidInput, list.findings.map((finding) => finding.message).join(' '));
  if (!list.rows.some((row) => row.error === null)) throw appError(ErrorCode.InvalidInput, `No row of "${list.name}" can be migrated: ${list.problems[0]?.message ?? 'it has none'} The validation report lists the reasons.`);
  const id = services.newId();
  const at = services.now();
  const agentId = list.collectionId === null ? (await store.agents.ensureLocal('', '')).id : (await store.collections.get(list.collectionId)).agentId;
  const kept: string[] = [];
  try {
    for (const { line, password, error } of list.rows) {
      if (password === undefined || error !== null) continue;
      await secrets.set(rowSecret(id, line), password);
      kept.push(rowSecret(id, line));
    }
    await store.transaction(async (tx) => {
      await tx.mailboxBatches.create({
        id, pairId, collectionId: list.collectionId, name: input.name, serviceName: serviceName(id), endpoint: settings.method === 'existing' ? settings.endpoint : endpointName(pairId), profile,
        settings: { atATime: Math.min(settings.atATime, MAILBOX_LIMITS[profile].mostAtATime), recipients: [...new Set([...settings.recipients, ...input.recipients])], ownEndpoint: settings.method === 'existing', pace: [], timeLeftMs: null, told: [], runs: 0, waitMs: 0, closing: null },
        csvName: list.name, csvHash: list.hash, total: list.total, agentId, createdAt: at, createdBy: services.actor,
      }, { at, by: services.actor });
      await tx.mailboxRows.add(list.rows.map((row) => rowRecord(row, { batchId: id, pairId, at })));
      if (list.problems.length > 0) await tx.mailboxReports.add({ id: services.newId(), pairId, batchId: id, kind: 'Validation errors', madeAt: at, rowCount: list.problems.length, content: validationCsv(list.problems) });
      await recordEvent(tx, { pairId, collectionId: list.collectionId, kind: 'batch created', actor: services.actor, at, subject: `mailbox batch "${input.name}"`, detail: { batch: id, list: list.name, sha256: list.hash, rows: list.total, leftOut: list.rows.filter((row) => row.error !== null).length, consent: CONSENT } });
    });
  } catch (error) {
    for (const name of kept) await secrets.delete(name);
    throw error;
  }
  services.emit('store.changed', { nouns: ['mailboxes'] });
  return await shownBatch(store, id);
}

function rowRecord(row: PreparedRow, { batchId, pairId, at }: { readonly batchId: string; readonly pairId: string; readonly at: number }): MailboxRowRecord {
  const { error, warning, rerun, source } = row;
  const told = error ?? warning;
  const carried = error === null ? rerun.carried : null;
  return {
    batchId, line: row.line, pairId, address: row.address.trim(), sourceId: source?.id ?? null, sourceName: source?.name ?? '', stage: rerun.stage, state: error === null ? 'Waiting' : 'Left out', origin: rerun.origin,
    errorCode: told?.code ?? '', error: told?.message ?? '', suggestion: told?.suggestion ?? '', secretRef: row.password === undefined || error !== null ? null : rowSecret(batchId, row.line), forceChange: row.force === undefined ? null : row.force.toLowerCase() === 'true',
    serviceStatus: '', targetBefore: null, queuedMs: 0, busyMs: 0, stalledMs: 0, completedAt: null, convertedAt: null, changedAt: at,
    targetId: carried?.targetId ?? null, routing: carried?.routing ?? '', items: carried?.items ?? 0, skipped: carried?.skipped ?? 0, itemsTotal: carried?.itemsTotal ?? null, bytes: carried?.bytes ?? 0, bytesTotal: carried?.bytesTotal ?? null, grade: carried?.grade ?? '',
    provisionedAt: carried?.provisionedAt ?? null, forwardedAt: null, dataAt: carried?.dataAt ?? null,
  };
}
