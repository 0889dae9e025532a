import { AddRegular, ArrowClockwiseRegular, ArrowForwardRegular, ArrowUndoRegular, CheckmarkCircleRegular, DeleteRegular, InfoRegular, MailArrowForwardRegular, PersonSwapRegular, PlayRegular, StopRegular } from '@fluentui/react-icons';
import type { MailboxBatch } from '../../../shared/contracts/mailboxes.ts';
import { cliOf, idsOf, quoted, type Command } from '../../app/commands.ts';
import type { CommandContext, MailboxScope } from '../../app/selection.ts';

const onTab = (c: CommandContext): boolean => c.place.tab === 'Mailbox Migration';
const chosen = (c: CommandContext) => (c.chosen?.kind === 'mailboxes' ? c.chosen : null);
const batchOf = (c: CommandContext): MailboxBatch | null => chosen(c)?.batch ?? null;
const withBatch = (can: (batch: MailboxBatch) => boolean, no: string) => (c: CommandContext): string | null => { const batch = batchOf(c); return !batch ? 'There is no batch yet.' : can(batch) ? null : no; };
const pairName = (c: CommandContext): string => quoted(c.pair?.name ?? '<pair>');
const batchName = (c: CommandContext): string => quoted(batchOf(c)?.name ?? '<batch>');
const scopeOf = (c: CommandContext): MailboxScope | null => chosen(c)?.scope ?? null;
const whyNotPlanned = (c: CommandContext): string | null => (batchOf(c) === null ? 'There is no batch yet.' : chosen(c)?.problem ?? null);
const planLine = (verb: 'forward' | 'convert') => (c: CommandContext): string => { const { batchId = '<batch>', ids = [] } = scopeOf(c) ?? {}; return cliOf(c, `mailbox ${verb} --pair ${pairName(c)} --batch ${batchId}${ids.length === 0 ? '' : ` --id ${idsOf({ mode: 'ids', ids: [...ids] })}`}`); };
const act = (channel: 'mailboxes.run' | 'mailboxes.resume' | 'mailboxes.refresh'): Command['run'] => async (c, { api, cache }) => {
  const batch = batchOf(c);
  if (!batch) return;
  await api.call(channel, { batchId: batch.id });
  await cache.invalidateQueries({ queryKey: ['mailboxes.batches'] });
};

/** Commands of mailbox migration, by the names of the reference system where it has one ("Migrate a Subset of Mailboxes to the Cloud"). */
export const mailboxCommands: readonly Command[] = [
  {
    id: 'mailboxes.new', title: 'New E-Mail Migration', icon: AddRegular, group: 'E-Mail Migration', appliesTo: onTab, disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('new mailbox batch', { pair: c.pair }); }, cliLine: (c) => cliOf(c, `mailbox create <file> --name <name> --pair ${pairName(c)}`),
  },
  {
    id: 'mailboxes.complete', title: 'Complete Migration', icon: CheckmarkCircleRegular, group: 'E-Mail Migration', appliesTo: onTab, disabledReason: withBatch(() => true, ''),
    run: (c, { open }) => { if (c.pair) open('complete migration', { pair: c.pair }); }, cliLine: (c) => cliOf(c, `mailbox complete --pair ${pairName(c)}`),
  },
  {
    id: 'mailboxes.run', title: 'Run', icon: PlayRegular, group: 'Batch', appliesTo: onTab, disabledReason: withBatch((b) => b.canRun, 'Only a batch that was not run yet can be run. Run the same list again with New.'),
    run: act('mailboxes.run'), cliLine: (c) => cliOf(c, `mailbox run --pair ${pairName(c)} --batch ${batchName(c)}`),
  },
  {
    id: 'mailboxes.stop', title: 'Stop', icon: StopRegular, group: 'Batch', appliesTo: onTab, disabledReason: withBatch((b) => b.canStop, 'The batch is not active.'),
    run: (c, { open }) => { const batch = batchOf(c); if (batch) open('stop mailbox batch', { batch }); }, cliLine: (c) => cliOf(c, `mailbox stop --pair ${pairName(c)} --batch ${batchName(c)}`),
  },
  {
    id: 'mailboxes.resume', title: 'Resume', icon: ArrowForwardRegular, group: 'Batch', appliesTo: onTab, disabledReason: withBatch((b) => b.canResume, 'The batch is not stopped.'),
    run: act('mailboxes.resume'), cliLine: (c) => cliOf(c, `mailbox resume --pair ${pairName(c)} --batch ${batchName(c)}`),
  },
  {
    id: 'mailboxes.refresh', title: 'Refresh Batch', icon: ArrowClockwiseRegular, group: 'Batch', appliesTo: onTab, disabledReason: withBatch((b) => b.startedAt !== null && b.closedAt === null, 'The service knows nothing of this batch.'),
    run: act('mailboxes.refresh'), cliLine: (c) => cliOf(c, `mailbox watch --pair ${pairName(c)} --batch ${batchName(c)}`),
  },
  {
    id: 'mailboxes.batch', title: 'Batch Details', icon: InfoRegular, group: 'Batch', shortcut: 'Alt+Enter', appliesTo: onTab, disabledReason: withBatch(() => true, ''),
    run: (c, { open }) => { const batch = batchOf(c); if (batch) open('mailbox batch', { batch }); }, cliLine: (c) => cliOf(c, `mailbox list --pair ${pairName(c)}`),
  },
  {
    id: 'mailboxes.discard', title: 'Discard Batch', icon: DeleteRegular, group: 'Batch', appliesTo: onTab, disabledReason: withBatch((b) => b.canDiscard, 'Only a batch that was not run yet can be discarded.'),
    run: (c, { open }) => { const batch = batchOf(c); if (batch) open('discard mailbox batch', { batch }); }, cliLine: (c) => cliOf(c, `mailbox discard --pair ${pairName(c)} --batch ${batchName(c)}`),
  },
  {
    id: 'switch.forward', title: 'Forward Mail', icon: MailArrowForwardRegular, group: 'Mailboxes', appliesTo: onTab, disabledReason: whyNotPlanned,
    run: (c, { open }) => { const scope = scopeOf(c); if (c.pair && scope) open('forward mail', { pair: c.pair, scope }); }, cliLine: planLine('forward'),
  },
  {
    id: 'switch.convert', title: 'Convert to Mail-Enabled Users', icon: PersonSwapRegular, group: 'Mailboxes', appliesTo: onTab, disabledReason: whyNotPlanned,
    run: (c, { open }) => { const scope = scopeOf(c); if (c.pair && scope) open('convert mailboxes', { pair: c.pair, scope }); }, cliLine: planLine('convert'),
  },
  {
    id: 'switch.undoForward', title: 'Roll Back Forwarding', icon: ArrowUndoRegular, group: 'Mailboxes', appliesTo: onTab, disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('roll back fixes', { pair: c.pair, collection: null, task: null, kind: 'Forward' }); }, cliLine: (c) => cliOf(c, 'mailbox take-back --task <task>'),
  },
  {
    id: 'switch.undoConvert', title: 'Roll Back Conversion', icon: ArrowUndoRegular, group: 'Mailboxes', appliesTo: onTab, disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('roll back fixes', { pair: c.pair, collection: null, task: null, kind: 'Convert' }); }, cliLine: (c) => cliOf(c, 'mailbox take-back --task <task>'),
  },
];
