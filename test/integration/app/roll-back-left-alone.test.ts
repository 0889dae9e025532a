import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { cloudId, works, worksTenant } from './works.ts';

let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: works(), seed: worksTenant() }); });
afterEach(async () => { await rig.close(); });

const title = () => rig.simulator.snapshot().users.find((u) => u.id === cloudId(11))?.properties['jobTitle'];
const conflicts = async (planId: string) => (await rig.call('rollBack.conflicts', { planId })).rows.filter((row) => row.targetId === cloudId(11)).map((row) => [row.attribute, row.before, row.written, row.current, row.between?.values ?? null, row.choice]);
const decide = async (taskId: string, choices: Parameters<typeof rig.call<'rollBack.decide'>>[1]['choices']) => {
  await rig.call('rollBack.decide', { taskId, choices });
  return await rig.ended(taskId);
};

/** Ann, a trainee, becomes head of sales by two migrations; others had made her director in between. Others delete her, and the second one is rolled back without her. */
async function leftInTheBin(): Promise<{ readonly first: string; readonly second: string }> {
  const first = await rig.migrate();
  await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Director' });
  const second = await rig.migrate();
  expect(title()).toBe('Head of Sales');
  await rig.graph('DELETE', `/users/${cloudId(11)}`);
  const { task, plan } = await rig.planRollBack({ undoes: second.id, mode: 'keep changes made since' });
  expect(await conflicts(plan.id)).toEqual([['', null, null, null, null, 'keep']]);
  const end = task.state === 'Awaiting approval' ? await rig.approve(task.id) : task;
  expect(end.state).toBe('Completed');
  expect((await rig.call('tasks.get', { id: second.id })).rolledBackBy).toBe(task.id);
  return { first: first.id, second: second.id };
}

describe('a later migration that was rolled back while the account lay in the recycle bin', () => {
  it('shows what others had written before it when the earlier one is rolled back: exact goes past that', async () => {
    const { first } = await leftInTheBin();
    const { task, plan } = await rig.planRollBack({ undoes: first });
    expect(await conflicts(plan.id)).toEqual(expect.arrayContaining([['', null, null, null, null, 'restore'], ['jobTitle', ['Trainee'], ['Head of Sales'], ['Head of Sales'], ['Director'], 'restore']]));
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(title()).toBe('Trainee');
  });

  it('and a person may choose what others had', async () => {
    const { first } = await leftInTheBin();
    const { task } = await rig.planRollBack({ undoes: first });
    await decide(task.id, [{ targetId: cloudId(11), attribute: 'jobTitle', choice: 'keep' }]);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(title()).toBe('Director');
  });

  it('keeping brings it back too, when somebody restored the account before', async () => {
    const { first } = await leftInTheBin();
    await rig.graph('POST', `/directory/deletedItems/${cloudId(11)}/restore`);
    expect(title()).toBe('Head of Sales');
    expect((await rig.rollBack({ undoes: first, mode: 'keep changes made since' })).state).toBe('Completed');
    expect(title()).toBe('Director');
  });
});
