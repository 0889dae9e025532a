import { hostname } from 'node:os';
import type { Repositories } from '../store/index.ts';
import type { Services } from './services.ts';

/** Name of a process in leases: host, process id and a random part, so that a reused process id is not taken for the old one. */
export function leaseOwner(random: string): string {
  return `${hostname()}:${process.pid}:${random}`;
}

/** True when the owner was a process of this machine that no longer runs. Of other machines only the end of the lease tells. */
export function isDead(owner: string): boolean {
  const [host, pid] = owner.split(':');
  if (host !== hostname() || pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    // EPERM: it runs as somebody else.
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Marks a task whose process died as interrupted at once, without waiting for the end of its lease. */
export async function interruptDead(services: { readonly store: Pick<Repositories, 'tasks'> }, taskId: string): Promise<void> {
  const task = await services.store.tasks.get(taskId);
  if ((task.state === 'Running' || task.state === 'Cancelling') && task.leaseOwner !== null && isDead(task.leaseOwner)) await services.store.tasks.interrupt(taskId);
}

/** The same for all tasks of a pair or collection. */
export async function interruptDeadOf(services: Pick<Services, 'store'>, of: { readonly pairId?: string; readonly collectionId?: string }): Promise<void> {
  const active: string[] = [];
  for await (const page of services.store.tasks.iterate({ ...of, states: ['Running', 'Cancelling'] })) active.push(...page.map((task) => task.id));
  for (const id of active) await interruptDead(services, id);
}

/** The process that works under an agent's name and is not this one; undefined: nobody, or one that is known to be gone. */
export async function otherHolder(services: Pick<Services, 'store' | 'now'>, agentId: string, owner: string): Promise<{ readonly host: string; readonly process: string } | undefined> {
  const holder = await services.store.agents.holder(agentId);
  if (holder === undefined || holder.owner === owner || holder.until < services.now() || isDead(holder.owner)) return undefined;
  const [host = holder.host, pid = ''] = holder.owner.split(':');
  return { host, process: pid };
}
