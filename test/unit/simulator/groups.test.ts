import { describe, expect, it } from 'vitest';
import { bindTo, odd, ref, rig } from './support.ts';

const LIST = 'aaaaaaaa-0000-4000-8000-0000000000d1';
const SYNCED = 'aaaaaaaa-0000-4000-8000-0000000000d2';
const unified = (name: string) => ({ displayName: name, mailEnabled: true, mailNickname: name, securityEnabled: false, groupTypes: ['Unified'] });

describe('groups', () => {
  it('creates security and Microsoft 365 groups, and gives the latter an address', async () => {
    const { call, user } = await rig();
    const ann = await user('ann');
    const security = await call('POST', '/groups', { displayName: 's', mailEnabled: false, mailNickname: 's', securityEnabled: true, ...bindTo([ann]) });
    expect([security.status, security.body['mail'], security.body['groupTypes']]).toEqual([201, null, []]);
    const team = await call('POST', '/groups', unified('team'));
    expect(team.body).toMatchObject({ mail: 'team@simulated.onmicrosoft.com', proxyAddresses: ['SMTP:team@simulated.onmicrosoft.com'], visibility: 'Public' });
    expect((await call('POST', '/groups', unified('TEAM'))).body.error).toMatchObject({ message: 'Another object with the same value for property mailNickname already exists.', details: [{ code: 'ObjectConflict', target: 'mailNickname' }] });
    expect((await call('GET', `/groups/${String(security.body['id'])}/members`)).body.value?.map((v) => v['@odata.type'])).toEqual(['#microsoft.graph.user']);
  });

  it.each([
    ['no securityEnabled', { displayName: 'g', mailEnabled: false, mailNickname: 'g' }, "A value is required for property 'securityEnabled' of resource 'Group'."],
    ['a distribution list', { displayName: 'g', mailEnabled: true, mailNickname: 'g', securityEnabled: false }, /does not currently support writes of mail-enabled groups/],
    ['a mail-enabled security group', { displayName: 'g', mailEnabled: true, mailNickname: 'g', securityEnabled: true }, /does not currently support writes of mail-enabled groups/],
    ['a point in the nickname', { displayName: 'g', mailEnabled: false, mailNickname: 'g.h', securityEnabled: true }, "Invalid value specified for property 'mailNickname' of resource 'Group'."],
    ['a property for later', { ...unified('g'), allowExternalSenders: true }, /cannot be set when the object is created/],
    ['its own mail', { ...unified('g'), mail: 'g@example.com' }, "Property 'mail' is read-only and cannot be set."],
  ])('refuses a creation with %s', async (_, body, message) => {
    const { call } = await rig();
    const reply = await call('POST', '/groups', body);
    expect(reply.status).toBe(400);
    expect(reply.body.error?.message).toMatch(message instanceof RegExp ? message : new RegExp(`^${message.replaceAll(/[.'()]/g, '\\$&')}$`));
  });

  it('refuses what Graph cannot write: distribution lists and synchronised groups', async () => {
    const { call, user } = await rig({ seed: odd });
    const ann = await user('ann');
    const list = 'Cannot Update a mail-enabled security groups and or distribution list.';
    expect((await call('PATCH', `/groups/${LIST}`, { description: 'x' })).body.error).toMatchObject({ code: 'Request_BadRequest', message: list });
    expect((await call('POST', `/groups/${LIST}/members/$ref`, ref(ann))).body.error?.message).toBe(list);
    expect((await call('DELETE', `/groups/${LIST}`)).body.error?.message).toBe(list);
    expect((await call('PATCH', `/groups/${SYNCED}`, bindTo([ann]))).body.error?.message).toContain('on-premises mastered');
    expect((await call('DELETE', `/groups/${SYNCED}`)).status).toBe(400);
  });

  it('adds and removes single members with the exact refusals', async () => {
    const { call, user, group } = await rig();
    const [ann, bob, team] = [await user('ann'), await user('bob'), await group('team')];
    expect((await call('POST', `/groups/${team}/members/$ref`, ref(ann))).status).toBe(204);
    expect((await call('POST', `/groups/${team}/members/$ref`, ref(ann))).body.error).toMatchObject({ code: 'Request_BadRequest', message: "One or more added object references already exist for the following modified properties: 'members'." });
    expect((await call('POST', `/groups/${team}/members/$ref`, ref('00000000-0000-4000-8000-000000000001'))).body.error).toMatchObject({ code: 'Request_ResourceNotFound' });
    expect((await call('DELETE', `/groups/${team}/members/${bob}/$ref`)).body.error?.message).toBe("One or more removed object references do not exist for the following modified properties: 'members'.");
    expect((await call('DELETE', `/groups/${team}/members/${ann}/$ref`)).status).toBe(204);
    expect((await call('GET', `/groups/${team}/members`)).body.value).toEqual([]);
    expect((await call('POST', `/groups/${team}/members/$ref`, ref(team))).status).toBe(400);
  });

  it('binds up to 20 members, all or nothing', async () => {
    const { call, user, group, sim } = await rig();
    const ids: string[] = [];
    for (let i = 0; i < 21; i++) ids.push(await user(`u${i}`));
    const team = await group('team');
    const members = () => sim.snapshot().groups.find((g) => g.id === team)?.members.length;
    expect((await call('PATCH', `/groups/${team}`, bindTo(ids))).status).toBe(400);
    expect((await call('PATCH', `/groups/${team}`, bindTo([...ids.slice(0, 19), '00000000-0000-4000-8000-000000000001']))).status).toBe(404);
    expect(members()).toBe(0);
    expect((await call('PATCH', `/groups/${team}`, bindTo(ids.slice(0, 20)))).status).toBe(204);
    expect((await call('PATCH', `/groups/${team}`, bindTo([ids[20] ?? '', ids[0] ?? '']))).status).toBe(400);
    expect(members()).toBe(20);
    const page = await call('GET', `/groups/${team}/members?$select=id&$top=15`);
    const rest = await call('GET', String(page.body['@odata.nextLink']).slice(sim.url.length + 5));
    expect([...page.body.value ?? [], ...rest.body.value ?? []].map((v) => v['id']).toSorted()).toEqual(ids.slice(0, 20).toSorted());
    expect((await call('GET', `/groups/${team}/members?$top=1000`)).body.error?.code).toBe('Request_UnsupportedQuery');
  });

  it('keeps groups out of Microsoft 365 groups', async () => {
    const { call, group, user } = await rig();
    const [inner, team] = [await group('inner'), await group('team', unified('team'))];
    expect((await call('POST', `/groups/${team}/members/$ref`, ref(inner))).status).toBe(400);
    expect((await call('GET', `/groups/${team}/members/microsoft.graph.group`)).body.error?.code).toBe('Request_UnsupportedQuery');
    expect((await call('POST', `/groups/${inner}/members/$ref`, ref(team))).status).toBe(400);
    const ann = await user('ann');
    await call('POST', `/groups/${team}/owners/$ref`, ref(ann));
    expect((await call('DELETE', `/groups/${team}/owners/${ann}/$ref`)).body.error?.message).toBe('The group must have at least one owner, hence this owner cannot be removed.');
  });

  it('deletes both kinds softly and restores them with their members', async () => {
    const { call, group, user, sim } = await rig();
    const ann = await user('ann');
    const ids = [await group('plain', bindTo([ann])), await group('team', { ...unified('team'), ...bindTo([ann]) })];
    const before = sim.snapshot();
    for (const id of ids) expect((await call('DELETE', `/groups/${id}`)).status).toBe(204);
    expect((await call('POST', '/groups', unified('team'))).body.error?.details?.[0]?.target).toBe('mailNickname');
    expect((await call('GET', '/directory/deletedItems/microsoft.graph.group?$select=id')).body.value).toHaveLength(2);
    for (const id of ids) expect((await call('POST', `/directory/deletedItems/${id}/restore`)).status).toBe(200);
    expect(sim.snapshot()).toEqual(before);
  });

  it('resolves nested members and ends at a cycle', async () => {
    const { call, group, user } = await rig();
    const ann = await user('ann');
    const [a, b] = [await group('a'), await group('b', bindTo([ann]))];
    await call('POST', `/groups/${a}/members/$ref`, ref(b));
    await call('POST', `/groups/${b}/members/$ref`, ref(a));
    expect((await call('GET', `/groups/${a}/transitiveMembers?$select=id`)).body.value).toHaveLength(3);
    expect((await call('GET', `/users/${ann}/memberOf?$select=id`)).body.value?.map((v) => v['id'])).toEqual([b]);
  });
});
