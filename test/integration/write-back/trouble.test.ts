import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { onUnit } from '../scenarios/corp.ts';
import { lists, listsTenant, openListDesk, toldOf, type ListDesk } from './lists.ts';

/*
 * Membership written back while things go wrong: the process is killed between the intent and the outcome of a write, members and groups are deleted
 * meanwhile, an account has no right, and a reading sees too little.
 */
const CRASH = lists('Crash');
const RIGHTS = lists('Rights');

describe.skipIf(skipFor(await sambaObstacle()))('membership written back when things go wrong (Samba)', () => {
  let samba: SambaServer;
  let desk: ListDesk | undefined;
  beforeAll(async () => { samba = await startSamba({ address: '127.0.0.67', ldif: CRASH.ldif + RIGHTS.ldif }); });
  afterAll(async () => { await desk?.close(); await samba?.stop(); });
  const open = async (...rest: Parameters<typeof openListDesk> extends [SambaServer, ...infer R] ? R : never): Promise<ListDesk> => {
    await desk?.close();
    desk = await openListDesk(samba, ...rest);
    await desk.call('writeBack.choose', { collectionId: desk.collectionId, ids: [desk.news, desk.team], chosen: 'yes' });
    return desk;
  };
  /** The process is killed after it has sent what a task writes, or before, and before the outcome is written down. */
  function kill(file: string, taskId: string): void {
    const database = new Database(file);
    try {
      for (const statement of ["update journal set outcome = null, settled_at = null, changed_references = null where task_id = ?", "update operation set outcome = 'sent' where plan_id = (select plan_id from task where id = ?)", "update write_back set agreed_at = null where ? <> ''", "update task set state = 'Interrupted' where id = ?"]) database.prepare(statement).run(taskId);
    } finally { database.close(); }
  }

  it('looks, after a crash, what of the members was written, writes the rest once, and knows all of it on the way back', async () => {
    const d = await open(CRASH, listsTenant());
    const { task } = await d.planned();
    expect((await d.approve(task.id)).state).toBe('Completed');
    expect(await d.members('News')).toEqual(['Ann', 'Cem', 'Dot', 'Eve', 'Team']);
    kill(d.file, task.id);
    // What was sent: all of the removal, nothing of Team's, a part of what News was to get, as when members are sent in halves.
    await d.directoryMember('delete', 'News', 'Eve');
    await d.directoryMember('delete', 'Team', 'Ben');
    await d.call('tasks.resume', { taskId: task.id });
    expect(await d.ended(task.id)).toMatchObject({ state: 'Completed with errors', canResume: true });
    const outcomes = async () => (await d.call('plans.operations', { planId: task.planId ?? '' })).rows.map((one) => [one.name, one.kind, one.outcome]).toSorted();
    expect(await outcomes()).toEqual([['News', 'add members', 'failed'], ['News', 'remove members', 'done'], ['Team', 'add members', 'done']]);
    expect((await d.call('tasks.items', { taskId: task.id, onlyProblems: true })).rows.map((one) => one.message)).toEqual([expect.stringContaining('2 of 3 are. Resume the task')]);
    expect((await d.call('writeBack.get', { collectionId: d.collectionId })).groups.map((one) => [one.name, one.agreedAt === null])).toEqual([['News', true], ['Team', false]]);
    await d.call('tasks.resume', { taskId: task.id });
    expect(await d.ended(task.id)).toMatchObject({ state: 'Completed', verified: true, message: expect.stringContaining('Added 4 members in Active Directory and removed 1') });
    expect([await d.members('News'), await d.members('Team')]).toEqual([['Ann', 'Cem', 'Dot', 'Eve', 'Team'], ['Ben']]);
    expect(await d.rollBack({ undoes: task.id })).toMatchObject({ state: 'Completed', verified: true });
    expect([await d.members('News'), await d.members('Team')]).toEqual([['Ann', 'Ben', 'Dot'], []]);
  });

  it('writes the others when a member or a group is deleted meanwhile', async () => {
    const d = await open(CRASH, listsTenant());
    const { task, told } = await d.planned();
    expect(told).toEqual(['News: add members Cem, Eve, Team', 'News: remove members Ben', 'Team: add members Ben']);
    await d.directory((client) => client.del(CRASH.dn('Eve')));
    await d.directory((client) => client.del(CRASH.dn('Team')));
    expect(await d.approve(task.id)).toMatchObject({ state: 'Completed with errors', message: expect.stringContaining('Added 1 member in Active Directory and removed 1 member, with 2 problems') });
    expect(await d.members('News')).toEqual(['Ann', 'Cem', 'Dot']);
    expect((await d.call('tasks.items', { taskId: task.id, onlyProblems: true })).rows.map((one) => one.message).toSorted()).toEqual(['"Eve", "Team" are not in the directory any more.', '"Team" is not in the directory any more.']);
    // Nobody who is gone comes back on the way back, and the sentence says so.
    await d.directory((client) => client.del(CRASH.dn('Ben')));
    const { plan } = await d.planRollBack({ undoes: task.id });
    expect((await toldOf(d, { planId: plan.id } as never)).told).toEqual(['News: remove members Cem']);
    expect((await d.call('plans.findings', { planId: plan.id })).rows.map((one) => one.message)).toEqual(['"Ben" is not in the directory any more, so it cannot be added to "News" again.']);
  });

  it('says which right is missing before and after, writes nothing, and goes on once it is granted', async () => {
    await (desk as ListDesk).directory(async (client) => {
      await client.add(`CN=svc,CN=Users,${samba.baseDn}`, { objectClass: 'user', sAMAccountName: 'svc', userPrincipalName: 'svc@corp.example.com', unicodePwd: Buffer.from('"Passw0rd!svc"', 'utf16le') as never, userAccountControl: '512' });
    });
    const { directory } = onUnit(samba, RIGHTS);
    if (directory === undefined || directory.source.kind !== 'ldap') throw new Error('no directory');
    const plain = { ...samba, adminUser: 'svc@corp.example.com', password: 'Passw0rd!svc' };
    await desk?.close();
    desk = await openListDesk(samba, RIGHTS, listsTenant());
    await desk.call('writeBack.choose', { collectionId: desk.collectionId, ids: [desk.news], chosen: 'yes' });
    const d = desk;
    await d.call('pairs.update', { id: d.pairId, source: { ...directory.source, username: plain.adminUser }, sourcePassword: plain.password });
    const { task } = await d.planned();
    const right = `Grant it WriteProperty on member of group objects in ${RIGHTS.base}`;
    expect((await d.call('plans.findings', { planId: task.planId ?? '' })).rows.map((one) => [one.severity, one.message])).toEqual([['warning', expect.stringContaining(`${right} (Write Members) before the plan is applied`)]]);
    expect(await d.approve(task.id)).toMatchObject({ state: 'Completed with errors', message: expect.stringContaining(right) });
    expect(await d.members('News')).toEqual(['Ann', 'Ben', 'Dot']);
    await grant(samba, RIGHTS.base, 'svc');
    await d.call('tasks.resume', { taskId: task.id });
    expect(await d.ended(task.id)).toMatchObject({ state: 'Completed', verified: true });
    expect(await d.members('News')).toEqual(['Ann', 'Cem', 'Dot', 'Eve', 'Team']);
  });
});

/** Gives an account the right to write the members of groups below a unit. */
async function grant(samba: SambaServer, base: string, account: string): Promise<void> {
  const run = promisify(execFile);
  const ldb = ['-H', `${samba.dir}/private/sam.ldb`, `--configfile=${samba.dir}/smb.conf`];
  const search = async (filter: string, from: string, attribute: string) => /: (\S+)\s*$/m.exec((await run('ldbsearch', [...ldb, '-b', from, filter, attribute])).stdout.split('\n').find((line) => line.startsWith(`${attribute}:`)) ?? '')?.[1] ?? '';
  const sid = await search(`(sAMAccountName=${account})`, samba.baseDn, 'objectSid');
  const guid = await search('(lDAPDisplayName=member)', `CN=Schema,CN=Configuration,${samba.baseDn}`, 'schemaIDGUID');
  await run('samba-tool', ['dsacl', 'set', ...ldb, `--objectdn=${base}`, `--sddl=(OA;CIIO;WP;${guid};bf967a9c-0de6-11d0-a285-00aa003049e2;${sid})`]);
}
