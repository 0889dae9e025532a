import type { TaskState } from '../../shared/domain/statuses.ts';
import { agentsServed } from '../app/agents-takeover.ts';
import { interruptDead, isDead } from '../app/dead-owners.ts';
import { goOnWith } from '../app/left-behind.ts';
import type { Services } from '../app/services.ts';
import { sharedObjects } from '../app/shared-objects.ts';
import { waitsBehind } from '../app/task-writers.ts';
import type { Repositories, TaskRecord } from '../store/index.ts';

/** How long a process that runs only its own tasks lets older ones go first when nobody takes them, milliseconds: several looks of a living runner. */
const COURTESY_MS = 2_500;

/** Queued tasks are looked at in pages of so many, oldest first, for one that need not wait. */
const PAGE = 100;

/** States in which a process is at work. */
const ACTIVE: readonly TaskState[] = ['Running', 'Cancelling'];

/** Who takes tasks. */
export interface Taker {
  readonly agentId: string;
  /** Name of the process in leases. */
  readonly owner: string;
  /** Only these tasks are ever taken; absent: every task of the agent, oldest first. */
  readonly only?: ReadonlySet<string>;
  /** True for an agent, which holds its name: it goes on by itself with tasks that its predecessor left behind, and gives its sign of life with the name's lease. */
  readonly goesOn?: boolean;
}

/**
 * Makes the look for the next task. Tasks of one agent write to the same tenants, so one of them runs at a time, also when
 * several processes take them: while one is at work, another takes nothing.
 * @returns a function that takes the next task for `leaseMs`; undefined: none waits, or another process is at work.
 */
export function nextTask(services: Pick<Services, 'store' | 'now' | 'emit'>, taker: Taker): (leaseMs: number) => Promise<TaskRecord | undefined> {
  const { store } = services;
  const { agentId, owner, only, goesOn } = taker;
  let behindSince: number | undefined;
  const shared = sharedObjects();
  const behind = (within: Pick<Repositories, 'tasks' | 'plans'>, task: TaskRecord) => waitsBehind(within, task, (planId, others) => shared(within.plans, planId, others));

  const load = async (within: Pick<Repositories, 'agents'>) => (await within.agents.list()).find((a) => a.id === agentId) ?? { running: 0, drained: false };

  /** A process that crashed holds its lease for a while yet; nobody has to wait for that. */
  const interruptCrashed = async (): Promise<void> => {
    const crashed: string[] = [];
    for await (const page of store.tasks.iterate({ states: ACTIVE })) crashed.push(...page.filter((t) => t.agentId === agentId && t.leaseOwner !== null && isDead(t.leaseOwner)).map((t) => t.id));
    for (const id of crashed) {
      await store.transaction(async (tx) => {
        await interruptDead({ store: tx }, id);
        if (goesOn) await goOnWith(tx, id, 'left behind');
      });
    }
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
    return await behind(within, own) === undefined ? await within.tasks.claimById(own.id, owner, leaseMs) : undefined;
  };

  /** Takes a task that need not wait when it is looked at once more. */
  const takeNow = async (id: string, leaseMs: number): Promise<TaskRecord | 'not now' | undefined> => await store.transaction(async (within) => {
    const { running, drained } = await load(within);
    if (running > 0 || drained) return 'not now';
    const now = await within.tasks.get(id);
    return now.state !== 'Queued' || await behind(within, now) !== undefined ? undefined : await within.tasks.claimById(id, owner, leaseMs, agentId);
  });

  /** The oldest task of the agents that need not wait for another one, however many wait before it. */
  const takeOldest = async (agentIds: readonly string[], leaseMs: number): Promise<TaskRecord | undefined> => {
    const seen = onceRead(store);
    for (let last: string | undefined; ;) {
      const page = await store.tasks.waiting(agentIds, PAGE, last);
      for (const task of page) {
        if (await behind(seen, task) !== undefined) continue;
        const taken = await takeNow(task.id, leaseMs);
        if (taken !== undefined) return taken === 'not now' ? undefined : taken;
      }
      last = page.at(-1)?.id;
      if (page.length < PAGE) return undefined;
    }
  };

  return async (leaseMs) => {
    // Looked for first without a transaction, so that runners which poll an empty queue do not take the write lock.
    if (only?.size === 0) return undefined;
    const agentIds = only === undefined ? await agentsServed(store, agentId) : [agentId];
    const { running, drained } = await load(store);
    const waits = (await store.tasks.waiting(agentIds, 1)).length > 0;
    if (running > 0 && (waits || goesOn)) await interruptCrashed();
    else if (!waits) return undefined;
    // Somebody asks for what a command starts, here and now.
    if (only === undefined) return drained ? undefined : await takeOldest(agentIds, leaseMs);
    return await store.transaction(async (within) => {
      if ((await load(within)).running > 0) { behindSince = undefined; return undefined; }
      return await takeOwn(within, only, leaseMs);
    });
  };
}

/** The store for one look at the queue: what is at work on a pair is read once for all tasks that wait. */
function onceRead({ tasks, plans }: Pick<Repositories, 'tasks' | 'plans'>): Pick<Repositories, 'tasks' | 'plans'> {
  const read = new Map<string, TaskRecord[]>();
  return {
    plans,
    tasks: {
      ...tasks,
      iterate: async function* (scope) {
        const key = JSON.stringify(scope);
        let found = read.get(key);
        if (found === undefined) {
          found = [];
          for await (const page of tasks.iterate(scope)) found.push(...page);
          read.set(key, found);
        }
        yield found;
      },
    },
  };
}
