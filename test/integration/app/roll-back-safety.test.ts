import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { cloudId, guid, works, worksTenant } from './works.ts';

let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: works(), seed: worksTenant() }); });
afterEach(async () => { await rig.close(); });

const people = () => rig.simulator.snapshot().users;
const userOf = (id: string) => people().find((u) => u.id === id)?.properties;
const benId = () => people().find((u) => u.properties['userPrincipalName'] === 'ben@example.com')?.id ?? '';
const sql = <T>(work: (db: Database.Database) => T): T => {
  const db = new Database(rig.file);
  try { return work(db); } finally { db.close(); }
};

/** Leaves a finished migration as a kill after its last answers would: intents without outcome, operations pending, what was created unknown. */
function killed(taskId: string, kinds: readonly string[] = ['create', 'restore', 'update', 'set manager', 'add members']): number {
  return sql((db) => {
    const list = kinds.map((k) => `'${k}'`).join(',');
    db.prepare(`delete from match_result where source_id in (select source_id from journal where task_id = ? and kind = 'create' and kind in (${list}))`).run(taskId);
    db.prepare(`update operation set outcome = 'pending', target_id = case kind when 'create' then null else target_id end where id in (select operation_id from journal where task_id = ? and kind in (${list}))`).run(taskId);
    const { changes } = db.prepare(`update journal set outcome = null, settled_at = null, changed_references = null, target_id = case kind when 'create' then null else target_id end where task_id = ? and kind in (${list})`).run(taskId);
    db.prepare("update task set state = 'Interrupted', seq = seq + 1 where id = ?").run(taskId);
    return changes;
  });
}
const openIntents = (taskId: string) => sql((db) => (db.prepare('select count(*) as n from journal where task_id = ? and outcome is null').get(taskId) as { n: number }).n);

/** A write of the task that came after everything else it wrote. */
const writeMore = (taskId: string) => sql((db) => db.prepare("insert into journal (id, pair_id, collection_id, task_id, plan_id, operation_id, source_id, target_id, kind, operation, before, intent_at, message, outcome, settled_at) select id || 'x', pair_id, collection_id, task_id, plan_id, operation_id, source_id, target_id, kind, operation, before, intent_at, message, outcome, settled_at from journal where task_id = ? limit 1").run(taskId));

describe('killed, then rolled back without resuming', () => {
  it('takes back everything that was sent, also what nobody wrote an outcome down for', async () => {
    const before = rig.simulator.snapshot();
    const migrated = await rig.migrate();
    expect(killed(migrated.id)).toBe(8);
    const back = await rig.rollBack({ undoes: migrated.id, purge: true });
    expect(back).toMatchObject({ state: 'Completed' });
    expect(rig.simulator.snapshot()).toEqual(before);
    expect(openIntents(migrated.id)).toBe(0);
  });

  it('leaves what was not sent as it is, and the migration can go on when the roll back is discarded', async () => {
    const migrated = await rig.migrate();
    const after = rig.simulator.snapshot();
    killed(migrated.id, ['update', 'add members']);
    // The update of Ann never arrived, and of the members only two.
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Trainee', department: null, onPremisesImmutableId: null });
    const sales = after.groups.find((g) => g.properties['displayName'] === 'Sales');
    await rig.graph('DELETE', `/groups/${sales?.id ?? ''}/members/${cloudId(13)}/$ref`);
    const { task, plan } = await rig.planRollBack({ undoes: migrated.id });
    expect(plan.counts).toMatchObject({ deletes: 3, updates: 1 });
    expect(openIntents(migrated.id)).toBe(0);
    await rig.call('tasks.discard', { taskId: task.id });
    await rig.call('tasks.resume', { taskId: migrated.id });
    expect(await rig.ended(migrated.id)).toMatchObject({ state: 'Completed' });
    expect(rig.simulator.snapshot()).toEqual(after);
  }, 60_000);

  it('of one object as well', async () => {
    const before = rig.simulator.snapshot();
    const migrated = await rig.migrate();
    killed(migrated.id, ['update']);
    expect((await rig.rollBack({ objectId: guid(11) })).state).toBe('Completed');
    expect(people().find((u) => u.id === cloudId(11))).toEqual(before.users.find((u) => u.id === cloudId(11)));
  });
});

describe('a migration that is being taken back', () => {
  const interrupted = async () => {
    const migrated = await rig.migrate();
    sql((db) => { db.prepare("update task set state = 'Interrupted' where id = ?").run(migrated.id); });
    return migrated.id;
  };
  it('is not resumed once it was rolled back', async () => {
    const id = await interrupted();
    const back = await rig.rollBack({ undoes: id });
    expect(await rig.call('tasks.get', { id })).toMatchObject({ canResume: false, rolledBackBy: back.id });
    const refused = await rig.refused('tasks.resume', { taskId: id });
    expect(refused).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(`rolled back by task ${back.id}`) });
  });

  it('is not resumed while its roll back waits; it is after the plan was discarded', async () => {
    const id = await interrupted();
    const { task } = await rig.planRollBack({ undoes: id });
    expect((await rig.call('tasks.get', { id })).canResume).toBe(false);
    expect((await rig.call('tasks.list', {})).rows.find((t) => t.id === id)?.canResume).toBe(false);
    expect(await rig.refused('tasks.resume', { taskId: id })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(task.id) });
    await rig.call('tasks.discard', { taskId: task.id });
    expect((await rig.call('tasks.get', { id })).canResume).toBe(true);
    await rig.call('tasks.resume', { taskId: id });
    expect((await rig.ended(id)).state).toBe('Completed');
  });

  it('is not resumed while its roll back is half done', async () => {
    const id = await interrupted();
    const { task } = await rig.planRollBack({ undoes: id });
    sql((db) => { db.prepare(`update task set state = 'Cancelled', checkpoint = '{"stage":"apply"}' where id = ?`).run(task.id); });
    expect(await rig.refused('tasks.resume', { taskId: id })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('Resume the roll back') });
    expect((await rig.call('tasks.get', { id: task.id })).canResume).toBe(true);
  });
});

