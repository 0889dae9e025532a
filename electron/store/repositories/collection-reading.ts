import { sql } from 'kysely';
import { count } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { collectionLeftOutRepository, type LeftOutObject } from './collection-left-out.ts';
import { addMembers } from './collections.ts';

/** What putting a reading into a collection did. */
export interface PutResult { readonly added: number; readonly already: number; readonly removed: number; readonly leftOut: number }

/**
 * A reading of the directory for a collection: what it finds is put aside a page at a time, and into the collection when the reading has
 * ended. One that fails half-way leaves the collection as it was, and no page of it has to be kept in memory.
 */
export interface CollectionReadingRepository {
  /** Puts a page aside. An object that a reading finds twice counts as it was found last. */
  keepFound(readingId: string, pairId: string, members: readonly string[], left: readonly LeftOutObject[]): Promise<void>;
  /** Ids of the members that were found, in pages of at most 500 in the order of ids. */
  foundMembers(readingId: string): AsyncIterable<readonly string[]>;
  /**
   * Puts what was found into a collection, in one transaction, and forgets it. `add`: besides what is there; `instead`: members and objects left
   * out that were not found go. Statuses of members that stay do not change. @throws AppError NOT_FOUND.
   */
  putFound(readingId: string, collectionId: string, how: 'add' | 'instead'): Promise<PutResult>;
  /** Forgets a reading that came to nothing. */
  forgetFound(readingId: string): Promise<void>;
}

const PAGE = 500;
/** A process that was killed leaves its reading behind; no reading takes that long (milliseconds). */
const STALE_MS = 24 * 3_600_000;

/** Makes the repository of readings. */
export function collectionReadingRepository(context: Context): CollectionReadingRepository {
  const pages = async function* ({ db }: Context, readingId: string, which: 'member' | 'left out') {
    for (let last = ''; ;) {
      const rows = await db.selectFrom('found_object').selectAll().where('reading_id', '=', readingId).where('is_member', '=', which === 'member' ? 1 : 0).where('object_id', '>', last).orderBy('object_id').limit(PAGE).execute();
      if (rows.length > 0) yield rows;
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE) return;
      last = end.object_id;
    }
  };
  const forget = async ({ db, environment }: Context, readingId: string): Promise<void> => {
    await db.deleteFrom('found_object').where((eb) => eb.or([eb('reading_id', '=', readingId), eb('found_at', '<', environment.clock() - STALE_MS)])).execute();
  };
  return {
    keepFound: (readingId, pairId, members, left) => inTransaction(context, async (within) => {
      const at = within.environment.clock();
      const columns = ['reading_id', 'object_id', 'pair_id', 'is_member', 'name', 'dn', 'object_type', 'clause', 'reason', 'found_at'];
      await within.dialect.bulk.insert(within.db, { table: 'found_object', columns, key: ['reading_id', 'object_id'], update: columns.slice(3) }, [
        ...members.map((id) => ({ reading_id: readingId, object_id: id, pair_id: pairId, is_member: 1, name: '', dn: '', object_type: '', clause: '', reason: '', found_at: at })),
        ...left.map((one) => ({ reading_id: readingId, object_id: one.id, pair_id: pairId, is_member: 0, name: one.name, dn: one.dn, object_type: one.type, clause: one.clause, reason: one.reason, found_at: at })),
      ]);
    }),
    foundMembers: async function* (readingId) { for await (const rows of pages(context, readingId, 'member')) yield rows.map((row) => row.object_id); },
    putFound: (readingId, collectionId, how) => inTransaction(context, async (within) => {
      const { db } = within;
      const leftOut = collectionLeftOutRepository(within);
      const found = sql<boolean>`exists (select 1 from found_object as f where f.reading_id = ${readingId} and f.object_id = collection_member.source_id and f.is_member = 1)`;
      let removed = 0;
      if (how === 'instead') {
        removed = count((await db.deleteFrom('collection_member').where('collection_id', '=', collectionId).where(sql<boolean>`not ${found}`).executeTakeFirst()).numDeletedRows);
        await leftOut.clearLeftOut(collectionId);
      }
      const sums = { added: 0, already: 0, removed, leftOut: 0 };
      for await (const rows of pages(within, readingId, 'member')) {
        const ids = rows.map((row) => row.object_id);
        const { added, already } = await addMembers(within, collectionId, ids);
        sums.added += added;
        sums.already += already;
        await leftOut.keepLeftOut(collectionId, rows[0]?.pair_id ?? '', [], ids);
      }
      for await (const rows of pages(within, readingId, 'left out')) {
        sums.leftOut += rows.length;
        await leftOut.keepLeftOut(collectionId, rows[0]?.pair_id ?? '', rows.map((row) => ({ id: row.object_id, name: row.name, dn: row.dn, type: row.object_type, clause: row.clause, reason: row.reason })), []);
      }
      if (how === 'instead') await db.updateTable('collection').set({ scope_read_at: within.environment.clock() }).where('id', '=', collectionId).execute();
      await forget(within, readingId);
      return sums;
    }),
    forgetFound: (readingId) => forget(context, readingId),
  };
}
