import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { alter, asCycle, cycle, heldRows, inCoexistence } from './synchronised.ts';
import { cloudId, guid, works, worksTenant } from './works.ts';

let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: works(), seed: worksTenant() }); });
afterEach(async () => { await rig.close(); });

const state = () => rig.simulator.snapshot();
const cloud = (id: string) => state().users.find((u) => u.id === id);
const ann = () => cloud(cloudId(11))?.properties;
const changed = (title: string) => works({ ann: { title } });
/** Three cycles, each with another title of Ann; the moments lie between them. */
const thrice = async () => {
  const before = state();
  const first = await cycle(rig);
  const afterFirst = state();
  const moments: number[] = [];
  const next = async (title: string) => {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    moments.push(Date.now());
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    await rig.rewrite(changed(title));
    return await cycle(rig);
  };
  return { before, afterFirst, first, second: await next('Partner'), third: await next('Director'), moments };
};

describe('a cycle of coexistence', () => {
  it('is rolled back as a migration is, to the state before it; every object that it wrote to is held', async () => {
    const before = state();
    const task = await cycle(rig);
    expect(task).toMatchObject({ kind: 'Synchronise', canRollBack: true });
    expect(await rig.call('rollBack.ofObject', { collectionId: rig.collectionId, objectId: guid(11) })).toMatchObject({ tasks: [{ taskId: task.id, created: false }] });
    const back = await rig.rollBack({ undoes: task.id, purge: true });
    expect(back.state).toBe('Completed');
    expect(state()).toEqual(before);
    expect(await rig.call('tasks.get', { id: task.id })).toMatchObject({ rolledBackBy: back.id, canRollBack: false, canResume: false });
    const { rows } = await rig.call('holds.page', { pairId: rig.pairId });
    expect(rows.map((row) => row.name)).toEqual(['Ann', 'Ben', 'Cem', 'Dot', 'Sales']);
    expect(rows[0]).toMatchObject({ sourceId: guid(11), kind: 'user', attribute: '', by: back.createdBy, reason: 'A cycle of coexistence was rolled back.', taskId: back.id });
    expect((rows[0]?.since ?? 0) >= (back.startedAt ?? Infinity)).toBe(true);
    expect((await rig.objects())['Ben']).toMatchObject({ status: 'New', synchronisation: 'Not intended to be synced', reason: expect.stringContaining('until it is released') });
  });

  it('is the one that is rolled back when nothing is said, and several go at once', async () => {
    const { before, second, third } = await thrice();
    expect((await rig.planRollBack()).task).toMatchObject({ undoes: third.id });
    const waiting = await rig.call('tasks.list', { collectionId: rig.collectionId });
    for (const row of waiting.rows.filter((one) => one.canApprove)) await rig.call('tasks.discard', { taskId: row.id });
    alter(rig, "update task set state = 'Interrupted' where id = ?", second.id);
    expect((await rig.call('tasks.get', { id: second.id })).canResume).toBe(true);
    const { task, plan } = await rig.planRollBack({ taskIds: [second.id, third.id] });
    expect(plan.counts).toMatchObject({ updates: 1, attributes: 1, operations: 1 });
    // While the plan waits the cycles that it takes back do not go on.
    expect((await rig.call('tasks.get', { id: second.id })).canResume).toBe(false);
    expect(await rig.refused('tasks.resume', { taskId: second.id })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(`Roll back ${task.id} is taking this migration back`) });
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(ann()).toMatchObject({ jobTitle: 'Head of Sales' });
    expect(await heldRows(rig)).toEqual(['Ann']);
    for (const one of [second, third]) expect(await rig.call('tasks.get', { id: one.id })).toMatchObject({ rolledBackBy: task.id, canRollBack: false });
    expect((await rig.rollBack({ purge: true })).state).toBe('Completed');
    expect(state()).toEqual(before);
  });

  it('under a later one is not taken back from under it, unless that goes along', async () => {
    const { second, third } = await thrice();
    const refused = await rig.ended((await rig.call('tasks.rollBack', { collectionId: rig.collectionId, undoes: second.id })).taskId);
    expect(refused).toMatchObject({ state: 'Failed', message: expect.stringContaining(`A later cycle of coexistence (task ${third.id}) has changed jobTitle of "Ann"`) });
    expect((await rig.rollBack({ undoes: second.id, later: 'take back too' })).state).toBe('Completed');
    expect(ann()).toMatchObject({ jobTitle: 'Head of Sales' });
  });

  it('shows what others changed since, value by value, and keeps it by decision', async () => {
    const task = await cycle(rig);
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Chair' });
    const { task: back, plan } = await rig.planRollBack({ undoes: task.id });
    expect(plan).toMatchObject({ conflicts: 1 });
    expect((await rig.call('rollBack.conflicts', { planId: plan.id })).rows).toMatchObject([{ attribute: 'jobTitle', before: ['Trainee'], written: ['Head of Sales'], current: ['Chair'] }]);
    await rig.call('rollBack.decide', { taskId: back.id, choices: [{ targetId: cloudId(11), attribute: 'jobTitle', choice: 'keep' }] });
    await rig.ended(back.id);
    expect((await rig.approve(back.id)).state).toBe('Completed');
    expect(ann()).toMatchObject({ jobTitle: 'Chair' });
    expect(ann()).not.toHaveProperty('department');
    expect(await heldRows(rig)).toContain('Ann');
  });
});

