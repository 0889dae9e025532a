import { afterEach, describe, expect, it } from 'vitest';
import { createExchangeGateway, createSignIn, type ExchangeGateway } from '../../../electron/engines/tenant/index.ts';
import { simulatedTransports } from '../../../electron/simulator/index.ts';
import { EVERYTHING, exchangeTenant, exchangeWorks, existingContact, existingGroup, liveOf, toldOf } from './exchange-works.ts';
import { openRig, targetOf, type Rig, type RigOptions } from './rig.ts';
import { cloudId, entry, group, GROUPS, person, personDn, TYPE } from './works.ts';

let rig: Rig | undefined;
afterEach(async () => { await rig?.close(); rig = undefined; });

const open = async (more: Partial<RigOptions> = {}): Promise<Rig> => (rig = await openRig({ source: exchangeWorks(), seed: exchangeTenant(), defaults: { distributionGroups: 'distribution group' }, ...more }));
/** Somebody else at Exchange Online. */
function somebody({ simulator }: Rig): ExchangeGateway {
  const connection = targetOf(simulator);
  const transports = simulatedTransports(simulator.url);
  return createExchangeGateway({ connection, transports, signIn: createSignIn({ connection, transports, secrets: { get: async () => simulator.clientSecret, set: async () => undefined } }) });
}
const operations = async (r: Rig, planId: string) => (await r.call('plans.operations', { planId, limit: 200 })).rows;
const skips = async (r: Rig, planId: string) => Object.fromEntries((await r.call('plans.skips', { planId, limit: 200 })).rows.map((s) => [s.name, s.reason]));

