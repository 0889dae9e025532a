import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { cloudId, guid, personDn, works, worksTenant } from './works.ts';

let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: works(), seed: worksTenant() }); });
afterEach(async () => { await rig.close(); });

const state = () => rig.simulator.snapshot();
const cloud = (id: string) => state().users.find((u) => u.id === id);
const ann = () => cloud(cloudId(11))?.properties;
/** Ann is migrated with one title, then with another one and another department. */
const twice = async () => {
  const before = state();
  const first = await rig.migrate();
  const between = state();
  await rig.rewrite(works({ ann: { title: 'Partner', department: 'Board' } }));
  const second = await rig.migrate();
  expect(second.state).toBe('Completed');
  return { before, first, between, second };
};
const refusedPlan = async (input: Partial<Parameters<Rig['planRollBack']>[0]>) => await rig.ended((await rig.call('tasks.rollBack', { collectionId: rig.collectionId, ...input })).taskId);

describe('attributes of one object', () => {
  it('go back alone; a later roll back of the task takes the rest and nothing twice', async () => {
    const { before, first, second } = await twice();
    const both = await rig.call('rollBack.ofObject', { collectionId: rig.collectionId, objectId: guid(11) });
    expect(both.tasks.map((t) => t.taskId)).toEqual([second.id, first.id]);
    expect(both.tasks[1]?.attributes).toEqual(expect.arrayContaining(['department', 'jobTitle', 'onPremisesImmutableId']));
    const { task, plan } = await rig.planRollBack({ objectId: guid(11), attributes: ['jobTitle'] });
    expect(plan.counts).toMatchObject({ updates: 1, attributes: 1, operations: 1 });
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(ann()).toMatchObject({ jobTitle: 'Trainee', department: 'Board' });
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Migrated', reason: expect.stringContaining('in part') });
    expect((await rig.call('rollBack.ofObject', { collectionId: rig.collectionId, objectId: guid(11) })).tasks.flatMap((t) => t.attributes)).not.toContain('jobTitle');
    // Somebody else's title now: nothing of Causeway's any more.
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Director' });
    expect((await rig.rollBack({ undoes: second.id, purge: true })).state).toBe('Completed');
    expect(ann()).toMatchObject({ jobTitle: 'Director', department: 'Sales' });
    const last = await rig.planRollBack({ undoes: first.id, purge: true });
    expect(last.plan).toMatchObject({ conflicts: 0, guard: [] });
    expect((await rig.approve(last.task.id)).state).toBe('Completed');
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Trainee' });
    expect(state()).toEqual(before);
  });

  it('of an object that the task made are emptied, and the object stays', async () => {
    await rig.migrate();
    const ben = (await rig.objects())['Ben']?.targetId ?? '';
    expect((await rig.rollBack({ objectId: guid(12), attributes: ['jobTitle', 'manager'] })).state).toBe('Completed');
    expect(cloud(ben)?.properties).not.toHaveProperty('jobTitle');
    expect(cloud(ben)).toMatchObject({ manager: null, properties: { department: 'Sales' } });
    // The whole task finds nothing that others changed.
    const whole = await rig.planRollBack();
    expect(whole.plan).toMatchObject({ conflicts: 0, counts: { deletes: 3 } });
  });

  it('members of a group go out, and come back when the group is migrated again', async () => {
    await rig.migrate();
    const sales = () => state().groups.find((g) => g.properties['displayName'] === 'Sales');
    expect((await rig.rollBack({ objectId: guid(21), attributes: ['members'] })).state).toBe('Completed');
    expect(sales()?.members).toEqual([]);
    expect((await rig.migrate()).state).toBe('Completed');
    expect(sales()?.members).toHaveLength(3);
    expect((await rig.plan()).plan.counts.operations).toBe(0);
  });

  it('need an object, and one that has them', async () => {
    await rig.migrate();
    expect(await rig.refused('tasks.rollBack', { collectionId: rig.collectionId, attributes: ['jobTitle'] })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('Name the object') });
    expect(await refusedPlan({ objectId: guid(11), attributes: ['faxNumber'] })).toMatchObject({ state: 'Failed', message: expect.stringContaining('nothing to take back') });
  });
});

