import { describe, expect, it } from 'vitest';
import { VARIANTS, collect, guid, sandbox, seeded, source } from './fixture.ts';

const { open } = sandbox();

describe.each(VARIANTS)('references that wait ($name)', (variant) => {
  it('are for the object that has the DN now, not for one that had it and is gone', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 3);
    const { id: taskId } = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Migrate', settings: {}, createdBy: 'test' });
    await store.matches.saveAll(pair.id, [{ sourceId: guid(1), state: 'Matched', targetId: guid(1, 7), ruleId: null, pinned: false, evidence: [], risks: [], reason: '' }]);
    const { dn } = source(2);
    await store.references.record(pair.id, { taskId, collectionId }, [{ sourceId: guid(1), attribute: 'manager', dn: 'CN=Unknown', reason: 'x' }], []);
    const began = (await store.tasks.get(taskId)).createdAt;
    // Each of the two may come first where the order is left to the database.
    for (const young of [guid(0), guid(9)]) {
      await new Promise((resolve) => { setTimeout(resolve, 2); });
      await store.sources.upsertPage(pair.id, [source(1), { ...source(2), id: young, dn }], `run ${young}`);
      await store.sources.markMissing(pair.id, `run ${young}`, Math.max(began, Date.now()));
      await store.references.record(pair.id, { taskId, collectionId }, [{ sourceId: guid(1), attribute: 'member', dn, reason: 'x' }], []);
      expect((await collect(store.references.iterateOpen(pair.id))).map((one) => [one.attribute, one.otherId])).toEqual([['manager', null], ['member', young]]);
      expect((await collect(store.references.iterateOpen(pair.id, [guid(1)]))).length).toBe(2);
      expect(await collect(store.references.iterateOpen(pair.id, [guid(3)]))).toEqual([]);
      expect((await store.references.page({ pairId: pair.id, view: 'who waits' })).rows.map((row) => row.otherId)).toEqual([null, young]);
      await store.references.remove(pair.id, [{ sourceId: guid(1), attribute: 'member', dnKey: dn.toLowerCase() }]);
    }
  });
});
