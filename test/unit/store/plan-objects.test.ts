import { describe, expect, it } from 'vitest';
import type { PlannedOperation, Store } from '../../../electron/store/index.ts';
import { VARIANTS, guid, operation, sandbox, seeded } from './fixture.ts';

const { open } = sandbox();
const NONE = { counts: {}, guard: [], findings: { errors: 0, warnings: 0 }, unresolved: 0, conflicts: 0 };

describe.each(VARIANTS)('objects that plans write to ($name)', (variant) => {
  const start = async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 3);
    let series = 100;
    const plan = async (...changes: readonly Partial<PlannedOperation>[]): Promise<string> => {
      const { id: taskId } = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Migrate', settings: {}, createdBy: 'test' });
      const { id } = await store.plans.create({ taskId, collectionId, tenantName: 't', settings: null, confirmation: 'c' });
      series += 1;
      await store.plans.appendOperations(id, changes.map((more, i) => operation(i + 1, { id: guid(i + 1, series), ...more })));
      await store.plans.saveSummary(id, NONE as unknown as Parameters<Store['plans']['saveSummary']>[1]);
      return id;
    };
    return { store, plan };
  };

  it('two plans share an object of the directory, or an object of the tenant that belongs to none in common', async () => {
    const { store, plan } = await start();
    const first = await plan({ sourceId: guid(1), targetId: guid(1, 7), name: 'Ann' }, { sourceId: guid(2), targetId: guid(2, 7), name: 'Ben' });
    const bySource = await plan({ sourceId: guid(1), targetId: null });
    const byTarget = await plan({ sourceId: guid(9), targetId: guid(2, 7), name: 'Ben of the other pair' });
    const neither = await plan({ sourceId: guid(8), targetId: guid(8, 7) });
    expect(await store.plans.sharedObject(first, [neither, bySource])).toEqual({ planId: bySource, name: 'Ann' });
    expect(await store.plans.sharedObject(first, [neither, byTarget])).toEqual({ planId: byTarget, name: 'Ben' });
    expect(await store.plans.sharedObject(byTarget, [first])).toEqual({ planId: first, name: 'Ben of the other pair' });
    expect(await store.plans.sharedObject(first, [neither])).toBeUndefined();
    // A summary that is saved again, as a roll back does, changes nothing.
    await store.plans.saveSummary(first, NONE as unknown as Parameters<Store['plans']['saveSummary']>[1]);
    expect(await store.plans.sharedObject(first, [byTarget])).toEqual({ planId: byTarget, name: 'Ben' });
  });

  it('an object that a plan has made counts from the moment that its id is known', async () => {
    const { store, plan } = await start();
    const making = await plan({ kind: 'create', sourceId: guid(1), targetId: null });
    const other = await plan({ sourceId: guid(9), targetId: guid(1, 7), name: 'Ann' });
    expect(await store.plans.sharedObject(other, [making])).toBeUndefined();
    const [made] = await store.plans.operationsOn(making, [guid(1)]);
    await store.plans.setOutcomes([{ operationId: made?.id ?? '', outcome: 'done', message: '', targetId: guid(1, 7) }]);
    expect(await store.plans.sharedObject(other, [making])).toEqual({ planId: making, name: 'Ann' });
  });

  it('nothing of it is left when the tasks of a pair are forgotten with it', async () => {
    const { store, plan } = await start();
    await plan({ sourceId: guid(1), targetId: guid(1, 7) });
    const [pair] = await store.pairs.list();
    await store.pairs.remove(pair?.id ?? '');
    expect(await store.pairs.list()).toEqual([]);
  });
});
