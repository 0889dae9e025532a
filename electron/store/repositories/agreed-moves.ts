import type { CoexistenceState } from '../../../shared/domain/coexistence.ts';
import { pieces } from '../columns.ts';
import type { Context } from '../context.ts';

/** States in which a collection looks after its members: the first plan of one that is planned may still be discarded. */
export const KEEPS_IN_STEP: readonly CoexistenceState[] = ['On', 'Paused', 'Quarantined'];

/**
 * Gives what was agreed on of objects to the collection that keeps them in step from now on, the first by name of the others in coexistence that hold them. What
 * that one has itself gives way only to a collection that came before it, which kept the objects until now. Objects that are gone from the directory are not moved. Call it inside a transaction.
 */
export async function moveAgreed({ db, dialect }: Context, collectionId: string, sourceIds: readonly string[]): Promise<void> {
  const own = await db.selectFrom('collection').select(['pair_id', 'name_key']).where('id', '=', collectionId).executeTakeFirst();
  if (own === undefined || sourceIds.length === 0) return;
  const others = await db.selectFrom('coexistence').innerJoin('collection', 'collection.id', 'coexistence.collection_id').select(['collection.id', 'collection.name_key'])
    .where('collection.pair_id', '=', own.pair_id).where('collection.id', '<>', collectionId).where('coexistence.state', 'in', KEEPS_IN_STEP).orderBy('collection.name_key').execute();
  if (others.length === 0) return;
  const order = new Map(others.map((one, at) => [one.id, at]));
  for (const ids of pieces(sourceIds)) {
    const kept = await db.selectFrom('synced_object as kept').innerJoin('source', (join) => join.onRef('source.pair_id', '=', 'kept.pair_id').onRef('source.id', '=', 'kept.source_id').on('source.missing', '=', 0))
      .select(['kept.source_id', 'kept.pair_id', 'kept.target_id', 'kept.since', 'kept.agreed', 'kept.members']).where('kept.collection_id', '=', collectionId).where('kept.agreed', '<>', '').where('kept.source_id', 'in', ids).execute();
    const heirs = new Map<string, number>();
    for (const { collection_id, source_id } of await db.selectFrom('collection_member').select(['collection_id', 'source_id']).where('collection_id', 'in', [...order.keys()]).where('source_id', 'in', ids).execute()) {
      heirs.set(source_id, Math.min(order.get(collection_id) ?? Infinity, heirs.get(source_id) ?? Infinity));
    }
    const there = new Set((await db.selectFrom('synced_object').select(['collection_id', 'source_id']).where('collection_id', 'in', [...order.keys()]).where('source_id', 'in', ids).execute()).map((row) => `${row.collection_id} ${row.source_id}`));
    await dialect.bulk.insert(db, { table: 'synced_object', columns: ['collection_id', 'source_id', 'pair_id', 'target_id', 'since', 'agreed', 'members'], key: ['collection_id', 'source_id'], update: ['target_id', 'agreed', 'members'] }, kept.flatMap((row) => {
      const heir = others[heirs.get(row.source_id) ?? -1];
      return heir === undefined || (there.has(`${heir.id} ${row.source_id}`) && heir.name_key < own.name_key) ? [] : [{ collection_id: heir.id, ...row }];
    }));
  }
}
