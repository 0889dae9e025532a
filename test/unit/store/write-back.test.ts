import { describe, expect, it } from 'vitest';
import { VARIANTS, guid, sandbox, seeded, source, target } from './fixture.ts';

const { open } = sandbox();
const cloud = (n: number): string => `cloud-${n}`;
const agreed = (n: number, targetId = cloud(n)) => ({ id: guid(n), targetId });

describe.each(VARIANTS)('membership written back ($name)', (variant) => {
  /** Groups 11 and 12 of a collection are matched; group 11 of the tenant holds objects 1 (matched with user 1) and 2. */
  const start = async () => {
    const store = await open(variant);
    const { pair, collectionId, ids } = await seeded(store, 3);
    const groups = [11, 12, 13].map((n) => ({ ...source(n), kind: 'group' as const }));
    await store.sources.upsertPage(pair.id, groups, 'run 1');
    await store.collections.addMembers(collectionId, groups.map((one) => one.id));
    await store.targets.upsertPage(pair.id, [1, 2].map((n) => ({ ...target(n), id: cloud(n), links: {} })), 'run 1');
    await store.targets.upsertPage(pair.id, [11, 12].map((n) => ({ ...target(n), id: cloud(n), kind: 'group' as const, links: { members: n === 11 ? [cloud(1), cloud(2)] : [] } })), 'run 1');
    const matched = (sourceId: string, n: number) => ({ sourceId, state: 'Matched' as const, targetId: cloud(n), ruleId: null, pinned: false, evidence: [], risks: [], reason: '' });
    await store.matches.saveAll(pair.id, [matched(ids[0] ?? '', 1), ...groups.slice(0, 2).map((one, i) => matched(one.id, 11 + i))]);
    return { store, pair, collectionId, ids, groups: groups.map((one) => one.id) };
  };

  it('keeps who chose what, and what both sides agreed on', async () => {
    const { store, pair, collectionId, groups: [a = '', b = ''] } = await start();
    await store.writeBack.choose(collectionId, pair.id, [a, b, a], { since: 5, by: 'me' });
    await store.writeBack.agree(pair.id, a, { add: [agreed(1), agreed(2), agreed(1)], remove: [] });
    await store.writeBack.agree(pair.id, a, { add: [agreed(1, 'other'), agreed(3)], remove: [guid(2), guid(9)] });
    await store.writeBack.setAgreed(pair.id, [a], 7);
    await store.writeBack.setTried(pair.id, new Map([[a, 'digest']]));
    // Choosing again changes nothing.
    await store.writeBack.choose(collectionId, pair.id, [a], { since: 6, by: 'somebody else' });
    expect(await store.writeBack.list(collectionId)).toEqual([{ sourceId: a, collectionId, since: 5, by: 'me', agreedAt: 7, agreed: 2, tried: 'digest' }, { sourceId: b, collectionId, since: 5, by: 'me', agreedAt: null, agreed: 0, tried: '' }]);
    expect(await store.writeBack.agreed(pair.id, a)).toEqual(new Map([[guid(1), 'other'], [guid(3), cloud(3)]]));
    expect(await store.writeBack.ofPair(pair.id)).toEqual(new Set([a, b]));
    await store.writeBack.leave(collectionId, pair.id, [a, guid(77)]);
    expect([await store.writeBack.ofPair(pair.id), await store.writeBack.agreed(pair.id, a)]).toEqual([new Set([b]), new Map()]);
    await store.writeBack.agree(pair.id, b, { add: [agreed(1)], remove: [] });
    await store.collections.remove(collectionId);
    expect([await store.writeBack.ofPair(pair.id), await store.writeBack.agreed(pair.id, b)]).toEqual([new Set(), new Map()]);
  });

  it('shows groups by name with their match, and members without one, a page at a time', async () => {
    const { store, pair, collectionId, groups: [a = '', b = '', c = ''] } = await start();
    await store.writeBack.choose(collectionId, pair.id, [a, b], { since: 5, by: 'me' });
    const first = await store.writeBack.groups({ collectionId, limit: 2 });
    const second = await store.writeBack.groups({ collectionId, limit: 2, after: first.next });
    expect([...first.rows, ...second.rows].map((one) => [one.sourceId, one.targetId, one.chosenBy, one.missing])).toEqual([[a, cloud(11), collectionId, false], [b, cloud(12), collectionId, false], [c, null, null, false]]);
    expect([first.total, second.next]).toEqual([3, null]);
    expect((await store.writeBack.groups({ collectionId, ids: [c] })).rows.map((one) => one.sourceId)).toEqual([c]);
    const waiting = await store.writeBack.waiting({ collectionId });
    expect([waiting.total, waiting.rows.map((one) => [one.sourceId, one.memberId, one.memberName])]).toEqual([1, [[a, cloud(2), target(2).name]]]);
    expect(await store.writeBack.waitingCounts(collectionId)).toEqual(new Map([[a, 1]]));
  });

  it('counts a match that nobody has looked at yet as none, of a member and of a group', async () => {
    const { store, pair, collectionId, ids, groups: [a = '', b = ''] } = await start();
    await store.writeBack.choose(collectionId, pair.id, [a, b], { since: 5, by: 'me' });
    const unsure = (sourceId: string, n: number) => ({ sourceId, state: 'Matched' as const, targetId: cloud(n), ruleId: null, pinned: false, evidence: [], risks: [], reason: '', review: 'To review' as const });
    await store.matches.saveAll(pair.id, [unsure(ids[1] ?? '', 2), unsure(b, 12)]);
    expect((await store.writeBack.waiting({ collectionId })).rows.map((one) => [one.memberId, one.toReview])).toEqual([[cloud(2), true]]);
    expect((await store.writeBack.groups({ collectionId })).rows.map((one) => [one.targetId, one.review])).toEqual([[cloud(11), 'Migrated before'], [cloud(12), 'To review'], [null, null]]);
    await store.matches.saveAll(pair.id, [unsure(a, 11)]);
    expect(await store.writeBack.waitingCounts(collectionId)).toEqual(new Map());
  });
});
