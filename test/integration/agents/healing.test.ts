import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { skipFor } from '../../servers/available.ts';
import { postgresObstacle } from '../../servers/postgres.ts';
import { cloudId, person, personDn, works, worksTenant } from '../app/works.ts';
import { door, openCrew, type Crew, type Gate } from './crew.ts';

const skip = skipFor(await postgresObstacle());
const ANSWERS = { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' };
let crew: Crew;
/** Stands before the agents' requests. */
let gate: Gate;
/** The collections: a newcomer each, which have nothing to do with what waits. */
let dot: string;
let fay: string;
let gus: string;
let first: { readonly id: string };
afterEach(async () => { await crew?.close(); });

const named = (alias: string) => `(sAMAccountName=${alias})`;
const plan = async (collectionId: string) => {
  const { taskId } = await crew.call('tasks.migrate', { collectionId, settings: ANSWERS });
  return await crew.reached(taskId, 'Awaiting approval');
};
const migrate = async (collectionId: string) => {
  const { id } = await plan(collectionId);
  await crew.let(id);
  return await crew.reached(id, 'Completed');
};
const operations = async ({ planId }: { readonly planId: string | null }) => (await crew.call('plans.operations', { planId: planId ?? '' })).rows.map((o) => `${o.kind} ${o.name} ${o.references.map((r) => r.name).join()}`.trim());
const told = async ({ planId }: { readonly planId: string | null }) => (await crew.call('plans.findings', { planId: planId ?? '' })).rows.filter((one) => one.rule === 'references').map((one) => one.message);
const ledger = async (state: 'waits' | 'healed' = 'waits') => (await crew.call('references.page', { pairId: crew.pairId, state })).rows.map((row) => `${row.name} ${row.attribute} ${row.otherName ?? ''}`);
const ben = () => crew.simulator.snapshot().users.find((one) => one.properties['displayName'] === 'Ben')?.id ?? 'none';
const sales = () => crew.simulator.snapshot().groups.find((one) => one.properties['displayName'] === 'Sales')?.members;
const led = () => crew.simulator.snapshot().users.find((one) => one.properties['displayName'] === 'Eve')?.manager;
const BOTH = ['Eve manager Ben', 'Sales member Ben'];
const WRITTEN = ['set manager Eve Ben', 'add members Sales Ben'];

describe.skipIf(skip)('references that wait, and several agents that could write them', () => {
  beforeEach(async () => {
    gate = async () => {};
    crew = await openCrew([...works(), person(15, 'eve', { c: 'DE', manager: personDn('ben') }), person(16, 'fay', { c: 'DE' }), person(17, 'gus', { c: 'DE' })], worksTenant(), async (...call) => { await gate(...call); });
    const [a, b, c] = [await crew.start('a'), await crew.start('b'), await crew.start('c')];
    first = a;
    const [groups, later] = [await crew.collection('Groups', '(|(cn=Sales)(sAMAccountName=ann)(sAMAccountName=cem)(sAMAccountName=eve))', b.id), await crew.collection('Later', named('ben'), b.id)];
    [dot, fay, gus] = [await crew.collection('Dot', named('dot'), a.id), await crew.collection('Fay', named('fay'), b.id), await crew.collection('Gus', named('gus'), c.id)];
    await migrate(groups);
    // Ben comes, and what waits for him goes on waiting until the next plan.
    await crew.call('references.saveSettings', { pairId: crew.pairId, healing: 'only by re-migration' });
    await migrate(later);
    await crew.call('references.saveSettings', { pairId: crew.pairId, healing: 'automatic' });
    expect(await ledger()).toEqual(BOTH);
  });

  it('are written by the plan that was approved first; the others leave them to it and do not wait for its end', async () => {
    const [one, two] = [await plan(dot), await plan(fay)];
    expect(await operations(one)).toEqual(['create Dot', ...WRITTEN]);
    expect(await operations(two)).toEqual(['create Fay', ...WRITTEN]);
    const held = door();
    let armed = true;
    gate = async (agent, request, at) => { if (agent === 'a' && armed && at === 'request' && request.includes('"url":"/users"')) { armed = false; await held.pass(); } };
    await crew.let(one.id);
    await held.reached;
    // Made at the same time: it is left to the first one with the approval.
    await crew.let(two.id);
    expect(await crew.reached(two.id, 'Completed')).toMatchObject({ done: 3, failed: 0 });
    const left = (await crew.call('plans.operations', { planId: two.planId ?? '' })).rows.filter(({ outcome }) => outcome === 'unchanged');
    expect(left.map((o) => [o.name, o.message])).toEqual([['Eve', 'Left to the Migrate task of "Dot", which was approved before and writes the same.'], ['Sales', 'Left to the Migrate task of "Dot", which was approved before and writes the same.']]);
    // Made later: it has nothing of them, and says why.
    const three = await plan(gus);
    expect(await operations(three)).toEqual(['create Gus']);
    expect(await told(three)).toEqual([expect.stringMatching(/^2 references of objects outside this migration could be written now, and are left to the Migrate task of "Dot"/)]);
    await crew.let(three.id);
    await crew.reached(three.id, 'Completed');
    expect([sales(), led()]).toEqual([[cloudId(11), cloudId(13)], null]);
    expect(await ledger()).toEqual(BOTH);
    held.open();
    await crew.reached(one.id, 'Completed');
    expect([sales(), led()]).toEqual([[cloudId(11), cloudId(13), ben()].toSorted(), ben()]);
    expect(await ledger()).toEqual([]);

    // What was left to another one is not taken back with this one.
    const back = async (collectionId: string, undoes: string) => {
      const { taskId } = await crew.call('tasks.rollBack', { collectionId, undoes });
      await crew.reached(taskId, 'Awaiting approval');
      await crew.let(taskId);
      await crew.reached(taskId, 'Completed');
    };
    await back(fay, two.id);
    expect([sales()?.includes(ben()), led()]).toEqual([true, ben()]);
    expect(await ledger()).toEqual([]);
    await back(dot, one.id);
    expect([sales(), led()]).toEqual([[cloudId(11), cloudId(13)], null]);
    expect(await ledger()).toEqual(BOTH);
  });

  it('go on waiting when the plan that they were left to comes to nothing, and the next one writes them', async () => {
    const [one, two] = [await plan(dot), await plan(fay)];
    await crew.call('agents.drain', { id: first.id });
    await crew.let(one.id);
    await crew.let(two.id);
    await crew.reached(two.id, 'Completed');
    const three = await plan(gus);
    expect(await operations(three)).toEqual(['create Gus']);
    await crew.call('tasks.cancel', { taskId: one.id });
    await crew.let(three.id);
    await crew.reached(three.id, 'Completed');
    expect(await ledger()).toEqual(BOTH);
    const four = await plan(gus);
    expect(await operations(four)).toEqual(WRITTEN);
    await crew.let(four.id);
    await crew.reached(four.id, 'Completed');
    expect([sales(), led()]).toEqual([[cloudId(11), cloudId(13), ben()].toSorted(), ben()]);
    expect([await ledger(), await ledger('healed')]).toEqual([[], BOTH]);
  });
});
