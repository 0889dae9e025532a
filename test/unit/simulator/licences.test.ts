import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { simulatorClock } from '../../../electron/simulator/clock.ts';
import { Directory } from '../../../electron/simulator/directory/directory.ts';
import { simulatorSeed, type SimulatorSeed } from '../../../electron/simulator/seed.ts';
import { LicenceUse } from '../../../electron/simulator/sync/licence-use.ts';
import { bindTo, newUser, ref, rig, type Rig } from './support.ts';
import { ADMIN, bare, E3, exportedUser } from './sync-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'sync-'));
afterAll(() => { rmSync(folder, { recursive: true }); });
const EXCHANGE1 = '4b9405b0-7788-4568-add1-99614e613b69';
const PHONE = 'e43b5b99-8dfb-405f-9987-dc307f34bcbd';
const ENTRA = '078d2b04-f1bd-4111-bbd4-b4b1b354cef4';
const PLAN = { exchange2: 'efb87545-963c-4e0d-99df-69c6916d9eb0', exchange1: '9aaf7827-d63c-4b61-89c3-182f06f82e5c', phone: '4828c8ec-dc2e-4779-b502-87ac9ce28ab7', foundation: '113feb6c-3fe4-4440-bddc-54d774bf0318', teams: '57ff2da0-773e-42df-b2af-ffb7a2317929' };
const seed: SimulatorSeed = {
  ...bare, skus: [{ skuId: E3, skuPartNumber: 'SPE_E3', enabled: 2 }, { skuId: EXCHANGE1, skuPartNumber: 'EXCHANGESTANDARD', enabled: 5 }, { skuId: PHONE, skuPartNumber: 'MCOEV', enabled: 5 }, { skuId: ENTRA, skuPartNumber: 'AAD_PREMIUM', enabled: 5 }],
};
const add = (skuId: string, disabledPlans: readonly string[] = []) => ({ addLicenses: [{ skuId, disabledPlans }], removeLicenses: [] });
const take = (...removeLicenses: string[]) => ({ addLicenses: [], removeLicenses });
const read = async ({ call }: Rig, id: string) => (await call('GET', `/users/${id}?$select=mail,proxyAddresses,assignedLicenses,assignedPlans,licenseAssignmentStates`)).body;
const located = (name: string, more: object = {}) => ({ ...newUser(name), usageLocation: 'NO', ...more });