describe('one object up to a chosen migration', () => {
  it('goes back to the state before that one; the older one still stands', async () => {
    const { before, between, second } = await twice();
    expect((await rig.rollBack({ objectId: guid(11), since: second.id })).state).toBe('Completed');
    expect(cloud(cloudId(11))).toEqual(between.users.find((u) => u.id === cloudId(11)));
    expect((await rig.objects())['Ann']?.status).toBe('Migrated');
    expect((await rig.call('tasks.get', { id: second.id })).canRollBack).toBe(false);
    expect((await rig.rollBack({ objectId: guid(11) })).state).toBe('Completed');
    expect(cloud(cloudId(11))).toEqual(before.users.find((u) => u.id === cloudId(11)));
    expect((await rig.objects())['Ann']?.status).toBe('Matched');
  });
});

describe('a migration under a later one', () => {
  it('is taken back independently when the later one wrote other values', async () => {
    const before = state();
    const first = await rig.migrate();
    await rig.rewrite(works({ ann: { l: 'Bergen' } }));
    const second = await rig.migrate();
    expect((await rig.rollBack({ undoes: first.id, purge: true })).state).toBe('Completed');
    expect(ann()).toMatchObject({ jobTitle: 'Trainee', city: 'Bergen' });
    expect((await rig.rollBack({ undoes: second.id, purge: true })).state).toBe('Completed');
    expect(state()).toEqual(before);
  });

  it('takes the same values of the later one along when told to', async () => {
    const { before, first, second } = await twice();
    expect((await refusedPlan({ undoes: first.id })).message).toMatch(/^A later migration \(task .*\) has changed (jobTitle|department) of "Ann" as well\. Roll that one back first/);
    expect((await rig.rollBack({ undoes: first.id, later: 'take back too', purge: true })).state).toBe('Completed');
    expect(state()).toEqual(before);
    expect(await rig.call('tasks.get', { id: second.id })).toMatchObject({ canRollBack: false });
  });
});

