import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { cloudId, group, groupDn, guid, personDn, TYPE, works, worksTenant } from './works.ts';

let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: works(), seed: worksTenant() }); });
afterEach(async () => { await rig.close(); });

const live = (state: ReturnType<Rig['simulator']['snapshot']>) => ({ users: state.users, groups: state.groups, contacts: state.contacts });
const userOf = (id: string) => rig.simulator.snapshot().users.find((u) => u.id === id)?.properties;

describe('roll back of a whole migration', () => {
  it('with purge leaves the tenant exactly as it was', async () => {
    const before = rig.simulator.snapshot();
    const migrated = await rig.migrate();
    expect(migrated.state).toBe('Completed');
    expect(rig.simulator.snapshot()).not.toEqual(before);
    const back = await rig.rollBack({ purge: true });
    expect(back).toMatchObject({ state: 'Completed', kind: 'Roll back', undoes: migrated.id });
    expect(rig.simulator.snapshot()).toEqual(before);
    const objects = await rig.objects();
    expect(Object.fromEntries(Object.values(objects).map((o) => [o.name, o.status]))).toEqual({ Ann: 'Matched', Ben: 'New', Cem: 'Matched', Dot: 'New', Sales: 'New' });
    expect(objects['Ben']?.reason).toContain('deleted');
    expect(await rig.call('tasks.get', { id: migrated.id })).toMatchObject({ rolledBackBy: back.id, canRollBack: false });
    const statistics = await rig.call('statistics.get', { collectionId: rig.collectionId });
    expect(statistics.operations).toMatchObject({ failed: 0, drifted: 0, rolledBack: 8 });
  });

  it('without purge leaves what it created in the recycle bin and everything else as it was', async () => {
    const before = rig.simulator.snapshot();
    await rig.migrate();
    const created = rig.simulator.snapshot().users.filter((u) => !before.users.some((b) => b.id === u.id)).map((u) => u.id);
    await rig.rollBack();
    const after = rig.simulator.snapshot();
    expect(live(after)).toEqual(live(before));
    expect(after.deletedUsers.map((u) => u.id).toSorted()).toEqual(created.toSorted());
    expect(after.deletedGroups).toHaveLength(1);
  });

  it('is planned first: nothing is written before it is approved, and discarding it leaves the migration alone', async () => {
    const migrated = await rig.migrate();
    const state = rig.simulator.snapshot();
    const { task, plan } = await rig.planRollBack();
    expect(task.state).toBe('Awaiting approval');
    expect(plan.counts).toMatchObject({ deletes: 3, updates: 2, creates: 0 });
    expect(plan.guard).toEqual([]);
    expect((await rig.call('tasks.discard', { taskId: task.id })).state).toBe('Discarded');
    expect(rig.simulator.snapshot()).toEqual(state);
    expect(await rig.call('tasks.get', { id: migrated.id })).toMatchObject({ canRollBack: true, rolledBackBy: null });
  });

  it('is refused a second time', async () => {
    const migrated = await rig.migrate();
    await rig.rollBack();
    expect(await rig.refused('tasks.rollBack', { collectionId: rig.collectionId, undoes: migrated.id })).toMatchObject({ code: 'CONFLICT', message: 'This task was rolled back already.' });
    expect(await rig.refused('tasks.rollBack', { collectionId: rig.collectionId })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await rig.refused('tasks.rollBack', { collectionId: rig.collectionId, undoes: migrated.id, objectId: guid(11) })).toMatchObject({ code: 'CONFLICT' });
  });

  it('another migration afterwards takes everything back from the recycle bin and creates nothing', async () => {
    await rig.migrate();
    const first = rig.simulator.snapshot();
    await rig.rollBack();
    const { task, plan } = await rig.plan();
    expect(plan.counts).toMatchObject({ creates: 0, restores: 3 });
    const createdBefore = rig.simulator.stats.created;
    const again = await rig.approve(task.id);
    expect(again.state).toBe('Completed');
    expect(rig.simulator.stats.created).toBe(createdBefore);
    const now = rig.simulator.snapshot();
    expect(now).toEqual(first);
    // And the way back puts them into the bin again.
    const back = await rig.rollBack();
    expect(back.state).toBe('Completed');
    const end = rig.simulator.snapshot();
    expect([end.deletedUsers.length, end.deletedGroups.length]).toEqual([2, 1]);
    expect(end.users.find((u) => u.id === cloudId(11))?.properties).toMatchObject({ jobTitle: 'Trainee' });
  });
});

