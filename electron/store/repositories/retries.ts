import { count, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';

/** An object that failed in coexistence; it is left alone until `retryAt`, milliseconds since 1970 UTC. */
export interface RetryRecord { readonly sourceId: string; readonly failures: number; readonly retryAt: number; readonly problem: string }

/** Objects of collections that failed, and when coexistence tries them again. */
export interface RetriesRepository {
  /** Of a collection, by source id. */
  of(collectionId: string): Promise<ReadonlyMap<string, RetryRecord>>;
  /** How many a collection has. */
  count(collectionId: string): Promise<number>;
  /** Puts objects in place of what was known of them. */
  put(collectionId: string, objects: readonly RetryRecord[]): Promise<void>;
  /** Forgets objects that went well or are not looked after any more; of all of the collection when `sourceIds` is absent. */
  clear(collectionId: string, sourceIds?: readonly string[]): Promise<void>;
}

/** Makes the repository of objects that are tried again. */
export function retriesRepository(context: Context): RetriesRepository {
  const { db } = context;
  return {
    of: async (collectionId) => new Map((await db.selectFrom('retry').selectAll().where('collection_id', '=', collectionId).execute())
      .map((row) => [row.source_id, { sourceId: row.source_id, failures: row.failures, retryAt: row.retry_at, problem: row.problem }])),
    count: async (collectionId) => count((await db.selectFrom('retry').select((eb) => eb.fn.countAll().as('n')).where('collection_id', '=', collectionId).executeTakeFirst())?.n),
    put: (collectionId, objects) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, { table: 'retry', columns: ['collection_id', 'source_id', 'failures', 'retry_at', 'problem'], key: ['collection_id', 'source_id'], update: ['failures', 'retry_at', 'problem'] },
        objects.map((one) => ({ collection_id: collectionId, source_id: one.sourceId, failures: one.failures, retry_at: one.retryAt, problem: one.problem })));
    }),
    clear: (collectionId, sourceIds) => inTransaction(context, async (within) => {
      const all = within.db.deleteFrom('retry').where('collection_id', '=', collectionId);
      if (sourceIds === undefined) await all.execute();
      else for (const ids of pieces(sourceIds)) await all.where('source_id', 'in', ids).execute();
    }),
  };
}