describe('assigning licences to a user', () => {
  const sku = '/users/ann@example.com/assignLicense';
  it('refuses what the service refuses, in its words, and changes nothing', async () => {
    const refused: readonly (readonly [string, unknown, string | RegExp])[] = [
      ['a missing list', { addLicenses: [] }, 'Parameters addLicenses and removeLicenses are required and must be collections.'],
      ['a product that is no GUID', add('SPE_E3'), "Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details."],
      ['a product the tenant does not have', add('00000000-0000-4000-8000-000000000000'), 'License 00000000-0000-4000-8000-000000000000 does not correspond to a valid company License.'],
      ['a plan the product does not have', add(E3, [PLAN.exchange1]), `License assignment failed because service plan(s) ${PLAN.exchange1} cannot be disabled for SKU ${E3}.`],
      ['a plan that belongs to the tenant', add(ENTRA, [PLAN.foundation]), `License assignment failed because service plan(s) ${PLAN.foundation} cannot be disabled for SKU ${ENTRA}.`],
      ['a plan that needs another', add(PHONE), /^License assignment failed because service plan 4828c8ec-dc2e-4779-b502-87ac9ce28ab7 depends on the service plan\(s\) /],
      ['two plans that exclude each other', { addLicenses: [E3, EXCHANGE1].map((skuId) => ({ skuId, disabledPlans: [] })), removeLicenses: [] }, `License assignment failed because service plans ${PLAN.exchange1}, ${PLAN.exchange2} are mutually exclusive.`],
      ['the removal of what is not there', take(E3), 'User does not have a corresponding license.'],
      ['the same product twice', { ...add(E3), removeLicenses: [E3] }, 'A license cannot be specified more than once in a single request.'],
    ];
    const r = await rig({ seed });
    await r.user('ann', { usageLocation: 'NO' });
    for (const [what, body, message] of refused) {
      const reply = await r.call('POST', sku, body);
      expect([what, reply.status, reply.body.error?.message]).toEqual([what, 400, typeof message === 'string' ? message : expect.stringMatching(message)]);
    }
    expect(await read(r, 'ann@example.com')).toMatchObject({ assignedLicenses: [], proxyAddresses: [] });
    await r.user('bob');
    expect((await r.call('POST', '/users/bob@example.com/assignLicense', add(E3))).body.error?.message).toBe('License assignment cannot be done for user with invalid usage location.');
  });

  it('counts units: the last one, changes of one already held, deletion, restoration', async () => {
    const r = await rig({ seed });
    const [ann, bob, eve] = [await r.user('ann', located('ann')), await r.user('bob', located('bob')), await r.user('eve', located('eve'))];
    const used = async () => (await r.call('GET', '/subscribedSkus')).body.value?.[0]?.['consumedUnits'];
    expect([(await r.call('POST', `/users/${ann}/assignLicense`, add(E3))).status, (await r.call('POST', `/users/${bob}/assignLicense`, add(E3))).status, await used()]).toEqual([200, 200, 2]);
    expect((await r.call('POST', `/users/${eve}/assignLicense`, add(E3))).body.error).toMatchObject({ code: 'Request_BadRequest', message: `Subscription with SKU ${E3} does not have any available licenses.` });
    expect((await r.call('POST', `/users/${ann}/assignLicense`, add(E3, [PLAN.teams]))).status).toBe(200);
    expect(await read(r, ann)).toMatchObject({ assignedLicenses: [{ skuId: E3, disabledPlans: [PLAN.teams] }] });
    await r.call('DELETE', `/users/${ann}`);
    expect(await used()).toBe(1);
    expect((await r.call('POST', `/users/${eve}/assignLicense`, add(E3))).status).toBe(200);
  });

  it('is all or nothing, and swaps products that exclude each other in one request', async () => {
    const r = await rig({ seed });
    const ann = await r.user('ann', located('ann'));
    await r.call('POST', `/users/${ann}/assignLicense`, add(EXCHANGE1));
    expect((await r.call('POST', `/users/${ann}/assignLicense`, add(E3))).status).toBe(400);
    expect((await r.call('POST', `/users/${ann}/assignLicense`, { ...add(E3), removeLicenses: [EXCHANGE1] })).status).toBe(200);
    const { assignedLicenses, assignedPlans } = await read(r, ann) as { assignedLicenses: unknown; assignedPlans: { servicePlanId: string; capabilityStatus: string; service: string }[] };
    expect(assignedLicenses).toEqual([{ skuId: E3, disabledPlans: [] }]);
    expect(assignedPlans.filter((p) => p.service === 'exchange').map((p) => [p.servicePlanId, p.capabilityStatus])).toEqual([[PLAN.exchange2, 'Enabled'], [PLAN.exchange1, 'Deleted']]);
  });

  it('shows the plans of products and of licences', async () => {
    const r = await rig({ seed });
    const ann = await r.user('ann', located('ann'));
    await r.call('POST', `/users/${ann}/assignLicense`, add(E3, [PLAN.teams]));
    const skus = (await r.call('GET', '/subscribedSkus')).body.value ?? [];
    expect(skus[1]).toMatchObject({ skuPartNumber: 'EXCHANGESTANDARD', servicePlans: [{ servicePlanId: PLAN.exchange1, servicePlanName: 'EXCHANGE_S_STANDARD', provisioningStatus: 'Success', appliesTo: 'User' }] });
    const [detail] = (await r.call('GET', `/users/${ann}/licenseDetails`)).body.value ?? [];
    expect(detail).toMatchObject({ skuId: E3, skuPartNumber: 'SPE_E3' });
    const plans = detail?.['servicePlans'] as { servicePlanId: string; provisioningStatus: string }[];
    expect(plans.find((p) => p.servicePlanId === PLAN.teams)?.provisioningStatus).toBe('Disabled');
    expect(plans.find((p) => p.servicePlanId === PLAN.exchange2)?.provisioningStatus).toBe('Success');
  });

  it('needs a permission', async () => {
    const r = await rig({ seed }, 'read only');
    expect((await r.call('POST', `/users/${ADMIN}/assignLicense`, add(E3))).status).toBe(403);
    expect((await r.call('GET', `/users/${ADMIN}/licenseDetails`)).status).toBe(200);
  });
});

