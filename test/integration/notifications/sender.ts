import type { MailServices } from '../../../electron/app/mail-delivery.ts';
import { silentLog, type SecretStore } from '../../../electron/platform/index.ts';
import type { MailInput, Store } from '../../../electron/store/index.ts';
import { DEFAULT_NOTIFICATIONS, type NotificationSettings } from '../../../shared/domain/notifications.ts';

/** Secrets that outlive the program, as those of the operating system do. */
export function vault(values = new Map<string, string>()): SecretStore & { readonly values: ReadonlyMap<string, string> } {
  return { values, get: async (name) => values.get(name) ?? null, set: async (name, value) => { values.set(name, value); }, delete: async (name) => { values.delete(name); }, protection: () => 'os' };
}

/** What sending needs, over an open project, with a clock of the test's own. */
export function senderOf(store: Store, more: Partial<MailServices> = {}): MailServices {
  let n = 0;
  return {
    store, secrets: vault(), log: silentLog, now: () => Date.now(), actor: 'tester', newId: () => `${process.pid}-${(n += 1)}`, emit: () => {},
    openTenant: async () => { throw new Error('no tenant is expected'); }, ...more,
  };
}

/** Lets a project send to a server on this machine. */
export async function sendTo(store: Store, port: number, more: Partial<NotificationSettings> = {}): Promise<void> {
  await store.settings.set('notifications', { ...DEFAULT_NOTIFICATIONS, transport: 'smtp', host: '127.0.0.1', port, security: 'none', from: 'it@example.com', ratePerMinute: 10_000, ...more });
}

/** When the mails of a test are made, milliseconds since 1970 UTC. */
export const START = 1_700_000_000_000;

/** A mail that waits. */
export const aMail = (n: number, more: Partial<MailInput> = {}): MailInput => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, pairId: null, dedupeKey: `key ${n}`, scenario: 'ChangeUPN', template: '', recipient: `p${n}@example.com`, recipientName: `Person ${n}`, subject: `Mail ${n}`, body: `Text ${n}\n`, fields: null,
  attachments: [], secretRef: null, accountId: null, taskId: null, agentId: null, state: 'waiting', message: '', createdAt: START, ...more,
});
