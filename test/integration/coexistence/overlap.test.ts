import { afterEach, expect, it } from 'vitest';
import { personDn, works, worksTenant } from '../app/works.ts';
import { openCycleRig, type CycleRig } from './desk.ts';

/* Objects in two collections in coexistence; objects that come back while a plan that takes something from them waits; what is kept of cycles. */
let rig: CycleRig | undefined;
afterEach(async () => { await rig?.close(); rig = undefined; });

const DAY = 1_440;
const user = (of: CycleRig, alias: string) => of.simulator.snapshot().users.find((one) => one.properties['mailNickname'] === alias);
const title = (of: CycleRig, alias: string) => user(of, alias)?.properties['jobTitle'];
const synchronisation = async (of: CycleRig, collectionId: string) => Object.fromEntries(Object.values(await of.objects(collectionId)).map((row) => [row.name, row.synchronisation]));

it('of two collections with one object the first by name keeps it in step, the other says why it does not, and takes it over when the first is off', async () => {
  const opened = await openCycleRig({ source: works(), seed: worksTenant(), members: null });
  rig = opened;
  const later = await opened.collect('Zulu', '(|(sAMAccountName=ann)(sAMAccountName=ben))');
  expect(await opened.enable({ intervalMinutes: DAY }, later)).toMatchObject({ state: 'Completed' });
  const first = await opened.collect('Alpha', '(|(sAMAccountName=ann)(sAMAccountName=cem))');
  expect(await opened.enable({ intervalMinutes: DAY }, first)).toMatchObject({ state: 'Completed' });

  await opened.rewrite(works({ ann: { title: 'Director' }, ben: { title: 'Head Clerk' } }));
  expect((await opened.cycle('run now', later)).cycle).toMatchObject({ outcome: 'done', operations: 1 });
  expect([title(opened, 'ann'), title(opened, 'ben')]).toEqual(['Head of Sales', 'Head Clerk']);
  expect(await synchronisation(opened, later)).toEqual({ Ann: 'Not intended to be synced', Ben: 'In sync' });
  expect((await opened.objects(later))['Ann']?.reason).toContain('"Alpha" keeps it in step');
  expect((await opened.cycle('run now', first)).cycle).toMatchObject({ outcome: 'done', operations: 1 });
  expect(title(opened, 'ann')).toBe('Director');
  expect(await synchronisation(opened, first)).toEqual({ Ann: 'In sync', Cem: 'In sync' });
  expect((await opened.cycle('restart', later)).cycle).toMatchObject({ outcome: 'nothing to do', inStep: 1 });

  // A person takes her out of the first: the other one goes on with her, and nobody treats her as somebody who left.
  await opened.call('coexistence.save', { collectionId: first, change: { outOfScope: 'delete' } });
  const { id: ann = '' } = (await opened.objects(first))['Ann'] ?? {};
  await opened.call('collections.removeObjects', { id: first, selection: { mode: 'ids', ids: [ann] } });
  expect((await opened.cycle('run now', first)).cycle.outcome).toBe('nothing to do');
  await opened.rewrite(works({ ann: { title: 'Chair' }, ben: { title: 'Head Clerk' } }));
  expect((await opened.cycle('run now', later)).cycle).toMatchObject({ outcome: 'done', operations: 1 });
  expect([title(opened, 'ann'), await synchronisation(opened, later)]).toEqual(['Chair', { Ann: 'In sync', Ben: 'In sync' }]);

  // Back in the first, which is then disabled.
  await opened.call('collections.queryObjects', { id: first, filter: '(sAMAccountName=ann)' });
  expect((await opened.cycle('restart', later)).cycle).toMatchObject({ inStep: 1 });
  await opened.call('coexistence.disable', { collectionId: first });
  expect((await opened.cycle('run now', later)).cycle).toMatchObject({ outcome: 'nothing to do', inStep: 2 });
});

it('who comes back while the plan that deletes it waits for a person is left alone', async () => {
  const opened = await openCycleRig({ source: works(), seed: worksTenant(), members: '(objectClass=user)' });
  rig = opened;
  expect(await opened.enable({ outOfScope: 'delete', intervalMinutes: DAY })).toMatchObject({ state: 'Completed' });
  await opened.call('limits.set', { pairId: opened.pairId, collectionId: opened.collectionId, limits: { ...(await opened.call('limits.get', { pairId: opened.pairId })).limits, deletes: { count: 1, percent: 10 } } });
  await opened.rewrite(works({ dot: { title: 'Expert' } }).filter((one) => one.dn !== personDn('ann') && one.dn !== personDn('cem')));
  const { task, cycle } = await opened.cycle();
  expect(cycle).toMatchObject({ outcome: 'quarantined', operations: 3 });
  await opened.rewrite(works({ dot: { title: 'Expert' } }).filter((one) => one.dn !== personDn('cem')));
  expect(await opened.approve(task.id)).toMatchObject({ state: 'Completed' });
  expect([user(opened, 'ann') === undefined, user(opened, 'cem') === undefined, title(opened, 'dot')]).toEqual([false, true, 'Expert']);
  const { rows } = await opened.call('plans.operations', { planId: task.planId ?? '' });
  expect(rows.filter((row) => row.kind === 'delete').map((row) => [row.name, row.outcome]).toSorted()).toEqual([['Ann', 'unchanged'], ['Cem', 'done']]);
  expect((await opened.cycle()).cycle).toMatchObject({ failed: 0 });
  expect(user(opened, 'ann')).toBeDefined();
});

it('cycles that had nothing to do are forgotten after 90 days, the others stay', async () => {
  const opened = await openCycleRig({ source: works(), seed: worksTenant(), members: '(objectClass=user)' });
  rig = opened;
  expect(await opened.enable({ intervalMinutes: DAY })).toMatchObject({ state: 'Completed' });
  await opened.cycle();
  const { cycle: last } = await opened.cycle();
  expect((await opened.call('coexistence.cycles', { collectionId: opened.collectionId })).total).toBe(3);
  opened.pass(91 * 86_400_000);
  await opened.until(({ lastCycle, running }) => lastCycle !== null && lastCycle.id !== last.id && lastCycle.endedAt !== null && !running);
  expect((await opened.call('coexistence.cycles', { collectionId: opened.collectionId })).rows.map((row) => row.outcome)).toEqual(['nothing to do', 'done']);
});
