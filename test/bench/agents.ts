import { readFile } from 'node:fs/promises';
import { startPostgres } from '../servers/postgres.ts';
import { openFleet, type Fleet } from '../integration/agents/fleet.ts';

/** Ticks of /proc/PID/stat a second (proc(5): USER_HZ). */
const TICKS = 100;

/** One run of the same work by so many agents. */
export interface AgentsRun {
  readonly agents: number;
  /** From the first task to the end of the last. */
  readonly seconds: number;
  /** Processor time of the agents meanwhile, user and system; 0 where the machine does not tell. */
  readonly agentCpuSeconds: number;
  /** Requests to the simulated tenant, a batch counting once, and writes that took effect. */
  readonly httpRequests: number;
  readonly writes: number;
}

/** What the bench gives. */
export interface AgentsBench { readonly collections: number; readonly objects: number; readonly latencyMs: number; readonly runs: readonly AgentsRun[]; /** How many times as fast the most agents are as one. */ readonly ratio: number }

/** How much to measure. */
export interface AgentsBenchOptions {
  /** Numbers of agents; default 1 and 4. */
  readonly agents?: readonly number[];
  /** Default 20. */
  readonly collections?: number;
  /** People of each, besides three groups; default 40. */
  readonly people?: number;
  /** What the simulated tenant adds to each answer; default 100. */
  readonly latencyMs?: number;
  /** Receives the table; default: standard output. */
  readonly print?: (text: string) => void;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Seconds of processor time of a process since it started. */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  // The name of the program may hold blanks; what follows its closing bracket does not.
  const fields = (await readFile(`/proc/${pid ?? 0}/stat`, 'utf8').catch(() => '')).split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
}
const ofAgents = async ({ members }: Fleet): Promise<number> => (await Promise.all(members.map(({ process: child }) => cpuSeconds(child?.pid)))).reduce((sum, one) => sum + one, 0);

/**
 * Migrates the same collections of one tenant with one agent and with several, each in a process of its own, on PostgreSQL; quotas off, and so much
 * latency added by the simulated tenant that agents wait most of the time, as they do before the real one. A person's approval takes no time.
 */
export async function benchAgents(options: AgentsBenchOptions = {}): Promise<AgentsBench> {
  const { agents = [1, 4], collections = 20, people = 40, latencyMs = 100, print = (text) => { console.log(text); } } = options;
  const server = await startPostgres();
  const runs: AgentsRun[] = [];
  try {
    for (const count of agents) runs.push(await measure(`${server.address}?schema=agents_${count}`, { agents: count, units: collections, people, faults: `slow=1:${latencyMs}ms` }));
  } finally {
    await server.stop();
  }
  const [least, most] = [runs.at(0)?.seconds ?? 0, runs.at(-1)?.seconds ?? 1];
  const ratio = round(least / most);
  print([
    `${collections} collections of ${people} people and 3 groups each, ${latencyMs} ms of latency, quotas off`,
    `${'agents'.padStart(6)}${'seconds'.padStart(10)}${'agent CPU s'.padStart(14)}${'requests'.padStart(10)}${'writes'.padStart(10)}`,
    ...runs.map((one) => `${String(one.agents).padStart(6)}${one.seconds.toFixed(1).padStart(10)}${one.agentCpuSeconds.toFixed(1).padStart(14)}${String(one.httpRequests).padStart(10)}${String(one.writes).padStart(10)}`),
    `${runs.at(-1)?.agents ?? 0} agents are ${ratio.toFixed(2)} times as fast as ${runs.at(0)?.agents ?? 0}`,
  ].join('\n'));
  return { collections, objects: collections * (people + 3), latencyMs, runs, ratio };
}

async function measure(place: string, size: { readonly agents: number; readonly units: number; readonly people: number; readonly faults: string }): Promise<AgentsRun> {
  const fleet = await openFleet({ place, ...size });
  try {
    for (const member of fleet.members) fleet.start(member);
    await Promise.all(fleet.members.map((member) => member.ready));
    const [began, cpu] = [performance.now(), await ofAgents(fleet)];
    const tasks = await fleet.migrate();
    const failed = tasks.filter((task) => task.state !== 'Completed' || task.failed > 0);
    if (failed.length > 0) throw new Error(`${failed.length} collections were not migrated well: ${failed[0]?.message ?? ''}`);
    const seconds = round((performance.now() - began) / 1000);
    const state = await (await fetch(`${fleet.tenant.url}/simulator/state.json`)).json() as { readonly traffic: { readonly httpRequests: number } };
    return { agents: size.agents, seconds, agentCpuSeconds: round(await ofAgents(fleet) - cpu), httpRequests: state.traffic.httpRequests, writes: await fleet.written() };
  } finally {
    await fleet.close();
  }
}
