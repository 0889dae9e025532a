import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { cloud, lists, listsTenant, NEWS, openListDesk, TEAM, type ListDesk } from './lists.ts';

/*
 * Membership of chosen distribution groups from Microsoft 365 back to Active Directory, on a real directory: the tenant's changes since both
 * sides agreed, nobody else's; nested groups, members without a match, members outside the collection, others at work on both sides, and the way back.
 */
const LISTS = lists('Lists');

describe.skipIf(skipFor(await sambaObstacle()))('membership written back to Active Directory (Samba)', () => {
  let samba: SambaServer;
  let desk: ListDesk;
  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.65', ldif: LISTS.ldif });
    desk = await openListDesk(samba, LISTS, listsTenant());
  });
  afterAll(async () => { await desk?.close(); await samba?.stop(); });
  const choose = async (ids: readonly string[], chosen: 'yes' | 'no' = 'yes') => await desk.call('writeBack.choose', { collectionId: desk.collectionId, ids: [...ids], chosen });

  it('is for matched mail-enabled distribution groups that somebody has chosen', async () => {
    const { rows } = await desk.call('writeBack.candidates', { collectionId: desk.collectionId });
    expect(rows.map((one) => [one.name, one.mail, one.chosen, one.reason?.split(';')[0]?.split('.')[0] ?? ''])).toEqual([
      ['Guards', 'guards@example.com', false, 'It is a security group'], ['News', 'news@example.com', false, ''], ['Plain', '', false, 'It has no e-mail address in Active Directory'], ['Team', 'team@example.com', false, ''],
    ]);
    const guards = rows[0]?.sourceId ?? '';
    expect(await desk.refused('writeBack.choose', { collectionId: desk.collectionId, ids: [desk.news, guards], chosen: 'yes' })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('"Guards" cannot be chosen') });
    expect((await desk.call('writeBack.get', { collectionId: desk.collectionId })).groups).toEqual([]);
    expect(await desk.refused('tasks.writeBack', { collectionId: desk.collectionId })).toMatchObject({ message: expect.stringContaining('Choose groups first') });
    const now = await choose([desk.news, desk.team]);
    expect(now.groups.map((one) => [one.name, one.agreedAt, one.members, one.waiting, one.problem])).toEqual([['News', null, 5, 1, ''], ['Team', null, 1, 0, '']]);
    expect((await desk.call('writeBack.waiting', { collectionId: desk.collectionId })).rows.map((one) => [one.groupName, one.memberName])).toEqual([['News', 'Zoe']]);
    const other = await desk.call('collections.create', { pairId: desk.pairId, name: 'Second' });
    await desk.call('collections.queryObjects', { id: other.id, filter: '(cn=News)' });
    expect(await desk.refused('writeBack.choose', { collectionId: other.id, ids: [desk.news], chosen: 'yes' })).toMatchObject({ message: expect.stringContaining('chosen in collection "Everyone" already') });
  });

  it('shows every difference the first time, writes it after a typed approval, reads it back, and then both sides agree', async () => {
    const { task, told, left } = await desk.planned();
    expect(task).toMatchObject({ kind: 'Write back', state: 'Awaiting approval', message: expect.stringContaining('2 groups are compared for the first time') });
    expect(told).toEqual(['News: add members Cem, Eve, Team', 'News: remove members Ben', 'Team: add members Ben']);
    expect(left).toEqual(['News: "Dot" is a member in Active Directory without a match in Microsoft 365', 'News: "Zoe" is a member in Microsoft 365'].map((one) => expect.stringContaining(one)));
    expect(await desk.members('News')).toEqual(['Ann', 'Ben', 'Dot']);
    expect(await desk.refused('tasks.writeBack', { collectionId: desk.collectionId })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('already') });
    expect(await desk.refused('tasks.approve', { taskId: task.id, confirmation: 'simulated.onmicrosoft.com' })).toMatchObject({ message: expect.stringContaining('corp.example.com') });
    expect(await desk.approve(task.id)).toMatchObject({ state: 'Completed', verified: true, canRollBack: true, message: 'Added 4 members in Active Directory and removed 1 member; everything that was written was read back and compared.' });
    expect(await desk.members('News')).toEqual(['Ann', 'Cem', 'Dot', 'Eve', 'Team']);
    expect(await desk.members('Team')).toEqual(['Ben']);
    const again = await desk.planned();
    expect([again.task.state, again.told]).toEqual(['Completed', []]);
    const { groups, taskId } = await desk.call('writeBack.get', { collectionId: desk.collectionId });
    expect([taskId, ...groups.map((one) => [one.name, one.agreed, one.agreedAt === null])]).toEqual([null, ['News', 4, false], ['Team', 1, false]]);
  });

  it('writes what the tenant changed since, and neither brings back nor takes away what the directory changed', async () => {
    await desk.tenantMember('Add', NEWS, cloud('ben'));
    await desk.tenantMember('Remove', NEWS, TEAM);
    // Somebody takes Cem out and puts Ben into the other group's place: that is the directory's own doing.
    await desk.directoryMember('delete', 'News', 'Cem');
    await desk.directoryMember('add', 'Team', 'Ann');
    const { task, told, left } = await desk.planned();
    expect(told).toEqual(['News: add members Ben', 'News: remove members Team']);
    expect(left.filter((one) => /Cem|Ann/.test(one))).toEqual(['News: "Cem" is a member in Microsoft 365', 'Team: "Ann" was added in Active Directory']);
    // And while the plan waits others do what it is to do, and the opposite.
    await desk.directoryMember('add', 'News', 'Ben');
    await desk.directory((client) => client.modifyDN(LISTS.dn('Eve'), LISTS.dn('Evelyn')));
    expect(await desk.approve(task.id)).toMatchObject({ state: 'Completed', message: expect.stringContaining('Added 0 members in Active Directory and removed 1 member') });
    expect((await desk.call('plans.operations', { planId: task.planId ?? '' })).rows.map((one) => [one.kind, one.outcome])).toEqual([['add members', 'unchanged'], ['remove members', 'done']]);
    expect(await desk.members('News')).toEqual(['Ann', 'Ben', 'Dot', 'Evelyn']);
    // What others wrote is not taken back.
    const back = await desk.call('tasks.rollBack', { collectionId: desk.collectionId, undoes: task.id });
    expect((await desk.ended(back.taskId)).state).toBe('Awaiting approval');
    expect(await desk.approve(back.taskId)).toMatchObject({ state: 'Completed', verified: true });
    expect(await desk.members('News')).toEqual(['Ann', 'Ben', 'Dot', 'Evelyn', 'Team']);
    // Taken back is held back: the tenant has not changed since.
    const again = await desk.planned();
    expect([again.task.state, again.told]).toEqual(['Completed', []]);
    expect(again.left.filter((one) => /Team"/.test(one))).toEqual(['News: "Team" was added in Active Directory']);
    await desk.directory((client) => client.modifyDN(LISTS.dn('Evelyn'), LISTS.dn('Eve')));
  });

  it('takes back a whole task, or what it did to one group', async () => {
    await desk.tenantMember('Add', NEWS, TEAM);
    await desk.tenantMember('Remove', NEWS, cloud('eve'));
    await desk.tenantMember('Remove', TEAM, cloud('ben'));
    const { task, told } = await desk.planned();
    expect(told).toEqual(['News: remove members Eve', 'Team: remove members Ben']);
    expect((await desk.approve(task.id)).state).toBe('Completed');
    expect([await desk.members('News'), await desk.members('Team')]).toEqual([['Ann', 'Ben', 'Dot', 'Team'], ['Ann']]);
    const one = await desk.rollBack({ undoes: task.id, objectId: desk.team });
    expect(one).toMatchObject({ state: 'Completed', verified: true });
    expect([await desk.members('News'), await desk.members('Team')]).toEqual([['Ann', 'Ben', 'Dot', 'Team'], ['Ann', 'Ben']]);
    expect(await desk.rollBack({ undoes: task.id })).toMatchObject({ state: 'Completed' });
    expect([await desk.members('News'), await desk.members('Team')]).toEqual([['Ann', 'Ben', 'Dot', 'Eve', 'Team'], ['Ann', 'Ben']]);
    expect(await desk.refused('tasks.rollBack', { collectionId: desk.collectionId, undoes: task.id })).toMatchObject({ message: expect.stringContaining('rolled back already') });
  });

  it('members of a chosen group are not written to the tenant, and the plan of a migration says why; its values are', async () => {
    await desk.directoryMember('add', 'Team', 'Cem');
    await desk.set('Team', 'description', 'All of us');
    const { task, plan } = await desk.plan();
    const rows = (await desk.call('plans.operations', { planId: plan.id, limit: 500 })).rows.filter((one) => one.name === 'Team' || one.name === 'News');
    expect(rows.flatMap((one) => (/members/.test(one.kind) ? [one.kind] : []))).toEqual([]);
    expect(rows.filter((one) => one.name === 'Team').flatMap((one) => one.changes.map((change) => change.attribute))).toContain('description');
    expect((await desk.call('plans.findings', { planId: plan.id })).rows.filter((one) => one.rule === 'membership written back').map((one) => one.name).toSorted()).toEqual(['News', 'Team']);
    await desk.call('tasks.discard', { taskId: task.id });
    // Left to Active Directory again, they are.
    await choose([desk.team], 'no');
    const free = await desk.plan();
    expect((await desk.call('plans.operations', { planId: free.plan.id, limit: 500 })).rows.filter((one) => one.name === 'Team' && one.kind === 'add members').map((one) => one.references.map((r) => r.name).toSorted())).toEqual([['Ann', 'Ben', 'Cem']]);
    await desk.call('tasks.discard', { taskId: free.task.id });
  });
});
