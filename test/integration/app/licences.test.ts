import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelInput } from '../../../shared/contracts/index.ts';
import { openRig, type Rig, type RigOptions } from './rig.ts';
import { account, cloudId, group, groupDn, guid, TYPE, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
const EXCHANGE1 = '4b9405b0-7788-4568-add1-99614e613b69';
const TEAMS = '57ff2da0-773e-42df-b2af-ffb7a2317929';
const YAMMER = '7547a3fe-08ee-4ccb-b430-5077c5041653';

const state = () => rig.simulator.snapshot();
const cloud = (name: string) => state().users.find((u) => u.properties['displayName'] === name && !String(u.properties['userPrincipalName']).includes('user'));
const licences = (name: string) => ((cloud(name)?.properties['assignedLicenses'] ?? []) as { skuId: string; disabledPlans: string[] }[]).map((l) => `${l.skuId === E3 ? 'E3' : l.skuId === EXCHANGE1 ? 'EX1' : l.skuId}${l.disabledPlans.length > 0 ? ` without ${l.disabledPlans.toSorted().join()}` : ''}`).toSorted();
type Rule = ChannelInput<'licences.save'>['rule'];
const rule = (more: Partial<Rule> = {}): Rule => ({ enabled: true, condition: { kind: 'everybody' }, action: 'assign', partNumber: 'SPE_E3', disabledPlans: [], when: 'always', ...more });
const save = (more: Partial<Rule> = {}) => rig.call('licences.save', { owner: { kind: 'collection', id: rig.collectionId }, rule: rule(more) });
const notes = async (planId: string) => (await rig.call('plans.findings', { planId, limit: 500 })).rows.filter((f) => f.rule === 'licences').map((f) => f.message);
const order = async (planId: string) => (await rig.call('plans.operations', { planId, limit: 500 })).rows.map((o) => `${o.kind} ${o.name}`);

const open = async (units = 10, wrap: RigOptions['wrap'] = (send) => send) => {
  rig = await openRig({
    wrap,
    source: [...works(), group(22, 'Office', TYPE.globalSecurity, [groupDn('Sales')]), group(23, 'Empty', TYPE.globalSecurity, [])],
    seed: {
      ...worksTenant([account(16, 'fay', { usageLocation: 'DE', assignedLicenses: [{ skuId: E3, disabledPlans: [TEAMS] }] })]),
      skus: [{ skuId: E3, skuPartNumber: 'SPE_E3', enabled: units }, { skuId: EXCHANGE1, skuPartNumber: 'EXCHANGESTANDARD', enabled: 5 }],
    },
  });
};

describe('licences by rule', () => {
  beforeEach(async () => { await open(); });

  it('are assigned after users exist and have a usage location, read back, and taken back exactly', async () => {
    await save({ disabledPlans: ['TEAMS1', 'YAMMER_ENTERPRISE'] });
    const before = state();
    const { task, plan } = await rig.plan({ countryCode: 'NO' });
    expect(state()).toEqual(before);
    expect((await order(plan.id)).slice(-4)).toEqual(['set licences Ann', 'set licences Ben', 'set licences Cem', 'set licences Dot']);
    expect(plan.counts).toMatchObject({ licencesAssigned: 4, licencesRemoved: 0 });
    const ben = (await rig.call('plans.operations', { planId: plan.id, kind: 'set licences', search: 'ben' })).rows[0];
    expect(ben?.changes).toMatchObject([{ attribute: 'assignedLicenses', before: null, after: [`SPE_E3 (${E3}) without TEAMS1 (${TEAMS}), YAMMER_ENTERPRISE (${YAMMER})`], reason: 'Licence rule 1 assigns SPE_E3', source: '', reversible: true, conflict: null }]);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    for (const name of ['Ann', 'Ben', 'Cem', 'Dot']) expect(licences(name), name).toEqual([`E3 without ${TEAMS},${YAMMER}`]);
    expect(licences('Fay')).toEqual([`E3 without ${TEAMS}`]);
    // Nothing the second time, whatever follows from the licence.
    rig.simulator.advance(3_600_000);
    expect(cloud('Ben')?.exchange).toMatchObject({ recipientTypeDetails: 'UserMailbox' });
    expect((await rig.plan({ countryCode: 'NO' })).plan.counts).toMatchObject({ operations: 0, licencesAssigned: 0, licencesRemoved: 0 });
    await rig.rollBack({ undoes: task.id });
    expect(licences('Ann')).toEqual([]);
    expect(licences('Cem')).toEqual([]);
    expect(cloud('Ben')).toBeUndefined();
  });

  it.each<[string, Partial<Rule>[], Record<string, string[]>]>([
    ['members of a group, nested', [{ condition: { kind: 'members of', groupDn: groupDn('Office') } }], { Ann: ['E3'], Ben: ['E3'], Cem: ['E3'], Dot: [] }],
    ['an attribute', [{ condition: { kind: 'attribute equals', attribute: 'department', value: ' sales ' } }], { Ann: ['E3'], Ben: ['E3'], Cem: [], Dot: [] }],
    ['a filter', [{ condition: { kind: 'filter', filter: '(&(!(department=Sales))(title=T*))' } }], { Ann: [], Ben: [], Cem: [], Dot: ['E3'] }],
    ['only on creation', [{ when: 'only on creation' }], { Ann: [], Ben: ['E3'], Cem: [], Dot: ['E3'] }],
    ['the topmost of two', [{ condition: { kind: 'attribute equals', attribute: 'title', value: 'Clerk' }, partNumber: 'EXCHANGESTANDARD' }, { condition: { kind: 'attribute equals', attribute: 'title', value: 'clerk' }, action: 'remove' }, {}], { Ann: ['E3'], Ben: ['EX1'], Cem: ['EX1'], Dot: ['E3'] }],
    ['a disabled rule', [{ enabled: false }], { Ann: [], Ben: [], Cem: [], Dot: [] }],
  ])('go by %s', async (_, rules, expected) => {
    for (const one of rules) await save(one);
    expect((await rig.migrate({ countryCode: 'NO' })).state).toBe('Completed');
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, licences(name)]))).toEqual(expected);
  });

  it('change and take away what is there, and a roll back restores it', async () => {
    await rig.migrate({ countryCode: 'NO' });
    for (const name of ['Ann', 'Cem']) await rig.graph('POST', `/users/${cloud(name)?.id ?? ''}/assignLicense`, { addLicenses: [{ skuId: E3, disabledPlans: [TEAMS] }], removeLicenses: [] });
    await save({ condition: { kind: 'attribute equals', attribute: 'title', value: 'Head of Sales' }, disabledPlans: ['YAMMER_ENTERPRISE'] });
    await save({ action: 'remove' });
    await save({ partNumber: 'EXCHANGESTANDARD', condition: { kind: 'filter', filter: '(title=Clerk)' } });
    const { task, plan } = await rig.plan({ countryCode: 'NO' });
    expect(plan.counts).toMatchObject({ operations: 3, licencesAssigned: 3, licencesRemoved: 1, overwrites: 0, unchanged: 4 });
    await rig.approve(task.id);
    expect([licences('Ann'), licences('Ben'), licences('Cem')]).toEqual([[`E3 without ${YAMMER}`], ['EX1'], ['EX1']]);
    expect((await rig.rollBack({ undoes: task.id })).state).toBe('Completed');
    expect([licences('Ann'), licences('Ben'), licences('Cem')]).toEqual([[`E3 without ${TEAMS}`], [], [`E3 without ${TEAMS}`]]);
  });

  it('that come from a group are left alone, and said so', async () => {
    await rig.migrate({ countryCode: 'NO' });
    const sales = state().groups.find((g) => g.properties['displayName'] === 'Sales')?.id ?? '';
    await rig.graph('POST', `/groups/${sales}/assignLicense`, { addLicenses: [{ skuId: E3, disabledPlans: [] }], removeLicenses: [] });
    rig.simulator.advance(3_600_000);
    expect(licences('Ben')).toEqual(['E3']);
    await save();
    const given = await rig.plan({ countryCode: 'NO' });
    expect(await order(given.plan.id)).toEqual(['set licences Dot']);
    expect(await notes(given.plan.id)).toContainEqual(expect.stringMatching(/^Ben has SPE_E3 from group .* already; it is left as it is\.$/));
    await rig.call('tasks.discard', { taskId: given.task.id });
    await rig.call('licences.remove', { owner: { kind: 'collection', id: rig.collectionId }, id: (await rig.call('licences.list', { kind: 'collection', id: rig.collectionId })).rows[0]?.id ?? '' });
    await save({ action: 'remove' });
    const taken = await rig.plan({ countryCode: 'NO' });
    expect(taken.plan.counts.operations).toBe(0);
    expect(await notes(taken.plan.id)).toContainEqual(expect.stringMatching(/^Ben keeps SPE_E3: it comes from group/));
  });

  it('need a usage location, a product and services that exist', async () => {
    await save({ partNumber: 'SPE_E3' });
    await save({ partNumber: 'ENTERPRISEPACK' });
    await save({ partNumber: 'EXCHANGESTANDARD', disabledPlans: ['TEAMS1'] });
    await save({ partNumber: 'EXCHANGESTANDARD', condition: { kind: 'members of', groupDn: 'CN=Nobody,DC=works,DC=example,DC=com' } });
    const { task, plan } = await rig.plan();
    expect(await notes(plan.id)).toEqual([
      'Licence rule 2 was left out: the tenant has no product ENTERPRISEPACK; it has SPE_E3, EXCHANGESTANDARD.',
      'Licence rule 3 was left out: EXCHANGESTANDARD has no service TEAMS1; discover the tenant again, or correct the rule.',
      'Licence rule 4 was left out: the group CN=Nobody,DC=works,DC=example,DC=com was not found in the directory.',
      'Cem gets no licence: Microsoft 365 needs a usage location first. Give this migration a country code, or fill in c or msExchUsageLocation in the directory.',
    ]);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect([licences('Ann'), licences('Ben'), licences('Cem'), licences('Dot')]).toEqual([['E3'], ['E3'], [], ['E3']]);
  });

  it('that cannot be had together are left out, and those that the tenant refuses say why', async () => {
    await save();
    await save({ partNumber: 'EXCHANGESTANDARD', condition: { kind: 'filter', filter: '(title=Clerk)' } });
    const { plan } = await rig.plan({ countryCode: 'NO' });
    expect(await notes(plan.id)).toContainEqual('The licences of Ben are left as they are: EXCHANGE_S_STANDARD and EXCHANGE_S_ENTERPRISE cannot be had together; switch one of them off in a rule.');
    expect(await order(plan.id)).not.toContain('set licences Ben');
  });

  it('stop on drift', async () => {
    await rig.migrate({ countryCode: 'NO' });
    await save();
    const { task } = await rig.plan({ countryCode: 'NO' });
    await rig.graph('POST', `/users/${cloudId(11)}/assignLicense`, { addLicenses: [{ skuId: EXCHANGE1, disabledPlans: [] }], removeLicenses: [] });
    expect((await rig.approve(task.id)).state).toBe('Completed with errors');
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Failed', reason: 'set licences: The licences of "Ann" changed since the plan was made. Plan again to decide.' });
    expect(licences('Ann')).toEqual(['EX1']);
    expect(licences('Ben')).toEqual(['E3']);
  });

  it('are written once when the answer is lost, and the plan that others changed the rules of says so', async () => {
    await rig.close();
    let lost = 0;
    await open(10, (send) => async (url, init) => {
      const answer = await send(url, init);
      if (String(init.body ?? '').includes('/assignLicense') && lost++ === 0) throw new TypeError('fetch failed');
      return answer;
    });
    await save({ condition: { kind: 'attribute equals', attribute: 'title', value: 'Head of Sales' } });
    const { task, plan } = await rig.plan({ countryCode: 'NO' });
    expect(await rig.call('plans.changes', { planId: plan.id })).toMatchObject({ reasons: [] });
    await save({ partNumber: 'EXCHANGESTANDARD' });
    expect(await rig.call('plans.changes', { planId: plan.id })).toMatchObject({ reasons: ['The mapping or licence rules of the collection were changed.'] });
    await rig.call('licences.remove', { owner: { kind: 'collection', id: rig.collectionId }, id: (await rig.call('licences.list', { kind: 'collection', id: rig.collectionId })).rows[1]?.id ?? '' });
    expect(await rig.approve(task.id)).toMatchObject({ state: 'Completed' });
    expect([lost, licences('Ann'), licences('Ben')]).toEqual([1, ['E3'], []]);
    await rig.rollBack({ undoes: task.id });
    expect(licences('Ann')).toEqual([]);
  });

  it('of a pair are copied to collections made afterwards; filters that cannot work are refused', async () => {
    await rig.call('licences.save', { owner: { kind: 'pair', id: rig.pairId }, rule: rule() });
    const { id } = await rig.call('collections.create', { pairId: rig.pairId, name: 'Later' });
    expect((await rig.call('licences.list', { kind: 'collection', id })).rows).toMatchObject([{ position: 1, partNumber: 'SPE_E3' }]);
    expect((await rig.call('licences.list', { kind: 'collection', id: rig.collectionId })).rows).toEqual([]);
    expect((await rig.call('collections.queryObjects', { id, filter: '(sAMAccountName=ann)' })).overlaps).toMatchObject([{ name: 'Everyone', objects: 1, differs: ['licence'], names: ['Ann'] }]);
    expect(await rig.refused('licences.save', { owner: { kind: 'pair', id: rig.pairId }, rule: rule({ condition: { kind: 'filter', filter: '(memberOf=CN=x)' } }) })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('members of') });
    expect(await rig.refused('licences.save', { owner: { kind: 'pair', id: rig.pairId }, rule: rule({ condition: { kind: 'attribute equals', attribute: 'memberof', value: 'x' } }) })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('members of') });
    expect(await rig.refused('licences.save', { owner: { kind: 'pair', id: rig.pairId }, rule: rule({ condition: { kind: 'filter', filter: '(title=' } }) })).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

