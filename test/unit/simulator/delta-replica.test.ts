import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DirectoryObject } from '../../../electron/simulator/directory/objects.ts';
import { DAY, Replica, tenant, type Tenant } from './delta-support.ts';

/** A client of one delta query that never looks at anything else. */
interface Client { readonly start: string; readonly headers: Record<string, string>; replica: Replica; link: string; fresh: boolean }
const MINIMAL = { prefer: 'return=minimal' };
const QUERIES: readonly (readonly [string, Record<string, string>])[] = [
  ['/users/delta?$select=displayName,jobTitle,city,businessPhones,manager', {}], ['/users/delta?$select=displayName,jobTitle,manager', MINIMAL], ['/users/delta', {}], ['/users/delta', MINIMAL],
  ['/groups/delta', {}], ['/groups/delta?$select=displayName,description,members,owners', MINIMAL], ['/groups/delta?$select=members', {}],
  ["/directoryObjects/delta?$filter=isof('microsoft.graph.user') or isof('microsoft.graph.group')", {}],
];
const clients = (): Client[] => QUERIES.map(([start, headers]) => ({ start, headers, replica: new Replica(), link: start, fresh: true }));

/** One request. Returns true when it ended a round. */
function step(t: Tenant, client: Client, size: number): boolean {
  const prefer = [client.headers['prefer'], `odata.maxpagesize=${size}`].filter(Boolean).join(', ');
  const page = t.get(client.link, { prefer });
  if (page.status !== 200) {
    expect([page.status, page.code]).toBeOneOf([[400, 'syncStateNotFound'], [400, 'Directory_ExpiredPageToken'], [410, 'resyncRequired']]);
    client.replica = new Replica();
    client.link = client.start;
    return false;
  }
  expect((page.next === undefined) !== (page.delta === undefined)).toBe(true);
  client.replica.apply(page.value);
  client.link = page.next ?? page.delta ?? '';
  return page.delta !== undefined;
}

const CAST = 220; // One group is larger than what a row holds.
const id = (n: number) => `0000de17-0000-4000-8000-${String(n).padStart(12, '0')}`;
const people = Array.from({ length: CAST }, (_, n) => ({ id: id(n), properties: { displayName: `p${n}`, userPrincipalName: `p${n}@example.com`, ...(n % 2 ? { jobTitle: 'Clerk' } : {}) }, managerId: n < 5 ? null : id(n % 5) }));
const teams = [{ id: id(1000), properties: { displayName: 'large' }, memberIds: people.map((p) => p.id), ownerIds: [id(0), id(1)] }, { id: id(1001), properties: { displayName: 'small' }, memberIds: [id(0), id(1000)] }];

type Op = readonly [number, number, number];
/** A write, or a page of some client, chosen by numbers. */
function act(t: Tenant, all: readonly Client[], [what, a, b]: Op): void {
  const { directory: d } = t;
  const pick = (list: readonly DirectoryObject[], n: number) => list[n % Math.max(1, list.length)];
  const users = [...d.user.values()].slice(0, 12);
  const groups = [...d.group.values()].slice(0, 4);
  const one = pick([...users, ...groups, ...groups], a);
  const [user, group] = [pick(users, a), pick(groups, a)];
  const other = pick([...users, ...groups], b);
  // Graph sees what Exchange writes later than its own writes.
  const by = b % 4 === 0 ? 'exchange' : 'graph';
  if (what < 40) step(t, all[a % all.length] as Client, [1, 2, 7, 100][b % 4] ?? 1);
  else if (what < 46) d.create('user', { displayName: `new ${a}`, userPrincipalName: `n${d.changes}@example.com`, ...(b % 2 ? { businessPhones: ['1'] } : {}) });
  else if (what < 48) d.create('group', { displayName: `team ${a}` }, { memberIds: user ? [user.id] : [], ownerIds: other?.kind === 'user' ? [other.id] : [] });
  else if (what < 56 && one) d.update(one, { ...one.properties, [['displayName', 'jobTitle', 'city', 'description', 'department'][b % 5] ?? '']: `v${d.changes}` }, by);
  else if (what < 61 && one) d.update(one, Object.fromEntries(Object.entries(one.properties).filter(([n]) => n !== ['jobTitle', 'city', 'description', 'businessPhones'][b % 4])));
  else if (what < 66 && user && other) d.setManager(user, b % 3 === 0 || other.kind !== 'user' ? null : other.id);
  else if (what < 74 && group && other) d.relate(group, 'members', group.members?.has(other.id) ? [] : [other.id], group.members?.has(other.id) ? [other.id] : [], by);
  else if (what < 77 && group && user) d.relate(group, 'owners', group.owners?.has(user.id) ? [] : [user.id], group.owners?.has(user.id) ? [user.id] : []);
  else if (what < 82 && one) d.softDelete(one, by);
  else if (what < 88) { const gone = pick([...d.deleted.values()], a); if (gone) d.restore(gone, by); }
  else if (what < 90) { const gone = pick([...d.deleted.values()], a); if (gone) d.purge(gone); }
  else if (what < 91 && group) d.purge(group);
  else if (what < 98) t.pass(a * 40);
  else if (what === 98 && a < 30) t.pass(a % 2 ? 3600_001 : 8 * DAY);
  else if (what === 99 && a < 30) d.journal.reset();
  else if (what === 100 && a < 30) t.restart();
}