describe('a window of time', () => {
  it('takes back every cycle that wrote in it, the newest first, in one plan', async () => {
    const { afterFirst, first, second, third, moments: [from = 0] } = await thrice();
    const { task, plan } = await rig.planRollBack({ window: { collectionId: rig.collectionId, from, to: Date.now() } });
    expect(plan.counts).toMatchObject({ updates: 1, operations: 1 });
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(state()).toEqual(afterFirst);
    expect(await Promise.all([first, second, third].map(async ({ id }) => (await rig.call('tasks.get', { id })).rolledBackBy))).toEqual([null, task.id, task.id]);
    expect((await rig.call('holds.page', { pairId: rig.pairId })).rows).toMatchObject([{ name: 'Ann', reason: expect.stringMatching(/^Everything written from .* UTC to .* UTC was rolled back\.$/) }]);
  });

  it('of the whole period restores the start, migrations among them', async () => {
    const before = state();
    await rig.migrate();
    await rig.rewrite(changed('Partner'));
    await cycle(rig);
    expect((await rig.rollBack({ window: { collectionId: rig.collectionId, from: 0, to: Date.now() }, purge: true })).state).toBe('Completed');
    expect(state()).toEqual(before);
    // What only the migration wrote to is in no coexistence.
    expect(await heldRows(rig)).toEqual(['Ann']);
  });

  it('in which nothing was written, and one that makes no sense, are refused with a sentence', async () => {
    const { moments: [, between = 0] } = await thrice();
    const collectionId = rig.collectionId;
    expect(await rig.refused('tasks.rollBack', { collectionId, window: { collectionId, from: between, to: between + 1 } })).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('Choose another time') });
    expect(await rig.refused('tasks.rollBack', { collectionId, window: { collectionId, from: 2, to: 1 } })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('after its end') });
    const other = await rig.call('collections.create', { pairId: rig.pairId, name: 'Other' });
    expect(await rig.refused('tasks.rollBack', { collectionId, window: { collectionId: other.id, from: 0, to: 1 } })).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await rig.refused('tasks.rollBack', { collectionId, taskIds: [guid(1)], window: { collectionId, from: 0, to: 1 } })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('in one way') });
  });

  it('plan does not know what was written after it was made', async () => {
    await thrice();
    const { task, plan } = await rig.planRollBack({ window: { collectionId: rig.collectionId, from: 0, to: Date.now() + 60_000 } });
    const approval = { taskId: task.id, confirmation: plan.confirmation };
    // All three cycles still stand in part.
    await rig.rollBack({ objectId: guid(11), attributes: ['department'] });
    expect(await rig.refused('tasks.approve', approval)).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('More was written or taken back since this plan was made') });
    await rig.rollBack({ objectId: guid(11), attributes: ['jobTitle'] });
    expect(await rig.refused('tasks.approve', approval)).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('was rolled back by another task since') });
  });
});

describe('an object and single attributes of it', () => {
  it('go back; the attribute, or the object, is held', async () => {
    const before = state();
    await cycle(rig);
    expect((await rig.rollBack({ objectId: guid(11), attributes: ['jobtitle'] })).state).toBe('Completed');
    expect(ann()).toMatchObject({ jobTitle: 'Trainee', department: 'Sales' });
    expect(await heldRows(rig)).toEqual(['Ann:jobTitle']);
    expect((await rig.rollBack({ objectId: guid(11) })).state).toBe('Completed');
    expect(cloud(cloudId(11))).toEqual(before.users.find((u) => u.id === cloudId(11)));
    expect(await heldRows(rig)).toEqual(['Ann', 'Ann:jobTitle']);
  });

  it('of a migration are held only when coexistence would write them again', async () => {
    await rig.migrate();
    expect((await rig.rollBack({ objectId: guid(11), attributes: ['jobTitle'] })).state).toBe('Completed');
    expect(await heldRows(rig)).toEqual([]);
    inCoexistence(rig);
    expect((await rig.rollBack({ objectId: guid(11), attributes: ['department'] })).state).toBe('Completed');
    expect(await heldRows(rig)).toEqual(['Ann:department']);
  });
});

describe('while a roll back of the collection waits', () => {
  it('no cycle of it is approved, and none at work is rolled over', async () => {
    const first = await cycle(rig);
    await rig.rewrite(changed('Partner'));
    const { task: waiting, plan } = await rig.plan();
    asCycle(rig, waiting);
    const { task: back } = await rig.planRollBack({ undoes: first.id });
    const approval = { taskId: waiting.id, confirmation: plan.confirmation };
    expect(await rig.refused('tasks.approve', approval)).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(`Roll back ${back.id} of this collection is Awaiting approval`) });
    await rig.call('tasks.discard', { taskId: back.id });
    alter(rig, "update task set state = 'Cancelling' where id = ?", waiting.id);
    expect(await rig.refused('tasks.rollBack', { collectionId: rig.collectionId, undoes: first.id })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('A cycle of coexistence of "Everyone" is Cancelling') });
    alter(rig, "update task set state = 'Awaiting approval' where id = ?", waiting.id);
  });
});
