import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personDn, works, worksTenant } from '../app/works.ts';
import { openCycleRig, type CycleRig } from './desk.ts';

/*
 * Changes that others make in the tenant: shown and not written over, decided about one by one, gone by themselves; and what is none of
 * that: changes of the source, writes of our own that the tenant tells late.
 */
const HOUR = 3_600_000;
const ALL = '(|(objectClass=user)(objectClass=group))';

describe('what others change in the tenant of a collection that shows it', () => {
  let rig: CycleRig;
  beforeAll(async () => {
    rig = await openCycleRig({ source: works(), seed: worksTenant(), members: ALL });
    expect(await rig.enable({ drift: 'show', intervalMinutes: 1_440 })).toMatchObject({ state: 'Completed' });
    // What the first cycle wrote may come back late for an hour.
    rig.pass(2 * HOUR);
    expect((await rig.cycle()).cycle.outcome).toBe('nothing to do');
  });
  afterAll(async () => { await rig?.close(); });

  const user = (alias: string) => rig.simulator.snapshot().users.find((one) => one.properties['mailNickname'] === alias);
  const property = (alias: string, name: string) => user(alias)?.properties[name];
  const managerOf = (alias: string) => rig.simulator.snapshot().users.find((one) => one.id === user(alias)?.manager)?.properties['displayName'];
  const sales = () => rig.simulator.snapshot().groups.find((one) => one.properties['displayName'] === 'Sales');
  const members = () => sales()?.members.map((id) => String(rig.simulator.snapshot().users.find((one) => one.id === id)?.properties['displayName'])).toSorted();
  const patch = async (alias: string, body: Record<string, unknown>) => { await rig.graph('PATCH', `/users/${user(alias)?.id}`, body); };
  const join = async (alias: string) => { await rig.graph('POST', `/groups/${sales()?.id}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${user(alias)?.id}` }); };
  const leave = async (alias: string) => { await rig.graph('DELETE', `/groups/${sales()?.id}/members/${user(alias)?.id}/$ref`); };
  const open = async () => (await rig.call('drift.page', { collectionId: rig.collectionId, state: 'open' })).rows.map((row) => [row.name, row.attribute, row.expected, row.actual]).toSorted((a, b) => String(a).localeCompare(String(b)));
  const states = async () => (await rig.call('drift.page', { collectionId: rig.collectionId })).rows.map((row) => [row.name, row.attribute, row.state]).toSorted((a, b) => String(a).localeCompare(String(b)));
  const numbers = async (attribute?: string) => (await rig.call('drift.page', { collectionId: rig.collectionId, state: 'open', ...(attribute === undefined ? {} : { attribute }) })).rows.map((row) => row.id);
  const quiet = async (): Promise<void> => {
    rig.writes.length = 0;
    expect((await rig.cycle()).cycle).toMatchObject({ outcome: 'nothing to do', operations: 0 });
    expect(rig.writes).toEqual([]);
  };

  it('values, managers and members are shown one by one, and nothing is written', async () => {
    await patch('ann', { jobTitle: 'By hand', officeLocation: 'Attic' });
    await rig.graph('PUT', `/users/${user('ben')?.id}/manager/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${user('dot')?.id}` });
    await leave('ann');
    await join('dot');
    const before = rig.simulator.snapshot();
    await quiet();
    expect(rig.simulator.snapshot()).toEqual(before);
    expect(await open()).toEqual([['Ann', 'jobTitle', ['Head of Sales'], ['By hand']], ['Ben', 'manager', ['Ann'], ['Dot']], ['Sales', 'members', [], ['Dot']], ['Sales', 'members', ['Ann'], []]]);
    expect(await rig.standing()).toMatchObject({ drift: 4, objects: { inSync: 5 } });
    expect(await rig.call('drift.summary', { collectionId: rig.collectionId })).toEqual({ open: 4, objects: 3, byAttribute: [{ attribute: 'members', open: 2 }, { attribute: 'jobTitle', open: 1 }, { attribute: 'manager', open: 1 }] });
    // Looked at again they are the same, with the time at which they were first seen.
    const first = (await rig.call('drift.page', { collectionId: rig.collectionId })).rows;
    expect((await rig.cycle('restart')).cycle).toMatchObject({ kind: 'full', outcome: 'nothing to do' });
    expect((await rig.call('drift.page', { collectionId: rig.collectionId })).rows).toEqual(first);
  });

  it('other values of the same object follow the source meanwhile', async () => {
    await rig.rewrite(works({ ann: { department: 'Board' } }));
    expect((await rig.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 1 });
    expect([property('ann', 'department'), property('ann', 'jobTitle')]).toEqual(['Board', 'By hand']);
    expect((await rig.standing()).drift).toBe(4);
  });

  it('is gone when the tenant comes back to the rules by itself', async () => {
    await leave('dot');
    await quiet();
    expect(await open()).toHaveLength(3);
    expect(await states()).toContainEqual(['Sales', 'members', 'gone']);
  });

  it('a source that changes, too, is written, and what it wrote over is listed', async () => {
    await rig.rewrite(works({ ann: { department: 'Board', title: 'Director' } }));
    expect((await rig.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 1 });
    expect(property('ann', 'jobTitle')).toBe('Director');
    expect(await states()).toContainEqual(['Ann', 'jobTitle', 're-applied']);
    await quiet();
    expect(await open()).toHaveLength(2);
  });

  it('both changed to the same: that is what is agreed on from then', async () => {
    await patch('cem', { department: 'Research' });
    await rig.rewrite(works({ ann: { department: 'Board', title: 'Director' }, cem: { department: 'Research' } }));
    await quiet();
    expect(await open()).toHaveLength(2);
    await rig.rewrite(works({ ann: { department: 'Board', title: 'Director' }, cem: { department: 'Works' } }));
    expect((await rig.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 1 });
    expect([property('cem', 'department'), (await open()).length]).toEqual(['Works', 2]);
  });

  it('a migration of the collection says that it writes over them', async () => {
    const { task } = await rig.plan();
    const { rows } = await rig.call('plans.findings', { planId: task.planId ?? '' });
    expect(rows.filter((row) => row.rule === 'changes of others').map((row) => [row.severity, row.message])).toEqual([['warning', expect.stringContaining('2 changes that others made in Microsoft 365 to 2 objects of this plan wait for a decision')]]);
    await rig.call('tasks.discard', { taskId: task.id });
  });

  it('re-applied, the rules are written by a cycle over those objects alone, which can be rolled back', async () => {
    await rig.rewrite(works({ ann: { department: 'Sales', title: 'Director' }, cem: { department: 'Works' } }));
    const { taskId } = await rig.call('drift.reapply', { collectionId: rig.collectionId, selection: { mode: 'ids', ids: await numbers('members') } });
    expect(await rig.ended(taskId)).toMatchObject({ state: 'Completed', canRollBack: true });
    expect(members()).toEqual(['Ann', 'Ben', 'Cem']);
    // What the source changed waits for its own cycle.
    expect(property('ann', 'department')).toBe('Board');
    expect(await open()).toEqual([['Ben', 'manager', ['Ann'], ['Dot']]]);
    expect((await rig.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 1 });
    expect(property('ann', 'department')).toBe('Sales');
    expect((await rig.rollBack({ taskIds: [taskId] })).state).toBe('Completed');
    expect(members()).toEqual(['Ben', 'Cem']);
    await quiet();
    expect(await rig.refused('drift.reapply', { collectionId: rig.collectionId, selection: { mode: 'all', attribute: 'members' } })).toMatchObject({ code: 'NOT_FOUND' });
    const { rows } = await rig.call('holds.page', { pairId: rig.pairId });
    await rig.call('holds.release', { pairId: rig.pairId, holds: rows.map(({ sourceId, attribute }) => ({ sourceId, attribute })) });
    // Released, the rules win.
    await rig.cycle();
    expect(members()).toEqual(['Ann', 'Ben', 'Cem']);
  });

  it('accepted, it stays as others made it, until it is released', async () => {
    rig.pass(2 * HOUR);
    await join('dot');
    await quiet();
    expect(await rig.call('drift.accept', { collectionId: rig.collectionId, selection: { mode: 'all' } })).toEqual({ accepted: 2 });
    await rig.rewrite(works({ ann: { department: 'Sales', title: 'Director' }, ben: { manager: personDn('cem') }, cem: { department: 'Works' } }));
    await quiet();
    expect((await rig.cycle('restart')).cycle.outcome).toBe('nothing to do');
    expect([managerOf('ben'), members(), await open()]).toEqual(['Dot', ['Ann', 'Ben', 'Cem', 'Dot'], []]);
    // Another member of the same group is not held.
    await leave('cem');
    await quiet();
    expect(await open()).toEqual([['Sales', 'members', ['Cem'], []]]);
    const { rows } = await rig.call('holds.page', { pairId: rig.pairId });
    expect(rows.map((row) => [row.name, row.attribute.split('/')[0]])).toEqual([['Ben', 'manager'], ['Sales', 'members']]);
    await rig.call('holds.release', { pairId: rig.pairId, holds: rows.map(({ sourceId, attribute }) => ({ sourceId, attribute })) });
    expect((await rig.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 2 });
    expect([managerOf('ben'), members()]).toEqual(['Cem', ['Ann', 'Ben']]);
    expect((await states()).filter((one) => one[2] === 'accepted')).toEqual([]);
    expect(await rig.call('drift.reapply', { collectionId: rig.collectionId, selection: { mode: 'all' } }).then(({ taskId }) => rig.ended(taskId))).toMatchObject({ state: 'Completed' });
    expect(members()).toEqual(['Ann', 'Ben', 'Cem']);
    expect(await open()).toEqual([]);
  });

  it('who is deleted by others is shown and not made anew before somebody says so', async () => {
    await rig.graph('DELETE', `/users/${user('dot')?.id}`);
    await quiet();
    expect(await open()).toEqual([['Dot', '', ['present'], ['in the recycle bin']]]);
    const { taskId } = await rig.call('drift.reapply', { collectionId: rig.collectionId, selection: { mode: 'all' } });
    expect(await rig.ended(taskId)).toMatchObject({ state: 'Completed' });
    expect(property('dot', 'displayName')).toBe('Dot');
    expect(await open()).toEqual([]);
    // For good, and accepted: nobody makes the account anew.
    const id = user('dot')?.id ?? '';
    rig.pass(2 * HOUR);
    await rig.graph('DELETE', `/users/${id}`);
    await rig.graph('DELETE', `/directory/deletedItems/${id}`);
    await quiet();
    expect((await open()).filter((row) => row[0] === 'Dot')).toEqual([['Dot', '', ['present'], ['deleted for good']]]);
    expect(await rig.call('drift.accept', { collectionId: rig.collectionId, selection: { mode: 'all', attribute: '' } })).toEqual({ accepted: 1 });
    await quiet();
    expect((await rig.cycle('restart')).cycle).toMatchObject({ outcome: 'nothing to do', held: 1 });
    expect(user('dot')).toBeUndefined();
  });

  it('a late echo of a write of our own is none', async () => {
    await rig.rewrite(works({ ann: { title: 'Chair' } }));
    await rig.cycle();
    // As if a replica had not heard of it yet.
    await patch('ann', { jobTitle: 'Director' });
    await quiet();
    expect(await open()).toEqual([]);
    await patch('ann', { jobTitle: 'Chair' });
    await quiet();
    expect((await states()).filter((one) => one[0] === 'Ann' && one[1] === 'jobTitle')).toHaveLength(1);
    // What stays is no echo.
    await patch('ann', { jobTitle: 'Director' });
    await quiet();
    rig.pass(2 * HOUR);
    await quiet();
    expect(await open()).toEqual([['Ann', 'jobTitle', ['Chair'], ['Director']]]);
  });

  it('a collection that re-applies lists what it wrote over', async () => {
    await rig.call('coexistence.save', { collectionId: rig.collectionId, change: { drift: 're-apply' } });
    await patch('ben', { jobTitle: 'By hand' });
    expect((await rig.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 2 });
    // What waited is written over, too.
    expect([property('ben', 'jobTitle'), property('ann', 'jobTitle')]).toEqual(['Clerk', 'Chair']);
    expect(await open()).toEqual([]);
    expect(await states()).toContainEqual(['Ben', 'jobTitle', 're-applied']);
    expect(await rig.call('coexistence.get', { collectionId: rig.collectionId })).toMatchObject({ settings: { drift: 're-apply' } });
  });
});
