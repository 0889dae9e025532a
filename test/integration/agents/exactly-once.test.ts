import { afterEach, describe, expect, inject, it } from 'vitest';
import { openProject, type Store } from '../../../electron/store/index.ts';
import { skipFor } from '../../servers/available.ts';
import { freshPostgres, postgresObstacle } from '../../servers/postgres.ts';
import { differences } from '../main-job/compare.ts';
import { expectTenant } from '../main-job/expected.ts';
import { LINKED_EACH } from './company.ts';
import { openFleet, type Fleet, type FleetOptions, type Member } from './fleet.ts';
import { audit, readBooks } from './once.ts';

const skip = skipFor(await postgresObstacle());
/** People of each unit; `CAUSEWAY_PEOPLE=40` is the whole programme. */
const PEOPLE = Number(process.env['CAUSEWAY_PEOPLE'] ?? 12);
const CHOICES = { upnSuffix: '', country: '', distributionGroups: 'skip' } as const;
let fleet: Fleet | undefined;
let store: Store | undefined;
afterEach(async () => {
  await store?.close();
  await fleet?.close();
});

/** A small repeatable source of chance (Numerical Recipes, linear congruential generator). */
function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function open(options: Omit<FleetOptions, 'place'>): Promise<Fleet> {
  const place = await freshPostgres(inject('postgresDesk'));
  fleet = await openFleet({ place, ...options });
  store = await openProject(place);
  return fleet;
}

/** Ends agents while they write: each time that so many more writes took effect, one by chance; it is started again at once. */
function killing(at: Fleet, options: { readonly kills: number; readonly every: number; readonly seed: number }): () => Promise<void> {
  const chance = dice(options.seed);
  let kills = 0;
  let next = chance(options.every);
  return async () => {
    if (kills >= options.kills || await at.written() < next) return;
    const alive = at.members.filter(({ process: child }) => child !== null && child.exitCode === null && child.signalCode === null);
    const member = alive[chance(alive.length)];
    if (member === undefined) return;
    await at.kill(member);
    kills += 1;
    next = await at.written() + 1 + chance(options.every);
    at.start(member);
  };
}
const killed = (members: readonly Member[]): number => members.reduce((sum, member) => sum + member.kills, 0);

describe.skipIf(skip)('agents that are killed while they write', () => {
  it.each([
    { agents: 1, units: 3, people: PEOPLE, kills: 2, every: 60 },
    { agents: 4, units: 20, people: PEOPLE, kills: 6, every: 100 },
  ])('apply every operation exactly once: $agents at work on $units collections', async ({ agents, units, people, kills, every }) => {
    // The answers come late: whoever is killed meanwhile has written and does not know it.
    const at = await open({ agents, units, people, faults: 'slow=1:40ms' });
    for (const member of at.members) at.start(member);
    const first = await at.migrate(at.collections, killing(at, { kills, every, seed: agents }));
    expect(killed(at.members)).toBe(kills);
    // What units have of each other is joined by whoever comes later.
    const second = await at.migrate(at.collections.filter((_, u) => u % LINKED_EACH === 0));
    const tasks = [...first, ...second];
    expect(tasks.map((task) => [task.collectionName, task.state, task.failed]).filter(([, state, failed]) => state !== 'Completed' || failed !== 0)).toEqual([]);

    if (store === undefined) throw new Error('no project is open');
    expect(audit(await at.writes(), await readBooks(store, tasks))).toEqual([]);
    await at.faults('');
    const { sources, seed } = at.company;
    expect(differences(await at.tenant.read(), expectTenant(sources, seed, CHOICES), sources)).toEqual([]);
  });
});
