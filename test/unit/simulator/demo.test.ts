import { describe, expect, it } from 'vitest';
import { demoOrganisation, seedTenant, startSimulator } from '../../../electron/simulator/index.ts';
import { guidBytes, sidBytes } from '../../../electron/simulator/demo/identifiers.ts';
import { writeLdif } from '../../../electron/simulator/demo/ldif.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';

interface Entry { readonly dn: string; readonly get: (name: string) => string[]; readonly bytes: (name: string) => Buffer | undefined }

/** A reader of its own, so that the writer is not checked with itself. */
function readLdif(text: string): Entry[] {
  return text.replaceAll('\n ', '').split('\n\n').filter((b) => /^dn::? /m.test(b)).map((block) => {
    const lines = block.split('\n').map((line) => /^([\w-]+)(::?) (.*)$/.exec(line)).filter((m) => m !== null);
    const values = lines.map(([, name = '', colon, value = '']) => [name, colon === '::' ? Buffer.from(value, 'base64') : Buffer.from(value)] as const);
    const get = (name: string): string[] => values.filter(([n]) => n === name).map(([, v]) => v.toString('utf8'));
    return { dn: get('dn')[0] ?? '', get, bytes: (name) => values.find(([n]) => n === name)?.[1] };
  });
}

const demo = demoOrganisation();
const entries = readLdif(demo.ldif);
const users = entries.filter((e) => e.get('objectClass').includes('user') && e.get('isCriticalSystemObject').length === 0 && !e.get('cn')[0]?.startsWith('SystemMailbox'));
const groups = entries.filter((e) => e.get('objectClass').includes('group') && e.get('isCriticalSystemObject').length === 0);
const cloud = demo.tenant.users ?? [];

