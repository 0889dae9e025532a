import type { MailSituation, MailVerdict } from '../../../shared/domain/cutover.ts';
import { count, json, key } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { after, contains, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';
import type { MailFlowTable } from '../schema.ts';

/** What becomes of the mail of one person in one situation; `path`: JSON of the caller's shape. */
export interface MailFlowRecord { readonly sourceId: string; readonly name: string; readonly verdict: MailVerdict; readonly message: string; readonly path: unknown }

/** Which people to show. */
export interface MailFlowQuery extends PageRequest {
  readonly pairId: string;
  readonly situation: MailSituation;
  /** `findings`: all but those whose mail is delivered. */
  readonly verdict: MailVerdict | 'findings' | 'all';
  /** Part of a name; empty: all. */
  readonly search: string;
}

/** Where the mail of people goes, as it was followed last. */
export interface MailFlowRepository {
  /** Stores people of a run in place of what an earlier one said of them. Any number; 500 is a good one. */
  savePage(pairId: string, situation: MailSituation, runAt: number, rows: readonly MailFlowRecord[]): Promise<void>;
  /**
   * Ends a run: forgets whom only an earlier one had followed. @param people how many the run has stored.
   * @returns false when another process has followed the same people meanwhile: then nothing is left, because what is there is of neither.
   */
  end(pairId: string, situation: MailSituation, runAt: number, people: number): Promise<boolean>;
  /** People by verdict, and when they were followed; undefined: nobody was. */
  counts(pairId: string, situation: MailSituation): Promise<{ readonly runAt: number; readonly counts: ReadonlyMap<string, number> } | undefined>;
  page(query: MailFlowQuery): Promise<Page<MailFlowRecord>>;
  /** Undefined for a person who was not followed. */
  get(pairId: string, situation: MailSituation, sourceId: string): Promise<MailFlowRecord | undefined>;
}

const COLUMNS = ['pair_id', 'situation', 'source_id', 'run_at', 'name', 'name_key', 'verdict', 'message', 'path'] as const satisfies readonly (keyof MailFlowTable)[];
const WRITE = { table: 'mail_flow', columns: COLUMNS, key: COLUMNS.slice(0, 3), update: COLUMNS.slice(3) } as const;

const toRecord = (row: MailFlowTable): MailFlowRecord => ({ sourceId: row.source_id, name: row.name, verdict: row.verdict as MailVerdict, message: row.message, path: json<unknown>(row.path) });

/** Makes the repository of the flow of mail. */
export function mailFlowRepository(context: Context): MailFlowRepository {
  const { db } = context;
  const of = (pairId: string, situation: MailSituation) => db.selectFrom('mail_flow').where('pair_id', '=', pairId).where('situation', '=', situation);
  return {
    savePage: (pairId, situation, runAt, rows) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, WRITE, rows.map((row) => ({ pair_id: pairId, situation, source_id: row.sourceId, run_at: runAt, name: row.name, name_key: key(row.name), verdict: row.verdict, message: row.message, path: JSON.stringify(row.path) })));
    }),
    end: (pairId, situation, runAt, people) => inTransaction(context, async (within) => {
      const stored = within.db.selectFrom('mail_flow').where('pair_id', '=', pairId).where('situation', '=', situation).where('run_at', '=', runAt);
      const whole = count((await stored.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n) === people;
      const rest = within.db.deleteFrom('mail_flow').where('pair_id', '=', pairId).where('situation', '=', situation);
      await (whole ? rest.where('run_at', '!=', runAt) : rest).execute();
      return whole;
    }),
    counts: async (pairId, situation) => {
      const rows = await of(pairId, situation).select(['verdict', (eb) => eb.fn.countAll().as('n'), (eb) => eb.fn.max('run_at').as('at')]).groupBy('verdict').execute();
      return rows.length === 0 ? undefined : { runAt: Math.max(...rows.map((row) => Number(row.at))), counts: new Map(rows.map((row) => [row.verdict, count(row.n)])) };
    },
    page: async ({ pairId, situation, verdict, search, ...request }) => {
      const limit = limitOf(request.limit);
      const start = startOf(request.after, ['string', 'string']);
      let query = of(pairId, situation);
      if (verdict === 'findings') query = query.where('verdict', '!=', 'delivered');
      else if (verdict !== 'all') query = query.where('verdict', '=', verdict);
      if (search.trim() !== '') query = query.where(contains('name_key', search.trim()));
      const total = start?.total ?? count((await query.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      const rows = await (start === undefined ? query : query.where(after(['name_key', 'source_id'], start))).selectAll().orderBy('name_key').orderBy('source_id').limit(limit + 1).execute();
      return toPage(rows, limit, total, (row) => [row.name_key, row.source_id], toRecord);
    },
    get: async (pairId, situation, sourceId) => {
      const row = await of(pairId, situation).selectAll().where('source_id', '=', sourceId).executeTakeFirst();
      return row === undefined ? undefined : toRecord(row);
    },
  };
}
