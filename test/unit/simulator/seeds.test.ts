import { describe, expect, it } from 'vitest';
import { parseSeedSpec, seedTenant, SEED_SPEC_HELP } from '../../../electron/simulator/index.ts';
import { CONFLICT_KINDS } from '../../../electron/simulator/seeds/conflicts.ts';
import { newUser, rig } from './support.ts';

describe('the description of a seed', () => {
  it('is read key by key, with blanks anywhere and every key of the help', () => {
    expect(parseSeedSpec('')).toEqual({});
    expect(parseSeedSpec(' users=5 , groups = 2,members=3,domain=Contoso.COM,')).toEqual({ users: 5, groups: 2, membersPerGroup: 3, domain: 'contoso.com' });
    const every = SEED_SPEC_HELP.replace('NAME', 'contoso.com').replaceAll('=N', '=4');
    expect(Object.keys(parseSeedSpec(every)).toSorted()).toEqual(['admins', 'conflicts', 'contacts', 'deleted', 'domain', 'groups', 'guests', 'licences', 'lists', 'mailboxes', 'membersPerGroup', 'seed', 'synced', 'users']);
  });

  it.each([
    ['users', 'users'], ['users=', 'users='], ['users=x', 'users=x'], ['users=-1', 'users=-1'], ['users=1.5', 'users=1.5'], ['users=1000001', 'users=1000001'], ['groups=2,pets=3', 'pets=3'], ['toString=1', 'toString=1'],
    ['users=1,users=2', 'users=2'], ['domain=nodot', 'domain=nodot'], ['domain=-a.example', 'domain=-a.example'], ['domain=a b.example', 'domain=a b.example'], ['seed=4294967296', 'seed=4294967296'],
  ])('names the part of %s that is wrong', (text, part) => {
    expect(() => parseSeedSpec(text)).toThrow(expect.objectContaining({ data: expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(`"${part}" is not understood in --seed`) }) }));
  });
});

describe('a seeded tenant', () => {
  const tenant = seedTenant(parseSeedSpec('users=30,groups=4,members=5,contacts=3,mailboxes=30,synced=12,guests=2,deleted=3,conflicts=14,lists=4,admins=2,licences=40'));

  it('is the same every time, and another with another number', () => {
    const make = (seed: number) => JSON.stringify(seedTenant({ users: 3, conflicts: 7, mailboxes: 2, seed }));
    expect(make(1)).toBe(make(1));
    expect(make(2)).not.toBe(make(1));
  });

  it('holds what was asked for, each id once', () => {
    const named = (pattern: RegExp) => tenant.users?.filter((u) => pattern.test(String(u.properties['userPrincipalName']))).length;
    expect([named(/^mailbox/), named(/^synced/), named(/#EXT#@/), named(/^admin\d/), tenant.contacts?.length, tenant.deletedUsers?.length]).toEqual([30, 12, 2, 2, 5, 5]);
    expect(tenant.groups?.filter((g) => g.properties['mailEnabled'] === true && String(g.properties['displayName']).startsWith('List')).map((g) => g.properties['securityEnabled'])).toEqual([false, true, false, true]);
    expect(tenant.skus).toMatchObject([{ enabled: 40 }]);
    const ids = [...tenant.users ?? [], ...tenant.groups ?? [], ...tenant.contacts ?? [], ...tenant.deletedUsers ?? []].map((o) => o.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('holds no address and no user principal name twice among objects that live', () => {
    const all = [...tenant.users ?? [], ...tenant.groups ?? [], ...tenant.contacts ?? [], ...tenant.deletedUsers ?? []];
    const addresses = all.flatMap((o) => (o.properties['proxyAddresses'] as string[] | undefined) ?? []).map((a) => a.toLowerCase());
    expect(addresses.filter((a, i) => addresses.indexOf(a) !== i)).toEqual([]);
    const names = (tenant.users ?? []).map((u) => String(u.properties['userPrincipalName']).toLowerCase());
    expect(names.filter((a, i) => names.indexOf(a) !== i)).toEqual([]);
  });

  it('shows licensed mailboxes, and rooms and shared ones without a licence, to Graph and Exchange alike', async () => {
    const r = await rig({ seed: tenant });
    const licensed = await r.call('GET', "/users?$filter=startswith(userPrincipalName,'mailbox')&$select=userPrincipalName,assignedLicenses,accountEnabled&$top=999");
    const rows = licensed.body.value ?? [];
    expect(rows.filter((u) => (u['assignedLicenses'] as unknown[]).length === 1)).toHaveLength(27);
    expect(rows.filter((u) => u['accountEnabled'] === false).map((u) => u['userPrincipalName']).toSorted()).toEqual(['mailbox19@example.com', 'mailbox29@example.com', 'mailbox9@example.com']);
    expect((await r.call('GET', '/subscribedSkus')).body.value).toMatchObject([{ consumedUnits: 27, prepaidUnits: { enabled: 40 } }]);
    expect((await r.call('GET', '/organization')).body.value).toMatchObject([{ onPremisesSyncEnabled: true }]);
    expect(r.defects).toEqual([]);
  });

  it('cannot be written where another synchronisation is the master', async () => {
    const r = await rig({ seed: tenant });
    expect((await r.call('PATCH', '/users/synced0@example.com', { city: 'Oslo' })).body.error?.message).toContain('on-premises mastered');
    expect((await r.call('PATCH', '/users/user0@example.com', { city: 'Oslo' })).status).toBe(204);
  });

  it('stands in the way of a migration in every way', async () => {
    const r = await rig({ seed: tenant });
    const held = CONFLICT_KINDS.map((kind, i) => [kind, `user${30 + i}`] as const);
    for (const [kind, name] of held) {
      const attempt = kind === 'nickname of a distribution group'
        ? await r.call('POST', '/groups', { displayName: name, mailEnabled: true, mailNickname: name, securityEnabled: false, groupTypes: ['Unified'] })
        : await r.call('POST', '/users', { ...newUser(name), mail: `${name}@example.com` });
      expect([kind, attempt.status, attempt.body.error?.message]).toEqual([kind, 400, expect.stringMatching(/^Another object with the same value for property \w+ already exists/)]);
    }
    expect((await r.call('POST', '/users', newUser('user44'))).status).toBe(201);
  });
});
