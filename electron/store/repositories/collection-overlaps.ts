import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { count, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';

/** Another collection that holds some of the same objects. */
export interface SharedMembers { readonly collectionId: string; readonly name: string; readonly objects: number; readonly names: readonly string[] }

/** Members that a collection shares with others, and moving members between collections. */
export interface CollectionOverlapsRepository {
  /**
   * Other collections of the pair that hold members of this one, by name. `ids`: only these members are looked at.
   * `names` are at most five names of shared objects. Two statements a piece of 500 ids.
   */
  sharedMembers(collectionId: string, ids?: readonly string[]): Promise<readonly SharedMembers[]>;
  /** Moves members with their statuses; those that the other collection has already only leave. @throws AppError NOT_FOUND, INVALID_INPUT when the two are of different pairs. */
  moveMembers(from: string, to: string, ids: readonly string[]): Promise<{ readonly moved: number; readonly already: number }>;
}

/** Names shown of each overlap. */
const NAMES = 5;

/** Makes the repository of overlaps. */
export function collectionOverlapsRepository(context: Context): CollectionOverlapsRepository {
  const { db } = context;
  return {
    sharedMembers: async (collectionId, ids) => {
      const shared = (some: readonly string[] | undefined) => {
        const query = db.selectFrom('collection_member as own').innerJoin('collection_member as other', (join) => join
          .onRef('other.pair_id', '=', 'own.pair_id').onRef('other.source_id', '=', 'own.source_id').onRef('other.collection_id', '<>', 'own.collection_id'))
          .where('own.collection_id', '=', collectionId);
        return some === undefined ? query : query.where('own.source_id', 'in', some);
      };
      const found = new Map<string, { objects: number; names: string[] }>();
      for (const some of ids === undefined ? [undefined] : pieces([...new Set(ids)])) {
        for (const row of await shared(some).select((eb) => ['other.collection_id as id', eb.fn.countAll().as('n')]).groupBy('other.collection_id').execute()) {
          const known = found.get(row.id) ?? { objects: 0, names: [] };
          known.objects += count(row.n);
          if (known.names.length < NAMES) {
            const names = await shared(some).where('other.collection_id', '=', row.id).innerJoin('source', (join) => join.onRef('source.pair_id', '=', 'own.pair_id').onRef('source.id', '=', 'own.source_id'))
              .select('source.name').orderBy('own.name_key').limit(NAMES - known.names.length).execute();
            known.names.push(...names.map((one) => one.name));
          }
          found.set(row.id, known);
        }
      }
      if (found.size === 0) return [];
      const collections = await db.selectFrom('collection').select(['id', 'name']).where('id', 'in', [...found.keys()]).orderBy('name_key').execute();
      return collections.map(({ id, name }) => ({ collectionId: id, name, objects: found.get(id)?.objects ?? 0, names: found.get(id)?.names ?? [] }));
    },
    moveMembers: (from, to, ids) => inTransaction(context, async (within) => {
      const pairs = await within.db.selectFrom('collection').select(['id', 'pair_id']).where('id', 'in', [from, to]).execute();
      if (pairs.length !== 2) throw appError(ErrorCode.NotFound, 'One of the collections is not in this project any more, or both are the same.');
      if (pairs[0]?.pair_id !== pairs[1]?.pair_id) throw appError(ErrorCode.InvalidInput, 'Objects can be moved only between collections of one migration pair.');
      let moved = 0;
      let left = 0;
      for (const some of pieces([...new Set(ids)])) {
        const rows = await within.db.selectFrom('collection_member').selectAll().where('collection_id', '=', from).where('source_id', 'in', some).execute();
        moved += await within.dialect.bulk.insert(within.db, {
          table: 'collection_member', columns: ['collection_id', 'source_id', 'pair_id', 'kind', 'name_key', 'status', 'reason', 'synchronisation', 'changed_at'], key: ['collection_id', 'source_id'], update: [],
        }, rows.map((row) => ({ ...row, collection_id: to })));
        left += await within.dialect.bulk.remove(within.db, { table: 'collection_member', key: ['collection_id', 'source_id'] }, rows.map((row) => ({ collection_id: from, source_id: row.source_id })));
      }
      return { moved, already: left - moved };
    }),
  };
}
