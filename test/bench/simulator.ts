import { startSimulatorProcess, type SimulatorProcess } from './simulator-process.ts';

/** How much to measure. */
export interface SimulatorBenchOptions {
  /** Users of the tenant; default 100,000. */
  readonly users?: number;
  /** Groups of the tenant; default 5,000. */
  readonly groups?: number;
  /** Starts of the program, of which the median counts; default 3. */
  readonly loads?: number;
  /** Batched writes; default 40,000. */
  readonly writes?: number;
  /** Receives the table; default: standard output. */
  readonly print?: (text: string) => void;
}

/** What {@link benchSimulator} found. Targets: load under 5 s and 600 MB, a page under 25 ms, 2,000 writes a second on one core. */
export interface SimulatorBench {
  readonly users: number;
  readonly groups: number;
  /** `cpuSeconds`: of the whole start of the program, reading its TypeScript included; tells load from a busy machine. */
  readonly load: { readonly ms: number; readonly rssMb: number; readonly cpuSeconds: number | null };
  /** One full listing in pages of 999 with `$select`, over HTTP, until the body is there. */
  readonly pages: { readonly count: number; readonly medianMs: number; readonly p95Ms: number; readonly cpuMsEach: number | null };
  /** Four lanes of batches of 20: ten changes of users, five new users, five new members. */
  readonly writes: {
    readonly count: number; readonly refused: number; readonly perSecond: number;
    /** Writes for each second of the simulator's own processor time; null where it is not known. */
    readonly perCpuSecond: number | null;
    /** Processor time of this client in the same time, which shares the machine. */
    readonly clientCpuSeconds: number;
  };
  readonly rssMbAfter: number | null;
}

const LANES = 4;
const MB = 2 ** 20;
const round = (value: number, digits = 1): number => Math.round(value * 10 ** digits) / 10 ** digits;
const quantile = (values: readonly number[], q: number): number => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;

/** Measures a simulated tenant that runs as a process of its own, reached over HTTP as every client reaches it. Quotas are off. */
export async function benchSimulator(options: SimulatorBenchOptions = {}): Promise<SimulatorBench> {
  const { users = 100_000, groups = 5_000, loads = 3, writes = 40_000, print = (text) => { console.log(text); } } = options;
  const args = ['--seed', `users=${users},groups=${groups},members=20`, '--quotas', 'off'];
  const started: { readonly ms: number; readonly rss: number; readonly cpu: number | null }[] = [];
  for (let i = 1; i < loads; i++) {
    const one = await startSimulatorProcess(args);
    started.push({ ms: one.loadMs, rss: one.rssBytes, cpu: await one.cpuSeconds() });
    await one.stop();
  }
  const simulator = await startSimulatorProcess(args);
  started.push({ ms: simulator.loadMs, rss: simulator.rssBytes, cpu: await simulator.cpuSeconds() });
  try {
    const authorization = `Bearer ${await token(simulator)}`;
    const [idle, pages, listed] = [await simulator.cpuSeconds(), await listing(simulator, authorization), await simulator.cpuSeconds()];
    const loadCpu = started.map((s) => s.cpu).filter((cpu) => cpu !== null);
    const done = await writing(simulator, authorization, users, writes);
    const after = await simulator.residentBytes();
    const bench: SimulatorBench = {
      users, groups, load: { ms: quantile(started.map((s) => s.ms), 0.5), rssMb: round(quantile(started.map((s) => s.rss), 0.5) / MB), cpuSeconds: loadCpu.length > 0 ? quantile(loadCpu, 0.5) : null },
      pages: { count: pages.length, medianMs: round(quantile(pages, 0.5), 2), p95Ms: round(quantile(pages, 0.95), 2), cpuMsEach: idle === null || listed === null ? null : round((listed - idle) * 1000 / pages.length, 2) }, writes: done, rssMbAfter: after === null ? null : round(after / MB),
    };
    print([
      `tenant        ${users} users, ${groups} groups`, `load          ${bench.load.ms} ms, ${bench.load.rssMb} MB, ${bench.load.cpuSeconds ?? '?'} s of processor with the start of the program (median of ${loads})`,
      `page of 999   median ${bench.pages.medianMs} ms, 95 % under ${bench.pages.p95Ms} ms, ${bench.pages.cpuMsEach ?? '?'} ms of the simulator's processor each (${bench.pages.count} pages)`,
      `writes        ${done.perSecond} a second, ${done.perCpuSecond ?? '?'} a second of the simulator's processor (${done.count} writes, ${done.refused} refused; client used ${done.clientCpuSeconds} s of processor)`,
      `memory        ${bench.rssMbAfter ?? '?'} MB afterwards`,
    ].join('\n'));
    return bench;
  } finally {
    await simulator.stop();
  }
}

