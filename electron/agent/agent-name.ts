import { hostname } from 'node:os';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { isDead, otherHolder } from '../app/dead-owners.ts';
import type { Services } from '../app/services.ts';
import { VERSION } from '../app/version.ts';

/** The lease of an agent's name ends so long after the last sign of life, milliseconds: as long as that of a task. */
export const NAME_LEASE_MS = 20_000;
/** How often it is renewed, milliseconds. */
const RENEW_MS = 5_000;

/** Which name a process works under. */
export interface NameOptions {
  readonly agentId: string;
  readonly name: string;
  /** Name of the process in leases. */
  readonly owner: string;
  /** Where it tells how it is; null: nowhere. */
  readonly health: string | null;
}

/** The name while a process holds it. */
export interface HeldName {
  /** Milliseconds since the lease was last renewed. */
  age(): number;
  /** Gives the name back. */
  giveBack(): Promise<void>;
}

/**
 * Takes an agent's name for this process and keeps it: of one name only one process runs tasks.
 * @param lost called once when another process has taken the name, because this one could not renew it in time.
 * @throws AppError CONFLICT when another process works under that name.
 */
export async function holdName(services: Pick<Services, 'store' | 'now' | 'log'>, { agentId, name, owner, health }: NameOptions, lost: () => void): Promise<HeldName> {
  const { store } = services;
  const take = async (): Promise<boolean> => {
    const before = await store.agents.holder(agentId);
    const instead = before !== undefined && isDead(before.owner) ? before.owner : undefined;
    return await store.agents.takeLease(agentId, owner, NAME_LEASE_MS, { host: hostname(), version: VERSION, health }, instead);
  };
  if (!await take()) {
    const other = await otherHolder(services, agentId, owner);
    throw appError(ErrorCode.Conflict, `The agent "${name}" of this project runs already${other === undefined ? '' : ` on ${other.host} (process ${other.process})`}. End that one first, or start this one under another name.`);
  }
  let renewedAt = services.now();
  let over = false;
  const renew = async (): Promise<void> => {
    if (await store.agents.holdLease(agentId, owner, NAME_LEASE_MS) || await take()) { renewedAt = services.now(); return; }
    if (over) return;
    over = true;
    clearInterval(timer);
    lost();
  };
  const timer = setInterval(() => { renew().catch((error: unknown) => { services.log.warn({ err: error }, 'the name of the agent could not be renewed'); }); }, RENEW_MS);
  timer.unref();
  return {
    age: () => services.now() - renewedAt,
    giveBack: async () => {
      over = true;
      clearInterval(timer);
      await store.agents.giveLeaseBack(agentId, owner);
    },
  };
}
