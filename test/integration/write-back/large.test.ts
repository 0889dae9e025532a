import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { person } from '../scenarios/corp.ts';
import { cloud, lists, listsTenant, NEWS, openListDesk, type ListDesk } from './lists.ts';

/* A group of three thousand members, from the command line: written in pieces, stopped by the guard when the tenant shows hardly anybody, and taken back. */
const COUNT = 3_000;
const PEOPLE = Array.from({ length: COUNT }, (_, i) => [1_001 + i, `p${String(i + 1).padStart(4, '0')}`] as const);
const LARGE = lists('Large', PEOPLE.map(([, who]) => person(who, { mail: `${who}@example.com` })));

describe.skipIf(skipFor(await sambaObstacle()))(`${COUNT} members written back (Samba)`, () => {
  let samba: SambaServer;
  let desk: ListDesk;
  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.68', ldif: LARGE.ldif });
    desk = await openListDesk(samba, LARGE, listsTenant(PEOPLE));
  });
  afterAll(async () => { await desk?.close(); await samba?.stop(); });
  const size = async () => (await desk.members('News')).length;

  it('go in pieces of a thousand, and a group that would lose nearly all of them waits for a typed name', async () => {
    expect((await desk.causeway('write-back', 'groups', '--collection', 'Everyone')).stdout).toMatch(/News +news@example\.com/);
    expect(await desk.causeway('write-back', 'choose', '--collection', 'Everyone', '--group', 'Nobody')).toMatchObject({ code: 2, stderr: expect.stringContaining('has no group "Nobody"') });
    expect((await desk.causeway('write-back', 'choose', '--collection', 'Everyone', '--group', 'news')).code).toBe(0);
    const planned = await desk.causeway('write-back', 'plan', '--collection', 'Everyone');
    expect(planned).toMatchObject({ code: 4, stdout: expect.stringContaining(`${COUNT + 3} members to add and 1 to remove in corp.example.com (Active Directory); nothing was written`) });
    const id = /--task (\S+) --confirm corp\.example\.com/.exec(planned.stdout)?.[1] ?? '';
    const { planId } = await desk.call('tasks.get', { id });
    expect((await desk.call('plans.operations', { planId: planId ?? '' })).rows.map((one) => [one.kind, one.references.length])).toEqual([['add members', 1_000], ['add members', 1_000], ['add members', 1_000], ['add members', 3], ['remove members', 1]]);
    expect(await size()).toBe(3);
    expect(await desk.causeway('write-back', 'apply', '--task', id, '--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining(`Added ${COUNT + 3} members in Active Directory and removed 1 member; everything`) });
    expect(await size()).toBe(COUNT + 5);

    await desk.tenantMembers(NEWS, [cloud('ann')]);
    const less = await desk.causeway('write-back', 'plan', '--collection', 'Everyone', '--yes');
    expect(less).toMatchObject({ code: 4, stdout: expect.stringMatching(/memberships would be removed[^]*"News" would lose 3003 of its 3005 members/) });
    expect(await size()).toBe(COUNT + 5);
    const task = /--task (\S+) --confirm/.exec(less.stdout)?.[1] ?? '';
    expect((await desk.causeway('write-back', 'apply', '--task', task, '--confirm', 'corp.example.com')).code).toBe(0);
    expect(await desk.members('News')).toEqual(['Ann', 'Dot']);
    const status = await desk.causeway('write-back', 'status', '--collection', 'Everyone');
    expect(status).toMatchObject({ code: 0, stdout: expect.stringMatching(/News +news@example\.com +1 +0 +20\d\d-/) });
    expect((await desk.causeway('roll-back', '--collection', 'Everyone', '--task', task, '--confirm', 'corp.example.com')).code).toBe(0);
    expect(await size()).toBe(COUNT + 5);
  });
});