async function token(simulator: SimulatorProcess): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: simulator.clientId, client_secret: simulator.clientSecret, scope: 'https://graph.microsoft.com/.default' });
  const answer = await (await fetch(`${simulator.url}/${simulator.tenantId}/oauth2/v2.0/token`, { method: 'POST', body })).json() as { access_token: string };
  return answer.access_token;
}

/** Milliseconds of each page of one full listing. */
async function listing(simulator: SimulatorProcess, authorization: string): Promise<number[]> {
  const times: number[] = [];
  let next: string | undefined = `${simulator.url}/v1.0/users?$select=id,displayName,userPrincipalName,mail,mailNickname,accountEnabled,onPremisesImmutableId,proxyAddresses&$top=999`;
  while (next !== undefined) {
    const began = performance.now();
    const text: string = await (await fetch(next, { headers: { authorization } })).text();
    times.push(performance.now() - began);
    next = (JSON.parse(text) as { '@odata.nextLink'?: string })['@odata.nextLink'];
  }
  return times;
}

async function writing(simulator: SimulatorProcess, authorization: string, users: number, writes: number): Promise<SimulatorBench['writes']> {
  const groups = (await (await fetch(`${simulator.url}/v1.0/groups?$select=id&$top=999`, { headers: { authorization } })).json() as { value: { id: string }[] }).value.map((g) => g.id);
  const members = (await (await fetch(`${simulator.url}/v1.0/users?$select=id&$top=999`, { headers: { authorization } })).json() as { value: { id: string }[] }).value.map((u) => u.id);
  const json = { 'Content-Type': 'application/json' };
  const batches = Array.from({ length: Math.ceil(writes / 20) }, (_, b) => JSON.stringify({
    requests: Array.from({ length: 20 }, (_x, k) => {
      const n = b * 20 + k;
      const id = String(k);
      if (k < 10) return { id, method: 'PATCH', url: `/users/user${n % users}@example.com`, headers: json, body: { jobTitle: `Title ${n}`, city: 'Bergen' } };
      if (k < 15) return { id, method: 'POST', url: '/users', headers: json, body: { accountEnabled: true, displayName: `New ${n}`, mailNickname: `new${n}`, userPrincipalName: `new${n}@example.com`, passwordProfile: { password: 'Long-enough-7' } } };
      // A different group for each number until all have had this member, then the next member.
      const nth = b * 5 + k - 15;
      return { id, method: 'POST', url: `/groups/${groups[nth % groups.length]}/members/$ref`, headers: json, body: { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${members[Math.floor(nth / groups.length) % members.length]}` } };
    }),
  }));
  let refused = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let body = batches[next++]; body !== undefined; body = batches[next++]) {
      const answer = await fetch(`${simulator.url}/v1.0/$batch`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body });
      const { responses } = await answer.json() as { responses: { status: number }[] };
      refused += responses.filter((r) => r.status >= 300).length;
    }
  };
  const [cpu, own, began] = [await simulator.cpuSeconds(), process.cpuUsage(), performance.now()];
  await Promise.all(Array.from({ length: LANES }, lane));
  const seconds = (performance.now() - began) / 1000;
  const [cpuAfter, used] = [await simulator.cpuSeconds(), process.cpuUsage(own)];
  const count = batches.length * 20;
  return {
    count, refused, perSecond: Math.round(count / seconds), perCpuSecond: cpu === null || cpuAfter === null ? null : Math.round(count / (cpuAfter - cpu)), clientCpuSeconds: round((used.user + used.system) / 1e6),
  };
}
