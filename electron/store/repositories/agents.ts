import { sql } from 'kysely';
import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import { count, flag, key } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { quietly } from '../dialect/quiet.ts';
import { LOCAL_AGENT } from './local-agent.ts';
import { ACTIVE_STATES } from './tasks.ts';

/** A Directory Migration Agent and its load. `heartbeatAt` null: it has never run. */
export interface AgentRecord {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly version: string;
  readonly heartbeatAt: number | null;
  readonly createdAt: number;
  /** The process that works under this name or did last, `host:pid:random`; null: none, or it has said good-bye. */
  readonly owner: string | null;
  /** It takes no more tasks. */
  readonly drained: boolean;
  readonly collections: number;
  readonly queued: number;
  readonly running: number;
}

/** Agents of the project. */
export interface AgentsRepository {
  /** The agent `Local`, made when it is missing. Non-empty `host` and `version` are written down. */
  ensureLocal(host: string, version: string): Promise<AgentRecord>;
  /** All agents by name, `Local` first. */
  list(): Promise<readonly AgentRecord[]>;
  /** One of them. @throws AppError NOT_FOUND. */
  get(id: string): Promise<AgentRecord>;
  /** Notes that the agent is alive now; other processes are not told. @throws AppError NOT_FOUND. */
  heartbeat(id: string): Promise<void>;
  /** Ids of agents that have run and gave no sign of life for so long, milliseconds; by name. */
  silentFor(ms: number): Promise<readonly string[]>;
  /** An agent that has not run yet. @throws AppError CONFLICT when there is one of that name; names are compared without regard to case. */
  create(name: string): Promise<AgentRecord>;
  /** Whether it takes no more tasks (`drained`). @throws AppError NOT_FOUND. */
  setDrained(id: string, to: 'drained' | 'at work'): Promise<AgentRecord>;
  /**
   * Gives a collection to an agent, with its tasks that are not at work and its mailbox batches.
   * @returns how many tasks that wait in the queue went along, and the one that the agent before is at work on.
   * @throws AppError NOT_FOUND.
   */
  moveCollection(collectionId: string, agentId: string): Promise<{ readonly queued: number; readonly running: string | null }>;
  /** Forgets an agent; tasks that have ended count as those of `Local`, which looks after its mailbox batches from then on. @throws AppError NOT_FOUND; CONFLICT for `Local`, and while the agent has collections or tasks that have not ended. */
  remove(id: string): Promise<void>;
}

/** States of a task that an agent has yet to work on. */
const OPEN = ['Queued', 'Running', 'Cancelling', 'Awaiting approval', 'Scheduled'] as const;

/** The sentence for an agent that is not there. */
const noAgent = (id: string) => appError(ErrorCode.NotFound, `The agent ${id} is not in this project any more.`);

