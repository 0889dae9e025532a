import type { ObjectKind } from '../../../shared/domain/objects.ts';
import type { OperationKind, Reference } from '../../../shared/domain/plans.ts';
import { MEMBER_ITEM } from '../../../shared/rules/agreed.ts';
import { count, json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { appendChanges } from './change-feed.ts';
import { reopenAccepted } from './drift.ts';
import type { PlannedOperation } from './plan-operations.ts';
import { forgetAgreed, type ForgottenValue } from './sync-state.ts';
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
  /** Takes holds away and feeds their objects to the next cycle (see ChangeFeedRepository). What was agreed on is forgotten of single attributes, and of a whole object as far as a roll back wrote it. @returns those that there were. */
  release(pairId: string, keys: readonly HoldKey[]): Promise<readonly HoldKey[]>;
  /** One page, by name of the object and then by attribute. */
  page(query: HoldsQuery): Promise<Page<HoldRecord>>;
  /** The held attributes of these objects, by objectGUID; the empty one among them: the whole object. */
  of(pairId: string, sourceIds: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  /** Members of a collection that are held as a whole, by id. */
  members(collectionId: string): Promise<readonly string[]>;
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

/**
 * Of what agreement ends with holds: of a hold of one attribute that attribute; of a whole object what roll backs wrote to it, by the one that held it and any
 * since; of one that a person put nothing, for nobody wrote anything. The empty attribute stands for an object that was made or unmade.
 */
async function rolledBackOf({ db }: Context, pairId: string, released: readonly HoldKey[]): Promise<readonly ForgottenValue[]> {
  const forgotten: ForgottenValue[] = released.filter((key) => key.attribute !== '');
  for (const ids of pieces(released.flatMap((key) => (key.attribute === '' ? [key.sourceId] : [])))) {
    const rows = await db.selectFrom('hold').innerJoin('journal', (join) => join.onRef('journal.pair_id', '=', 'hold.pair_id').onRef('journal.source_id', '=', 'hold.source_id')).leftJoin('task', 'task.id', 'journal.task_id')
      .select(['hold.source_id', 'journal.kind', 'journal.operation', 'journal.outcome', 'journal.changed_references']).where('hold.pair_id', '=', pairId).where('hold.attribute', '=', '').where('hold.source_id', 'in', ids).where('hold.task_id', 'is not', null)
      .where((eb) => eb.or([eb('journal.task_id', '=', eb.ref('hold.task_id')), eb.and([eb('task.kind', '=', 'Roll back'), eb('journal.intent_at', '>=', eb.ref('hold.since'))])])).orderBy('journal.number').execute();
    for (const row of rows) {
      const whole = row.outcome === null || row.outcome === 'done' || row.outcome === 'unchanged';
      const { changes, references } = json<PlannedOperation>(row.operation);
      const named = whole ? references : row.changed_references === null ? [] : json<readonly Reference[]>(row.changed_references);
      for (const attribute of attributesOf(row.kind as OperationKind, whole ? changes.map((one) => one.attribute) : [], named, whole)) forgotten.push({ sourceId: row.source_id, attribute, putIn: row.kind === 'add members' });
    }
  }
  return forgotten;
}

/** What one write of a roll back touched, by the names of holds. */
function attributesOf(kind: OperationKind, changed: readonly string[], references: readonly Reference[], whole: boolean): readonly string[] {
  switch (kind) {
    case 'create': case 'restore': case 'delete': case 'purge': return whole ? [''] : [];
    case 'set manager': case 'clear manager': return whole ? ['manager'] : [];
    case 'add members': case 'remove members': return references.flatMap(({ targetId }) => (targetId === null ? [] : [`${MEMBER_ITEM}${targetId}`]));
    default: return changed;
  }
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
      const forgotten = await rolledBackOf(within, pairId, found);
      await within.dialect.bulk.remove(within.db, { table: 'hold', key: KEY }, found.map((key) => cells(pairId, key)));
      // The rules win again, over what was rolled back or accepted, and over nothing else that others changed.
      await forgetAgreed(within, pairId, forgotten);
      await reopenAccepted(within, pairId, found);
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
    members: async (collectionId) => (await db.selectFrom('hold').innerJoin('collection', 'collection.pair_id', 'hold.pair_id').innerJoin('collection_member', (join) => join.onRef('collection_member.collection_id', '=', 'collection.id').onRef('collection_member.source_id', '=', 'hold.source_id'))
      .select('hold.source_id').where('collection.id', '=', collectionId).where('hold.attribute', '=', '').orderBy('hold.source_id').execute()).map((row) => row.source_id),
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
