import { describe, expect, it } from 'vitest';
import { graphWrites } from '../../../electron/engines/tenant/graph/writes.ts';
import { permissionsFor } from '../../../electron/engines/tenant/sign-in/permissions.ts';
import { graphRig, type As } from './graph-rig.ts';
import { bindTo, newUser, odd, ref } from './support.ts';

const ADMIN = 'aaaaaaaa-0000-4000-8000-00000000000a';
const CONTACT = 'aaaaaaaa-0000-4000-8000-0000000000c1';
const DENIED = { code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' };
const group = { displayName: 'g', mailEnabled: false, mailNickname: 'g', securityEnabled: true };

describe('permissions of an application', () => {
  it.each([
    ['GET', '/users', undefined, ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All'], ['Group.Read.All', 'User.DeleteRestore.All']],
    ['POST', '/users', newUser('x'), ['User.ReadWrite.All', 'Directory.ReadWrite.All'], ['User.Read.All', 'User.DeleteRestore.All', 'Group.ReadWrite.All']],
    ['PATCH', '/users/{user}', { city: 'Oslo' }, ['User.ReadWrite.All', 'Directory.ReadWrite.All'], ['Directory.Read.All', 'User.EnableDisableAccount.All']],
    ['DELETE', '/users/{user}', undefined, ['User.ReadWrite.All', 'User.DeleteRestore.All'], ['Directory.ReadWrite.All']],
    ['POST', '/directory/deletedItems/{gone}/restore', undefined, ['User.DeleteRestore.All'], ['User.ReadWrite.All', 'Directory.ReadWrite.All']],
    ['DELETE', '/directory/deletedItems/{gone}', undefined, ['User.DeleteRestore.All'], ['User.ReadWrite.All', 'Directory.ReadWrite.All']],
    ['POST', '/directory/deletedItems/{goneGroup}/restore', undefined, ['Group.ReadWrite.All'], ['Directory.ReadWrite.All', 'User.DeleteRestore.All']],
    ['GET', '/groups', undefined, ['Group.Read.All', 'GroupMember.Read.All', 'Directory.Read.All'], ['User.Read.All']],
    ['POST', '/groups', group, ['Group.Create', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'], ['GroupMember.ReadWrite.All', 'Group.Read.All']],
    ['PATCH', '/groups/{group}', { description: 'x' }, ['Group.ReadWrite.All', 'Directory.ReadWrite.All'], ['GroupMember.ReadWrite.All', 'Group.Create']],
    ['DELETE', '/groups/{group}', undefined, ['Group.ReadWrite.All'], ['Directory.ReadWrite.All']],
    ['POST', '/groups/{group}/members/$ref', ref(ADMIN), ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'], ['Group.Read.All', 'User.ReadWrite.All']],
    ['PATCH', '/groups/{group}', bindTo([ADMIN]), ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All'], ['GroupMember.Read.All']],
    ['POST', '/groups/{group}/owners/$ref', ref(ADMIN), ['Group.ReadWrite.All', 'Directory.ReadWrite.All'], ['GroupMember.ReadWrite.All']],
    ['PUT', '/users/{user}/manager/$ref', ref(ADMIN), ['User.ReadWrite.All', 'Directory.ReadWrite.All'], ['User.Read.All']],
    ['GET', '/contacts', undefined, ['OrgContact.Read.All', 'Directory.Read.All'], ['User.Read.All', 'Group.Read.All']],
    ['POST', `/contacts/${CONTACT}/retryServiceProvisioning`, undefined, ['Directory.ReadWrite.All'], ['OrgContact.Read.All']],
    ['GET', '/organization', undefined, ['Organization.Read.All', 'Directory.Read.All'], ['User.Read.All']],
    ['GET', '/domains', undefined, ['Domain.Read.All', 'Directory.Read.All'], ['User.Read.All']],
    ['GET', '/subscribedSkus', undefined, ['Organization.Read.All', 'LicenseAssignment.Read.All'], ['User.Read.All']],
    ['GET', '/directoryRoles', undefined, ['RoleManagement.Read.Directory', 'Directory.Read.All'], ['User.Read.All']],
    ['GET', '/directoryObjects/{user}', undefined, ['Directory.Read.All'], ['User.Read.All']],
    ['POST', '/users/{user}/revokeSignInSessions', undefined, ['Directory.ReadWrite.All', 'User.RevokeSessions.All'], ['User.ReadWrite.All']],
  ])('%s %s', (method, path, body, enough, tooLittle) => {
    for (const permission of [...enough, ...tooLittle]) {
      const rig = graphRig({ seed: odd });
      const gone = rig.user('gone');
      const goneGroup = rig.group('goneGroup');
      rig.call('DELETE', `/users/${gone}`);
      rig.call('DELETE', `/groups/${goneGroup}`);
      const address = path.replace('{user}', rig.user('ann')).replace('{group}', rig.group('team')).replace('{goneGroup}', goneGroup).replace('{gone}', gone);
      const answer = rig.call(method, address, body, { as: { permissions: [permission] } });
      if (enough.includes(permission)) expect([permission, answer.status < 300]).toEqual([permission, true]);
      else expect([permission, answer.status, answer.body.error]).toMatchObject([permission, 403, DENIED]);
    }
  });

  it('for single properties may be narrower, and a new password has its own', () => {
    const { call, user } = graphRig();
    const id = user('ann');
    const patch = (body: object, ...permissions: string[]) => call('PATCH', `/users/${id}`, body, { as: { permissions } }).status;
    expect(patch({ accountEnabled: false }, 'User.EnableDisableAccount.All', 'User.Read.All')).toBe(204);
    expect(patch({ accountEnabled: false }, 'User.EnableDisableAccount.All')).toBe(403);
    expect(patch({ accountEnabled: false, city: 'Oslo' }, 'User.EnableDisableAccount.All', 'User.Read.All')).toBe(403);
    expect(patch({ otherMails: ['a@b.example'] }, 'User-Mail.ReadWrite.All', 'User.Read.All')).toBe(204);
    expect(patch({ mobilePhone: '1', businessPhones: ['2'] }, 'User-Phone.ReadWrite.All', 'User.Read.All')).toBe(204);
    const password = { passwordProfile: { password: 'Long-enough-8' } };
    expect(patch(password, 'User.ReadWrite.All', 'Directory.ReadWrite.All')).toBe(403);
    expect(patch(password, 'User-PasswordProfile.ReadWrite.All', 'User.Read.All')).toBe(204);
    expect(patch({ passwordProfile: { password: 'weak' } }, 'User-PasswordProfile.ReadWrite.All', 'User.Read.All')).toBe(400);
    expect(patch({ employeeLeaveDateTime: '2027-01-01T00:00:00Z' }, 'User.ReadWrite.All')).toBe(403);
    expect(patch({ employeeLeaveDateTime: '2027-01-01T00:00:00Z' }, 'User.ReadWrite.All', 'User-LifeCycleInfo.ReadWrite.All')).toBe(204);
  });

  it('hide what may not be read behind type and id', () => {
    const { call, user, group: make } = graphRig({ seed: odd });
    const ann = user('ann');
    const team = make('team', bindTo([ann, CONTACT]));
    const shown = (...permissions: string[]) => call('GET', `/groups/${team}/members?$select=id,displayName`, undefined, { as: { permissions } }).body.value;
    expect(shown('GroupMember.Read.All')).toEqual([{ '@odata.type': '#microsoft.graph.orgContact', id: CONTACT, displayName: null }, { '@odata.type': '#microsoft.graph.user', id: ann, displayName: null }]);
    expect(shown('GroupMember.Read.All', 'User.Read.All')?.map((v) => v['displayName'])).toEqual([null, 'ann']);
    expect(shown('Directory.Read.All')?.map((v) => v['displayName'])).toEqual(['Partner', 'ann']);
    const found = (...permissions: string[]) => call('POST', '/directoryObjects/getByIds', { ids: [ann, team] }, { as: { permissions } });
    expect(found('User.Read.All').body.value?.map((v) => v['id'])).toEqual([ann]);
    expect(found('Organization.Read.All').status).toBe(403);
    const bound = (...permissions: string[]) => call('POST', '/groups', { ...group, ...bindTo([ann]) }, { as: { permissions } }).status;
    expect([bound('Group.Create'), bound('Group.Create', 'User.Read.All')]).toEqual([403, 201]);
  });
});

describe('an application with what this product asks an administrator for', () => {
  it('can do what this product does, and nothing else', () => {
    const own = permissionsFor({ readOnly: false, type: 'application' }).filter((p) => p.api === 'Microsoft Graph').map((p) => p.permission);
    const { call, user, group: make } = graphRig({ seed: odd });
    const as = { as: { permissions: own } };
    const [boss, ann, gone, team] = [user('boss'), user('ann'), user('gone'), make('team')];
    const goneGroup = make('goneGroup');
    const writes = graphWrites('global');
    const all = [
      writes.create('user', newUser('new')), writes.update('user', ann, { city: 'Oslo', accountEnabled: false, mobilePhone: '1', otherMails: ['a@b.example'] }), writes.setManager(ann, boss), writes.clearManager(ann),
      writes.create('group', { ...group, ...bindTo([ann, CONTACT]) }), writes.update('group', team, { description: 'x' }), writes.addMembers(team, [ann, boss]), writes.addMember(team, CONTACT), writes.removeMember(team, ann),
      writes.delete('user', gone), writes.restore(gone), writes.delete('group', goneGroup), writes.restore(goneGroup), writes.delete('user', gone), writes.purge(gone), writes.delete('group', goneGroup), writes.purge(goneGroup),
    ];
    for (const { method, url, body } of all) expect([method, url, call(method, url, body, as).status < 300]).toEqual([method, url, true]);
    for (const path of ['/users', '/groups', '/contacts', `/groups/${team}/members`, '/directory/deletedItems/microsoft.graph.user', '/directory/deletedItems/microsoft.graph.group', '/organization', '/domains', '/subscribedSkus', '/directoryRoles', `/users/${ann}/memberOf`]) {
      expect([path, call('GET', path, undefined, as).status]).toEqual([path, 200]);
    }
    expect(call('GET', `/groups/${team}/members`, undefined, as).body.value?.every((v) => v['displayName'] !== null)).toBe(true);
    expect(call('PATCH', `/users/${ann}`, { passwordProfile: { password: 'Long-enough-8' } }, as).status).toBe(403);
    expect(call('GET', `/directoryObjects/${ann}`, undefined, as).status).toBe(403);
  });
});

describe('administrators', () => {
  const patch = (as: As, body: object) => graphRig({ seed: odd }).call('PATCH', `/users/${ADMIN}`, body, { as });

  it.each([[{ accountEnabled: false }], [{ businessPhones: ['1'] }], [{ mobilePhone: '1' }], [{ onPremisesImmutableId: 'QUJD' }], [{ otherMails: ['a@b.example'] }], [{ userPrincipalName: 'new@example.com' }]])('are protected from %j by an application', (body) => {
    expect(patch({}, body)).toMatchObject({ status: 403, body: { error: DENIED } });
    expect(patch({}, { ...body, city: 'Oslo' }).status).toBe(403);
    expect(patch({ user: ADMIN }, body).status).toBe(403);
    expect(patch({ user: ADMIN, permissions: ['User.ReadWrite.All', 'Directory.AccessAsUser.All'] }, body).status).toBe(204);
  });

  it('may be changed otherwise, and not deleted or restored', () => {
    const { call, directory } = graphRig({ seed: odd });
    expect(call('PATCH', `/users/${ADMIN}`, { city: 'Oslo' }).status).toBe(204);
    expect(call('DELETE', `/users/${ADMIN}`).status).toBe(403);
    const object = directory.user.get(ADMIN);
    if (object) directory.softDelete(object);
    expect(call('POST', `/directory/deletedItems/${ADMIN}/restore`).status).toBe(403);
    expect(call('DELETE', `/directory/deletedItems/${ADMIN}`).status).toBe(403);
  });
});

describe('a signed-in person', () => {
  it('writes with a directory role only, and reads by the scopes of the application', () => {
    const { call, user } = graphRig({ seed: odd });
    const ann = user('ann');
    const plain = { as: { user: ann, administrator: false } };
    expect(call('GET', '/users', undefined, plain).status).toBe(200);
    expect(call('POST', '/users', newUser('x'), plain).body.error).toMatchObject(DENIED);
    expect(call('POST', `/users/${ann}/revokeSignInSessions`, undefined, plain).status).toBe(403);
    expect(call('POST', '/users', newUser('x'), { as: { user: ADMIN } }).status).toBe(201);
    expect(call('GET', '/me?$select=id', undefined, plain).body['id']).toBe(ann);
    expect(call('GET', '/me/memberOf', undefined, plain).body.value).toEqual([]);
    expect(call('GET', '/me').body.error).toMatchObject({ code: 'Request_BadRequest', message: '/me request is only valid with delegated authentication flow.' });
    expect(call('POST', `/users/${ann}/revokeSignInSessions`, undefined, { as: { user: ADMIN, permissions: ['User.ReadWrite.All'] } }).status).toBe(200);
  });
});

describe('a person who is gone', () => {
  it('is refused although the token has not expired', () => {
    const { call, user } = graphRig();
    const ann = user('ann');
    const asAnn = { as: { user: ann } };
    expect(call('GET', '/users', undefined, asAnn).status).toBe(200);
    call('PATCH', `/users/${ann}`, { accountEnabled: false });
    expect(call('GET', '/users', undefined, asAnn)).toMatchObject({ status: 403, body: { error: { code: 'Authorization_IdentityDisabled' } } });
    call('DELETE', `/users/${ann}`);
    expect(call('GET', '/users', undefined, asAnn)).toMatchObject({ status: 403, body: { error: { code: 'Authorization_IdentityNotFound' } } });
  });
});

describe('the envelope of a refusal', () => {
  it('has code, message, details where there are some, and an inner error with both ids and the date', () => {
    const { call } = graphRig();
    const mine = { headers: { 'client-request-id': '11111111-2222-4333-8444-555555555555' } };
    const missing = call('GET', '/users/nobody@example.com', undefined, mine);
    expect(missing.body).toEqual({
      error: {
        code: 'Request_ResourceNotFound', message: "Resource 'nobody@example.com' does not exist or one of its queried reference-property objects are not present.",
        innerError: { date: '2026-11-02T08:00:00', 'request-id': missing.headers['request-id'], 'client-request-id': '11111111-2222-4333-8444-555555555555' },
      },
    });
    expect(missing.headers['client-request-id']).toBe('11111111-2222-4333-8444-555555555555');
    const refused = call('POST', '/users', {});
    expect(Object.keys(refused.body.error ?? {})).toEqual(['code', 'message', 'details', 'innerError']);
    expect(refused.body.error?.innerError['client-request-id']).toBe(refused.headers['request-id']);
  });

  it.each([
    ['GET', '/moons', 400, 'BadRequest', "Resource not found for the segment 'moons'."], ['GET', '/users/x/moons', 400, 'BadRequest', "Resource not found for the segment 'moons'."], ['PUT', '/users', 405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.'],
    ['POST', '/users', 400, 'BadRequest', 'Empty Payload. JSON content expected.'], ['GET', '/users?$moon=1', 400, 'BadRequest', "The query parameter '$moon' is not supported."], ['GET', '/groups/x', 400, 'Request_BadRequest', "Invalid object identifier 'x'."],
    ['POST', '/directoryObjects/validateProperties', 501, 'NotImplemented', 'The simulator does not offer the naming policy of groups.'],
  ])('of %s %s', (method, path, status, code, message) => {
    const { call } = graphRig();
    const { status: got, body } = call(method, path);
    expect([got, body.error?.code, body.error?.message]).toEqual([status, code, message]);
  });

  it('tells of what the tenant has none of, and of names and addresses in a domain', () => {
    const { call, user } = graphRig({ seed: odd });
    const ann = user('ann', { userPrincipalName: 'ann@odd.onmicrosoft.com', mail: 'ann@fed.example.com' });
    expect(call('GET', '/contracts').body.value).toEqual([]);
    expect(call('GET', '/domains/fed.example.com/domainNameReferences?$select=id').body.value?.map((v) => v['id'])).toEqual([ann]);
    expect(call('GET', '/domains/example.com/domainNameReferences?$select=id').body.value).toHaveLength(3);
  });
});
