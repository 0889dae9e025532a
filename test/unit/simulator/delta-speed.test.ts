import { expect, it } from 'vitest';
import { tenant, type Tenant } from './delta-support.ts';

const COUNT = 40_000;
const userId = (n: number): string => `0000de17-0000-4000-8000-${String(n).padStart(12, '0')}`;
const users = Array.from({ length: COUNT }, (_, n) => ({ id: userId(n), properties: { displayName: `u${n}`, userPrincipalName: `u${n}@example.com` }, managerId: n === 0 ? null : userId(0) }));
const groups = Array.from({ length: 500 }, (_, n) => ({ id: `0000de17-0000-4000-9000-${String(n).padStart(12, '0')}`, properties: { displayName: `g${n}` }, memberIds: users.slice(n * 50, n * 50 + 50).map((u) => u.id) }));

it('reads 40,000 users at the cost of a small tenant\'s pages, and 100 changes after many others in milliseconds', () => {
  const t = tenant({ users, groups });
  const timed = (run: () => void): number => { const start = performance.now(); run(); return performance.now() - start; };
  const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
  const pagesOf = (of: Tenant): number[] => {
    const pages: number[] = [];
    for (let link: string | undefined = '/users/delta?$select=displayName'; link !== undefined;) {
      const from: string = link;
      pages.push(timed(() => { link = of.get(from).next; }));
    }
    return pages;
  };
  const pages = pagesOf(t);
  expect(pages.length).toBeGreaterThan(COUNT / 200 - 1);
  // A page costs neither more at the end than at the start, nor more in a large tenant than in a small one.
  const small = median(pagesOf(tenant({ users: users.slice(0, 4000) })));
  for (const part of [pages.slice(10, 70), pages.slice(-60)]) expect(median(part)).toBeLessThan(Math.max(1, small * 3));

  const people = [...t.directory.user.values()];
  for (const o of people.slice(0, COUNT / 2)) t.directory.update(o, { ...o.properties, jobTitle: 'x' });
  const [usersLink, groupsLink] = [t.latest('/users/delta'), t.latest('/groups/delta')];
  const reportsOf = t.latest('/users/delta?$select=manager');
  // The first look at who is in which group reads all groups, and at who reports to whom all users; it happens once, and may not cost more than reading.
  for (const o of people.slice(-1)) t.directory.softDelete(o);
  t.round(groupsLink);
  expect(timed(() => { expect(t.round(reportsOf).rows).not.toEqual([]); })).toBeLessThan(600);
  const [changesOf, membersOf] = [t.latest('/users/delta'), t.latest('/groups/delta')];
  for (const o of people.slice(1, 51)) t.directory.update(o, { ...o.properties, jobTitle: 'y' });
  for (const o of people.slice(51, 101)) t.directory.softDelete(o);
  let rows = 0;
  const spent = [0, 1, 2].map(() => timed(() => { rows = t.round(changesOf).rows.length + t.round(membersOf).rows.length; }));
  expect(rows).toBeGreaterThan(100);
  expect(Math.min(...spent)).toBeLessThan(25);
  expect(usersLink).not.toBe('');
});
