import type { PasswordState } from '../../../shared/domain/passwords.ts';
import { count, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { after, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';
import type { OutboxTable } from '../schema.ts';

/** A new account whose password is on its way, or nowhere. The password itself is never here: `secretRef` names it in the secret store. */
export interface OutboxEntry {
  readonly id: string; readonly pairId: string; readonly taskId: string; readonly sourceId: string | null; readonly targetId: string; readonly name: string; readonly userPrincipalName: string;
  readonly state: PasswordState; readonly secretRef: string | null; readonly createdAt: number; readonly expiresAt: number | null;
}

/** What is to be delivered to new people. */
export interface OutboxRepository {
  /** Adds entries; an account that is there already is replaced. */
  add(entries: readonly OutboxEntry[]): Promise<void>;
  /** Newest first. @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  page(query: PageRequest & { readonly pairId: string; readonly state?: PasswordState | '' | undefined }): Promise<Page<OutboxEntry>>;
  get(id: string): Promise<OutboxEntry | undefined>;
  /** Changes the state. @param secret `elsewhere`: another machine has the secret, so its name stays until that one has deleted it; else it is gone by then. */
  close(id: string, state: PasswordState, secret?: 'gone' | 'elsewhere'): Promise<void>;
  /** Entries that are closed and whose secret is still sealed somewhere. Looks at all of them: not for every second. */
  left(): Promise<readonly OutboxEntry[]>;
  /** Entries that wait and have expired at that time. */
  expired(at: number): Promise<readonly OutboxEntry[]>;
  /** Entries of accounts, by Graph id. */
  ofTargets(pairId: string, targetIds: readonly string[]): Promise<readonly OutboxEntry[]>;
  removeAll(ids: readonly string[]): Promise<void>;
}

const COLUMNS = ['id', 'pair_id', 'task_id', 'source_id', 'target_id', 'name', 'upn', 'state', 'secret_ref', 'created_at', 'expires_at'] as const;
const toEntry = (row: Omit<OutboxTable, 'number'>): OutboxEntry => ({
  id: row.id, pairId: row.pair_id, taskId: row.task_id, sourceId: row.source_id, targetId: row.target_id, name: row.name, userPrincipalName: row.upn, state: row.state as PasswordState,
  secretRef: row.secret_ref, createdAt: row.created_at, expiresAt: row.expires_at,
});

/** Makes the repository of the outbox. */
export function outboxRepository(context: Context): OutboxRepository {
  const { db } = context;
  return {
    add: (entries) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, { table: 'outbox', columns: COLUMNS, key: ['pair_id', 'target_id'], update: COLUMNS.filter((name) => name !== 'pair_id' && name !== 'target_id') }, entries.map((one) => ({
        id: one.id, pair_id: one.pairId, task_id: one.taskId, source_id: one.sourceId, target_id: one.targetId, name: one.name, upn: one.userPrincipalName, state: one.state, secret_ref: one.secretRef,
        created_at: one.createdAt, expires_at: one.expiresAt,
      })));
    }),
    page: async ({ pairId, state = '', ...request }) => {
      const limit = limitOf(request.limit);
      const start = startOf(request.after, ['number']);
      let query = db.selectFrom('outbox').where('pair_id', '=', pairId);
      if (state !== '') query = query.where('state', '=', state);
      const total = start?.total ?? count((await query.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      const from = start === undefined ? query : query.where(after(['number'], start, 'descending'));
      const rows = await from.selectAll().orderBy('number', 'desc').limit(limit + 1).execute();
      return toPage(rows, limit, total, (row) => [row.number], toEntry);
    },
    get: async (id) => { const row = await db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst(); return row === undefined ? undefined : toEntry(row); },
    close: async (id, state, secret = 'gone') => { await db.updateTable('outbox').set({ state, ...(secret === 'gone' ? { secret_ref: null } : {}) }).where('id', '=', id).execute(); },
    left: async () => (await db.selectFrom('outbox').selectAll().where('state', '<>', 'waits for delivery').where('secret_ref', 'is not', null).execute()).map(toEntry),
    expired: async (at) => (await db.selectFrom('outbox').selectAll().where('state', '=', 'waits for delivery').where('expires_at', '<=', at).execute()).map(toEntry),
    ofTargets: async (pairId, targetIds) => {
      const found: OutboxEntry[] = [];
      for (const ids of pieces(targetIds)) found.push(...(await db.selectFrom('outbox').selectAll().where('pair_id', '=', pairId).where('target_id', 'in', ids).execute()).map(toEntry));
      return found;
    },
    removeAll: (ids) => inTransaction(context, async (within) => { await within.dialect.bulk.remove(within.db, { table: 'outbox', key: ['id'] }, ids.map((id) => ({ id }))); }),
  };
}
