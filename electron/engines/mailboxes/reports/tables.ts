import { RERUN_ACTIONS, ROW_ERRORS, type MailboxReportKind } from '../../../../shared/domain/mailboxes.ts';
import type { RowProblem } from '../batch/problems.ts';
import type { RowStanding } from '../batch/types.ts';

/** A row as reports show it. */
export type ReportRow = RowStanding & { readonly sourceName: string; readonly changedAt: number };
/** A report: its columns and lines of text. */
export interface ReportTable { readonly columns: readonly string[]; readonly lines: readonly (readonly string[])[] }

/** Kinds of reports about rows; the report of the list's own errors is made from them. */
export type RowReportKind = Exclude<MailboxReportKind, 'Validation errors'>;

const iso = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());
const number = (value: number | null): string => (value === null ? '' : String(value));
/** Hours, minutes and seconds. */
const span = (ms: number): string => { const s = Math.floor(ms / 1_000); return [Math.floor(s / 3_600), Math.floor(s / 60) % 60, s % 60].map((part) => String(part).padStart(2, '0')).join(':'); };
const rate = ({ bytes, busyMs }: RowStanding): string => (busyMs > 0 && bytes > 0 ? String(Math.round(bytes / (busyMs / 3_600_000))) : '');

/** Rows of the error report of a batch that was stopped: those that were at work or waited for their turn. */
const cutOff = (row: ReportRow): boolean => row.state === 'Stopped' || row.state === 'Waiting' || row.state === 'In progress';

/**
 * What a report shows (Exchange documentation, 2011, "Step 4 Run the migration"). The active report has a line for each mailbox that is being made or copied, and when a batch has ended one
 * for each that was; the error report has each row with an error and what to do, and of a stopped batch those that were at work or waited; the ready report has mailboxes that
 * are made and forwarded; the complete report those whose data is copied as well. `ErrorMessage` is the column's name in Microsoft's own MigrationErrors.csv.
 * @param moment `now`: while it works; `stopped` and `ended`: when it came to rest.
 */
export function reportTable(kind: RowReportKind, rows: readonly ReportRow[], moment: 'now' | 'stopped' | 'ended'): ReportTable {
  switch (kind) {
    case 'Active Mailbox Migration': return {
      columns: ['EmailAddress', 'Name', 'Status', 'Stage', 'ServiceStatus', 'ItemsSynced', 'ItemsSkipped', 'ItemsTotal', 'BytesTransferred', 'BytesTotal', 'BytesPerHour', 'QueuedDuration', 'InProgressDuration', 'StalledDuration', 'Grade', 'Remark'],
      lines: rows.filter((row) => (moment === 'now' ? row.state === 'In progress' : row.state !== 'Left out' && row.origin !== 'migrated before')).map((row) => [
        row.address, row.sourceName, row.state, row.stage, row.serviceStatus, number(row.items), number(row.skipped), number(row.itemsTotal), number(row.bytes), number(row.bytesTotal), rate(row), span(row.queuedMs), span(row.busyMs), span(row.stalledMs), row.grade, row.error,
      ]),
    };
    case 'Error Report': return {
      columns: ['EmailAddress', 'Stage', 'ErrorMessage', 'Suggestion', 'Rerun', 'At'],
      lines: rows.filter((row) => row.state === 'Failed' || row.state === 'Left out' || (moment === 'stopped' && cutOff(row))).map((row) => errorLine(row)),
    };
    case 'Mailboxes Ready Report': return {
      columns: ['EmailAddress', 'Name', 'ForwardedTo', 'Created', 'Forwarded'],
      lines: rows.filter((row) => row.state !== 'Left out' && row.provisionedAt !== null && row.forwardedAt !== null && row.errorCode !== 'forwarding differs').map((row) => [row.address, row.sourceName, row.routing, iso(row.provisionedAt), iso(row.forwardedAt)]),
    };
    case 'Migration Complete Report': return {
      columns: ['EmailAddress', 'Name', 'ForwardedTo', 'ItemsSynced', 'ItemsSkipped', 'BytesTransferred', 'Grade', 'Completed', 'Remark'],
      lines: rows.filter((row) => row.state === 'Done').map((row) => [row.address, row.sourceName, row.routing, number(row.items), number(row.skipped), number(row.bytes), row.grade, iso(row.completedAt ?? row.dataAt), row.error]),
    };
  }
}

function errorLine(row: ReportRow): readonly string[] {
  if (row.errorCode === '') return [row.address, row.stage, row.state === 'Waiting' ? 'The row waited for its turn.' : 'The batch was stopped before the mailbox was migrated.', 'Resume the batch, or run the list again.', row.provisionedAt === null ? RERUN_ACTIONS.again : RERUN_ACTIONS.data, iso(row.changedAt)];
  return [row.address, row.stage, row.error, row.suggestion, RERUN_ACTIONS[ROW_ERRORS[row.errorCode].rerun], iso(row.changedAt)];
}

/** The report of what is wrong with the rows of a list: Row, EmailAddress, Error, Suggestion. */
export function validationTable(problems: readonly RowProblem[]): ReportTable {
  return { columns: ['Row', 'EmailAddress', 'Error', 'Suggestion'], lines: problems.map((one) => [String(one.line), one.address, one.severity === 'warning' ? `Warning: ${one.message}` : one.message, one.suggestion]) };
}
