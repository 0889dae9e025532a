import type { ObjectKind } from '../../../shared/domain/objects.ts';
import { count, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { appendChanges } from './change-feed.ts';
import { after as afterKey, contains, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';

/** What identifies a hold; the empty attribute stands for the whole object. */
export interface HoldKey { readonly sourceId: string; readonly attribute: string }
/** A new hold: since when (milliseconds since 1970 UTC), by whom, why, and by which roll back (null: a person put it). */
export interface HoldInput extends HoldKey { readonly since: number; readonly by: string; readonly reason: string; readonly taskId: string | null }
/** A hold with the object it is about; `kind` null: the project does not know the object any more. */
export interface HoldRecord extends HoldInput { readonly name: string; readonly kind: ObjectKind | null }
/** Which holds to show; a part of a name, and objects of one collection, when given. */
export interface HoldsQuery extends PageRequest { readonly pairId: string; readonly collectionId?: string | undefined; readonly search?: string | undefined }

/** What coexistence leaves alone until somebody releases it. */
export interface HoldsRepository {
  /** Puts holds; those that are there already keep their time, reason and task. @returns how many are new. */
  put(pairId: string, holds: readonly HoldInput[]): Promise<number>;
  /** Takes holds away and feeds their objects to the next cycle (see ChangeFeedRepository). @returns those that there were. */
  release(pairId: string, keys: readonly HoldKey[]): Promise<readonly HoldKey[]>;
  /** One page, by name of the object and then by attribute. */
  page(query: HoldsQuery): Promise<Page<HoldRecord>>;
  /** The held attributes of these objects, by objectGUID; the empty one among them: the whole object. */
  of(pairId: string, sourceIds: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  /** Those of these objects that are in a collection of which coexistence is not off. */
  inCoexistence(pairId: string, sourceIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Of more objects than this all holds of the pair are read, unless there are more of these. */
const ASKED = 500;
const KEY = ['pair_id', 'source_id', 'attribute'] as const;
const cells = (pairId: string, key: HoldKey) => ({ pair_id: pairId, source_id: key.sourceId, attribute: key.attribute });
const idOf = (key: HoldKey): string => `${key.sourceId} ${key.attribute}`;

async function heldOf({ db }: Context, pairId: string, sourceIds: readonly string[]): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  const wanted = new Set(sourceIds);
  const all = db.selectFrom('hold').select(['source_id', 'attribute']).where('pair_id', '=', pairId);
  // Little is held: of a whole collection it is faster to read that than to ask for each member.
  const few = wanted.size > ASKED && count((await db.selectFrom('hold').select((eb) => eb.fn.countAll().as('n')).where('pair_id', '=', pairId).executeTakeFirst())?.n) <= wanted.size;
  for (const ids of few ? [null] : pieces([...wanted])) {
    for (const { source_id, attribute } of await (ids === null ? all : all.where('source_id', 'in', ids)).execute()) {
      if (wanted.has(source_id)) found.set(source_id, (found.get(source_id) ?? new Set()).add(attribute));
    }
  }
  return found;
}

/** Makes the repository of holds. */
export function holdsRepository(context: Context): HoldsRepository {
  const { db } = context;
  return {
    put: (pairId, holds) => inTransaction(context, async (within) => {
      const there = await heldOf(within, pairId, holds.map((hold) => hold.sourceId));
      const fresh = new Map(holds.filter((hold) => there.get(hold.sourceId)?.has(hold.attribute) !== true).map((hold) => [idOf(hold), hold]));
      return await within.dialect.bulk.insert(within.db, { table: 'hold', columns: [...KEY, 'since', 'held_by', 'reason', 'task_id'], key: KEY, update: [] },
        [...fresh.values()].map((hold) => ({ ...cells(pairId, hold), since: hold.since, held_by: hold.by, reason: hold.reason, task_id: hold.taskId })));
    }),
    release: (pairId, keys) => inTransaction(context, async (within) => {
      const there = await heldOf(within, pairId, keys.map((key) => key.sourceId));
      const found = [...new Map(keys.filter((key) => there.get(key.sourceId)?.has(key.attribute) === true).map((key) => [idOf(key), key])).values()];
      await within.dialect.bulk.remove(within.db, { table: 'hold', key: KEY }, found.map((key) => cells(pairId, key)));
      // As if the objects had changed: the next cycle of each of their collections looks at them again.
      await appendChanges(within, pairId, 'source', [...new Set(found.map((key) => key.sourceId))].map((objectId) => ({ objectId, what: 'object' })));
      return found;
    }),
    page: async ({ pairId, collectionId, search = '', ...request }) => {
      const limit = limitOf(request.limit);
      const start = startOf(request.after, ['string', 'string', 'string']);
      let query = db.selectFrom('hold').leftJoin('source', (join) => join.onRef('source.pair_id', '=', 'hold.pair_id').onRef('source.id', '=', 'hold.source_id')).where('hold.pair_id', '=', pairId);
      if (collectionId !== undefined) query = query.where('hold.source_id', 'in', db.selectFrom('collection_member').select('source_id').where('collection_id', '=', collectionId));
      if (search.trim() !== '') query = query.where(contains('source.name_key', search.trim()));
      const total = start?.total ?? count((await query.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      // An object that the project does not know any more comes first, by its id.
      const ordered = query.select((eb) => ['hold.source_id', 'hold.attribute', 'hold.since', 'hold.held_by', 'hold.reason', 'hold.task_id', 'source.name', 'source.kind', eb.fn.coalesce('source.name_key', eb.val('')).as('sorted')]).as('row');
      let rows = db.selectFrom(ordered).selectAll();
      if (start !== undefined) rows = rows.where(afterKey(['sorted', 'source_id', 'attribute'], start));
      return toPage(await rows.orderBy('sorted').orderBy('source_id').orderBy('attribute').limit(limit + 1).execute(), limit, total, (row) => [row.sorted, row.source_id, row.attribute], (row): HoldRecord => ({
        sourceId: row.source_id, attribute: row.attribute, since: row.since, by: row.held_by, reason: row.reason, taskId: row.task_id, name: row.name ?? row.source_id, kind: row.kind as ObjectKind | null,
      }));
    },
    of: (pairId, sourceIds) => heldOf(context, pairId, sourceIds),
    inCoexistence: async (pairId, sourceIds) => {
      const found = new Set<string>();
      for (const ids of pieces([...new Set(sourceIds)])) {
        const rows = await db.selectFrom('collection_member').innerJoin('coexistence', 'coexistence.collection_id', 'collection_member.collection_id').select('collection_member.source_id').distinct()
          .where('collection_member.pair_id', '=', pairId).where('collection_member.source_id', 'in', ids).where('coexistence.state', '<>', 'Off').execute();
        for (const { source_id } of rows) found.add(source_id);
      }
      return found;
    },
  };
}