it('are counted before: units needed against units that are free', async () => {
  await open(3);
  await save();
  await rig.match();
  expect((await rig.call('licences.products', { pairId: rig.pairId })).rows[0]).toMatchObject({ partNumber: 'SPE_E3', enabled: 3, consumed: 1, free: 2, plans: expect.arrayContaining([{ name: 'TEAMS1', forUsers: true }]) });
  const short = '3 units of SPE_E3 are needed and 2 are free, so 1 users would get none. Buy more, or migrate in waves.';
  expect(await rig.call('licences.headCount', { collectionId: rig.collectionId })).toEqual({
    users: 4, changed: 3, rows: [{ skuId: E3, partNumber: 'SPE_E3', needed: 3, freed: 0, free: 2, short: 1 }], problems: [short], notes: [{ name: 'Cem', message: expect.stringContaining('usage location') }], notesTotal: 1,
  });
  await rig.call('matches.decide', { collectionId: rig.collectionId, action: 'leave out', selection: { mode: 'ids', ids: [guid(11)] } });
  expect(await rig.call('licences.headCount', { collectionId: rig.collectionId })).toMatchObject({ changed: 2, problems: [] });
  await rig.call('matches.undo', { collectionId: rig.collectionId });
  const { task, plan } = await rig.plan();
  expect(await notes(plan.id)).toContain(short);
  expect((await rig.approve(task.id)).state).toBe('Completed with errors');
  const failed = Object.values(await rig.objects()).filter((o) => o.status === 'Failed');
  expect(failed.map((o) => o.reason)).toEqual(['set licences: The tenant has no free licence of the product left: buy more, or take one from somebody, and resume the task.']);
});
