import { NotificationSettingsSchema, type NotificationSettingsShown } from '../../../shared/contracts/notifications.ts';
import type { NotificationSettings } from '../../../shared/domain/notifications.ts';

/** The settings of notifications as a form holds them: numbers are texts. An empty secret means that the kept one stays. */
export interface NotificationDraft extends Omit<NotificationSettings, 'port' | 'ratePerMinute'> { readonly port: string; readonly ratePerMinute: string; readonly secret: string }

/** The fields as they were kept. */
export function draftOf(shown: NotificationSettingsShown): NotificationDraft {
  const { port, ratePerMinute, ...kept } = NotificationSettingsSchema.parse(shown);
  return { ...kept, port: String(port), ratePerMinute: String(ratePerMinute), secret: '' };
}

/**
 * What the host is sent, or what is wrong by field. Besides the contract: a mail server needs a name and a sender, Graph a mailbox and a pair.
 */
export function settingsOf(draft: NotificationDraft): { readonly settings: ReturnType<typeof NotificationSettingsSchema.parse> | null; readonly problems: Readonly<Partial<Record<keyof NotificationSettings, string>>> } {
  const parsed = NotificationSettingsSchema.safeParse({ ...draft, held: [...draft.held], port: Number(draft.port || Number.NaN), ratePerMinute: Number(draft.ratePerMinute || Number.NaN) });
  const problems: Partial<Record<keyof NotificationSettings, string>> = {};
  for (const issue of parsed.error?.issues ?? []) {
    const field = issue.path[0] as keyof NotificationSettings;
    problems[field] ??= field === 'port' ? 'must be a number from 1 to 65535' : field === 'ratePerMinute' ? 'must be a number from 1 to 10000' : field === 'from' || field === 'replyTo' ? 'must be a mail address, for example ann@contoso.com' : issue.message;
  }
  if (draft.transport === 'smtp' && draft.host.trim() === '') problems.host = 'must not be empty';
  if (draft.transport !== 'none' && draft.from.trim() === '') problems.from = 'must not be empty';
  if (draft.transport === 'graph' && draft.pairId === null) problems.pairId = 'choose a pair';
  return { settings: parsed.success && Object.keys(problems).length === 0 ? parsed.data : null, problems };
}
