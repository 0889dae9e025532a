import { describe, expect, it } from 'vitest';
import type { ObjectRow } from '../../../shared/contracts/objects.ts';
import type { MatchResult } from '../../../shared/domain/objects.ts';
import { NO_DECISION } from '../../../shared/domain/review.ts';
import { LARGEST_PAGE } from '../../../electron/store/paging.ts';
import { sidToBytes } from '../../../shared/rules/sid.ts';
import { VARIANTS, collect, failure, guid, sandbox, seeded, source, target } from './fixture.ts';

const { open } = sandbox();
/** A reading that began after all that was stored before: only what it saw itself counts. */
const LATER = Number.MAX_SAFE_INTEGER;
const match = (n: number, more: Partial<MatchResult> = {}): MatchResult => ({
  sourceId: guid(n), state: 'Matched', targetId: guid(n, 7), ruleId: 'r1', pinned: false,
  evidence: [{ ruleId: 'r1', rule: 'user mail = user mail', value: 'a@b', hits: [guid(n, 7)] }], risks: ['names differ'], reason: 'Rule 1', ...more,
});

describe.each(VARIANTS)('sources ($name)', (variant) => {
  it('writes what changed and marks the rest as seen', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 4);
    const moved = source(2, { dn: 'CN=Moved,DC=contoso,DC=example' });
    expect(await store.sources.upsertPage(pair.id, [source(1), moved, source(3, { usn: '9999' })], 'run 2')).toEqual({ written: 1, unchanged: 2, changedIds: [guid(2)] });
    expect(await store.sources.get(pair.id, guid(2))).toMatchObject({ dn: moved.dn, missing: false });
    expect((await store.sources.get(pair.id, guid(3)))?.usn).toBe('9999');
    expect(await store.sources.markMissing(pair.id, 'run 2', LATER)).toEqual({ missing: 1 });
    expect(await store.sources.markMissing(pair.id, 'run 2', LATER)).toEqual({ missing: 0 });
    expect((await store.sources.get(pair.id, guid(4)))?.missing).toBe(true);
    expect((await store.pairs.get(pair.id)).sourceObjects).toBe(3);
    // Seen again with the values it had: back, and told as changed.
    expect(await store.sources.upsertPage(pair.id, [source(4)], 'run 3')).toEqual({ written: 1, unchanged: 0, changedIds: [guid(4)] });
    expect((await store.sources.get(pair.id, guid(4)))?.missing).toBe(false);
  });

  it('finds who names an object', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 3);
    await store.sources.upsertPage(pair.id, [source(4, { kind: 'group', links: { member: [source(1).dn.toUpperCase(), source(2).dn] } }), source(5, { links: { manager: [source(1).dn] } })], 'run');
    expect((await store.sources.referrers(pair.id, [guid(1), guid(99)])).toSorted()).toEqual([guid(4), guid(5)]);
    expect(await store.sources.referrers(pair.id, [guid(3)])).toEqual([]);
    expect(await store.sources.referrers(pair.id, [])).toEqual([]);
    // A security descriptor knows its holders by their SIDs.
    const sid = 'S-1-5-21-1-2-3-1106';
    await store.sources.upsertPage(pair.id, [source(6, { attributes: { objectSid: [Buffer.from(sidToBytes(sid) ?? []).toString('base64')] } }), source(7, { links: { msExchMailboxSecurityDescriptor: [`<SID=${sid}>`] } })], 'run');
    expect(await store.sources.referrers(pair.id, [guid(6)])).toEqual([guid(7)]);
  });

  it('gives objects back as they were stored, with links', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 0);
    const group = source(1, { kind: 'group', attributes: { displayName: ['Ünïcode "quoted"'], groupType: ['-2147483646'] }, links: { member: ['CN=A,DC=x', 'CN=B,DC=x'], managedBy: ['CN=C,DC=x'] } });
    await store.sources.upsertPage(pair.id, [group], 'run');
    expect(await store.sources.get(pair.id, group.id)).toEqual({ ...group, missing: false, changedAt: expect.any(Number) as number });
    await store.sources.upsertPage(pair.id, [{ ...group, links: { member: ['cn=b,dc=x', 'CN=D,DC=x', 'CN=D,DC=x'] } }], 'run');
    expect((await store.sources.get(pair.id, group.id))?.links).toEqual({ member: ['CN=B,DC=x', 'CN=D,DC=x'] });
  });

  it('finds by DN in any spelling, by ids, by kind, by collection', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 1201);
    await store.sources.upsertPage(pair.id, [source(3000, { kind: 'group', name: 'G' })], 'run 1');
    const dn = 'cn=PERSON 000007-7, ou=staff,DC=contoso,DC=EXAMPLE';
    expect(await store.sources.byDns(pair.id, [dn, 'CN=Nobody'])).toEqual(new Map([['cn=person 000007-7,ou=staff,dc=contoso,dc=example', guid(7)]]));
    expect((await collect(store.sources.iterate(pair.id))).map((object) => object.id)).toHaveLength(1202);
    expect((await collect(store.sources.iterate(pair.id, { kind: 'group' }))).map((object) => object.id)).toEqual([guid(3000)]);
    expect(await collect(store.sources.iterate(pair.id, { collectionId, pageSize: 100 }))).toHaveLength(1201);
    expect((await collect(store.sources.iterate(pair.id, { collectionId, ids: [guid(3000), guid(9), guid(2), guid(2)], pageSize: 2 }))).map((object) => object.id)).toEqual([guid(2), guid(9)]);
    await store.sources.upsertPage(pair.id, [source(1)], 'run 2');
    await store.sources.markMissing(pair.id, 'run 2', LATER);
    expect(await collect(store.sources.iterate(pair.id))).toHaveLength(1);
    expect(await collect(store.sources.iterate(pair.id, { missing: 'only' }))).toHaveLength(1201);
    expect(await collect(store.sources.iterate(pair.id, { missing: 'include' }))).toHaveLength(1202);
  });

  it('finds by SID where a DN is expected; of two with one SID the one that is still there', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 3);
    const sid = (rid: number): string => `S-1-5-21-1-2-3-${rid}`;
    const withSid = (n: number, rid: number) => source(n, { attributes: { objectSid: [Buffer.from(sidToBytes(sid(rid)) ?? []).toString('base64')] } });
    await store.sources.upsertPage(pair.id, [withSid(10, 1104), withSid(11, 1105), withSid(12, 1105)], 'run 1');
    await store.sources.upsertPage(pair.id, [withSid(10, 1104), withSid(12, 1105)], 'run 2');
    await store.sources.markMissing(pair.id, 'run 2', LATER);
    const dns = [`<SID=${sid(1104)}>`, `<sid=${sid(1105)}>`, `<SID=${sid(1106)}>`, source(1).dn];
    expect(await store.sources.byDns(pair.id, dns)).toEqual(new Map([['<sid=s-1-5-21-1-2-3-1104>', guid(10)], ['<sid=s-1-5-21-1-2-3-1105>', guid(12)], [source(1).dn.toLowerCase(), guid(1)]]));
  });

  it('keeps a large group', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 0);
    const members = Array.from({ length: 20_000 }, (_, i) => `CN=Member ${i},OU=Staff,DC=contoso,DC=example`);
    const group = source(1, { kind: 'group', links: { member: members } });
    await store.sources.upsertPage(pair.id, [group], 'run');
    await store.sources.upsertPage(pair.id, [{ ...group, links: { member: members.slice(1) } }], 'run');
    expect((await store.sources.get(pair.id, group.id))?.links['member']).toHaveLength(19_999);
  });
});

