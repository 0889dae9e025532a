import type { CutoverStep, DecommissionStep, RunbookName } from '../../../../shared/domain/cutover.ts';

/** What a step is about. `needs`: steps that have to be confirmed before it. */
export interface StepWords<S extends string> { readonly title: string; readonly about: string; readonly needs: readonly S[] }

const CUTOVER: Readonly<Record<CutoverStep, StepWords<CutoverStep>>> = {
  ttl: { title: 'Lower the TTL of the MX records', about: 'Set the time to live of the MX record of each mail domain to 3,600 seconds or less, before the mailboxes move: the change at the end then reaches everybody sooner.', needs: [] },
  mailboxes: { title: 'All mailboxes are switched', about: 'Every mailbox on premises forwards its mail to the mailbox in Microsoft 365, and no row of a batch is left over.', needs: [] },
  conversion: { title: 'Mailboxes on premises are converted', about: 'Switched mailboxes are mail-enabled users on premises, so that Outlook finds the mailbox in Microsoft 365 and the addresses stay in Active Directory.', needs: [] },
  licences: { title: 'Every switched mailbox has a licence', about: 'A new mailbox without a licence is disabled 30 days after it was made.', needs: [] },
  flow: { title: 'The mail flow simulator finds nothing', about: 'Followed as it will be after the switch, mail for every address reaches the right person: no loop, no black hole, nobody else.', needs: [] },
  mx: { title: 'Change the MX records', about: 'The MX record of each mail domain leads to Microsoft 365, and no other mail server is left in it.', needs: ['mailboxes', 'flow'] },
  autodiscover: { title: 'Change the Autodiscover records', about: 'The CNAME record "autodiscover" of each mail domain leads to Microsoft 365, so that Outlook and mobile clients find the mailbox.', needs: [] },
  spf: { title: 'Change the SPF records', about: 'Each mail domain has exactly one SPF record; it names Microsoft 365 and needs at most 10 DNS look-ups.', needs: [] },
  waiting: { title: 'Wait after the MX change', about: 'Others may keep the old MX record for a day and more. The time counts from when all servers of the domains were first seen to give the new one.', needs: ['mx'] },
  complete: { title: 'Complete the migration', about: 'Complete Migration was chosen under Mailbox Migration: the records of the batches in Microsoft 365 are removed.', needs: ['waiting'] },
};

const DECOMMISSION: Readonly<Record<DecommissionStep, StepWords<DecommissionStep>>> = {
  mailboxes: { title: 'No mailbox is left on premises', about: 'No user, shared mailbox, room or equipment has a mailbox in a database on premises.', needs: [] },
  forwarding: { title: 'Nothing in Microsoft 365 forwards to servers on premises', about: 'No forwarding and no external address leads to the mail redirection domain, or to a domain that only Exchange on premises accepts.', needs: [] },
  connectors: { title: 'No connector leads on premises', about: 'Microsoft 365 has no connector to or from servers of the organisation.', needs: [] },
  dns: { title: 'DNS does not lead on premises', about: 'No MX or Autodiscover record of a mail domain leads to Exchange on premises.', needs: [] },
  migration: { title: 'No migration is left in Microsoft 365', about: 'No migration batch and no migration endpoint needs the servers on premises.', needs: [] },
  'public folders': { title: 'Public folders', about: 'Causeway does not track public folders. Move or archive them, and say in the note what became of them.', needs: [] },
  management: { title: 'Keep one Exchange server for management', about: 'While directory synchronisation is on, mail attributes are changed on premises; Microsoft recommends to keep at least one Exchange server for that. Contact Microsoft Support before you remove the whole organisation.', needs: [] },
};

/**
 * Words of a step (Exchange Online documentation, "Migrate a subset of mailboxes to the cloud with a staged Exchange migration": steps 7 and 8, best practices,
 * next steps). Undefined when the runbook has no such step.
 */
export function stepWords(runbook: RunbookName, step: CutoverStep | DecommissionStep): StepWords<CutoverStep | DecommissionStep> | undefined {
  const words: Readonly<Record<string, StepWords<CutoverStep | DecommissionStep>>> = runbook === 'cutover' ? CUTOVER : DECOMMISSION;
  return Object.hasOwn(words, step) ? words[step] : undefined;
}
