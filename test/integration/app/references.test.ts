import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReferenceRow } from '../../../shared/contracts/references.ts';
import { canBeWritten } from '../../../shared/domain/references.ts';
import { exchangeTenant, exchangeWorks } from './exchange-works.ts';
import { openRig, type Rig } from './rig.ts';
import { cloudId, groupDn, guid, person, personDn, group, TYPE, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const state = () => rig.simulator.snapshot();
const cloud = (upn: string) => state().users.find((u) => u.properties['userPrincipalName'] === upn);
const sales = () => state().groups.find((g) => g.properties['displayName'] === 'Sales');
const ledger = async (more: Partial<Parameters<typeof rig.call<'references.page'>>[1]> = {}) => (await rig.call('references.page', { pairId: rig.pairId, ...more })).rows;
const who = (rows: readonly ReferenceRow[]) => rows.map((r) => `${r.name} ${r.attribute} ${r.otherName ?? r.dn}`);

/** A collection of the pair with objects found by a filter. */
async function collect(name: string, filter: string): Promise<string> {
  const { id } = await rig.call('collections.create', { pairId: rig.pairId, name });
  await rig.call('collections.queryObjects', { id, filter });
  return id;
}
const migrate = (collectionId: string, more: object = {}) => rig.migrate({}, { collectionId, ...more });

/** Groups and leaders first, Ben later, who is a member of Sales and leads Eve. */
async function groupsFirst(): Promise<{ readonly groups: string; readonly later: string }> {
  rig = await openRig({
    source: [...works(), person(15, 'eve', { manager: personDn('ben') })], seed: worksTenant(), members: null,
  });
  const groups = await collect('Groups', '(|(objectClass=group)(sAMAccountName=ann)(sAMAccountName=cem)(sAMAccountName=eve))');
  const later = await collect('Later', '(|(sAMAccountName=ben)(sAMAccountName=dot))');
  return { groups, later };
}

describe('references that wait for another object', () => {
  let groups = '';
  let later = '';
  beforeEach(async () => { ({ groups, later } = await groupsFirst()); });

  it('are kept in the ledger, from both sides, once the object that refers is there', async () => {
    const { plan } = await rig.plan({}, { collectionId: groups });
    expect(plan.unresolved).toBe(2);
    expect(await ledger()).toEqual([]);
    await migrate(groups);
    const rows = await ledger();
    expect(who(rows)).toEqual(['Eve manager Ben', 'Sales member Ben']);
    expect(rows[1]).toMatchObject({ sourceId: guid(21), kind: 'group', dn: personDn('ben'), otherId: guid(12), otherKind: 'user', otherMatched: false, reason: 'has no match in the tenant yet', healedBy: null });
    expect(who(await ledger({ collectionId: groups }))).toEqual(['Eve manager Ben', 'Sales member Ben']);
    expect(await ledger({ collectionId: later })).toEqual([]);
    expect(who(await ledger({ collectionId: later, view: 'for whom' }))).toEqual(['Eve manager Ben', 'Sales member Ben']);
    expect(who(await ledger({ search: 'sale' }))).toEqual(['Sales member Ben']);
    expect(who(await ledger({ search: 'BEN', limit: 1 }))).toEqual(['Eve manager Ben']);
    const { text, total } = await rig.call('references.export', { pairId: rig.pairId });
    expect(total).toBe(2);
    expect(text).toContain(`Sales,group,${guid(21)},member,Ben,user,${guid(12)},"${personDn('ben')}",no,`);
    const first = rows[0]?.since;
    await migrate(groups);
    expect((await ledger())[0]?.since).toBe(first);
  });

  it('are written by the migration that brings the other object, and its roll back takes exactly that back', async () => {
    await migrate(groups);
    const before = state();
    expect(sales()?.members).toEqual([cloudId(11), cloudId(13)]);

    const { task, plan } = await rig.plan({}, { collectionId: later });
    const { rows: operations } = await rig.call('plans.operations', { planId: plan.id });
    expect(operations.map((o) => `${o.kind} ${o.name} ${o.references.map((r) => r.name).join()}`.trim())).toEqual(['create Ben', 'create Dot', 'set manager Ben Ann', 'set manager Eve Ben', 'add members Sales Ben']);
    expect(plan.counts).toMatchObject({ creates: 2, managers: 2, membersAdded: 1, unchanged: 0, skipped: 0 });
    const notes = (await rig.call('plans.findings', { planId: plan.id })).rows.filter((f) => f.rule === 'references');
    expect(notes.map((f) => `${f.severity} ${f.name}: ${f.message}`)).toEqual([expect.stringMatching(/^warning Eve: Eve is not part of this migration.*manager/), expect.stringMatching(/^warning Sales: .*member/)]);
    expect(state()).toEqual(before);

    expect((await rig.approve(task.id)).state).toBe('Completed');
    const ben = cloud('ben@example.com')?.id ?? 'none';
    expect(sales()?.members).toEqual([cloudId(11), cloudId(13), ben].toSorted());
    expect(cloud('eve@example.com')?.manager).toBe(ben);
    expect(await ledger()).toEqual([]);
    expect(who(await ledger({ state: 'healed' }))).toEqual(['Eve manager Ben', 'Sales member Ben']);
    expect((await rig.plan({}, { collectionId: later })).plan.counts).toMatchObject({ operations: 0, unchanged: 2 });

    expect((await rig.rollBack({ collectionId: later, undoes: task.id })).state).toBe('Completed');
    const after = state();
    expect(after.groups).toEqual(before.groups);
    expect(after.users).toEqual(before.users);
    expect(who(await ledger())).toEqual(['Eve manager Ben', 'Sales member Ben']);
    // And it heals once more.
    await migrate(later);
    expect(sales()?.members).toHaveLength(3);
    expect(await ledger()).toEqual([]);
  });

  it('have a limit of their own, so that nobody changes many objects that nobody selected without a typed confirmation', async () => {
    await migrate(groups);
    const { limits } = await rig.call('limits.get', { pairId: rig.pairId });
    expect(limits.healedLinks).toEqual({ count: 500, percent: 25 });
    await rig.call('limits.set', { pairId: rig.pairId, limits: { ...limits, healedLinks: { count: 1, percent: 0 } } });
    // Eve's manager and the member of Sales; the manager of Ben, who is selected, does not count.
    const { task, plan } = await rig.plan({}, { collectionId: later });
    expect(plan.counts).toMatchObject({ managers: 2, membersAdded: 1, healed: 2 });
    expect(plan.guard).toMatchObject([{ limit: 'links healed outside', count: 2, allowed: 1, message: expect.stringMatching(/^2 memberships, permissions and managers of objects outside this migration would be written; the limit of the pair is 1 /) }]);
    const before = state();
    expect(await rig.refused('tasks.approve', { taskId: task.id, confirmation: '' })).toMatchObject({ code: 'INVALID_INPUT' });
    expect(state()).toEqual(before);
    await rig.call('limits.set', { pairId: rig.pairId, collectionId: later, limits: { ...limits, healedLinks: { count: 2, percent: 0 } } });
    const wider = await rig.plan({}, { collectionId: later });
    expect(wider.plan).toMatchObject({ guard: [], counts: { healed: 2 } });
    await rig.approve(wider.task.id);
    expect(sales()?.members).toContain(cloud('ben@example.com')?.id);
    expect((await rig.plan({}, { collectionId: later })).plan.counts.healed).toBe(0);
  });

  it('wait until the object that refers is migrated again when the pair says so', async () => {
    expect(await rig.call('references.settings', { pairId: rig.pairId })).toEqual({ healing: 'automatic' });
    await rig.call('references.saveSettings', { pairId: rig.pairId, healing: 'only by re-migration' });
    await migrate(groups);
    await migrate(later);
    expect(sales()?.members).toEqual([cloudId(11), cloudId(13)]);
    expect(cloud('eve@example.com')?.manager).toBeNull();
    expect((await ledger()).map((r) => [r.name, r.otherMatched])).toEqual([['Eve', true], ['Sales', true]]);
    const again = await migrate(groups);
    expect(sales()?.members).toContain(cloud('ben@example.com')?.id);
    expect(cloud('eve@example.com')?.manager).toBe(cloud('ben@example.com')?.id);
    expect(await ledger()).toEqual([]);
    expect((await ledger({ state: 'healed' })).map((r) => r.healedBy)).toEqual([again.id, again.id]);
  });

  it('are healed for part of a collection, for a run that merges nothing, and only for those it waited for', async () => {
    await migrate(groups);
    const ann = (await rig.graph('GET', `/users/${cloudId(11)}`)).body as { id: string };
    await rig.graph('DELETE', `/groups/${sales()?.id ?? ''}/members/${ann.id}/$ref`);
    await rig.migrate({ mergeUnmatched: false }, { collectionId: later, selection: { mode: 'ids', ids: [guid(14)] } });
    expect(who(await ledger())).toEqual(['Eve manager Ben', 'Sales member Ben']);
    await rig.migrate({ mergeUnmatched: false }, { collectionId: later, selection: { mode: 'ids', ids: [guid(12)] } });
    // Ann was taken out on purpose; she is not what Sales waited for.
    expect(sales()?.members).toEqual([cloudId(13), cloud('ben@example.com')?.id ?? ''].toSorted());
    expect(await ledger()).toEqual([]);
  });

  it('leave an object alone that a person left out, in the selection or not, and go on waiting', async () => {
    await migrate(groups);
    const { members } = sales() ?? {};
    expect(await rig.call('matches.decide', { collectionId: groups, action: 'leave out', selection: { mode: 'ids', ids: [guid(21)] } })).toMatchObject({ changed: 1 });
    await migrate(later);
    await migrate(groups, { selection: { mode: 'ids', ids: [guid(21)] } });
    expect(sales()?.members).toEqual(members);
    expect(who(await ledger())).toEqual(['Sales member Ben']);
  });

  it('wait again after a roll back of what healed them, also when the other object was there before', async () => {
    const sellers = await collect('Sellers', '(|(cn=Sales)(sAMAccountName=ann)(sAMAccountName=ben))');
    await migrate(sellers);
    expect(who(await ledger())).toEqual(['Sales member Cem']);
    const clerks = await collect('Clerks', '(sAMAccountName=cem)');
    const healed = await migrate(clerks);
    expect(sales()?.members).toContain(cloudId(13));
    expect(await ledger()).toEqual([]);
    await rig.rollBack({ collectionId: clerks, undoes: healed.id });
    expect(sales()?.members).not.toContain(cloudId(13));
    expect((await ledger()).map((r) => [r.name, r.otherName, r.otherMatched])).toEqual([['Sales', 'Cem', true]]);
    await migrate(clerks);
    expect(await ledger()).toEqual([]);
    await rig.rollBack({ collectionId: sellers, objectId: guid(21) });
    expect(await ledger()).toEqual([]);
    expect(sales()).toBeUndefined();
  });

  it('wait for nothing any more when the object that refers is rolled back, or when somebody made it so by hand', async () => {
    const first = await migrate(groups);
    await rig.call('references.saveSettings', { pairId: rig.pairId, healing: 'only by re-migration' });
    await migrate(later);
    await rig.graph('POST', `/groups/${sales()?.id ?? ''}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${cloud('ben@example.com')?.id ?? ''}` });
    await rig.call('references.saveSettings', { pairId: rig.pairId, healing: 'automatic' });
    const { plan } = await rig.plan({}, { collectionId: later });
    expect(plan.counts).toMatchObject({ operations: 1, managers: 1, unchanged: 2 });
    expect(who(await ledger())).toEqual(['Eve manager Ben']);
    await rig.rollBack({ collectionId: groups, undoes: first.id });
    expect(await ledger()).toEqual([]);
  });
});