describe('a roll back that waits for approval', () => {
  const approve = async (taskId: string, confirmation: string) => await rig.refused('tasks.approve', { taskId, confirmation });

  it('is refused when the migration has written more since', async () => {
    const migrated = await rig.migrate();
    const { task, plan } = await rig.planRollBack({ undoes: migrated.id });
    writeMore(migrated.id);
    expect(await approve(task.id, plan.confirmation)).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('plan the roll back again') });
  });

  it('is refused when another roll back was faster', async () => {
    const before = rig.simulator.snapshot();
    const migrated = await rig.migrate();
    const first = await rig.planRollBack({ undoes: migrated.id, purge: true });
    const second = await rig.planRollBack({ undoes: migrated.id, purge: true });
    await rig.approve(first.task.id);
    expect(await approve(second.task.id, second.plan.confirmation)).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('rolled back by another task') });
    expect(rig.simulator.snapshot()).toEqual(before);
  });

  it('is refused when one object was taken back in between', async () => {
    const migrated = await rig.migrate();
    const all = await rig.planRollBack({ undoes: migrated.id });
    await rig.rollBack({ objectId: guid(11) });
    expect(await approve(all.task.id, all.plan.confirmation)).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('plan the roll back again') });
    expect((await rig.rollBack({ undoes: migrated.id })).state).toBe('Completed');
  });

  it('marks only what its plan knew as taken back', async () => {
    const migrated = await rig.migrate();
    const { task } = await rig.planRollBack({ undoes: migrated.id });
    writeMore(migrated.id);
    // Past the check of approving, which would refuse this.
    sql((db) => { db.prepare(`update task set state = 'Queued', checkpoint = '{"stage":"apply"}' where id = ?`).run(task.id); });
    expect((await rig.ended(task.id)).state).toBe('Completed');
    const open = sql((db) => db.prepare("select id from journal where task_id = ? and undone_by is null").all(migrated.id) as { id: string }[]);
    expect(open.map((row) => row.id.endsWith('x'))).toEqual([true]);
  });
});

describe('objects that the task created and others changed since', () => {
  it('exact: are deleted all the same, after the plan has said what goes with them', async () => {
    await rig.migrate();
    const ben = benId();
    await rig.graph('PATCH', `/users/${ben}`, { jobTitle: 'Director', city: 'Bergen' });
    const { task, plan } = await rig.planRollBack();
    expect(plan).toMatchObject({ conflicts: 2, guard: [{ limit: 'overwrites', count: 2, allowed: 0 }] });
    const { rows } = await rig.call('plans.findings', { planId: plan.id });
    const told = { sourceId: guid(12), name: 'Ben', severity: 'warning', message: expect.stringContaining('deletes the object') as string };
    expect(rows).toMatchObject([{ ...told, attribute: 'jobTitle', value: 'Director' }, { ...told, attribute: 'city', value: 'Bergen' }]);
    await rig.approve(task.id);
    expect(userOf(ben)).toBeUndefined();
  });

  it('keep changes made since: the object stays, the rest goes', async () => {
    await rig.migrate();
    const ben = benId();
    await rig.graph('PATCH', `/users/${ben}`, { jobTitle: 'Director' });
    const { task, plan } = await rig.planRollBack({ mode: 'keep changes made since', purge: true });
    expect(plan).toMatchObject({ conflicts: 1, guard: [], counts: { deletes: 2 } });
    expect((await rig.call('plans.findings', { planId: plan.id })).rows[0]?.message).toContain('stays');
    await rig.approve(task.id);
    expect(userOf(ben)).toMatchObject({ jobTitle: 'Director' });
    expect(people().some((u) => u.properties['displayName'] === 'Dot')).toBe(false);
  });

  it('managers and passwords do not count, and a group counts with the members that others added', async () => {
    await rig.migrate();
    const state = rig.simulator.snapshot();
    const stranger = state.users.find((u) => u.properties['displayName'] === 'User 0')?.id ?? '';
    const sales = state.groups.find((g) => g.properties['displayName'] === 'Sales')?.id ?? '';
    await rig.graph('PUT', `/users/${benId()}/manager/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${stranger}` });
    expect((await rig.planRollBack()).plan).toMatchObject({ conflicts: 0, guard: [] });
    await rig.graph('POST', `/groups/${sales}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${stranger}` });
    const { plan } = await rig.planRollBack();
    expect((await rig.call('plans.findings', { planId: plan.id })).rows.map((f) => [f.name, f.attribute])).toEqual([['Sales', 'members']]);
  });
});
