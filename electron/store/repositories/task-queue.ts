import { sql } from 'kysely';
import { AppError, ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { TaskState } from '../../../shared/domain/statuses.ts';
import { flag } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { quietly } from '../dialect/quiet.ts';
import { ACTIVE_STATES, CANCELLED, isActive, readTask, toTask, type TaskRecord } from './tasks.ts';

/**
 * Who runs what. A task belongs to the process that holds its lease: an owner's name (unique per process) and a time. A
 * process that no longer renews is taken for gone.
 */
export interface TaskQueueRepository {
  /** Takes the oldest queued task of the agent: state Running, leased for `leaseMs`. Undefined when none waits. Two processes never get the same. */
  claim(agentId: string, owner: string, leaseMs: number): Promise<TaskRecord | undefined>;
  /** Ids of the agents that have queued tasks. */
  agentsWaitedFor(): Promise<readonly string[]>;
  /** Queued tasks of these agents, oldest first, at most `limit`, that were made after the task `after`; absent: from the oldest one. */
  waiting(agentIds: readonly string[], limit: number, after?: string): Promise<readonly TaskRecord[]>;
  /**
   * Takes one task to start, resume or apply it.
   * @param agentId the agent that runs it from now on; absent: the one that it has.
   * @throws AppError CONFLICT when another owner's lease is live or the task is finished for good; NOT_FOUND.
   */
  claimById(id: string, owner: string, leaseMs: number, agentId?: string): Promise<TaskRecord>;
  /**
   * Makes sure that the task is still run by this owner. Called inside a transaction it holds for what the transaction writes: a process that
   * slept through the end of its lease, while another one took the task over, changes nothing any more.
   * @throws AppError LEASE_LOST.
   */
  requireLease(id: string, owner: string): Promise<void>;
  /** Extends the lease from now; false when it was lost: the process must stop without another write. */
  renewLease(id: string, owner: string, leaseMs: number): Promise<boolean>;
  /** Gives the lease back. A task still Running becomes Interrupted, one that was being cancelled Cancelled. Nothing happens when the lease is another's. */
  release(id: string, owner: string): Promise<void>;
  /** Asks the runner to stop (state Cancelling); a task that nobody runs is Cancelled at once; one that has ended stays. */
  requestCancel(id: string): Promise<TaskRecord>;
  /** True when somebody asked to stop it. @throws AppError NOT_FOUND. */
  cancelRequested(id: string): Promise<boolean>;
  /** Marks one running task as Interrupted, because its process is known to be gone, or as Cancelled when that was asked for; nothing happens to others. */
  interrupt(id: string): Promise<void>;
  /** Scheduled tasks of an agent whose time has come, earliest first. */
  dueTasks(agentId: string, now: number): Promise<readonly TaskRecord[]>;
  /** True when {@link interruptExpired} would find a task: asked without a transaction, so that runners which look again and again keep nobody from writing. */
  anyExpired(now: number): Promise<boolean>;
  /** Marks running tasks whose lease ran out before `now` as Interrupted, those that were being cancelled as Cancelled, and returns them. */
  interruptExpired(now: number): Promise<readonly TaskRecord[]>;
}

/** Ends from which a task does not start again. */
const FINISHED: readonly TaskState[] = ['Completed', 'Completed with errors', 'Discarded'];

/** What a task is set to by whoever takes it. */
const taken = (owner: string, now: number, leaseMs: number) => ({
  state: 'Running', lease_owner: owner, lease_until: now + leaseMs, cancel_requested: flag(false), started_at: sql<number>`coalesce(started_at, ${now})`, finished_at: null, seq: sql<number>`seq + 1`,
});

/** The sentence for a process that has lost its task. */
const lostLease = (id: string) => appError(ErrorCode.LeaseLost, `The task ${id} is run by another process now, or was interrupted; this one stops and writes nothing more.`);

/** True for the error of a process that has lost its task to another one. */
export const isLeaseLost = (error: unknown): boolean => error instanceof AppError && error.data.code === ErrorCode.LeaseLost;

async function interrupt({ db }: Context, task: TaskRecord, now: number): Promise<void> {
  await db.updateTable('task').set({
    ...(task.cancelRequested ? CANCELLED : { state: 'Interrupted', message: 'The process that ran this task is gone; it can be resumed.' }), time_left_ms: null, finished_at: now,
    lease_owner: null, lease_until: null, cancel_requested: 0, seq: task.seq + 1,
  }).where('id', '=', task.id).where('seq', '=', task.seq).execute();
}

/** Makes the repository of the task queue. */
export function taskQueueRepository(context: Context): TaskQueueRepository {
  const { db, environment } = context;
  return {
    claim: async (agentId, owner, leaseMs) => {
      const waiting = db.selectFrom('task').select('id').where('agent_id', '=', agentId).where('state', '=', 'Queued').orderBy('number').limit(1);
      // Looked for first without writing, so that agents which poll an empty queue do not take the write lock; and again when another one was faster.
      while (await waiting.executeTakeFirst() !== undefined) {
        // One statement finds and takes. That it is still queued is asked of the row that is changed, too: a database that waits for another's change of
        // the row looks at that condition again, and not at the inner one (PostgreSQL documentation, "Read Committed Isolation Level").
        const row = await db.updateTable('task').set(taken(owner, environment.clock(), leaseMs)).where('id', '=', waiting).where('state', '=', 'Queued').returningAll().executeTakeFirst();
        if (row !== undefined) return toTask(row);
      }
      return undefined;
    },
    agentsWaitedFor: async () => (await db.selectFrom('task').select('agent_id').distinct().where('state', '=', 'Queued').orderBy('agent_id').execute()).map((row) => row.agent_id),
    waiting: async (agentIds, limit, after) => {
      if (agentIds.length === 0) return [];
      const queued = db.selectFrom('task').selectAll().where('agent_id', 'in', agentIds).where('state', '=', 'Queued').orderBy('number').limit(limit);
      return (await (after === undefined ? queued : queued.where('number', '>', db.selectFrom('task').select('number').where('id', '=', after))).execute()).map(toTask);
    },
    requireLease: async (id, owner) => {
      if (await db.selectFrom('task').select('id').where('id', '=', id).where('lease_owner', '=', owner).executeTakeFirst() === undefined) throw lostLease(id);
    },
    claimById: (id, owner, leaseMs, agentId) => inTransaction(context, async (within) => {
      const now = environment.clock();
      const row = await within.db.updateTable('task').set({ ...taken(owner, now, leaseMs), ...(agentId === undefined ? {} : { agent_id: agentId }) }).where('id', '=', id).where('state', 'not in', FINISHED)
        .where((eb) => eb.or([eb('lease_owner', 'is', null), eb('lease_owner', '=', owner), eb('lease_until', 'is', null), eb('lease_until', '<', now)])).returningAll().executeTakeFirst();
      if (row !== undefined) return toTask(row);
      const task = await readTask(within, id);
      if (FINISHED.includes(task.state)) throw appError(ErrorCode.Conflict, `The task ${id} is finished (${task.state}); start a new one.`);
      throw appError(ErrorCode.Conflict, `The task ${id} is being run by another process (${task.leaseOwner ?? ''}); wait until it ends or cancel it.`);
    }),
    renewLease: async (id, owner, leaseMs) => await quietly(db, sql`update task set lease_until = ${environment.clock() + leaseMs} where id = ${id} and lease_owner = ${owner} and state in (${sql.join(ACTIVE_STATES)})`) > 0,
    release: async (id, owner) => {
      // The end of a task has given its lease back, as a rule: nobody has to wait for that to be seen.
      if ((await readTask(context, id)).leaseOwner !== owner) return;
      await inTransaction(context, async (within) => {
        const task = await readTask(within, id);
        if (task.leaseOwner !== owner) return;
        if (isActive(task.state)) await interrupt(within, task, environment.clock());
        else await within.db.updateTable('task').set({ lease_owner: null, lease_until: null, seq: task.seq + 1 }).where('id', '=', id).execute();
      });
    },
    requestCancel: (id) => inTransaction(context, async (within) => {
      const task = await readTask(within, id);
      const now = environment.clock();
      const run = isActive(task.state) && (task.leaseUntil ?? 0) >= now;
      if (!run && !isActive(task.state) && task.state !== 'Queued' && task.state !== 'Awaiting approval') return task;
      await within.db.updateTable('task').set(run
        ? { state: 'Cancelling', cancel_requested: flag(true), seq: task.seq + 1 }
        : { state: 'Cancelled', cancel_requested: 0, time_left_ms: null, finished_at: now, lease_owner: null, lease_until: null, seq: task.seq + 1 }).where('id', '=', id).execute();
      return readTask(within, id);
    }),
    cancelRequested: async (id) => (await readTask(context, id)).cancelRequested,
    interrupt: (id) => inTransaction(context, async (within) => {
      const task = await readTask(within, id);
      if (isActive(task.state)) await interrupt(within, task, environment.clock());
    }),
    dueTasks: async (agentId, now) => (await db.selectFrom('task').selectAll().where('agent_id', '=', agentId).where('state', '=', 'Scheduled').where('scheduled_at', '<=', now).orderBy('scheduled_at').orderBy('number').execute()).map(toTask),
    anyExpired: async (now) => await db.selectFrom('task').select('id').where('state', 'in', ACTIVE_STATES).where('lease_until', '<', now).limit(1).executeTakeFirst() !== undefined,
    interruptExpired: (now) => inTransaction(context, async (within) => {
      const rows = await within.db.selectFrom('task').selectAll().where('state', 'in', ACTIVE_STATES).where('lease_until', '<', now).orderBy('number').execute();
      const found: TaskRecord[] = [];
      for (const row of rows) {
        // Renewed in this very moment: leases are, without waiting for this transaction.
        const { numUpdatedRows } = await within.db.updateTable('task').set({ lease_owner: null }).where('id', '=', row.id).where('lease_until', '<', now).executeTakeFirst();
        if (numUpdatedRows === 0n) continue;
        await interrupt(within, toTask(row), now);
        found.push(await readTask(within, row.id));
      }
      return found;
    }),
  };
}
