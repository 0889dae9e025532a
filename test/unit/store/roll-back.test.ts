import { describe, expect, it } from 'vitest';
import type { PlanConflict } from '../../../electron/store/index.ts';
import { VARIANTS, guid, operation, sandbox, seeded, type Variant } from './fixture.ts';

const { open } = sandbox();

const made = async (variant: Variant) => {
  const store = await open(variant);
  const { pair, collectionId } = await seeded(store, 3);
  const create = async (kind: 'Migrate' | 'Roll back') => (await store.tasks.create({ pairId: pair.id, collectionId, kind, settings: {}, createdBy: 'test' })).id;
  const [first, second, back] = [await create('Migrate'), await create('Migrate'), await create('Roll back')];
  const write = async (n: number, taskId: string, target: number, outcome?: 'done' | 'failed') => {
    await store.journal.intend([{ id: guid(n), taskId, planId: guid(1), operationId: guid(100 + n), sourceId: guid(target), targetId: guid(target, 7), kind: 'update', operation: operation(target), before: null, intentAt: 1 }]);
    if (outcome !== undefined) await store.journal.settle([{ id: guid(n), outcome, message: '', at: 2 }]);
  };
  await write(50, first, 1, 'done');
  await write(51, second, 1, 'done');
  await write(52, second, 2);
  await write(53, back, 1, 'done');
  return { store, pair, collectionId, first, second, back };
};

describe.each(VARIANTS)('what was taken back ($name)', (variant) => {
  it('finds what migrations wrote on an object later and still stands, open or settled', async () => {
    const { store, pair, first, second } = await made(variant);
    const on = async (after: number) => (await store.journal.standingOn(pair.id, [guid(1, 7), guid(2, 7)], after)).map((entry) => entry.id);
    const { last } = await store.journal.standing({ taskIds: [first] });
    expect(await on(0)).toEqual([guid(50), guid(51), guid(52)]);
    expect(await on(last)).toEqual([guid(51), guid(52)]);
    await store.journal.markUndone([guid(51)], guid(3));
    expect(await on(last)).toEqual([guid(52)]);
    expect(await store.journal.standingOn(guid(9), [guid(1, 7)], 0)).toEqual([]);
    expect(await store.journal.standingTasks([first, second])).toEqual(new Set([first, second]));
    await store.journal.markUndone([guid(50)], guid(3));
    expect(await store.journal.standingTasks([first, second])).toEqual(new Set([second]));
  });

  it('keeps single values, and where the journal stands tells of each of them', async () => {
    const { store, pair, second } = await made(variant);
    const before = await store.journal.standing({ taskIds: [second] });
    await store.journal.markValuesUndone([{ id: guid(51), values: ['city'] }]);
    const one = await store.journal.standing({ taskIds: [second] });
    expect(one.standing).toBeLessThan(before.standing);
    await store.journal.markValuesUndone([{ id: guid(51), values: ['city', 'jobTitle'] }]);
    expect((await store.journal.standing({ taskIds: [second] })).standing).toBeLessThan(one.standing);
    expect((await store.journal.standingOn(pair.id, [guid(1, 7)], 0)).map((entry) => [entry.id, entry.undoneValues])).toEqual([[guid(50), []], [guid(51), ['city', 'jobTitle']]]);
    expect(await store.journal.standing({ pairId: pair.id })).toMatchObject({ standing: 4 - 0.002 });
  });

  it('keeps what was left in place of a write, whether the rest of it stands or not', async () => {
    const { store, pair } = await made(variant);
    await store.journal.markValuesUndone([{ id: guid(50), values: [], left: ['city'] }, { id: guid(51), values: ['city', 'jobTitle'], left: ['jobTitle'] }, { id: guid(53), values: ['city'] }]);
    await store.journal.markUndone([guid(50)], guid(3));
    const on = async (after: number) => (await store.journal.leftOn(pair.id, [guid(1, 7), guid(2, 7)], after)).map((entry) => [entry.id, entry.undoneValues, entry.leftValues]);
    expect(await on(0)).toEqual([[guid(50), [], ['city']], [guid(51), ['city', 'jobTitle'], ['jobTitle']]]);
    const [first] = await store.journal.leftOn(pair.id, [guid(1, 7)], 0);
    expect(await on(first?.sequence ?? 0)).toEqual([[guid(51), ['city', 'jobTitle'], ['jobTitle']]]);
    expect(await store.journal.leftOn(guid(9), [guid(1, 7)], 0)).toEqual([]);
    await store.journal.markValuesUndone([{ id: guid(51), values: ['city', 'jobTitle'], left: [] }]);
    expect(await on(first?.sequence ?? 0)).toEqual([]);
  });

  it('keeps the three-way view of a plan, and forgets it with the plan', async () => {
    const { store, collectionId, back } = await made(variant);
    const plan = await store.plans.create({ taskId: back, collectionId, tenantName: 't', settings: null, confirmation: 'c' });
    const conflict: PlanConflict = { sourceId: guid(1), targetId: guid(1, 7), name: 'Ann', kind: 'user', attribute: 'city', value: null, created: false, before: null, written: ['a'], current: ['b', 'c'], between: { values: null }, choice: 'keep' };
    const other: PlanConflict = { ...conflict, sourceId: null, attribute: '', created: true, between: null, choice: 'restore' };
    await store.planConflicts.append(plan.id, [conflict, other]);
    const page = await store.planConflicts.page({ planId: plan.id, limit: 1 });
    expect(page).toMatchObject({ rows: [conflict], total: 2 });
    expect((await store.planConflicts.page({ planId: plan.id, limit: 1, after: page.next })).rows).toEqual([other]);
    await store.tasks.remove(back);
    expect((await store.planConflicts.page({ planId: plan.id })).rows).toEqual([]);
  });
});
