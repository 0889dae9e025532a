import { ArrowRepeatAllRegular, DismissRegular, MailCheckmarkRegular, MailRegular, SendRegular, TopSpeedRegular } from '@fluentui/react-icons';
import type { MailRow } from '../../../shared/contracts/notifications.ts';
import { cliOf, type Command } from '../../app/commands.ts';
import type { CommandContext } from '../../app/selection.ts';
import { whyNot } from './words.ts';

const onTab = (c: CommandContext): boolean => c.place.tab === 'Notifications';
const onOutbox = (c: CommandContext): boolean => onTab(c) && c.chosen?.kind === 'mails';
const mailsOf = (c: CommandContext): readonly MailRow[] => (c.chosen?.kind === 'mails' ? c.chosen.mails : []);
const reason = (what: 'retry' | 'release' | 'cancel') => (c: CommandContext): string | null => whyNot(what, mailsOf(c), c.chosen?.kind === 'mails' ? c.chosen.count : 0);
const idsOf = (c: CommandContext): string[] => mailsOf(c).map((mail) => mail.id);
const line = (verb: string) => (c: CommandContext): string => cliOf(c, `notifications ${verb} ${idsOf(c).slice(0, 20).join(' ') || '<mail>'}`);
/** Sending waits for a mail server. */
const SEND_TIMEOUT_MS = 120_000;
const change = (channel: 'notifications.release' | 'notifications.cancel'): Command['run'] => async (c, { api, cache }) => {
  await api.call(channel, { ids: idsOf(c) });
  await cache.invalidateQueries({ queryKey: ['notifications.mails'] });
};

/** Commands of notifications. */
export const notificationCommands: readonly Command[] = [
  {
    id: 'notifications.test', title: 'Send Test Mail', icon: MailCheckmarkRegular, group: 'Notifications', appliesTo: onTab, disabledReason: () => null,
    run: (_, { open }) => open('test mail', {}), cliLine: (c) => cliOf(c, 'notifications test --to <address>'),
  },
  {
    id: 'notifications.send', title: 'Send Due Mail Now', icon: TopSpeedRegular, group: 'Notifications', appliesTo: onTab, disabledReason: () => null,
    run: async (_, { api, cache }) => { await api.call('notifications.send', {}, { timeoutMs: SEND_TIMEOUT_MS }); await cache.invalidateQueries({ queryKey: ['notifications.mails'] }); }, cliLine: (c) => cliOf(c, 'notifications send'),
  },
  {
    id: 'notifications.open', title: 'Mail Details', icon: MailRegular, group: 'Mail', shortcut: 'Alt+Enter', appliesTo: onOutbox, disabledReason: (c) => (mailsOf(c).length === 1 ? null : 'Select one mail.'),
    run: (c, { open }) => { const [mail] = mailsOf(c); if (mail) open('mail details', { mail }); }, cliLine: (c) => cliOf(c, 'notifications mails'),
  },
  {
    id: 'notifications.release', title: 'Release', icon: SendRegular, group: 'Mail', appliesTo: onOutbox, disabledReason: reason('release'), run: change('notifications.release'), cliLine: line('release'),
  },
  {
    id: 'notifications.retry', title: 'Send Again', icon: ArrowRepeatAllRegular, group: 'Mail', appliesTo: onOutbox, disabledReason: reason('retry'),
    run: (c, { open }) => open('retry mails', { mails: mailsOf(c) }), cliLine: line('retry'),
  },
  {
    id: 'notifications.cancel', title: 'Cancel Mail', icon: DismissRegular, group: 'Mail', shortcut: 'Delete', appliesTo: onOutbox, disabledReason: reason('cancel'), run: change('notifications.cancel'), cliLine: line('cancel'),
  },
];
