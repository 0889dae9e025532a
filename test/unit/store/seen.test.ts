import { describe, expect, it } from 'vitest';
import { VARIANTS, guid, sandbox, seeded, source, target } from './fixture.ts';

const { open } = sandbox();

describe.each(VARIANTS)('reading at the same time as somebody else ($name)', (variant) => {
  it('a source that another reading saw after this one began is not gone', async () => {
    let now = 1_000;
    const store = await open({ ...variant, environment: { ...variant.environment, clock: () => now } });
    const { pair } = await seeded(store, 4);
    now = 2_000;
    const began = now;
    await store.sources.upsertPage(pair.id, [source(1), source(2), source(3, { name: 'Changed' })], 'this reading');
    // Somebody adds objects, or another console discovers: the rows carry that run's id now.
    now = 2_500;
    await store.sources.upsertPage(pair.id, [source(2), source(3, { name: 'Changed' }), source(9)], 'another reading');
    expect(await store.sources.markMissing(pair.id, 'this reading', began)).toEqual({ missing: 1 });
    for (const n of [1, 2, 3, 9]) expect((await store.sources.get(pair.id, guid(n)))?.missing, String(n)).toBe(false);
    expect((await store.sources.get(pair.id, guid(4)))?.missing).toBe(true);
    // Strictly before: what was seen in the very millisecond of the start may belong to the other reading.
    now = 3_000;
    await store.sources.upsertPage(pair.id, [source(1)], 'another reading');
    expect(await store.sources.markMissing(pair.id, 'a third reading', 3_000)).toEqual({ missing: 3 });
    expect((await store.sources.get(pair.id, guid(1)))?.missing).toBe(false);
  });

  it('a target that another reading saw after this one began is not removed', async () => {
    let now = 1_000;
    const store = await open({ ...variant, environment: { ...variant.environment, clock: () => now } });
    const { pair } = await seeded(store, 0);
    await store.targets.upsertPage(pair.id, [target(1), target(2), target(3), target(5, { deleted: true }), target(6, { deleted: true })], 'before');
    now = 2_000;
    await store.targets.upsertPage(pair.id, [target(1), target(2)], 'this reading');
    now = 2_500;
    await store.targets.upsertPage(pair.id, [target(2), target(4), target(5, { deleted: true })], 'another reading');
    expect(await store.targets.markMissing(pair.id, ['user'], 'directory', 'this reading', 2_000)).toEqual({ removed: 1 });
    expect(await store.targets.markMissing(pair.id, ['user'], 'recycle bin', 'this reading', 2_000)).toEqual({ removed: 1 });
    expect([...(await store.targets.getMany(pair.id, [1, 2, 3, 4, 5, 6].map((n) => guid(n, 7)))).keys()].toSorted()).toEqual([1, 2, 4, 5].map((n) => guid(n, 7)));
  });

  it('a clock that was set back during a reading makes nothing of it vanish', async () => {
    let now = 5_000;
    const store = await open({ ...variant, environment: { ...variant.environment, clock: () => now } });
    const { pair } = await seeded(store, 1);
    now = 4_000;
    await store.sources.upsertPage(pair.id, [source(1)], 'this reading');
    expect(await store.sources.markMissing(pair.id, 'this reading', 6_000)).toEqual({ missing: 0 });
  });

  it('members that were read and are none are not members that were never read', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 0);
    const [read, unread, person] = [target(1, { kind: 'group', links: {} }), target(2, { kind: 'group', links: {} }), target(3)];
    await store.targets.upsertPage(pair.id, [read, unread, person], 'r1');
    await store.targets.setLinks(pair.id, read.id, 'members', []);
    expect((await store.targets.get(pair.id, read.id))?.links).toEqual({ members: [] });
    expect((await store.targets.get(pair.id, unread.id))?.links).toEqual({});
    // The group itself is read again, changed or not: what is known of its members stays.
    await store.targets.upsertPage(pair.id, [read], 'r2');
    await store.targets.upsertPage(pair.id, [{ ...read, name: 'Renamed' }], 'r3');
    expect((await store.targets.get(pair.id, read.id))?.links).toEqual({ members: [] });
    await store.targets.setLinks(pair.id, unread.id, 'members', [person.id]);
    await store.targets.removeLinks(pair.id, unread.id, 'members', [person.id]);
    expect((await store.targets.get(pair.id, unread.id))?.links).toEqual({ members: [] });
    // Without links nothing is said about members.
    for await (const page of store.targets.iterate(pair.id, { kind: 'group' })) for (const object of page) expect(object.links).toEqual({});
    for await (const page of store.targets.iterate(pair.id, { kind: 'group', withLinks: true })) for (const object of page) expect(object.links).toEqual({ members: [] });
  });
});
