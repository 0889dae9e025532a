import type { MailboxReportKind } from '../../../../shared/domain/mailboxes.ts';

/** Moments at which a status mail is sent, each once (Exchange documentation, 2011, "What happens after you start the migration batch?"). */
export type MailMoment = 'ready' | 'stopped' | 'complete';
/** Figures of a status mail. */
export interface MailFigures { readonly toCreate: number; readonly created: number; readonly forwarded: number; readonly done: number; readonly failed: number; readonly leftOut: number; readonly waiting: number }

/** Reports that are made and sent at a moment. The error report is left out when it has no line. */
export const REPORTS_AT: Readonly<Record<MailMoment, readonly Exclude<MailboxReportKind, 'Validation errors'>[]>> = {
  ready: ['Mailboxes Ready Report', 'Error Report'], stopped: ['Error Report', 'Mailboxes Ready Report'], complete: ['Migration Complete Report', 'Error Report', 'Active Mailbox Migration'],
};

/** Subject and text of a status mail. */
export function statusMail(moment: MailMoment, batch: { readonly name: string; readonly startedBy: string | null }, { toCreate, created, forwarded, done, failed, leftOut, waiting }: MailFigures): { readonly subject: string; readonly body: string } {
  const counts = [`Mailboxes to be created: ${toCreate}`, `Created in Microsoft 365: ${created}`, `Forwarding set on premises: ${forwarded}`, `Migrated: ${done}`, `Failed: ${failed}`, `Left out of the list: ${leftOut}`];
  const text = (lines: readonly string[]): string => [...lines, '', ...counts, '', `Batch: ${batch.name}`, ...(batch.startedBy === null ? [] : [`Started by: ${batch.startedBy}`])].join('\n');
  switch (moment) {
    case 'ready': return { subject: `Mailboxes of "${batch.name}" are ready`, body: text(['The mailboxes in the attached Mailboxes Ready Report are created and receive mail. Their owners can start using them; their items are being copied.', ...(failed > 0 ? ['The attached error report lists mailboxes that were not created or not forwarded.'] : [])]) };
    case 'stopped': return { subject: `The batch "${batch.name}" was stopped`, body: text([`${created} of ${toCreate} mailboxes were created before the batch was stopped. The attached error report lists those that were at work${waiting > 0 ? ', and the rows that waited' : ''}; the Mailboxes Ready Report lists those that were migrated.`]) };
    case 'complete': return { subject: `The batch "${batch.name}" is done${failed + leftOut > 0 ? ' with errors' : ''}`, body: text(['Copying has ended. The attached Migration Complete Report lists the mailboxes that were migrated.', ...(failed + leftOut > 0 ? ['The error report lists the others, each with a suggestion. Correct the causes and run the same list again: what is migrated stays as it is.'] : [])]) };
  }
}

/** The last mail, when the whole migration is completed. */
export function finalMail(pair: string, { batches, migrated, unconverted, neverMigrated }: { readonly batches: number; readonly migrated: number; readonly unconverted: number; readonly neverMigrated: number }): { readonly subject: string; readonly body: string } {
  return {
    subject: `The mailbox migration of "${pair}" is completed`,
    body: [`${batches === 1 ? '1 batch was' : `${batches} batches were`} closed and removed from Exchange Online; the records and reports stay in the project.`, '', `Mailboxes migrated: ${migrated}`, `Of them not converted to mail-enabled users: ${unconverted}`, `Mail users whose mailbox was never migrated: ${neverMigrated}`].join('\n'),
  };
}
