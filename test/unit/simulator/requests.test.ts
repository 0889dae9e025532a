import { describe, expect, it } from 'vitest';
import { ALL, graphRig } from './graph-rig.ts';
import { odd, ref } from './support.ts';

const EVENTUAL = { headers: { consistencylevel: 'eventual' } };
const PASSWORDS = [...ALL, 'User-PasswordProfile.ReadWrite.All'];

describe('query options', () => {
  it.each(['filter', 'select', 'top', 'expand', 'orderby', 'search', 'count', 'anything'])('are refused without their dollar sign: %s', (name) => {
    const { call, user, batch } = graphRig();
    const id = user('ann');
    const refused = { code: 'Request_BadRequest', message: `Unrecognized query argument specified: '${name}'.` };
    for (const path of ['/users', `/users/${id}`, '/directory/deletedItems/microsoft.graph.user']) expect(call('GET', `${path}?${name}=1`)).toMatchObject({ status: 400, body: { error: refused } });
    expect(batch([{ id: '1', method: 'GET', url: `/users?$select=id&${name}=1` }])['1']).toMatchObject({ status: 400, body: { error: refused } });
  });

  it.each([
    ['/organization', '$filter=displayName eq \'x\''], ['/domains', '$orderby=id'], ['/directoryRoles', '$filter=displayName eq \'x\''], ['/directoryRoles', '$expand=members'], ['/roleManagement/directory/roleAssignments', '$filter=principalId eq \'x\''],
    ['/subscribedSkus', '$search="x"'], ['/contracts', '$skip=1'], ['/organization', '$select=id,marketingNotificationEmails'], [`/directoryRoles/${odd.roles?.[0]?.id ?? ''}/members`, '$filter=id eq \'x\''],
  ])('that %s does not offer here are refused with 501 instead of ignored: %s', (path, option) => {
    const { call } = graphRig({ seed: odd });
    expect(call('GET', `${path}?${option}`)).toMatchObject({ status: 501, body: { error: { code: 'NotImplemented' } } });
  });

  it('that need no size are never paged', () => {
    const { call } = graphRig({ seed: odd });
    for (const path of ['/organization', '/domains', '/directoryRoles', '/subscribedSkus', '/roleManagement/directory/roleAssignments']) {
      expect(call('GET', `${path}?$top=5`).body.error?.code).toBe('Request_UnsupportedQuery');
      expect(call('GET', `${path}?$count=true`).status).toBe(200);
      expect(call('GET', `${path}?$count=true`, undefined, EVENTUAL).status).toBe(501);
    }
    expect(call('GET', '/domains?$select=id').body.value?.[0]).toEqual({ id: 'odd.onmicrosoft.com' });
  });
});

describe('a new password', () => {
  it('sets its date and ends sessions to the millisecond; another change of the profile does neither', () => {
    const { call, user, clock } = graphRig();
    const ann = user('ann');
    const created = { lastPasswordChangeDateTime: '2026-11-02T08:00:00Z', signInSessionsValidFromDateTime: null };
    const times = () => call('GET', `/users/${ann}?$select=lastPasswordChangeDateTime,signInSessionsValidFromDateTime`).body;
    clock.advance(60_123);
    expect(call('PATCH', `/users/${ann}`, { passwordProfile: { forceChangePasswordNextSignIn: true } }, { as: { permissions: PASSWORDS } }).status).toBe(204);
    expect(call('PATCH', `/users/${ann}`, { passwordProfile: null }, { as: { permissions: PASSWORDS } }).status).toBe(204);
    expect(times()).toMatchObject(created);
    expect(call('PATCH', `/users/${ann}`, { passwordProfile: { password: 'Another-good-1' } }).status).toBe(403);
    expect(times()).toMatchObject(created);
    expect(call('PATCH', `/users/${ann}`, { passwordProfile: { password: 'Another-good-1' } }, { as: { permissions: PASSWORDS } }).status).toBe(204);
    expect(times()).toMatchObject({ lastPasswordChangeDateTime: '2026-11-02T08:01:00Z', signInSessionsValidFromDateTime: '2026-11-02T08:01:00.123Z' });
  });
});

