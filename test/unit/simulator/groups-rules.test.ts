import { describe, expect, it } from 'vitest';
import { ALL, graphRig, unified, type GraphRig } from './graph-rig.ts';
import { bindTo, odd, ref, newUser } from './support.ts';

const LIST = 'aaaaaaaa-0000-4000-8000-0000000000d1';
const SYNCED = 'aaaaaaaa-0000-4000-8000-0000000000d2';
const CONTACT = 'aaaaaaaa-0000-4000-8000-0000000000c1';
const security = (name: string) => ({ displayName: name, mailEnabled: false, mailNickname: name, securityEnabled: true });
const roleGroups = { as: { permissions: [...ALL, 'RoleManagement.ReadWrite.Directory'] } };
const members = ({ directory }: GraphRig, id: string): readonly string[] => [...directory.group.get(id)?.members ?? []];

describe('upsert of groups', () => {
  const PATH = "/groups(uniqueName='apps/payroll')".replace('/payroll', '-payroll');
  const prefer = { headers: { prefer: 'create-if-missing' } };

  it('creates with 201 what is missing and updates with 204 what is there', () => {
    const { call } = graphRig();
    const made = call('PATCH', PATH, security('payroll'), prefer);
    expect([made.status, made.body['uniqueName'], made.body['mailNickname'], made.headers['preference-applied']]).toEqual([201, 'apps-payroll', 'payroll', 'create-if-missing']);
    const changed = call('PATCH', "/groups/(uniqueName='APPS-payroll')", { description: 'x' }, prefer);
    expect([changed.status, changed.body]).toEqual([204, {}]);
    expect(call('GET', PATH).body).toMatchObject({ id: made.body['id'], description: 'x' });
    expect(call('GET', `${PATH}/members`).body.value).toEqual([]);
    expect(call('DELETE', PATH).status).toBe(204);
  });

  it('is an update without the header: 404 when there is none', () => {
    const { call } = graphRig();
    const reply = call('PATCH', PATH, security('payroll'));
    expect([reply.status, reply.body.error?.code]).toEqual([404, 'Request_ResourceNotFound']);
  });

  it('needs everything a creation needs', () => {
    const { call } = graphRig();
    expect(call('PATCH', PATH, { displayName: 'x' }, prefer).body.error?.message).toBe("A value is required for property 'mailEnabled' of resource 'Group'.");
    expect(call('PATCH', `/groups(uniqueName='${'x'.repeat(129)}')`, security('x'), prefer).status).toBe(400);
  });

  it('lets nobody write the name itself, and keeps that of a deleted or unseen group', () => {
    const { call, clock } = graphRig({ lagMs: 5000 });
    expect(call('POST', '/groups', { ...security('x'), uniqueName: 'x' }).body.error?.message).toBe("Property 'uniqueName' is read-only and cannot be set.");
    expect(call('PATCH', PATH, security('payroll'), prefer).status).toBe(201);
    // Not replicated yet: the second upsert does not see it and may not make it again.
    const taken = { code: 'Request_MultipleObjectsWithSameKeyValue', details: [{ code: 'ObjectConflict', target: 'uniqueName' }] };
    expect(call('PATCH', PATH, security('payroll'), prefer).body.error).toMatchObject(taken);
    clock.advance(5001);
    expect(call('DELETE', PATH).status).toBe(204);
    clock.advance(5001);
    expect(call('PATCH', PATH, security('payroll'), prefer).body.error).toMatchObject(taken);
  });
});