describe('contacts and groups with mail', () => {
  it('are made through Exchange Online with addresses, values and members, nested groups and contacts among them; a second plan is empty; the way back is exact', async () => {
    const r = await open();
    const before = liveOf(r);
    const { task, plan } = await r.plan();
    const planned = await operations(r, plan.id);
    expect(planned.filter((o) => o.objectKind !== 'user').map((o) => `${o.seq} ${o.kind} ${o.service} ${o.name}`)).toEqual([
      '3 create exchange Ed Tailspin', '4 create exchange Flo', '5 update exchange Ed Tailspin', '6 create exchange Crew', '7 create exchange Delegates', '8 update exchange Crew', '9 add members exchange Crew', '10 add members exchange Delegates',
    ]);
    expect(plan.counts).toMatchObject({ creates: 4, overwrites: 0, membersAdded: 4 });
    expect(await skips(r, plan.id)).toEqual({ Postman: 'Not migrated: a contact without a mail address.' });
    expect(liveOf(r)).toEqual(before);

    expect(await r.approve(task.id)).toMatchObject({ state: 'Completed' });
    expect(toldOf(r)).toEqual(EVERYTHING);
    expect((await r.objects())['Crew']).toMatchObject({ status: 'Migrated' });

    expect((await r.plan()).task).toMatchObject({ state: 'Completed', message: expect.stringMatching(/^Migrated 6/) as string });
    expect(toldOf(r)).toEqual(EVERYTHING);

    const back = await r.planRollBack({ undoes: task.id });
    expect(back.plan.counts).toMatchObject({ deletes: 4, irreversible: 4 });
    const findings = (await r.call('plans.findings', { planId: back.plan.id, limit: 50 })).rows;
    expect(findings.filter((f) => f.rule === 'removed for good').map((f) => f.name).toSorted()).toEqual(['Crew', 'Delegates', 'Ed Tailspin', 'Flo']);
    expect(back.plan.conflicts).toBe(0);
    expect(await r.approve(back.task.id)).toMatchObject({ state: 'Completed' });
    expect(liveOf(r)).toEqual(before);

    expect(await r.migrate()).toMatchObject({ state: 'Completed' });
    expect(toldOf(r)).toEqual(EVERYTHING);
  });

  it('that exist are changed, keep what others gave them, and get everything back', async () => {
    const contacts = [existingContact(31, 'Ed Tailspin', 'ed@tailspintoys.com', { jobTitle: 'Clerk', companyName: 'Kept' }, { hiddenFromAddressListsEnabled: true, customAttributes: { 3: 'old', 4: 'kept' } })];
    const groups = [existingGroup(41, 'Crew', 'oldcrew', ['SMTP:crew@example.com', 'smtp:former@example.com'], [cloudId(13)], [cloudId(13)])];
    const r = await open({
      source: exchangeWorks({ 'Ed Tailspin': { company: [], msExchHideFromAddressLists: 'FALSE', c: [], co: [] }, Crew: { proxyAddresses: ['SMTP:crew@example.com', 'smtp:team@example.com'] } }),
      seed: exchangeTenant({ contacts, groups }),
    });
    const before = liveOf(r);
    const task = await r.migrate();
    expect(task).toMatchObject({ state: 'Completed' });
    const { contacts: [ed], groups: [crew] } = toldOf(r);
    expect(ed).toMatchObject({
      displayName: 'Ed Tailspin', alias: 'ed.tailspin', external: 'SMTP:ed@tailspintoys.com', hidden: false, custom: { 3: 'outside', 4: 'kept' }, person: { jobTitle: 'Buyer', companyName: 'Kept', city: 'Oslo' },
      proxyAddresses: ['SMTP:ed@tailspintoys.com', 'X500:/o=Works/cn=ed', 'X500:/o=old/cn=ed', 'smtp:ed.outside@example.com'],
    });
    expect(crew).toMatchObject({ displayName: 'Crew', alias: 'crew', proxyAddresses: ['SMTP:crew@example.com', 'smtp:former@example.com', 'smtp:team@example.com'], members: ['Ann', 'Cem', 'Delegates', 'Ed Tailspin'], owners: ['Ann', 'Cem'], hidden: true });
    expect((await r.plan()).task.state).toBe('Completed');
    expect(await r.rollBack({ undoes: task.id })).toMatchObject({ state: 'Completed' });
    expect(liveOf(r)).toEqual(before);
  });

  it('a contact that moves gets its new address in place of the old one, and the way back gives it again', async () => {
    const r = await open({ source: exchangeWorks({ 'Ed Tailspin': { mail: 'ed@tailspintoys.com', targetAddress: 'SMTP:ed@northwindtraders.com' } }), seed: exchangeTenant({ contacts: [existingContact(31, 'Ed Tailspin', 'ed@tailspintoys.com')] }) });
    const before = liveOf(r);
    const task = await r.migrate();
    expect(toldOf(r).contacts[0]).toMatchObject({ external: 'SMTP:ed@northwindtraders.com', proxyAddresses: ['SMTP:ed@northwindtraders.com', 'X500:/o=Works/cn=ed', 'X500:/o=old/cn=ed', 'smtp:ed.outside@example.com'] });
    expect((await r.plan()).task.state).toBe('Completed');
    await r.rollBack({ undoes: task.id });
    expect(liveOf(r)).toEqual(before);
  });

  it('of people only recipients become members; the others wait for their mailbox and come with a later migration', async () => {
    const r = await open({ source: [...exchangeWorks(), person(12, 'ben', { mail: 'ben@example.com' }), group(43, 'Watch', TYPE.universalDistribution, [personDn('ben'), personDn('ann')], { mail: 'watch@example.com' })] });
    const { task, plan } = await r.plan();
    expect(plan.unresolved).toBe(1);
    expect(await r.approve(task.id)).toMatchObject({ state: 'Completed' });
    expect(toldOf(r).groups.find((g) => g.displayName === 'Watch')?.members).toEqual(['Ann']);
    const ben = r.simulator.snapshot().users.find((u) => u.properties['displayName'] === 'Ben')?.id ?? '';
    await r.graph('PATCH', `/users/${ben}`, { usageLocation: 'NO' });
    const sku = (await r.graph('GET', '/subscribedSkus')).body as { readonly value: readonly { readonly skuId: string; readonly servicePlans: readonly { readonly servicePlanName: string }[] }[] };
    const mail = sku.value.find((s) => s.servicePlans.some((p) => p.servicePlanName.startsWith('EXCHANGE_S')));
    await r.graph('POST', `/users/${ben}/assignLicense`, { addLicenses: [{ skuId: mail?.skuId, disabledPlans: [] }], removeLicenses: [] });
    expect(await r.migrate()).toMatchObject({ state: 'Completed' });
    expect(toldOf(r).groups.find((g) => g.displayName === 'Watch')?.members).toEqual(['Ann', 'Ben']);
  });

  it('dynamic distribution groups are reported and never written; accounts of rooms are made disabled', async () => {
    const dynamic = entry(`CN=Oslo,${GROUPS}`, ['msExchDynamicDistributionList'], 44, { cn: 'Oslo', name: 'Oslo', displayName: 'Everybody in Oslo', mail: 'oslo@example.com' });
    const r = await open({ source: [...exchangeWorks(), dynamic, person(51, 'room', { msExchRecipientTypeDetails: '16', c: 'NO' }), person(52, 'lamp', { msExchRecipientTypeDetails: '17179869184', c: 'NO' }), person(53, 'eve', { msExchRecipientTypeDetails: '1', c: 'NO' })], members: '(objectClass=*)' });
    const { id } = await r.call('collections.create', { pairId: r.pairId, name: 'Lists' });
    const added = await r.call('collections.queryObjects', { id, filter: '(objectClass=msExchDynamicDistributionList)' });
    expect(added.skipped).toMatchObject([{ name: 'Everybody in Oslo', reason: expect.stringContaining('dynamic distribution group') as string }]);
    expect(await r.migrate()).toMatchObject({ state: 'Completed' });
    const enabled = Object.fromEntries(r.simulator.snapshot().users.map((u) => [u.properties['displayName'], u.properties['accountEnabled']]));
    expect(enabled).toMatchObject({ Room: false, Lamp: false, Eve: true });
    expect(toldOf(r).groups.map((g) => g.displayName)).toEqual(['Crew', 'Delegates']);
  });

  it('are left out, converted or kept as the pair says', async () => {
    const r = await open({ defaults: { distributionGroups: 'skip' } });
    const { task, plan } = await r.plan();
    expect((await skips(r, plan.id))['Crew']).toContain('"distribution group" to keep them');
    expect(await r.approve(task.id)).toMatchObject({ state: 'Completed' });
    expect(toldOf(r).groups.map((g) => g.displayName)).toEqual(['Delegates']);
    await r.close();
    const converted = await open({ defaults: { distributionGroups: 'Microsoft 365 group' } });
    await converted.migrate();
    expect(converted.simulator.snapshot().groups.find((g) => g.properties['displayName'] === 'Crew')?.properties).toMatchObject({ groupTypes: ['Unified'] });
  });
});

