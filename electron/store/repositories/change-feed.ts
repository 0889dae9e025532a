import { count } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';

/** Which directory an entry is about. */
export type FeedSide = 'source' | 'target';
/** What happened: its own values; only names of what its links point to, or that they are gone; it disappeared; it is there again. */
export type FeedWhat = 'object' | 'links' | 'gone' | 'back';
/** One entry of the feed. Numbers grow in the order of the readings and are never used twice. */
export interface FeedEntry { readonly number: number; readonly side: FeedSide; readonly objectId: string; readonly what: FeedWhat; readonly at: number }

/** What readings found changed, for the coexistence cycles of the collections of a pair: each keeps the position that it has worked off. */
export interface ChangeFeedRepository {
  append(pairId: string, side: FeedSide, entries: readonly Pick<FeedEntry, 'objectId' | 'what'>[]): Promise<void>;
  /** Entries behind a position in their order, at most `limit` of them (1 to 10,000). */
  page(pairId: string, after: number, limit: number): Promise<readonly FeedEntry[]>;
  /** Number of the pair's latest entry; 0 when it has none. A position must not be set back to it: worked off entries are pruned. */
  latest(pairId: string): Promise<number>;
  /** Forgets the entries up to and with a position. @returns how many. */
  prune(pairId: string, upTo: number): Promise<number>;
}

/** Appends inside the caller's transaction. */
export async function appendChanges({ db, dialect, environment }: Context, pairId: string, side: FeedSide, entries: readonly Pick<FeedEntry, 'objectId' | 'what'>[]): Promise<void> {
  const at = environment.clock();
  await dialect.bulk.insert(db, { table: 'change_feed', columns: ['pair_id', 'side', 'object_id', 'what', 'at'], key: [], update: [] },
    entries.map(({ objectId, what }) => ({ pair_id: pairId, side, object_id: objectId, what, at })));
}

/** True when the source of the pair is read for its changes: only then somebody waits for the feed. */
export async function isFollowed({ db }: Context, pairId: string, side = 'source'): Promise<boolean> {
  return await db.selectFrom('watermark').select('side').where('pair_id', '=', pairId).where('side', '=', side).executeTakeFirst() !== undefined;
}

/** Makes the repository of the change feed. */
export function changeFeedRepository(context: Context): ChangeFeedRepository {
  const { db } = context;
  return {
    append: (pairId, side, entries) => inTransaction(context, (within) => appendChanges(within, pairId, side, entries)),
    page: async (pairId, after, limit) => (await db.selectFrom('change_feed').select(['number', 'side', 'object_id', 'what', 'at']).where('pair_id', '=', pairId).where('number', '>', after).orderBy('number').limit(limit).execute())
      .map(({ number, side, object_id: objectId, what, at }) => ({ number, side: side as FeedSide, objectId, what: what as FeedWhat, at })),
    latest: async (pairId) => count((await db.selectFrom('change_feed').select((eb) => eb.fn.max('number').as('latest')).where('pair_id', '=', pairId).executeTakeFirst())?.latest),
    prune: async (pairId, upTo) => Number((await db.deleteFrom('change_feed').where('pair_id', '=', pairId).where('number', '<=', upTo).executeTakeFirst()).numDeletedRows),
  };
}