it('what got a match after a plan was made does not pass for written by that plan', async () => {
  rig = await openRig({ source: works({ Sales: { member: [personDn('ann'), personDn('ben'), personDn('dot')] } }), seed: worksTenant(), members: null });
  const [sellers, clerks, trainees] = [await collect('Sellers', '(|(cn=Sales)(sAMAccountName=ann))'), await collect('Clerks', '(sAMAccountName=ben)'), await collect('Trainees', '(sAMAccountName=dot)')];
  // Made before Sales waits for anybody.
  const early = await rig.plan({}, { collectionId: trainees });
  await migrate(sellers);
  expect(who(await ledger())).toEqual(['Sales member Ben', 'Sales member Dot']);
  const late = await rig.plan({}, { collectionId: clerks });
  expect((await rig.approve(early.task.id)).state).toBe('Completed');
  expect((await rig.approve(late.task.id)).state).toBe('Completed');
  const members = () => sales()?.members.map((id) => state().users.find((one) => one.id === id)?.properties['displayName']).toSorted();
  expect(members()).toEqual(['Ann', 'Ben']);
  expect([who(await ledger()), who(await ledger({ state: 'healed' }))]).toEqual([['Sales member Dot'], ['Sales member Ben']]);
  await migrate(clerks);
  expect(members()).toEqual(['Ann', 'Ben', 'Dot']);
  expect(await ledger()).toEqual([]);
});

