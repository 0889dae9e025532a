import { describe, expect, it } from 'vitest';
import { ALL, graphRig } from './graph-rig.ts';
import { newUser, odd, ref } from './support.ts';

const never = (): never => { throw new Error('no filler'); };
const NOBODY = '00000000-0000-4000-8000-000000000001';

describe('values of users', () => {
  it('asks for required properties in their order', () => {
    const { call } = graphRig();
    const body: Record<string, unknown> = {};
    for (const [name, value] of [['accountEnabled', true], ['displayName', 'n'], ['mailNickname', 'n'], ['passwordProfile', { forceChangePasswordNextSignIn: true }], ['userPrincipalName', 'n@example.com']] as const) {
      const { status, body: { error } } = call('POST', '/users', body);
      expect([status, error?.message, error?.details]).toEqual([400, `A value is required for property '${name}' of resource 'User'.`, [{ code: 'MissingValue', message: error?.message, target: name }]]);
      body[name] = value;
    }
    expect(call('POST', '/users', body).body.error?.message).toBe("A value is required for property 'password' of resource 'User'.");
    expect(call('POST', '/users', { ...body, passwordProfile: { password: 'Long-enough-7' } }).status).toBe(201);
  });

  it.each([
    ['preferredLanguage', 'english please'], ['ageGroup', 'Old'], ['consentProvidedForMinor', 'Maybe'], ['passwordPolicies', 'Whatever'], ['userType', 'Robot'], ['otherMails', ['josé@example.com']], ['otherMails', ['nobody']],
    ['mail', 'no address'], ['mail', ''], ['city', ' '], ['businessPhones', ['1', '2']], ['usageLocation', 'ZZ'], ['onPremisesImmutableId', 'a$b'], ['givenName', 'x'.repeat(65)], ['postalCode', 'x'.repeat(41)], ['employeeId', 'x'.repeat(17)], ['displayName', null], ['accountEnabled', null], ['usageLocation', null],
  ])('refuses %s = %j on creation and on update', (name, value) => {
    const { call, user } = graphRig();
    const id = user('ann');
    const message = `Invalid value specified for property '${name}' of resource 'User'.`;
    for (const [reply, isCreation] of [[call('POST', '/users', { ...newUser('bob'), [name]: value }), true], [call('PATCH', `/users/${id}`, { [name]: value }), false]] as const) {
      // A required property that is null is a missing one.
      const expected = isCreation && value === null && name !== 'usageLocation' ? `A value is required for property '${name}' of resource 'User'.` : message;
      expect([reply.status, reply.body.error?.code, reply.body.error?.message]).toEqual([400, 'Request_BadRequest', expected]);
    }
  });

  it.each([
    [{ city: 5 }, "Cannot convert the value of property 'city' to the expected type 'Edm.String'."],
    [{ accountEnabled: 'yes' }, "Cannot convert the value of property 'accountEnabled' to the expected type 'Edm.Boolean'."],
    [{ businessPhones: '1' }, "Cannot convert the value of property 'businessPhones' to the expected type 'Collection(Edm.String)'."],
    [{ passwordProfile: { forceChangePasswordNextSignIn: 1 } }, "Cannot convert the value of property 'forceChangePasswordNextSignIn' to the expected type 'Edm.Boolean'."],
    [{ employeeHireDate: 'tomorrow' }, "Cannot convert the literal 'tomorrow' to the expected type 'Edm.DateTimeOffset'."],
  ])('refuses a value of another type: %j', (change, message) => {
    const { call } = graphRig();
    expect(call('POST', '/users', { ...newUser('ann'), ...change }).body.error).toMatchObject({ code: 'BadRequest', message });
  });

  it.each([
    ['id', "Property 'id' is read-only and cannot be set."], ['proxyAddresses', "Property 'proxyAddresses' is read-only and cannot be set."], ['createdDateTime', "Property 'createdDateTime' is read-only and cannot be set."],
    ['onPremisesSyncEnabled', "Property 'onPremisesSyncEnabled' is read-only and cannot be set."], ['assignedLicenses', "Property 'assignedLicenses' is read-only and cannot be set."],
    ['favouriteColour', "Invalid property 'favouriteColour'."], ['constructor', /Property 'constructor'|Invalid property/],
  ])('refuses to write %s', (name, message) => {
    const { call, user, defects } = graphRig();
    const id = user('ann');
    expect(call('PATCH', `/users/${id}`, { [name]: 'x' }).body.error?.message).toMatch(message);
    expect(defects).toEqual([]);
  });

  it('answers an update with 204 and nothing, whatever is preferred', () => {
    const { call, user } = graphRig();
    const answer = call('PATCH', `/users/${user('ann')}`, { city: 'Oslo' }, { headers: { prefer: 'return=representation' } });
    expect([answer.status, answer.body]).toEqual([204, {}]);
  });

  it('takes profile values that live elsewhere alone, and never on creation', () => {
    const { call, user } = graphRig();
    const id = user('ann');
    expect(call('PATCH', `/users/${id}`, { skills: 'sailing', city: 'Oslo' }).body.error?.message).toBe('The request is currently not supported on the targeted entity set');
    expect(call('POST', '/users', { ...newUser('bob'), aboutMe: 'x' }).status).toBe(400);
    expect(call('PATCH', `/users/${id}`, { skills: 'sailing' }).status).toBe(204);
    expect(call('GET', '/users?$select=skills').body.error).toMatchObject({ code: 'NotImplemented', message: 'This operation target is not yet supported.' });
  });

  it('wants an anchor for a federated name on update too, and lets it come along', () => {
    const { call, user } = graphRig({ seed: odd });
    const id = user('ann');
    expect(call('PATCH', `/users/${id}`, { userPrincipalName: 'ann@fed.example.com' }).body.error?.message).toBe('Property onPremisesImmutableId is required when the domain of the userPrincipalName is federated.');
    expect(call('PATCH', `/users/${id}`, { userPrincipalName: 'ann@fed.example.com', onPremisesImmutableId: 'QUJD' }).status).toBe(204);
  });

  it('keeps names, addresses and anchors unique over users, groups, contacts and the recycle bin', () => {
    const { call, user, group } = graphRig({ seed: odd });
    const gone = user('gone', { mail: 'gone@example.com', onPremisesImmutableId: 'R09ORQ==' });
    call('DELETE', `/users/${gone}`);
    group('team', { mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'] });
    const target = (change: object): string | undefined => call('POST', '/users', { ...newUser('new'), ...change }).body.error?.details?.[0]?.target;
    expect(target({ mail: 'LIST@example.com' })).toBe('proxyAddresses');
    expect(target({ mail: 'partner@other.example' })).toBe('proxyAddresses');
    expect(target({ mail: 'gone@example.com' })).toBe('proxyAddresses');
    expect(target({ userPrincipalName: 'list@example.com' })).toBe('proxyAddresses');
    expect(target({ userPrincipalName: 'gone@example.com' })).toBe('proxyAddresses');
    expect(target({ userPrincipalName: 'admin@example.com' })).toBe('userPrincipalName');
    expect(target({ onPremisesImmutableId: 'R09ORQ==' })).toBe('onPremisesImmutableId');
    expect(target({ mailNickname: 'TEAM' })).toBe('mailNickname');
    const conflict = call('POST', '/users', { ...newUser('new'), mail: 'list@example.com' }).body.error;
    expect(conflict).toMatchObject({ code: 'Request_BadRequest', message: 'Another object with the same value for property proxyAddresses already exists.', details: [{ code: 'ObjectConflict', target: 'proxyAddresses' }] });
    expect(JSON.stringify(conflict)).not.toContain('aaaaaaaa-0000-4000-8000-0000000000d1');
    // Users may share a nickname; anchors that differ in case are two.
    user('new', { mailNickname: 'admin', onPremisesImmutableId: 'r09orq==' });
  });

  it('takes a user by its key in parentheses', () => {
    const { call, user } = graphRig();
    const id = user("o'neil", { userPrincipalName: "o'neil@example.com", mailNickname: 'oneil' });
    expect(call('GET', `/users('${id}')?$select=id`).body['id']).toBe(id);
    expect(call('GET', "/users('o''neil@example.com')?$select=id").body['id']).toBe(id);
    expect(call('PATCH', `/users('${id}')`, { city: 'Oslo' }).status).toBe(204);
    expect(call('GET', `/directoryObjects('${id}')`).body['id']).toBe(id);
    expect(call('GET', `/users('${NOBODY}')/manager`).status).toBe(404);
  });

  it('refuses a new object when the directory is full, and goes on when one goes', () => {
    const { call, directory, user } = graphRig();
    const first = user('ann');
    const gone = user('gone');
    call('DELETE', `/users/${gone}`);
    // Fills the directory as far as counting goes.
    const filler = directory.user.get(first);
    if (filler) for (let i = directory.user.size; i < 300_000; i++) directory.user.set(`f${i}`, filler);
    const refused = { status: 403, code: 'Directory_QuotaExceeded' };
    for (const reply of [call('POST', '/users', newUser('bob')), call('POST', '/groups', { displayName: 'g', mailEnabled: false, mailNickname: 'g', securityEnabled: true }), call('POST', `/directory/deletedItems/${gone}/restore`)]) {
      expect({ status: reply.status, code: reply.body.error?.code }).toEqual(refused);
    }
    // Exchange may go on a little without opening the gate for Graph.
    for (let i = 0; i < 10_000; i++) directory.contact.set(`c${i}`, filler ?? never());
    expect(call('POST', '/users', newUser('bob')).status).toBe(403);
    directory.contact.clear();
    directory.user.delete('f299999');
    directory.user.delete('f299998');
    expect(call('POST', '/users', newUser('bob')).status).toBe(201);
  });
});

describe('what hangs on users', () => {
  it('lists memberships, reports and owned groups, through groups too', () => {
    const { call, user, group } = graphRig();
    const [boss, ann] = [user('boss'), user('ann')];
    const inner = group('inner', { 'members@odata.bind': [ref(ann)['@odata.id']], 'owners@odata.bind': [ref(boss)['@odata.id']] });
    const outer = group('outer', { 'members@odata.bind': [ref(inner)['@odata.id']] });
    call('PUT', `/users/${ann}/manager/$ref`, ref(boss));
    const ids = (path: string) => call('GET', path).body.value?.map((v) => v['id']);
    expect(ids(`/users/${ann}/memberOf`)).toEqual([inner]);
    expect(ids(`/users/${ann}/transitiveMemberOf`)).toEqual([inner, outer]);
    expect(ids(`/users/${boss}/ownedObjects`)).toEqual([inner]);
    expect(ids(`/users/${boss}/directReports`)).toEqual([ann]);
    expect(ids(`/groups/${inner}/memberOf`)).toEqual([outer]);
    expect(call('GET', `/users/${ann}/manager/$ref`).body['@odata.id']).toBe(`https://graph.microsoft.com/v1.0/directoryObjects/${boss}`);
  });

  it('gives and checks group ids, with roles where objects are asked for', () => {
    const { call, user, group, directory } = graphRig();
    const ann = user('ann');
    const [plain, team] = [group('plain', { 'members@odata.bind': [ref(ann)['@odata.id']] }), group('team', { mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'], 'members@odata.bind': [ref(ann)['@odata.id']] })];
    const outer = group('outer', { 'members@odata.bind': [ref(plain)['@odata.id']] });
    const role = directory.roles[0];
    role?.memberIds.add(ann);
    const post = (path: string, body: object) => call('POST', path, body).body;
    expect(new Set(post(`/users/${ann}/getMemberGroups`, { securityEnabledOnly: false }).value)).toEqual(new Set([plain, team, outer]));
    expect(new Set(post(`/users/${ann}/microsoft.graph.getMemberGroups`, { securityEnabledOnly: true }).value)).toEqual(new Set([plain, outer]));
    expect(post(`/users/${ann}/getMemberObjects`, { securityEnabledOnly: true }).value).toContain(role?.id);
    expect(post(`/users/${ann}/checkMemberGroups`, { groupIds: [outer, NOBODY, role?.id] }).value).toEqual([outer]);
    expect(post(`/users/${ann}/checkMemberObjects`, { ids: [outer, role?.id] }).value).toEqual([outer, role?.id]);
    expect(post(`/directoryObjects/${ann}/checkMemberObjects`, { ids: [plain] }).value).toEqual([plain]);
    expect(post(`/groups/${plain}/getMemberGroups`, { securityEnabledOnly: true }).error?.code).toBe('Request_BadRequest');
    expect(post(`/users/${ann}/checkMemberGroups`, { groupIds: Array.from({ length: 21 }, () => NOBODY) }).error?.code).toBe('Request_BadRequest');
    expect(post(`/users/${ann}/checkMemberGroups`, { groupIds: ['x'] }).error?.code).toBe('Request_BadRequest');
  });

  it('resolves ids in one request, by type, at most a thousand', () => {
    const { call, user, group } = graphRig({ seed: odd });
    const [ann, team] = [user('ann'), group('team')];
    const contact = 'aaaaaaaa-0000-4000-8000-0000000000c1';
    const ask = (body: object, path = '/directoryObjects/getByIds') => call('POST', path, body);
    const types = (body: object, path?: string) => ask(body, path).body.value?.map((v) => v['@odata.type']).toSorted();
    const ids = [ann, team, contact, NOBODY, ann.toUpperCase()];
    expect(types({ ids })).toEqual(['#microsoft.graph.group', '#microsoft.graph.orgContact', '#microsoft.graph.user']);
    expect(types({ ids, types: ['user', 'microsoft.graph.group', 'device'] }, '/users/getByIds')).toEqual(['#microsoft.graph.group', '#microsoft.graph.user']);
    expect(Object.keys(ask({ ids: [ann] }, '/directoryObjects/microsoft.graph.getByIds?$select=id,city').body.value?.[0] ?? {})).toEqual(['@odata.type', 'id', 'city']);
    expect(ask({ ids: Array.from({ length: 1001 }, () => ann) }).body.error).toMatchObject({ code: 'Request_BadRequest', message: "Number of included identifiers cannot exceed '1000'." });
    expect(ask({ ids: ['x'] }).status).toBe(400);
    expect(ask({ ids: [ann], types: ['moon'] }).status).toBe(400);
  });

  it('ends sessions, retries services, and shows licences', () => {
    const { call, user } = graphRig();
    const ann = user('ann');
    const ended = call('POST', `/users/${ann}/revokeSignInSessions`);
    expect([ended.status, ended.body['value']]).toEqual([200, true]);
    expect(call('GET', `/users/${ann}?$select=signInSessionsValidFromDateTime`).body['signInSessionsValidFromDateTime']).toBe('2026-11-02T08:00:00Z');
    expect(call('POST', `/users/${ann}/retryServiceProvisioning`).status).toBe(204);
    expect(call('GET', `/users/${ann}/licenseDetails`).body.value).toEqual([]);
    expect(call('POST', `/users/${ann}/revokeSignInSessions`, undefined, { as: { permissions: ['User.ReadWrite.All'] } }).status).toBe(403);
  });

  it('hands a synchronised object to the cloud and back, with a permission of its own', () => {
    const { call, user } = graphRig({ seed: odd });
    const synced = 'synced@example.com';
    const as = { permissions: [...ALL, 'User-OnPremisesSyncBehavior.ReadWrite.All', 'Group-OnPremisesSyncBehavior.ReadWrite.All', 'Contacts-OnPremisesSyncBehavior.ReadWrite.All'] };
    expect(call('GET', `/users/${synced}/onPremisesSyncBehavior`).status).toBe(403);
    expect(call('PATCH', `/users/${synced}/onPremisesSyncBehavior`, { isCloudManaged: true }).status).toBe(403);
    expect(call('PATCH', `/users/${synced}`, { city: 'Oslo' }).status).toBe(400);
    expect(call('PATCH', `/users/${synced}/onPremisesSyncBehavior`, { isCloudManaged: true }, { as }).status).toBe(204);
    expect(call('GET', `/users/${synced}/onPremisesSyncBehavior`, undefined, { as }).body).toMatchObject({ id: 'aaaaaaaa-0000-4000-8000-00000000000b', isCloudManaged: true });
    expect(call('PATCH', `/users/${synced}`, { city: 'Oslo' }).status).toBe(204);
    expect(call('PATCH', `/users/${synced}/onPremisesSyncBehavior`, { isCloudManaged: false }, { as }).status).toBe(204);
    expect(call('PATCH', `/users/${synced}`, { city: 'Bergen' }).body.error?.message).toContain('on-premises mastered');
    expect(call('PATCH', `/users/${user('ann')}/onPremisesSyncBehavior`, { isCloudManaged: true }, { as }).status).toBe(400);
    expect(call('PATCH', `/users/${synced}/onPremisesSyncBehavior`, { isCloudManaged: 'yes' }, { as }).status).toBe(400);
    expect(call('GET', '/groups/aaaaaaaa-0000-4000-8000-0000000000d2/onPremisesSyncBehavior', undefined, { as }).body['isCloudManaged']).toBe(false);
    expect(call('GET', '/contacts/aaaaaaaa-0000-4000-8000-0000000000c1/onPremisesSyncBehavior', undefined, { as }).body['isCloudManaged']).toBe(false);
  });

  it('reads contacts and what hangs on them, and lets nobody write them', () => {
    const { call, user, group } = graphRig({ seed: odd });
    const contact = 'aaaaaaaa-0000-4000-8000-0000000000c1';
    const ann = user('ann');
    const team = group('team', { 'members@odata.bind': [ref(contact)['@odata.id']] });
    call('PUT', `/users/${ann}/manager/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/contacts/${contact}` });
    expect(call('GET', `/contacts/${contact}/memberOf`).body.value?.map((v) => v['id'])).toEqual([team]);
    expect(call('GET', `/contacts/${contact}/directReports`).body.value?.map((v) => v['id'])).toEqual([ann]);
    expect(call('GET', `/contacts/${contact}/manager`).status).toBe(404);
    expect(call('GET', `/users/${ann}/manager`).body['@odata.type']).toBe('#microsoft.graph.orgContact');
    for (const [method, path] of [['POST', '/contacts'], ['PATCH', `/contacts/${contact}`], ['DELETE', `/contacts/${contact}`]] as const) {
      expect(call(method, path, method === 'DELETE' ? undefined : { displayName: 'x' }).body.error).toMatchObject({ code: 'Request_BadRequest', message: 'Specified HTTP method is not allowed for the request target.' });
    }
    expect(call('POST', `/contacts/${contact}/retryServiceProvisioning`).status).toBe(204);
  });

  it('takes references to users, contacts and directoryObjects of this service only', () => {
    const { call, user, group } = graphRig();
    const [boss, ann] = [user('boss'), user('ann')];
    const put = (id: unknown) => call('PUT', `/users/${ann}/manager/$ref`, { '@odata.id': id });
    for (const address of [`https://graph.microsoft.com/v1.0/users/${boss}`, `https://graph.microsoft.com/beta/directoryObjects('${boss}')`]) expect(put(address).status).toBe(204);
    expect(put(`https://graph.microsoft.com/v1.0/teams/${boss}`).body.error?.message).toBe('Invalid URL format specified in @odata.id.');
    expect(put(undefined).status).toBe(400);
    expect(put(`https://graph.microsoft.com/v1.0/groups/${group('team')}`).status).toBe(404);
    expect(call('PUT', `/users/${ann}/manager`, ref(boss)).status).toBe(405);
    expect(call('POST', `/users/${ann}/manager/$ref`, ref(boss)).status).toBe(405);
  });

  it('restores under another name, and gives up addresses that were taken', () => {
    const { call, user, directory } = graphRig();
    const ann = user('ann', { mail: 'ann@example.com' });
    const object = directory.user.get(ann);
    call('DELETE', `/users/${ann}`);
    const other = user('other');
    const taker = directory.user.get(other);
    if (taker) directory.update(taker, { ...taker.properties, proxyAddresses: ['SMTP:ann@example.com'], userPrincipalName: 'ann@example.com' });
    const restore = (body?: object) => call('POST', `/directory/deletedItems/${ann}/restore`, body);
    expect(restore().body.error?.details?.[0]?.target).toBe('userPrincipalName');
    expect(restore({ newUserPrincipalName: 'ann2@example.com' }).body.error?.details?.[0]?.target).toBe('proxyAddresses');
    expect(restore({ newUserPrincipalName: 'ann2@nowhere.example' }).status).toBe(400);
    expect(restore({ newUserPrincipalName: 'ann2@example.com', autoReconcileProxyConflict: true }).status).toBe(200);
    expect(object?.properties).toMatchObject({ userPrincipalName: 'ann2@example.com', proxyAddresses: [] });
  });
});
