import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { Handlers } from '../ipc/router.ts';
import type { OutboxEntry } from '../store/index.ts';
import { csvOf } from './csv.ts';
import { expirePasswords, passwordPolicy, POLICY } from './initial-passwords-desk.ts';
import type { Services } from './services.ts';

/** Largest export given as text, accounts. */
const EXPORT_LIMIT = 200_000;
const COLUMNS = ['User principal name', 'Name', 'Graph id', 'State of the password', 'Created', 'Created by task'] as const;

/** Channels of initial passwords: how they are made, and which accounts wait for one. No channel hands a password out. */
export function passwordHandlers(services: Services): Pick<Handlers, 'passwords.policy' | 'passwords.savePolicy' | 'passwords.accounts' | 'passwords.export'> {
  const { store } = services;
  return {
    'passwords.policy': async ({ pairId }) => ({ ...await passwordPolicy(services, pairId), delivery: services.passwordDelivery === undefined ? 'none' as const : 'notification' as const }),
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
    async 'passwords.export'(query) {
      const lines: string[][] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof store.outbox.page>> = await store.outbox.page({ ...query, after, limit: 500 });
        if (page.total > EXPORT_LIMIT) throw appError(ErrorCode.InvalidInput, `There are ${page.total} accounts; at most ${EXPORT_LIMIT} are exported at once.`);
        lines.push(...page.rows.map(toLine));
        after = page.next;
      } while (after !== null);
      return { fileName: 'new-accounts.csv', text: csvOf([[...COLUMNS], ...lines]), accounts: lines.length };
    },
  };
}

const toLine = (one: OutboxEntry): string[] => [one.userPrincipalName, one.name, one.targetId, one.state, new Date(one.createdAt).toISOString(), one.taskId];
