import type { ExportPart, PartRequest } from '../../shared/contracts/export.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { MailboxReportKind } from '../../shared/domain/mailboxes.ts';
import { isSmtpAddress } from '../../shared/rules/addresses.ts';
import { finalMail, REPORTS_AT, reportTable, statusMail, validationTable, type MailMoment, type ReportTable, type RowProblem } from '../engines/mailboxes/index.ts';
import type { MailboxBatchRecord, MailboxRowRecord, PairRecord, Repositories } from '../store/index.ts';
import { csvOf } from './csv.ts';
import { recordEvent } from './evidence-events.ts';
import { queueMail } from './mail-desk.ts';
import type { Services } from './services.ts';

const csvText = ({ columns, lines }: ReportTable): string => csvOf([columns, ...lines]);
/** The report of a list's own errors as CSV. */
export const validationCsv = (problems: readonly RowProblem[]): string => csvText(validationTable(problems));
const fileName = (kind: MailboxReportKind): string => `${kind}.csv`;

/** A whole report as one part: it has 2,000 lines at most. @throws AppError INVALID_INPUT for a cursor, since there is no further part. */
export function reportPart(kind: MailboxReportKind, text: string, rows: number, { after }: PartRequest): ExportPart {
  if (after !== null && after !== undefined) throw appError(ErrorCode.InvalidInput, 'The place in the export is not recognised; start the export again.');
  return { fileName: fileName(kind), mediaType: 'text/csv', text, next: null, done: rows, total: rows };
}

/** A report of a batch as it stands now; nothing is kept. */
export function currentReport(kind: MailboxReportKind, rows: readonly MailboxRowRecord[]): { readonly text: string; readonly rows: number } {
  if (kind === 'Validation errors') {
    const problems = rows.filter((row) => row.state === 'Left out' && row.errorCode !== '');
    return { rows: problems.length, text: csvText({ columns: ['Row', 'EmailAddress', 'Error', 'Suggestion'], lines: problems.map((row) => [String(row.line), row.address, row.error, row.suggestion]) }) };
  }
  const table = reportTable(kind, rows, 'now');
  return { text: csvText(table), rows: table.lines.length };
}

/**
 * Makes and keeps the reports of a moment, and queues the status mail with them for each recipient; called in the transaction that notes that the moment was told.
 * @param key makes the mail one of a kind. @param mails whether the project sends mails at all.
 */
export async function tellMoment(tx: Pick<Repositories, 'mailboxReports' | 'mails'>, moment: MailMoment, batch: MailboxBatchRecord, rows: readonly MailboxRowRecord[], of: { readonly at: number; readonly key: string; readonly mails: 'sent' | 'not sent'; readonly newId: () => string }): Promise<void> {
  const attachments: { name: string; csv: string }[] = [];
  for (const kind of REPORTS_AT[moment]) {
    const table = reportTable(kind, rows, moment === 'stopped' ? 'stopped' : 'ended');
    if (kind === 'Error Report' && table.lines.length === 0) continue;
    const content = csvText(table);
    await tx.mailboxReports.add({ id: of.newId(), pairId: batch.pairId, batchId: batch.id, kind, madeAt: of.at, rowCount: table.lines.length, content });
    attachments.push({ name: fileName(kind), csv: content });
  }
  if (of.mails === 'not sent') return;
  const good = rows.filter((row) => row.state !== 'Left out' && row.origin !== 'migrated before');
  const count = (fits: (row: MailboxRowRecord) => boolean): number => rows.filter(fits).length;
  const mail = statusMail(moment, batch, {
    toCreate: good.length, created: good.filter((row) => row.provisionedAt !== null).length, forwarded: count((row) => row.forwardedAt !== null), done: count((row) => row.state === 'Done'),
    failed: count((row) => row.state === 'Failed'), leftOut: count((row) => row.state === 'Left out'), waiting: count((row) => row.state === 'Waiting' || row.state === 'Stopped'),
  });
  for (const address of batch.settings.recipients.filter(isSmtpAddress)) {
    await queueMail(tx, { pairId: batch.pairId, dedupeKey: `batch/${batch.id}/${of.key}/${address.toLowerCase()}`, scenario: `mailbox batch ${moment}`, to: { address, name: '' }, ...mail, attachments, agentId: batch.agentId });
  }
}

/** Tells the end of the whole migration once the last of its batches is closed, in the transaction that closes it. */
export async function tellCompletion(tx: Pick<Repositories, 'mailboxBatches' | 'mailboxRows' | 'mails' | 'evidence'>, services: Pick<Services, 'now' | 'actor'>, pair: PairRecord, { settings: { closing }, agentId, startedBy }: MailboxBatchRecord, mails: 'sent' | 'not sent'): Promise<void> {
  if (closing === null) return;
  const batches = (await tx.mailboxBatches.list(pair.id)).filter((one) => one.settings.closing?.id === closing.id);
  if (batches.some((one) => one.state !== 'Closed')) return;
  const figures = { batches: batches.length, migrated: (await tx.mailboxRows.switched(pair.id)).addresses, unconverted: closing.unconverted, neverMigrated: closing.neverMigrated };
  await recordEvent(tx, { pairId: pair.id, kind: 'migration completed', actor: startedBy ?? services.actor, at: services.now(), subject: `mailbox migration of "${pair.name}"`, detail: figures });
  if (mails === 'not sent') return;
  for (const address of new Set(batches.flatMap((one) => one.settings.recipients).filter(isSmtpAddress).map((one) => one.toLowerCase()))) {
    await queueMail(tx, { pairId: pair.id, dedupeKey: `mailboxes/${pair.id}/${closing.id}/${address}`, scenario: 'mailbox migration completed', to: { address, name: '' }, ...finalMail(pair.name, figures), agentId });
  }
}
