import type { Attributes } from '../../../shared/domain/objects.ts';
import type { ReviewState } from '../../../shared/domain/review.ts';
import { count, json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { after as afterKey, contains, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';

/** A group that was chosen. Times are milliseconds since 1970 UTC. `agreedAt`: both sides agreed last; null: never. `agreed`: members on both sides as far as it is known. `tried`: digest of the tenant's members that were written as far as they can be; empty: none. */
export interface WriteBackRecord { readonly sourceId: string; readonly collectionId: string; readonly since: number; readonly by: string; readonly agreedAt: number | null; readonly agreed: number; readonly tried: string }
/** A group of a collection with what decides whether it can be chosen. `targetId`: its match, when it has one, and `review` what people said of it. `chosenBy`: the collection that has chosen it. */
export interface WriteBackGroupRecord { readonly sourceId: string; readonly name: string; readonly dn: string; readonly attributes: Attributes; readonly missing: boolean; readonly targetId: string | null; readonly review: ReviewState | null; readonly chosenBy: string | null }
/** A member in the tenant without an object of the directory that is matched with it for certain. `memberName` is empty when the project does not know it; `toReview`: there is a match, which waits for review. */
export interface WaitingMemberRecord { readonly sourceId: string; readonly groupName: string; readonly memberId: string; readonly memberName: string; readonly memberKind: string | null; readonly toReview: boolean }

/** A member on both sides: objectGUID, and Graph id of the match. */
export interface AgreedMember { readonly id: string; readonly targetId: string }

/** Groups whose membership is written back to the directory, and the members that both sides agreed on last. Members are objectGUIDs. */
export interface WriteBackRepository {
  /** Of a collection, by name of the group. */
  list(collectionId: string): Promise<readonly WriteBackRecord[]>;
  /** All that are chosen in a pair, whichever collection has chosen them. */
  ofPair(pairId: string): Promise<ReadonlySet<string>>;
  /** Groups of a collection by name, or these groups. */
  groups(query: PageRequest & { readonly collectionId: string; readonly search?: string | undefined; readonly ids?: readonly string[] }): Promise<Page<WriteBackGroupRecord>>;
  /** Chooses groups; those that are chosen already keep their time and their members. */
  choose(collectionId: string, pairId: string, sourceIds: readonly string[], of: { readonly since: number; readonly by: string }): Promise<void>;
  /** Forgets the choice of groups, and what was agreed. */
  leave(collectionId: string, pairId: string, sourceIds: readonly string[]): Promise<void>;
  /** What was agreed on a group: members, each with the Graph id that it was matched with then. */
  agreed(pairId: string, sourceId: string): Promise<ReadonlyMap<string, string>>;
  /** Keeps what is agreed besides, and forgets what is not any more. */
  agree(pairId: string, sourceId: string, change: { readonly add: readonly AgreedMember[]; readonly remove: readonly string[] }): Promise<void>;
  /** Notes that both sides of these groups were brought together. */
  setAgreed(pairId: string, sourceIds: readonly string[], at: number): Promise<void>;
  /** Keeps which members of the tenant were written to these groups as far as they can be, by group; an empty digest: others are to be tried again. */
  setTried(pairId: string, digests: ReadonlyMap<string, string>): Promise<void>;
  /** Members in the tenant that wait for a match or its review, by group and member. */
  waiting(query: PageRequest & { readonly collectionId: string }): Promise<Page<WaitingMemberRecord>>;
  /** How many wait, by group; groups in which nobody waits have no entry. */
  waitingCounts(collectionId: string): Promise<ReadonlyMap<string, number>>;
}

const MEMBER = ['pair_id', 'source_id', 'member_id'] as const;
const CHOICE = ['pair_id', 'source_id'] as const;

/** Members in the tenant of the chosen groups of a collection that no object is matched with, or only by a match that nobody has looked at yet. */
const waitingOf = ({ db }: Context, collectionId: string) => db.selectFrom('write_back')
  .innerJoin('match_result as match', (join) => join.onRef('match.pair_id', '=', 'write_back.pair_id').onRef('match.source_id', '=', 'write_back.source_id').on('match.state', '=', 'Matched').on('match.review', '<>', 'To review'))
  .innerJoin('target_link as link', (join) => join.onRef('link.pair_id', '=', 'write_back.pair_id').onRef('link.target_id', '=', 'match.target_id').on('link.attribute', '=', 'members'))
  .where('write_back.collection_id', '=', collectionId)
  .where((eb) => eb.not(eb.exists(eb.selectFrom('match_result as other').select('other.source_id').whereRef('other.pair_id', '=', 'write_back.pair_id').whereRef('other.target_id', '=', 'link.linked_id').where('other.state', '=', 'Matched').where('other.review', '<>', 'To review'))));

/** Makes the repository of membership written back. */
export function writeBackRepository(context: Context): WriteBackRepository {
  const { db } = context;
  return {
    list: async (collectionId) => {
      const rows = await db.selectFrom('write_back').leftJoin('source', (join) => join.onRef('source.pair_id', '=', 'write_back.pair_id').onRef('source.id', '=', 'write_back.source_id'))
        .select((eb) => ['write_back.source_id', 'write_back.since', 'write_back.chosen_by', 'write_back.agreed_at', 'write_back.tried', 'source.name_key',
          eb.selectFrom('write_back_member as member').select((inner) => inner.fn.countAll().as('n')).whereRef('member.pair_id', '=', 'write_back.pair_id').whereRef('member.source_id', '=', 'write_back.source_id').as('agreed')])
        .where('write_back.collection_id', '=', collectionId).orderBy('source.name_key').orderBy('write_back.source_id').execute();
      return rows.map((row) => ({ sourceId: row.source_id, collectionId, since: row.since, by: row.chosen_by, agreedAt: row.agreed_at, agreed: count(row.agreed), tried: row.tried }));
    },
    ofPair: async (pairId) => new Set((await db.selectFrom('write_back').select('source_id').where('pair_id', '=', pairId).execute()).map((row) => row.source_id)),
    groups: async ({ collectionId, search = '', ids, ...request }) => {
      const limit = limitOf(request.limit);
      const start = startOf(request.after, ['string', 'string']);
      let query = db.selectFrom('collection_member as member').innerJoin('source', (join) => join.onRef('source.pair_id', '=', 'member.pair_id').onRef('source.id', '=', 'member.source_id'))
        .leftJoin('match_result as match', (join) => join.onRef('match.pair_id', '=', 'member.pair_id').onRef('match.source_id', '=', 'member.source_id').on('match.state', '=', 'Matched'))
        .leftJoin('write_back', (join) => join.onRef('write_back.pair_id', '=', 'member.pair_id').onRef('write_back.source_id', '=', 'member.source_id'))
        .where('member.collection_id', '=', collectionId).where('member.kind', '=', 'group');
      if (search.trim() !== '') query = query.where(contains('member.name_key', search.trim()));
      if (ids !== undefined) query = query.where('member.source_id', 'in', ids);
      const total = start?.total ?? count((await query.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      let rows = query.select(['member.source_id', 'member.name_key', 'source.name', 'source.dn', 'source.attributes', 'source.missing', 'match.target_id', 'match.review', 'write_back.collection_id as chosen_by']);
      if (start !== undefined) rows = rows.where(afterKey(['member.name_key', 'member.source_id'], start));
      return toPage(await rows.orderBy('member.name_key').orderBy('member.source_id').limit(limit + 1).execute(), limit, total, (row) => [row.name_key, row.source_id], (row): WriteBackGroupRecord => ({
        sourceId: row.source_id, name: row.name, dn: row.dn, attributes: json<Attributes>(row.attributes), missing: row.missing === 1, targetId: row.target_id, review: row.review as ReviewState | null, chosenBy: row.chosen_by,
      }));
    },
    choose: (collectionId, pairId, sourceIds, { since, by }) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, { table: 'write_back', columns: [...CHOICE, 'collection_id', 'since', 'chosen_by', 'agreed_at', 'tried'], key: CHOICE, update: [] },
        [...new Set(sourceIds)].map((id) => ({ pair_id: pairId, source_id: id, collection_id: collectionId, since, chosen_by: by, agreed_at: null, tried: '' })));
    }),
    leave: (collectionId, pairId, sourceIds) => inTransaction(context, async (within) => {
      for (const ids of pieces(sourceIds)) {
        const gone = await within.db.deleteFrom('write_back').where('pair_id', '=', pairId).where('collection_id', '=', collectionId).where('source_id', 'in', ids).returning('source_id').execute();
        if (gone.length > 0) await within.db.deleteFrom('write_back_member').where('pair_id', '=', pairId).where('source_id', 'in', gone.map((row) => row.source_id)).execute();
      }
    }),
    agreed: async (pairId, sourceId) => new Map((await db.selectFrom('write_back_member').select(['member_id', 'target_id']).where('pair_id', '=', pairId).where('source_id', '=', sourceId).execute()).map((row) => [row.member_id, row.target_id])),
    agree: (pairId, sourceId, { add, remove }) => inTransaction(context, async (within) => {
      const row = (id: string) => ({ pair_id: pairId, source_id: sourceId, member_id: id });
      await within.dialect.bulk.remove(within.db, { table: 'write_back_member', key: MEMBER }, remove.map(row));
      await within.dialect.bulk.insert(within.db, { table: 'write_back_member', columns: [...MEMBER, 'target_id'], key: MEMBER, update: ['target_id'] }, [...new Map(add.map((one) => [one.id, one])).values()].map(({ id, targetId }) => ({ ...row(id), target_id: targetId })));
    }),
    setAgreed: (pairId, sourceIds, at) => inTransaction(context, async (within) => {
      await within.dialect.bulk.update(within.db, { table: 'write_back', key: CHOICE, set: ['agreed_at'] }, sourceIds.map((id) => ({ pair_id: pairId, source_id: id, agreed_at: at })));
    }),
    setTried: (pairId, digests) => inTransaction(context, async (within) => {
      await within.dialect.bulk.update(within.db, { table: 'write_back', key: CHOICE, set: ['tried'] }, [...digests].map(([id, tried]) => ({ pair_id: pairId, source_id: id, tried })));
    }),
    waiting: async ({ collectionId, ...request }) => {
      const limit = limitOf(request.limit);
      const start = startOf(request.after, ['string', 'string']);
      const total = start?.total ?? count((await waitingOf(context, collectionId).select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      let rows = waitingOf(context, collectionId).innerJoin('source', (join) => join.onRef('source.pair_id', '=', 'write_back.pair_id').onRef('source.id', '=', 'write_back.source_id'))
        .leftJoin('target', (join) => join.onRef('target.pair_id', '=', 'write_back.pair_id').onRef('target.id', '=', 'link.linked_id'))
        .select((eb) => ['write_back.source_id', 'source.name', 'link.linked_id', 'target.name as member_name', 'target.kind',
          eb.selectFrom('match_result as unsure').select((inner) => inner.fn.countAll().as('n')).whereRef('unsure.pair_id', '=', 'write_back.pair_id').whereRef('unsure.target_id', '=', 'link.linked_id').where('unsure.state', '=', 'Matched').as('unsure')]);
      if (start !== undefined) rows = rows.where(afterKey(['write_back.source_id', 'link.linked_id'], start));
      return toPage(await rows.orderBy('write_back.source_id').orderBy('link.linked_id').limit(limit + 1).execute(), limit, total, (row) => [row.source_id, row.linked_id], (row): WaitingMemberRecord => ({
        sourceId: row.source_id, groupName: row.name, memberId: row.linked_id, memberName: row.member_name ?? '', memberKind: row.kind, toReview: count(row.unsure) > 0,
      }));
    },
    waitingCounts: async (collectionId) => new Map((await waitingOf(context, collectionId).select((eb) => ['write_back.source_id', eb.fn.countAll().as('n')]).groupBy('write_back.source_id').execute())
      .map((row) => [row.source_id, count(row.n)])),
  };
}