describe('others at work in Exchange Online', () => {
  it('a value that was changed after the plan was made stops its operation, and no other', async () => {
    const r = await open({ seed: exchangeTenant({ contacts: [existingContact(31, 'Ed Tailspin', 'ed@tailspintoys.com')], groups: [existingGroup(41, 'Crew', 'oldcrew', ['SMTP:crew@example.com'], [])] }) });
    const { task } = await r.plan();
    const exchange = somebody(r);
    await exchange.invoke('Set-Contact', { Identity: 'ed@tailspintoys.com', Title: 'Head of Purchase' });
    await exchange.invoke('Set-DistributionGroup', { Identity: 'oldcrew', EmailAddresses: { '@odata.type': '#Exchange.GenericHashTable', Add: ['hands@example.com'] }, BypassSecurityGroupManagerCheck: true });
    expect(await r.approve(task.id)).toMatchObject({ state: 'Completed with errors' });
    const { contacts: [ed], groups: [crew] } = toldOf(r);
    expect(ed).toMatchObject({ alias: 'old31', person: { jobTitle: 'Head of Purchase' } });
    expect((await r.objects())['Ed Tailspin']).toMatchObject({ status: 'Failed', reason: expect.stringContaining('jobTitle') as string });
    expect(crew).toMatchObject({ alias: 'crew', proxyAddresses: ['SMTP:crew@example.com', 'smtp:hands@example.com', 'smtp:team@example.com'] });
  });

  it('what others add to a group that the task made is told before it is removed', async () => {
    const r = await open();
    const task = await r.migrate();
    await somebody(r).invoke('Set-Contact', { Identity: 'flo@fabrikam.com', Title: 'Owner' });
    await somebody(r).invoke('Add-DistributionGroupMember', { Identity: 'delegates', Member: 'ann@example.com', BypassSecurityGroupManagerCheck: true });
    const back = await r.planRollBack({ undoes: task.id, mode: 'keep changes made since' });
    expect(back.plan.conflicts).toBeGreaterThan(0);
    await r.approve(back.task.id);
    expect(toldOf(r).groups.map((g) => g.displayName)).toEqual(['Delegates']);
  });
});
