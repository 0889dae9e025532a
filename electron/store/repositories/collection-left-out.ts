import { count, key, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';

/** An object that is not in a collection although it was to be, because a clause keeps it out of any migration. */
export interface LeftOutObject {
  /** objectGUID. */
  readonly id: string;
  readonly name: string;
  readonly dn: string;
  /** What it is, in words, e.g. `room mailbox`. */
  readonly type: string;
  /** Stable name of the clause. */
  readonly clause: string;
  /** What about the object excluded it. */
  readonly reason: string;
}

/** How many objects of one type one clause left out. */
export interface LeftOutGroup { readonly type: string; readonly clause: string; readonly reason: string; readonly count: number }

/** What was left out of collections. */
export interface CollectionLeftOutRepository {
  /** Remembers objects that were left out, and forgets those that are members now. */
  keepLeftOut(collectionId: string, pairId: string, left: readonly LeftOutObject[], added: readonly string[]): Promise<void>;
  /** Forgets everything that was left out of a collection: its scope is read anew. */
  clearLeftOut(collectionId: string): Promise<void>;
  /** By type and clause, and the first objects by name. */
  leftOut(collectionId: string, limit: number): Promise<{ readonly total: number; readonly groups: readonly LeftOutGroup[]; readonly rows: readonly LeftOutObject[] }>;
}

/** Makes the repository of what was left out. */
export function collectionLeftOutRepository(context: Context): CollectionLeftOutRepository {
  const { db, environment } = context;
  return {
    keepLeftOut: (collectionId, pairId, left, added) => inTransaction(context, async (within) => {
      const columns = ['collection_id', 'object_id', 'pair_id', 'name', 'name_key', 'dn', 'object_type', 'clause', 'reason', 'seen_at'];
      await within.dialect.bulk.insert(within.db, { table: 'collection_left_out', columns, key: ['collection_id', 'object_id'], update: columns.slice(3) }, left.map((one) => ({
        collection_id: collectionId, object_id: one.id, pair_id: pairId, name: one.name, name_key: key(one.name), dn: one.dn, object_type: one.type, clause: one.clause, reason: one.reason, seen_at: environment.clock(),
      })));
      for (const ids of pieces(added)) await within.db.deleteFrom('collection_left_out').where('collection_id', '=', collectionId).where('object_id', 'in', ids).execute();
    }),
    clearLeftOut: async (collectionId) => { await db.deleteFrom('collection_left_out').where('collection_id', '=', collectionId).execute(); },
    leftOut: async (collectionId, limit) => {
      const all = db.selectFrom('collection_left_out').where('collection_id', '=', collectionId);
      const groups = await all.select((eb) => ['object_type', 'clause', 'reason', eb.fn.countAll().as('n')]).groupBy(['object_type', 'clause', 'reason']).orderBy('object_type').orderBy('clause').execute();
      const rows = await all.selectAll().orderBy('name_key').orderBy('object_id').limit(limit).execute();
      return {
        total: groups.reduce((sum, group) => sum + count(group.n), 0),
        groups: groups.map((group) => ({ type: group.object_type, clause: group.clause, reason: group.reason, count: count(group.n) })),
        rows: rows.map((row) => ({ id: row.object_id, name: row.name, dn: row.dn, type: row.object_type, clause: row.clause, reason: row.reason })),
      };
    },
  };
}
