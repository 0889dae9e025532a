import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { openCycleDesk, type CycleDesk } from '../coexistence/desk.ts';
import { cloud, lists, listsTenant, NEWS, toldOf, withLists, type ListHands } from './lists.ts';

/* Membership written back with the cycles of coexistence: what the tenant changed goes to Active Directory after the cycle that saw it, and nothing goes in circles. */
const LISTS = lists('Cycle');

describe.skipIf(skipFor(await sambaObstacle()))('membership written back with cycles of coexistence (Samba)', () => {
  let samba: SambaServer;
  let desk: CycleDesk & ListHands;
  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.69', ldif: LISTS.ldif });
    desk = await withLists(await openCycleDesk(samba, LISTS, listsTenant(), { defaults: { distributionGroups: 'distribution group' } }), LISTS);
  });
  afterAll(async () => { await desk?.close(); await samba?.stop(); });
  const writeBacks = async () => (await desk.call('tasks.list', { collectionId: desk.collectionId, limit: 500 })).rows.filter((one) => one.kind === 'Write back');
  /** Runs a cycle, and waits for what it has queued. */
  const cycle = async () => {
    const before = (await writeBacks()).length;
    desk.writes.length = 0;
    const { cycle: row } = await desk.cycle();
    const [task, ...more] = (await writeBacks()).slice(0, (await writeBacks()).length - before);
    expect(more).toEqual([]);
    return { row, writes: [...desk.writes], task: task === undefined ? null : await desk.ended(task.id) };
  };

  it('writes what changed in the tenant, without asking once both sides have agreed, and not again', async () => {
    await desk.match();
    await desk.call('writeBack.choose', { collectionId: desk.collectionId, ids: [desk.news], chosen: 'yes' });
    expect((await desk.enable()).state).toMatch(/Completed/);
    // Members of Team, which nobody chose, went to the tenant; those of News did not.
    const inTenant = () => desk.simulator.snapshot().groups.find((one) => one.id === NEWS)?.members.length;
    expect(inTenant()).toBe(5);
    expect((await cycle()).task).toBeNull();
    await desk.tenantMember('Add', NEWS, cloud('ben'));
    // On demand only, as long as nobody says otherwise; nor without a first agreement.
    expect((await cycle()).task).toBeNull();
    await desk.call('writeBack.save', { collectionId: desk.collectionId, runs: 'with each cycle' });
    expect((await desk.call('writeBack.get', { collectionId: desk.collectionId })).runs).toBe('with each cycle');
    await desk.tenantMember('Remove', NEWS, cloud('cem'));
    expect((await cycle()).task).toBeNull();
    const { task: first } = await desk.planned();
    expect((await desk.approve(first.id)).state).toBe('Completed');
    // Dot has an account by now, made after the group was chosen: nobody could make it a member in the tenant, so that the tenant says nothing about it.
    expect((await toldOf(desk, first)).left).toContainEqual(expect.stringContaining('"Dot" got the account in Microsoft 365 after the group was chosen'));
    expect(await desk.members('News')).toEqual(['Ann', 'Ben', 'Dot', 'Eve', 'Team']);
    // Our own writes come back with the next cycle and are none of anybody's.
    const own = await cycle();
    expect([own.writes, own.task]).toEqual([[], null]);

    await desk.tenantMember('Add', NEWS, cloud('cem'));
    const changed = await cycle();
    expect(changed.writes).toEqual([]);
    expect(changed.task).toMatchObject({ state: 'Completed', verified: true, message: expect.stringContaining('Added 1 member in Active Directory and removed 0 members') });
    expect(await desk.members('News')).toEqual(['Ann', 'Ben', 'Cem', 'Dot', 'Eve', 'Team']);
    const quiet = await cycle();
    expect([quiet.writes, quiet.task]).toEqual([[], null]);
  });

  it('leaves the directory its own changes, goes on with other attributes, and waits when a group would lose most of its members', async () => {
    await desk.directoryMember('delete', 'News', 'Ben');
    await desk.set('News', 'description', 'What is new');
    const own = await cycle();
    expect([own.task, own.row.operations, own.writes.length]).toEqual([null, 1, 1]);
    await desk.tenantMembers(NEWS, [cloud('zoe')]);
    const { task } = await cycle();
    expect(task).toMatchObject({ state: 'Awaiting approval', message: expect.stringContaining('"News" would lose 4 of its 5 members') });
    expect(await desk.members('News')).toEqual(['Ann', 'Cem', 'Dot', 'Eve', 'Team']);
    // While it waits no second one is made.
    await desk.tenantMember('Add', NEWS, cloud('eve'));
    expect((await cycle()).task).toBeNull();
    await desk.call('tasks.discard', { taskId: task?.id ?? '' });
    await desk.tenantMember('Add', NEWS, cloud('ann'));
    expect((await cycle()).task).toMatchObject({ state: 'Completed' });
    expect(await desk.members('News')).toEqual(['Ann', 'Dot', 'Eve']);
  });

  it('tries once what can never be written, and again only when the tenant has other members', async () => {
    await desk.directory((client) => client.del(LISTS.dn('Ben')));
    await desk.tenantMember('Add', NEWS, cloud('ben'));
    const tried = await cycle();
    expect([tried.task?.state, await desk.members('News')]).toEqual(['Completed', ['Ann', 'Dot', 'Eve']]);
    await desk.set('News', 'description', 'Newer');
    expect((await cycle()).task).toBeNull();
    await desk.tenantMember('Add', NEWS, cloud('cem'));
    expect((await cycle()).task).toMatchObject({ state: 'Completed', message: expect.stringContaining('Added 1 member') });
    expect(await desk.members('News')).toEqual(['Ann', 'Cem', 'Dot', 'Eve']);
  });
});
