/*
 * What the issue asks for                                     | where it is seen here, on Samba AD and the simulator
 * ------------------------------------------------------------|------------------------------------------------------
 * forwarding (targetAddress): set, reset, taken back          | 'mail is sent on ...'
 * mail of one person never reaches another one                | 'whoever could be somebody else ...'
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { openDesk, type Desk } from '../scenarios/corp.ts';
import { cloudMailbox, company, mailbox, tenantOf } from './switch-company.ts';

const OU = 'Switch';
const dn = (cn: string): string => `CN=${cn},OU=${OU},DC=corp,DC=example,DC=com`;
const SWITCH = company(OU, [mailbox(OU, 1, 'ann'), mailbox(OU, 2, 'ben'), mailbox(OU, 3, 'cem', { targetAddress: 'SMTP:cem@partner.example' }), mailbox(OU, 7, 'eve'), mailbox(OU, 7, 'fay')]);

describe.skipIf(skipFor(await sambaObstacle()))('forwarding of mailboxes in a real Active Directory', () => {
  let samba: SambaServer;
  let d: Desk;
  beforeAll(async () => { samba = await startSamba({ address: '127.0.0.52', ldif: SWITCH.ldif }); });
  afterAll(async () => { await samba?.stop(); });
  afterEach(async () => { await d?.close(); });
  const target = async (cn: string) => (await d.held())[dn(cn)]?.['targetAddress']?.[0] ?? null;
  const forward = async (direction: 'to the cloud' | 'back' | 'none', names: readonly string[], redirection: 'no' | 'yes' = 'no') => {
    const ids = await Promise.all(names.map((name) => d.id(name)));
    return await d.ended((await d.call('switch.forward', { pairId: d.pairId, ids, direction, redirection })).taskId);
  };
  const skips = async (planId: string | null) => Object.fromEntries((await d.call('plans.skips', { planId: planId ?? '' })).rows.map((row) => [row.name, row.reason]));

  it('mail is sent on to the mailbox in Microsoft 365, and stays again', async () => {
    d = await openDesk(samba, SWITCH, tenantOf([cloudMailbox(1, 'ann'), cloudMailbox(3, 'cem')]));
    const before = await d.held();
    const planned = await forward('to the cloud', ['Ann', 'Ben', 'Cem']);
    expect(planned, planned.message).toMatchObject({ kind: 'Forward', state: 'Awaiting approval' });
    expect(await skips(planned.planId)).toEqual({ Ben: expect.stringContaining('no mailbox in Microsoft 365') });
    expect(await d.held()).toEqual(before);
    const done = await d.approve(planned.id);
    expect(done, done.message).toMatchObject({ state: 'Completed', verified: true, canRollBack: true });
    expect(await d.held()).toEqual({
      ...before, [dn('Ann')]: { ...before[dn('Ann')], targetAddress: ['SMTP:ann@simulated.onmicrosoft.com'] }, [dn('Cem')]: { ...before[dn('Cem')], targetAddress: ['SMTP:cem@simulated.onmicrosoft.com'] },
    });
    const again = await forward('to the cloud', ['Ann']);
    expect([again.state, await skips(again.planId)]).toEqual(['Completed', { Ann: expect.stringContaining('ann@simulated.onmicrosoft.com already') }]);

    const back = await d.ended((await d.call('checks.rollBack', { taskId: planned.id })).taskId);
    const taken = await d.approve(back.id);
    expect(taken, taken.message).toMatchObject({ state: 'Completed', verified: true });
    expect(await d.held()).toEqual(before);
    expect(await target('Ann')).toBe(null);
  });

  it('goes from the command line; whoever could be somebody else is left out, with the reason', async () => {
    // The mailbox with Ben's GUID has another address, and his address belongs to somebody else's.
    d = await openDesk(samba, SWITCH, tenantOf([
      cloudMailbox(1, 'ann'), cloudMailbox(2, 'ben', { mail: 'b.en@example.com', proxyAddresses: ['SMTP:b.en@example.com', 'smtp:ben@simulated.onmicrosoft.com'] }),
      cloudMailbox(9, 'other', { mail: 'other@example.com', proxyAddresses: ['SMTP:other@example.com', 'smtp:ben@example.com', 'smtp:other@simulated.onmicrosoft.com'] }), cloudMailbox(7, 'eve'),
    ]));
    const before = await d.held();
    expect((await d.causeway('mailbox', 'switch')).stdout).toContain('On premises, not forwarded: 4. Forwarded to Microsoft 365: 1.');
    expect(await d.causeway('mailbox', 'forward')).toMatchObject({ code: 2, stderr: expect.stringContaining('Say which mailboxes') });
    const planned = await d.causeway('mailbox', 'forward', '--collection', 'Everyone');
    expect(planned, planned.stderr).toMatchObject({ code: 4, stdout: expect.stringMatching(/Ann +targetAddress +\(none\) +SMTP:ann@simulated.onmicrosoft.com/) });
    expect(planned.stdout).toMatch(/left as it is: Ben: "Ben" has the mailbox GUID of "b.en@example.com", but "other@example.com" has its address ben@example.com. Mail would reach the wrong person/);
    // One GUID of two people, as a copied object has it: the mailbox is nobody's for certain.
    expect(planned.stdout).toMatch(/left as it is: Eve: The mailbox GUID of "Eve" is that of CN=Fay,/);
    expect(planned.stdout).toMatch(/left as it is: Fay: .* is that of CN=Eve,/);
    const task = /--task (\S+) --confirm corp\.example\.com/.exec(planned.stdout)?.[1] ?? '';
    expect((await d.causeway('mailbox', 'forward', '--task', task, '--confirm', 'example.com')).code).toBe(2);
    expect(await d.held()).toEqual(before);
    expect(await d.causeway('mailbox', 'forward', '--task', task, '--confirm', 'corp.example.com')).toMatchObject({ code: 0, stdout: expect.stringContaining('read back and compared') });
    expect(await target('Ann')).toBe('SMTP:ann@simulated.onmicrosoft.com');
    expect((await d.causeway('mailbox', 'switch', '--json')).stdout).toContain('"forwarded":2');
    // Back to before the switch by a plan of its own; Cem's forwarding is nobody's business here.
    const back = await d.causeway('mailbox', 'forward', '--collection', 'Everyone', '--direction', 'back', '--confirm', 'corp.example.com');
    expect(back, back.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/left as it is: Cem: .*cem@partner.example, which is no address of Microsoft 365/) });
    expect(await d.held()).toEqual(before);
    const taken = await d.causeway('mailbox', 'take-back', '--task', task, '--yes');
    expect(taken, taken.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing had to be written') });
  });

  it('keeps what somebody changed since the plan was made, and writes the rest', async () => {
    d = await openDesk(samba, SWITCH, tenantOf([cloudMailbox(1, 'ann'), cloudMailbox(2, 'ben')]));
    const planned = await forward('to the cloud', ['Ann', 'Ben']);
    await d.set('Ben', 'targetAddress', 'SMTP:ben@elsewhere.example');
    const done = await d.approve(planned.id);
    expect(done, done.message).toMatchObject({ state: 'Completed with errors', failed: 1 });
    expect((await d.call('tasks.items', { taskId: planned.id, onlyProblems: true })).rows).toMatchObject([{ name: 'Ben', message: expect.stringContaining('targetAddress of "Ben" changed since the plan was made') }]);
    expect([await target('Ann'), await target('Ben')]).toEqual(['SMTP:ann@simulated.onmicrosoft.com', 'SMTP:ben@elsewhere.example']);
    await d.set('Ann', 'targetAddress');
    await d.set('Ben', 'targetAddress');
  });
});
