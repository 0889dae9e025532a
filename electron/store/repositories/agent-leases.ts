import { sql } from 'kysely';
import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import { count, key } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { quietly } from '../dialect/quiet.ts';

/** The process that works under an agent's name; `until` is milliseconds since 1970 UTC. */
export interface AgentHolder {
  readonly owner: string;
  readonly until: number;
  readonly host: string;
  /** Where it tells how it is, an address of its own machine; null: nowhere. */
  readonly health: string | null;
}

/**
 * Who works under which name. A name belongs to the process that holds its lease: an owner's name (unique per process) and a
 * time. A process that no longer renews is taken for gone, as with tasks.
 */
export interface AgentLeasesRepository {
  /** The id of the agent of this name, made when there is none. Names are compared without regard to case. */
  ensure(name: string, host: string, version: string): Promise<string>;
  /** Who holds the lease, also when it has run out; undefined: nobody. @throws AppError NOT_FOUND. */
  holder(id: string): Promise<AgentHolder | undefined>;
  /**
   * Takes the lease, and counts as a sign of life.
   * @param instead an owner that is known to be gone, whose lease need not run out.
   * @returns false when another process holds it; then nothing was changed.
   * @throws AppError NOT_FOUND.
   */
  takeLease(id: string, owner: string, leaseMs: number, of: { readonly host: string; readonly version: string; readonly health: string | null }, instead?: string): Promise<boolean>;
  /** Extends the lease from now, and counts as a sign of life; false when it was lost. */
  holdLease(id: string, owner: string, leaseMs: number): Promise<boolean>;
  /** Gives the lease back; nothing happens when it is another's. */
  giveLeaseBack(id: string, owner: string): Promise<void>;
  /** Number of the agent's tasks in each state that it has tasks in. */
  tasksByState(id: string): Promise<ReadonlyMap<string, number>>;
}

/** Makes the repository of agents' leases. */
export function agentLeasesRepository(context: Context): AgentLeasesRepository {
  const { db, environment } = context;
  const read = async (within: Context, id: string) => {
    const row = await within.db.selectFrom('agent').select(['owner', 'owned_until', 'host', 'health']).where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw appError(ErrorCode.NotFound, `The agent ${id} is not in this project any more.`);
    return row;
  };
  return {
    ensure: (name, host, version) => inTransaction(context, async (within) => {
      const name_key = key(name);
      await within.db.insertInto('agent').values({ id: environment.randomUUID(), name, name_key, host, version, heartbeat_at: null, created_at: environment.clock() })
        .onConflict((conflict) => conflict.column('name_key').doNothing()).execute();
      return (await within.db.selectFrom('agent').select('id').where('name_key', '=', name_key).executeTakeFirstOrThrow()).id;
    }),
    holder: async (id) => {
      const { owner, owned_until, host, health } = await read(context, id);
      return owner === null ? undefined : { owner, until: owned_until ?? 0, host, health };
    },
    takeLease: (id, owner, leaseMs, of, instead) => inTransaction(context, async (within) => {
      const now = environment.clock();
      const { numUpdatedRows } = await within.db.updateTable('agent').set({ ...of, owner, owned_until: now + leaseMs, heartbeat_at: now }).where('id', '=', id)
        .where((eb) => eb.or([eb('owner', 'is', null), eb('owner', '=', owner), eb('owned_until', '<', now), ...(instead === undefined ? [] : [eb('owner', '=', instead)])])).executeTakeFirst();
      if (numUpdatedRows === 0n) await read(within, id);
      return numUpdatedRows > 0n;
    }),
    holdLease: async (id, owner, leaseMs) => {
      const now = environment.clock();
      return await quietly(db, sql`update agent set owned_until = ${now + leaseMs}, heartbeat_at = ${now} where id = ${id} and owner = ${owner}`) > 0;
    },
    giveLeaseBack: async (id, owner) => { await db.updateTable('agent').set({ owner: null, owned_until: null, health: null }).where('id', '=', id).where('owner', '=', owner).execute(); },
    tasksByState: async (id) => {
      const rows = await db.selectFrom('task').select((eb) => ['state', eb.fn.countAll().as('n')]).where('agent_id', '=', id).groupBy('state').execute();
      return new Map(rows.map((row) => [row.state, count(row.n)]));
    },
  };
}
