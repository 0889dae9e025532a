import type { DriftState } from '../../../shared/domain/coexistence.ts';
import type { ObjectKind, Values } from '../../../shared/domain/objects.ts';
import { MEMBER_ITEM } from '../../../shared/rules/agreed.ts';
import { count, flag, json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { after as afterKey, contains, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';

/** What identifies a change of others within a collection; `item` is the Graph id of a member, else empty. */
export interface DriftKey { readonly sourceId: string; readonly attribute: string; readonly item: string }
/** A change of others as a cycle found it. `settling`: it may be the late echo of a write of our own, and is looked at again before it is shown. */
export interface DriftFound extends DriftKey {
  readonly targetId: string;
  readonly expected: Values;
  readonly actual: Values;
  readonly state: 'open' | 'settling';
  /** The plan that writes over it; null: none. */
  readonly planId: string | null;
}
/** One that is open or settling. */
export interface LiveDrift extends DriftKey { readonly number: number; readonly state: 'open' | 'settling'; readonly asked: boolean }
/** A change of others with the object it is about; `kind` null: the project does not know the object any more. Times are milliseconds since 1970 UTC. */
export interface DriftRecord extends DriftKey {
  readonly number: number;
  readonly collectionId: string;
  readonly pairId: string;
  readonly targetId: string;
  readonly expected: Values;
  readonly actual: Values;
  readonly seenAt: number;
  readonly state: DriftState;
  readonly asked: boolean;
  readonly changedAt: number;
  readonly by: string;
  readonly name: string;
  readonly kind: ObjectKind | null;
}
/** Which rows to show: by state, attribute and a part of the object's name, when given. */
export interface DriftQuery extends PageRequest { readonly collectionId: string; readonly state?: DriftState | undefined; readonly attribute?: string | undefined; readonly sourceId?: string | undefined; readonly search?: string | undefined }

/** What others changed in the tenant. */
export interface DriftRepository {
  /** Open and settling ones of these objects. */
  live(collectionId: string, sourceIds: readonly string[]): Promise<readonly LiveDrift[]>;
  /** How many are open, and how many open or settling. */
  counts(collectionId: string): Promise<{ readonly open: number; readonly live: number }>;
  /** Notes what a cycle found: one that is live already is brought up to date and stays asked for. */
  record(pairId: string, collectionId: string, found: readonly DriftFound[]): Promise<void>;
  /** Notes of live ones that a plan brings the tenant back to the rules. */
  planned(planId: string, numbers: readonly number[]): Promise<void>;
  /** Ends live ones that are no difference any more. */
  gone(numbers: readonly number[]): Promise<void>;
  /** Ends those that a plan wrote over, of these objects. @returns how many. */
  writtenOver(planId: string, sourceIds: ReadonlySet<string>): Promise<number>;
  /** Objects that a cycle looks at whether they changed or not: somebody asked for them, or it has to be seen whether they settle. */
  due(collectionId: string): Promise<ReadonlySet<string>>;
  /** Objects of which somebody asked for something. */
  asked(collectionId: string): Promise<readonly string[]>;
  /** Objects of which something is open. */
  openObjects(collectionId: string): Promise<readonly string[]>;
  /** Open ones by number, or all that a filter shows, with the smallest number first. At most `limit`. */
  open(collectionId: string, which: { readonly numbers: readonly number[] } | { readonly search: string; readonly attribute?: string | undefined }, after: number, limit: number): Promise<readonly DriftRecord[]>;
  /** Moves open ones: asked for, or accepted. @returns how many there were. */
  decide(numbers: readonly number[], decision: 'ask' | 'accept', by: string): Promise<number>;
  /** Newest first. @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  page(query: DriftQuery): Promise<Page<DriftRecord>>;
  /** Open ones by attribute, most first, and of how many objects. */
  summary(collectionId: string): Promise<{ readonly open: number; readonly objects: number; readonly byAttribute: readonly { readonly attribute: string; readonly open: number }[] }>;
  /** Forgets what is known of a collection; with a time only what ended before it. @returns how many. */
  forget(collectionId: string, before?: number): Promise<number>;
}

const LIVE = ['open', 'settling'];
const keyOf = ({ sourceId, attribute, item }: DriftKey): string => `${sourceId} ${attribute} ${item}`;

/** Makes the repository of changes of others. */
export function driftRepository(context: Context): DriftRepository {
  const { db, environment } = context;
  const rows = () => db.selectFrom('drift').leftJoin('source', (join) => join.onRef('source.pair_id', '=', 'drift.pair_id').onRef('source.id', '=', 'drift.source_id')).selectAll('drift').select(['source.name', 'source.kind']);
  type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number];
  const toRecord = (row: Row): DriftRecord => ({
    number: row.number, collectionId: row.collection_id, pairId: row.pair_id, sourceId: row.source_id, targetId: row.target_id, attribute: row.attribute, item: row.item, expected: json<string[]>(row.expected), actual: json<string[]>(row.actual),
    seenAt: row.seen_at, state: row.state as DriftState, asked: row.asked === 1, changedAt: row.changed_at, by: row.changed_by, name: row.name ?? row.source_id, kind: row.kind as ObjectKind | null,
  });
  const live = async (within: Context, collectionId: string, sourceIds: readonly string[]): Promise<LiveDrift[]> => {
    const found: LiveDrift[] = [];
    for (const ids of pieces(sourceIds)) {
      for (const row of await within.db.selectFrom('drift').select(['number', 'source_id', 'attribute', 'item', 'state', 'asked']).where('collection_id', '=', collectionId).where('source_id', 'in', ids).where('state', 'in', LIVE).execute()) {
        found.push({ number: row.number, sourceId: row.source_id, attribute: row.attribute, item: row.item, state: row.state as LiveDrift['state'], asked: row.asked === 1 });
      }
    }
    return found;
  };
  const move = async (within: Context, numbers: readonly number[], to: DriftState, by: string): Promise<number> => {
    let moved = 0;
    for (const some of pieces(numbers)) {
      moved += Number((await within.db.updateTable('drift').set({ state: to, asked: 0, changed_at: environment.clock(), changed_by: by, plan_id: null }).where('number', 'in', some).where('state', 'in', LIVE).executeTakeFirst()).numUpdatedRows);
    }
    return moved;
  };
  return {
    live: (collectionId, sourceIds) => live(context, collectionId, sourceIds),
    counts: async (collectionId) => {
      const found = await db.selectFrom('drift').select((eb) => ['state', eb.fn.countAll().as('n')]).where('collection_id', '=', collectionId).where('state', 'in', LIVE).groupBy('state').execute();
      const of = (state: string): number => count(found.find((row) => row.state === state)?.n);
      return { open: of('open'), live: of('open') + of('settling') };
    },
    record: (pairId, collectionId, found) => inTransaction(context, async (within) => {
      const now = environment.clock();
      const known = new Map((await live(within, collectionId, [...new Set(found.map((one) => one.sourceId))])).map((one) => [keyOf(one), one]));
      const again = found.flatMap((one) => { const before = known.get(keyOf(one)); return before === undefined ? [] : [{ before, one }]; });
      await within.dialect.bulk.update(within.db, { table: 'drift', key: ['number'], set: ['target_id', 'expected', 'actual', 'state', 'plan_id'] },
        again.map(({ before, one }) => ({ number: before.number, target_id: one.targetId, expected: JSON.stringify(one.expected), actual: JSON.stringify(one.actual), state: before.state === 'open' ? 'open' : one.state, plan_id: one.planId })));
      await within.dialect.bulk.insert(within.db, { table: 'drift', key: [], update: [], columns: ['pair_id', 'collection_id', 'source_id', 'target_id', 'attribute', 'item', 'expected', 'actual', 'seen_at', 'state', 'asked', 'changed_at', 'changed_by', 'plan_id'] },
        found.filter((one) => !known.has(keyOf(one))).map((one) => ({
          pair_id: pairId, collection_id: collectionId, source_id: one.sourceId, target_id: one.targetId, attribute: one.attribute, item: one.item, expected: JSON.stringify(one.expected), actual: JSON.stringify(one.actual),
          seen_at: now, state: one.state, asked: flag(false), changed_at: now, changed_by: '', plan_id: one.planId,
        })));
    }),
    planned: (planId, numbers) => inTransaction(context, async (within) => {
      for (const some of pieces(numbers)) await within.db.updateTable('drift').set({ plan_id: planId }).where('number', 'in', some).where('state', 'in', LIVE).execute();
    }),
    gone: (numbers) => inTransaction(context, async (within) => {
      // What nobody was shown leaves no trace.
      for (const some of pieces(numbers)) await within.db.deleteFrom('drift').where('number', 'in', some).where('state', '=', 'settling').execute();
      await move(within, numbers, 'gone', '');
    }),
    writtenOver: (planId, sourceIds) => inTransaction(context, async (within) => {
      const planned = await within.db.selectFrom('drift').select(['number', 'source_id']).where('plan_id', '=', planId).where('state', 'in', LIVE).execute();
      return await move(within, planned.filter((row) => sourceIds.has(row.source_id)).map((row) => row.number), 're-applied', '');
    }),
    due: async (collectionId) => {
      const of = db.selectFrom('drift').select('source_id').where('collection_id', '=', collectionId);
      return new Set([...await of.where('state', '=', 'settling').execute(), ...await of.where('state', '=', 'open').where('asked', '=', 1).execute()].map((row) => row.source_id));
    },
    asked: async (collectionId) => [...new Set((await db.selectFrom('drift').select('source_id').where('collection_id', '=', collectionId).where('state', '=', 'open').where('asked', '=', 1).orderBy('source_id').execute()).map((row) => row.source_id))],
    openObjects: async (collectionId) => [...new Set((await db.selectFrom('drift').select('source_id').where('collection_id', '=', collectionId).where('state', '=', 'open').orderBy('source_id').execute()).map((row) => row.source_id))],
    open: async (collectionId, which, after, limit) => {
      let query = rows().where('drift.collection_id', '=', collectionId).where('drift.state', '=', 'open').where('drift.number', '>', after);
      if (!('numbers' in which)) {
        if (which.attribute !== undefined) query = query.where('drift.attribute', '=', which.attribute);
        if (which.search.trim() !== '') query = query.where(contains('source.name_key', which.search.trim()));
        return (await query.orderBy('drift.number').limit(limit).execute()).map(toRecord);
      }
      const found: DriftRecord[] = [];
      for (const some of pieces(which.numbers.toSorted((a, b) => a - b).filter((number) => number > after))) {
        found.push(...(await query.where('drift.number', 'in', some).orderBy('drift.number').limit(limit - found.length).execute()).map(toRecord));
        if (found.length >= limit) break;
      }
      return found;
    },
    decide: (numbers, decision, by) => inTransaction(context, async (within) => {
      if (decision === 'accept') return await move(within, numbers, 'accepted', by);
      let asked = 0;
      for (const some of pieces(numbers)) asked += Number((await within.db.updateTable('drift').set({ asked: 1, changed_at: environment.clock(), changed_by: by }).where('number', 'in', some).where('state', '=', 'open').executeTakeFirst()).numUpdatedRows);
      return asked;
    }),
    page: async ({ collectionId, state, attribute, sourceId, search = '', ...request }) => {
      const limit = limitOf(request.limit);
      const start = startOf(request.after, ['number']);
      let query = rows().where('drift.collection_id', '=', collectionId);
      query = state === undefined ? query.where('drift.state', '<>', 'settling') : query.where('drift.state', '=', state);
      if (attribute !== undefined) query = query.where('drift.attribute', '=', attribute);
      if (sourceId !== undefined) query = query.where('drift.source_id', '=', sourceId);
      if (search.trim() !== '') query = query.where(contains('source.name_key', search.trim()));
      const total = start?.total ?? count((await query.clearSelect().select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      if (start !== undefined) query = query.where(afterKey(['drift.number'], start, 'descending'));
      return toPage(await query.orderBy('drift.number', 'desc').limit(limit + 1).execute(), limit, total, (row) => [row.number], toRecord);
    },
    summary: async (collectionId) => {
      const open = db.selectFrom('drift').where('collection_id', '=', collectionId).where('state', '=', 'open');
      const byAttribute = (await open.select((eb) => ['attribute', eb.fn.countAll().as('n')]).groupBy('attribute').execute()).map((row) => ({ attribute: row.attribute, open: count(row.n) }));
      const objects = count((await open.select((eb) => eb.fn.count('source_id').distinct().as('n')).executeTakeFirst())?.n);
      return { open: byAttribute.reduce((sum, one) => sum + one.open, 0), objects, byAttribute: byAttribute.toSorted((a, b) => b.open - a.open || a.attribute.localeCompare(b.attribute)) };
    },
    forget: async (collectionId, before) => {
      const all = db.deleteFrom('drift').where('collection_id', '=', collectionId);
      return Number((await (before === undefined ? all : all.where('state', 'in', ['gone', 're-applied']).where('changed_at', '<', before)).executeTakeFirst()).numDeletedRows);
    },
  };
}

/** Asks for what was accepted when its own hold is released: the next cycle writes what the rules say. Call it inside a transaction. */
export async function reopenAccepted({ db, environment }: Context, pairId: string, released: readonly { readonly sourceId: string; readonly attribute: string }[]): Promise<void> {
  const keys = new Set(released.map((one) => `${one.sourceId} ${one.attribute}`));
  for (const ids of pieces([...new Set(released.map((one) => one.sourceId))])) {
    const rows = await db.selectFrom('drift').select(['number', 'source_id', 'attribute', 'item']).where('pair_id', '=', pairId).where('source_id', 'in', ids).where('state', '=', 'accepted').execute();
    const numbers = rows.filter((row) => keys.has(`${row.source_id} ${row.item === '' ? row.attribute : `${MEMBER_ITEM}${row.item}`}`)).map((row) => row.number);
    for (const some of pieces(numbers)) await db.updateTable('drift').set({ state: 'open', asked: 1, changed_at: environment.clock() }).where('number', 'in', some).execute();
  }
}