describe('what follows in Exchange', () => {
  it('gives a cloud user a mailbox and addresses after the delay, and takes them back with the licence', async () => {
    const r = await rig({ seed, exchangeLagMs: 60_000 });
    const ann = await r.user('ann', located('ann'));
    expect(await read(r, ann)).toMatchObject({ mail: null, proxyAddresses: [] });
    await r.call('POST', `/users/${ann}/assignLicense`, add(E3));
    expect(await read(r, ann)).toMatchObject({ mail: null, proxyAddresses: [] });
    expect((await r.call('GET', `/users/${ann}/licenseDetails`)).body.value?.[0]?.['servicePlans']).toContainEqual(expect.objectContaining({ servicePlanId: PLAN.exchange2, provisioningStatus: 'PendingProvisioning' }));
    r.sim.advance(60_000);
    // Exchange has made the mailbox by now; Graph sees its addresses after the delay between the two.
    expect(await read(r, ann)).toMatchObject({ mail: null, proxyAddresses: [] });
    r.sim.advance(60_000);
    expect(await read(r, ann)).toMatchObject({ mail: 'ann@example.com', proxyAddresses: ['SMTP:ann@example.com', 'smtp:ann@born.onmicrosoft.com'] });
    const snapshot = () => r.sim.snapshot().users.find((u) => u.id === ann);
    const guid = snapshot()?.exchange?.['exchangeGuid'];
    expect(snapshot()?.exchange).toMatchObject({ recipientTypeDetails: 'UserMailbox' });
    await r.call('POST', `/users/${ann}/assignLicense`, take(E3));
    r.sim.advance(60_000);
    r.sim.advance(60_000);
    expect(await read(r, ann)).toMatchObject({ mail: 'ann@born.onmicrosoft.com', proxyAddresses: ['SMTP:ann@born.onmicrosoft.com'] });
    expect(snapshot()?.exchange?.['recipientTypeDetails']).toBeUndefined();
    await r.call('POST', `/users/${ann}/assignLicense`, add(EXCHANGE1));
    r.sim.advance(60_000);
    expect(snapshot()?.exchange).toMatchObject({ recipientTypeDetails: 'UserMailbox', exchangeGuid: guid });
  });

  it('forgets the mailbox after 30 days without licence', async () => {
    const r = await rig({ seed });
    const ann = await r.user('ann', located('ann'));
    const snapshot = () => r.sim.snapshot().users.find((u) => u.id === ann);
    await r.call('POST', `/users/${ann}/assignLicense`, add(E3));
    await r.call('POST', `/users/${ann}/assignLicense`, take(E3));
    r.sim.advance(29 * 24 * 3600 * 1000);
    expect(snapshot()?.exchange?.['disconnected']).toMatchObject({ recipientTypeDetails: 'UserMailbox' });
    r.sim.advance(24 * 3600 * 1000);
    expect(snapshot()?.exchange?.['disconnected']).toBeUndefined();
  });

  it('leaves users alone without a mailbox plan, and with the plan switched off', async () => {
    const r = await rig({ seed });
    const [ann, bob] = [await r.user('ann', located('ann', { mail: 'ann.b@example.com' })), await r.user('bob', located('bob'))];
    await r.call('POST', `/users/${ann}/assignLicense`, add(ENTRA));
    await r.call('POST', `/users/${bob}/assignLicense`, add(E3, [PLAN.exchange2]));
    expect(await read(r, ann)).toMatchObject({ mail: 'ann.b@example.com', proxyAddresses: ['SMTP:ann.b@example.com'] });
    expect(await read(r, bob)).toMatchObject({ mail: null, proxyAddresses: [] });
    expect(r.sim.snapshot().users.filter((u) => u.exchange !== undefined)).toEqual([]);
  });

  it('keeps the primary address of a cloud user, adds a new name, and keeps its own addresses when the licence goes', async () => {
    const r = await rig({ seed });
    const ann = await r.user('ann', located('ann', { mail: 'ann.b@example.com' }));
    await r.call('POST', `/users/${ann}/assignLicense`, add(E3));
    expect(await read(r, ann)).toMatchObject({ mail: 'ann.b@example.com', proxyAddresses: ['SMTP:ann.b@example.com', 'smtp:ann@example.com', 'smtp:ann@born.onmicrosoft.com'] });
    await r.call('PATCH', `/users/${ann}`, { userPrincipalName: 'anna@example.com' });
    expect((await read(r, ann))['proxyAddresses']).toContain('smtp:anna@example.com');
    await r.call('PATCH', `/users/${ann}`, { city: 'Oslo' });
    await r.call('POST', `/users/${ann}/assignLicense`, take(E3));
    expect(await read(r, ann)).toMatchObject({ mail: 'ann.b@example.com', proxyAddresses: ['SMTP:ann.b@example.com', 'smtp:ann@born.onmicrosoft.com'] });
  });

  it('refuses a licence with a mailbox while the name is an address of another object', async () => {
    const r = await rig({ seed: { ...seed, contacts: [{ id: 'eeeeeeee-0000-4000-8000-0000000000c1', properties: { displayName: 'C', mailNickname: 'c', mail: 'x@example.com', proxyAddresses: ['SMTP:x@example.com'] } }], users: [...seed.users ?? [], { id: 'eeeeeeee-0000-4000-8000-00000000000c', properties: { displayName: 'X', mailNickname: 'x', userPrincipalName: 'x@example.com', usageLocation: 'NO' } }] } });
    expect((await r.call('POST', '/users/x@example.com/assignLicense', add(E3))).body.error?.message).toBe('Another object with the same value for property proxyAddresses already exists.');
    expect((await r.call('POST', '/users/x@example.com/assignLicense', add(E3, [PLAN.exchange2]))).status).toBe(200);
  });
});