/** Makes the repository of agents. */
export function agentsRepository(context: Context): AgentsRepository {
  const { db, environment } = context;
  const list = async (): Promise<readonly AgentRecord[]> => {
    const rows = await db.selectFrom('agent').selectAll().select((eb) => [
      eb.selectFrom('collection').whereRef('collection.agent_id', '=', 'agent.id').select((q) => q.fn.countAll().as('n')).as('collections'),
      eb.selectFrom('task').whereRef('task.agent_id', '=', 'agent.id').where('task.state', '=', 'Queued').select((q) => q.fn.countAll().as('n')).as('queued'),
      eb.selectFrom('task').whereRef('task.agent_id', '=', 'agent.id').where('task.state', 'in', ACTIVE_STATES).select((q) => q.fn.countAll().as('n')).as('running'),
    ]).orderBy('name_key').execute();
    const records = rows.map((row): AgentRecord => ({
      id: row.id, name: row.name, host: row.host, version: row.version, heartbeatAt: row.heartbeat_at, createdAt: row.created_at, owner: row.owner, drained: row.drained === 1,
      collections: count(row.collections), queued: count(row.queued), running: count(row.running),
    }));
    return [...records.filter((agent) => agent.name === LOCAL_AGENT), ...records.filter((agent) => agent.name !== LOCAL_AGENT)];
  };
  const get = async (id: string): Promise<AgentRecord> => {
    const found = (await list()).find((agent) => agent.id === id);
    if (found === undefined) throw noAgent(id);
    return found;
  };
  return {
    list, get,
    ensureLocal: (host, version) => inTransaction(context, async (within) => {
      const name_key = key(LOCAL_AGENT);
      await within.db.insertInto('agent').values({ id: environment.randomUUID(), name: LOCAL_AGENT, name_key, host, version, heartbeat_at: null, created_at: environment.clock() })
        .onConflict((conflict) => conflict.column('name_key').doNothing()).execute();
      if (host !== '' || version !== '') await within.db.updateTable('agent').set({ host, version }).where('name_key', '=', name_key).execute();
      const local = (await agentsRepository(within).list())[0];
      if (local === undefined) throw new Error('the agent Local was just made');
      return local;
    }),
    heartbeat: async (id) => {
      if (await quietly(db, sql`update agent set heartbeat_at = ${environment.clock()} where id = ${id}`) === 0) throw noAgent(id);
    },
    silentFor: async (ms) => (await db.selectFrom('agent').select('id').where('heartbeat_at', '<', environment.clock() - ms).orderBy('name_key').execute()).map(({ id }) => id),
    create: (name) => inTransaction(context, async (within) => {
      const id = environment.randomUUID();
      const { numInsertedOrUpdatedRows } = await within.db.insertInto('agent').values({ id, name: name.trim(), name_key: key(name.trim()), host: '', version: '', heartbeat_at: null, created_at: environment.clock() })
        .onConflict((conflict) => conflict.column('name_key').doNothing()).executeTakeFirst();
      if ((numInsertedOrUpdatedRows ?? 0n) === 0n) throw appError(ErrorCode.Conflict, `There is an agent "${name.trim()}" already; choose another name.`);
      return await agentsRepository(within).get(id);
    }),
    setDrained: (id, to) => inTransaction(context, async (within) => {
      await within.db.updateTable('agent').set({ drained: flag(to === 'drained') }).where('id', '=', id).execute();
      return await agentsRepository(within).get(id);
    }),
    moveCollection: (collectionId, agentId) => inTransaction(context, async ({ db: now }) => {
      if (await now.selectFrom('agent').select('id').where('id', '=', agentId).executeTakeFirst() === undefined) throw noAgent(agentId);
      const { numUpdatedRows } = await now.updateTable('collection').set({ agent_id: agentId }).where('id', '=', collectionId).executeTakeFirst();
      if (numUpdatedRows === 0n) throw appError(ErrorCode.NotFound, `The collection ${collectionId} is not in this project any more.`);
      const tasks = await now.selectFrom('task').select(['id', 'state', 'agent_id']).where('collection_id', '=', collectionId).execute();
      const running = tasks.find(({ state, agent_id }) => agent_id !== agentId && ACTIVE_STATES.some((one) => one === state));
      // Those that have ended go along, too: whoever resumes one wants the agent of now.
      await now.updateTable('task').set((eb) => ({ agent_id: agentId, seq: eb('seq', '+', 1) })).where('collection_id', '=', collectionId).where('state', 'not in', ACTIVE_STATES).where('agent_id', '<>', agentId).execute();
      await now.updateTable('mailbox_batch').set({ agent_id: agentId }).where('collection_id', '=', collectionId).execute();
      return { queued: tasks.filter(({ state, agent_id }) => state === 'Queued' && agent_id !== agentId).length, running: running?.id ?? null };
    }),
    remove: (id) => inTransaction(context, async (within) => {
      const agent = await agentsRepository(within).get(id);
      if (agent.name === LOCAL_AGENT) throw appError(ErrorCode.Conflict, `The agent ${LOCAL_AGENT} belongs to the project and cannot be removed.`);
      if (agent.collections > 0) throw appError(ErrorCode.Conflict, `The agent "${agent.name}" works for ${agent.collections === 1 ? 'a collection' : `${agent.collections} collections`}. Move them to another agent first.`);
      const task = await within.db.selectFrom('task').select(['kind', 'state']).where('agent_id', '=', id).where('state', 'in', OPEN).executeTakeFirst();
      if (task !== undefined) throw appError(ErrorCode.Conflict, `A ${task.kind} task of the agent "${agent.name}" is ${task.state}. Wait for its end, or cancel or discard it; then remove the agent.`);
      const local = within.db.selectFrom('agent').select('id').where('name_key', '=', key(LOCAL_AGENT));
      await within.db.updateTable('task').set({ agent_id: local }).where('agent_id', '=', id).execute();
      await within.db.updateTable('mailbox_batch').set({ agent_id: local }).where('agent_id', '=', id).execute();
      await within.db.updateTable('mail').set({ agent_id: local }).where('agent_id', '=', id).execute();
      await within.db.deleteFrom('notification_template').where('scope', '=', id).execute();
      await within.db.deleteFrom('agent').where('id', '=', id).execute();
    }),
  };
}
