import { describe, expect, it } from 'vitest';
import { BASE, DAY, linksIn, linksOf, rowOf, tenant, type Row } from './delta-support.ts';

const MINIMAL = { prefer: 'return=minimal' };
const removed = (reason: string, id: string) => ({ id, '@removed': { reason } });
const many = (count: number, prefix = 'u') => Array.from({ length: count }, (_, n) => ({ id: `0000de17-0000-4000-8000-${String(n).padStart(12, '0')}`, properties: { displayName: `${prefix}${n}` } }));
const ids = (rows: readonly Row[]) => rows.map((r) => r.id);
const without = <T extends object>(object: T, name: keyof T): object => Object.fromEntries(Object.entries(object).filter(([n]) => n !== name));

describe('a first round', () => {
  it('gives every object in pages of 200 with a next link each, and a delta link at the end', () => {
    const { round } = tenant({ users: many(1050) });
    const { pages, rows } = round('/users/delta?$select=displayName');
    expect(new Set(ids(rows)).size).toBe(1050);
    expect(Math.max(...pages.map((p) => p.value.length))).toBe(200);
    expect(pages.map((p) => [p.next === undefined, p.delta === undefined])).toEqual([...Array.from({ length: pages.length - 1 }, () => [false, true]), [true, false]]);
  });
  it('carries the options in tokens that say nothing to the client', () => {
    const { round } = tenant({ users: many(300) });
    const { pages, link } = round('/users/delta?$select=displayName');
    expect(pages[0]?.next).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/users\/delta\?\$skiptoken=[\w-]+$/);
    expect(link).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/users\/delta\?\$deltatoken=[\w-]+$/);
    expect(pages.map((p) => p.context)).toEqual([`${BASE}/$metadata#users(displayName)`, ...pages.slice(1).map(() => `${BASE}/$metadata#users`)]);
    expect(pages.at(-1)?.value[0]).toEqual({ displayName: expect.stringMatching(/^u\d+$/) as string, id: expect.any(String) as string });
  });
  it('heeds odata.maxpagesize as an upper limit only', () => {
    const { round, get } = tenant({ users: many(450) });
    expect(Math.max(...round('/users/delta', { prefer: 'odata.maxpagesize=50' }).pages.map((p) => p.value.length))).toBe(50);
    expect(get('/users/delta', { prefer: 'odata.maxpagesize=999' }).value).toHaveLength(200);
    expect(get('/users/delta', { prefer: 'odata.maxpagesize=0' }).value).toHaveLength(200);
  });
  it('may send an empty page that has a next link, and an object twice', () => {
    const { round } = tenant({ users: many(400) });
    const { pages, rows } = round('/users/delta', { prefer: 'odata.maxpagesize=5' });
    expect(pages.filter((p) => p.value.length === 0 && p.next !== undefined).length).toBeGreaterThan(0);
    expect(rows.length).toBeGreaterThan(400);
    expect(new Set(ids(rows)).size).toBe(400);
  });
  it('gives the default properties without $select and leaves out what never had a value', () => {
    const { round, user } = tenant();
    const { id } = user('ann', { department: 'Sales', jobTitle: 'Clerk' });
    expect(round('/users/delta').rows).toEqual([{ id, displayName: 'ann', jobTitle: 'Clerk', userPrincipalName: 'ann@example.com' }]);
  });
  it('shows some objects of the recycle bin as removed', () => {
    const t = tenant();
    const gone = Array.from({ length: 30 }, (_, n) => t.user(`u${n}`));
    for (const o of gone) t.directory.softDelete(o);
    const { rows } = t.round('/users/delta');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(21);
    expect(rows.every((r) => r['@removed']?.reason === 'changed')).toBe(true);
  });
  it('is skipped by $deltatoken=latest, which tells only what comes after', () => {
    const t = tenant({ users: many(3) });
    const first = t.get('/users/delta?$deltatoken=latest&$select=displayName');
    expect([first.value, first.next]).toEqual([[], undefined]);
    const { id } = t.user('new');
    expect(t.round(first.delta ?? '').rows).toEqual([{ id, displayName: 'new' }]);
  });
  it('begins anew for an empty $deltatoken', () => {
    expect(tenant({ users: many(3) }).round('/users/delta?$deltatoken=').rows).toHaveLength(3);
  });
});

