import { describe, expect, it } from 'vitest';
import { VARIANTS, failure, guid, operation, sandbox, seeded } from './fixture.ts';

const { open } = sandbox();
const hold = (sourceId: string, attribute = '', more: Partial<{ since: number; by: string; reason: string; taskId: string | null }> = {}) => ({ sourceId, attribute, since: 5, by: 'me', reason: 'why', taskId: null, ...more });

describe.each(VARIANTS)('holds ($name)', (variant) => {
  it('keep what was said first, and are known by object', async () => {
    const store = await open(variant);
    const { pair, ids: [a = '', b = '', c = ''] } = await seeded(store, 3);
    expect(await store.holds.put(pair.id, [hold(a), hold(b, 'jobTitle'), hold(b, 'city'), hold(b, 'city')])).toBe(3);
    expect(await store.holds.put(pair.id, [hold(a, '', { by: 'somebody else' }), hold(c)])).toBe(1);
    expect(await store.holds.of(pair.id, [a, b])).toEqual(new Map([[a, new Set([''])], [b, new Set(['city', 'jobTitle'])]]));
    expect((await store.holds.page({ pairId: pair.id })).rows.find((row) => row.sourceId === a)).toMatchObject({ by: 'me', kind: 'user', since: 5, taskId: null });
    expect(await store.holds.of(guid(9), [a])).toEqual(new Map());
    // Of many objects what little is held is read, and only what was asked for told; when much is held the objects are asked for.
    const many = Array.from({ length: 600 }, (_, i) => guid(1_000 + i));
    expect(await store.holds.of(pair.id, [...many, b])).toEqual(new Map([[b, new Set(['city', 'jobTitle'])]]));
    await store.holds.put(pair.id, many.map((id) => hold(id)));
    expect((await store.holds.of(pair.id, [...many.slice(0, 550), a])).size).toBe(551);
  });

  it('are listed by name and attribute, a page at a time, of a collection or by a part of a name', async () => {
    const store = await open(variant);
    const { pair, collectionId, ids: [a = '', b = '', c = ''] } = await seeded(store, 3);
    const stranger = guid(77);
    await store.holds.put(pair.id, [hold(c), hold(b, 'jobTitle'), hold(b), hold(a), hold(stranger)]);
    const first = await store.holds.page({ pairId: pair.id, limit: 2 });
    const second = await store.holds.page({ pairId: pair.id, limit: 2, after: first.next });
    const third = await store.holds.page({ pairId: pair.id, limit: 2, after: second.next });
    // The project does not know the first; it is named by its id.
    expect([...first.rows, ...second.rows, ...third.rows].map((row) => [row.sourceId, row.attribute])).toEqual([[stranger, ''], [a, ''], [b, ''], [b, 'jobTitle'], [c, '']]);
    expect(first.rows[0]).toMatchObject({ name: stranger, kind: null });
    expect([first.total, second.total, third.next]).toEqual([5, 5, null]);
    expect((await store.holds.page({ pairId: pair.id, collectionId })).total).toBe(4);
    // Members that are held as a whole.
    expect(await store.holds.members(collectionId)).toEqual([a, b, c].toSorted());
    await store.collections.removeMembers(collectionId, [c]);
    expect(await store.holds.members(collectionId)).toEqual([a, b].toSorted());
    await store.collections.addMembers(collectionId, [c]);
    const name = (await store.sources.getMany(pair.id, [b])).get(b)?.name ?? '';
    expect((await store.holds.page({ pairId: pair.id, search: name.toUpperCase() })).rows.map((row) => row.sourceId)).toEqual([b, b]);
    expect(await failure(store.holds.page({ pairId: pair.id, after: 'nonsense' }))).toBe('INVALID_INPUT');
  });

  it('feed the object when they are released, once, and nothing when there was none', async () => {
    const store = await open(variant);
    const { pair, ids: [a = '', b = ''] } = await seeded(store, 3);
    await store.holds.put(pair.id, [hold(a), hold(a, 'city')]);
    const before = await store.changeFeed.latest(pair.id);
    expect(await store.holds.release(pair.id, [{ sourceId: a, attribute: '' }, { sourceId: a, attribute: 'city' }, { sourceId: a, attribute: 'city' }, { sourceId: b, attribute: '' }])).toHaveLength(2);
    expect((await store.changeFeed.page(pair.id, before, 10)).map(({ side, objectId, what }) => [side, objectId, what])).toEqual([['source', a, 'object']]);
    expect(await store.holds.release(pair.id, [{ sourceId: a, attribute: '' }])).toEqual([]);
    expect((await store.holds.page({ pairId: pair.id })).total).toBe(0);
  });

  it('go with their pair', async () => {
    const store = await open(variant);
    const { pair, ids: [a = ''] } = await seeded(store, 1);
    await store.holds.put(pair.id, [hold(a)]);
    await store.pairs.remove(pair.id);
    expect(await store.holds.of(pair.id, [a])).toEqual(new Map());
  });
});

describe.each(VARIANTS)('tasks that wrote in a time ($name)', (variant) => {
  it('are those with an entry in it, open or settled, newest first; roll backs and other collections are none', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 2);
    const make = async (kind: 'Migrate' | 'Synchronise' | 'Roll back', n: number, intentAt: number, within = collectionId) => {
      const { id } = await store.tasks.create({ pairId: pair.id, collectionId: within, kind, settings: {}, createdBy: 'test' });
      await store.journal.intend([{ id: guid(n), taskId: id, planId: guid(1), operationId: guid(100 + n), sourceId: guid(1), targetId: guid(1, 7), kind: 'update', operation: operation(1), before: null, intentAt }]);
      return id;
    };
    const now = Date.now();
    const [first, second] = [await make('Migrate', 50, now + 1_000), await make('Synchronise', 51, now + 2_000)];
    await make('Roll back', 52, now + 2_000);
    await make('Synchronise', 53, now + 2_000, (await store.collections.create({ pairId: pair.id, name: 'Other' })).id);
    await store.tasks.update(first, { finishedAt: now + 1_500 });
    expect(await store.journal.writtenBetween(collectionId, now + 1_000, now + 2_000)).toEqual([second, first]);
    expect(await store.journal.writtenBetween(collectionId, now + 1_001, now + 2_000)).toEqual([second]);
    expect(await store.journal.writtenBetween(collectionId, now + 1_600, now + 1_999)).toEqual([]);
    expect(await store.journal.standing({ taskIds: [first, second] })).toMatchObject({ standing: 2 });
    // Roll backs of several tasks are known by each of them.
    const back = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Roll back', settings: { undoes: null, tasks: [second, first] }, createdBy: 'test' });
    expect((await store.tasks.thatUndo([first])).map((task) => task.id)).toEqual([back.id]);
    expect(await store.tasks.thatUndo([guid(9)])).toEqual([]);
  });
});