describe('names that others hold', () => {
  it('are refused as mail when they are the user principal name of another, never of oneself', () => {
    const { call, user } = graphRig({ seed: odd });
    const ann = user('ann');
    expect(call('PATCH', `/users/${ann}`, { mail: 'ADMIN@example.com' }).body.error?.details?.[0]).toMatchObject({ code: 'ObjectConflict', target: 'proxyAddresses' });
    expect(call('PATCH', `/users/${ann}`, { mail: 'ann@example.com' }).status).toBe(204);
  });

  it('are refused at a restoration when they became an address of another', () => {
    const { call, user } = graphRig();
    const ann = user('ann');
    const bob = user('bob', { mail: 'bob@example.com' });
    call('DELETE', `/users/${ann}`);
    const restore = (newUserPrincipalName?: string) => call('POST', `/directory/deletedItems/${ann}/restore`, newUserPrincipalName === undefined ? undefined : { newUserPrincipalName });
    call('PATCH', `/users/${bob}`, { userPrincipalName: 'robert@example.com' });
    expect(restore('bob@example.com').body.error?.details?.[0]?.target).toBe('proxyAddresses');
    call('PATCH', `/users/${bob}`, { mail: 'ann@example.com' });
    expect(restore().body.error?.details?.[0]?.target).toBe('proxyAddresses');
    expect(restore('annie@example.com').status).toBe(200);
  });

  it('are refused as anchors while their holder is in the recycle bin, and free once it is gone', () => {
    const { call, user } = graphRig();
    const ann = user('ann', { onPremisesImmutableId: 'QQ==' });
    const bob = user('bob');
    const take = () => call('PATCH', `/users/${bob}`, { onPremisesImmutableId: 'QQ==' });
    expect(take().status).toBe(400);
    call('DELETE', `/users/${ann}`);
    expect(take().body.error?.details?.[0]?.target).toBe('onPremisesImmutableId');
    call('POST', `/directory/deletedItems/${ann}/restore`);
    expect(take().status).toBe(400);
    call('PATCH', `/users/${ann}`, { onPremisesImmutableId: null });
    expect(take().status).toBe(204);
    call('DELETE', `/users/${bob}`);
    call('DELETE', `/directory/deletedItems/${bob}`);
    expect(call('PATCH', `/users/${ann}`, { onPremisesImmutableId: 'QQ==' }).status).toBe(204);
  });

  it.each(['.ann', 'ann.', 'a..n'])('are no user principal names with a point out of place: %s', (prefix) => {
    const { call, user } = graphRig();
    expect(call('PATCH', `/users/${user('ann')}`, { userPrincipalName: `${prefix}@example.com` }).body.error?.message).toBe('Property userPrincipalName is invalid.');
  });
});

describe('a group', () => {
  it('without mail keeps its security, one of Microsoft 365 may lose it', () => {
    const { call, group } = graphRig();
    const plain = group('plain');
    const team = group('team', { mailEnabled: true, securityEnabled: true, groupTypes: ['Unified'] });
    expect(call('PATCH', `/groups/${plain}`, { securityEnabled: false }).body.error?.details?.[0]?.target).toBe('securityEnabled');
    expect(call('PATCH', `/groups/${team}`, { securityEnabled: false }).status).toBe(204);
  });
});

describe('loops of groups', () => {
  it('are taken, and everything that follows them ends where it began', () => {
    const { call, group, user } = graphRig();
    const [a, b, ann] = [group('a'), group('b'), user('ann')];
    for (const [to, id] of [[a, b], [b, a], [b, ann]] as const) expect(call('POST', `/groups/${to}/members/$ref`, ref(id)).status).toBe(204);
    expect(call('GET', `/groups/${a}/transitiveMembers?$select=id`).body.value?.map((m) => m['id']).toSorted()).toEqual([a, b, ann].toSorted());
    expect(call('POST', `/users/${ann}/getMemberGroups`, {}).body.value).toHaveLength(2);
  });
});

describe('requests of a batch on one object', () => {
  it.each([
    ['a user by name, with percent signs', (id: string) => [`/users/${id}`, '/users/ann%40example.com']],
    ['objects in the recycle bin by their type', (id: string) => [`/directory/deletedItems/microsoft.graph.user/${id}`, `/directory/deletedItems/${id}`]],
  ])('collide now and then: %s', (_, paths) => {
    const seen = new Set<number>();
    for (let luck = 1; luck <= 12; luck++) {
      const { user, call, batch } = graphRig({ luck });
      const id = user('ann');
      const [one = '', other = ''] = paths(id);
      if (one.includes('deletedItems')) call('DELETE', `/users/${id}`);
      const write = (key: string, url: string) => ({ id: key, ...(one.includes('deletedItems') ? { method: 'DELETE', url } : { method: 'PATCH', url, headers: { 'content-type': 'application/json' }, body: { city: key } }) });
      for (const { status } of Object.values(batch([write('1', one), write('2', other)]))) seen.add(status);
    }
    expect(seen).toContain(409);
    expect(seen).toContain(204);
  });

  it('do not collide in the recycle bin when they are of different objects', () => {
    for (let luck = 1; luck <= 12; luck++) {
      const { user, call, batch } = graphRig({ luck });
      const ids = [user('ann'), user('bob')];
      for (const id of ids) call('DELETE', `/users/${id}`);
      const answers = batch(ids.map((id, i) => ({ id: String(i), method: 'DELETE', url: `/directory/deletedItems/microsoft.graph.user/${id}` })));
      expect(Object.values(answers).map((a) => a.status)).toEqual([204, 204]);
    }
  });

  it('do not collide with one that was refused', () => {
    for (let luck = 1; luck <= 12; luck++) {
      const { user, batch } = graphRig({ luck });
      const id = user('ann');
      const write = (key: string, city: string) => ({ id: key, method: 'PATCH', url: `/users/${id}`, headers: { 'content-type': 'application/json' }, body: { city } });
      const statuses = Object.values(batch([write('1', 'x'.repeat(200)), write('2', 'y'.repeat(200))])).map((a) => a.status);
      expect(statuses).toEqual([400, 400]);
    }
  });
});