const op = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 96 }), fc.integer({ min: 0, max: 96 }));

it('keeps a client that only merges delta answers equal to the tenant, whatever is written between its pages', () => {
  expect.hasAssertions();
  fc.assert(fc.property(fc.array(op, { minLength: 40, maxLength: 160 }), fc.constantFrom(0, 1000), (ops, lagMs) => {
    const t = tenant({ users: people, groups: teams }, lagMs, 3 * lagMs);
    const all = clients();
    for (const o of ops) act(t, all, o);
    t.pass(3 * lagMs);
    for (const client of all) {
      // The round under way, and one that begins now; twice more where a reset comes between.
      for (let ended = 0, pages = 0; ended < 2; pages++) {
        if (step(t, client, 100)) ended++;
        if (pages > 500) throw new Error('a round without an end');
      }
      compare(t, client);
    }
  }), { numRuns: 40, seed: 7 });
});

function compare(t: Tenant, client: Client): void {
  const { directory: d } = t;
  const kinds = client.start.startsWith('/users') ? ['user'] as const : client.start.startsWith('/groups') ? ['group'] as const : ['user', 'group'] as const;
  const select = /\$select=([\w,]+)/.exec(client.start)?.[1]?.split(',');
  const relations = select ? select.filter((n) => ['manager', 'members', 'owners'].includes(n)) : kinds.includes('group' as never) ? ['members'] : [];
  const isLive = (end: string) => d.live(end) !== undefined;
  const want: Record<string, unknown> = {};
  const have: Record<string, unknown> = {};
  for (const kind of kinds) for (const o of d[kind].values()) {
    const names = (select ?? ['displayName', ...(kind === 'user' ? ['jobTitle', 'userPrincipalName', 'businessPhones'] : ['description'])]).filter((n) => !relations.includes(n));
    const ends = (relation: string) => [...relation === 'manager' ? [o.manager].filter((m) => m !== null) : o[relation as 'members' | 'owners'] ?? []].filter(isLive).toSorted();
    want[o.id] = [...names.map((n) => o.properties[n] ?? null), ...relations.map(ends)];
    const mine = client.replica.objects.get(o.id);
    const value = (n: string): unknown => { const v = mine?.properties.get(n) ?? null; return Array.isArray(v) && v.length === 0 ? null : v; };
    have[o.id] = mine && [...names.map(value), ...relations.map((r) => [...mine.ends.get(r) ?? []].filter(isLive).toSorted())];
  }
  for (const known of client.replica.objects.keys()) if (!(known in want)) have[known] = 'should be gone';
  // Both were filled in the same order; the costly comparison is for the message.
  if (JSON.stringify(have) !== JSON.stringify(want)) expect(have).toEqual(want);
}