describe('kinds of groups', () => {
  it('are not written by Graph when Exchange or a synchronisation is their master, whatever the verb', () => {
    const { call, user } = graphRig({ seed: odd });
    const ann = user('ann');
    for (const [id, message] of [[LIST, 'Cannot Update a mail-enabled security groups and or distribution list.'], [SYNCED, 'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.']] as const) {
      for (const [method, path, body] of [
        ['PATCH', '', { description: 'x' }], ['PATCH', '', bindTo([ann])], ['DELETE', '', undefined], ['POST', '/members/$ref', ref(ann)], ['DELETE', `/members/${ann}/$ref`, undefined], ['POST', '/owners/$ref', ref(ann)], ['DELETE', `/owners/${ann}/$ref`, undefined],
      ] as const) {
        const { status, body: { error } } = call(method, `/groups/${id}${path}`, body);
        expect([method, path, status, error?.code, error?.message]).toEqual([method, path, 400, 'Request_BadRequest', message]);
      }
    }
  });

  it('give a Microsoft 365 group an address in the default domain, unique with its nickname, and free in the initial one', () => {
    const { call } = graphRig({ seed: { ...odd, tenant: { ...odd.tenant, domains: [{ name: 'odd.onmicrosoft.com', isInitial: true }, { name: 'example.com', isDefault: true }] } } });
    expect(call('POST', '/groups', unified('team')).body).toMatchObject({ mail: 'team@example.com', proxyAddresses: ['SMTP:team@example.com'] });
    expect(call('POST', '/users', { ...newUser('sales'), userPrincipalName: 'sales@odd.onmicrosoft.com' }).status).toBe(201);
    const target = (name: string) => call('POST', '/groups', unified(name)).body.error?.details?.[0]?.target;
    expect(target('TEAM')).toBe('mailNickname');
    expect(target('list')).toBe('mailNickname');
    expect(target('admin')).toBe('proxyAddresses');
    expect(target('sales')).toBe('proxyAddresses');
    // Security groups share nicknames with everybody.
    expect(call('POST', '/groups', security('team')).status).toBe(201);
  });

  it('keep the nickname of a Microsoft 365 group in the recycle bin', () => {
    const { call, group } = graphRig();
    const [team, other] = [group('team', unified('team')), group('other', unified('other'))];
    call('DELETE', `/groups/${team}`);
    expect(call('POST', '/groups', unified('team')).body.error?.details?.[0]).toMatchObject({ code: 'ObjectConflict', target: 'mailNickname' });
    expect(call('PATCH', `/groups/${other}`, { mailNickname: 'team' }).body.error?.details?.[0]?.target).toBe('mailNickname');
    expect(call('DELETE', `/directory/deletedItems/${team}`).status).toBe(204);
    expect(call('PATCH', `/groups/${other}`, { mailNickname: 'team' }).status).toBe(204);
  });

  it('let no one write the members of a dynamic group, nor a rule into another', () => {
    const { call, user, group } = graphRig();
    const ann = user('ann');
    const rule = { groupTypes: ['DynamicMembership'], membershipRule: 'user.department -eq "Sales"', membershipRuleProcessingState: 'On' };
    const [dynamic, plain] = [group('dynamic', rule), group('plain')];
    for (const reply of [call('POST', `/groups/${dynamic}/members/$ref`, ref(ann)), call('PATCH', `/groups/${dynamic}`, bindTo([ann])), call('POST', '/groups', { ...security('d2'), ...rule, ...bindTo([ann]) })]) {
      expect([reply.status, reply.body.error?.code]).toEqual([403, 'Authorization_RequestDenied']);
    }
    expect(call('POST', `/groups/${dynamic}/owners/$ref`, ref(ann)).status).toBe(204);
    expect(call('PATCH', `/groups/${plain}`, { membershipRule: 'user.city -eq "Oslo"' }).status).toBe(400);
    expect(call('PATCH', `/groups/${dynamic}`, { membershipRule: 'user.city -eq "Oslo"' }).status).toBe(204);
    expect(call('POST', '/groups', { ...security('d3'), groupTypes: ['DynamicMembership'] }).body.error?.message).toBe("A value is required for property 'membershipRule'.");
    expect(call('POST', '/groups', { ...security('d4'), ...rule, membershipRuleProcessingState: 'Off' }).status).toBe(400);
  });

  it('protect groups that can hold roles, and their members', () => {
    const { call, user, group } = graphRig();
    const [ann, inner] = [user('ann'), group('inner')];
    const body = { ...security('admins'), isAssignableToRole: true };
    expect(call('POST', '/groups', body).status).toBe(403);
    for (const wrong of [{ visibility: 'Public' }, { groupTypes: ['DynamicMembership'], membershipRule: 'x' }]) expect(call('POST', '/groups', { ...body, ...wrong }, roleGroups).status).toBe(400);
    const made = call('POST', '/groups', body, roleGroups);
    expect([made.status, made.body['visibility']]).toEqual([201, 'Private']);
    const admins = String(made.body['id']);
    expect(call('PATCH', `/groups/${admins}`, { isAssignableToRole: false }, roleGroups).status).toBe(400);
    expect(call('PATCH', `/groups/${admins}`, { visibility: 'Public' }, roleGroups).status).toBe(400);
    expect(call('POST', `/groups/${admins}/members/$ref`, ref(inner), roleGroups).status).toBe(400);
    expect(call('POST', `/groups/${admins}/members/$ref`, ref(ann)).status).toBe(403);
    expect(call('POST', `/groups/${admins}/members/$ref`, ref(ann), roleGroups).status).toBe(204);
    expect(call('PATCH', `/users/${ann}`, { accountEnabled: false }).status).toBe(403);
    expect(call('PATCH', `/users/${ann}`, { city: 'Oslo' }).status).toBe(204);
    expect(call('DELETE', `/users/${ann}`).status).toBe(403);
    const owner = user('owner');
    expect(call('POST', `/groups/${admins}/owners/$ref`, ref(owner), roleGroups).status).toBe(204);
    expect(call('PATCH', `/users/${owner}`, { accountEnabled: false }).status).toBe(403);
    expect(call('DELETE', `/groups/${admins}`).status).toBe(403);
    expect(call('DELETE', `/groups/${admins}`, undefined, roleGroups).status).toBe(204);
    expect(call('POST', `/directory/deletedItems/${admins}/restore`).status).toBe(403);
  });

  it.each([
    [{ visibility: 'Secret' }], [{ theme: 'Black' }], [{ preferredLanguage: '1' }], [{ groupTypes: ['Sorcerers'] }], [{ visibility: 'HiddenMembership' }],
  ])('refuse a value that is none: %j', (change) => {
    const { call } = graphRig();
    expect(call('POST', '/groups', { ...security('g'), ...change }).status).toBe(400);
  });

  it('hide memberships from the start or never', () => {
    const { call, group } = graphRig();
    const [hidden, open] = [group('h', { ...unified('h'), visibility: 'HiddenMembership' }), group('o', unified('o'))];
    expect(call('PATCH', `/groups/${hidden}`, { visibility: 'Public' }).status).toBe(400);
    expect(call('PATCH', `/groups/${open}`, { visibility: 'HiddenMembership' }).status).toBe(400);
    expect(call('PATCH', `/groups/${open}`, { visibility: 'Private' }).status).toBe(204);
  });

  it('take mail settings by a request of their own, from signed-in people, for Microsoft 365 groups', () => {
    const { call, group, user } = graphRig();
    const [team, plain, ann] = [group('team', unified('team')), group('plain'), user('ann')];
    const person = { as: { user: ann } };
    const settings = { hideFromAddressLists: true };
    expect(call('PATCH', `/groups/${team}`, { ...settings, description: 'x' }, person).body.error?.message).toBe('The request is currently not supported on the targeted entity set');
    expect(call('PATCH', `/groups/${plain}`, settings, person).status).toBe(400);
    expect(call('PATCH', `/groups/${team}`, settings).body.error).toMatchObject({ code: 'ErrorAccessDenied' });
    expect(call('PATCH', `/groups/${team}`, settings, person).status).toBe(200);
    expect(call('GET', `/groups/${team}?$select=hideFromAddressLists`).body['hideFromAddressLists']).toBe(true);
    expect(call('POST', '/groups', { ...unified('t2'), ...settings }).status).toBe(400);
  });

  it('leave a Microsoft 365 group of an application without owners, and make a person the owner of theirs', () => {
    const { call, user, directory } = graphRig();
    const ann = user('ann');
    const owners = (body: object, as?: { user: string }) => [...directory.group.get(String(call('POST', '/groups', body, as ? { as } : {}).body['id']))?.owners ?? []];
    expect(owners(unified('a'))).toEqual([]);
    expect(owners(unified('b'), { user: ann })).toEqual([ann]);
  });
});