describe.each(VARIANTS)('targets ($name)', (variant) => {
  it('stores pages and replaces only links that were read', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 0);
    const boss = guid(2, 7);
    const user = target(1, { links: { manager: [boss] } });
    const group = target(3, { kind: 'group', links: {} });
    expect((await store.targets.upsertPage(pair.id, [user, target(2), group], 'r1')).written).toBe(3);
    expect(await store.targets.setLinks(pair.id, group.id, 'members', [user.id, boss])).toEqual({ added: 2, removed: 0 });
    expect(await store.targets.upsertPage(pair.id, [user, group], 'r2')).toEqual({ written: 0, unchanged: 2, changedIds: [] });
    expect((await store.targets.get(pair.id, group.id))?.links).toEqual({ members: [user.id, boss] });
    expect(await store.targets.get(pair.id, user.id)).toEqual(user);
    // Users are always read with their manager: none sent means none there.
    expect((await store.targets.upsertPage(pair.id, [{ ...user, links: {} }], 'r2')).changedIds).toEqual([user.id]);
    expect((await store.targets.get(pair.id, user.id))?.links).toEqual({});
    expect(await store.targets.setLinks(pair.id, group.id, 'members', [boss, guid(9, 7)])).toEqual({ added: 1, removed: 1 });
    await store.targets.addLinks(pair.id, group.id, 'members', [boss, guid(8, 7)]);
    await store.targets.removeLinks(pair.id, group.id, 'members', [guid(9, 7), guid(99, 7)]);
    expect(await store.targets.linkIds(pair.id, group.id, 'members')).toEqual([boss, guid(8, 7)]);
  });

  it('removes what a whole reading did not see, by kind and place', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 0);
    await store.targets.upsertPage(pair.id, [target(1), target(2), target(3, { kind: 'group' }), target(4, { deleted: true })], 'r1');
    await store.targets.upsertPage(pair.id, [target(1)], 'r2');
    expect(await store.targets.markMissing(pair.id, ['user'], 'directory', 'r2', LATER)).toEqual({ removed: 1 });
    expect((await collect(store.targets.iterate(pair.id))).map((object) => object.id)).toEqual([guid(1, 7), guid(3, 7), guid(4, 7)]);
    expect(await store.targets.markMissing(pair.id, ['user', 'group'], 'recycle bin', 'r2', LATER)).toEqual({ removed: 1 });
    expect((await store.pairs.get(pair.id)).targetObjects).toBe(2);
    await store.targets.remove(pair.id, guid(1, 7));
    expect(await store.targets.getMany(pair.id, [guid(1, 7), guid(3, 7)])).toHaveProperty('size', 1);
  });

  it('walks in pages, with links when asked, and searches', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 0);
    await store.targets.upsertPage(pair.id, Array.from({ length: 25 }, (_, i) => target(i + 1, { links: { manager: [guid(99, 7)] }, deleted: i === 24 })), 'r1');
    const sizes = [];
    for await (const page of store.targets.iterate(pair.id, { kind: 'user', pageSize: 10, withLinks: true })) sizes.push([page.length, page[0]?.links['manager']?.length]);
    expect(sizes).toEqual([[10, 1], [10, 1], [5, 1]]);
    expect(await collect(store.targets.iterate(pair.id, { deleted: 'exclude' }))).toHaveLength(24);
    expect((await store.targets.search(pair.id, 'TARGET2@', '', 10)).map((object) => object.name)).toEqual(['Target 2']);
    expect(await store.targets.search(pair.id, 'target', 'user', 7)).toHaveLength(7);
    expect(await store.targets.search(pair.id, 'target', 'group', 7)).toEqual([]);
    expect(await store.targets.search(pair.id, '%', '', 7)).toEqual([]);
  });
});

