import { describe, expect, it } from 'vitest';
import { graphRig, unified } from './graph-rig.ts';
import { bindTo, newUser, ref } from './support.ts';

const LAG = 5000;
const lagging = () => graphRig({ lagMs: LAG });

describe('reads after writes', () => {
  it('miss a new user for a while, and so do writes and references', () => {
    const { call, user, group, clock } = lagging();
    const [boss, team] = [user('boss'), group('team')];
    clock.advance(LAG + 1);
    const ann = user('ann');
    const late = [
      call('GET', `/users/${ann}`), call('GET', '/users/ann@example.com'), call('PATCH', `/users/${ann}`, { city: 'Oslo' }), call('DELETE', `/users/${ann}`), call('PUT', `/users/${ann}/manager/$ref`, ref(boss)),
      call('PUT', `/users/${boss}/manager/$ref`, ref(ann)), call('POST', `/groups/${team}/members/$ref`, ref(ann)), call('PATCH', `/groups/${team}`, bindTo([boss, ann])), call('POST', '/groups', { ...unified('g'), ...bindTo([ann]) }), call('POST', `/users/${ann}/assignLicense`, { addLicenses: [], removeLicenses: [] }),
    ];
    expect(late.map((a) => [a.status, a.body.error?.code])).toEqual(late.map(() => [404, 'Request_ResourceNotFound']));
    expect(call('GET', '/users?$select=id').body.value?.map((v) => v['id'])).not.toContain(ann);
    // What was written counts all the same.
    expect(call('POST', '/users', newUser('ann')).body.error?.details?.[0]?.target).toBe('userPrincipalName');
    clock.advance(LAG + 1);
    expect(call('PATCH', `/users/${ann}`, { city: 'Oslo' }).status).toBe(204);
    expect(call('PATCH', `/groups/${team}`, bindTo([boss, ann])).status).toBe(204);
  });

  it('see values, members, owners, managers and memberships of before', () => {
    const { call, user, group, clock } = lagging();
    const [boss, ann] = [user('boss'), user('ann')];
    const team = group('team');
    clock.advance(LAG + 1);
    call('PATCH', `/users/${ann}`, { city: 'Oslo' });
    call('PUT', `/users/${ann}/manager/$ref`, ref(boss));
    call('POST', `/groups/${team}/members/$ref`, ref(ann));
    call('POST', `/groups/${team}/owners/$ref`, ref(boss));
    const seen = () => [
      call('GET', `/users/${ann}?$select=city`).body['city'], call('GET', `/users/${ann}/manager`).status, call('GET', `/groups/${team}/members`).body.value?.length, call('GET', `/groups/${team}/owners`).body.value?.length,
      call('GET', `/users/${ann}/memberOf`).body.value?.length, call('GET', `/users/${boss}/ownedObjects`).body.value?.length, call('GET', `/users/${boss}/directReports`).body.value?.length,
    ];
    expect(seen()).toEqual([null, 404, 0, 0, 0, 0, 0]);
    // The second addition is refused although no reader sees the first one.
    expect(call('POST', `/groups/${team}/members/$ref`, ref(ann)).body.error?.message).toContain('already exist');
    clock.advance(LAG + 1);
    expect(seen()).toEqual(['Oslo', 200, 1, 1, 1, 1, 1]);
  });

  it('see a deleted user for a while, but writes do not reach it, and the recycle bin shows it later', () => {
    const { call, user, group, clock } = lagging();
    const ann = user('ann');
    clock.advance(LAG + 1);
    const team = group('team', bindTo([ann]));
    clock.advance(LAG + 1);
    expect(call('DELETE', `/users/${ann}`).status).toBe(204);
    expect(call('GET', `/users/${ann}`).status).toBe(200);
    expect(call('GET', '/users/ann@example.com').status).toBe(200);
    expect(call('GET', `/groups/${team}/members`).body.value).toHaveLength(1);
    const late = [
      call('PATCH', `/users/${ann}`, { city: 'Oslo' }), call('DELETE', `/users/${ann}`), call('POST', `/groups/${team}/owners/$ref`, ref(ann)), call('GET', `/directory/deletedItems/${ann}`), call('POST', `/directory/deletedItems/${ann}/restore`),
      call('POST', `/users/${ann}/revokeSignInSessions`), call('POST', `/users/${ann}/retryServiceProvisioning`),
    ];
    expect(late.map((a) => a.status)).toEqual(late.map(() => 404));
    expect(call('GET', '/directory/deletedItems/microsoft.graph.user').body.value).toEqual([]);
    clock.advance(LAG + 1);
    expect(call('GET', `/users/${ann}`).status).toBe(404);
    expect(call('GET', `/groups/${team}/members`).body.value).toEqual([]);
    expect(call('GET', '/directory/deletedItems/microsoft.graph.user').body.value?.map((v) => v['id'])).toEqual([ann]);
    expect(call('POST', `/directory/deletedItems/${ann}/restore`).status).toBe(200);
    expect(call('GET', `/users/${ann}`).status).toBe(404);
    expect(call('GET', `/directory/deletedItems/${ann}`).status).toBe(200);
    expect(call('POST', `/directory/deletedItems/${ann}/restore`).status).toBe(404);
    expect(call('DELETE', `/directory/deletedItems/${ann}`).status).toBe(404);
    clock.advance(LAG + 1);
    expect([call('GET', `/users/${ann}`).status, call('GET', `/directory/deletedItems/${ann}`).status]).toEqual([200, 404]);
  });

  it('miss a new group for a while and see a deleted one', () => {
    const { call, group, clock } = lagging();
    const team = group('team');
    expect([call('GET', `/groups/${team}`), call('PATCH', `/groups/${team}`, { description: 'x' }), call('GET', `/groups/${team}/members`), call('DELETE', `/groups/${team}`)].map((a) => a.status)).toEqual([404, 404, 404, 404]);
    clock.advance(LAG + 1);
    expect(call('DELETE', `/groups/${team}`).status).toBe(204);
    expect(call('GET', `/groups/${team}`).status).toBe(200);
    expect([call('PATCH', `/groups/${team}`, { description: 'x' }), call('POST', `/groups/${team}/members/$ref`, ref(team)), call('DELETE', `/groups/${team}`)].map((a) => a.status)).toEqual([404, 404, 404]);
    clock.advance(LAG + 1);
    expect(call('GET', `/groups/${team}`).status).toBe(404);
  });

  it('see what is written at once without a delay', () => {
    const { call, user } = graphRig();
    const ann = user('ann');
    expect([call('GET', `/users/${ann}`).status, call('PATCH', `/users/${ann}`, { city: 'Oslo' }).status, call('GET', `/users/${ann}?$select=city`).body['city']]).toEqual([200, 204, 'Oslo']);
  });
});
