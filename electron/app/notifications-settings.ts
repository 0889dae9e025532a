import { NotificationSettingsSchema, type NotificationSettingsShown } from '../../shared/contracts/notifications.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { DEFAULT_NOTIFICATIONS, type NotificationSettings } from '../../shared/domain/notifications.ts';
import { isLoopback } from '../platform/mail/index.ts';
import type { Repositories } from '../store/index.ts';
import type { Services } from './services.ts';

/** Name of the project's setting. */
const SETTING = 'notifications';
/** How long a password waits in the secret store for its mail, milliseconds: a week, so that a mail server may be mended and messages be released. */
const KEEP_PASSWORDS_MS = 7 * 24 * 60 * 60_000;

/** How the project sends its mails. */
export async function notificationSettings(store: Pick<Repositories, 'settings'>): Promise<NotificationSettings> {
  return NotificationSettingsSchema.catch({ ...DEFAULT_NOTIFICATIONS, held: [] }).parse(await store.settings.get(SETTING));
}

/** True when the project has a way to send mails. */
export async function mailsAreSent(store: Pick<Repositories, 'settings'>): Promise<boolean> {
  return (await notificationSettings(store)).transport !== 'none';
}

/** Name of the mail server's secret on each machine; projects of one machine have one each. */
export async function mailSecretName(store: Pick<Repositories, 'project'>): Promise<string> {
  return `mail/${(await store.project.get()).id}`;
}

/** Whether initial passwords reach their owners by a message: `keepForMs` is how long one waits, milliseconds; else why not. */
export type PasswordDelivery = { readonly delivers: true; readonly keepForMs: number } | { readonly delivers: false; readonly reason: string };

/** Whether this process may keep initial passwords until they are sent. */
export async function passwordDelivery({ store, secrets }: Pick<Services, 'secrets'> & { readonly store: Pick<Repositories, 'settings'> }): Promise<PasswordDelivery> {
  if (!await mailsAreSent(store)) return { delivers: false, reason: 'The project sends no mail: initial passwords are kept nowhere, each new account needs a reset.' };
  if (secrets.protection() === 'session') return { delivers: false, reason: 'Secrets of this program last only as long as it runs, so initial passwords are not kept until they are sent: each new account needs a reset. Give it a key file (CAUSEWAY_KEY_FILE), or let the console do it.' };
  return { delivers: true, keepForMs: KEEP_PASSWORDS_MS };
}

/** The settings as they are shown. */
export async function shownSettings(services: Pick<Services, 'store' | 'secrets'>): Promise<NotificationSettingsShown> {
  const { held, ...settings } = await notificationSettings(services.store);
  const delivery = await passwordDelivery(services);
  return {
    ...settings, held: [...held], hasSecret: await services.secrets.get(await mailSecretName(services.store)) !== null,
    delivery: delivery.delivers ? { delivers: true, reason: 'Initial passwords are sent to their owners and kept nowhere afterwards.' } : delivery,
  };
}

/** What tells where a kept password goes, and as whose. */
const SIGN_IN = ['host', 'port', 'security', 'caFile', 'username'] as const satisfies readonly (keyof NotificationSettings)[];

/**
 * Keeps the settings.
 * @param secret absent: the one that is kept stays; empty: it is forgotten.
 * @param record what the evidence keeps of it, in the transaction that keeps the settings.
 * @throws AppError INVALID_INPUT naming what does not fit together; a kept password never goes to another server than the one it was entered for.
 */
export async function saveSettings(services: Pick<Services, 'store' | 'secrets'>, settings: NotificationSettings, secret: string | undefined, record: (tx: Repositories) => Promise<void>): Promise<void> {
  const { store, secrets } = services;
  if (settings.transport !== 'none' && settings.from === '') throw appError(ErrorCode.InvalidInput, 'The address of the sender is missing.');
  if (settings.transport === 'smtp' && settings.host === '') throw appError(ErrorCode.InvalidInput, 'The name of the mail server is missing.');
  if (settings.transport === 'smtp' && settings.security === 'none' && !isLoopback(settings.host)) throw appError(ErrorCode.InvalidInput, `Mail to ${settings.host} would go in the clear. Choose STARTTLS or TLS; only a server on this machine is spoken to without.`);
  if (settings.transport === 'graph') {
    if (settings.pairId === null) throw appError(ErrorCode.InvalidInput, 'Choose the migration pair whose tenant sends the mails.');
    const pair = await store.pairs.get(settings.pairId);
    if (pair.target.readOnly) throw appError(ErrorCode.InvalidInput, `The pair "${pair.name}" may only read its tenant, so it cannot send mails. Choose another pair, or SMTP.`);
  }
  const name = await mailSecretName(store);
  if (secret === undefined && settings.username !== '') {
    const before = await notificationSettings(store);
    if (SIGN_IN.some((one) => settings[one] !== before[one]) && await secrets.get(name) !== null) throw appError(ErrorCode.InvalidInput, 'The mail server or its sign-in was changed; enter the password again.');
  }
  if (secret === '') await secrets.delete(name);
  else if (secret !== undefined) await secrets.set(name, secret);
  await store.transaction(async (tx) => {
    await tx.settings.set(SETTING, settings);
    await record(tx);
  });
}