describe('roll back when others worked in the tenant since', () => {
  it('exact: says what others changed, is stopped by the guard, and restores all the same once approved', async () => {
    const before = rig.simulator.snapshot();
    await rig.migrate();
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Director', city: 'Bergen' });
    const { task, plan } = await rig.planRollBack({ purge: true });
    expect(plan).toMatchObject({ conflicts: 1, guard: [{ limit: 'overwrites', count: 1, allowed: 0 }] });
    const { rows } = await rig.call('plans.findings', { planId: plan.id });
    expect(rows).toMatchObject([{ name: 'Ann', attribute: 'jobTitle', value: 'Director', severity: 'warning' }]);
    expect(rows[0]?.message).toContain('overwrites');
    expect((await rig.approve(task.id)).state).toBe('Completed');
    // jobTitle is the task's and goes back; city was never the task's and stays.
    expect(userOf(cloudId(11))).toMatchObject({ jobTitle: 'Trainee', city: 'Bergen' });
    expect(before.users.find((u) => u.id === cloudId(13))).toEqual(rig.simulator.snapshot().users.find((u) => u.id === cloudId(13)));
  });

  it('keep changes made since: the value of others stays, the rest goes back, no guard', async () => {
    await rig.migrate();
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Director' });
    const { task, plan } = await rig.planRollBack({ mode: 'keep changes made since' });
    expect(plan).toMatchObject({ conflicts: 1, guard: [] });
    expect((await rig.call('plans.findings', { planId: plan.id })).rows[0]?.message).toContain('stays');
    expect((await rig.approve(task.id)).state).toBe('Completed');
    const ann = userOf(cloudId(11));
    expect(ann).toMatchObject({ jobTitle: 'Director' });
    expect(ann).not.toHaveProperty('department');
    expect(ann).not.toHaveProperty('onPremisesImmutableId');
  });

  describe('in a group that existed', () => {
    const list = { id: cloudId(50), properties: { displayName: 'Sales', mailNickname: 'Sales', mailEnabled: false, securityEnabled: true, groupTypes: [] }, memberIds: [cloudId(11)], ownerIds: [] };
    const membersNow = () => rig.simulator.snapshot().groups.find((g) => g.id === cloudId(50))?.members ?? [];
    beforeEach(async () => {
      await rig.close();
      const seed = worksTenant();
      rig = await openRig({ source: works(), seed: { ...seed, groups: [...seed.groups ?? [], list] } });
      await rig.match();
      await rig.call('objects.pin', { collectionId: rig.collectionId, id: guid(21), targetId: cloudId(50) });
      await rig.migrate();
      expect(membersNow()).toHaveLength(3);
    });

    it('members that others added stay, and so do members that were there before', async () => {
      const stranger = rig.simulator.snapshot().users.find((u) => u.properties['displayName'] === 'User 0')?.id ?? '';
      await rig.graph('POST', `/groups/${cloudId(50)}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${stranger}` });
      expect((await rig.rollBack({ purge: true })).state).toBe('Completed');
      expect(membersNow()).toEqual([cloudId(11), stranger].toSorted());
    });

    it('the group alone: members that the same task created go out of it too', async () => {
      const back = await rig.rollBack({ objectId: guid(21) });
      expect(back).toMatchObject({ state: 'Completed' });
      expect(membersNow()).toEqual([cloudId(11)]);
      expect((await rig.objects())['Ben']?.status).toBe('Migrated');
    });

    it('one person alone: the manager that the same task created is known', async () => {
      await rig.rollBack({ purge: true });
      await rig.rewrite(works({ ann: { manager: personDn('ben') }, ben: { manager: [] } }));
      await rig.migrate();
      const ben = rig.simulator.snapshot().users.find((u) => u.properties['userPrincipalName'] === 'ben@example.com')?.id;
      const annsManager = () => rig.simulator.snapshot().users.find((u) => u.id === cloudId(11))?.manager;
      expect(annsManager()).toBe(ben);
      const { task, plan } = await rig.planRollBack({ objectId: guid(11) });
      expect(plan).toMatchObject({ conflicts: 0, guard: [] });
      await rig.approve(task.id);
      expect(annsManager()).toBeNull();
    });
  });

  it('an account that somebody deleted since is not needed any more: what the task created is simply gone', async () => {
    await rig.migrate();
    const ben = rig.simulator.snapshot().users.find((u) => u.properties['userPrincipalName'] === 'ben@example.com')?.id ?? '';
    await rig.graph('DELETE', `/users/${ben}`);
    const back = await rig.rollBack();
    expect(back.state).toBe('Completed');
    expect(userOf(ben)).toBeUndefined();
  });
});

