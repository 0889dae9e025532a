import { afterEach, describe, expect, it } from 'vitest';
import type { ReferenceRow } from '../../../shared/contracts/references.ts';
import { openRig, type Rig } from './rig.ts';
import { account, cloudId, group, guid, person, personDn, TYPE, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const state = () => rig.simulator.snapshot();
const cloud = (upn: string) => state().users.find((u) => u.properties['userPrincipalName'] === upn);
const membersOf = (name: string) => state().groups.find((g) => g.properties['displayName'] === name)?.members ?? [];
const ledger = async (more: Partial<Parameters<typeof rig.call<'references.page'>>[1]> = {}) => (await rig.call('references.page', { pairId: rig.pairId, ...more })).rows;
const who = (rows: readonly ReferenceRow[]) => rows.map((r) => [`${r.name} ${r.attribute} ${r.otherName ?? r.dn}`, r.remade]);
const migrate = (collectionId: string) => rig.migrate({}, { collectionId });
const plan = (collectionId: string) => rig.plan({}, { collectionId });
const said = async (planId: string) => (await rig.call('plans.findings', { planId })).rows.filter((f) => f.rule === 'references').map((f) => `${f.severity} ${f.name}: ${f.message}`);
const add = async (groupName: string, id: string) => { await rig.graph('POST', `/groups/${state().groups.find((g) => g.properties['displayName'] === groupName)?.id ?? ''}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}` }); };

async function collect(name: string, filter: string): Promise<string> {
  const { id } = await rig.call('collections.create', { pairId: rig.pairId, name });
  await rig.call('collections.queryObjects', { id, filter });
  return id;
}

/** A person's word that an object is another one of the tenant. */
async function matchAnew(collectionId: string, id: string, targetId: string): Promise<void> {
  await rig.call('objects.breakMatching', { collectionId, selection: { mode: 'ids', ids: [id] } });
  await rig.call('objects.pin', { collectionId, id, targetId });
}

/** Group and leaders first, Ben later, who is a member of Sales; Zoe is in the tenant only. */
async function salesFirst(): Promise<{ readonly groups: string; readonly later: string }> {
  rig = await openRig({ source: works(), seed: worksTenant([account(31, 'zoe')]), members: null });
  return { groups: await collect('Groups', '(|(objectClass=group)(sAMAccountName=ann)(sAMAccountName=cem))'), later: await collect('Later', '(|(sAMAccountName=ben)(sAMAccountName=dot))') };
}

describe('references of objects that were matched anew', () => {
  it('are not written to the new match of the object that waits, until that is migrated', async () => {
    const { groups, later } = await salesFirst();
    await migrate(groups);
    const other = state().groups.find((g) => g.properties['displayName'] !== 'Sales');
    await matchAnew(groups, guid(21), other?.id ?? '');
    const before = state().groups;
    expect(who(await ledger())).toEqual([['Sales member Ben', 'who waits']]);

    const { task, plan: made } = await plan(later);
    expect(made.counts).toMatchObject({ creates: 2, membersAdded: 0 });
    expect(await said(made.id)).toEqual([expect.stringMatching(/^warning Sales: Sales waits to have its member Ben written, but is matched with another object .* Migrate Sales again/)]);
    await rig.approve(task.id);
    expect(state().groups).toEqual(before);
    expect(who(await ledger())).toEqual([['Sales member Ben', 'who waits']]);
    expect((await rig.call('references.export', { pairId: rig.pairId })).text).toContain('is matched with another object than the one that waited');

    await migrate(groups);
    const ben = cloud('ben@example.com')?.id ?? 'none';
    const migrated = state().groups.find((g) => g.id === other?.id);
    expect(migrated?.members).toEqual([...other?.members ?? [], cloudId(11), cloudId(13), ben].toSorted());
    expect(migrated?.properties['displayName']).toBe('Sales');
    expect(await ledger()).toEqual([]);
  });

  it('are not written to the new match of the object waited for while the former one is there, until the object that refers is migrated', async () => {
    const { groups, later } = await salesFirst();
    await migrate(groups);
    await migrate(later);
    const ben = cloud('ben@example.com')?.id ?? 'none';
    expect(membersOf('Sales')).toEqual([cloudId(11), cloudId(13), ben].toSorted());
    expect(who(await ledger({ state: 'healed' }))).toEqual([['Sales member Ben', null]]);

    // The account stays, with its names; Ben has others by now.
    await rig.graph('PATCH', `/users/${ben}`, { onPremisesImmutableId: null, mailNickname: 'former' });
    await rig.rewrite(works({ ben: { userPrincipalName: 'ben.new@example.com', mail: 'ben.new@example.com' } }));
    await matchAnew(later, guid(12), cloudId(31));
    expect([who(await ledger()), await ledger({ state: 'healed' })]).toEqual([[['Sales member Ben', 'for whom']], []]);
    const again = await plan(later);
    expect(again.plan.counts).toMatchObject({ membersAdded: 0, updates: 1 });
    expect(await said(again.plan.id)).toEqual([expect.stringMatching(/^warning Sales: member Ben of Sales was written to another object, which is still there.*take the former one out by hand/)]);
    await rig.approve(again.task.id);
    expect(membersOf('Sales')).toEqual([cloudId(11), cloudId(13), ben].toSorted());
    expect(who(await ledger())).toEqual([['Sales member Ben', 'for whom']]);

    await migrate(groups);
    expect(membersOf('Sales')).toEqual([cloudId(11), cloudId(13), cloudId(31), ben].toSorted());
    expect([await ledger(), who(await ledger({ state: 'healed' }))]).toEqual([[], [['Sales member Ben', null]]]);
  });

  it('are healed when the former match is gone: then there is only one whom they can mean', async () => {
    const { groups, later } = await salesFirst();
    await migrate(groups);
    await migrate(later);
    const former = cloud('ben@example.com')?.id ?? '';
    await rig.graph('DELETE', `/users/${former}`);
    await rig.graph('DELETE', `/directory/deletedItems/${former}`);
    // Reads the tenant, so that the match with an account that is gone is lost.
    await rig.match({ collectionId: later });
    await rig.call('objects.breakMatching', { collectionId: later, selection: { mode: 'ids', ids: [guid(12)] } });
    await rig.call('objects.pin', { collectionId: later, id: guid(12), targetId: cloudId(31) });
    expect(who(await ledger())).toEqual([['Sales member Ben', null]]);
    await migrate(later);
    expect(membersOf('Sales')).toEqual([cloudId(11), cloudId(13), cloudId(31)].toSorted());
    expect(await ledger()).toEqual([]);
  });
});