describe('licences of groups', () => {
  it('keep their group from being deleted', async () => {
    const r = await rig({ seed });
    const team = await r.group('team');
    await r.call('POST', `/groups/${team}/assignLicense`, add(E3));
    expect((await r.call('DELETE', `/groups/${team}`)).body.error?.code).toBe('Request_BadRequest');
    await r.call('POST', `/groups/${team}/assignLicense`, take(E3));
    expect((await r.call('DELETE', `/groups/${team}`)).status).toBe(204);
  });

  it('answers 202, gives members their licences later, and takes them when they leave', async () => {
    const r = await rig({ seed, exchangeLagMs: 1000 });
    const [ann, bob] = [await r.user('ann'), await r.user('bob')];
    const team = await r.group('team', bindTo([ann]));
    const reply = await r.call('POST', `/groups/${team}/assignLicense`, add(E3));
    expect([reply.status, reply.body['id']]).toEqual([202, team]);
    expect(await read(r, ann)).toMatchObject({ assignedLicenses: [] });
    r.sim.advance(1000);
    expect(await read(r, ann)).toMatchObject({ assignedLicenses: [{ skuId: E3, disabledPlans: [] }], licenseAssignmentStates: [{ skuId: E3, assignedByGroup: team, state: 'Active', error: 'None' }] });
    expect((await r.call('POST', `/users/${ann}/assignLicense`, take(E3))).body.error?.message).toBe('User license is inherited from a group membership and it cannot be removed directly from the user.');
    await r.call('POST', `/groups/${team}/members/$ref`, ref(bob));
    await r.call('DELETE', `/groups/${team}/members/${ann}/$ref`);
    r.sim.advance(2000);
    r.sim.advance(1000);
    expect([(await read(r, ann))['assignedLicenses'], (await read(r, bob))['assignedLicenses']]).toEqual([[], [{ skuId: E3, disabledPlans: [] }]]);
    r.sim.advance(1000);
    expect((await read(r, bob))['proxyAddresses']).toContain('SMTP:bob@example.com');
    await r.call('POST', `/groups/${team}/assignLicense`, take(E3));
    r.sim.advance(1000);
    r.sim.advance(1000);
    expect((await read(r, bob))['assignedLicenses']).toEqual([]);
    expect((await r.call('GET', '/subscribedSkus')).body.value?.[0]).toMatchObject({ consumedUnits: 0 });
  });

  it('stores what fails on the user', async () => {
    const r = await rig({ seed: { ...seed, contacts: [{ id: 'eeeeeeee-0000-4000-8000-0000000000c1', properties: { displayName: 'C', mailNickname: 'c', proxyAddresses: ['SMTP:x@example.com'] } }], users: [...seed.users ?? [], { id: 'eeeeeeee-0000-4000-8000-00000000000c', properties: { displayName: 'X', mailNickname: 'x', userPrincipalName: 'x@example.com' } }] } });
    const members = [await r.user('a'), await r.user('b'), await r.user('c')];
    const team = await r.group('team', bindTo(members));
    await r.call('POST', `/users/${members[0]}/assignLicense`, add(EXCHANGE1));
    await r.call('PATCH', `/users/${members[0]}`, { usageLocation: 'NO' });
    await r.call('POST', `/users/${members[0]}/assignLicense`, add(EXCHANGE1));
    await r.call('POST', `/groups/${team}/assignLicense`, add(E3));
    const states = await Promise.all(members.map(async (id) => ((await read(r, id))['licenseAssignmentStates'] as { assignedByGroup: string | null; error: string }[]).find((s) => s.assignedByGroup === team)?.error));
    expect(states).toEqual(['MutuallyExclusiveViolation', 'None', 'None']);
    const fourth = await r.user('d');
    await r.call('POST', `/groups/${team}/members/$ref`, ref(fourth));
    expect(await read(r, fourth)).toMatchObject({ assignedLicenses: [], licenseAssignmentStates: [{ state: 'Error', error: 'CountViolation' }] });
    expect((await r.call('POST', `/groups/${team}/assignLicense`, add(PHONE))).status).toBe(202);
    expect(await read(r, fourth)).toMatchObject({ assignedLicenses: [], licenseAssignmentStates: [{ error: 'CountViolation' }, { skuId: PHONE, error: 'DependencyViolation' }] });
    await r.call('DELETE', `/users/${members[1]}`);
    expect((await r.call('POST', `/users/${fourth}/reprocessLicenseAssignment`)).status).toBe(200);
    expect((await read(r, fourth))['assignedLicenses']).toEqual([{ skuId: E3, disabledPlans: [] }, { skuId: PHONE, disabledPlans: [] }]);
    const other = await r.group('other', bindTo(['eeeeeeee-0000-4000-8000-00000000000c']));
    expect((await r.call('POST', `/groups/${other}/assignLicense`, add(PHONE))).body.error?.message).toContain('depends on the service plan(s)');
    await r.call('POST', `/groups/${other}/assignLicense`, add(EXCHANGE1));
    expect(await read(r, 'x@example.com')).toMatchObject({ assignedLicenses: [], licenseAssignmentStates: [{ error: 'UniquenessViolation' }] });
  });

  it('counts a user once who has a product in two ways, and keeps it until the last way is gone', async () => {
    const r = await rig({ seed });
    const ann = await r.user('ann', { usageLocation: 'NO' });
    const team = await r.group('team', bindTo([ann]));
    await r.call('POST', `/users/${ann}/assignLicense`, add(E3, [PLAN.teams]));
    await r.call('POST', `/groups/${team}/assignLicense`, add(E3));
    expect(await read(r, ann)).toMatchObject({ assignedLicenses: [{ skuId: E3, disabledPlans: [] }] });
    expect((await r.call('GET', '/subscribedSkus')).body.value?.[0]).toMatchObject({ consumedUnits: 1 });
    expect((await r.call('POST', `/users/${ann}/assignLicense`, take(E3))).status).toBe(200);
    expect(await read(r, ann)).toMatchObject({ assignedLicenses: [{ skuId: E3 }] });
    await r.call('POST', `/groups/${team}/assignLicense`, take(E3));
    expect(await read(r, ann)).toMatchObject({ assignedLicenses: [] });
  });
});