describe('what Microsoft 365 does not let go back', () => {
  it('is told in the plan and again in the items, and the rest goes back', async () => {
    const migrated = await rig.migrate({ countryCode: 'NO' });
    expect(userOf(cloudId(13))).toMatchObject({ usageLocation: 'NO' });
    const { task, plan } = await rig.planRollBack();
    expect(plan.findings.errors).toBe(1);
    const back = await rig.approve(task.id);
    expect(back.state).toBe('Completed with errors');
    const items = await rig.call('tasks.items', { taskId: back.id, onlyProblems: true });
    expect(items.rows).toMatchObject([{ objectId: guid(13), name: 'Cem', status: 'Skipped', message: expect.stringContaining('usageLocation') }]);
    expect(userOf(cloudId(13))).toMatchObject({ usageLocation: 'NO', userPrincipalName: 'cem@simulated.onmicrosoft.com' });
    expect(userOf(cloudId(11))).toMatchObject({ usageLocation: 'DE', jobTitle: 'Trainee' });
    // Nothing more can be taken back, so it is not offered again.
    expect(await rig.call('tasks.get', { id: migrated.id })).toMatchObject({ canRollBack: false, rolledBackBy: back.id });
  });
});

describe('roll back of one object', () => {
  it('takes back what was done to it and leaves the others migrated', async () => {
    const before = rig.simulator.snapshot();
    const migrated = await rig.migrate();
    const after = rig.simulator.snapshot();
    const { task, plan } = await rig.planRollBack({ objectId: guid(11) });
    expect(plan.counts).toMatchObject({ updates: 1, deletes: 0, operations: 1 });
    expect((await rig.approve(task.id)).state).toBe('Completed');
    const now = rig.simulator.snapshot();
    expect(now.users.find((u) => u.id === cloudId(11))).toEqual(before.users.find((u) => u.id === cloudId(11)));
    expect(now.users.filter((u) => u.id !== cloudId(11))).toEqual(after.users.filter((u) => u.id !== cloudId(11)));
    const objects = await rig.objects();
    expect([objects['Ann']?.status, objects['Ben']?.status]).toEqual(['Matched', 'Migrated']);
    // The rest of the task can still be taken back, and then everything is as before.
    expect((await rig.call('tasks.get', { id: migrated.id })).canRollBack).toBe(true);
    expect((await rig.rollBack({ undoes: migrated.id, purge: true })).state).toBe('Completed');
    expect(rig.simulator.snapshot()).toEqual(before);
  });

  it('of one that was created deletes it and takes it out of its groups', async () => {
    await rig.migrate();
    const ben = rig.simulator.snapshot().users.find((u) => u.properties['userPrincipalName'] === 'ben@example.com')?.id ?? '';
    await rig.rollBack({ objectId: guid(12), purge: true });
    const now = rig.simulator.snapshot();
    expect(now.users.some((u) => u.id === ben)).toBe(false);
    expect(now.deletedUsers).toEqual([]);
    expect((await rig.objects())['Ben']).toMatchObject({ status: 'New', targetId: null });
    // Migrating again creates it anew and puts it back into the group.
    expect((await rig.migrate()).state).toBe('Completed');
    expect(rig.simulator.snapshot().groups.find((g) => g.properties['displayName'] === 'Sales')?.members).toHaveLength(3);
  });

  it('does not take a roll back for a change: after migrating and rolling back again and again the object is as before', async () => {
    const before = rig.simulator.snapshot();
    const ann = () => rig.simulator.snapshot().users.find((u) => u.id === cloudId(11));
    for (let round = 0; round < 2; round++) {
      await rig.migrate();
      expect(ann()?.properties['jobTitle']).toBe('Head of Sales');
      expect((await rig.rollBack({ objectId: guid(11) })).state).toBe('Completed');
      expect(ann()).toEqual(before.users.find((u) => u.id === cloudId(11)));
    }
    const { taskId } = await rig.call('tasks.rollBack', { collectionId: rig.collectionId, objectId: guid(11) });
    expect(await rig.ended(taskId)).toMatchObject({ state: 'Failed', message: expect.stringContaining('nothing to take back') });
    expect(ann()).toEqual(before.users.find((u) => u.id === cloudId(11)));
  });

  it('is refused for an object that nothing was done to', async () => {
    const { task } = await (async () => { await rig.match(); const { taskId } = await rig.call('tasks.rollBack', { collectionId: rig.collectionId, objectId: guid(14) }); return { task: await rig.ended(taskId) }; })();
    expect(task.state).toBe('Failed');
    expect(task.message).toContain('nothing to take back');
  });
});

