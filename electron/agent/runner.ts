import type { Services } from '../app/services.ts';
import { startDueCycles } from '../app/coexistence-queue.ts';
import { startDue } from '../app/plan-approval.ts';
import { runTask } from '../app/pipeline/run-task.ts';
import type { TaskRecord } from '../store/index.ts';
import { nextTask, type Taker } from './next-task.ts';

/** A lease ends so long after the last sign of life, milliseconds; then another process may take the task over. */
const LEASE_MS = 20_000;
const RENEW_MS = 5_000;
/** How often the store is asked for tasks and cancel requests of other processes, milliseconds. */
const POLL_MS = 500;

/** Claims and runs the tasks of one agent. */
export interface Runner {
  /** Looks for a task at once. */
  nudge(): void;
  /** Stops claiming, interrupts what runs at the next safe point and waits for it. */
  close(): Promise<void>;
}

/** The runner of a process that is not there for the queue, such as a command: it runs the tasks named to it and no others. */
export interface OwnTaskRunner {
  /** Starts it for an open project. */
  start(services: Services, options: Pick<Taker, 'agentId' | 'owner'>): Runner;
  /** From now on this task is run here, unless another process takes it first. */
  run(taskId: string): void;
}

/** Makes such a runner. */
export function ownTaskRunner(): OwnTaskRunner {
  const only = new Set<string>();
  let runner: Runner | undefined;
  return {
    start: (services, options) => {
      runner = startRunner(services, { ...options, only });
      return runner;
    },
    run: (taskId) => {
      only.add(taskId);
      runner?.nudge();
    },
  };
}

/**
 * Starts claiming tasks, one at a time: tasks of one agent write to the same tenants, and one throttle gate serves them all.
 * @param options `owner` names this process in leases, `host:pid:random`.
 */
export function startRunner(services: Services, options: Taker): Runner {
  const { store, log } = services;
  const take = nextTask(services, options);
  let closing = false;
  let wake: () => void = () => {};
  let nudged = false;
  let current: AbortController | undefined;

  const runClaimed = async (task: TaskRecord): Promise<void> => {
    const abort = new AbortController();
    current = abort;
    let renewedAt = services.now();
    const watch = setInterval(() => {
      void (async () => {
        if (await store.tasks.cancelRequested(task.id)) abort.abort('cancelled');
        if (services.now() - renewedAt < RENEW_MS) return;
        renewedAt = services.now();
        if (!await store.tasks.renewLease(task.id, options.owner, LEASE_MS)) abort.abort('lease lost');
        await store.agents.heartbeat(options.agentId);
      })().catch((error: unknown) => { log.warn({ err: error, taskId: task.id }, 'the lease could not be renewed'); });
    }, POLL_MS / 2);
    try {
      if (closing) abort.abort('closing');
      await runTask(services, task, abort.signal);
    } finally {
      clearInterval(watch);
      current = undefined;
      await store.tasks.release(task.id, options.owner);
    }
  };

  const loop = async (): Promise<void> => {
    while (!closing) {
      nudged = false;
      try {
        for (const task of await store.tasks.interruptExpired(services.now())) {
          services.emit('store.changed', { nouns: ['tasks'] });
          log.warn({ taskId: task.id }, 'a task was left behind by a process that ended');
        }
        // A command that only asks is no agent.
        if (options.only?.size !== 0) await store.agents.heartbeat(options.agentId);
        // Plans that were approved for a time which has come.
        await startDue(services, options.agentId, options.only);
        // A process that runs only its own tasks starts nobody else's.
        if (options.only === undefined) await startDueCycles(services, options.agentId);
        const task = await take(LEASE_MS);
        if (task) { await runClaimed(task); continue; }
      } catch (error) {
        log.error({ err: error }, 'the task runner met an error and goes on');
      }
      // A task that came, or the wish to close, while the queue was being looked at must not wait for the next turn.
      if (nudged || closing) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        wake = () => { clearTimeout(timer); resolve(); };
      });
    }
  };
  const running = loop();
  return {
    nudge() { nudged = true; wake(); },
    async close() {
      closing = true;
      current?.abort('closing');
      wake();
      await running;
    },
  };
}
