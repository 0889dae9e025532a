import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { openConsole, type Console, type ConsoleOptions } from '../app/container.ts';
import { leaseOwner } from '../app/dead-owners.ts';
import { goOnWith } from '../app/left-behind.ts';
import type { Services } from '../app/services.ts';
import { VERSION } from '../app/version.ts';
import { holdName, NAME_LEASE_MS, type HeldName } from './agent-name.ts';
import { createCounter, type Counter } from './figures.ts';
import { startHealthServer, type HealthServer, type HealthSource } from './health-server.ts';
import { metricsText } from './metrics.ts';
import { startRunner, type Runner } from './runner.ts';

/** How to start an agent. */
export interface AgentOptions extends Pick<ConsoleOptions, 'platform' | 'simulated' | 'signIns'> {
  /** Full path of the project file, or its address on PostgreSQL. */
  readonly place: string;
  /** Name of the agent; it is made when the project has none of that name. */
  readonly name: string;
  /** Port of health and metrics on 127.0.0.1, 0 for a free one; null: neither is served. */
  readonly port: number | null;
  /** Random part of this process's name in leases, when whoever started it wants to know it. */
  readonly random?: string;
  readonly onEvent?: Parameters<Console['onEvent']>[0];
}

/** How an agent came to its end. */
export type AgentEnd = 'drained' | 'name lost';

/** A running agent. */
export interface Agent {
  /** Where health and metrics are; null: they are not served. */
  readonly url: string | null;
  /** Looks for a task at once. */
  nudge(): void;
  /**
   * Takes no more tasks, ends the present one within so many milliseconds or interrupts it at a safe point, gives the name back and closes the project.
   * @param left an interrupted task waits `for a person`, or `for the agent`, which goes on with it when it runs again.
   */
  drain(graceMs: number, left: 'for a person' | 'for the agent'): Promise<void>;
  /** Settles when the agent has ended, also because another process took its name. */
  readonly ended: Promise<AgentEnd>;
}

/** An answer of the store that takes longer counts as none, milliseconds. */
const ANSWERS_WITHIN_MS = 2_000;

/**
 * Opens a project and runs the tasks of one agent of it.
 * @throws AppError CONFLICT when another process works under that name, or the port is in use; what opening a project throws.
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const owner = leaseOwner(options.random ?? randomUUID());
  const opened = Promise.withResolvers<{ readonly services: Services; readonly agentId: string }>();
  let runner: Runner | undefined;
  const counter = createCounter();
  const console = await openConsole({
    file: options.place, create: null, platform: options.platform, agent: options.name, ...(options.simulated ? { simulated: options.simulated } : {}), ...(options.signIns ? { signIns: options.signIns } : {}),
    startRunner: (services, { agentId }) => {
      opened.resolve({ services: counter.counted(services), agentId });
      return { nudge: () => { runner?.nudge(); }, close: async () => { await runner?.close(); } };
    },
  });
  console.onEvent((name, payload) => {
    if (name === 'tasks.changed') counter.progress(payload as Parameters<Counter['progress']>[0]);
    options.onEvent?.(name, payload);
  });
  const ended = Promise.withResolvers<AgentEnd>();
  let server: HealthServer | undefined;
  try {
    const { services, agentId } = await opened.promise;
    let lose = (): void => {};
    let name: HeldName | undefined;
    const telling = tellingOf(services, { agentId, name: options.name, runner: () => runner, age: () => name?.age() ?? 0, counter });
    server = options.port === null ? undefined : await startHealthServer(telling, options.port, services.log);
    const held = name = await holdName(services, { agentId, name: options.name, owner, health: server?.url ?? null }, () => { lose(); });
    const running = runner = startRunner(services, { agentId, owner, goesOn: true, heard: { begun: (task) => counter.begun(services, task), ended: (task) => counter.ended(services, task) } });
    let draining: Promise<void> | undefined;
    const drain = async (graceMs: number, left: 'for a person' | 'for the agent', end: AgentEnd): Promise<void> => {
      const interrupted = await running.drain(graceMs);
      if (interrupted !== null && left === 'for the agent') await services.store.transaction((tx) => goOnWith(tx, interrupted, 'stopped'));
      await held.giveBack();
      await server?.close();
      await console.close();
      ended.resolve(end);
    };
    lose = () => {
      services.log.error({}, 'another process has taken the name of this agent; this one ends');
      draining ??= drain(0, 'for the agent', 'name lost');
    };
    return { url: server?.url ?? null, nudge: () => { running.nudge(); }, ended: ended.promise, drain: async (graceMs, left) => { await (draining ??= drain(graceMs, left, 'drained')); } };
  } catch (error) {
    await server?.close();
    await console.close();
    throw error;
  }
}

/** Before the first task is looked for. */
const RESTS = { state: 'idle', taskId: null } as const;

interface Told { readonly agentId: string; readonly name: string; readonly runner: () => Runner | undefined; readonly age: () => number; readonly counter: Counter }

function tellingOf({ store }: Services, { agentId, name, runner, age, counter }: Told): HealthSource {
  /** Undefined when the project does not answer. */
  const asked = async <T>(question: () => Promise<T>): Promise<T | undefined> => {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => { late.resolve(undefined); }, ANSWERS_WITHIN_MS);
    try { return await Promise.race([question(), late.promise]); } catch { return undefined; } finally { clearTimeout(timer); }
  };
  return {
    async health() {
      const { state, taskId } = runner()?.standing() ?? RESTS;
      const answer = await asked(async () => {
        await store.agents.holder(agentId);
        return { task: taskId === null ? null : await store.tasks.get(taskId) };
      });
      const task = answer?.task ?? null;
      const leaseAgeMs = age();
      return {
        well: answer !== undefined && leaseAgeMs < NAME_LEASE_MS,
        health: {
          state, agent: name, version: VERSION, leaseAgeMs, storeReachable: answer !== undefined,
          task: task === null ? null : { id: task.id, kind: task.kind, collection: task.collectionName, phase: task.phase, done: task.done, total: task.total },
        },
      };
    },
    async metrics() {
      const tasks = await asked(() => store.agents.tasksByState(agentId)) ?? null;
      return metricsText({ name, host: hostname(), version: VERSION, tasks, leases: { name: age(), task: runner()?.standing().leaseAgeMs ?? null }, figures: counter.read() });
    },
  };
}
