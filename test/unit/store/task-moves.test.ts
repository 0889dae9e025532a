import { describe, expect, it } from 'vitest';
import { VARIANTS, collect, failure, guid, operation, sandbox, seeded, type Variant } from './fixture.ts';

const { open } = sandbox();

const made = async (variant: Variant) => {
  const store = await open(variant);
  const { pair, collectionId } = await seeded(store, 3);
  const create = async (more: { readonly undoes?: string } = {}) => (await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Migrate', settings: {}, createdBy: 'test', ...more })).id;
  return { store, pair, collectionId, create };
};

describe.each(VARIANTS)('moving tasks ($name)', (variant) => {
  it('happens only from the states given, and once', async () => {
    const { store, create } = await made(variant);
    const id = await create();
    expect(await store.tasks.moveIf(id, ['Awaiting approval'], { state: 'Discarded' })).toBeUndefined();
    expect(await store.tasks.get(id)).toMatchObject({ state: 'Queued', seq: 1 });
    const both = await Promise.all([store.tasks.moveIf(id, ['Queued', 'Cancelled'], { state: 'Awaiting approval', message: 'a' }), store.tasks.moveIf(id, ['Queued'], { state: 'Discarded', message: 'b' })]);
    expect(both.filter((one) => one !== undefined)).toHaveLength(1);
    expect((await store.tasks.get(id)).seq).toBe(2);
    expect(await store.tasks.moveIf(guid(77), ['Queued'], { state: 'Discarded' })).toBeUndefined();
    expect(await failure(store.tasks.moveIf(id, ['Awaiting approval'], { state: 'Running' }))).toBe('CONFLICT');
  });

  it('sees every task of a scope, however many', async () => {
    const { store, pair, collectionId, create } = await made(variant);
    const ids: string[] = [];
    for (let i = 0; i < 501; i++) ids.push(await create());
    await store.tasks.moveIf(ids[0] ?? '', ['Queued'], { state: 'Failed' });
    const walk = async (scope: Parameters<typeof store.tasks.iterate>[0]) => (await collect(store.tasks.iterate(scope))).map((t) => t.id);
    expect(await walk({})).toEqual(ids.toReversed());
    expect(await walk({ pairId: pair.id, states: ['Failed', 'Running'] })).toEqual([ids[0]]);
    expect(await walk({ collectionId, states: ['Queued'] })).toHaveLength(500);
    expect(await walk({ collectionId: guid(9) })).toEqual([]);
  });

  it('finds what takes a task back', async () => {
    const { store, create } = await made(variant);
    const [first, other] = [await create(), await create()];
    const backs = [await create({ undoes: first }), await create({ undoes: first })];
    expect((await store.tasks.thatUndo([first, other])).map((t) => t.id)).toEqual(backs.toReversed());
    expect(await store.tasks.thatUndo([])).toEqual([]);
  });

  it('tells where the journal of a task or an object stands', async () => {
    const { store, pair, create } = await made(variant);
    const task = await create();
    expect(await store.journal.standing({ taskIds: [task] })).toEqual({ last: 0, standing: 0 });
    const intent = (n: number) => ({ id: guid(n), taskId: task, planId: guid(1), operationId: guid(100 + n), sourceId: guid(200 + n), targetId: null, kind: 'create' as const, operation: operation(n), before: null, intentAt: 1 });
    await store.journal.intend([intent(50), intent(51), intent(52)]);
    const before = await store.journal.standing({ taskIds: [task] });
    expect(before).toMatchObject({ standing: 3 });
    await store.journal.markUndone([guid(51)], guid(3));
    expect(await store.journal.standing({ taskIds: [task] })).toEqual({ last: before.last, standing: 2 });
    expect(await store.journal.standing({ pairId: pair.id, sourceId: guid(251) })).toEqual({ last: before.last - 1, standing: 0 });
    expect(await store.journal.standing({ pairId: guid(8), sourceId: guid(251) })).toEqual({ last: 0, standing: 0 });
  });
});
