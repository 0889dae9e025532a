import type { Handlers } from '../ipc/router.ts';
import type { OutboxEntry } from '../store/index.ts';
import { csvPart } from './csv.ts';
import { expirePasswords, passwordPolicy, POLICY } from './initial-passwords-desk.ts';
import { passwordDelivery } from './notifications-settings.ts';
import type { Services } from './services.ts';

const COLUMNS = ['User principal name', 'Name', 'Graph id', 'State of the password', 'Created', 'Created by task'] as const;

/** Channels of initial passwords: how they are made, and which accounts wait for one. No channel hands a password out. */
export function passwordHandlers(services: Services): Pick<Handlers, 'passwords.policy' | 'passwords.savePolicy' | 'passwords.accounts' | 'passwords.export'> {
  const { store } = services;
  return {
    'passwords.policy': async ({ pairId }) => ({ ...await passwordPolicy(services, pairId), delivery: (await passwordDelivery(services)).delivers ? 'notification' as const : 'none' as const }),
    async 'passwords.savePolicy'({ pairId, policy }) {
      await store.pairs.get(pairId);
      const symbols = [...new Set(policy.symbols)].join('');
      await store.pairSettings.set(pairId, POLICY, { ...policy, symbols });
      services.emit('store.changed', { nouns: ['pairs'] });
      return { ...policy, symbols };
    },
    async 'passwords.accounts'(query) {
      await expirePasswords(services);
      const page = await store.outbox.page(query);
      return { ...page, rows: page.rows.map(({ id, sourceId, targetId, name, userPrincipalName, state, taskId, createdAt, expiresAt }) => ({ id, sourceId, targetId, name, userPrincipalName, state, taskId, createdAt, expiresAt })) };
    },
    'passwords.export': async ({ after, ...query }) => await csvPart({
      fileName: 'new-accounts.csv', columns: COLUMNS, read: async (request) => await store.outbox.page({ ...query, ...request }), lines: (rows) => rows.map(toLine),
    }, { after }),
  };
}

const toLine = (one: OutboxEntry): string[] => [one.userPrincipalName, one.name, one.targetId, one.state, new Date(one.createdAt).toISOString(), one.taskId];