describe('the three-way view', () => {
  const conflictsOf = async (planId: string | null) => (await rig.call('rollBack.conflicts', { planId: planId ?? '' })).rows;

  it('shows before, written and now, and follows each decision', async () => {
    await rig.migrate();
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Director', department: 'Board' });
    await rig.graph('PATCH', `/users/${(await rig.objects())['Dot']?.targetId}`, { jobTitle: 'Chief' });
    const { task, plan } = await rig.planRollBack();
    const rows = await conflictsOf(plan.id);
    const dot = rows.find((r) => r.name === 'Dot');
    expect(rows.filter((r) => r.name === 'Ann').map((r) => [r.attribute, r.before, r.written, r.current, r.choice]).toSorted()).toEqual([
      ['department', null, ['Sales'], ['Board'], 'restore'], ['jobTitle', ['Trainee'], ['Head of Sales'], ['Director'], 'restore'],
    ]);
    expect(dot).toMatchObject({ created: true, attribute: 'jobTitle', written: ['Trainee'], current: ['Chief'], choice: 'restore' });
    await rig.call('rollBack.decide', { taskId: task.id, choices: [{ targetId: cloudId(11), attribute: 'jobTitle', choice: 'keep' }, { targetId: dot?.targetId ?? '', attribute: '', choice: 'keep' }] });
    const again = await rig.ended(task.id);
    expect(again.state).toBe('Awaiting approval');
    expect(again.planId).not.toBe(task.planId);
    expect(Object.fromEntries((await conflictsOf(again.planId)).map((r) => [`${r.name} ${r.attribute}`, r.choice]))).toEqual({ 'Ann department': 'restore', 'Ann jobTitle': 'keep', 'Dot jobTitle': 'keep' });
    expect((await rig.call('plans.get', { id: again.planId ?? '' })).guard).toMatchObject([{ limit: 'overwrites', count: 1 }]);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(ann()).toMatchObject({ jobTitle: 'Director' });
    expect(ann()).not.toHaveProperty('department');
    expect(state().users.some((u) => u.properties['displayName'] === 'Dot')).toBe(true);
    expect(state().users.some((u) => u.properties['displayName'] === 'Ben')).toBe(false);
  });

  it('knows what others set between two migrations: exact goes past it, keeping goes back to it', async () => {
    const first = await rig.migrate();
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Director' });
    await rig.rewrite(works({ ann: { title: 'Partner' } }));
    await rig.migrate();
    const { task, plan } = await rig.planRollBack({ objectId: guid(11) });
    expect(await conflictsOf(plan.id)).toMatchObject([{ attribute: 'jobTitle', before: ['Trainee'], written: ['Partner'], current: ['Partner'], between: { values: ['Director'] }, choice: 'restore' }]);
    await rig.call('rollBack.decide', { taskId: task.id, choices: [], mode: 'keep changes made since' });
    await rig.ended(task.id);
    await rig.approve(task.id);
    expect(ann()).toMatchObject({ jobTitle: 'Director' });
    expect((await rig.call('rollBack.ofObject', { collectionId: rig.collectionId, objectId: guid(11) })).tasks).toEqual([]);
    expect((await rig.call('tasks.get', { id: first.id })).canRollBack).toBe(true);
  });

  it('names people where the journal has ids, and is decided only while the plan waits', async () => {
    await rig.migrate();
    const dot = (await rig.objects())['Dot']?.targetId ?? '';
    await rig.graph('PUT', `/users/${cloudId(13)}/manager/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${dot}` });
    const { task, plan } = await rig.planRollBack();
    expect(await conflictsOf(plan.id)).toMatchObject([{ name: 'Cem', attribute: 'manager', before: null, written: ['Ann'], current: ['Dot'] }]);
    await rig.call('tasks.discard', { taskId: task.id });
    expect(await rig.refused('rollBack.decide', { taskId: task.id, choices: [] })).toMatchObject({ code: 'CONFLICT' });
    const migration = (await rig.call('tasks.list', {})).rows.find((t) => t.kind === 'Migrate');
    expect(await rig.refused('rollBack.decide', { taskId: migration?.id ?? '', choices: [] })).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('links to people who are not there any more', () => {
  it('a manager whom the object roll back deleted is no change by others', async () => {
    await rig.rewrite(works({ ann: { manager: personDn('ben') }, ben: { manager: [] } }));
    const before = state();
    await rig.migrate();
    await rig.rollBack({ objectId: guid(12), purge: true });
    const { task, plan } = await rig.planRollBack({ purge: true });
    expect(plan).toMatchObject({ conflicts: 0, guard: [] });
    await rig.approve(task.id);
    expect(state()).toEqual(before);
  });

  it('a manager of before who is gone is said, and the rest is taken back', async () => {
    const chief = cloudId(11);
    await rig.graph('PUT', `/users/${cloudId(13)}/manager/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${chief}` });
    await rig.rewrite(works({ cem: { manager: personDn('ben'), title: 'Head' } }));
    await rig.migrate();
    await rig.graph('DELETE', `/users/${chief}`);
    const { task, plan } = await rig.planRollBack({ objectId: guid(13) });
    expect((await rig.call('plans.findings', { planId: plan.id })).rows.find((f) => f.attribute === 'manager')).toMatchObject({ severity: 'error', message: expect.stringContaining('no longer in the tenant') });
    expect((await rig.approve(task.id)).state).toBe('Completed with errors');
    expect(cloud(cloudId(13))).toMatchObject({ manager: null, properties: { city: 'Oslo' } });
    expect(cloud(cloudId(13))?.properties).not.toHaveProperty('jobTitle');
  });
});
