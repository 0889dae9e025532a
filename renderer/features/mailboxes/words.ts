import type { MailboxBatch, MailboxBatches, MailboxRow } from '../../../shared/contracts/mailboxes.ts';
import { GRADE_MEANINGS, isActiveBatch, type BatchWish, type DataGrade, type RowStage } from '../../../shared/domain/mailboxes.ts';
import { count, duration } from '../../ui/format.ts';

/** Stages of a row as the console names them, and what each brings about. */
export const STAGE_WORDS: Readonly<Record<RowStage, { readonly name: string; readonly meaning: string }>> = {
  'mail user': { name: '1 Mail user', meaning: 'Directory synchronisation has brought a mail-enabled user to Microsoft 365.' },
  'provision': { name: '2 Mailbox', meaning: 'The mail-enabled user becomes a mailbox in Microsoft 365.' },
  'forwarding': { name: '3 Forwarding', meaning: 'The on-premises mailbox forwards its mail (targetAddress).' },
  'data': { name: '4 Data', meaning: 'Messages, contacts and calendar items are copied.' },
  'complete': { name: '5 Complete', meaning: 'Everything is there, and the object has the status Completed.' },
};

/** What the next look at a batch will do because a person asked for it; empty: nothing. */
export const WISH_WORDS: Readonly<Record<BatchWish, string>> = { '': '', 'run': 'Run was asked for.', 'stop': 'Stop was asked for.', 'resume': 'Resume was asked for.', 'close': 'Complete Migration was asked for.' };

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;
/** A size as a person says it, in powers of 1,024: `512 bytes`, `1.5 MB`. */
export function size(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const scaled = bytes / 1024 ** power;
  return `${power === 0 ? count(bytes) : scaled.toLocaleString(undefined, { maximumFractionDigits: 1 })} ${UNITS[power] ?? ''}`;
}

/** Copied and skipped items of a mailbox, e.g. `120 of 400, 3 skipped`. */
export function itemWords({ items, itemsTotal, skipped }: Pick<MailboxRow, 'items' | 'itemsTotal' | 'skipped'>): string {
  return `${count(items)}${itemsTotal === null ? '' : ` of ${count(itemsTotal)}`}${skipped > 0 ? `, ${count(skipped)} skipped` : ''}`;
}

/** What a grade of data consistency means; a dash when none was given yet. */
export function gradeMeaning(grade: DataGrade): string {
  return grade === '' ? 'The migration service has given no grade yet.' : GRADE_MEANINGS[grade];
}

/** The time left of a batch in words that promise nothing. */
export function leftWords({ timeLeftMs, state }: Pick<MailboxBatch, 'timeLeftMs' | 'state'>): string {
  return !isActiveBatch(state) ? '–' : timeLeftMs === null ? 'not known yet' : `about ${duration(timeLeftMs)}`;
}

/** Batches that the service works on, or is asked to; newest first. */
export function activeBatches({ rows }: Pick<MailboxBatches, 'rows'>): readonly MailboxBatch[] {
  return rows.filter((batch) => isActiveBatch(batch.state));
}

/** Bar of a batch: mailboxes at rest of those to be created, 0 to 1; null: nothing is to be created. */
export function shareDone({ toCreate, done, failed, stopped }: Pick<MailboxBatch, 'toCreate' | 'done' | 'failed' | 'stopped'>): number | null {
  return toCreate === 0 ? null : Math.min(1, (done + failed + stopped) / toCreate);
}
