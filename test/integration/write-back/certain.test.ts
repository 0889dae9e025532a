import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { cloud, lists, listsTenant, NEWS, openListDesk, TEAM, type ListDesk } from './lists.ts';

/*
 * Nobody is added to or removed from a list by what is not certain: matches that wait for review, a plan that was approved late, writes that ended in part,
 * and members that are matched otherwise than both sides agreed.
 */
const LISTS = lists('Certain');

describe.skipIf(skipFor(await sambaObstacle()))('membership written back only where it is certain (Samba)', () => {
  let samba: SambaServer;
  let desk: ListDesk;
  let objects: Awaited<ReturnType<ListDesk['objects']>>;
  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.66', ldif: LISTS.ldif });
    desk = await openListDesk(samba, LISTS, listsTenant());
    await desk.call('writeBack.choose', { collectionId: desk.collectionId, ids: [desk.news], chosen: 'yes' });
    objects = await desk.objects();
  });
  afterAll(async () => { await desk?.close(); await samba?.stop(); });
  /** What matching and people said of a match, straight into the project. */
  function match(name: string, what: { readonly review?: string; readonly targetId?: string }): void {
    const database = new Database(desk.file);
    try {
      database.prepare('update match_result set review = coalesce(?, review), target_id = coalesce(?, target_id) where source_id = ?').run(what.review ?? null, what.targetId ?? null, objects[name]?.id);
    } finally { database.close(); }
  }
  const members = () => desk.members('News');

  it('a match that waits for review writes nobody, and a group that waits is left alone', async () => {
    match('News', { review: 'To review' });
    const group = await desk.planned();
    expect([group.task.state, group.told, group.left]).toEqual(['Completed', [], ['News: Its match in Microsoft 365 waits for review. Look at the match first.']]);
    expect((await desk.call('writeBack.get', { collectionId: desk.collectionId })).groups.map((one) => one.problem)).toEqual(['Its match in Microsoft 365 waits for review. Look at the match first.']);
    match('News', { review: 'Not needed' });
    for (const name of ['Ben', 'Cem']) match(name, { review: 'To review' });
    const { task, told, left } = await desk.planned();
    expect(told).toEqual(['News: add members Eve, Team']);
    expect(left.filter((one) => /Ben|Cem/.test(one))).toEqual([expect.stringMatching(/"Ben" is a member in Active Directory/), expect.stringMatching(/"Cem" is a member in Microsoft 365/)]);
    expect((await desk.call('writeBack.waiting', { collectionId: desk.collectionId })).rows.map((one) => [one.memberName, /waits for review/.test(one.reason)])).toEqual([['Cem', true], ['Zoe', false]]);
    await desk.call('tasks.discard', { taskId: task.id });
    for (const name of ['Ben', 'Cem']) match(name, { review: 'Not needed' });
  });

  it('a plan that is approved late writes only what the tenant still says', async () => {
    const { task, told } = await desk.planned();
    expect(told).toEqual(['News: add members Cem, Eve, Team', 'News: remove members Ben']);
    await desk.tenantMember('Remove', NEWS, cloud('cem'));
    await desk.tenantMember('Add', NEWS, cloud('ben'));
    match('Team', { review: 'To review' });
    expect(await desk.approve(task.id)).toMatchObject({ state: 'Completed', verified: true, message: expect.stringContaining('Added 1 member in Active Directory and removed 0 members; everything that was written was read back and compared. Members were left out') });
    expect(await members()).toEqual(['Ann', 'Ben', 'Dot', 'Eve']);
    expect((await desk.call('tasks.items', { taskId: task.id })).rows.map((one) => one.message).toSorted()).toEqual([expect.stringContaining('"Ben"; a member in Microsoft 365 again'), expect.stringContaining('"Cem", "Team"; no member in Microsoft 365')]);
    match('Team', { review: 'Not needed' });
    const next = await desk.planned();
    expect(next.told).toEqual(['News: add members Team']);
    expect((await desk.approve(next.task.id)).state).toBe('Completed');
  });

  it('knows its own additions when a write ended in part', async () => {
    await desk.tenantMember('Remove', NEWS, cloud('ben'));
    expect((await desk.approve((await desk.planned()).task.id)).state).toBe('Completed');
    for (const who of ['cem', 'ben']) await desk.tenantMember('Add', NEWS, cloud(who));
    const { task, told } = await desk.planned();
    expect(told).toEqual(['News: add members Ben, Cem']);
    await desk.directory((client) => client.del(LISTS.dn('Ben')));
    expect((await desk.approve(task.id)).state).toBe('Completed with errors');
    expect(await members()).toEqual(['Ann', 'Cem', 'Dot', 'Eve', 'Team']);
    await desk.tenantMember('Remove', NEWS, cloud('cem'));
    const next = await desk.planned();
    expect(next.told).toEqual(['News: remove members Cem']);
    expect((await desk.approve(next.task.id)).state).toBe('Completed');
  });

  it('keeps a member that is matched otherwise than both sides agreed', async () => {
    await desk.tenantMember('Remove', NEWS, cloud('zoe'));
    match('Team', { targetId: cloud('zoe') });
    const { told, left } = await desk.planned();
    expect(told).toEqual([]);
    expect(left.filter((one) => /"Team"/.test(one))).toEqual(['News: "Team" has another match in Microsoft 365 than both sides agreed on,', 'News: "Team" is a member in Microsoft 365']);
    match('Team', { targetId: TEAM });
    expect((await desk.planned()).told).toEqual([]);
    expect(await members()).toEqual(['Ann', 'Dot', 'Eve', 'Team']);
  });
});