it('a member that the directory shows only later, under another name, is found by its id', async () => {
  const everyone = [...works(), group(22, 'Nested', TYPE.globalSecurity, [groupDn('Sales')])];
  rig = await openRig({ source: everyone, seed: worksTenant(), members: null });
  const nested = await collect('Nested', '(cn=Nested)');
  const rest = await collect('Rest', '(cn=Sales)');
  await migrate(nested);
  expect(who(await ledger())).toEqual(['Nested member Sales']);
  const renamed = everyone.map((e) => (e.dn === groupDn('Sales') ? { ...e, dn: groupDn('Sales2') } : e.dn === groupDn('Nested') ? { ...e, attributes: e.attributes.map(([n, v]): [string, typeof v] => (n === 'member' ? [n, [groupDn('Sales2')]] : [n, v])) } : e));
  await rig.rewrite(renamed);
  await migrate(rest);
  expect(state().groups.find((g) => g.properties['displayName'] === 'Nested')?.members).toEqual([sales()?.id]);
  expect((await ledger()).filter((r) => r.name === 'Nested')).toEqual([]);
});

it('what cannot be written whoever arrives is no business of other plans', async () => {
  const list = group(22, 'List', TYPE.universalDistribution, [personDn('ann')], { mail: 'list@example.com', mailNickname: 'list' });
  rig = await openRig({ source: [...works({ Sales: { member: [personDn('ann'), groupDn('List')] } }), list], seed: worksTenant(), members: null, defaults: { distributionGroups: 'Microsoft 365 group' } });
  const groups = await collect('Groups', '(|(objectClass=group)(sAMAccountName=ann))');
  const rest = await collect('Rest', '(sAMAccountName=dot)');
  await migrate(groups);
  const [row] = await ledger();
  expect(row).toMatchObject({ name: 'Sales', otherName: 'List', otherMatched: true, reason: 'a security group cannot hold a group with mail' });
  expect(canBeWritten(row!)).toBe(false);
  expect((await rig.plan({}, { collectionId: rest })).plan).toMatchObject({ unresolved: 0, counts: { creates: 1 } });
  expect(who(await ledger())).toEqual(['Sales member List']);
});

