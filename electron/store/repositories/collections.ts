import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { MigrationProgress, SynchronisationStatus } from '../../../shared/domain/statuses.ts';
import { count, flag, json, key, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { LOCAL_AGENT } from './local-agent.ts';
import { journalRepository } from './journal.ts';

/** A collection: objects migrated together by one agent. */
export interface CollectionRecord {
  readonly id: string;
  readonly pairId: string;
  readonly agentId: string;
  readonly agentName: string;
  readonly name: string;
  readonly kind: 'static' | 'dynamic';
  readonly createdAt: number;
  readonly objects: number;
  readonly coexistence: boolean;
  /** What a dynamic collection holds; null for a static one. */
  readonly scope: CollectionScope | null;
  /** When the members of a dynamic collection were last worked out, milliseconds; null: never. */
  readonly scopeReadAt: number | null;
}

/** Scope of a dynamic collection: everything below `base` that the filter lets through. */
export interface CollectionScope { readonly base: string; readonly filter: string }

/** What adding members did; `unknown` are ids that the pair's source does not have. */
export interface AddedMembers { readonly added: number; readonly already: number; readonly unknown: readonly string[] }

/** An object of a pair that is in at least one collection. */
export interface PairMember { readonly status: MigrationProgress; readonly reason: string; readonly collections: readonly { readonly id: string; readonly name: string }[] }

/** New status of one member. `synchronisation` is left as it is when absent. */
export interface MemberStatus {
  readonly sourceId: string;
  readonly status: MigrationProgress;
  readonly reason: string;
  readonly synchronisation?: SynchronisationStatus;
}

/** Collections and their members. */
export interface CollectionsRepository {
  /** By name; of one pair or of all. */
  list(pairId?: string): Promise<readonly CollectionRecord[]>;
  /** @throws AppError NOT_FOUND. */
  get(id: string): Promise<CollectionRecord>;
  /** The agent is `Local` unless given; dynamic with a scope, static without. @throws AppError CONFLICT when the pair has a collection of that name, NOT_FOUND. */
  create(input: { readonly pairId: string; readonly name: string; readonly agentId?: string; readonly scope?: CollectionScope }): Promise<CollectionRecord>;
  /** @throws AppError CONFLICT, NOT_FOUND. */
  rename(id: string, name: string): Promise<CollectionRecord>;
  /** Another scope of a dynamic collection; its members stay until they are replaced. @throws AppError NOT_FOUND. */
  setScope(id: string, scope: CollectionScope): Promise<CollectionRecord>;
  /** Turns coexistence on or off. @throws AppError NOT_FOUND. */
  setCoexistence(id: string, state: 'on' | 'off'): Promise<CollectionRecord>;
  /** Removes the collection, its members and its rules. Objects, matches, tasks and journal stay. @throws AppError NOT_FOUND. */
  remove(id: string): Promise<void>;
  /** Adds objects of the pair's source, Never synced, in the status that they have in another collection of the pair, or by the match that is known of them, else New. @throws AppError NOT_FOUND. */
  addMembers(collectionId: string, sourceIds: readonly string[]): Promise<AddedMembers>;
  removeMembers(collectionId: string, sourceIds: readonly string[]): Promise<{ readonly removed: number }>;
  /** All member ids in the order of ids: 36 bytes each, so 250,000 are about 20 MB. */
  memberIds(collectionId: string): Promise<readonly string[]>;
  /** Members that were added, or got a status, after a moment: milliseconds of the store's clock. */
  touchedSince(collectionId: string, at: number, among?: readonly string[]): Promise<ReadonlySet<string>>;
  /** Members with one of these statuses, in no order. */
  withStatus(collectionId: string, statuses: readonly MigrationProgress[]): Promise<readonly string[]>;
  /**
   * Sets statuses of objects, in every collection of the pair that holds them: an object has one match and one way through the migration,
   * so what one collection did is true in the others at once. Synchronisation belongs to the collection alone. @returns rows changed.
   */
  setStatuses(collectionId: string, statuses: readonly MemberStatus[]): Promise<{ readonly changed: number }>;
  /** Of these objects that a collection of the pair holds: their status, and the collections by name. */
  membersOf(pairId: string, ids: readonly string[]): Promise<ReadonlyMap<string, PairMember>>;
  /** Statuses by source id; of all members when `ids` is absent. */
  statuses(collectionId: string, ids?: readonly string[]): Promise<ReadonlyMap<string, { readonly status: MigrationProgress; readonly reason: string; readonly synchronisation: SynchronisationStatus }>>;
}

const gone = (id: string) => appError(ErrorCode.NotFound, `The collection ${id} is not in this project any more.`);

async function select({ db }: Context, where: { readonly id?: string; readonly pairId?: string }): Promise<readonly CollectionRecord[]> {
  let query = db.selectFrom('collection').innerJoin('agent', 'agent.id', 'collection.agent_id').selectAll('collection').select((eb) => [
    'agent.name as agent_name',
    eb.selectFrom('collection_member').whereRef('collection_member.collection_id', '=', 'collection.id').select((q) => q.fn.countAll().as('n')).as('objects'),
  ]).orderBy('collection.name_key').orderBy('collection.id');
  if (where.id !== undefined) query = query.where('collection.id', '=', where.id);
  if (where.pairId !== undefined) query = query.where('collection.pair_id', '=', where.pairId);
  return (await query.execute()).map((row) => ({
    id: row.id, pairId: row.pair_id, agentId: row.agent_id, agentName: row.agent_name, name: row.name, kind: row.kind as CollectionRecord['kind'],
    createdAt: row.created_at, objects: count(row.objects), coexistence: row.coexistence === 1,
    scope: row.scope === null ? null : json<CollectionScope>(row.scope), scopeReadAt: row.scope_read_at,
  }));
}

async function one(context: Context, id: string): Promise<CollectionRecord> {
  const found = (await select(context, { id }))[0];
  if (found === undefined) throw gone(id);
  return found;
}

async function refuseDuplicate({ db }: Context, pairId: string, name: string, except: string): Promise<void> {
  const other = await db.selectFrom('collection').select('name').where('pair_id', '=', pairId).where('name_key', '=', key(name.trim())).where('id', '<>', except).executeTakeFirst();
  if (other !== undefined) throw appError(ErrorCode.Conflict, `There is a collection "${other.name}" in this migration pair already; choose another name.`);
}

/** Where objects stand already: in another collection of the pair, else by the match and the writes that are known of them. */
async function standingOf(context: Context, pairId: string, ids: readonly string[]): Promise<ReadonlyMap<string, { readonly status: string; readonly reason: string }>> {
  const { db } = context;
  const matches = await db.selectFrom('match_result').select(['source_id', 'state', 'reason', 'review']).where('pair_id', '=', pairId).where('source_id', 'in', ids).execute();
  const written = await journalRepository(context).written(pairId, matches.flatMap((row) => (row.state === 'Matched' ? [row.source_id] : [])));
  const known = matches.map((row) => [row.source_id, written.has(row.source_id) ? { status: 'Migrated', reason: 'Migrated before.' }
    : { status: row.state, reason: row.state === 'Matched' && row.review === 'To review' ? `${row.reason} It waits for review.` : row.reason }] as const);
  const elsewhere = await db.selectFrom('collection_member').select(['source_id', 'status', 'reason']).where('pair_id', '=', pairId).where('source_id', 'in', ids).orderBy('changed_at').execute();
  return new Map([...known, ...elsewhere.map((row) => [row.source_id, row] as const)]);
}

/** Adds objects of the pair's source to a collection; see {@link CollectionsRepository.addMembers}. */
export async function addMembers(context: Context, collectionId: string, sourceIds: readonly string[]): Promise<AddedMembers> {
  const { db, environment } = context;
  const { pairId } = await one(context, collectionId);
  const wanted = [...new Set(sourceIds)];
  const unknown: string[] = [];
  let added = 0;
  for (const ids of pieces(wanted)) {
    const found = await db.selectFrom('source').select(['id', 'kind', 'name_key']).where('pair_id', '=', pairId).where('id', 'in', ids).execute();
    const known = new Set(found.map((row) => row.id));
    unknown.push(...ids.filter((id) => !known.has(id)));
    const standing = await standingOf(context, pairId, ids);
    const rows = found.map((row) => ({
      collection_id: collectionId, source_id: row.id, pair_id: pairId, kind: row.kind, name_key: row.name_key,
      status: standing.get(row.id)?.status ?? 'New', reason: standing.get(row.id)?.reason ?? 'Added to the collection; not matched yet.', synchronisation: 'Never synced', changed_at: environment.clock(),
    }));
    added += await context.dialect.bulk.insert(db, {
      table: 'collection_member', columns: ['collection_id', 'source_id', 'pair_id', 'kind', 'name_key', 'status', 'reason', 'synchronisation', 'changed_at'],
      key: ['collection_id', 'source_id'], update: [],
    }, rows);
  }
  return { added, already: wanted.length - unknown.length - added, unknown };
}

/** Makes the repository of collections and their members. */
export function collectionsRepository(context: Context): CollectionsRepository {
  const { db, environment } = context;
  return {
    list: (pairId) => select(context, pairId === undefined ? {} : { pairId }),
    get: (id) => one(context, id),
    create: ({ pairId, name, agentId, scope }) => inTransaction(context, async (within) => {
      const pair = await within.db.selectFrom('pair').select('id').where('id', '=', pairId).executeTakeFirst();
      if (pair === undefined) throw appError(ErrorCode.NotFound, `The migration pair ${pairId} is not in this project any more.`);
      const agents = within.db.selectFrom('agent').select('id');
      const agent = await (agentId === undefined ? agents.where('name_key', '=', key(LOCAL_AGENT)) : agents.where('id', '=', agentId)).executeTakeFirst();
      if (agent === undefined) throw appError(ErrorCode.NotFound, `The agent ${agentId ?? LOCAL_AGENT} is not in this project.`);
      await refuseDuplicate(within, pairId, name, '');
      const id = environment.randomUUID();
      await within.db.insertInto('collection').values({
        id, pair_id: pairId, agent_id: agent.id, name: name.trim(), name_key: key(name.trim()), kind: scope === undefined ? 'static' : 'dynamic', coexistence: flag(false), created_at: environment.clock(),
        scope: scope === undefined ? null : JSON.stringify(scope), scope_read_at: null,
      }).execute();
      return one(within, id);
    }),
    rename: (id, name) => inTransaction(context, async (within) => {
      const { pairId } = await one(within, id);
      await refuseDuplicate(within, pairId, name, id);
      await within.db.updateTable('collection').set({ name: name.trim(), name_key: key(name.trim()) }).where('id', '=', id).execute();
      await within.db.updateTable('task').set({ collection_name: name.trim() }).where('collection_id', '=', id).execute();
      return one(within, id);
    }),
    setScope: (id, scope) => inTransaction(context, async (within) => {
      await within.db.updateTable('collection').set({ scope: JSON.stringify(scope) }).where('id', '=', id).where('kind', '=', 'dynamic').execute();
      return one(within, id);
    }),
    setCoexistence: (id, state) => inTransaction(context, async (within) => {
      await within.db.updateTable('collection').set({ coexistence: flag(state === 'on') }).where('id', '=', id).execute();
      return one(within, id);
    }),
    remove: (id) => inTransaction(context, async (within) => {
      await one(within, id);
      await within.db.deleteFrom('collection_member').where('collection_id', '=', id).execute();
      await within.db.deleteFrom('collection_left_out').where('collection_id', '=', id).execute();
      await within.db.deleteFrom('rule').where('owner_kind', '=', 'collection').where('owner_id', '=', id).execute();
      for (const table of ['coexistence', 'synced_object', 'cycle', 'retry', 'drift'] as const) await within.db.deleteFrom(table).where('collection_id', '=', id).execute();
      await within.db.deleteFrom('pair_setting').where('name', 'in', [`guard/${id}`, `write-back/${id}`]).execute();
      await within.db.deleteFrom('write_back_member').where((eb) => eb.exists(eb.selectFrom('write_back').select('write_back.source_id').whereRef('write_back.pair_id', '=', 'write_back_member.pair_id').whereRef('write_back.source_id', '=', 'write_back_member.source_id').where('collection_id', '=', id))).execute();
      await within.db.deleteFrom('write_back').where('collection_id', '=', id).execute();
      await within.db.updateTable('task').set({ collection_id: null }).where('collection_id', '=', id).execute();
      await within.db.updateTable('plan').set({ collection_id: null }).where('collection_id', '=', id).execute();
      await within.db.deleteFrom('collection').where('id', '=', id).execute();
    }),
    addMembers: (collectionId, sourceIds) => inTransaction(context, (within) => addMembers(within, collectionId, sourceIds)),
    removeMembers: (collectionId, sourceIds) => inTransaction(context, async (within) => {
      const rows = sourceIds.map((source_id) => ({ collection_id: collectionId, source_id }));
      return { removed: await within.dialect.bulk.remove(within.db, { table: 'collection_member', key: ['collection_id', 'source_id'] }, rows) };
    }),
    memberIds: async (collectionId) => (await db.selectFrom('collection_member').select('source_id').where('collection_id', '=', collectionId).orderBy('source_id').execute()).map((row) => row.source_id),
    touchedSince: async (collectionId, at, among) => {
      const all = db.selectFrom('collection_member').select('source_id').where('collection_id', '=', collectionId).where('changed_at', '>', at);
      const rows = among === undefined ? await all.execute() : [];
      for (const ids of pieces(among ?? [])) rows.push(...await all.where('source_id', 'in', ids).execute());
      return new Set(rows.map((row) => row.source_id));
    },
    withStatus: async (collectionId, statuses) => (await db.selectFrom('collection_member').select('source_id').where('collection_id', '=', collectionId).where('status', 'in', statuses).execute()).map((row) => row.source_id),
    setStatuses: (collectionId, statuses) => inTransaction(context, async (within) => {
      const collections = await within.db.selectFrom('collection as own').innerJoin('collection as any', 'any.pair_id', 'own.pair_id').select(['any.id', 'any.pair_id']).where('own.id', '=', collectionId).limit(2).execute();
      const own = { table: 'collection_member', key: ['collection_id', 'source_id'] } as const;
      let changed = 0;
      for (const some of pieces(statuses)) {
        const rows = some.map((item) => ({
          collection_id: collectionId, pair_id: collections[0]?.pair_id ?? '', source_id: item.sourceId, status: item.status, reason: item.reason, changed_at: environment.clock(), synchronisation: item.synchronisation ?? null,
        }));
        // The primary key is the faster way, and enough where no other collection can hold the object.
        changed += await within.dialect.bulk.update(within.db, { ...own, ...(collections.length > 1 ? { key: ['pair_id', 'source_id'] } : {}), set: ['status', 'reason', 'changed_at'] }, rows);
        await within.dialect.bulk.update(within.db, { ...own, set: ['synchronisation'] }, rows.filter((row) => row.synchronisation !== null));
      }
      return { changed };
    }),
    membersOf: async (pairId, ids) => {
      const found = new Map<string, PairMember>();
      for (const some of pieces(ids)) {
        for (const row of await db.selectFrom('collection_member as member').innerJoin('collection', 'collection.id', 'member.collection_id').select(['member.source_id', 'member.status', 'member.reason', 'collection.id', 'collection.name'])
          .where('member.pair_id', '=', pairId).where('member.source_id', 'in', some).orderBy('collection.name_key').execute()) {
          const collection = { id: row.id, name: row.name };
          found.set(row.source_id, { status: row.status as MigrationProgress, reason: row.reason, collections: [...found.get(row.source_id)?.collections ?? [], collection] });
        }
      }
      return found;
    },
    statuses: async (collectionId, ids) => {
      const found = new Map<string, { status: MigrationProgress; reason: string; synchronisation: SynchronisationStatus }>();
      const query = db.selectFrom('collection_member').select(['source_id', 'status', 'reason', 'synchronisation']).where('collection_id', '=', collectionId);
      const queries = ids === undefined ? [query] : [...pieces(ids)].map((some) => query.where('source_id', 'in', some));
      for (const part of queries) {
        for (const row of await part.execute()) found.set(row.source_id, { status: row.status as MigrationProgress, reason: row.reason, synchronisation: row.synchronisation as SynchronisationStatus });
      }
      return found;
    },
  };
}