describe('licences of groups that go together', () => {
  const state = async (r: Rig, id: string) => ((await read(r, id))['licenseAssignmentStates'] as { skuId: string; state: string; error: string; assignedByGroup: string | null }[]).filter((s) => s.assignedByGroup !== null).map((s) => [s.skuId, s.state, s.error]);
  it('are given together or not at all, and what a user already has stays', async () => {
    const r = await rig({ seed: { ...seed, skus: (seed.skus ?? []).map((s) => (s.skuId === PHONE ? { ...s, enabled: 1 } : s)) } });
    const [ann, bob] = [await r.user('ann'), await r.user('bob')];
    const [team, other] = [await r.group('team', bindTo([ann, bob])), await r.group('other', bindTo([bob]))];
    await r.call('POST', `/groups/${other}/assignLicense`, add(ENTRA));
    await r.call('POST', `/groups/${team}/assignLicense`, { addLicenses: [E3, PHONE].map((skuId) => ({ skuId, disabledPlans: [] })), removeLicenses: [] });
    expect([await state(r, ann), await state(r, bob)]).toEqual([[[E3, 'Active', 'None'], [PHONE, 'Active', 'None']], [[ENTRA, 'Active', 'None'], [E3, 'Error', 'Other'], [PHONE, 'Error', 'CountViolation']]]);
    expect((await read(r, bob))['assignedLicenses']).toEqual([{ skuId: ENTRA, disabledPlans: [] }]);
    await r.call('POST', `/groups/${other}/assignLicense`, { addLicenses: [{ skuId: PHONE, disabledPlans: [PLAN.phone] }], removeLicenses: [] });
    expect(await state(r, bob)).toContainEqual([ENTRA, 'Active', 'None']);
    expect(await state(r, bob)).toContainEqual([PHONE, 'Error', 'CountViolation']);
  });
  it('stay with an error while another licence of the user depends on them, and go when they are tried again', async () => {
    const r = await rig({ seed });
    const ann = await r.user('ann', { usageLocation: 'NO' });
    const team = await r.group('team', bindTo([ann]));
    await r.call('POST', `/groups/${team}/assignLicense`, add(E3));
    expect((await r.call('POST', `/users/${ann}/assignLicense`, add(PHONE))).status).toBe(200);
    await r.call('DELETE', `/groups/${team}/members/${ann}/$ref`);
    expect(await state(r, ann)).toEqual([[E3, 'ActiveWithError', 'DependencyViolation']]);
    expect((await read(r, ann))['assignedLicenses']).toHaveLength(2);
    expect((await r.call('POST', `/users/${ann}/assignLicense`, take(PHONE))).status).toBe(200);
    expect(await state(r, ann)).toHaveLength(1);
    await r.call('POST', `/users/${ann}/reprocessLicenseAssignment`);
    expect([await state(r, ann), (await read(r, ann))['assignedLicenses']]).toEqual([[], []]);
  });
  it('keep a synchronised group from being deleted', async () => {
    const r = await rig({ seed });
    const exported = { type: 'group' as const, sourceAnchor: 'G1', attributes: { displayName: 'G', securityEnabled: true } };
    const [{ id } = { id: null }] = r.sim.synchronise([exported]);
    expect((await r.call('POST', `/groups/${String(id)}/assignLicense`, add(E3))).status).toBe(202);
    expect(r.sim.synchronise([{ ...exported, operation: 'delete' }])).toMatchObject([{ outcome: 'failed', error: { code: 'DeleteNotValid', message: expect.stringContaining('has licences') } }]);
    await r.call('POST', `/groups/${String(id)}/assignLicense`, take(E3));
    expect(r.sim.synchronise([{ ...exported, operation: 'delete' }])).toMatchObject([{ outcome: 'deleted' }]);
  });
});

