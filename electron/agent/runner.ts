import type { Services } from '../app/services.ts';
import { runTask } from '../app/pipeline/run-task.ts';
import type { TaskRecord } from '../store/index.ts';

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

/**
 * Starts claiming tasks, one at a time: tasks of one agent write to the same tenants, and one throttle gate serves them all.
 * @param owner names this process in leases, `host:pid:random`.
 */
export function startRunner(services: Services, options: { readonly agentId: string; readonly owner: string }): Runner {
  const { store, log } = services;
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
        await store.agents.heartbeat(options.agentId);
        const task = await store.tasks.claim(options.agentId, options.owner, LEASE_MS);
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
