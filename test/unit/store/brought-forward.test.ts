import { describe, expect, it } from 'vitest';
import { createProject, openProject } from '../../../electron/store/index.ts';
import { MIGRATIONS } from '../../../electron/store/migrations/index.ts';
import { CONTEXT } from '../../../electron/store/store.ts';
import { SHARED, guid, operation, sandbox, seeded } from './fixture.ts';

const { place, keep } = sandbox();

describe.each(SHARED)('a project of the first schema ($name)', ({ on }) => {
  it('is whole when it was brought forward: plans know what they write to, and its journal counts as sound', async () => {
    const file = await place(on);
    const { '0001-project': first } = MIGRATIONS;
    if (first === undefined) throw new Error('there is no first schema');
    const old = await createProject({ file, name: 'Old', demo: false }, { migrations: { '0001-project': first } });
    const { pair, collectionId } = await seeded(old, 1);
    const plan = async (name: string) => {
      const { id: taskId } = await old.tasks.create({ pairId: pair.id, collectionId, kind: 'Migrate', settings: {}, createdBy: 'test' });
      const { id } = await old.plans.create({ taskId, collectionId, tenantName: 't', settings: null, confirmation: 'c' });
      await old.plans.appendOperations(id, [operation(1, { id: guid(name.length, 9), sourceId: guid(name.length), targetId: guid(1, 7), name })]);
      return { id, taskId };
    };
    const [one, two] = [await plan('Ann'), await plan('Ann too')];
    await old[CONTEXT].db.insertInto('journal').values({
      id: guid(1, 11), pair_id: pair.id, collection_id: collectionId, task_id: one.taskId, plan_id: one.id, operation_id: guid(3, 9), source_id: guid(3), target_id: guid(1, 7), kind: 'update', operation: JSON.stringify(operation(1)), before: 'null', intent_at: 1, outcome: 'done', message: '', settled_at: 2,
    }).execute();
    await old.close();

    const store = keep(await openProject(file));
    expect(store.migrated).toMatchObject({ from: '0001-project' });
    expect(await store.plans.sharedObject(one.id, [two.id])).toEqual({ planId: two.id, name: 'Ann' });
    expect(await store.evidence.check([])).toMatchObject({ entries: 1, problems: [] });
    // What comes later follows.
    await store.journal.markUndone([guid(1, 11)], two.taskId);
    expect((await store.evidence.check([])).problems).toEqual([]);
  });
});
