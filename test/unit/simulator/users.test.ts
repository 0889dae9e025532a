import { describe, expect, it } from 'vitest';
import { bindTo, newUser, odd, ref, rig } from './support.ts';

describe('users', () => {
  it('answers a creation with the default properties only, and an update with nothing', async () => {
    const { call } = await rig();
    const made = await call('POST', '/users', { ...newUser('ann'), department: 'Sales', usageLocation: 'DE' });
    expect(made.status).toBe(201);
    expect(Object.keys(made.body).toSorted()).toEqual(['@odata.context', 'businessPhones', 'displayName', 'givenName', 'id', 'jobTitle', 'mail', 'mobilePhone', 'officeLocation', 'preferredLanguage', 'surname', 'userPrincipalName'].toSorted());
    const changed = await call('PATCH', `/users/${String(made.body['id'])}`, { department: null, city: 'Oslo' });
    expect([changed.status, changed.body['text']]).toEqual([204, '']);
    const read = await call('GET', '/users/ANN@example.com?$select=department,city,usageLocation');
    expect(read.body).toMatchObject({ department: null, city: 'Oslo', usageLocation: 'DE' });
    expect(read.body['id']).toBeUndefined();
  });

  it.each([
    ['a missing property', { displayName: undefined }, "A value is required for property 'displayName' of resource 'User'."],
    ['a read-only property', { proxyAddresses: ['SMTP:a@example.com'] }, "Property 'proxyAddresses' is read-only and cannot be set."],
    ['an unknown property', { favouriteColour: 'red' }, "Invalid property 'favouriteColour'."],
    ['an unverified domain', { userPrincipalName: 'x@unverified.example.com' }, 'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.'],
    ['an accent in the name', { userPrincipalName: 'josé@example.com' }, 'Property userPrincipalName is invalid.'],
    ['a blank in the nickname', { mailNickname: 'a b' }, "Invalid value specified for property 'mailNickname' of resource 'User'."],
    ['a long department', { department: 'x'.repeat(65) }, "Invalid value specified for property 'department' of resource 'User'."],
    ['an empty text', { city: '' }, "Invalid value specified for property 'city' of resource 'User'."],
    ['two business phones', { businessPhones: ['1', '2'] }, "Invalid value specified for property 'businessPhones' of resource 'User'."],
    ['a forbidden character in the anchor', { onPremisesImmutableId: 'a_b' }, "Invalid value specified for property 'onPremisesImmutableId' of resource 'User'."],
    ['a country that is none', { usageLocation: 'XX' }, "Invalid value specified for property 'usageLocation' of resource 'User'."],
    ['no usage location', { usageLocation: null }, "Invalid value specified for property 'usageLocation' of resource 'User'."],
    ['a weak password', { passwordProfile: { password: 'weakweak' } }, 'The specified password does not comply with password complexity requirements. Please provide a different password.'],
    ['a federated domain without anchor', { userPrincipalName: 'x@fed.example.com' }, 'Property onPremisesImmutableId is required when the domain of the userPrincipalName is federated.'],
  ])('refuses %s', async (_, change, message) => {
    const { call, sim } = await rig({ seed: odd });
    const reply = await call('POST', '/users', { ...newUser('new'), ...change });
    expect(reply.status).toBe(400);
    expect(reply.body.error).toMatchObject({ code: 'Request_BadRequest', message });
    expect(Object.keys(reply.body.error?.innerError ?? {})).toEqual(['date', 'request-id', 'client-request-id']);
    expect(sim.stats.created).toBe(0);
  });

  it('mirrors mail into proxyAddresses, never removes it, and keeps addresses unique even in the recycle bin', async () => {
    const { call, user } = await rig();
    const ann = await user('ann', { mail: 'ann@example.com' });
    await call('PATCH', `/users/${ann}`, { mail: 'ann.b@example.com' });
    await call('PATCH', `/users/${ann}`, { mail: null });
    expect((await call('GET', `/users/${ann}?$select=mail,proxyAddresses`)).body).toMatchObject({ mail: null, proxyAddresses: ['SMTP:ann.b@example.com', 'smtp:ann@example.com'] });
    expect((await call('DELETE', `/users/${ann}`)).status).toBe(204);
    const again = await call('POST', '/users', { ...newUser('other'), mail: 'ANN@example.com' });
    expect(again.body.error).toMatchObject({ message: 'Another object with the same value for property proxyAddresses already exists.', details: [{ code: 'ObjectConflict', target: 'proxyAddresses' }] });
  });

  it('keeps user principal names and anchors unique', async () => {
    const { call, user } = await rig();
    await user('ann', { onPremisesImmutableId: 'AAAA' });
    expect((await call('POST', '/users', { ...newUser('b'), userPrincipalName: 'ANN@example.com' })).body.error).toMatchObject({ code: 'Request_BadRequest', details: [{ code: 'ObjectConflict', target: 'userPrincipalName' }] });
    expect((await call('POST', '/users', { ...newUser('b'), onPremisesImmutableId: 'AAAA' })).body.error?.details?.[0]?.target).toBe('onPremisesImmutableId');
    await user('b', { onPremisesImmutableId: 'aaaa' });
  });

  it('deletes softly, frees the name, restores with everything, and refuses a restoration into a taken name', async () => {
    const { call, user, group, sim } = await rig();
    const [boss, ann] = [await user('boss'), await user('ann', { mail: 'ann@example.com' })];
    const team = await group('team', bindTo([ann]));
    await call('PUT', `/users/${ann}/manager/$ref`, ref(boss));
    const before = sim.snapshot();
    await call('DELETE', `/users/${ann}`);
    expect((await call('GET', `/users/${ann}`)).body.error?.code).toBe('Request_ResourceNotFound');
    expect((await call('GET', `/groups/${team}/members`)).body.value).toEqual([]);
    const bin = await call('GET', '/directory/deletedItems/microsoft.graph.user');
    expect(bin.body.value?.map((v) => v['userPrincipalName'])).toEqual([`${ann.replaceAll('-', '')}ann@example.com`]);
    expect((await call('POST', `/directory/deletedItems/${ann}/restore`)).status).toBe(200);
    expect(sim.snapshot()).toEqual(before);
    await call('PATCH', `/users/${ann}`, { userPrincipalName: 'ann.b@example.com' });
    await call('DELETE', `/users/${ann}`);
    await user('ann.b');
    expect((await call('POST', `/directory/deletedItems/${ann}/restore`)).body.error?.details?.[0]?.target).toBe('userPrincipalName');
    expect((await call('DELETE', `/directory/deletedItems/${ann}`)).status).toBe(204);
    expect((await call('GET', `/directory/deletedItems/${ann}`)).status).toBe(404);
  });

  it('purges the recycle bin after 30 days', async () => {
    const { user, call, sim } = await rig();
    const ann = await user('ann');
    await call('DELETE', `/users/${ann}`);
    expect(sim.snapshot().deletedUsers).toHaveLength(1);
    sim.advance(31 * 24 * 3600 * 1000);
    expect(sim.snapshot().deletedUsers).toHaveLength(0);
  });

  it('keeps managers: set, read, expand, remove, absent', async () => {
    const { call, user } = await rig();
    const [boss, ann] = [await user('boss'), await user('ann')];
    expect((await call('GET', `/users/${ann}/manager`)).body.error?.message).toContain("Resource 'manager' does not exist");
    expect((await call('PUT', `/users/${ann}/manager/$ref`, ref('00000000-0000-4000-8000-000000000000'))).status).toBe(404);
    expect((await call('PUT', `/users/${ann}/manager/$ref`, ref(boss))).status).toBe(204);
    const page = await call('GET', '/users?$select=id&$expand=manager($select=id)');
    expect(page.body.value?.find((v) => v['id'] === ann)).toEqual({ id: ann, manager: { '@odata.type': '#microsoft.graph.user', id: boss } });
    expect(page.body.value?.find((v) => v['id'] === boss)).toEqual({ id: boss });
    expect((await call('DELETE', `/users/${ann}/manager/$ref`)).status).toBe(204);
    expect((await call('DELETE', `/users/${ann}/manager/$ref`)).status).toBe(404);
  });

  it('refuses synchronised users and sensitive changes of administrators', async () => {
    const { call } = await rig({ seed: odd });
    expect((await call('PATCH', '/users/synced@example.com', { city: 'Oslo' })).body.error?.message).toBe('Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.');
    expect((await call('PATCH', '/users/synced@example.com', { usageLocation: 'NO' })).status).toBe(204);
    expect((await call('PATCH', '/users/admin@example.com', { city: 'Oslo' })).status).toBe(204);
    expect((await call('PATCH', '/users/admin@example.com', { onPremisesImmutableId: 'QUJD' })).body.error).toMatchObject({ code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' });
    expect((await call('DELETE', '/users/admin@example.com')).status).toBe(403);
  });

  it('assigns licences only with a usage location and while there are some', async () => {
    const { call, user } = await rig({ seed: { ...odd, skus: [{ skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', skuPartNumber: 'SPE_E3', enabled: 1 }] } });
    const [ann, bob] = [await user('ann'), await user('bob', { usageLocation: 'NO' })];
    const give = { addLicenses: [{ skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', disabledPlans: [] }], removeLicenses: [] };
    expect((await call('POST', `/users/${ann}/assignLicense`, { addLicenses: [] })).status).toBe(400);
    expect((await call('POST', `/users/${ann}/assignLicense`, give)).body.error?.message).toBe('License assignment cannot be done for user with invalid usage location.');
    await call('PATCH', `/users/${ann}`, { usageLocation: 'NO' });
    expect((await call('POST', `/users/${ann}/assignLicense`, give)).status).toBe(200);
    expect((await call('POST', `/users/${bob}/assignLicense`, give)).body.error?.message).toContain('does not have any available licenses');
    expect((await call('GET', '/subscribedSkus')).body.value?.[0]).toMatchObject({ consumedUnits: 1, prepaidUnits: { enabled: 1 } });
    expect((await call('POST', `/users/${ann}/assignLicense`, { addLicenses: [], removeLicenses: [give.addLicenses[0]?.skuId] })).status).toBe(200);
    expect((await call('POST', `/users/${bob}/assignLicense`, give)).status).toBe(200);
  });

  it('merges extension attributes and sets them one by one', async () => {
    const { call, user } = await rig();
    const ann = await user('ann', { onPremisesExtensionAttributes: { extensionAttribute1: 'a', extensionAttribute2: 'b' } });
    await call('PATCH', `/users/${ann}`, { onPremisesExtensionAttributes: { extensionAttribute2: null, extensionAttribute3: 'c' } });
    expect((await call('GET', `/users/${ann}?$select=onPremisesExtensionAttributes`)).body['onPremisesExtensionAttributes']).toMatchObject({ extensionAttribute1: 'a', extensionAttribute2: null, extensionAttribute3: 'c', extensionAttribute15: null });
    expect((await call('PATCH', `/users/${ann}`, { onPremisesExtensionAttributes: { extensionAttribute16: 'x' } })).status).toBe(400);
  });
});
