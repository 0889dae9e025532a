import type { UnresolvedReference } from '../../../shared/domain/plans.ts';
import { normaliseDn } from '../../../shared/rules/dn.ts';
import { pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import type { Page } from '../paging.ts';
import { pageReferences, type ReferenceRecord, type ReferencesQuery } from './references-page.ts';
import { sidIn } from './sources.ts';

/** One entry of the ledger that waits; `otherId` is the object waited for, null while the directory has not shown it. */
export interface OpenReference {
  readonly sourceId: string; readonly attribute: string; readonly dn: string; readonly dnKey: string; readonly otherId: string | null; readonly collectionId: string | null; readonly since: number; readonly reason: string;
}
/** What identifies an entry. */
export type ReferenceKey = Pick<OpenReference, 'sourceId' | 'attribute' | 'dnKey'>;

/** The ledger of references that could not be written because the other object had no match. */
export interface ReferencesRepository {
  page(query: ReferencesQuery): Promise<Page<ReferenceRecord>>;
  /**
   * Keeps what a task left waiting. Entries of `closed` objects that are not named again were written by the task and are kept as
   * healed by it, so that its roll back makes them wait again; those that the directory no longer holds are forgotten.
   * @param waiting entries that wait now; `since` of those that waited already stays.
   * @param closed objects whose links were all written.
   */
  record(pairId: string, by: { readonly taskId: string; readonly collectionId: string }, waiting: readonly UnresolvedReference[], closed: readonly string[]): Promise<void>;
  /** Walks through what waits, of everybody or of some objects, one page in memory. */
  iterateOpen(pairId: string, sourceIds?: readonly string[]): AsyncIterable<readonly OpenReference[]>;
  markHealed(pairId: string, taskId: string, keys: readonly ReferenceKey[]): Promise<void>;
  remove(pairId: string, keys: readonly ReferenceKey[]): Promise<void>;
  /** Makes entries wait again that a task, or a task on one waiting object, had healed. @returns how many. */
  reopen(pairId: string, which: { readonly taskId: string } | { readonly sourceId: string }): Promise<number>;
  /** After matches were lost: an object without a match waits for nothing, and what referred to one waits again. */
  settle(pairId: string): Promise<void>;
}

const COLUMNS = ['pair_id', 'source_id', 'attribute', 'dn_key', 'dn', 'other_id', 'collection_id', 'since', 'reason', 'healed_by', 'healed_at'] as const;
const PAGE_SIZE = 1_000;
const KEY = ['pair_id', 'source_id', 'attribute', 'dn_key'] as const;

/** Entries of objects, by source, attribute and DN. */
const idOf = (row: { readonly source_id: string; readonly attribute: string; readonly dn_key: string }): string => `${row.source_id}\n${row.attribute}\n${row.dn_key}`;
const cells = (pairId: string) => (key: ReferenceKey) => ({ pair_id: pairId, source_id: key.sourceId, attribute: key.attribute, dn_key: key.dnKey });

async function rowsOf({ db }: Context, pairId: string, sourceIds: readonly string[]) {
  const rows = [];
  for (const ids of pieces(sourceIds)) rows.push(...await db.selectFrom('waiting_reference').selectAll().where('pair_id', '=', pairId).where('source_id', 'in', ids).execute());
  return new Map(rows.map((row) => [idOf(row), row]));
}

async function idsByDn({ db }: Context, pairId: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  // A holder of a permission is named by its SID.
  const sids = new Map(keys.flatMap((key) => { const sid = sidIn(key); return sid === undefined ? [] : [[sid, key] as const]; }));
  for (const some of pieces([...sids.keys()])) for (const row of await db.selectFrom('source').select(['sid', 'id']).where('pair_id', '=', pairId).where('sid', 'in', some).execute()) found.set(sids.get(row.sid) ?? '', row.id);
  // After a move and a new object of the old name two rows may have the DN: the one that is still there counts.
  for (const some of pieces(keys)) for (const row of await db.selectFrom('source').select(['dn_key', 'id', 'missing']).where('pair_id', '=', pairId).where('dn_key', 'in', some).execute()) if (row.missing === 0 || !found.has(row.dn_key)) found.set(row.dn_key, row.id);
  return found;
}

async function record(context: Context, pairId: string, by: { readonly taskId: string; readonly collectionId: string }, waiting: readonly UnresolvedReference[], closed: readonly string[]): Promise<void> {
  const { db, dialect, environment } = context;
  const now = environment.clock();
  const named = new Map(waiting.map((one) => { const row = { ...one, source_id: one.sourceId, dn_key: normaliseDn(one.dn) }; return [idOf(row), row]; }));
  const known = await rowsOf(context, pairId, [...new Set([...closed, ...waiting.map((one) => one.sourceId)])]);
  const others = await idsByDn(context, pairId, [...new Set([...named.values()].map((one) => one.dn_key))]);
  await dialect.bulk.insert(db, { table: 'waiting_reference', columns: COLUMNS, key: KEY, update: COLUMNS.slice(4) }, [...named].map(([id, one]) => {
    const before = known.get(id);
    return {
      pair_id: pairId, source_id: one.sourceId, attribute: one.attribute, dn_key: one.dn_key, dn: one.dn, other_id: others.get(one.dn_key) ?? before?.other_id ?? null, collection_id: by.collectionId,
      since: before !== undefined && before.healed_by === null ? before.since : now, reason: one.reason, healed_by: null, healed_at: null,
    };
  }));
  const done = new Set(closed);
  const rest = [...known.values()].filter((row) => done.has(row.source_id) && row.healed_by === null && !named.has(idOf(row)));
  const held = new Set<string>();
  for (const ids of pieces([...new Set(rest.map((row) => row.source_id))])) {
    for (const row of await db.selectFrom('source_link').select(['source_id', 'attribute', 'dn_key']).where('pair_id', '=', pairId).where('source_id', 'in', ids).execute()) held.add(idOf(row));
  }
  await heal(context, pairId, by.taskId, rest.filter((row) => held.has(idOf(row))));
  await dialect.bulk.remove(db, { table: 'waiting_reference', key: KEY }, rest.filter((row) => !held.has(idOf(row))).map(({ source_id, attribute, dn_key }) => ({ pair_id: pairId, source_id, attribute, dn_key })));
}

async function heal({ db, dialect, environment }: Context, pairId: string, taskId: string, rows: readonly { readonly source_id: string; readonly attribute: string; readonly dn_key: string }[]): Promise<void> {
  const now = environment.clock();
  await dialect.bulk.update(db, { table: 'waiting_reference', key: KEY, set: ['healed_by', 'healed_at'] },
    rows.map(({ source_id, attribute, dn_key }) => ({ pair_id: pairId, source_id, attribute, dn_key, healed_by: taskId, healed_at: now })));
}

async function settle({ db }: Context, pairId: string): Promise<void> {
  const matched = db.selectFrom('match_result').select('source_id').where('pair_id', '=', pairId).where('state', '=', 'Matched');
  await db.deleteFrom('waiting_reference').where('pair_id', '=', pairId).where('source_id', 'not in', matched).execute();
  await db.updateTable('waiting_reference').set({ healed_by: null, healed_at: null }).where('pair_id', '=', pairId).where('healed_by', 'is not', null).where('other_id', 'is not', null).where('other_id', 'not in', matched).execute();
}

async function* openPages({ db }: Context, pairId: string, sourceIds?: readonly string[]): AsyncIterable<readonly OpenReference[]> {
  for (let last: ReferenceKey | null = null; ;) {
    let query = db.selectFrom('waiting_reference as w').leftJoin('source as o', (join) => join.onRef('o.pair_id', '=', 'w.pair_id').onRef('o.dn_key', '=', 'w.dn_key').on('o.missing', '=', 0))
      .select(['w.source_id', 'w.attribute', 'w.dn_key', 'w.dn', 'w.other_id', 'w.collection_id', 'w.since', 'w.reason', 'o.id as found']).where('w.pair_id', '=', pairId).where('w.healed_by', 'is', null);
    if (sourceIds !== undefined) query = query.where('w.source_id', 'in', sourceIds);
    const from: ReferenceKey | null = last;
    if (from !== null) query = query.where(({ eb, refTuple, tuple }) => eb(refTuple('w.source_id', 'w.attribute', 'w.dn_key'), '>', tuple(from.sourceId, from.attribute, from.dnKey)));
    const rows = await query.orderBy('w.source_id').orderBy('w.attribute').orderBy('w.dn_key').limit(PAGE_SIZE).execute();
    const page = rows.map((row): OpenReference => ({
      sourceId: row.source_id, attribute: row.attribute, dn: row.dn, dnKey: row.dn_key, otherId: row.other_id ?? row.found, collectionId: row.collection_id, since: row.since, reason: row.reason,
    }));
    if (page.length > 0) yield page;
    last = page.at(-1) ?? null;
    if (page.length < PAGE_SIZE) return;
  }
}

/** Makes the repository of references that wait. */
export function referencesRepository(context: Context): ReferencesRepository {
  const { db } = context;
  return {
    page: (query) => pageReferences(context, query),
    record: (pairId, by, waiting, closed) => inTransaction(context, (within) => record(within, pairId, by, waiting, closed)),
    iterateOpen: async function* (pairId, sourceIds) {
      if (sourceIds === undefined) return yield* openPages(context, pairId);
      for (const ids of pieces(sourceIds)) yield* openPages(context, pairId, ids);
    },
    markHealed: (pairId, taskId, keys) => inTransaction(context, (within) => heal(within, pairId, taskId, keys.map(cells(pairId)))),
    remove: (pairId, keys) => inTransaction(context, async (within) => { await within.dialect.bulk.remove(within.db, { table: 'waiting_reference', key: KEY }, keys.map(cells(pairId))); }),
    reopen: async (pairId, which) => {
      const open = db.updateTable('waiting_reference').set({ healed_by: null, healed_at: null }).where('pair_id', '=', pairId).where('healed_by', 'is not', null);
      const { numUpdatedRows } = await ('taskId' in which ? open.where('healed_by', '=', which.taskId) : open.where('source_id', '=', which.sourceId)).executeTakeFirst();
      return Number(numUpdatedRows);
    },
    settle: (pairId) => inTransaction(context, (within) => settle(within, pairId)),
  };
}
