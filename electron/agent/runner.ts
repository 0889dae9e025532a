import type { Services } from '../app/services.ts';
import { agentsServed, takesOver } from '../app/agents-takeover.ts';
import { startDueCycles } from '../app/coexistence-queue.ts';
import { goOnWith } from '../app/left-behind.ts';
import { startDue } from '../app/plan-approval.ts';
import { runTask } from '../app/pipeline/run-task.ts';
import { isApplying } from '../app/task-rows.ts';
import type { TaskRecord } from '../store/index.ts';
import { nextTask, type Taker } from './next-task.ts';
import { startSideWork } from './side-work.ts';

/** A lease ends so long after the last sign of life, milliseconds; then another process may take the task over. */
export const LEASE_MS = 20_000;
const RENEW_MS = 5_000;
/** How often the store is asked for tasks and cancel requests of other processes, milliseconds. */
const POLL_MS = 500;

/** How a runner runs. */
export interface RunnerOptions extends Taker {
  /** Hears of each task before it is run here, and as it stands afterwards. */
  readonly heard?: { begun(task: TaskRecord): Promise<void>; ended(task: TaskRecord): Promise<void> };
}

/** What a runner is doing. */
export interface Standing {
  readonly state: 'idle' | 'working' | 'draining';
  readonly taskId: string | null;
  /** Milliseconds since the lease of the task was last renewed; null: no task. */
  readonly leaseAgeMs: number | null;
}

/** Claims and runs the tasks of one agent. */
export interface Runner {
  /** Looks for a task at once. */
  nudge(): void;
  standing(): Standing;
  /**
   * Stops claiming and waits so many milliseconds for what runs; then interrupts it at the next safe point and waits for that.
   * @returns the id of the task that was interrupted; null: none.
   */
  drain(graceMs: number): Promise<string | null>;
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
export function startRunner(services: Services, options: RunnerOptions): Runner {
  const { store, log } = services;
  const take = nextTask(services, options);
  let closing = false;
  let hurry = false;
  let wake: () => void = () => {};
  let nudged = false;
  let current: { readonly taskId: string; readonly abort: AbortController; triedAt: number; renewedAt: number } | undefined;

  const runClaimed = async (task: TaskRecord): Promise<void> => {
    const run = { taskId: task.id, abort: new AbortController(), triedAt: services.now(), renewedAt: services.now() };
    current = run;
    const watch = setInterval(() => {
      void (async () => {
        if (await store.tasks.cancelRequested(task.id)) run.abort.abort('cancelled');
        const now = services.now();
        if (now - run.triedAt < RENEW_MS) return;
        run.triedAt = now;
        if (await store.tasks.renewLease(task.id, options.owner, LEASE_MS)) run.renewedAt = now;
        else run.abort.abort('lease lost');
        if (!options.goesOn) await store.agents.heartbeat(options.agentId);
      })().catch((error: unknown) => { log.warn({ err: error, taskId: task.id }, 'the lease could not be renewed'); });
    }, POLL_MS / 2);
    try {
      if (hurry) run.abort.abort('closing');
      await options.heard?.begun(task);
      await runTask(services, task, run.abort.signal);
    } finally {
      clearInterval(watch);
      current = undefined;
      await store.tasks.release(task.id, options.owner);
      const ended = await store.tasks.get(task.id);
      await options.heard?.ended(ended);
      // Tasks of other agents may have waited for the end of this one.
      if (isApplying(ended) && !closing) services.nudge();
    }
  };

  /** Tasks of processes that ended without a word: nobody else would put an end to their state. */
  const settleLeft = async (): Promise<void> => {
    if (!await store.tasks.anyExpired(services.now())) return;
    const forAll = await takesOver(store);
    const left = await store.transaction(async (tx) => {
      const tasks = await tx.tasks.interruptExpired(services.now());
      for (const task of tasks) if (forAll || (options.goesOn && task.agentId === options.agentId)) await goOnWith(tx, task.id, 'left behind');
      return tasks;
    });
    if (left.length === 0) return;
    services.emit('store.changed', { nouns: ['tasks'] });
    log.warn({ taskIds: left.map(({ id }) => id) }, 'tasks were left behind by a process that ended');
  };

  const loop = async (): Promise<void> => {
    while (!closing) {
      nudged = false;
      try {
        await settleLeft();
        // A command that only asks is no agent.
        if (options.only?.size !== 0 && !options.goesOn) await store.agents.heartbeat(options.agentId);
        // Plans that were approved for a time which has come.
        const agents = options.only === undefined ? await agentsServed(store, options.agentId) : [options.agentId];
        for (const id of agents) await startDue(services, id, options.only);
        // A process that runs only its own tasks starts nobody else's.
        if (options.only === undefined) for (const id of agents) await startDueCycles(services, id);
        const task = closing ? undefined : await take(LEASE_MS);
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
  // A process that runs only its own tasks leaves everything else to the agents.
  const beside = options.only === undefined ? startSideWork(services, options.agentId) : undefined;
  const drain: Runner['drain'] = async (graceMs) => {
    closing = true;
    wake();
    // Ends while the grace time runs: what it is at must not keep the task from being interrupted in time.
    const besideEnded = beside?.close();
    const grace = Promise.withResolvers<void>();
    const timer = setTimeout(() => { grace.resolve(); }, graceMs);
    await Promise.race([running, grace.promise]);
    clearTimeout(timer);
    hurry = true;
    const interrupted = current?.taskId ?? null;
    current?.abort.abort('closing');
    await running;
    await besideEnded;
    return interrupted;
  };
  return {
    nudge() { nudged = true; wake(); beside?.nudge(); },
    standing: () => ({
      state: closing ? 'draining' : current === undefined ? 'idle' : 'working', taskId: current?.taskId ?? null, leaseAgeMs: current === undefined ? null : services.now() - current.renewedAt,
    }),
    drain,
    close: async () => { await drain(0); },
  };
}
