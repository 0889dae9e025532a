import { sql, type Selectable, type Updateable } from 'kysely';
import type { CycleKind, CycleOutcome } from '../../../shared/domain/coexistence.ts';
import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import { count } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { after, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';
import type { Tables } from '../schema.ts';

/** Figures of a cycle; times are milliseconds since 1970 UTC, durations milliseconds. */
export interface CycleFigures {
  readonly changes: number;
  readonly requests: number;
  readonly operations: number;
  readonly failed: number;
  readonly held: number;
  readonly inStep: number;
  readonly objects: number;
  readonly lagMs: number | null;
  readonly throttledMs: number;
}

/** A cycle as stored. */
export interface CycleRecord extends CycleFigures {
  readonly id: string;
  readonly collectionId: string;
  readonly pairId: string;
  readonly taskId: string | null;
  readonly planId: string | null;
  readonly agentId: string;
  readonly agentName: string;
  readonly kind: CycleKind;
  readonly reason: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly outcome: CycleOutcome;
  readonly message: string;
}

/** What changes of a cycle while it runs and when it ends. */
export type CyclePatch = Partial<CycleFigures & Pick<CycleRecord, 'planId' | 'taskId' | 'endedAt' | 'outcome' | 'message'>>;

/** Cycles of one collection, of a pair or of the project. */
export interface CycleScope { readonly collectionId?: string | undefined; readonly pairId?: string | undefined }

/** Sums of the cycles that ended in one piece of time; `piece` counts from 0. */
export interface CycleSums extends Omit<CycleFigures, 'held' | 'inStep' | 'objects'> { readonly piece: number; readonly cycles: number; readonly quiet: number; readonly failedCycles: number; readonly inStep: number; readonly objects: number }

/** Cycles of coexistence. */
export interface CyclesRepository {
  /** A cycle that begins now. */
  begin(cycle: Pick<CycleRecord, 'collectionId' | 'pairId' | 'taskId' | 'agentId' | 'kind' | 'reason'>): Promise<string>;
  update(id: string, patch: CyclePatch): Promise<void>;
  /** The newest cycle of a task. */
  ofTask(taskId: string): Promise<CycleRecord | undefined>;
  /** The newest cycle of each of these collections. */
  newest(collectionIds: readonly string[]): Promise<ReadonlyMap<string, CycleRecord>>;
  /** Ends cycles of a collection that nobody runs any more. */
  closeLeft(collectionId: string, patch: Pick<CycleRecord, 'outcome' | 'message'>): Promise<void>;
  /** Forgets cycles of a collection that had nothing to do and ended before a time. @returns how many. */
  pruneQuiet(collectionId: string, before: number): Promise<number>;
  /** Newest first. @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  page(query: PageRequest & { readonly collectionId: string; readonly quiet: boolean }): Promise<Page<CycleRecord>>;
  /** Pieces of equal length in which cycles ended, in order; the objects in step are those of the last cycle of each collection in it. */
  timeline(scope: CycleScope, from: number, to: number, buckets: number): Promise<readonly CycleSums[]>;
}

const QUIET: CycleOutcome = 'nothing to do';

type Row = Selectable<Tables['cycle']> & { agent_name: string | null };
const toRecord = (row: Row): CycleRecord => ({
  id: row.id, collectionId: row.collection_id, pairId: row.pair_id, taskId: row.task_id, planId: row.plan_id, agentId: row.agent_id, agentName: row.agent_name ?? '', kind: row.kind as CycleKind, reason: row.reason,
  startedAt: row.started_at, endedAt: row.ended_at, changes: row.changes, requests: row.requests, operations: row.operations, failed: row.failed, held: row.held, inStep: row.in_step, objects: row.objects,
  lagMs: row.lag_ms, throttledMs: row.throttled_ms, outcome: row.outcome as CycleOutcome, message: row.message,
});

function columns(patch: CyclePatch): Updateable<Tables['cycle']> {
  const all = {
    plan_id: patch.planId, task_id: patch.taskId, ended_at: patch.endedAt, outcome: patch.outcome, message: patch.message, changes: patch.changes, requests: patch.requests, operations: patch.operations, failed: patch.failed,
    held: patch.held, in_step: patch.inStep, objects: patch.objects, lag_ms: patch.lagMs, throttled_ms: patch.throttledMs === undefined ? undefined : Math.round(patch.throttledMs),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Makes the repository of cycles. */
export function cyclesRepository(context: Context): CyclesRepository {
  const { db, environment } = context;
  const rows = () => db.selectFrom('cycle').leftJoin('agent', 'agent.id', 'cycle.agent_id').selectAll('cycle').select('agent.name as agent_name');
  return {
    begin: (cycle) => inTransaction(context, async (within) => {
      const id = environment.randomUUID();
      await within.db.insertInto('cycle').values({
        id, collection_id: cycle.collectionId, pair_id: cycle.pairId, task_id: cycle.taskId, plan_id: null, agent_id: cycle.agentId, kind: cycle.kind, reason: cycle.reason, started_at: environment.clock(), ended_at: null,
        changes: 0, requests: 0, operations: 0, failed: 0, held: 0, in_step: 0, objects: 0, lag_ms: null, throttled_ms: 0, outcome: 'running', message: '',
      }).execute();
      return id;
    }),
    update: async (id, patch) => { await db.updateTable('cycle').set(columns(patch)).where('id', '=', id).execute(); },
    ofTask: async (taskId) => {
      const row = await rows().where('cycle.task_id', '=', taskId).orderBy('cycle.number', 'desc').limit(1).executeTakeFirst();
      return row === undefined ? undefined : toRecord(row);
    },
    newest: async (collectionIds) => {
      const found = new Map<string, CycleRecord>();
      for (const id of collectionIds) {
        const row = await rows().where('cycle.collection_id', '=', id).orderBy('cycle.number', 'desc').limit(1).executeTakeFirst();
        if (row !== undefined) found.set(id, toRecord(row));
      }
      return found;
    },
    closeLeft: async (collectionId, { outcome, message }) => {
      await db.updateTable('cycle').set({ outcome, message, ended_at: environment.clock() }).where('collection_id', '=', collectionId).where('outcome', '=', 'running').execute();
    },
    pruneQuiet: async (collectionId, before) => Number((await db.deleteFrom('cycle').where('collection_id', '=', collectionId).where('outcome', '=', QUIET).where('ended_at', '<', before).executeTakeFirst()).numDeletedRows),
    page: async ({ collectionId, quiet, ...request }) => {
      const limit = limitOf(request.limit);
      const start = startOf(request.after, ['number']);
      let query = rows().where('cycle.collection_id', '=', collectionId);
      let counted = db.selectFrom('cycle').where('collection_id', '=', collectionId);
      if (!quiet) {
        query = query.where('cycle.outcome', '<>', QUIET);
        counted = counted.where('outcome', '<>', QUIET);
      }
      const total = start?.total ?? count((await counted.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      if (start !== undefined) query = query.where(after(['cycle.number'], start, 'descending'));
      const found = await query.orderBy('cycle.number', 'desc').limit(limit + 1).execute();
      return toPage(found, limit, total, (row) => [row.number], toRecord);
    },
    timeline: async ({ collectionId, pairId }, from, to, buckets) => {
      if (to <= from) throw appError(ErrorCode.InvalidInput, 'The end of the time must be after its beginning.');
      const length = Math.ceil((to - from) / buckets);
      const piece = sql<number>`(ended_at - ${sql.lit(from)}) / ${sql.lit(length)}`;
      let query = db.selectFrom('cycle').where('ended_at', '>=', from).where('ended_at', '<', to);
      if (collectionId !== undefined) query = query.where('collection_id', '=', collectionId);
      if (pairId !== undefined) query = query.where('pair_id', '=', pairId);
      const sums = await query.select((eb) => [
        piece.as('piece'), eb.fn.countAll().as('cycles'), sql`sum(case when outcome = ${QUIET} then 1 else 0 end)`.as('quiet'), sql`sum(case when outcome = 'failed' then 1 else 0 end)`.as('failed_cycles'),
        eb.fn.sum('changes').as('changes'), eb.fn.sum('requests').as('requests'), eb.fn.sum('operations').as('operations'), eb.fn.sum('failed').as('failed'), eb.fn.sum('throttled_ms').as('throttled'), eb.fn.max('lag_ms').as('lag'),
      ]).groupBy(piece).orderBy(piece).execute();
      const last = query.where('objects', '>', 0).select((eb) => eb.fn.max('number').as('number')).groupBy([piece, 'collection_id']);
      const standing = await db.selectFrom('cycle').where('number', 'in', last).select((eb) => [piece.as('piece'), eb.fn.sum('in_step').as('in_step'), eb.fn.sum('objects').as('objects')]).groupBy(piece).execute();
      const stood = new Map(standing.map((row) => [count(row.piece), row]));
      return sums.map((row) => ({
        piece: count(row.piece), cycles: count(row.cycles), quiet: count(row.quiet), failedCycles: count(row.failed_cycles), changes: count(row.changes), requests: count(row.requests), operations: count(row.operations), failed: count(row.failed),
        throttledMs: count(row.throttled), lagMs: row.lag === null ? null : count(row.lag), inStep: count(stood.get(count(row.piece))?.in_step), objects: count(stood.get(count(row.piece))?.objects),
      }));
    },
  };
}
