import type { UnresolvedReference } from '../../../shared/domain/plans.ts';
import type { RemadeSide } from '../../../shared/domain/references.ts';
import { normaliseDn } from '../../../shared/rules/dn.ts';
import { sql } from 'kysely';
import { flag, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import type { Page } from '../paging.ts';
import { pageReferences, type ReferenceRecord, type ReferencesQuery } from './references-page.ts';
import { remade, writtenElsewhere } from './references-remade.ts';
import { sidIn } from './source-names.ts';

/** One entry of the ledger that waits; `otherId` is the object waited for, null while the directory has not shown it. */
export interface OpenReference {
  readonly sourceId: string; readonly attribute: string; readonly dn: string; readonly dnKey: string; readonly otherId: string | null; readonly collectionId: string | null; readonly since: number; readonly reason: string;
  /** The side that was matched anew since, so that the reference is not written before the object that refers is migrated again. */
  readonly remade: RemadeSide | null;
  /** It belongs to the creation of the object that waits. */
  readonly onCreation: boolean;
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
  /** Gives entries that wait another reason. */
  explain(pairId: string, entries: readonly UnresolvedReference[]): Promise<void>;
  remove(pairId: string, keys: readonly ReferenceKey[]): Promise<void>;
  /** Makes entries wait again that a task, or a task on one waiting object, had healed. @returns how many. */
  reopen(pairId: string, which: { readonly taskId: string } | { readonly sourceId: string }): Promise<number>;
  /** What was written to another match of the other object than it has now, waits again. */
  reopenRemade(pairId: string): Promise<void>;
  /** After matches were lost: an object without a match waits for nothing, and what referred to one waits again. */
  settle(pairId: string): Promise<void>;
}

const COLUMNS = ['pair_id', 'source_id', 'attribute', 'dn_key', 'dn', 'other_id', 'collection_id', 'since', 'reason', 'healed_by', 'healed_at', 'target_id', 'other_target_id', 'on_creation'] as const;
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

/** The Graph ids that objects are matched with now. */
async function matchesOf({ db }: Context, pairId: string, sourceIds: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
  const found = new Map<string, string | null>();
  for (const ids of pieces(sourceIds)) for (const row of await db.selectFrom('match_result').select(['source_id', 'target_id']).where('pair_id', '=', pairId).where('state', '=', 'Matched').where('source_id', 'in', ids).execute()) found.set(row.source_id, row.target_id);
  return found;
}

async function record(context: Context, pairId: string, by: { readonly taskId: string; readonly collectionId: string }, waiting: readonly UnresolvedReference[], closed: readonly string[]): Promise<void> {
  const { db, dialect, environment } = context;
  const now = environment.clock();
  const named = new Map<string, UnresolvedReference & { readonly source_id: string; readonly dn_key: string }>();
  for (const one of waiting) {
    const row = { ...one, source_id: one.sourceId, dn_key: normaliseDn(one.dn) };
    // Wanted by a rule that always writes, too: then it does not hang on the creation.
    if (row.onCreation !== true || !named.has(idOf(row))) named.set(idOf(row), row);
  }
  const known = await rowsOf(context, pairId, [...new Set([...closed, ...waiting.map((one) => one.sourceId)])]);
  const others = await idsByDn(context, pairId, [...new Set([...named.values()].map((one) => one.dn_key))]);
  const matches = await matchesOf(context, pairId, [...new Set(waiting.map((one) => one.sourceId))]);
  await dialect.bulk.insert(db, { table: 'waiting_reference', columns: COLUMNS, key: KEY, update: COLUMNS.slice(4) }, [...named].map(([id, one]) => {
    const before = known.get(id);
    return {
      pair_id: pairId, source_id: one.sourceId, attribute: one.attribute, dn_key: one.dn_key, dn: one.dn, other_id: others.get(one.dn_key) ?? before?.other_id ?? null, collection_id: by.collectionId,
      since: before !== undefined && before.healed_by === null ? before.since : now, reason: one.reason, healed_by: null, healed_at: null,
      target_id: matches.get(one.sourceId) ?? null, other_target_id: null, on_creation: flag(one.onCreation === true),
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
  if (rows.length === 0) return;
  // To whom it was written, in case that match is made anew one day.
  await sql`update waiting_reference set other_id = coalesce(other_id, (select x.id from source x where x.pair_id = waiting_reference.pair_id and x.dn_key = waiting_reference.dn_key and x.missing = 0 limit 1))
    where pair_id = ${pairId} and healed_by = ${taskId} and other_id is null`.execute(db);
  await sql`update waiting_reference set other_target_id = (select m.target_id from match_result m where m.pair_id = waiting_reference.pair_id and m.source_id = waiting_reference.other_id and m.state = 'Matched'),
    target_id = (select m.target_id from match_result m where m.pair_id = waiting_reference.pair_id and m.source_id = waiting_reference.source_id and m.state = 'Matched')
    where pair_id = ${pairId} and healed_by = ${taskId} and healed_at = ${now}`.execute(db);
}

/** Entries that stand as written, and were written to a match of the other object that somebody has replaced since. */
const writtenToOthers = async ({ db }: Context, pairId: string) => await db.selectFrom('waiting_reference as w').select(['w.source_id', 'w.attribute', 'w.dn_key']).where('w.pair_id', '=', pairId).where('w.healed_by', 'is not', null).where(writtenElsewhere).execute();

/** Makes those wait again. */
async function reopenRemade(context: Context, pairId: string): Promise<void> {
  for (const { source_id, attribute, dn_key } of await writtenToOthers(context, pairId)) {
    await context.db.updateTable('waiting_reference').set({ healed_by: null, healed_at: null }).where('pair_id', '=', pairId).where('source_id', '=', source_id).where('attribute', '=', attribute).where('dn_key', '=', dn_key).execute();
  }
}

async function settle({ db, dialect, environment }: Context, pairId: string): Promise<void> {
  const matched = db.selectFrom('match_result').select('source_id').where('pair_id', '=', pairId).where('state', '=', 'Matched');
  await db.deleteFrom('waiting_reference').where('pair_id', '=', pairId).where('source_id', 'not in', matched).execute();
  await db.updateTable('waiting_reference').set({ healed_by: null, healed_at: null }).where('pair_id', '=', pairId).where('healed_by', 'is not', null).where('other_id', 'is not', null).where('other_id', 'not in', matched).execute();
  await reopenRemade({ db, dialect, environment }, pairId);
}

async function* openPages({ db }: Context, pairId: string, sourceIds?: readonly string[]): AsyncIterable<readonly OpenReference[]> {
  for (let last: ReferenceKey | null = null; ;) {
    let query = db.selectFrom('waiting_reference as w').leftJoin('source as o', (join) => join.onRef('o.pair_id', '=', 'w.pair_id').onRef('o.dn_key', '=', 'w.dn_key').on('o.missing', '=', 0))
      .select(['w.source_id', 'w.attribute', 'w.dn_key', 'w.dn', 'w.other_id', 'w.collection_id', 'w.since', 'w.reason', 'w.on_creation', 'o.id as found']).select(remade.as('remade')).where('w.pair_id', '=', pairId).where('w.healed_by', 'is', null);
    if (sourceIds !== undefined) query = query.where('w.source_id', 'in', sourceIds);
    const from: ReferenceKey | null = last;
    if (from !== null) query = query.where(({ eb, refTuple, tuple }) => eb(refTuple('w.source_id', 'w.attribute', 'w.dn_key'), '>', tuple(from.sourceId, from.attribute, from.dnKey)));
    const rows = await query.orderBy('w.source_id').orderBy('w.attribute').orderBy('w.dn_key').limit(PAGE_SIZE).execute();
    const page = rows.map((row): OpenReference => ({
      sourceId: row.source_id, attribute: row.attribute, dn: row.dn, dnKey: row.dn_key, otherId: row.other_id ?? row.found, collectionId: row.collection_id, since: row.since, reason: row.reason,
      remade: row.remade, onCreation: row.on_creation === 1,
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
    record: async (pairId, by, waiting, closed) => {
      // Most objects refer to nobody who is missing.
      if (waiting.length === 0 && (await rowsOf(context, pairId, closed)).size === 0) return;
      await inTransaction(context, (within) => record(within, pairId, by, waiting, closed));
    },
    iterateOpen: async function* (pairId, sourceIds) {
      if (sourceIds === undefined) return yield* openPages(context, pairId);
      for (const ids of pieces(sourceIds)) yield* openPages(context, pairId, ids);
    },
    markHealed: (pairId, taskId, keys) => inTransaction(context, (within) => heal(within, pairId, taskId, keys.map(cells(pairId)))),
    explain: async (pairId, entries) => {
      for (const { sourceId, attribute, dn, reason } of entries) {
        await db.updateTable('waiting_reference').set({ reason }).where('pair_id', '=', pairId).where('source_id', '=', sourceId).where('attribute', '=', attribute).where('dn_key', '=', normaliseDn(dn)).where('healed_by', 'is', null).execute();
      }
    },
    remove: (pairId, keys) => inTransaction(context, async (within) => { await within.dialect.bulk.remove(within.db, { table: 'waiting_reference', key: KEY }, keys.map(cells(pairId))); }),
    reopen: async (pairId, which) => {
      const open = db.updateTable('waiting_reference').set({ healed_by: null, healed_at: null, other_target_id: null }).where('pair_id', '=', pairId).where('healed_by', 'is not', null);
      const { numUpdatedRows } = await ('taskId' in which ? open.where('healed_by', '=', which.taskId) : open.where('source_id', '=', which.sourceId)).executeTakeFirst();
      return Number(numUpdatedRows);
    },
    reopenRemade: async (pairId) => {
      if ((await writtenToOthers(context, pairId)).length > 0) await inTransaction(context, (within) => reopenRemade(within, pairId));
    },
    settle: (pairId) => inTransaction(context, (within) => settle(within, pairId)),
  };
}