describe('licences of a seed', () => {
  it('may leave out the plans that are switched off', async () => {
    const r = await rig({ seed: { ...seed, users: [...seed.users ?? [], { id: 'eeeeeeee-0000-4000-8000-00000000000d', properties: { displayName: 'D', mailNickname: 'd', userPrincipalName: 'd@example.com', assignedLicenses: [{ skuId: E3 }] } }] } });
    expect((await r.call('PATCH', '/users/d@example.com', { userPrincipalName: 'dora@example.com' })).status).toBe(204);
    expect(await read(r, 'dora@example.com')).toMatchObject({ proxyAddresses: ['SMTP:dora@example.com', 'smtp:d@born.onmicrosoft.com'] });
    expect((await r.call('GET', '/users/dora@example.com/licenseDetails')).body.value).toHaveLength(1);
    expect(r.defects).toEqual([]);
  });
});

describe('counting units', () => {
  it('follows creations, updates, deletions and a lost history', () => {
    const licensed = (id: number) => ({ id: `eeeeeeee-0000-4000-8000-0000000001${id}`, properties: { userPrincipalName: `u${id}@example.com`, assignedLicenses: [{ skuId: E3, disabledPlans: [] }] } });
    const directory = new Directory(simulatorSeed.parse({ ...seed, users: [licensed(11), licensed(12)] }), simulatorClock(Date.now, 1));
    const use = new LicenceUse(directory);
    const [first] = directory.user.values();
    expect([use.of(E3), use.of(ENTRA), first && use.holds(first.id, E3)]).toEqual([2, 0, true]);
    directory.create('user', licensed(13).properties);
    if (first) directory.softDelete(first);
    expect([use.of(E3), first && use.holds(first.id, E3)]).toEqual([2, false]);
    if (first) directory.restore(first);
    directory.journal.reset();
    for (const user of [...directory.user.values()].slice(0, 1)) directory.update(user, { ...user.properties, assignedLicenses: [] });
    expect(use.of(E3)).toBe(2);
  });
});