describe('a later round', () => {
  it('is empty when nothing changed and gives another link', () => {
    const t = tenant({ users: many(3) });
    const { link } = t.round('/users/delta');
    t.pass(1000);
    const next = t.get(link);
    expect(next).toMatchObject({ status: 200, value: [], next: undefined });
    expect(next.delta).not.toBe(link);
  });
  it('gives new and changed objects with all tracked properties, null for one that lost its value', () => {
    const t = tenant();
    const ann = t.user('ann', { jobTitle: 'Clerk', city: 'Oslo', businessPhones: ['1'] });
    const { link } = t.round('/users/delta?$select=displayName,jobTitle,city,surname,businessPhones');
    t.directory.update(ann, without(without(ann.properties, 'city'), 'businessPhones' as never) as typeof ann.properties);
    const bob = t.user('bob');
    expect(t.round(link).rows).toEqual([{ displayName: 'ann', jobTitle: 'Clerk', city: null, businessPhones: [], id: ann.id }, { displayName: 'bob', id: bob.id }]);
  });
  it('gives only the changed properties for return=minimal', () => {
    const t = tenant();
    const ann = t.user('ann', { jobTitle: 'Clerk', city: 'Oslo' });
    const { link } = t.round('/users/delta?$select=displayName,jobTitle,city', MINIMAL);
    t.directory.update(ann, { ...without(ann.properties, 'city'), displayName: 'Anna' });
    expect(t.round(link, MINIMAL).rows).toEqual([{ displayName: 'Anna', city: null, id: ann.id }]);
    expect(t.round(link).rows).toEqual([{ displayName: 'Anna', jobTitle: 'Clerk', city: null, id: ann.id }]);
    const bob = t.user('bob', { jobTitle: 'Boss' });
    expect(rowOf(t.round(link, MINIMAL).rows, bob.id)).toEqual({ displayName: 'bob', jobTitle: 'Boss', id: bob.id });
  });
  it('does not report an object whose unselected properties changed; without $select every property counts', () => {
    const t = tenant();
    const ann = t.user('ann');
    const [narrow, wide] = [t.round('/users/delta?$select=displayName').link, t.round('/users/delta').link];
    t.directory.update(ann, { ...ann.properties, city: 'Oslo' });
    t.directory.setExchange(ann, { hidden: true });
    expect(t.round(narrow).rows).toEqual([]);
    expect(t.round(wide).rows).toEqual([{ id: ann.id, displayName: 'ann', userPrincipalName: 'ann@example.com' }]);
    expect(t.round(wide, MINIMAL).rows).toEqual([{ id: ann.id }]);
  });
  it('says changed for a deleted object, deleted for a purged one, and gives a restored one whole', () => {
    const t = tenant();
    const ann = t.user('ann', { jobTitle: 'Clerk' });
    const at = (link: string) => t.round(link, MINIMAL);
    let last = t.round('/users/delta?$select=displayName,jobTitle');
    t.directory.softDelete(ann);
    last = at(last.link);
    expect(last.rows).toEqual([removed('changed', ann.id)]);
    t.directory.restore(ann);
    last = at(last.link);
    expect(last.rows).toEqual([{ displayName: 'ann', jobTitle: 'Clerk', id: ann.id }]);
    t.directory.softDelete(ann);
    t.directory.purge(ann);
    last = at(last.link);
    expect(last.rows).toEqual([removed('deleted', ann.id)]);
  });
  it('says deleted when the recycle bin gave the object up after 30 days', () => {
    const t = tenant();
    const ann = t.user('ann');
    t.directory.softDelete(ann);
    t.pass(28 * DAY);
    const link = t.latest('/users/delta');
    t.pass(3 * DAY);
    t.directory.emptyExpired();
    expect(t.round(link).rows).toEqual([removed('deleted', ann.id)]);
  });
  it('reports an object that came and went between two rounds as removed', () => {
    const t = tenant();
    const { link } = t.round('/users/delta');
    const brief = t.user('brief');
    t.directory.softDelete(brief);
    expect(t.round(link).rows).toEqual([removed('changed', brief.id)]);
  });
  it('tells what was written while the first round was being read', () => {
    const t = tenant({ users: many(250) });
    const first = t.get('/users/delta?$select=displayName');
    const early = t.directory.user.get(first.value[0]?.id ?? '');
    if (!early) throw new Error('no user');
    t.directory.update(early, { displayName: 'changed meanwhile' });
    const { link } = t.round(first.next ?? '');
    expect(rowOf(t.round(link).rows, early.id)).toMatchObject({ displayName: 'changed meanwhile' });
  });
  it('pages through many changes, and tells an object again that changed again', () => {
    const t = tenant();
    const { link } = t.round('/users/delta');
    const people = Array.from({ length: 30 }, (_, n) => t.user(`u${n}`));
    const [first] = people;
    if (first) t.directory.update(first, { displayName: 'again' });
    const { pages, rows } = t.round(link, { prefer: 'odata.maxpagesize=10' });
    expect(pages.length).toBeGreaterThan(3);
    expect(ids(rows).filter((id) => id === first?.id)).toHaveLength(2);
    expect(new Set(ids(rows)).size).toBe(30);
  });
  it('now and then tells again what the round before told', () => {
    const t = tenant();
    let { link } = t.round('/users/delta');
    let replayed = 0;
    for (let n = 0; n < 60; n++) {
      const { id } = t.user(`u${n}`);
      link = t.round(link).link;
      const again = t.round(link);
      if (again.rows.length > 0) { expect(ids(again.rows)).toEqual([id]); replayed++; }
      link = again.link;
    }
    expect(replayed).toBeGreaterThan(2);
    expect(replayed).toBeLessThan(30);
  });
  it('tells nothing before the change has replicated, and then tells it', () => {
    const t = tenant({}, 5000);
    let { link } = t.round('/users/delta?$select=displayName');
    const ann = t.user('ann');
    t.pass(1000);
    const bob = t.user('bob');
    t.pass(4500);
    const early = t.round(link);
    expect(ids(early.rows)).toEqual([ann.id]);
    t.pass(5000);
    ({ link } = early);
    expect(ids(t.round(link).rows)).toContain(bob.id);
  });
});