describe('references of groups', () => {
  it('fit the published table of member types', () => {
    const rig = graphRig({ seed: odd });
    const { call, user, group } = rig;
    const [ann, plain, team] = [user('ann'), group('plain2'), group('team', unified('team'))];
    const add = (to: string, id: string, relation = 'members') => call('POST', `/groups/${to}/${relation}/$ref`, ref(id)).status;
    const inner = group('inner');
    expect([add(plain, ann), add(plain, inner), add(plain, CONTACT), add(plain, team), add(plain, LIST)]).toEqual([204, 204, 204, 400, 400]);
    expect([add(team, ann), add(team, inner), add(team, CONTACT)]).toEqual([204, 400, 400]);
    expect([add(plain, ann, 'owners'), add(plain, inner, 'owners'), add(plain, CONTACT, 'owners')]).toEqual([204, 400, 400]);
    expect(add(plain, plain)).toBe(400);
    expect(call('GET', `/groups/${team}/members/microsoft.graph.group`).body.error?.code).toBe('Request_UnsupportedQuery');
    expect(members(rig, plain)).toHaveLength(3);
  });

  it('are at most 20 in one request, members and owners together, all or nothing', () => {
    const rig = graphRig();
    const { call, user, group, directory } = rig;
    const ids = Array.from({ length: 21 }, (_, i) => user(`u${i}`));
    const owners = { 'owners@odata.bind': bindTo([ids[20] ?? ''])['members@odata.bind'] };
    expect(call('POST', '/groups', { ...security('g'), ...bindTo(ids.slice(0, 20)), ...owners }).status).toBe(400);
    expect(directory.group.size).toBe(0);
    expect(call('POST', '/groups', { ...security('g'), ...bindTo(ids.slice(0, 19)), ...owners }).status).toBe(201);
    const team = group('team', bindTo([ids[0] ?? '']));
    expect(call('PATCH', `/groups/${team}`, bindTo([ids[1] ?? '', ids[0] ?? ''])).body.error?.message).toBe("One or more added object references already exist for the following modified properties: 'members'.");
    expect(call('PATCH', `/groups/${team}`, bindTo([ids[1] ?? '', ids[1] ?? ''])).body.error?.message).toContain('can only be present once as an add/remove change.');
    expect(call('PATCH', `/groups/${team}`, { ...bindTo([ids[1] ?? '']), description: '' }).status).toBe(400);
    expect(members(rig, team)).toEqual([ids[0]]);
    expect(call('PATCH', `/groups/${team}`, { ...bindTo([ids[1] ?? '']), description: 'two' }).status).toBe(204);
    expect(directory.group.get(team)?.properties['description']).toBe('two');
    expect(call('POST', `/groups/${team}`, bindTo([ids[2] ?? ''])).status).toBe(405);
  });

  it('end at a hundred owners, and never go below one', () => {
    const { call, user, group } = graphRig();
    const ids = Array.from({ length: 101 }, (_, i) => user(`u${i}`));
    const team = group('team');
    for (let i = 0; i < 100; i += 20) expect(call('PATCH', `/groups/${team}`, { 'owners@odata.bind': bindTo(ids.slice(i, i + 20))['members@odata.bind'] }).status).toBe(204);
    const full = call('POST', `/groups/${team}/owners/$ref`, ref(ids[100] ?? ''));
    expect([full.status, full.body.error]).toMatchObject([403, { code: 'Directory_QuotaExceeded', message: "Unable to perform operation as '101' would exceed the maximum quota count '100' for forward-link 'owners'." }]);
    for (const id of ids.slice(0, 99)) call('DELETE', `/groups/${team}/owners/${id}/$ref`);
    expect(call('DELETE', `/groups/${team}/owners/${ids[99] ?? ''}/$ref`).body.error?.message).toBe('The group must have at least one owner, hence this owner cannot be removed.');
  });

  it('never go below one owner that is still there', () => {
    const { call, user, group } = graphRig();
    const [ann, bob] = [user('ann'), user('bob')];
    const team = group('team', { 'owners@odata.bind': bindTo([ann, bob])['members@odata.bind'] });
    call('DELETE', `/users/${bob}`);
    expect(call('DELETE', `/groups/${team}/owners/${ann}/$ref`).status).toBe(400);
    call('POST', `/directory/deletedItems/${bob}/restore`);
    expect(call('DELETE', `/groups/${team}/owners/${ann}/$ref`).status).toBe(204);
  });

  it('delete the member itself when $ref is forgotten', () => {
    const { call, user, group, directory } = graphRig();
    const [ann, bob] = [user('ann'), user('bob')];
    const team = group('team', bindTo([ann]));
    const only = { as: { permissions: ['GroupMember.ReadWrite.All'] } };
    expect(call('DELETE', `/groups/${team}/members/${ann}`, undefined, only).status).toBe(403);
    expect(call('DELETE', `/groups/${team}/members/${bob}`).status).toBe(404);
    expect(call('GET', `/groups/${team}/members/${ann}`).body).toMatchObject({ '@odata.type': '#microsoft.graph.user', id: ann });
    expect(call('DELETE', `/groups/${team}/members/${ann}`).status).toBe(204);
    expect(directory.deleted.has(ann)).toBe(true);
  });

  it('come back with the group: members, owners and settings of security groups and Microsoft 365 groups', () => {
    const { call, user, group, directory } = graphRig();
    const [ann, bob] = [user('ann'), user('bob')];
    for (const [i, kind] of [security('a'), unified('b')].entries()) {
      const id = group(kind.displayName, { ...kind, description: 'd', ...bindTo([ann]), 'owners@odata.bind': bindTo([bob])['members@odata.bind'] });
      const before = { ...directory.group.get(id)?.properties };
      expect(call('DELETE', `/groups/${id}`).status).toBe(204);
      expect(call('GET', `/directory/deletedItems/microsoft.graph.group/${id}`).body['deletedDateTime']).toBe('2026-11-02T08:00:00.000Z');
      expect(call('GET', `/directory/deletedItems/microsoft.graph.user/${id}`).status).toBe(404);
      expect(call('POST', `/directory/deletedItems/${id}/microsoft.graph.restore`).status).toBe(200);
      const back = directory.group.get(id);
      expect([back?.properties, [...back?.members ?? []], [...back?.owners ?? []], i]).toEqual([before, [ann], [bob], i]);
    }
  });

  it('are purged after 30 days', () => {
    const { call, group, clock } = graphRig();
    const id = group('g');
    call('DELETE', `/groups/${id}`);
    clock.advance(29 * 24 * 3600 * 1000);
    expect(call('GET', `/directory/deletedItems/${id}`).status).toBe(200);
    clock.advance(2 * 24 * 3600 * 1000);
    expect(call('POST', `/directory/deletedItems/${id}/restore`).status).toBe(404);
  });

  it('answer 404 for an absent object and the exact words for one that is no member', () => {
    const { call, user, group } = graphRig();
    const [ann, team] = [user('ann'), group('team')];
    const nobody = '00000000-0000-4000-8000-000000000001';
    expect(call('POST', `/groups/${team}/members/$ref`, ref(nobody)).body.error).toMatchObject({ code: 'Request_ResourceNotFound', message: `Resource '${nobody}' does not exist or one of its queried reference-property objects are not present.` });
    expect(call('DELETE', `/groups/${team}/members/${ann}/$ref`).body.error).toMatchObject({ code: 'Request_BadRequest', message: "One or more removed object references do not exist for the following modified properties: 'members'." });
    expect(call('GET', `/groups('${team}')/members`).body.value).toEqual([]);
    expect(call('GET', '/groups/not-an-id').body.error).toMatchObject({ code: 'Request_BadRequest' });
    expect(call('POST', '/users', newUser('x')).status).toBe(201);
  });
});
