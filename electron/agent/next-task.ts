import type { TaskState } from '../../shared/domain/statuses.ts';
import { interruptDead, isDead } from '../app/dead-owners.ts';
import type { Services } from '../app/services.ts';
import type { Repositories, TaskRecord } from '../store/index.ts';

/** How long a process that runs only its own tasks lets older ones go first when nobody takes them, milliseconds: several looks of a living runner. */
const COURTESY_MS = 2_500;

/** States in which a process is at work. */
const ACTIVE: readonly TaskState[] = ['Running', 'Cancelling'];

/** Who takes tasks. */
export interface Taker {
  readonly agentId: string;
  /** Name of the process in leases. */
  readonly owner: string;
  /** Only these tasks are ever taken; absent: every task of the agent, oldest first. */
  readonly only?: ReadonlySet<string>;
}

/**
 * Makes the look for the next task. Tasks of one agent write to the same tenants, so one of them runs at a time, also when
 * several processes take them: while one is at work, another takes nothing.
 * @returns a function that takes the next task for `leaseMs`; undefined: none waits, or another process is at work.
 */
export function nextTask(services: Pick<Services, 'store' | 'now' | 'emit'>, taker: Taker): (leaseMs: number) => Promise<TaskRecord | undefined> {
  const { store } = services;
  const { agentId, owner, only } = taker;
  let behindSince: number | undefined;

  const load = async (within: Pick<Repositories, 'agents'>) => (await within.agents.list()).find((a) => a.id === agentId) ?? { queued: 0, running: 0 };
  const waits = async (): Promise<boolean> => only?.size !== 0 && (await load(store)).queued > 0;

  /** A process that crashed holds its lease for a while yet; nobody has to wait for that. */
  const interruptCrashed = async (): Promise<void> => {
    const crashed: string[] = [];
    for await (const page of store.tasks.iterate({ states: ACTIVE })) crashed.push(...page.filter((t) => t.agentId === agentId && t.leaseOwner !== null && isDead(t.leaseOwner)).map((t) => t.id));
    for (const id of crashed) await interruptDead(services, id);
    if (crashed.length > 0) services.emit('store.changed', { nouns: ['tasks'] });
  };

  const takeOwn = async (within: Repositories, wanted: ReadonlySet<string>, leaseMs: number): Promise<TaskRecord | undefined> => {
    // Newest first: the last one is the oldest.
    let oldest: TaskRecord | undefined;
    let own: TaskRecord | undefined;
    for await (const page of within.tasks.iterate({ states: ['Queued'] })) {
      for (const task of page) {
        if (task.agentId !== agentId) continue;
        oldest = task;
        if (wanted.has(task.id)) own = task;
      }
    }
    if (own === undefined) return undefined;
    if (own !== oldest) {
      behindSince ??= services.now();
      if (services.now() - behindSince < COURTESY_MS) return undefined;
    }
    return await within.tasks.claimById(own.id, owner, leaseMs);
  };

  return async (leaseMs) => {
    // Looked for first without a transaction, so that runners which poll an empty queue do not take the write lock.
    if (!await waits()) return undefined;
    if ((await load(store)).running > 0) await interruptCrashed();
    return await store.transaction(async (within) => {
      if ((await load(within)).running > 0) { behindSince = undefined; return undefined; }
      return only === undefined ? await within.tasks.claim(agentId, owner, leaseMs) : await takeOwn(within, only, leaseMs);
    });
  };
}
