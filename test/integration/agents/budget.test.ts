import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { tenantBudgets } from '../../../electron/app/tenant-budgets.ts';
import { TenantGates, type Gate, type Timing } from '../../../electron/engines/tenant/index.ts';
import { gateKey } from '../../../electron/engines/tenant/throttle/gates.ts';
import { silentLog } from '../../../electron/platform/index.ts';
import { simulatorClock } from '../../../electron/simulator/clock.ts';
import { GraphRefusal } from '../../../electron/simulator/graph/refusal.ts';
import { throttle } from '../../../electron/simulator/graph/throttle.ts';
import { createProject, openProject, type Store } from '../../../electron/store/index.ts';
import { skipFor } from '../../servers/available.ts';
import { freshPostgres, postgresObstacle } from '../../servers/postgres.ts';

const skip = skipFor(await postgresObstacle());
const START = Date.parse('2026-11-02T08:00:00Z');
const CONNECTION = { cloud: 'global', tenantId: 't', clientId: 'c', simulated: null } as const;
const stores: Store[] = [];
let folder = '';
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  if (folder !== '') await rm(folder, { recursive: true, force: true });
  folder = '';
});

/** Time that passes only while everybody who works waits: what is computed or stored takes none. */
function sharedTime(workers: number): { readonly timing: Timing; readonly now: () => number; done(): void } {
  let time = 0;
  let working = workers;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const wakeNext = (): void => {
    if (working > 0) return;
    const next = sleepers.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined) return;
    sleepers.splice(sleepers.indexOf(next), 1);
    time = Math.max(time, next.at);
    working += 1;
    next.wake();
  };
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => {
    sleepers.push({ at: time + Math.ceil(Math.max(0, ms)), wake: resolve });
    working -= 1;
    wakeNext();
  });
  return { timing: { now: () => time, sleep, random: () => 0.5 }, now: () => START + time, done: () => { working -= 1; wakeNext(); } };
}

/** What one run of several agents on the limits of a simulated tenant came to. */
interface Outcome { readonly throttled: number; readonly seconds: number; /** Batches that did not get through in time. */ readonly left: number; /** Requests that were sent while another agent had been told to pause. */ readonly early: number }

/** An agent's gate; `told` waits until the others can know what it was told. */
interface Worker { readonly gate: Gate; readonly told: () => Promise<void> }

/** After so long a run is broken off, milliseconds: twice what the service needs for it. */
const LIMIT_MS = 200_000;

/** Each agent writes so many batches of 20, a quarter of a second each, which is four times what the service takes. */
async function run(workers: readonly Worker[], time: ReturnType<typeof sharedTime>, batches: number): Promise<Outcome> {
  const limits = throttle('real', simulatorClock(time.now, 1), 't');
  const told: { readonly by: number; readonly from: number; readonly until: number }[] = [];
  let [early, unsent] = [0, 0];
  const work = async ({ gate, told: stored }: Worker, me: number): Promise<void> => {
    let left = batches;
    while (left > 0 && time.timing.now() < LIMIT_MS) {
      await gate.enter({ writes: 20, units: 20 });
      const now = time.now();
      if (told.some((one) => one.by !== me && one.from < now && now < one.until)) early += 1;
      try {
        limits.charge('c', { resourceUnits: 20, writes: 20 }, 600);
        left -= 1;
      } catch (error) {
        if (!(error instanceof GraphRefusal)) throw error;
        const waitMs = Number(error.headers['retry-after']) * 1000;
        told.push({ by: me, from: now, until: now + waitMs });
        gate.throttled(waitMs, 'writes');
        await stored();
      }
      await time.timing.sleep(250);
    }
    unsent += left;
    time.done();
  };
  await Promise.all(workers.map(work));
  return { throttled: limits.throttled, seconds: (time.now() - START) / 1000, left: unsent, early };
}

/** Gates as so many processes on one project have them: each with a store of its own. */
async function agents(file: string, time: ReturnType<typeof sharedTime>, count: number): Promise<readonly Worker[]> {
  const workers: Worker[] = [];
  for (let i = 0; i < count; i += 1) {
    const store = i === 0 ? await createProject({ file, name: 'Budget', demo: false }) : await openProject(file);
    stores.push(store);
    const gate = new TenantGates({ timing: time.timing }).of(CONNECTION);
    const budget = tenantBudgets({ store, log: silentLog, now: time.now })(gateKey(CONNECTION));
    let telling = Promise.resolve();
    gate.share({ ...budget, tell: (...what) => (telling = budget.tell(...what)) });
    workers.push({ gate, told: () => telling });
  }
  return workers;
}

const places = {
  file: async () => path.join(folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-budget-')), 'project.causeway'),
  PostgreSQL: () => freshPostgres(inject('postgresDesk')),
};

describe.each(Object.keys(places).filter((place) => place === 'file' || !skip) as (keyof typeof places)[])('agents that share the limits of a tenant through a project (%s)', (place) => {
  it('are throttled far less often than agents that do not know of each other, and are not slower', async () => {
    const [apart, together] = [sharedTime(4), sharedTime(4)];
    const alone = await run(Array.from({ length: 4 }, () => ({ gate: new TenantGates({ timing: apart.timing }).of(CONNECTION), told: async () => {} })), apart, 60);
    const shared = await run(await agents(await places[place](), together, 4), together, 60);
    // Each is told once at most: those whose request was on its way when the first was told.
    expect(shared.throttled).toBeLessThanOrEqual(4);
    expect(alone.throttled).toBeGreaterThan(4 * shared.throttled);
    expect(alone.early).toBeGreaterThan(0);
    expect(shared.early).toBe(0);
    // 3,000 at once and the other 1,800 at 20 a second.
    expect(shared.left).toBe(0);
    expect(shared.seconds).toBeLessThan(110);
    expect(shared.seconds).toBeLessThan(alone.seconds);
  });

  it('write as fast as the service takes it before anybody is throttled', async () => {
    const time = sharedTime(2);
    const workers = await agents(await places[place](), time, 2);
    // 3,000 writes are free at once (Graph documentation, throttling limits).
    const { throttled, seconds } = await run(workers, time, 70);
    expect([throttled, seconds]).toEqual([0, 70 * 0.25]);
    expect(await stores[0]?.tenantBudget.get(gateKey(CONNECTION))).toBeUndefined();
  });
});

describe('an agent that hears of a pause', () => {
  it('tells its tasks, keeps it also when it only reads, and goes on alone when the store does not answer', async () => {
    const time = sharedTime(1);
    const [one, two] = await agents(await places.file(), time, 2);
    if (one === undefined || two === undefined) throw new Error('two gates were asked for');
    const waits: number[] = [];
    two.gate.onThrottled((ms) => waits.push(ms));
    one.gate.throttled(5_000, 'writes');
    await one.gate.enter({ writes: 0, units: 1 });
    expect(time.now() - START).toBe(5_000);
    one.gate.throttled(3_000, 'units');
    await one.told();
    await two.gate.enter({ writes: 0, units: 1 });
    expect(waits).toEqual([3_000]);
    expect(time.now() - START).toBeGreaterThanOrEqual(8_000);
    for (const store of stores.splice(0)) await store.close();
    await two.gate.enter({ writes: 20, units: 20 });
    two.gate.throttled(1_000, 'writes');
    const before = time.now();
    await two.gate.enter({ writes: 20, units: 20 });
    expect(time.now() - before).toBeGreaterThanOrEqual(1_000);
  });
});
