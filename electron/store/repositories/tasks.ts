import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { TaskKind, TaskPhase, TaskState } from '../../../shared/domain/statuses.ts';
import { json, key, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import type { Tables } from '../schema.ts';
import { LOCAL_AGENT } from './local-agent.ts';
import { forgetTasks } from './task-removal.ts';
import type { Selectable, Updateable } from 'kysely';

/** A task as stored. Times are milliseconds since 1970 UTC. `settings` and `checkpoint` are JSON; who reads them checks their shape. */
export interface TaskRecord {
  readonly id: string;
  readonly pairId: string;
  /** Null: of the pair as a whole, or the collection was removed. */
  readonly collectionId: string | null;
  /** Kept when the collection is removed; empty when there was none. */
  readonly collectionName: string;
  readonly agentId: string;
  readonly kind: TaskKind;
  readonly state: TaskState;
  readonly phase: TaskPhase;
  readonly settings: unknown;
  /** Where to go on after an interruption; null: from the start. */
  readonly checkpoint: unknown;
  readonly done: number;
  readonly failed: number;
  readonly total: number | null;
  readonly message: string;
  readonly timeLeftMs: number | null;
  readonly throttledMs: number;
  readonly planId: string | null;
  readonly undoes: string | null;
  readonly rolledBackBy: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly createdBy: string;
  /** Grows with every change of the row. */
  readonly seq: number;
  readonly leaseOwner: string | null;
  readonly leaseUntil: number | null;
  readonly cancelRequested: boolean;
  /** State Scheduled: when the approved plan is to be applied. */
  readonly scheduledAt: number | null;
}

/** A new task. */
export interface TaskInput {
  readonly pairId: string;
  readonly collectionId: string | null;
  readonly kind: TaskKind;
  /** Any JSON value. */
  readonly settings: unknown;
  /** Who asked for it, as shown on the Tasks tab. */
  readonly createdBy: string;
  readonly undoes?: string | null;
  /** The collection's agent by default, else `Local`. */
  readonly agentId?: string;
}

/** What a running task reports. */
export type TaskPatch = Partial<Pick<TaskRecord,
  'state' | 'phase' | 'done' | 'failed' | 'total' | 'message' | 'planId' | 'throttledMs' | 'timeLeftMs' | 'startedAt' | 'finishedAt' | 'rolledBackBy' | 'checkpoint' | 'settings' | 'scheduledAt'>>;

/** Which tasks to list, newest first; `limit` 1 to 500, default 100. */
export interface TaskFilter { readonly pairId?: string | undefined; readonly collectionId?: string | undefined; readonly limit?: number | undefined }
/** Which tasks to look through, however many there are; `states` absent: in every state. */
export interface TaskScope { readonly pairId?: string | undefined; readonly collectionId?: string | undefined; readonly states?: readonly TaskState[] | undefined }

/** Rows of the Tasks tab. */
export interface TaskRecordsRepository {
  /** A task in state Queued. @throws AppError NOT_FOUND when the pair, the collection or the agent is gone. */
  create(input: TaskInput): Promise<TaskRecord>;
  /** @throws AppError NOT_FOUND. */
  get(id: string): Promise<TaskRecord>;
  list(filter?: TaskFilter): Promise<readonly TaskRecord[]>;
  /** Walks all tasks of a scope, newest first, in pages of 500; nothing is left out however many there are. */
  iterate(scope: TaskScope): AsyncIterable<readonly TaskRecord[]>;
  /** Tasks that take back one of these, newest first for each. */
  thatUndo(ids: readonly string[]): Promise<readonly TaskRecord[]>;
  /**
   * Changes a task and increments `seq`. A state other than Running and Cancelling ends the lease and forgets a wish to cancel; one that was being
   * cancelled when its process interrupted it is Cancelled.
   * @param owner when given, the change is made only while this owner holds the lease.
   * @throws AppError NOT_FOUND; CONFLICT when the owner has lost the lease, or when Running is asked for without a lease (claim it instead).
   */
  update(id: string, patch: TaskPatch, owner?: string): Promise<TaskRecord>;
  /**
   * Changes a task only while it is in one of these states, in one statement: of two callers at the same time one gets it.
   * @returns undefined when it was in another state, or is gone; then nothing was changed.
   * @throws AppError CONFLICT when Running is asked for (claim it instead).
   */
  moveIf(id: string, from: readonly TaskState[], patch: TaskPatch): Promise<TaskRecord | undefined>;
  /** Removes a task with its items, plans and operations; its journal stays. @throws AppError CONFLICT while it runs, NOT_FOUND. */
  remove(id: string): Promise<void>;
}

/** States in which a process is at work. */
export const ACTIVE_STATES = ['Running', 'Cancelling'] as const satisfies readonly TaskState[];
/** True while a process is at work on the task. */
export const isActive = (state: string): boolean => state === 'Running' || state === 'Cancelling';

/** What becomes of a task whose process ends before it came to the end that somebody asked for: nobody goes on with it by himself. */
export const CANCELLED = { state: 'Cancelled', message: 'Cancelled. Whatever was written is in the journal: resume the task, or roll it back.' } as const satisfies TaskPatch;

/** The sentence for a task that is not there. */
export const noTask = (id: string) => appError(ErrorCode.NotFound, `The task ${id} is not in this project any more.`);

/** A row as a record. */
export function toTask(row: Selectable<Tables['task']>): TaskRecord {
  return {
    id: row.id, pairId: row.pair_id, collectionId: row.collection_id, collectionName: row.collection_name, agentId: row.agent_id,
    kind: row.kind as TaskKind, state: row.state as TaskState, phase: row.phase as TaskPhase,
    settings: json<unknown>(row.settings), checkpoint: row.checkpoint === null ? null : json<unknown>(row.checkpoint),
    done: row.done, failed: row.failed, total: row.total, message: row.message, timeLeftMs: row.time_left_ms, throttledMs: row.throttled_ms,
    planId: row.plan_id, undoes: row.undoes, rolledBackBy: row.rolled_back_by, createdAt: row.created_at, startedAt: row.started_at, finishedAt: row.finished_at,
    createdBy: row.created_by, seq: row.seq, leaseOwner: row.lease_owner, leaseUntil: row.lease_until, cancelRequested: row.cancel_requested === 1, scheduledAt: row.scheduled_at,
  };
}

/** The task. @throws AppError NOT_FOUND. */
export async function readTask({ db }: Context, id: string): Promise<TaskRecord> {
  const row = await db.selectFrom('task').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw noTask(id);
  return toTask(row);
}

const PAGE_SIZE = 500;
const text = (value: unknown): string => JSON.stringify(value ?? null);

function columns(patch: TaskPatch): Updateable<Tables['task']> {
  return {
    ...(patch.state === undefined ? {} : { state: patch.state, ...(isActive(patch.state) ? {} : { lease_owner: null, lease_until: null, cancel_requested: 0 as const }) }),
    ...(patch.phase === undefined ? {} : { phase: patch.phase }),
    ...(patch.done === undefined ? {} : { done: patch.done }),
    ...(patch.failed === undefined ? {} : { failed: patch.failed }),
    ...(patch.total === undefined ? {} : { total: patch.total }),
    ...(patch.message === undefined ? {} : { message: patch.message }),
    ...(patch.planId === undefined ? {} : { plan_id: patch.planId }),
    ...(patch.throttledMs === undefined ? {} : { throttled_ms: Math.round(patch.throttledMs) }),
    ...(patch.timeLeftMs === undefined ? {} : { time_left_ms: patch.timeLeftMs === null ? null : Math.round(patch.timeLeftMs) }),
    ...(patch.startedAt === undefined ? {} : { started_at: patch.startedAt }),
    ...(patch.finishedAt === undefined ? {} : { finished_at: patch.finishedAt }),
    ...(patch.rolledBackBy === undefined ? {} : { rolled_back_by: patch.rolledBackBy }),
    ...(patch.checkpoint === undefined ? {} : { checkpoint: patch.checkpoint === null ? null : text(patch.checkpoint) }),
    ...(patch.scheduledAt === undefined ? {} : { scheduled_at: patch.scheduledAt }),
    ...(patch.settings === undefined ? {} : { settings: text(patch.settings) }),
  };
}

async function create(context: Context, input: TaskInput): Promise<TaskRecord> {
  const { db, environment } = context;
  const pair = await db.selectFrom('pair').select('id').where('id', '=', input.pairId).executeTakeFirst();
  if (pair === undefined) throw appError(ErrorCode.NotFound, `The migration pair ${input.pairId} is not in this project any more.`);
  const collection = input.collectionId === null ? undefined
    : await db.selectFrom('collection').select(['name', 'agent_id']).where('id', '=', input.collectionId).where('pair_id', '=', input.pairId).executeTakeFirst();
  if (input.collectionId !== null && collection === undefined) throw appError(ErrorCode.NotFound, `The collection ${input.collectionId} is not in this migration pair any more.`);
  const agentId = input.agentId ?? collection?.agent_id;
  const agents = db.selectFrom('agent').select('id');
  const agent = await (agentId === undefined ? agents.where('name_key', '=', key(LOCAL_AGENT)) : agents.where('id', '=', agentId)).executeTakeFirst();
  if (agent === undefined) throw appError(ErrorCode.NotFound, `The agent ${agentId ?? LOCAL_AGENT} is not in this project.`);
  const id = environment.randomUUID();
  await db.insertInto('task').values({
    id, pair_id: input.pairId, collection_id: input.collectionId, collection_name: collection?.name ?? '', agent_id: agent.id, kind: input.kind, state: 'Queued', phase: 'queue',
    settings: text(input.settings), checkpoint: null, done: 0, failed: 0, total: null, message: '', time_left_ms: null, throttled_ms: 0, plan_id: null,
    undoes: input.undoes ?? null, rolled_back_by: null, created_at: environment.clock(), started_at: null, finished_at: null, created_by: input.createdBy,
    seq: 1, lease_owner: null, lease_until: null, cancel_requested: 0,
  }).execute();
  return readTask(context, id);
}

/** Makes the repository of task rows. */
export function taskRecordsRepository(context: Context): TaskRecordsRepository {
  const { db } = context;
  return {
    create: (input) => inTransaction(context, (within) => create(within, input)),
    get: (id) => readTask(context, id),
    list: async ({ pairId, collectionId, limit = 100 } = {}) => {
      let query = db.selectFrom('task').selectAll().orderBy('number', 'desc').limit(Math.min(Math.max(limit, 1), 500));
      if (pairId !== undefined) query = query.where('pair_id', '=', pairId);
      if (collectionId !== undefined) query = query.where('collection_id', '=', collectionId);
      return (await query.execute()).map(toTask);
    },
    iterate: async function* ({ pairId, collectionId, states }) {
      for (let last: number | undefined; ;) {
        let query = db.selectFrom('task').selectAll().orderBy('number', 'desc').limit(PAGE_SIZE);
        if (pairId !== undefined) query = query.where('pair_id', '=', pairId);
        if (collectionId !== undefined) query = query.where('collection_id', '=', collectionId);
        if (states !== undefined) query = query.where('state', 'in', states);
        if (last !== undefined) query = query.where('number', '<', last);
        const rows = await query.execute();
        if (rows.length > 0) yield rows.map(toTask);
        const end = rows.at(-1);
        if (end === undefined || rows.length < PAGE_SIZE) return;
        last = end.number;
      }
    },
    thatUndo: async (ids) => {
      const found: TaskRecord[] = [];
      for (const piece of pieces(ids)) found.push(...(await db.selectFrom('task').selectAll().where('undoes', 'in', piece).orderBy('number', 'desc').execute()).map(toTask));
      if (ids.length === 0) return found;
      // Roll backs of several tasks name them in their settings; there are few.
      const several = await db.selectFrom('task').selectAll().where('kind', '=', 'Roll back').where('undoes', 'is', null).where('settings', 'like', '%"tasks":[%').orderBy('number', 'desc').execute();
      return [...found, ...several.map(toTask).filter(({ settings }) => ids.some((id) => (settings as { readonly tasks?: readonly unknown[] }).tasks?.includes(id) === true))];
    },
    moveIf: (id, from, patch) => inTransaction(context, async (within) => {
      if (patch.state === 'Running') throw appError(ErrorCode.Conflict, `The task ${id} cannot be set to Running without being claimed.`);
      const row = await within.db.updateTable('task').set((eb) => ({ ...columns(patch), seq: eb('seq', '+', 1) })).where('id', '=', id).where('state', 'in', from).returningAll().executeTakeFirst();
      return row === undefined ? undefined : toTask(row);
    }),
    update: async (id, patch, owner) => {
      const written = ({ db: within }: Context, what: TaskPatch) => {
        const query = within.updateTable('task').set((eb) => ({ ...columns(what), seq: eb('seq', '+', 1) })).where('id', '=', id);
        return (owner === undefined ? query : query.where('lease_owner', '=', owner)).returningAll().executeTakeFirst();
      };
      // How far a task has come is written several times a second by every agent: one statement, so that the others wait for it as shortly as can be.
      const row = patch.state === undefined ? await written(context, patch) : undefined;
      return row !== undefined ? toTask(row) : await inTransaction(context, async (within) => {
        const before = await readTask(within, id);
        if (owner !== undefined && before.leaseOwner !== owner) throw appError(ErrorCode.Conflict, `The task ${id} is run by another process now; this one stops.`);
        if (patch.state === 'Running' && before.leaseOwner === null) throw appError(ErrorCode.Conflict, `The task ${id} cannot be set to Running without being claimed.`);
        const now = await written(within, patch.state === 'Interrupted' && before.cancelRequested ? { ...patch, ...CANCELLED } : patch);
        if (now === undefined) throw noTask(id);
        return toTask(now);
      });
    },
    remove: (id) => inTransaction(context, async (within) => {
      const task = await readTask(within, id);
      if (isActive(task.state)) throw appError(ErrorCode.Conflict, `The task ${id} is running; cancel it before it is deleted.`);
      await forgetTasks(within.db, (tasks) => tasks.where('id', '=', id));
    }),
  };
}
