import type { Directory } from '../directory/directory.ts';
import type { MailLog } from '../mail-log.ts';
import { gradeOf, worstGrade, type Grade } from './copying.ts';
import { usersOf, type Batch, type MigrationState } from './model.ts';

/** What a report needs of the service. */
export interface ReportParts {
  readonly directory: Directory;
  readonly state: MigrationState;
  readonly mail: MailLog;
  wall(): number;
}

/** Name of the report of what failed (Troubleshoot Migration Validation Errors). */
const ERROR_REPORT = 'MigrationErrors.csv';

/**
 * Sends the status mail of a batch to the addresses of NotificationEmails, with the rows that were not migrated as MigrationErrors.csv
 * (Exchange documentation, Troubleshoot Migration Validation Errors; column ErrorMessage). The other columns and the words are ours.
 */
export function reportBatch(m: ReportParts, batch: Batch): void {
  if (batch.notify.length === 0) return;
  const users = usersOf(m.state, batch.name.toLowerCase());
  const failed = users.filter((u) => u.status !== 'Synced' && u.status !== 'Completed');
  const lines = [
    ...batch.warnings.map((w) => [w.address, 'Validation', w.message]),
    ...failed.map((u) => [u.address, u.status, u.error === '' ? 'The mailbox was not migrated before the batch ended.' : u.error]),
  ];
  const synced = users.length - failed.length;
  m.mail.add({
    at: m.wall(), from: `MicrosoftExchangeMigration@${m.directory.initialDomain}`, to: batch.notify, subject: `Migration batch ${batch.name} ${words(batch.status)}`,
    body: `Status of the migration batch "${batch.name}": ${batch.status}.\nTotal: ${users.length}\nSynced: ${synced}\nNot synced: ${failed.length}\nRows left out: ${batch.warnings.length}${batch.message === '' ? '' : `\n${batch.message}`}`,
    attachments: lines.length === 0 ? [] : [{ name: ERROR_REPORT, content: [['EmailAddress', 'Status', 'ErrorMessage'], ...lines].map((cells) => cells.map(quoted).join(',')).join('\r\n') }],
    origin: 'migration',
  });
}

const words = (status: string): string => ({ Synced: 'has synced', SyncedwithErrors: 'has synced with errors', Stopped: 'has been stopped', Failed: 'has failed', Completed: 'has completed', CompletedWithErrors: 'has completed with errors' })[status] ?? status;
const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Grade of a batch: that of its worst mailbox; undefined before anything was copied. */
export function gradeOfBatch(m: ReportParts, batch: Batch): Grade | undefined {
  return worstGrade(usersOf(m.state, batch.name.toLowerCase()).flatMap((user) => {
    const of = user.targetId === null ? undefined : m.state.provisioned.get(user.targetId);
    return of && of.itemsRead > 0 ? [gradeOf(of)] : [];
  }));
}
