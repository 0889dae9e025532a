import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import { count, key } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';

/** Name of the agent that every project has. */
export const LOCAL_AGENT = 'Local';

/** A Directory Migration Agent and its load. `heartbeatAt` null: it has never run. */
export interface AgentRecord {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly version: string;
  readonly heartbeatAt: number | null;
  readonly createdAt: number;
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
  /** Notes that the agent is alive now. @throws AppError NOT_FOUND. */
  heartbeat(id: string): Promise<void>;
}

/** Makes the repository of agents. */
export function agentsRepository(context: Context): AgentsRepository {
  const { db, environment } = context;
  const list = async (): Promise<readonly AgentRecord[]> => {
    const rows = await db.selectFrom('agent').selectAll().select((eb) => [
      eb.selectFrom('collection').whereRef('collection.agent_id', '=', 'agent.id').select((q) => q.fn.countAll().as('n')).as('collections'),
      eb.selectFrom('task').whereRef('task.agent_id', '=', 'agent.id').where('task.state', '=', 'Queued').select((q) => q.fn.countAll().as('n')).as('queued'),
      eb.selectFrom('task').whereRef('task.agent_id', '=', 'agent.id').where('task.state', 'in', ['Running', 'Cancelling']).select((q) => q.fn.countAll().as('n')).as('running'),
    ]).orderBy('name_key').execute();
    const records = rows.map((row): AgentRecord => ({
      id: row.id, name: row.name, host: row.host, version: row.version, heartbeatAt: row.heartbeat_at, createdAt: row.created_at,
      collections: count(row.collections), queued: count(row.queued), running: count(row.running),
    }));
    return [...records.filter((agent) => agent.name === LOCAL_AGENT), ...records.filter((agent) => agent.name !== LOCAL_AGENT)];
  };
  return {
    list,
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
      const { numUpdatedRows } = await db.updateTable('agent').set({ heartbeat_at: environment.clock() }).where('id', '=', id).executeTakeFirst();
      if (numUpdatedRows === 0n) throw appError(ErrorCode.NotFound, `The agent ${id} is not in this project any more.`);
    },
  };
}
