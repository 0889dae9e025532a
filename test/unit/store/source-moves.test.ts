import { describe, expect, it } from 'vitest';
import { collect, guid, PAIR, sandbox, source, VARIANTS } from './fixture.ts';

const BASE = 'DC=contoso,DC=example';
const dn = (name: string, unit = 'OU=Staff'): string => `CN=${name},${unit},${BASE}`;
const unit = (name: string): string => `OU=${name},${BASE}`;
const mark = { method: 'DirSync', server: 'dc1', invocation: 'i', usn: '1', token: 't', askedHash: 'h', readAt: 5, problem: '' };

describe.each(VARIANTS)('what moved in the directory ($name)', (variant) => {
  const box = sandbox();
  /** Two people, a group of both and of somebody unknown, and a reference that waits for the second. */
  const opened = async () => {
    const store = await box.open(variant);
    const { id: pair } = await store.pairs.create(PAIR);
    const collection = await store.collections.create({ pairId: pair, name: 'First' });
    await store.watermarks.save(pair, 'source', mark);
    await store.sources.upsertPage(pair, [source(1, { dn: dn('Ann'), attributes: { distinguishedName: [dn('Ann')] } }), source(2, { dn: dn('Ben') }), source(3, { kind: 'group', dn: dn('All'), links: { member: [dn('Ann'), dn('Ben'), dn('Unknown')] } })], 'run');
    await store.containers.replaceAll(pair, [{ id: guid(1, 5), dn: unit('Staff') }, { id: guid(2, 5), dn: `OU=Inner,${unit('Staff')}` }]);
    await store.references.record(pair, { taskId: 't', collectionId: collection.id }, [{ sourceId: guid(3), attribute: 'member', dn: dn('Ben'), reason: 'it waits' }], [guid(3)]);
    const end = (await store.changeFeed.page(pair, 0, 100)).at(-1)?.number ?? 0;
    const links = async () => (await store.sources.get(pair, guid(3)))?.links;
    const feed = async () => (await store.changeFeed.page(pair, end, 100)).map(({ objectId, what }) => `${what} ${objectId.slice(0, 8)}`).toSorted();
    const moves = (more: Partial<Parameters<typeof store.sources.applyMoves>[2]>, base = '') => store.sources.applyMoves(pair, base, { objects: [], containers: [], deleted: [], ...more });
    const waiting = async () => (await collect(store.references.iterateOpen(pair))).map((one) => one.dn);
    return { store, pair, links, feed, moves, waiting };
  };

  it('renames an object in every link to it', async () => {
    const { store, pair, links, feed, moves, waiting } = await opened();
    await moves({ objects: [{ id: guid(1), dn: dn('Ann B') }, { id: guid(2), dn: dn('Ben B') }] });
    expect(await links()).toEqual({ member: [dn('Ann B'), dn('Ben B'), dn('Unknown')] });
    expect(await waiting()).toEqual([dn('Ben B')]);
    expect((await store.sources.get(pair, guid(1)))?.attributes).toEqual({ distinguishedName: [dn('Ann B')] });
    expect(await store.sources.byDns(pair, [dn('Ann'), dn('Ann B')])).toEqual(new Map([[dn('Ann B').toLowerCase(), guid(1)]]));
    expect(await store.sources.referrers(pair, [guid(1)])).toEqual([guid(3)]);
    expect(await feed()).toEqual([`links ${guid(3).slice(0, 8)}`, `object ${guid(1).slice(0, 8)}`, `object ${guid(2).slice(0, 8)}`]);
    await moves({ objects: [{ id: guid(1), dn: dn('Ann B') }] });
    expect(await feed()).toHaveLength(3);
  });

  it('lets two objects take each other\'s name, and doubts who is meant', async () => {
    const { store, pair, links, moves } = await opened();
    await store.sources.upsertPage(pair, [source(3, { kind: 'group', dn: dn('All'), links: { member: [dn('Ann')], managedBy: [dn('Ben')] } })], 'run');
    expect((await moves({ objects: [{ id: guid(1), dn: dn('Ben') }, { id: guid(2), dn: dn('Ann') }] })).doubtful).toEqual([guid(3)]);
    expect(await links()).toEqual({ member: [dn('Ben')], managedBy: [dn('Ann')] });
  });

  it('renames everything below a container, but for what is reported itself, and at any depth', async () => {
    const { store, pair, links, moves, waiting } = await opened();
    const { entered, left } = await moves({ containers: [{ id: guid(1, 5), dn: unit('People_%|x') }], objects: [{ id: guid(2), dn: dn('Ben', 'OU=Else') }] });
    expect({ entered, left }).toEqual({ entered: [], left: [] });
    expect(await links()).toEqual({ member: [dn('Ann', 'OU=People_%|x'), dn('Ben', 'OU=Else'), dn('Unknown', 'OU=People_%|x')] });
    expect(await waiting()).toEqual([dn('Ben', 'OU=Else')]);
    expect(await store.containers.some(pair, [guid(2, 5)])).toEqual(new Map([[guid(2, 5), `OU=Inner,${unit('People_%|x')}`]]));
    await moves({ containers: [{ id: guid(1, 5), dn: unit('Again') }] });
    expect((await links())?.['member']).toContain(dn('Ann', 'OU=Again'));
  });

  it('flags what left the base with its container, and names containers that came into it', async () => {
    const { store, pair, feed, moves } = await opened();
    const { left, entered } = await moves({ containers: [{ id: guid(1, 5), dn: `OU=Staff,${unit('Else')}` }, { id: guid(3, 5), dn: unit('Staff') }] }, unit('Staff'));
    expect({ left: left.toSorted(), entered }).toEqual({ left: [guid(1), guid(2), guid(3)], entered: [{ id: guid(3, 5), dn: unit('Staff') }] });
    expect((await store.sources.get(pair, guid(1)))?.missing).toBe(true);
    expect((await feed()).filter((entry) => entry.startsWith('gone'))).toHaveLength(3);
  });

  it('takes deleted objects out of every link, and does not go by the old name of one that was gone', async () => {
    const { store, pair, links, moves } = await opened();
    await moves({ deleted: [guid(1), guid(2, 5)] });
    await store.sources.markGone(pair, [guid(1)]);
    expect(await links()).toEqual({ member: [dn('Ben'), dn('Unknown')] });
    expect(await store.containers.some(pair, [guid(2, 5)])).toEqual(new Map());
    // Another one has the name now.
    await store.sources.upsertPage(pair, [source(4, { dn: dn('Ann') }), source(3, { kind: 'group', dn: dn('All'), links: { member: [dn('Ann')] } })], 'run');
    await moves({ objects: [{ id: guid(1), dn: dn('Ann back') }] });
    expect(await links()).toEqual({ member: [dn('Ann')] });
  });

  it('keeps a feed for a pair that is followed, by position, and no number comes twice', async () => {
    const { store, pair } = await opened();
    const all = await store.changeFeed.page(pair, 0, 100);
    expect(all.map(({ side, what }) => [side, what])).toEqual([['source', 'object'], ['source', 'object'], ['source', 'object']]);
    expect(await store.changeFeed.page(pair, all[0]!.number, 1)).toEqual([all[1]]);
    const latest = await store.changeFeed.latest(pair);
    expect(await store.changeFeed.prune(pair, latest)).toBe(3);
    await store.changeFeed.append(pair, 'target', [{ objectId: 'x', what: 'back' }]);
    expect((await store.changeFeed.page(pair, latest, 10)).map(({ objectId }) => objectId)).toEqual(['x']);
    await store.watermarks.remove(pair, 'source');
    await store.sources.markGone(pair, [guid(1)]);
    expect(await store.changeFeed.page(pair, latest, 10)).toHaveLength(1);
    await store.watermarks.save(pair, 'users', mark);
    await store.watermarks.save(pair, 'users', { ...mark, usn: '2' });
    expect(await store.watermarks.list(pair)).toEqual(new Map([['users', { ...mark, usn: '2' }]]));
  });
});