describe('the demo domain', () => {
  it('is the same every time and another with another seed', () => {
    expect(demoOrganisation()).toEqual(demo);
    expect(demoOrganisation({ users: 260, groups: 40, seed: 1 }).ldif).not.toBe(demo.ldif);
  });

  it('has the size asked for and unique keys', () => {
    expect([users.length, groups.length]).toEqual([260, 40]);
    for (const name of ['sAMAccountName', 'userPrincipalName', 'objectGUID', 'objectSid']) {
      const values = users.map((e) => e.bytes(name)?.toString('base64'));
      expect(new Set(values).size).toBe(260);
      expect(values).not.toContain(undefined);
    }
    expect(new Set(entries.map((e) => e.dn.toLowerCase())).size).toBe(entries.length);
  });

  it('has Exchange on premises with the mailboxes of the export', async () => {
    const mailboxes = (demo.tenant.onPremises?.mailboxes ?? []).map((m) => m.address).toSorted();
    expect(mailboxes).toEqual(users.filter((e) => e.get('homeMDB').length > 0).map((e) => e.get('mail')[0]).toSorted());
    expect(mailboxes.length).toBeGreaterThan(200);
    const sim = await startSimulator({ quotas: 'off', seed: demo.tenant, signingKeyPem });
    try { expect(sim.onPremises?.servers().map((s) => s.version)).toEqual(['2007']); } finally { await sim.close(); }
  });

  it('writes parents before children and only links that lead somewhere', () => {
    const known = new Set<string>();
    for (const { dn } of entries) {
      const parent = dn.slice(dn.search(/(?<!\\),/) + 1);
      expect(known.size === 0 || known.has(parent), `${dn} before its parent`).toBe(true);
      known.add(dn);
    }
    const links = entries.flatMap((e) => [...e.get('manager'), ...e.get('member')]);
    expect(links.length).toBeGreaterThan(500);
    expect(links.filter((dn) => !known.has(dn))).toEqual([]);
  });

  it('has managers that form a tree', () => {
    const managerOf = new Map(users.map((e) => [e.dn, e.get('manager')[0]]));
    const depths = users.map(({ dn }) => {
      let depth = 0;
      for (let at = managerOf.get(dn); at !== undefined && depth < 20; at = managerOf.get(at)) depth++;
      return depth;
    });
    expect(depths.filter((d) => d === 0)).toHaveLength(1);
    expect(Math.max(...depths)).toBe(3);
  });

  it('has every kind of group: everybody in one, nested ones, distribution lists', () => {
    const types = new Set(groups.map((g) => g.get('groupType')[0]));
    expect(types).toEqual(new Set(['-2147483646', '-2147483644', '-2147483640', '8']));
    expect(groups.find((g) => g.get('cn')[0] === 'All Staff')?.get('member')).toHaveLength(260);
    const groupDns = new Set(groups.map((g) => g.dn));
    expect(groups.filter((g) => g.get('member').some((m) => groupDns.has(m))).length).toBeGreaterThan(5);
  });

  it('has names of many scripts, disabled accounts and the usual mistakes', () => {
    const names = users.flatMap((e) => e.get('displayName')).join('');
    for (const letter of ['ä', 'ø', 'Ł', '佐', 'ح', "'"]) expect(names).toContain(letter);
    expect(users.filter((e) => e.get('userAccountControl')[0] === '514').length).toBeGreaterThan(3);
    const upns = users.flatMap((e) => e.get('userPrincipalName'));
    expect(upns.filter((u) => !/^[A-Za-z0-9'.\-_!#^~]+@[a-z.]+$/.test(u))).toHaveLength(2);
    expect(upns.filter((u) => u.endsWith('@corp.local'))).toHaveLength(3);
    const mails = users.flatMap((e) => e.get('mail'));
    expect(mails.length - new Set(mails).size).toBe(1);
  });
});

describe('the demo tenant', () => {
  it('is taken by the simulator and holds one case of each outcome of matching', async () => {
    const sim = await startSimulator({ quotas: 'off', seed: demo.tenant });
    try { expect(sim.snapshot().users).toHaveLength(cloud.length); } finally { await sim.close(); }
    const upns = new Set(users.flatMap((e) => e.get('userPrincipalName').map((u) => u.toLowerCase())));
    const anchors = new Set(users.map((e) => e.bytes('objectGUID')?.toString('base64')));
    const byUpn = cloud.filter((u) => upns.has(String(u.properties['userPrincipalName']).toLowerCase()));
    const byAnchor = cloud.filter((u) => anchors.has(u.properties['onPremisesImmutableId'] as string));
    expect(byUpn.length).toBeGreaterThanOrEqual(15);
    expect(byAnchor).toHaveLength(6);
    const admins = new Set(demo.tenant.roles?.flatMap((r) => r.memberIds));
    expect(byUpn.filter((u) => admins.has(u.id))).toHaveLength(1);
    expect(byUpn.filter((u) => u.properties['onPremisesSyncEnabled'] === true)).toHaveLength(1);
    expect(byUpn.filter((u) => typeof u.properties['onPremisesImmutableId'] === 'string' && !anchors.has(u.properties['onPremisesImmutableId']))).toHaveLength(2);
    const mails = cloud.flatMap((u) => (typeof u.properties['mail'] === 'string' ? [u.properties['mail']] : []));
    expect(mails.length - new Set(mails).size).toBe(1);
    expect(mails).toContain('front.desk@example.com');
    expect(demo.tenant.deletedUsers?.map((u) => upns.has(String(u.properties['userPrincipalName']).toLowerCase()))).toEqual([true]);
    expect(demo.tenant.groups).toHaveLength(5);
  });
});

it('encodes identifiers as Active Directory does', () => {
  // Published sample of hard matching: the bytes are little-endian in the first three fields.
  expect(guidBytes('12345678-1234-1234-1234-1234567890ab').toString('base64')).toBe('eFY0EjQSNBISNBI0VniQqw==');
  expect(sidBytes([1, 2, 3], 500).toString('hex')).toBe('010500000000000515000000010000000200000003000000f4010000');
});

it('folds, encodes and keeps LDIF values', () => {
  const long = 'x'.repeat(200);
  const text = writeLdif([{ dn: 'CN=a', attributes: [['a', [long, ' led by a blank', 'ends with one ', 'ü', 'two\nlines', Buffer.from([0, 255])]]] }]);
  expect(Math.max(...text.split('\n').map((l) => l.length))).toBeLessThanOrEqual(76);
  const [entry] = readLdif(text);
  expect(entry?.get('a').slice(0, 5)).toEqual([long, ' led by a blank', 'ends with one ', 'ü', 'two\nlines']);
  expect(text).toContain('a:: AP8=');
});

it('makes tenants of any size', async () => {
  const sim = await startSimulator({ quotas: 'off', seed: seedTenant({ users: 50, groups: 3, membersPerGroup: 20 }) });
  try {
    const { users: made, groups: teams } = sim.snapshot();
    expect([made.length, teams.map((g) => g.members.length), made.filter((u) => u.manager !== null).length]).toEqual([51, [20, 20, 20], 40]);
  } finally { await sim.close(); }
});
