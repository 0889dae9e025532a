import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { cloudId, guid, works, worksTenant } from './works.ts';

let rig: Rig;
/** Holds Ann and Ben, whom the first collection holds as well. */
let sellers = '';
beforeEach(async () => {
  rig = await openRig({ source: works(), seed: worksTenant() });
  sellers = (await rig.call('collections.create', { pairId: rig.pairId, name: 'Sellers' })).id;
  await rig.call('collections.queryObjects', { id: sellers, filter: '(|(sAMAccountName=ann)(sAMAccountName=ben))' });
});
afterEach(async () => { await rig.close(); });

/** Status and reason of Ann and Ben, which both collections must show alike. */
async function both(): Promise<Record<string, string>> {
  const [everyone, some] = [await rig.objects(), await rig.objects(sellers)];
  const shown = (rows: typeof some) => Object.fromEntries(['Ann', 'Ben'].map((name) => [name, `${rows[name]?.status ?? ''}: ${rows[name]?.reason ?? ''} ${rows[name]?.targetName ?? ''}`]));
  expect(shown(some)).toEqual(shown(everyone));
  const detail = async (collectionId: string, id: string) => (await rig.call('objects.get', { collectionId, id })).row.status;
  for (const n of [11, 12]) expect(await detail(sellers, guid(n))).toBe(await detail(rig.collectionId, guid(n)));
  return Object.fromEntries(Object.entries(some).map(([name, row]) => [name, row.status]));
}
/** Statuses that are not 0. */
async function figures(of: { readonly pairId?: string; readonly collectionId?: string }): Promise<Record<string, number>> {
  const { total, byProgress } = await rig.call('statistics.get', of);
  return { total, ...Object.fromEntries(Object.entries(byProgress).filter(([, n]) => n > 0)) };
}
const cloud = (upn: string) => rig.simulator.snapshot().users.find((u) => u.properties['userPrincipalName'] === upn);

it('what one collection matches, migrates and rolls back, the other shows at once, and the pair counts once', async () => {
  expect(await both()).toEqual({ Ann: 'New', Ben: 'New' });
  expect(await figures({ pairId: rig.pairId })).toEqual({ total: 5, New: 5 });

  await rig.match({ collectionId: sellers });
  expect(await both()).toEqual({ Ann: 'Matched', Ben: 'Not matched' });
  expect(await figures({ collectionId: rig.collectionId })).toEqual({ total: 5, New: 3, Matched: 1, 'Not matched': 1 });
  expect(await figures({ pairId: rig.pairId })).toEqual({ total: 5, New: 3, Matched: 1, 'Not matched': 1 });

  const before = rig.simulator.snapshot();
  const whole = await rig.migrate();
  expect(whole.state).toBe('Completed');
  expect(cloud('ben@example.com')).toBeDefined();
  expect(await both()).toEqual({ Ann: 'Migrated', Ben: 'Migrated' });
  expect(await figures({ collectionId: sellers })).toEqual({ total: 2, Migrated: 2 });
  expect(await figures({ pairId: rig.pairId })).toEqual({ total: 5, Migrated: 5 });
  expect((await rig.call('statistics.get', {})).total).toBe(5);
  // The other collection has nothing left to do.
  expect((await rig.plan({}, { collectionId: sellers })).plan.counts).toMatchObject({ operations: 0, unchanged: 2 });

  expect((await rig.rollBack({ undoes: whole.id })).state).toBe('Completed');
  expect(rig.simulator.snapshot().users).toEqual(before.users);
  expect(await both()).toEqual({ Ann: 'Matched', Ben: 'New' });
  expect(await figures({ collectionId: sellers })).toEqual({ total: 2, New: 1, Matched: 1 });
  expect(await figures({ pairId: rig.pairId })).toEqual({ total: 5, New: 3, Matched: 2 });
});

it('decisions of a person count in both, and so does taking them back', async () => {
  await rig.match();
  const nobodys = rig.simulator.snapshot().users.find((user) => user.id !== cloudId(11) && user.id !== cloudId(13));
  const decided = await rig.call('matches.decide', { collectionId: rig.collectionId, action: 'leave out', selection: { mode: 'ids', ids: [guid(12)] } });
  expect(decided.changed).toBe(1);
  expect((await both())['Ben']).toBe('Skipped');
  await rig.call('objects.pin', { collectionId: sellers, id: guid(12), targetId: nobodys?.id ?? '' });
  expect((await both())['Ben']).toBe('Matched');
  await rig.call('objects.breakMatching', { collectionId: rig.collectionId, selection: { mode: 'ids', ids: [guid(11)] } });
  expect(await both()).toEqual({ Ann: 'New', Ben: 'Matched' });
});

