import type { z } from 'zod';
import type { ChannelParsed } from '../../../shared/contracts/index.ts';
import type { ObjectRow } from '../../../shared/contracts/objects.ts';
import type { Selection } from '../../../shared/contracts/values.ts';
import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { ObjectKind, RiskFlag } from '../../../shared/domain/objects.ts';
import { count, json, pieces } from '../columns.ts';
import type { Context } from '../context.ts';
import { LARGEST_PAGE, after, contains, limitOf, startOf, toPage, type Page } from '../paging.ts';

/** What a page of the Objects tab is asked with: search, filters, order. */
export type ObjectsQuery = Partial<ChannelParsed<'objects.page'>> & { readonly collectionId: string };

/** The Objects tab: members joined with their source, match and target. */
export interface CollectionObjectsRepository {
  /**
   * One page. Ties are broken by name and then by id, so that pages are complete whatever repeats. The search looks into
   * name, UPN, mail and account name.
   * @throws AppError INVALID_INPUT when the cursor or the limit is wrong.
   */
  pageObjects(query: ObjectsQuery): Promise<Page<ObjectRow>>;
  /** One row. @throws AppError NOT_FOUND when the object is not a member. */
  getObjectRow(collectionId: string, id: string): Promise<ObjectRow>;
  /** Ids that a selection means, in pages of at most 500 in the order of ids; ids that are not members are left out. */
  resolveSelection(collectionId: string, selection: Selection): AsyncIterable<readonly string[]>;
}

/** Columns in which each order walks along one index. */
const ORDERS = {
  name: ['member.name_key', 'member.source_id'],
  status: ['member.status', 'member.name_key', 'member.source_id'],
  kind: ['member.kind', 'member.name_key', 'member.source_id'],
} as const;

type Filter = Pick<ObjectsQuery, 'search' | 'status' | 'kind'>;

function members({ db }: Context, collectionId: string, { search = '', status = '', kind = '' }: Filter) {
  let query = db.selectFrom('collection_member as member').where('member.collection_id', '=', collectionId);
  if (status !== '') query = query.where('member.status', '=', status);
  if (kind !== '') query = query.where('member.kind', '=', kind);
  const text = search.trim();
  if (text === '') return query;
  return query.where((eb) => eb.exists(eb.selectFrom('source as found').select('found.id')
    .whereRef('found.pair_id', '=', 'member.pair_id').whereRef('found.id', '=', 'member.source_id')
    .where((or) => or.or([contains('found.name_key', text), contains('found.upn_key', text), contains('found.mail_key', text), contains('found.account_key', text)]))));
}

const joined = (query: ReturnType<typeof members>) => query
  .innerJoin('source', (join) => join.onRef('source.pair_id', '=', 'member.pair_id').onRef('source.id', '=', 'member.source_id'))
  .leftJoin('match_result as match', (join) => join.onRef('match.pair_id', '=', 'member.pair_id').onRef('match.source_id', '=', 'member.source_id'))
  .leftJoin('retry', (join) => join.onRef('retry.collection_id', '=', 'member.collection_id').onRef('retry.source_id', '=', 'member.source_id'))
  .leftJoin('hold', (join) => join.onRef('hold.pair_id', '=', 'member.pair_id').onRef('hold.source_id', '=', 'member.source_id').on('hold.attribute', '=', ''))
  .leftJoin('target', (join) => join.onRef('target.pair_id', '=', 'member.pair_id').onRef('target.id', '=', 'match.target_id'))
  .select([
    'member.source_id', 'member.kind', 'member.name_key', 'member.status', 'member.reason', 'member.synchronisation', 'member.changed_at',
    'source.name', 'source.dn', 'source.upn', 'source.mail', 'match.target_id', 'match.rule_text', 'match.pinned', 'match.risks', 'target.name as target_name',
    'retry.problem', 'retry.failures', 'retry.retry_at', 'hold.held_by', 'hold.reason as held_for',
  ]);

/** Why coexistence left an object alone, in words; empty: it did not. Times are UTC. */
function whyNotInStep({ problem, failures, retry_at, held_by, held_for }: { readonly problem: string | null; readonly failures: number | null; readonly retry_at: number | null; readonly held_by: string | null; readonly held_for: string | null }): string {
  if (held_by !== null) return `Held out of coexistence by ${held_by}${held_for ? `: ${held_for}` : '.'}`;
  if (problem === null || retry_at === null) return '';
  return `${problem} Failed ${failures === 1 ? 'once' : `${failures ?? 0} times`}; tried again from ${new Date(retry_at).toISOString().slice(0, 16).replace('T', ' ')} UTC on.`;
}

function toRow(row: Awaited<ReturnType<ReturnType<typeof joined>['execute']>>[number]): z.output<typeof ObjectRow> {
  return {
    id: row.source_id, kind: row.kind as ObjectKind, name: row.name, dn: row.dn, userPrincipalName: row.upn, mail: row.mail,
    status: row.status as ObjectRow['status'], reason: row.reason, synchronisation: row.synchronisation as ObjectRow['synchronisation'], synchronisationReason: whyNotInStep(row),
    targetId: row.target_id, targetName: row.target_name ?? '', rule: row.rule_text ?? '', pinned: row.pinned === 1,
    risks: row.risks === null ? [] : json<RiskFlag[]>(row.risks), changedAt: row.changed_at,
  };
}

/** Makes the repository of the Objects tab. */
export function collectionObjectsRepository(context: Context): CollectionObjectsRepository {
  return {
    pageObjects: async (query) => {
      const { collectionId, sort = 'name', direction = 'ascending' } = query;
      const order = ORDERS[sort];
      const limit = limitOf(query.limit);
      const start = startOf(query.after, order.map(() => 'string'));
      const filtered = members(context, collectionId, query);
      const total = start?.total ?? count((await filtered.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      let page = joined(filtered).limit(limit + 1);
      if (start !== undefined) page = page.where(after(order, start, direction));
      for (const column of order) page = page.orderBy(column, direction === 'ascending' ? 'asc' : 'desc');
      const rows = await page.execute();
      return toPage(rows, limit, total, (row) => [...(sort === 'name' ? [] : [row[sort]]), row.name_key, row.source_id], toRow);
    },
    getObjectRow: async (collectionId, id) => {
      const row = await joined(members(context, collectionId, {})).where('member.source_id', '=', id).executeTakeFirst();
      if (row === undefined) throw appError(ErrorCode.NotFound, `The object ${id} is not in this collection any more.`);
      return toRow(row);
    },
    resolveSelection: async function* (collectionId, selection) {
      if (selection.mode === 'ids') {
        for (const ids of pieces([...new Set(selection.ids)].toSorted(), LARGEST_PAGE)) {
          const found = await members(context, collectionId, {}).select('member.source_id').where('member.source_id', 'in', ids).orderBy('member.source_id').execute();
          if (found.length > 0) yield found.map((row) => row.source_id);
        }
        return;
      }
      const left = new Set(selection.ids);
      for (let last = ''; ;) {
        const found = await members(context, collectionId, { search: selection.search, status: selection.status })
          .select('member.source_id').where('member.source_id', '>', last).orderBy('member.source_id').limit(LARGEST_PAGE).execute();
        const ids = found.map((row) => row.source_id).filter((id) => !left.has(id));
        if (ids.length > 0) yield ids;
        const end = found.at(-1);
        if (end === undefined || found.length < LARGEST_PAGE) return;
        last = end.source_id;
      }
    },
  };
}
