import { inject } from 'vitest';
import { startRunner } from '../../../electron/agent/runner.ts';
import { openConsole, type Console } from '../../../electron/app/container.ts';
import type { SimulatedTargets } from '../../../electron/app/services.ts';
import type { LdifEntry } from '../../../electron/simulator/demo/ldif.ts';
import type { SimulatorSeed } from '../../../electron/simulator/index.ts';
import { openProject, type Store, type StoreEnvironment } from '../../../electron/store/index.ts';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { freshPostgres } from '../../servers/postgres.ts';
import { openRig, type Rig } from '../app/rig.ts';

/** What stands between an agent and the tenant: called before each request is sent and before its answer is given, with its method, address and body. */
export type Gate = (agent: string, request: string, at: 'request' | 'answer') => Promise<void>;

/** A project on PostgreSQL with several agents in this process, each with connections of its own as on another machine; the rig's console runs nothing. */
export interface Crew extends Rig {
  /** Starts an agent; of a name that the project has not it is made. */
  start(name: string): Promise<{ readonly id: string; stop(): Promise<void> }>;
  /** Another collection of the pair. @param aliases names of its objects before the @. */
  collection(name: string, filter: string, agentId: string): Promise<string>;
  /** The project as another process sees it, with a clock of its own. */
  open(environment?: Partial<StoreEnvironment>): Promise<Store>;
  /** Waits until a task is in this state. */
  reached(taskId: string, state: TaskRow['state']): Promise<TaskRow>;
  /** Waits until an agent has looked at its queue several times. */
  looked(agentId: string): Promise<void>;
  /** Approves a plan without waiting for its end. */
  let(taskId: string): Promise<void>;
}

const LIMIT_MS = 60_000;
const pause = (ms: number) => new Promise<void>((resolve) => { setTimeout(resolve, ms); });

/** Opens one. @param gate see {@link Gate}. */
export async function openCrew(source: readonly LdifEntry[], seed: SimulatorSeed, gate: Gate = async () => {}): Promise<Crew> {
  const rig = await openRig({ source, seed, runner: 'none', place: await freshPostgres(inject('postgresDesk')) });
  const consoles: Console[] = [];
  const stores: Store[] = [];
  return {
    ...rig,
    async start(name) {
      const simulated: SimulatedTargets = async (at) => {
        const target = await rig.simulated.open(at);
        const fetch: typeof target.transports.fetch = async (url, init) => {
          const request = `${init.method ?? 'GET'} ${url} ${typeof init.body === 'string' ? init.body : ''}`;
          await gate(name, request, 'request');
          const answer = await target.transports.fetch(url, init);
          await gate(name, request, 'answer');
          return answer;
        };
        return { ...target, transports: { ...target.transports, fetch } };
      };
      const agent = await openConsole({ file: rig.file, create: null, platform: rig.platform, simulated, agent: name, startRunner: (services, taker) => startRunner(services, { ...taker, goesOn: false }) });
      consoles.push(agent);
      const { rows } = await rig.call('agents.list', {});
      return {
        id: rows.find((row) => row.name === name)?.id ?? '',
        async stop() { consoles.splice(consoles.indexOf(agent), 1); await agent.close(); },
      };
    },
    async collection(name, filter, agentId) {
      const { id } = await rig.call('collections.create', { pairId: rig.pairId, name, agentId });
      await rig.call('collections.queryObjects', { id, filter });
      return id;
    },
    async open(environment = {}) {
      const store = await openProject(rig.file, environment);
      stores.push(store);
      return store;
    },
    async reached(taskId, state) {
      for (const end = Date.now() + LIMIT_MS; Date.now() < end;) {
        const task = await rig.call('tasks.get', { id: taskId });
        if (task.state === state) return task;
        await pause(20);
      }
      const now = await rig.call('tasks.get', { id: taskId });
      throw new Error(`the task is ${now.state}, not ${state}: ${now.message}`);
    },
    async looked(agentId) {
      const sign = async () => (await rig.call('agents.list', {})).rows.find(({ id }) => id === agentId)?.heartbeatAt;
      for (let i = 0; i < 3; i++) for (const [before, end] = [await sign(), Date.now() + LIMIT_MS]; await sign() === before && Date.now() < end;) await pause(20);
    },
    async let(taskId) {
      const { planId } = await rig.call('tasks.get', { id: taskId });
      await rig.call('tasks.approve', { taskId, confirmation: (await rig.call('plans.get', { id: planId ?? '' })).confirmation });
    },
    async close() {
      for (const agent of consoles) await agent.close();
      for (const store of stores) await store.close();
      await rig.close();
    },
  };
}

/** A door that somebody stands at until it is opened. */
export function door() {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  return {
    /** Somebody has come to it. */
    reached: reached.promise,
    open: () => { opened.resolve(); },
    /** Waits here. */
    pass: async () => { reached.resolve(); await opened.promise; },
  };
}