it('a failure in one is a failure in the other, and a plan made before does not take back what the other has done since', async () => {
  const waiting = await rig.plan();
  expect((await rig.migrate({}, { collectionId: sellers })).state).toBe('Completed');
  expect(await both()).toEqual({ Ann: 'Migrated', Ben: 'Migrated' });
  expect(await rig.refused('tasks.approve', { taskId: waiting.task.id, confirmation: waiting.plan.confirmation })).toMatchObject({ code: 'DRIFT', message: expect.stringContaining('"Ben"') });
  expect(await both()).toEqual({ Ann: 'Migrated', Ben: 'Migrated' });
  // A sign-in name that somebody else has keeps Ben out of the next plan.
  const taken = rig.simulator.snapshot().users.find((user) => user.id !== cloudId(11) && user.id !== cloudId(13) && user.properties['userPrincipalName'] !== 'ben@example.com');
  await rig.rewrite(works({ ben: { userPrincipalName: String(taken?.properties['userPrincipalName']) } }));
  await rig.ended((await rig.call('tasks.discover', { pairId: rig.pairId })).taskId);
  await rig.plan({}, { collectionId: sellers });
  expect(await both()).toEqual({ Ann: 'Migrated', Ben: 'Failed' });
  expect(await figures({ pairId: rig.pairId })).toMatchObject({ total: 5, Failed: 1 });
});

it('an object that is added to a second collection later starts there as it is in the first', async () => {
  await rig.migrate();
  const { id } = await rig.call('collections.create', { pairId: rig.pairId, name: 'Later' });
  await rig.call('collections.queryObjects', { id, filter: '(sAMAccountName=dot)' });
  expect((await rig.objects(id))['Dot']).toMatchObject({ status: 'Migrated', reason: (await rig.objects())['Dot']?.reason, synchronisation: 'Never synced' });
  expect(await figures({ collectionId: id })).toEqual({ total: 1, Migrated: 1 });
  // In no collection for a while: what is known of the object is not forgotten.
  for (const collectionId of [id, rig.collectionId]) await rig.call('collections.removeObjects', { id: collectionId, selection: { mode: 'ids', ids: [guid(14)] } });
  await rig.call('collections.queryObjects', { id, filter: '(sAMAccountName=dot)' });
  expect((await rig.objects(id))['Dot']).toMatchObject({ status: 'Migrated', reason: 'Migrated before.' });
});

it('a group of another collection that a migration only healed keeps its status when that migration is rolled back', async () => {
  const seed = worksTenant();
  const list = { id: cloudId(50), properties: { displayName: 'Sales', mailNickname: 'Sales', mailEnabled: false, securityEnabled: true, groupTypes: [], description: 'Everybody of Sales' }, memberIds: [cloudId(11), cloudId(13)], ownerIds: [] };
  await rig.close();
  rig = await openRig({ source: works(), seed: { ...seed, groups: [...seed.groups ?? [], list] }, members: '(objectClass=user)' });
  const { id } = await rig.call('collections.create', { pairId: rig.pairId, name: 'Groups' });
  await rig.call('collections.queryObjects', { id, filter: '(sAMAccountName=sales)' });
  await rig.match();
  await rig.call('objects.pin', { collectionId: id, id: guid(21), targetId: cloudId(50) });
  const first = await rig.plan({ createUnmatched: false }, { collectionId: id });
  expect((await rig.call('plans.operations', { planId: first.plan.id })).rows).toEqual([]);
  expect(await rig.ended(first.task.id)).toMatchObject({ state: 'Completed' });
  expect((await rig.objects(id))['Sales']).toMatchObject({ status: 'Migrated' });

  const whole = await rig.migrate();
  const members = () => rig.simulator.snapshot().groups.find((group) => group.id === cloudId(50))?.members;
  expect(members()).toHaveLength(3);
  expect((await rig.rollBack({ undoes: whole.id })).state).toBe('Completed');
  expect(members()).toHaveLength(2);
  expect((await rig.objects(id))['Sales']).toMatchObject({ status: 'Migrated', reason: 'Everything is as the rules say.' });
});