describe.each(VARIANTS)('matches ($name)', (variant) => {
  it('stores every outcome, never touches a pinned one', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 5);
    const not = match(2, { state: 'Not matched', targetId: null, ruleId: null, reason: 'Rules 1 to 4 tried, no candidate', risks: [] });
    expect(await store.matches.saveAll(pair.id, [match(1), not])).toEqual({ saved: 2, pinned: 0 });
    expect(await store.matches.get(pair.id, guid(2))).toEqual({ ...not, review: 'Not needed' });
    const pinned: MatchResult = { ...not, state: 'Matched', targetId: guid(50, 7), pinned: true, reason: 'Chosen by a person', review: 'Pinned' };
    const standing = { result: not, confirmed: false, decision: NO_DECISION, status: 'Not matched' as const, reason: '' };
    const decide = async (result: MatchResult, batch: string) => await store.matches.decide({ pairId: pair.id, collectionId: 'any', action: 'pin', actor: 'me', batch }, [{ sourceId: guid(2), before: standing, after: { ...standing, result, confirmed: true } }]);
    await decide(pinned, 'one');
    expect(await store.matches.saveAll(pair.id, [match(1, { reason: 'new' }), not])).toEqual({ saved: 1, pinned: 1 });
    expect(await store.matches.getMany(pair.id, [guid(1), guid(2), guid(3)])).toEqual(new Map([[guid(1), { ...match(1, { reason: 'new' }), review: 'Not needed' }], [guid(2), pinned]]));
    expect(await store.matches.byTargets(pair.id, [guid(50, 7), guid(1, 7), guid(3, 7)])).toEqual(new Map([[guid(50, 7), guid(2)], [guid(1, 7), guid(1)]]));
    await decide({ ...pinned, pinned: false }, 'two');
    expect(await store.matches.batches({ pairId: pair.id, collectionId: 'any' }, 10)).toMatchObject([{ id: 'two', objects: 1 }, { id: 'one', objects: 1 }]);
    expect((await store.matches.saveAll(pair.id, [not])).saved).toBe(1);
    expect(await store.matches.break(pair.id, [guid(1), guid(2), guid(3)])).toEqual({ broken: 1 });
    expect(await store.matches.get(pair.id, guid(1))).toBeUndefined();
  });

  it('keeps two sources on one target: conflicts are stored', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 2);
    await store.matches.saveAll(pair.id, [match(1, { state: 'Conflict' }), match(2, { state: 'Conflict', targetId: guid(1, 7) })]);
    expect((await store.matches.getMany(pair.id, [guid(1), guid(2)])).size).toBe(2);
    expect((await store.matches.byTargets(pair.id, [guid(1, 7)])).size).toBe(0);
  });
});