describe('a link rule for creation only', () => {
  /** Eve and Sales are created before Ben; Cem, whose manager is Ben too, and Old, of which Ben is a member, were there. */
  async function creationFirst(): Promise<{ readonly groups: string; readonly later: string }> {
    rig = await openRig({
      source: [...works({ cem: { manager: personDn('ben') } }), person(15, 'eve', { manager: personDn('ben') }), group(22, 'Old', TYPE.globalSecurity, [personDn('ben')])],
      seed: worksTenant([account(31, 'zoe')]), members: null,
    });
    const { id: old } = (await rig.graph('POST', '/groups', { displayName: 'Old', mailNickname: 'old', mailEnabled: false, securityEnabled: true })).body as { id: string };
    const groups = await collect('Groups', '(|(objectClass=group)(sAMAccountName=ann)(sAMAccountName=cem)(sAMAccountName=eve))');
    await rig.match({ collectionId: groups });
    await rig.call('objects.pin', { collectionId: groups, id: guid(22), targetId: old });
    const owner = { kind: 'collection', id: groups } as const;
    for (const rule of (await rig.call('mappingRules.list', owner)).rows) if (['manager', 'members'].includes(rule.targetAttribute)) await rig.call('mappingRules.save', { owner, rule: { ...rule, condition: 'only on creation' } });
    return { groups, later: await collect('Later', '(|(sAMAccountName=ben)(sAMAccountName=dot))') };
  }

  it('is healed for what it waited for at creation, and not for objects that were there', async () => {
    const { groups, later } = await creationFirst();
    await migrate(groups);
    expect((await ledger()).map((r) => [r.name, r.attribute, r.onCreation])).toEqual([['Eve', 'manager', true], ['Sales', 'member', true]]);
    // Migrated again before Ben comes: they still wait.
    await migrate(groups);
    expect(who(await ledger())).toEqual([['Eve manager Ben', null], ['Sales member Ben', null]]);

    const { task, plan: made } = await plan(later);
    expect(made.counts).toMatchObject({ creates: 2, managers: 2, membersAdded: 1 });
    await rig.approve(task.id);
    const ben = cloud('ben@example.com')?.id ?? 'none';
    expect([cloud('eve@example.com')?.manager, membersOf('Sales')]).toEqual([ben, [cloudId(11), cloudId(13), ben].toSorted()]);
    expect([cloud('cem@example.com')?.manager ?? null, membersOf('Old')]).toEqual([null, []]);
    expect(await ledger()).toEqual([]);
    // What somebody takes out afterwards stays out: the creation is over.
    await rig.graph('DELETE', `/groups/${state().groups.find((g) => g.properties['displayName'] === 'Sales')?.id ?? ''}/members/${ben}/$ref`);
    await migrate(groups);
    expect(membersOf('Sales')).toEqual([cloudId(11), cloudId(13)]);
  });

  it('is made good by re-migration alone when the pair says so', async () => {
    const { groups, later } = await creationFirst();
    await rig.call('references.saveSettings', { pairId: rig.pairId, healing: 'only by re-migration' });
    await migrate(groups);
    await migrate(later);
    expect([cloud('eve@example.com')?.manager, membersOf('Sales')]).toEqual([null, [cloudId(11), cloudId(13)]]);
    // Whom somebody has taken out since does not come back with those who waited.
    await rig.graph('DELETE', `/groups/${state().groups.find((g) => g.properties['displayName'] === 'Sales')?.id ?? ''}/members/${cloudId(13)}/$ref`);
    await migrate(groups);
    const ben = cloud('ben@example.com')?.id ?? 'none';
    expect([cloud('eve@example.com')?.manager, membersOf('Sales')]).toEqual([ben, [cloudId(11), ben].toSorted()]);
    expect([cloud('cem@example.com')?.manager ?? null, membersOf('Old')]).toEqual([null, []]);
    expect(await ledger()).toEqual([]);
  });

  it('leaves a manager whom somebody has set since, and says so', async () => {
    const { groups, later } = await creationFirst();
    await migrate(groups);
    await rig.graph('PUT', `/users/${cloud('eve@example.com')?.id ?? ''}/manager/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${cloudId(31)}` });
    await add('Sales', cloudId(31));
    await migrate(later);
    const ben = cloud('ben@example.com')?.id ?? 'none';
    expect([cloud('eve@example.com')?.manager, membersOf('Sales')]).toEqual([cloudId(31), [cloudId(11), cloudId(13), cloudId(31), ben].toSorted()]);
    expect((await ledger()).map((r) => [r.name, r.reason])).toEqual([['Eve', 'has another manager by now, and its rule writes only on creation']]);
  });
});
