import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Attribute, Change } from 'ldapts';
import { seedTenant } from '../../../electron/simulator/index.ts';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { group, GROUP, person, unit } from '../scenarios/corp.ts';
import { account } from '../app/works.ts';
import { ANSWERS, openCycleDesk, type CycleDesk } from './desk.ts';

/*
 * A static collection of people and a group, kept in step with a simulated tenant: the plan of the first cycle is shown before it runs, later
 * cycles run by themselves, a quiet one writes nothing and leaves its row only, Disable Synchronization ends it.
 */
const people = unit('Cycles', [
  person('ann', { title: 'Head of Sales', department: 'Sales', c: 'DE', mail: 'ann@example.com' }), person('ben', { title: 'Clerk', c: 'NO' }), person('cem', { title: 'Clerk', c: 'NO' }),
  group('Sales', GROUP.globalSecurity, { member: ['CN=Ann,OU=Cycles,DC=corp,DC=example,DC=com', 'CN=Ben,OU=Cycles,DC=corp,DC=example,DC=com'] }),
]);

describe.skipIf(skipFor(await sambaObstacle()))('cycles of coexistence on a real Active Directory (Samba)', () => {
  let samba: SambaServer;
  let desk: CycleDesk;
  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.63', ldif: people.ldif });
    desk = await openCycleDesk(samba, people, seedTenant({ users: 2, groups: 0, existing: { users: [account(11, 'ann', { jobTitle: 'Trainee', usageLocation: 'DE' })] } }));
  });
  afterAll(async () => { await desk?.close(); await samba?.stop(); });

  const user = (alias: string) => desk.simulator.snapshot().users.find((one) => String(one.properties['userPrincipalName']).startsWith(`${alias}@`));
  const members = () => {
    const state = desk.simulator.snapshot();
    const names = new Map(state.users.map((one) => [one.id, String(one.properties['displayName'])]));
    return state.groups.find((one) => one.properties['displayName'] === 'Sales')?.members.map((id) => names.get(id) ?? id).toSorted();
  };
  const synchronisation = async () => Object.fromEntries(Object.values(await desk.objects()).map((row) => [row.name, row.synchronisation]));

  it('plans the first cycle, writes nothing before it is approved, and is off again when the plan is discarded', async () => {
    const start = desk.simulator.snapshot();
    const { taskId } = await desk.call('coexistence.plan', { collectionId: desk.collectionId, settings: { ...ANSWERS, workingHours: null } });
    const planned = await desk.ended(taskId);
    expect(planned).toMatchObject({ kind: 'Synchronise', state: 'Awaiting approval', canApprove: true });
    expect((await desk.call('plans.get', { id: planned.planId ?? '' })).counts).toMatchObject({ creates: 3, updates: 1, membersAdded: 2 });
    expect(await desk.standing()).toMatchObject({ state: 'Planned', taskId, running: false, actions: ['disable'], nextAt: null, objects: { total: 4, inSync: 0, neverSynced: 4 } });
    expect(await desk.refused('coexistence.runNow', { collectionId: desk.collectionId })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('waits for approval') });
    await desk.call('tasks.discard', { taskId });
    expect(await desk.standing()).toMatchObject({ state: 'Off', taskId: null, actions: ['enable'] });
    expect(desk.simulator.snapshot()).toEqual(start);
    expect(desk.writes).toEqual([]);
  });

  it('brings the tenant in step when the plan is approved', async () => {
    expect(await desk.enable()).toMatchObject({ state: 'Completed', canRollBack: true });
    expect(user('ann')?.properties).toMatchObject({ jobTitle: 'Head of Sales', department: 'Sales' });
    expect(members()).toEqual(['Ann', 'Ben']);
    expect(await desk.standing()).toMatchObject({ state: 'On', attention: '', failures: 0, restartAdvised: [], lastCycle: { kind: 'first', outcome: 'done', inStep: 4, objects: 4, lagMs: null } });
    expect((await desk.standing()).nextAt).toBeGreaterThan(Date.now() + 50 * 60_000);
    expect(await synchronisation()).toEqual({ Ann: 'In sync', Ben: 'In sync', Cem: 'In sync', Sales: 'In sync' });
    expect((await desk.call('collections.get', { id: desk.collectionId })).coexistence).toBe(true);
  });

  it('leaves only its row and writes nothing when nothing has changed, and takes the task of the quiet cycle before', async () => {
    const before = desk.simulator.snapshot();
    desk.writes.length = 0;
    const first = await desk.cycle();
    const second = await desk.cycle();
    expect(desk.writes).toEqual([]);
    expect(desk.simulator.snapshot()).toEqual(before);
    expect(first.task).toMatchObject({ state: 'Completed', planId: null, canRollBack: false });
    expect(second.task.id).toBe(first.task.id);
    expect([first.cycle, second.cycle]).toMatchObject([{ kind: 'changes', outcome: 'nothing to do', operations: 0, planId: null, inStep: 4 }, { outcome: 'nothing to do', operations: 0 }]);
    expect((await desk.call('plans.list', { collectionId: desk.collectionId })).rows.map((row) => row.taskId)).not.toContain(first.task.id);
    expect((await desk.call('coexistence.cycles', { collectionId: desk.collectionId, quiet: false })).rows.map((row) => row.outcome)).toEqual(['done', 'cancelled']);
  });

  it('brings over what changed on both sides: values, a new person, who left a group, and what somebody else made of the tenant', async () => {
    await desk.set('Ann', 'title', 'Director');
    await desk.set('Ben', 'title', 'Head Clerk');
    await desk.directory(async (client) => {
      await client.modify(people.dn('Sales'), [new Change({ operation: 'delete', modification: new Attribute({ type: 'member', values: [people.dn('Ben')] }) }), new Change({ operation: 'add', modification: new Attribute({ type: 'member', values: [people.dn('Cem')] }) })]);
      await client.add(people.dn('Dot'), { objectClass: 'user', sAMAccountName: 'dot', userPrincipalName: 'dot@example.com', displayName: 'Dot', givenName: 'Dot', userAccountControl: '544' });
    });
    await desk.call('tasks.discover', { pairId: desk.pairId }).then(({ taskId }) => desk.ended(taskId));
    await desk.call('collections.queryObjects', { id: desk.collectionId, filter: '(sAMAccountName=dot)' });
    await desk.graph('PATCH', `/users/${user('cem')?.id}`, { jobTitle: 'Somebody' });
    const stranger = desk.simulator.snapshot().users.find((one) => !['ann', 'ben', 'cem'].some((alias) => String(one.properties['userPrincipalName']).startsWith(`${alias}@`)));
    const sales = desk.simulator.snapshot().groups.find((one) => one.properties['displayName'] === 'Sales');
    await desk.graph('POST', `/groups/${sales?.id}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${stranger?.id}` });

    const { task, cycle } = await desk.cycle();
    expect(task).toMatchObject({ state: 'Completed', canRollBack: true });
    expect(cycle).toMatchObject({ outcome: 'done', failed: 0, inStep: 5, objects: 5 });
    expect(cycle.lagMs).toBeGreaterThanOrEqual(0);
    expect(user('ann')?.properties['jobTitle']).toBe('Director');
    expect(user('ben')?.properties['jobTitle']).toBe('Head Clerk');
    expect(user('cem')?.properties['jobTitle']).toBe('Clerk');
    expect(user('dot')?.properties).toMatchObject({ displayName: 'Dot' });
    // Who is a member by somebody else's hand, and is nobody of the directory, stays.
    expect(members()).toEqual(['Ann', 'Cem', String(stranger?.properties['displayName'])].toSorted());
    const after = desk.simulator.snapshot();
    desk.writes.length = 0;
    expect((await desk.cycle()).cycle.outcome).toBe('nothing to do');
    expect(desk.writes).toEqual([]);
    expect(desk.simulator.snapshot()).toEqual(after);
  });

  it('starts by itself when its time has come, not while it is paused', async () => {
    await desk.set('Ann', 'department', 'Board');
    await desk.call('coexistence.pause', { collectionId: desk.collectionId });
    desk.pass(61 * 60_000);
    await new Promise((resolve) => { setTimeout(resolve, 1_200); });
    expect(user('ann')?.properties['department']).toBe('Sales');
    expect(await desk.standing()).toMatchObject({ state: 'Paused', nextAt: null, actions: ['disable', 'resume'] });
    await desk.call('coexistence.resume', { collectionId: desk.collectionId });
    await desk.until((now) => now.lastCycle?.outcome === 'done' && !now.running && now.lastCycle.reason === 'Its time had come.');
    expect(user('ann')?.properties['department']).toBe('Board');
  });

  it('is over with Disable Synchronization, and what was written stays', async () => {
    const before = desk.simulator.snapshot();
    expect(await desk.call('coexistence.disable', { collectionId: desk.collectionId })).toMatchObject({ state: 'Off', nextAt: null, actions: ['enable'] });
    expect((await desk.call('collections.get', { id: desk.collectionId })).coexistence).toBe(false);
    await desk.set('Ann', 'department', 'Nothing');
    desk.pass(24 * 3_600_000);
    await new Promise((resolve) => { setTimeout(resolve, 1_200); });
    expect(desk.simulator.snapshot()).toEqual(before);
    expect(await desk.refused('coexistence.restart', { collectionId: desk.collectionId })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('Enable Coexistence') });
  });
});