describe('relations', () => {
  it('lists members of groups by type and id without $select, and later those added and removed', () => {
    const t = tenant({ contacts: [{ id: '0000de17-0000-4000-8000-0000000000c1', properties: { displayName: 'contact' } }] });
    const [ann, bob] = [t.user('ann'), t.user('bob')];
    const team = t.group('team', [ann.id, '0000de17-0000-4000-8000-0000000000c1']);
    const empty = t.group('empty');
    const { rows, link } = t.round('/groups/delta');
    expect(linksOf(rowOf(rows, team.id))).toEqual([{ '@odata.type': '#microsoft.graph.user', id: ann.id }, { '@odata.type': '#microsoft.graph.orgContact', id: '0000de17-0000-4000-8000-0000000000c1' }]);
    expect(rowOf(rows, empty.id)).not.toHaveProperty('members@delta');
    t.directory.relate(team, 'members', [bob.id], [ann.id]);
    expect(t.round(link, MINIMAL).rows).toEqual([{ id: team.id, 'members@delta': [
      { '@odata.type': '#microsoft.graph.user', id: bob.id }, { '@odata.type': '#microsoft.graph.user', id: ann.id, '@removed': { reason: 'deleted' } }] }]);
  });
  it('tracks members only where $select names them', () => {
    const t = tenant();
    const [ann, team] = [t.user('ann'), t.group('team')];
    const [plain, chosen] = [t.round('/groups/delta?$select=displayName'), t.round('/groups/delta?$select=displayName,members')];
    t.directory.relate(team, 'members', [ann.id], []);
    expect(t.round(plain.link).rows).toEqual([]);
    expect(t.round(chosen.link).rows).toEqual([{ displayName: 'team', id: team.id, 'members@delta': [{ '@odata.type': '#microsoft.graph.user', id: ann.id }] }]);
  });
  it('tells the members of a large group over several pages, each with the same properties and other members', () => {
    const t = tenant({ users: many(950) });
    const team = t.group('large', many(950).map((u) => u.id));
    const { pages, rows } = t.round('/groups/delta?$select=displayName,members');
    const parts = rows.filter((r) => r.id === team.id);
    expect(parts.map((r) => [r['displayName'], linksOf(r).length])).toEqual([['large', 200], ['large', 200], ['large', 200], ['large', 200], ['large', 150]]);
    expect(pages.filter((p) => p.value.some((r) => r.id === team.id))).toHaveLength(5);
    expect(new Set(linksIn(rows, team.id)).size).toBe(950);
  });
  it('loses no member of a large group that changes between the pages', () => {
    const t = tenant({ users: many(600) });
    const people = many(600).map((u) => u.id);
    const team = t.group('large', people.slice(1));
    const members = new Set<string>();
    const merge = (rows: readonly Row[]) => { for (const link of linksIn(rows, team.id)) if (link.startsWith('+')) members.add(link.slice(1)); else members.delete(link.slice(1)); };
    let link = '/groups/delta';
    for (let page = t.get(link), n = 0; ; page = t.get(link), n++) {
      merge(page.value);
      if (page.next === undefined) { link = page.delta ?? ''; break; }
      if (n === 1) t.directory.relate(team, 'members', people.slice(0, 1), people.slice(100, 400));
      link = page.next;
    }
    merge(t.round(link).rows);
    expect([...members].toSorted()).toEqual([...team.members ?? []].toSorted());
  });
  it('gives large groups that were restored in several pages too', () => {
    const t = tenant({ users: many(450) });
    const teams = ['one', 'two', 'three'].map((name) => t.group(name, many(450).map((u) => u.id)));
    const link = t.latest('/groups/delta');
    for (const team of teams) { t.directory.softDelete(team); t.directory.restore(team); }
    const { pages, rows } = t.round(link);
    for (const team of teams) {
      expect(pages.filter((p) => p.value.some((r) => r.id === team.id)).length).toBeGreaterThan(2);
      expect(new Set(linksIn(rows, team.id)).size).toBe(450);
    }
  });
  it('ends a page when it names a thousand ends of relations, in every round', () => {
    const t = tenant({ users: many(100) });
    const members = many(100).map((u) => u.id);
    const teams = Array.from({ length: 30 }, (_, n) => t.group(`t${n}`, members));
    const [first, latest] = [t.round('/groups/delta'), t.latest('/groups/delta')];
    for (const team of teams) t.directory.relate(team, 'members', [], members);
    for (const { pages, rows } of [first, t.round(latest)]) {
      expect(rows.flatMap((r) => linksOf(r)).length).toBeGreaterThanOrEqual(3000);
      expect(Math.max(...pages.map((p) => p.value.flatMap((r) => linksOf(r)).length))).toBeLessThan(1200);
    }
  });
  it('tells of the owners that came and went when $select names them', () => {
    const t = tenant();
    const [ann, bob, eve, team] = [t.user('ann'), t.user('bob'), t.user('eve'), t.group('team')];
    t.directory.relate(team, 'owners', [ann.id, eve.id], []);
    const { rows, link } = t.round('/groups/delta?$select=owners');
    expect(rowOf(rows, team.id)).toEqual({ id: team.id, 'owners@delta': [ann.id, eve.id].map((id) => ({ '@odata.type': '#microsoft.graph.user', id })) });
    t.directory.relate(team, 'owners', [bob.id], [ann.id]);
    // An owner who stayed is not told again: the answer is a change, not the list.
    expect(linksIn(t.round(link).rows, team.id, 'owners').toSorted()).toEqual([`-${ann.id}`, `+${bob.id}`].toSorted());
  });
  it('tells of a manager that was set, replaced and taken away when $select names it', () => {
    const t = tenant();
    const [ann, bob, eve] = [t.user('ann'), t.user('bob'), t.user('eve')];
    t.directory.setManager(eve, ann.id);
    const [first, plain] = [t.round('/users/delta?$select=manager'), t.round('/users/delta')];
    expect(rowOf(first.rows, eve.id)).toEqual({ id: eve.id, 'manager@delta': [{ '@odata.type': '#microsoft.graph.user', id: ann.id }] });
    expect(rowOf(plain.rows, eve.id)).not.toHaveProperty('manager@delta');
    t.directory.setManager(eve, bob.id);
    expect(t.round(plain.link).rows).toEqual([]);
    const second = t.round(first.link);
    expect(linksIn(second.rows, eve.id, 'manager')).toEqual([`-${ann.id}`, `+${bob.id}`]);
    t.directory.setManager(eve, null);
    expect(linksIn(t.round(second.link).rows, eve.id, 'manager')).toEqual([`-${bob.id}`]);
  });
  it('tells of former managers to a client that started at latest', () => {
    const t = tenant();
    const [ann, eve] = [t.user('ann'), t.user('eve')];
    t.directory.setManager(eve, ann.id);
    const link = t.latest('/users/delta?$select=manager');
    t.directory.setManager(eve, null);
    expect(linksIn(t.round(link).rows, eve.id, 'manager')).toEqual([`-${ann.id}`]);
  });
  it('tells the deletion of a member for some memberships only, its return for all', () => {
    const t = tenant();
    const ann = t.user('ann');
    const teams = Array.from({ length: 40 }, (_, n) => t.group(`t${n}`, [ann.id]));
    let last = t.round('/groups/delta');
    t.directory.softDelete(ann);
    last = t.round(last.link, MINIMAL);
    const told = teams.filter((g) => linksIn(last.rows, g.id).includes(`-${ann.id}`));
    expect(told.length).toBeGreaterThan(8);
    expect(told.length).toBeLessThan(32);
    expect(new Set(ids(last.rows)).size).toBe(told.length);
    t.directory.restore(ann);
    const { rows } = t.round(last.link, MINIMAL);
    expect(teams.every((g) => linksIn(rows, g.id).at(-1) === `+${ann.id}`)).toBe(true);
  });
  it('knows the memberships that were made since it was first asked, also after the tenant lost its history', () => {
    const t = tenant();
    const [ann, bob] = [t.user('ann'), t.user('bob')];
    const cycle = (user: typeof ann, link: string) => { t.directory.softDelete(user); t.directory.restore(user); return t.round(link, MINIMAL).rows; };
    cycle(ann, t.latest('/groups/delta'));
    const [team, other] = [t.group('team'), t.group('other', [bob.id])];
    t.directory.relate(team, 'members', [ann.id], []);
    expect(linksIn(cycle(ann, t.latest('/groups/delta')), team.id).at(-1)).toBe(`+${ann.id}`);
    expect(linksIn(cycle(bob, t.latest('/groups/delta')), other.id).at(-1)).toBe(`+${bob.id}`);
    t.directory.relate(other, 'members', [ann.id], []);
    t.directory.journal.reset();
    expect(linksIn(cycle(ann, t.latest('/groups/delta')), other.id).at(-1)).toBe(`+${ann.id}`);
  });
  it('does not report groups that a deleted user had left before', () => {
    const t = tenant();
    const ann = t.user('ann');
    const teams = Array.from({ length: 40 }, (_, n) => t.group(`t${n}`, [ann.id]));
    const start = t.latest('/groups/delta');
    t.directory.softDelete(t.user('bob'));
    t.round(start);
    for (const team of teams) t.directory.relate(team, 'members', [], [ann.id]);
    const link = t.latest('/groups/delta');
    t.directory.softDelete(ann);
    expect(t.round(link).rows).toEqual([]);
  });
  it('leaves a deleted member out of a first round', () => {
    const t = tenant();
    const [ann, bob] = [t.user('ann'), t.user('bob')];
    const team = t.group('team', [ann.id, bob.id]);
    t.directory.softDelete(ann);
    expect(linksIn(t.round('/groups/delta').rows, team.id)).toEqual([`+${bob.id}`]);
  });
});