it('members of a distribution group are healed through Exchange Online, and taken back', async () => {
  rig = await openRig({ source: exchangeWorks(), seed: exchangeTenant(), members: null, defaults: { distributionGroups: 'distribution group' } });
  const lists = await collect('Lists', '(|(cn=Crew)(cn=Delegates)(cn=Ed Tailspin))');
  const people = await collect('Mailboxes', '(|(sAMAccountName=ann)(sAMAccountName=cem))');
  const listed = (name: string) => state().groups.find((g) => g.properties['displayName'] === name)?.members ?? [];
  expect((await migrate(lists)).state).toBe('Completed');
  expect(who(await ledger()).filter((one) => one.includes(' member '))).toEqual(['Crew member Ann', 'Delegates member Cem']);
  const { task, plan } = await rig.plan({}, { collectionId: people });
  const { rows } = await rig.call('plans.operations', { planId: plan.id });
  expect(rows.filter((o) => o.kind === 'add members').map((o) => `${o.service} ${o.name} ${o.references.map((r) => r.name).join()}`).toSorted()).toEqual(['exchange Crew Ann', 'exchange Delegates Cem']);
  expect((await rig.approve(task.id)).state).toBe('Completed');
  expect([listed('Crew').includes(cloudId(11)), listed('Delegates')]).toEqual([true, [cloudId(13)]]);
  expect((await ledger()).filter((r) => r.attribute === 'member')).toEqual([]);
  expect((await rig.rollBack({ collectionId: people, undoes: task.id })).state).toBe('Completed');
  expect([listed('Crew').includes(cloudId(11)), listed('Delegates')]).toEqual([false, []]);
  expect(who(await ledger()).filter((one) => one.includes(' member '))).toEqual(['Crew member Ann', 'Delegates member Cem']);
});
