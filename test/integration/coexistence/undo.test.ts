import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedTenant } from '../../../electron/simulator/index.ts';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { group, GROUP, person, unit } from '../scenarios/corp.ts';
import { account } from '../app/works.ts';
import { openCycleDesk, type CycleDesk } from './desk.ts';

/*
 * Undo of coexistence over a real Active Directory, with cycles as they run: an attribute, a cycle and the whole period go back while the
 * directory stays as it is; what went back is held and is not written again until it is released; cycles wait while a roll back does.
 */
const people = unit('Undo', [
  person('ann', { title: 'Head of Sales', department: 'Sales', c: 'DE', mail: 'ann@example.com' }), person('ben', { title: 'Clerk', c: 'NO' }),
  group('Sales', GROUP.globalSecurity, { description: 'All of sales', member: ['CN=Ann,OU=Undo,DC=corp,DC=example,DC=com', 'CN=Ben,OU=Undo,DC=corp,DC=example,DC=com'] }),
]);
const HOUR = 3_600_000;

describe.skipIf(skipFor(await sambaObstacle()))('undo of coexistence on a real Active Directory (Samba)', () => {
  let samba: SambaServer;
  let desk: CycleDesk;
  let start: unknown;
  let began = 0;
  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.62', ldif: people.ldif });
    desk = await openCycleDesk(samba, people, seedTenant({ users: 2, groups: 0, existing: { users: [account(11, 'ann', { jobTitle: 'Trainee', usageLocation: 'DE' })] } }));
    [start, began] = [desk.simulator.snapshot(), Date.now()];
    expect(await desk.enable()).toMatchObject({ state: 'Completed' });
  });
  afterAll(async () => { await desk?.close(); await samba?.stop(); });

  const user = (alias: string) => desk.simulator.snapshot().users.find((one) => String(one.properties['userPrincipalName']).startsWith(`${alias}@`))?.properties;
  const idOf = async (name: string) => (await desk.objects())[name]?.id ?? '';
  const held = async () => (await desk.call('holds.page', { pairId: desk.pairId })).rows.map(({ sourceId, attribute, name }) => ({ sourceId, attribute, name }));
  const release = async () => {
    const { released } = await desk.call('holds.release', { pairId: desk.pairId, holds: (await held()).map(({ sourceId, attribute }) => ({ sourceId, attribute })) });
    return released;
  };
  const synchronisation = async () => Object.fromEntries(Object.values(await desk.objects()).map((row) => [row.name, row.synchronisation]));

  it('an attribute goes back and stays so, while the others of the object are kept in step; released, it is written again', async () => {
    expect((await desk.rollBack({ objectId: await idOf('Ann'), attributes: ['jobTitle'] })).state).toBe('Completed');
    expect(user('ann')).toMatchObject({ jobTitle: 'Trainee', department: 'Sales' });
    expect(await held()).toMatchObject([{ name: 'Ann', attribute: 'jobTitle' }]);
    await desk.set('Ann', 'title', 'Partner');
    await desk.set('Ann', 'department', 'Board');
    expect((await desk.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 1 });
    expect(user('ann')).toMatchObject({ jobTitle: 'Trainee', department: 'Board' });
    // A full cycle compares everything, and leaves it alone as well.
    expect((await desk.cycle('restart')).cycle).toMatchObject({ outcome: 'nothing to do' });
    expect(await release()).toBe(1);
    expect((await desk.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 1 });
    expect(user('ann')).toMatchObject({ jobTitle: 'Partner', department: 'Board' });
  });

  it('a cycle goes back; what it wrote is not written again, and cycles wait while the plan does', async () => {
    const before = desk.simulator.snapshot();
    await desk.set('Ann', 'title', 'Director');
    const { task, cycle } = await desk.cycle();
    expect(cycle).toMatchObject({ outcome: 'done', operations: 1 });
    const { task: back } = await desk.planRollBack({ taskIds: [task.id] });
    expect(await desk.refused('coexistence.runNow', { collectionId: desk.collectionId })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(`Roll back ${back.id}`) });
    desk.pass(2 * HOUR);
    await new Promise((resolve) => { setTimeout(resolve, 1_500); });
    expect((await desk.standing()).lastCycle?.id).toBe(cycle.id);
    expect((await desk.approve(back.id)).state).toBe('Completed');
    expect(desk.simulator.snapshot()).toEqual(before);
    expect(await held()).toMatchObject([{ name: 'Ann', attribute: '' }]);
    // Its time came while the roll back waited: it runs now, and leaves Ann alone.
    const after = await desk.until(({ lastCycle }) => lastCycle !== null && lastCycle.id !== cycle.id && lastCycle.endedAt !== null);
    expect(after.lastCycle).toMatchObject({ outcome: 'nothing to do', held: 1 });
    expect(desk.simulator.snapshot()).toEqual(before);
    expect(await synchronisation()).toMatchObject({ Ann: 'Not intended to be synced', Ben: 'In sync', Sales: 'In sync' });
    expect(await release()).toBe(1);
    expect((await desk.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 1 });
    expect(user('ann')).toMatchObject({ jobTitle: 'Director' });
  });

  it('the whole period goes back to the start in one plan, and nothing of it comes again by itself', async () => {
    await desk.set('Sales', 'description', 'Everybody of Sales');
    expect((await desk.cycle()).cycle).toMatchObject({ outcome: 'done' });
    const { task, plan } = await desk.planRollBack({ window: { collectionId: desk.collectionId, from: began, to: Date.now() + 4 * HOUR }, purge: true });
    expect(plan.counts).toMatchObject({ deletes: 2, updates: 1 });
    expect((await desk.approve(task.id)).state).toBe('Completed');
    expect(desk.simulator.snapshot()).toEqual(start);
    expect((await held()).map(({ name }) => name)).toEqual(['Ann', 'Ben', 'Sales']);
    expect((await desk.cycle('restart')).cycle).toMatchObject({ outcome: 'nothing to do', held: 3 });
    expect(desk.simulator.snapshot()).toEqual(start);
    expect(await release()).toBe(3);
    expect((await desk.cycle()).task).toMatchObject({ state: 'Completed' });
    expect(user('ben')).toMatchObject({ jobTitle: 'Clerk' });
    expect(await synchronisation()).toEqual({ Ann: 'In sync', Ben: 'In sync', Sales: 'In sync' });
  });
});