describe('synchronisation of a running tenant', () => {
  it('comes from the seed, from the program and over HTTP, and is visible in Graph', async () => {
    const r = await rig({ seed: { ...seed, synchronised: [exportedUser('S1', { proxyAddresses: ['SMTP:s1@example.com'] })] } });
    expect(r.sim.synchronise([exportedUser('P1', { proxyAddresses: ['SMTP:p1@example.com', 'smtp:s1@example.com'] })])).toMatchObject([{ outcome: 'created' }]);
    const post = (body: unknown) => fetch(`${r.sim.url}/simulator/synchronise`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const answer = await post({ objects: [exportedUser('H1')] });
    expect([answer.status, await answer.json()]).toMatchObject([200, { results: [{ outcome: 'created', sourceAnchor: 'H1' }] }]);
    expect((await post({ objects: [{ sourceAnchor: 'X' }] })).status).toBe(400);
    expect(() => r.sim.synchronise([{ type: 'robot' } as never])).toThrow('The export of the directory synchronisation is not understood at 0.type.');
    const select = '$select=userPrincipalName,onPremisesSyncEnabled,onPremisesImmutableId,onPremisesProvisioningErrors';
    expect((await r.call('GET', `/users/s1@example.com?${select}`)).body).toMatchObject({ onPremisesSyncEnabled: true, onPremisesImmutableId: 'S1', onPremisesProvisioningErrors: [] });
    expect((await r.call('GET', `/users/p1@example.com?${select}`)).body['onPremisesProvisioningErrors']).toEqual([{ category: 'PropertyConflict', occurredDateTime: expect.any(String), propertyCausingError: 'ProxyAddress', value: 'smtp:s1@example.com' }]);
    expect((await r.call('GET', '/organization')).body.value?.[0]).toMatchObject({ onPremisesSyncEnabled: true });
    expect((await r.call('PATCH', '/users/s1@example.com', { city: 'Oslo' })).status).toBe(400);
  });

  it('outlives a run: what was exported, what waits, and mailboxes that are still to be made', async () => {
    const stateFile = join(folder, 'state.json');
    const first = await rig({ seed, stateFile, exchangeLagMs: 60_000 });
    first.sim.synchronise([exportedUser('A1', { proxyAddresses: ['SMTP:same@example.com'] }), exportedUser('B1', { usageLocation: 'NO', proxyAddresses: ['SMTP:b1@example.com', 'smtp:same@example.com'] })]);
    expect((await first.call('POST', '/users/b1@example.com/assignLicense', add(E3))).status).toBe(200);
    first.sim.synchronise([exportedUser('A1')]);
    await first.sim.close();
    const second = await rig({ seed, stateFile });
    expect((await read(second, 'b1@example.com'))['proxyAddresses']).toContain('smtp:b1@born.onmicrosoft.com');
    second.sim.advance(3600_000);
    expect(await read(second, 'b1@example.com')).toMatchObject({ mail: 'b1@example.com', proxyAddresses: expect.arrayContaining(['smtp:same@example.com']) });
    expect(second.sim.synchronise([exportedUser('B1', { usageLocation: 'NO', proxyAddresses: ['SMTP:b1@example.com', 'smtp:same@example.com'] })])).toMatchObject([{ outcome: 'unchanged' }]);
  });

  it('heals a quarantine an hour later, and tells nobody what it keeps beside the properties', async () => {
    const r = await rig({ seed });
    r.sim.synchronise([exportedUser('A1', { userPrincipalName: 'same@example.com' }), exportedUser('B1', { userPrincipalName: 'same@example.com' })]);
    r.sim.synchronise([{ type: 'user', sourceAnchor: 'A1', operation: 'delete' }]);
    expect((await r.call('GET', '/users/same@example.com')).status).toBe(404);
    r.sim.advance(3600_000);
    const found = (await r.call('GET', '/users/same@example.com?$select=id,onPremisesImmutableId')).body;
    expect(found['onPremisesImmutableId']).toBe('B1');
    for (const hidden of ['onPremisesShadow', 'givenAddresses']) {
      expect((await r.call('GET', `/users/same@example.com?$select=${hidden}`)).status).toBe(400);
      expect(JSON.stringify((await r.call('GET', '/users/delta')).body)).not.toContain(hidden);
    }
  });

  it('keeps an address that a user, a group or a contact holds, also a deleted one, from users of Graph and of a synchronisation', async () => {
    const holder = (n: number, more: object = {}) => ({ id: `eeeeeeee-0000-4000-8000-0000000002${n}`, properties: { displayName: 'X', mailNickname: `x${n}`, proxyAddresses: [`SMTP:taken${n}@example.com`], ...more } });
    const group = { mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'] };
    const r = await rig({ seed: {
      ...seed, users: [...seed.users ?? [], holder(10, { userPrincipalName: 'x@born.onmicrosoft.com' })], deletedUsers: [holder(11, { userPrincipalName: 'y@born.onmicrosoft.com' })], contacts: [holder(12)],
      groups: [{ ...holder(13, group), memberIds: [] }], deletedGroups: [{ ...holder(14, group), memberIds: [] }],
    } });
    for (const n of [10, 11, 12, 13, 14]) {
      const reply = await r.call('POST', '/users', { ...newUser('ann'), mail: `Taken${n}@example.com` });
      expect(reply.body.error).toMatchObject({ message: 'Another object with the same value for property proxyAddresses already exists.', details: [{ code: 'ObjectConflict', target: 'proxyAddresses' }] });
      expect(r.sim.synchronise([exportedUser(`A${n}`, { proxyAddresses: [`smtp:taken${n}@example.com`] })])).toMatchObject([{ outcome: 'created', quarantined: [{ value: `smtp:taken${n}@example.com` }] }]);
    }
  });
});
