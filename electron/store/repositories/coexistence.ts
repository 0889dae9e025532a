import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { CoexistenceSettings, CoexistenceState } from '../../../shared/domain/coexistence.ts';
import { json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import type { Tables } from '../schema.ts';
import { KEEPS_IN_STEP, moveAgreed } from './agreed-moves.ts';
import { driftRepository } from './drift.ts';
import { forgetPlans } from './task-removal.ts';
import type { Selectable, Updateable } from 'kysely';

/** Coexistence of a collection as stored; times are milliseconds since 1970 UTC. */
export interface CoexistenceRecord {
  readonly collectionId: string;
  readonly pairId: string;
  readonly state: CoexistenceState;
  readonly settings: CoexistenceSettings;
  /** Number in the feed of changes up to which cycles have seen them. */
  readonly position: number;
  /** Rules, scope and settings of the last full cycle; empty: there was none. */
  readonly fullHash: string;
  readonly fullAt: number | null;
  readonly nextAt: number | null;
  /** Whole cycles that failed one after the other. */
  readonly failures: number;
  readonly retryAt: number | null;
  readonly attention: string;
  /** The task of the newest cycle. */
  readonly taskId: string | null;
}

/** An object that coexistence keeps in step and that has left: it is gone from the directory, or from the collection. */
export interface LeftObject {
  readonly sourceId: string;
  readonly targetId: string;
  readonly missing: boolean;
  readonly member: boolean;
  readonly name: string;
  /** Another object that is in the directory is matched with its target now, or in conflict about it, such as the same person made anew. */
  readonly taken?: boolean;
}

/** Coexistence of collections, and the objects that it keeps in step. */
export interface CoexistenceRepository {
  /** Undefined when coexistence was never planned. */
  get(collectionId: string): Promise<CoexistenceRecord | undefined>;
  list(pairId?: string): Promise<readonly CoexistenceRecord[]>;
  /** Puts it in place of what there was. */
  save(record: CoexistenceRecord): Promise<void>;
  /** Changes some of it; nothing happens when there is none. */
  patch(collectionId: string, patch: Partial<Omit<CoexistenceRecord, 'collectionId' | 'pairId'>>): Promise<void>;
  /** Those in state On of an agent whose next cycle is due, the longest due first. */
  due(agentId: string, now: number): Promise<readonly CoexistenceRecord[]>;
  /** Fingerprint of all rules of a collection: their order and all that they say. */
  rulesFingerprint(collectionId: string): Promise<string>;
  /** Notes objects that are in step, with their match. */
  keep(collectionId: string, pairId: string, objects: readonly { readonly sourceId: string; readonly targetId: string }[]): Promise<void>;
  /** Forgets objects: coexistence does not look after them any more. All of the collection when `sourceIds` is absent. */
  forget(collectionId: string, sourceIds?: readonly string[]): Promise<void>;
  /** Of these objects those that coexistence keeps in step. */
  kept(collectionId: string, sourceIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Objects in step that left the collection or the directory, by id; those that another collection in coexistence holds now are not among them. `among`: only those of these, without a walk along all that is kept in step. */
  left(collectionId: string, among?: readonly string[]): Promise<readonly LeftObject[]>;
  /** Of these members (absent: of all) those that another collection keeps in step, because it comes before this one by name: its name by source id. */
  ownedElsewhere(collectionId: string, among?: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Lets other collections in coexistence look at objects that this one does not look after any more, with what was agreed on, and forgets them here. Changes of others
   * that are live here end as gone: the collection that looks after the object shows them.
   * @param which `left`: those that are no members of it any more; `all`: its members, because coexistence of it is off. @returns how many members of others.
   */
  handOver(collectionId: string, which: 'left' | 'all'): Promise<number>;
  /** Members that no cycle has brought in step yet. */
  neverSynced(collectionId: string): Promise<ReadonlySet<string>>;
  /** Graph ids, of all or of these, that are the match of an object which is in the directory, and that nobody has to look at first. */
  matchedTargets(pairId: string, among?: readonly string[]): Promise<ReadonlySet<string>>;
  /** Removes the plan of a cycle that had nothing to write. */
  forgetPlan(planId: string): Promise<void>;
}

type Row = Selectable<Tables['coexistence']>;

const toRecord = (row: Row): CoexistenceRecord => ({
  collectionId: row.collection_id, pairId: row.pair_id, state: row.state as CoexistenceState, settings: json<CoexistenceSettings>(row.settings), position: row.position,
  fullHash: row.full_hash, fullAt: row.full_at, nextAt: row.next_at, failures: row.failures, retryAt: row.retry_at, attention: row.attention, taskId: row.task_id,
});

function columns(patch: Partial<CoexistenceRecord>): Updateable<Tables['coexistence']> {
  return {
    ...(patch.state === undefined ? {} : { state: patch.state }),
    ...(patch.settings === undefined ? {} : { settings: JSON.stringify(patch.settings) }),
    ...(patch.position === undefined ? {} : { position: patch.position }),
    ...(patch.fullHash === undefined ? {} : { full_hash: patch.fullHash }),
    ...(patch.fullAt === undefined ? {} : { full_at: patch.fullAt }),
    ...(patch.nextAt === undefined ? {} : { next_at: patch.nextAt }),
    ...(patch.failures === undefined ? {} : { failures: patch.failures }),
    ...(patch.retryAt === undefined ? {} : { retry_at: patch.retryAt }),
    ...(patch.attention === undefined ? {} : { attention: patch.attention }),
    ...(patch.taskId === undefined ? {} : { task_id: patch.taskId }),
  };
}

/** Who of those that are kept in step is no member any more, or gone from the directory: along two narrow indexes, so that details are looked up of those few only. */
async function mayHaveLeft(db: Context['db'], collectionId: string): Promise<readonly string[]> {
  const gone = await db.selectFrom('synced_object as kept').select('kept.source_id as id').where('kept.collection_id', '=', collectionId)
    .where((eb) => eb.not(eb.exists(eb.selectFrom('collection_member as member').select(sql<number>`1`.as('one')).whereRef('member.collection_id', '=', 'kept.collection_id').whereRef('member.source_id', '=', 'kept.source_id')))).execute();
  const missing = await db.selectFrom('source').innerJoin('collection', 'collection.pair_id', 'source.pair_id').select('source.id').where('collection.id', '=', collectionId).where('source.missing', '=', 1).execute();
  return [...new Set([...gone, ...missing].map(({ id }) => id))].toSorted();
}

/** Makes the repository of coexistence. */
export function coexistenceRepository(context: Context): CoexistenceRepository {
  const { db, environment } = context;
  return {
    get: async (collectionId) => {
      const row = await db.selectFrom('coexistence').selectAll().where('collection_id', '=', collectionId).executeTakeFirst();
      return row === undefined ? undefined : toRecord(row);
    },
    list: async (pairId) => {
      const all = db.selectFrom('coexistence').selectAll().orderBy('collection_id');
      return (await (pairId === undefined ? all : all.where('pair_id', '=', pairId)).execute()).map(toRecord);
    },
    save: (record) => inTransaction(context, async (within) => {
      await within.db.deleteFrom('coexistence').where('collection_id', '=', record.collectionId).execute();
      await within.db.insertInto('coexistence').values({
        collection_id: record.collectionId, pair_id: record.pairId, state: record.state, settings: JSON.stringify(record.settings), position: record.position, full_hash: record.fullHash, full_at: record.fullAt,
        next_at: record.nextAt, failures: record.failures, retry_at: record.retryAt, attention: record.attention, task_id: record.taskId, changed_at: environment.clock(),
      }).execute();
    }),
    patch: async (collectionId, patch) => {
      await db.updateTable('coexistence').set({ ...columns(patch), changed_at: environment.clock() }).where('collection_id', '=', collectionId).execute();
    },
    due: async (agentId, now) => (await db.selectFrom('coexistence').innerJoin('collection', 'collection.id', 'coexistence.collection_id').selectAll('coexistence')
      .where('coexistence.state', '=', 'On').where('coexistence.next_at', '<=', now).where('collection.agent_id', '=', agentId).orderBy('coexistence.next_at').orderBy('coexistence.collection_id').execute()).map(toRecord),
    rulesFingerprint: async (collectionId) => {
      const rows = await db.selectFrom('rule').select(['rule_set', 'position', 'body']).where('owner_kind', '=', 'collection').where('owner_id', '=', collectionId).orderBy('rule_set').orderBy('position').execute();
      const hash = createHash('sha256');
      for (const row of rows) hash.update(`${row.rule_set} ${row.position}\n${row.body}\n`);
      return hash.digest('hex').slice(0, 16);
    },
    keep: (collectionId, pairId, objects) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, { table: 'synced_object', columns: ['collection_id', 'source_id', 'pair_id', 'target_id', 'since'], key: ['collection_id', 'source_id'], update: ['target_id'] },
        objects.map(({ sourceId, targetId }) => ({ collection_id: collectionId, source_id: sourceId, pair_id: pairId, target_id: targetId, since: environment.clock() })));
    }),
    forget: (collectionId, sourceIds) => inTransaction(context, async (within) => {
      const all = within.db.deleteFrom('synced_object').where('collection_id', '=', collectionId);
      if (sourceIds === undefined) await all.execute();
      else for (const ids of pieces(sourceIds)) await all.where('source_id', 'in', ids).execute();
    }),
    kept: async (collectionId, sourceIds) => {
      const found = new Set<string>();
      for (const ids of pieces(sourceIds)) for (const row of await db.selectFrom('synced_object').select('source_id').where('collection_id', '=', collectionId).where('source_id', 'in', ids).execute()) found.add(row.source_id);
      return found;
    },
    left: async (collectionId, among) => {
      const details = db.selectFrom('synced_object as kept')
        .leftJoin('source', (join) => join.onRef('source.pair_id', '=', 'kept.pair_id').onRef('source.id', '=', 'kept.source_id'))
        .leftJoin('collection_member as member', (join) => join.onRef('member.collection_id', '=', 'kept.collection_id').onRef('member.source_id', '=', 'kept.source_id'))
        .leftJoin('match_result as heir', (join) => join.onRef('heir.pair_id', '=', 'kept.pair_id').onRef('heir.target_id', '=', 'kept.target_id').onRef('heir.source_id', '<>', 'kept.source_id'))
        .leftJoin('source as owner', (join) => join.onRef('owner.pair_id', '=', 'heir.pair_id').onRef('owner.id', '=', 'heir.source_id').on('owner.missing', '=', 0))
        .select(['kept.source_id', 'kept.target_id', 'source.missing', 'source.name', 'member.source_id as member_id', 'owner.id as owner_id'])
        .where('kept.collection_id', '=', collectionId)
        .where((eb) => eb.or([eb('member.source_id', 'is', null), eb('source.missing', '=', 1), eb('source.id', 'is', null)]))
        // Moved to another collection that keeps it in step: it is in good hands.
        .where((eb) => eb.or([eb('source.missing', '=', 1), eb('source.id', 'is', null), eb.not(eb.exists(eb.selectFrom('collection_member as other').innerJoin('coexistence', 'coexistence.collection_id', 'other.collection_id').select(sql<number>`1`.as('one'))
          .whereRef('other.source_id', '=', 'kept.source_id').whereRef('other.pair_id', '=', 'kept.pair_id').whereRef('other.collection_id', '<>', 'kept.collection_id').where('coexistence.state', '<>', 'Off')))]))
        .orderBy('kept.source_id');
      const rows: Awaited<ReturnType<typeof details.execute>> = [];
      for (const ids of pieces(among ?? await mayHaveLeft(db, collectionId))) rows.push(...await details.where('kept.source_id', 'in', ids).execute());
      const found = new Map<string, LeftObject>();
      for (const row of rows) {
        const taken = row.owner_id !== null || found.get(row.source_id)?.taken === true;
        found.set(row.source_id, { sourceId: row.source_id, targetId: row.target_id, missing: row.missing !== 0, member: row.member_id !== null, name: row.name ?? row.source_id, ...(taken ? { taken } : {}) });
      }
      return [...found.values()];
    },
    ownedElsewhere: async (collectionId, among) => {
      const owners = await db.selectFrom('coexistence').innerJoin('collection as owner', 'owner.id', 'coexistence.collection_id').innerJoin('collection as own', 'own.pair_id', 'owner.pair_id').select(['owner.id', 'owner.name'])
        .where('own.id', '=', collectionId).where('coexistence.state', 'in', KEEPS_IN_STEP).whereRef('owner.name_key', '<', 'own.name_key').orderBy('owner.name_key').execute();
      const found = new Map<string, string>();
      for (const owner of owners) {
        const members = db.selectFrom('collection_member').select('source_id').where('collection_id', '=', owner.id);
        const rows = among === undefined ? await members.where('source_id', 'in', db.selectFrom('collection_member').select('source_id').where('collection_id', '=', collectionId)).execute() : [];
        for (const ids of pieces(among ?? [])) rows.push(...await members.where('source_id', 'in', ids).execute());
        for (const { source_id } of rows) if (!found.has(source_id)) found.set(source_id, owner.name);
      }
      return found;
    },
    handOver: (collectionId, which) => inTransaction(context, async (within) => {
      const others = (await within.db.selectFrom('coexistence').innerJoin('collection as own', 'own.pair_id', 'coexistence.pair_id').select('coexistence.collection_id').where('own.id', '=', collectionId)
        .where('coexistence.collection_id', '<>', collectionId).where('coexistence.state', 'in', KEEPS_IN_STEP).execute()).map((row) => row.collection_id);
      if (others.length === 0) return 0;
      const own = within.db.selectFrom('collection_member').select('source_id').where('collection_id', '=', collectionId);
      const mine = which === 'all' ? own : within.db.selectFrom('synced_object as kept').select('kept.source_id').where('kept.collection_id', '=', collectionId)
        .where((eb) => eb.not(eb.exists(eb.selectFrom('collection_member as member').select(sql<number>`1`.as('one')).whereRef('member.collection_id', '=', 'kept.collection_id').whereRef('member.source_id', '=', 'kept.source_id'))));
      const ids = [...new Set((await within.db.selectFrom('collection_member').select('source_id').where('collection_id', 'in', others).where('source_id', 'in', mine).execute()).map((row) => row.source_id))];
      let handed = 0;
      await moveAgreed(within, collectionId, ids);
      const drift = driftRepository(within);
      await drift.gone((await drift.live(collectionId, ids)).map((one) => one.number));
      for (const some of pieces(ids)) {
        handed += Number((await within.db.updateTable('collection_member').set({ synchronisation: 'Never synced' }).where('collection_id', 'in', others).where('source_id', 'in', some).where('synchronisation', '=', 'Not intended to be synced').executeTakeFirst()).numUpdatedRows);
        await within.db.deleteFrom('synced_object').where('collection_id', '=', collectionId).where('source_id', 'in', some).execute();
      }
      return handed;
    }),
    neverSynced: async (collectionId) => new Set((await db.selectFrom('collection_member').select('source_id').where('collection_id', '=', collectionId).where('synchronisation', '=', 'Never synced').execute()).map((row) => row.source_id)),
    matchedTargets: async (pairId, among) => {
      const all = db.selectFrom('match_result').innerJoin('source', (join) => join.onRef('source.pair_id', '=', 'match_result.pair_id').onRef('source.id', '=', 'match_result.source_id'))
        .select('match_result.target_id').where('match_result.pair_id', '=', pairId).where('match_result.state', '=', 'Matched').where('match_result.review', '<>', 'To review').where('source.missing', '=', 0);
      const rows = among === undefined ? await all.execute() : [];
      for (const ids of pieces(among ?? [])) rows.push(...await all.where('match_result.target_id', 'in', ids).execute());
      return new Set(rows.flatMap((row) => row.target_id ?? []));
    },
    forgetPlan: (planId) => inTransaction(context, async (within) => { await forgetPlans(within.db, within.db.selectFrom('plan').select('id').where('id', '=', planId)); }),
  };
}