describe('two migrations of the same objects', () => {
  const twice = async () => {
    const before = rig.simulator.snapshot();
    const first = await rig.migrate();
    const between = rig.simulator.snapshot();
    await rig.rewrite([...works({ ben: { title: 'Senior clerk' }, ann: { title: 'Partner' } }), group(22, 'Pilots', TYPE.globalSecurity, [personDn('ben'), groupDn('Sales')])]);
    await rig.call('collections.addObjects', { id: rig.collectionId, dns: [groupDn('Pilots')] });
    const second = await rig.migrate();
    expect(second.state).toBe('Completed');
    return { before, first, between, second };
  };

  it('newest first: each step gives exactly the state before its task', async () => {
    const { before, first, between, second } = await twice();
    expect((await rig.rollBack({ undoes: second.id, purge: true })).state).toBe('Completed');
    expect(rig.simulator.snapshot()).toEqual(between);
    expect((await rig.rollBack({ undoes: first.id, purge: true })).state).toBe('Completed');
    expect(rig.simulator.snapshot()).toEqual(before);
  });

  it('oldest first is refused while the newer one stands, with the sentence which to take back first', async () => {
    const { before, first, second } = await twice();
    const state = rig.simulator.snapshot();
    const { taskId } = await rig.call('tasks.rollBack', { collectionId: rig.collectionId, undoes: first.id, purge: true });
    const refused = await rig.ended(taskId);
    expect(refused.state).toBe('Failed');
    expect(refused.message).toContain(`A later migration (task ${second.id})`);
    expect(rig.simulator.snapshot()).toEqual(state);
    await rig.rollBack({ undoes: second.id, purge: true });
    await rig.rollBack({ undoes: first.id, purge: true });
    expect(rig.simulator.snapshot()).toEqual(before);
  });

  it('of one object takes back both migrations of it', async () => {
    const { before } = await twice();
    await rig.rollBack({ objectId: guid(11) });
    expect(rig.simulator.snapshot().users.find((u) => u.id === cloudId(11))).toEqual(before.users.find((u) => u.id === cloudId(11)));
  });
});
