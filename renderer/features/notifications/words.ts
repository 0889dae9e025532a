import type { MailRow, TemplateRow } from '../../../shared/contracts/notifications.ts';
import { MAIL_STATES, type MailState } from '../../../shared/domain/notifications.ts';
import { count, time } from '../../ui/format.ts';

/** States of a mail as the console names them, and what each means. */
export const MAIL_WORDS: Readonly<Record<MailState, { readonly name: string; readonly meaning: string }>> = {
  waiting: { name: 'Waiting', meaning: 'It is sent when its time has come.' },
  held: { name: 'Held', meaning: 'It waits until somebody releases it.' },
  sending: { name: 'Sending', meaning: 'It was handed to the mail server, which has not answered yet.' },
  sent: { name: 'Sent', meaning: 'The mail server has taken it.' },
  failed: { name: 'Failed', meaning: 'The mail server refused it, or could not be reached for a day.' },
  unclear: { name: 'Unclear', meaning: 'The connection ended before the answer: nobody knows whether it arrived. It is not sent again by itself.' },
  cancelled: { name: 'Cancelled', meaning: 'Somebody cancelled it before it was sent.' },
};

/** The state of a choice; empty: all. */
export function stateOf(value: string): MailState | '' {
  return MAIL_STATES.find((one) => one === value) ?? '';
}

/** What stands in the way, or what the server said; a dash when there is nothing to say. */
export function remarkOf({ message, answer, nextAt, state }: Pick<MailRow, 'message' | 'answer' | 'nextAt' | 'state'>): string {
  const next = state === 'waiting' && nextAt !== null ? `Next try ${time(nextAt)}.` : '';
  return [message || answer, next].filter((one) => one !== '').join(' ') || '–';
}

/** Why the mails of a selection cannot be sent again, released or cancelled; null: they can. */
export function whyNot(what: 'retry' | 'release' | 'cancel', mails: readonly Pick<MailRow, 'state'>[], count: number): string | null {
  if (count === 0) return 'Select mails first.';
  if (count > mails.length) return 'Select mails that are on screen.';
  const fits: readonly MailState[] = what === 'retry' ? ['failed', 'unclear', 'waiting'] : what === 'release' ? ['held'] : ['waiting', 'held', 'failed', 'unclear'];
  return mails.every(({ state }) => fits.includes(state)) ? null : what === 'retry' ? 'Only failed, unclear and waiting mails are sent again.' : what === 'release' ? 'Only held mails are released.' : 'A mail that was sent, or is being sent, cannot be cancelled.';
}

/** Whose text of a template is used, for the list. */
export function originWords({ from, disabled }: Pick<TemplateRow, 'from' | 'disabled'>): string {
  return disabled ? 'Switched off' : from === 'default' ? 'As shipped' : from === 'project' ? 'Of this project' : 'Of an agent';
}

/** Mails by state, those that are more than none: `: 30 sent, 2 failed`. */
export function countWords(counts: Readonly<Partial<Record<MailState, number>>>): string {
  const parts = MAIL_STATES.flatMap((state) => ((counts[state] ?? 0) > 0 ? [`${count(counts[state] ?? 0)} ${state}`] : []));
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}
