import { sql, type Selectable } from 'kysely';
import { MAIL_STATES, type MailState } from '../../../shared/domain/notifications.ts';
import { count, json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { after, likePattern, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';
import type { MailTable } from '../schema.ts';

/** A mail to send. Times are milliseconds since 1970 UTC. */
export interface MailInput {
  readonly id: string;
  /** Null: of the project as a whole. */
  readonly pairId: string | null;
  /** A second mail of the same key is not added. */
  readonly dedupeKey: string;
  readonly scenario: string;
  /** Name of the template that it was made from; empty: none. */
  readonly template: string;
  readonly recipient: string;
  readonly recipientName: string;
  readonly subject: string;
  /** With `fields`, a template that is filled in at the moment of sending; a password is never in either. */
  readonly body: string;
  readonly fields: Readonly<Record<string, string>> | null;
  readonly attachments: readonly { readonly name: string; readonly csv: string }[];
  /** Entry of the secret store with the password to fill in; null: none. */
  readonly secretRef: string | null;
  /** Entry among the accounts that wait for their password; null: none. */
  readonly accountId: string | null;
  readonly taskId: string | null;
  /** Whose machine holds the secret; null: any agent sends it. */
  readonly agentId: string | null;
  readonly state: Extract<MailState, 'waiting' | 'held' | 'failed'>;
  readonly message: string;
  readonly createdAt: number;
}

/** A mail as it is kept. */
export interface MailRecord extends Omit<MailInput, 'state'> {
  readonly state: MailState;
  readonly tries: number;
  readonly nextAt: number | null;
  /** What the server said. */
  readonly answer: string;
  readonly sentAt: number | null;
}

/** Which mails. */
export interface MailQuery { readonly pairId?: string | undefined; readonly state?: MailState | '' | undefined; readonly search?: string | undefined }

/** How a try ended; `at` is when. */
export type MailEnd = { readonly answer: string; readonly at: number } & (
  | { readonly state: 'sent' | 'failed' | 'unclear'; readonly message: string }
  | { readonly state: 'waiting'; readonly message: string; readonly nextAt: number; /** Not counted as a try. */ readonly counts: 'yes' | 'no' });

/** Mails that wait, are on their way, or have left. */
export interface MailsRepository {
  /** Adds mails; those whose key is there already are left out. */
  add(mails: readonly MailInput[]): Promise<void>;
  /** @returns undefined when it is not there. */
  get(id: string): Promise<MailRecord | undefined>;
  /** Newest first. @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  page(query: MailQuery & PageRequest): Promise<Page<MailRecord>>;
  /** How many there are in each state, whatever `state` asks. */
  counts(query: Omit<MailQuery, 'state'>): Promise<Readonly<Record<MailState, number>>>;
  /**
   * Takes the mail that is due longest and marks it as being sent; that has reached the disk when the promise resolves, so that nobody sends it a second time.
   * @param by `agentIds`: those served; a mail of another agent is left to it.
   * @returns undefined when none is due.
   */
  claim(by: { readonly agentIds: readonly string[]; readonly owner: string; readonly now: number; readonly until: number }): Promise<MailRecord | undefined>;
  /** Writes down how a try ended. @returns false when the mail is not this owner's any more; then nothing was written. */
  end(id: string, owner: string, end: MailEnd): Promise<boolean>;
  /** Mails that are being sent, and by whom until when. */
  sending(): Promise<readonly { readonly id: string; readonly owner: string; readonly until: number }[]>;
  /** Mails sent since a time. */
  sentSince(at: number): Promise<number>;
  /** True when a mail is due that these agents may send. */
  isDue(agentIds: readonly string[], now: number): Promise<boolean>;
  /** Makes every mail that waits wait until then at least: the mail server cannot be spoken to. */
  postpone(until: number): Promise<void>;
  /** Moves mails that are in one of the states to another; one that waits again counts from now. `with a recipient`: the others stay. @returns those that were moved, as they were. */
  move(ids: readonly string[], from: readonly MailState[], to: { readonly state: Extract<MailState, 'waiting' | 'cancelled' | 'failed'>; readonly message: string; readonly at: number }, which: 'all' | 'with a recipient'): Promise<readonly MailRecord[]>;
  /** Mails about new accounts that have not left yet, by entry among the accounts. */
  openOfAccounts(accountIds: readonly string[]): Promise<readonly MailRecord[]>;
}

const COLUMNS = ['id', 'pair_id', 'dedupe_key', 'scenario', 'template', 'recipient', 'recipient_name', 'subject', 'body', 'fields', 'attachments', 'secret_ref', 'account_id', 'task_id', 'agent_id', 'state', 'tries', 'next_at', 'message', 'answer', 'created_at'] as const;
const toRecord = (row: Selectable<MailTable>): MailRecord => ({
  id: row.id, pairId: row.pair_id, dedupeKey: row.dedupe_key, scenario: row.scenario, template: row.template, recipient: row.recipient, recipientName: row.recipient_name, subject: row.subject,
  body: row.body, fields: json<MailInput['fields']>(row.fields), attachments: json<MailInput['attachments']>(row.attachments), secretRef: row.secret_ref, accountId: row.account_id, taskId: row.task_id, agentId: row.agent_id,
  state: row.state as MailState, tries: row.tries, nextAt: row.next_at, message: row.message, answer: row.answer, createdAt: row.created_at, sentAt: row.sent_at,
});

/** Makes the repository of mails. */
export function mailsRepository(context: Context): MailsRepository {
  const { db, dialect } = context;
  const scoped = ({ pairId, search = '' }: Omit<MailQuery, 'state'>) => {
    let query = db.selectFrom('mail');
    if (pairId !== undefined) query = query.where('pair_id', '=', pairId);
    if (search !== '') query = query.where((eb) => eb.or((['recipient', 'recipient_name', 'subject'] as const).map((column) => sql<boolean>`lower(${eb.ref(column)}) like ${likePattern(search)} escape '\\'`)));
    return query;
  };
  return {
    add: (mails) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, { table: 'mail', columns: COLUMNS, key: ['dedupe_key'], update: [] }, mails.map((one) => ({
        id: one.id, pair_id: one.pairId, dedupe_key: one.dedupeKey, scenario: one.scenario, template: one.template, recipient: one.recipient, recipient_name: one.recipientName, subject: one.subject, body: one.body,
        fields: JSON.stringify(one.fields), attachments: JSON.stringify(one.attachments), secret_ref: one.secretRef, account_id: one.accountId, task_id: one.taskId, agent_id: one.agentId,
        state: one.state, tries: 0, next_at: one.state === 'waiting' ? one.createdAt : null, message: one.message, answer: '', created_at: one.createdAt,
      })));
    }),
    get: async (id) => { const row = await db.selectFrom('mail').selectAll().where('id', '=', id).executeTakeFirst(); return row === undefined ? undefined : toRecord(row); },
    page: async ({ state = '', after: cursor, limit: asked, ...of }) => {
      const limit = limitOf(asked);
      const start = startOf(cursor, ['number']);
      const query = state === '' ? scoped(of) : scoped(of).where('state', '=', state);
      const total = start?.total ?? count((await query.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      const rows = await (start === undefined ? query : query.where(after(['number'], start, 'descending'))).selectAll().orderBy('number', 'desc').limit(limit + 1).execute();
      return toPage(rows, limit, total, (row) => [row.number], toRecord);
    },
    counts: async (of) => {
      const counted = new Map((await scoped(of).select(['state', (eb) => eb.fn.countAll().as('n')]).groupBy('state').execute()).map((row) => [row.state, count(row.n)]));
      return Object.fromEntries(MAIL_STATES.map((state) => [state, counted.get(state) ?? 0])) as Record<MailState, number>;
    },
    claim: ({ agentIds, owner, now, until }) => dialect.durably(db, async (within) => {
      const due = await waiting(within, agentIds).select('id').where('next_at', '<=', now).orderBy('next_at').orderBy('number').executeTakeFirst();
      if (due === undefined) return undefined;
      // Asked again in the change itself: another process may have been faster.
      const { numUpdatedRows } = await within.updateTable('mail').set((eb) => ({ state: 'sending', tries: eb('tries', '+', 1), lease_owner: owner, lease_until: until, next_at: null })).where('id', '=', due.id).where('state', '=', 'waiting').executeTakeFirst();
      return numUpdatedRows === 0n ? undefined : toRecord(await within.selectFrom('mail').selectAll().where('id', '=', due.id).executeTakeFirstOrThrow());
    }),
    end: async (id, owner, end) => {
      const { numUpdatedRows } = await db.updateTable('mail').set((eb) => ({
        state: end.state, message: end.message, answer: end.answer, lease_owner: null, lease_until: null,
        ...(end.state === 'waiting' ? { next_at: end.nextAt, ...(end.counts === 'no' ? { tries: eb('tries', '-', 1) } : {}) } : {}),
        // A password is gone with the mail that carried it; of an unclear one nobody may need it again.
        ...(end.state === 'sent' ? { sent_at: end.at, secret_ref: null } : {}),
      })).where('id', '=', id).where('state', '=', 'sending').where('lease_owner', '=', owner).executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    sending: async () => (await db.selectFrom('mail').select(['id', 'lease_owner', 'lease_until']).where('state', '=', 'sending').execute()).map((row) => ({ id: row.id, owner: row.lease_owner ?? '', until: row.lease_until ?? 0 })),
    sentSince: async (at) => count((await db.selectFrom('mail').select((eb) => eb.fn.countAll().as('n')).where('sent_at', '>', at).executeTakeFirst())?.n),
    isDue: async (agentIds, now) => await waiting(db, agentIds).select('id').where('next_at', '<=', now).executeTakeFirst() !== undefined,
    postpone: async (until) => { await db.updateTable('mail').set({ next_at: until }).where('state', '=', 'waiting').where('next_at', '<', until).execute(); },
    move: (ids, from, to, which) => inTransaction(context, async ({ db: now }) => {
      const moved: MailRecord[] = [];
      for (const part of pieces(ids)) {
        const rows = await now.selectFrom('mail').selectAll().where('id', 'in', part).where('state', 'in', from).orderBy('number').execute();
        for (const row of rows.filter((one) => which === 'all' || one.recipient !== '')) {
          const { numUpdatedRows } = await now.updateTable('mail').set({ state: to.state, message: to.message, next_at: to.state === 'waiting' ? to.at : null, lease_owner: null, lease_until: null, ...(to.state === 'waiting' ? { tries: 0, created_at: to.at } : {}) }).where('id', '=', row.id).where('state', '=', row.state).executeTakeFirst();
          if (numUpdatedRows > 0n) moved.push(toRecord(row));
        }
      }
      return moved;
    }),
    openOfAccounts: async (accountIds) => {
      const found: MailRecord[] = [];
      for (const ids of pieces(accountIds)) found.push(...(await db.selectFrom('mail').selectAll().where('account_id', 'in', ids).where('state', 'in', ['waiting', 'held', 'failed', 'unclear']).execute()).map(toRecord));
      return found;
    },
  };
}

/** Mails that wait and that these agents may send. */
const waiting = (db: Context['db'], agentIds: readonly string[]) => db.selectFrom('mail').where('state', '=', 'waiting').where((eb) => eb.or([eb('agent_id', 'is', null), ...(agentIds.length === 0 ? [] : [eb('agent_id', 'in', agentIds)])]));