describe.each(VARIANTS)('the Objects tab ($name)', (variant) => {
  const STATUSES = ['New', 'Failed', 'Completed', 'Matched'] as const;
  const KINDS = ['user', 'group', 'contact'] as const;

  it.each(['name', 'status', 'kind'] as const)('pages completely by %s in both directions although names repeat', async (sort) => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 0);
    const objects = Array.from({ length: 137 }, (_, i) => source(i + 1, { name: ['Ann', 'ann', 'Bob', 'Ölaf'][i % 4] ?? '', kind: KINDS[i % 3] ?? 'user' }));
    await store.sources.upsertPage(pair.id, objects, 'r');
    await store.collections.addMembers(collectionId, objects.map((object) => object.id));
    await store.collections.setStatuses(collectionId, objects.map((object, i) => ({ sourceId: object.id, status: STATUSES[i % 4] ?? 'New', reason: '' })));
    const walk = async (direction: 'ascending' | 'descending'): Promise<ObjectRow[]> => {
      const rows: ObjectRow[] = [];
      let after: string | null = null;
      do {
        const page = await store.collections.pageObjects({ collectionId, sort, direction, after, limit: 10 });
        expect(page.total).toBe(137);
        rows.push(...page.rows);
        after = page.next;
        // A page that starts where the one before it started would go on for ever.
      } while (after !== null && rows.length <= 137);
      return rows;
    };
    const up = await walk('ascending');
    expect(new Set(up.map((row) => row.id)).size).toBe(137);
    expect(up).toHaveLength(137);
    const keys = up.map((row) => (sort === 'name' ? row.name.toLowerCase() : row[sort]));
    expect(keys).toEqual(keys.toSorted());
    expect((await walk('descending')).map((row) => row.id)).toEqual(up.map((row) => row.id).toReversed());
  });

  it('joins source, match and target, searches and filters', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 30);
    await store.targets.upsertPage(pair.id, [target(3)], 'r');
    await store.matches.saveAll(pair.id, [match(3)]);
    await store.collections.setStatuses(collectionId, [{ sourceId: guid(3), status: 'Matched', reason: 'why' }]);
    const row = await store.collections.getObjectRow(collectionId, guid(3));
    expect(row).toEqual({
      id: guid(3), kind: 'user', name: 'Person 000003', dn: source(3).dn, userPrincipalName: 'Person3@contoso.example', mail: 'person3@contoso.example', status: 'Matched', reason: 'why',
      synchronisation: 'Never synced', synchronisationReason: '', targetId: guid(3, 7), targetName: 'Target 3', rule: 'user mail = user mail', pinned: false, risks: ['names differ'], changedAt: expect.any(Number) as number,
    });
    expect((await store.collections.pageObjects({ collectionId, status: 'Matched' })).rows).toEqual([row]);
    expect((await store.collections.pageObjects({ collectionId, search: 'PERSON3@' })).rows).toEqual([row]);
    expect(await store.collections.pageObjects({ collectionId, search: 'p2', limit: 5 })).toMatchObject({ total: 11 });
    expect((await store.collections.pageObjects({ collectionId, search: '_' })).total).toBe(0);
    expect((await store.collections.pageObjects({ collectionId, kind: 'group' })).total).toBe(0);
    expect(await failure(store.collections.getObjectRow(collectionId, guid(99)))).toBe('NOT_FOUND');
    await store.retries.put(collectionId, [{ sourceId: guid(3), failures: 2, retryAt: Date.UTC(2026, 2, 1, 14, 5), problem: 'The tenant refused it.' }]);
    expect(await store.collections.getObjectRow(collectionId, guid(3))).toEqual({ ...row, synchronisationReason: 'The tenant refused it. Failed 2 times; tried again from 2026-03-01 14:05 UTC on.' });
    await store.holds.put(pair.id, [{ sourceId: guid(3), attribute: 'jobTitle', since: 1, by: 'ada', reason: '', taskId: null }]);
    expect((await store.collections.getObjectRow(collectionId, guid(3))).synchronisationReason).toContain('refused');
    await store.holds.put(pair.id, [{ sourceId: guid(3), attribute: '', since: 1, by: 'ada', reason: 'Moves later', taskId: null }]);
    expect((await store.collections.pageObjects({ collectionId, status: 'Matched' })).rows[0]?.synchronisationReason).toBe('Held out of coexistence by ada: Moves later');
    // A new name in the directory moves the row.
    await store.sources.upsertPage(pair.id, [source(3, { name: 'Zoe' })], 'r2');
    expect((await store.collections.pageObjects({ collectionId, direction: 'descending', limit: 1 })).rows[0]?.name).toBe('Zoe');
  });

  it.each(['x', '{}', '[]', '{"k":[1,2],"t":0}', '{"k":["a"],"t":0}', '{"k":["a","b"],"t":-1}', 'x'.repeat(3000)])('refuses the cursor %s', async (after) => {
    const store = await open(variant);
    const { collectionId } = await seeded(store, 1);
    expect(await failure(store.collections.pageObjects({ collectionId, after }))).toBe('INVALID_INPUT');
    expect(await failure(store.collections.pageObjects({ collectionId, limit: LARGEST_PAGE + 1 }))).toBe('INVALID_INPUT');
  });

  it('resolves selections', async () => {
    const store = await open(variant);
    const { collectionId, ids } = await seeded(store, 1100);
    await store.collections.setStatuses(collectionId, ids.slice(0, 600).map((sourceId) => ({ sourceId, status: 'Failed', reason: '' })));
    const resolve = (selection: Parameters<typeof store.collections.resolveSelection>[1]) => collect(store.collections.resolveSelection(collectionId, selection));
    expect(await resolve({ mode: 'ids', ids: [ids[4] ?? '', guid(5000), ids[2] ?? ''] })).toEqual([ids[2], ids[4]]);
    expect(await resolve({ mode: 'all except', ids: [], search: '', status: '' })).toHaveLength(1100);
    expect(await resolve({ mode: 'all except', ids: ids.slice(0, 599), search: '', status: 'Failed' })).toEqual([ids[599]]);
    expect(await resolve({ mode: 'all except', ids: [], search: 'person 00001', status: '' })).toHaveLength(10);
  });
});
