import { afterEach, describe, expect, it } from 'vitest';
import { skipFor } from '../../servers/available.ts';
import { postgresObstacle } from '../../servers/postgres.ts';
import { person, works, worksTenant } from '../app/works.ts';
import { door, openCrew, type Crew, type Gate } from './crew.ts';

const skip = skipFor(await postgresObstacle());
const ANSWERS = { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' };
let crew: Crew;
afterEach(async () => { await crew?.close(); });

const named = (...aliases: string[]) => `(|${aliases.map((alias) => `(sAMAccountName=${alias})`).join('')})`;
/** A crew of two agents, `a` and `b`, and three collections: Ben alone, Dot alone, and Ben with Eve. */
async function open(gate: Gate = async () => {}) {
  crew = await openCrew([...works(), person(15, 'eve', { c: 'DE' })], worksTenant(), gate);
  const [a, b] = [await crew.start('a'), await crew.start('b')];
  const [ben, dot, both] = [await crew.collection('Ben', named('ben'), a.id), await crew.collection('Dot', named('dot'), b.id), await crew.collection('Ben and Eve', named('ben', 'eve'), b.id)];
  const plan = async (collectionId: string) => {
    const { taskId } = await crew.call('tasks.migrate', { collectionId, settings: ANSWERS });
    await crew.reached(taskId, 'Awaiting approval');
    return taskId;
  };
  return { a, b, ben, dot, both, plan };
}
const people = () => crew.simulator.snapshot().users.map((user) => String(user.properties['displayName'])).filter((name) => ['Ben', 'Dot', 'Eve'].includes(name)).toSorted();
/** Lets an agent come to its first new account, or to the first write of another kind, and no further. */
function atTheDoor(agent: string, write = /"url":"\/users"/) {
  const first = door();
  let once = true;
  const gate: Gate = async (name, request, at) => {
    if (name !== agent || at !== 'request' || !once || !write.test(request)) return;
    once = false;
    await first.pass();
  };
  return { first, gate };
}

describe.skipIf(skip)('two agents on one pair', () => {
  it('write side by side where their plans have no object in common; else the later waits for its turn, and nothing is written twice', async () => {
    const { first, gate } = atTheDoor('a');
    const { b, ben, dot, both, plan } = await open(gate);
    const [one, two, three] = [await plan(ben), await plan(dot), await plan(both)];
    await crew.let(one);
    await first.reached;
    await crew.let(two);
    await crew.let(three);
    expect(await crew.reached(two, 'Completed')).toMatchObject({ done: 1 });
    await crew.looked(b.id);
    expect(await crew.call('tasks.get', { id: one })).toMatchObject({ state: 'Running' });
    expect(await crew.call('tasks.get', { id: three })).toMatchObject({ state: 'Queued', startedAt: expect.any(Number) as number });
    expect(people()).toEqual(['Dot']);
    first.open();
    expect(await crew.reached(one, 'Completed')).toMatchObject({ done: 1, failed: 0 });
    for (const end = Date.now() + 30_000; ['Queued', 'Running'].includes((await crew.call('tasks.get', { id: three })).state) && Date.now() < end;) await new Promise((resolve) => { setTimeout(resolve, 20); });
    expect(people()).toEqual(['Ben', 'Dot', 'Eve']);
    expect(crew.simulator.stats.created).toBe(3);
  });

  it('one collection has one writer: a second plan of it is refused while the first is applied', async () => {
    const { first, gate } = atTheDoor('a');
    const { ben, plan } = await open(gate);
    const [one, two] = [await plan(ben), await plan(ben)];
    await crew.let(one);
    await first.reached;
    await expect(crew.let(two)).rejects.toMatchObject({ data: { code: 'CONFLICT', message: expect.stringContaining('the objects of this collection') as string } });
    first.open();
    await crew.reached(one, 'Completed');
  });

  it('a roll back meets nobody: it is refused while another task writes to one of its objects', async () => {
    const { first, gate } = atTheDoor('b');
    const { ben, both, plan } = await open(gate);
    const one = await plan(ben);
    const three = await plan(both);
    await crew.let(one);
    await crew.reached(one, 'Completed');
    const { taskId: back } = await crew.call('tasks.rollBack', { collectionId: ben, undoes: one, purge: true });
    await crew.reached(back, 'Awaiting approval');
    await crew.call('tasks.approve', { taskId: three, confirmation: (await crew.call('plans.get', { id: (await crew.call('tasks.get', { id: three })).planId ?? '' })).confirmation, outdated: 'apply all the same' });
    await first.reached;
    await expect(crew.let(back)).rejects.toMatchObject({ data: { code: 'CONFLICT', message: expect.stringMatching(/writing to "Ben" too/) as string } });
    first.open();
    for (const end = Date.now() + 30_000; ['Queued', 'Running'].includes((await crew.call('tasks.get', { id: three })).state) && Date.now() < end;) await new Promise((resolve) => { setTimeout(resolve, 20); });
  });

  it('a cycle that meets another writer on an object goes back to the queue, and is planned anew when that one has ended', async () => {
    const { first, gate } = atTheDoor('a', /"method":"PATCH"/);
    let armed = false;
    const { ben, both, plan } = await open(async (...call) => { if (armed) await gate(...call); });
    const { taskId } = await crew.call('coexistence.plan', { collectionId: both, settings: { ...ANSWERS, intervalMinutes: 60, workingHours: null, outOfScope: 'keep' } });
    await crew.reached(taskId, 'Awaiting approval');
    await crew.let(taskId);
    await crew.reached(taskId, 'Completed');
    await crew.rewrite([...works({ ben: { title: 'Director' } }), person(15, 'eve', { c: 'DE', title: 'Chief' })]);
    armed = true;
    const one = await plan(ben);
    await crew.let(one);
    await first.reached;
    const { taskId: cycle } = await crew.call('coexistence.runNow', { collectionId: both });
    for (const end = Date.now() + 30_000; !(await crew.call('tasks.get', { id: cycle })).message.startsWith('Waits for the end of a Migrate task of "Ben"') && Date.now() < end;) await new Promise((resolve) => { setTimeout(resolve, 20); });
    expect(await crew.call('tasks.get', { id: cycle })).toMatchObject({ state: 'Queued', planId: null });
    const titles = () => Object.fromEntries(crew.simulator.snapshot().users.map((user) => [user.properties['displayName'], user.properties['jobTitle']]));
    expect(titles()['Eve']).not.toBe('Chief');
    first.open();
    await crew.reached(one, 'Completed');
    await crew.reached(cycle, 'Completed');
    expect(titles()).toMatchObject({ Ben: 'Director', Eve: 'Chief' });
    expect((await crew.call('coexistence.cycles', { collectionId: both })).rows.map(({ outcome }) => outcome)).toEqual(['done', 'cancelled', 'done']);
  });

  it('both sides are read once for tasks that were asked for before that reading began, and anew for one that came later', async () => {
    const readings: string[] = [];
    const { ben, dot, plan } = await open(async (name, request, at) => { if (at === 'request' && /GET [^ ]*\/users\?/.test(request)) readings.push(name); });
    readings.length = 0;
    // One of the agents is kept from reading until both tasks are there.
    const store = await crew.open();
    await store.pairReadings.take(crew.pairId, 'somebody', 60_000);
    const tasks = [];
    for (const collectionId of [ben, dot]) tasks.push((await crew.call('tasks.migrate', { collectionId, settings: ANSWERS })).taskId);
    for (const id of tasks) await crew.reached(id, 'Running');
    await store.pairReadings.end(crew.pairId, 'somebody', null);
    for (const id of tasks) await crew.reached(id, 'Awaiting approval');
    expect(new Set(readings).size).toBe(1);
    const before = readings.length;
    await plan(dot);
    expect(readings.length).toBe(2 * before);
  });
});
