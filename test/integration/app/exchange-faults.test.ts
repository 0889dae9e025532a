import { afterEach, describe, expect, it } from 'vitest';
import { EVERYTHING, exchangeTenant, exchangeWorks, existingContact, existingGroup, liveOf, toldOf } from './exchange-works.ts';
import { openRig, type Rig, type RigOptions, type Send } from './rig.ts';
import { cloudId, person } from './works.ts';

let rig: Rig | undefined;
afterEach(async () => { await rig?.close(); rig = undefined; });

const open = async (more: Partial<RigOptions> = {}): Promise<Rig> => (rig = await openRig({ source: exchangeWorks(), seed: exchangeTenant(), defaults: { distributionGroups: 'distribution group' }, ...more }));
const skips = async (r: Rig, planId: string) => Object.fromEntries((await r.call('plans.skips', { planId, limit: 200 })).rows.map((s) => [s.name, s.reason]));
const reset = () => new TypeError('fetch failed', { cause: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) });
const broken = () => new TypeError('fetch failed', { cause: Object.assign(new Error('certificate'), { code: 'CERT_HAS_EXPIRED' }) });
const cmdletOf = (init: RequestInit): string => (typeof init.body === 'string' ? /"CmdletName":"([^"]+)"/.exec(init.body)?.[1] ?? '' : '');

describe('an Exchange Online that', () => {
  it('loses the answers to creates, changes and members: everything is there once, and the way back is exact', async () => {
    const lost = new Map<string, number>();
    const r = await open({
      wrap: (send: Send) => async (url, init) => {
        const answer = await send(url, init);
        const cmdlet = cmdletOf(init);
        if (!cmdlet.startsWith('Get-') && cmdlet !== '') {
          lost.set(cmdlet, (lost.get(cmdlet) ?? 0) + 1);
          if (lost.get(cmdlet) === 1) throw reset();
        }
        return answer;
      },
    });
    const before = liveOf(r);
    const task = await r.migrate();
    expect(task).toMatchObject({ state: 'Completed' });
    expect(toldOf(r)).toEqual(EVERYTHING);
    expect(await r.rollBack({ undoes: task.id })).toMatchObject({ state: 'Completed' });
    expect(liveOf(r)).toEqual(before);
    expect([...lost.keys()].toSorted()).toEqual(['Add-DistributionGroupMember', 'New-DistributionGroup', 'New-MailContact', 'Remove-DistributionGroup', 'Remove-MailContact', 'Set-Contact', 'Set-DistributionGroup', 'Set-MailContact']);
  });

  it.each(['New-MailContact', 'New-DistributionGroup', 'Set-MailContact', 'Add-DistributionGroupMember'])('breaks off at %s: the task says so, a resume goes on where it ended, and nothing is made twice', async (at) => {
    let down = false;
    let repaired = false;
    const r = await open({
      wrap: (send: Send) => async (url, init) => {
        const cmdlet = cmdletOf(init);
        if (cmdlet !== '' && down && !repaired) throw broken();
        const answer = await send(url, init);
        if (cmdlet === at && !down) { down = true; throw reset(); }
        return answer;
      },
    });
    const before = liveOf(r);
    const task = await r.migrate();
    expect(task).toMatchObject({ state: 'Failed' });
    repaired = true;
    await r.call('tasks.resume', { taskId: task.id });
    const resumed = await r.ended(task.id);
    expect(resumed, JSON.stringify((await r.call('tasks.items', { taskId: task.id, limit: 50 })).rows)).toMatchObject({ state: 'Completed' });
    expect(toldOf(r)).toEqual(EVERYTHING);
    expect(await r.rollBack({ undoes: task.id })).toMatchObject({ state: 'Completed' });
    expect(liveOf(r)).toEqual(before);
  });

  it('breaks off among the members of a group that was there: those added before are known as ours, and the way back takes out every one', async () => {
    let adds = 0;
    let repaired = false;
    const r = await open({
      seed: exchangeTenant({ groups: [existingGroup(41, 'Crew', 'crew', ['SMTP:crew@example.com'], [cloudId(13)])] }),
      wrap: (send: Send) => async (url, init) => {
        const cmdlet = cmdletOf(init);
        if (cmdlet !== '' && adds >= 2 && !repaired) throw broken();
        const answer = await send(url, init);
        if (cmdlet === 'Add-DistributionGroupMember') adds += 1;
        return answer;
      },
    });
    const before = liveOf(r);
    const task = await r.migrate();
    expect(task).toMatchObject({ state: 'Failed' });
    repaired = true;
    await r.call('tasks.resume', { taskId: task.id });
    const resumed = await r.ended(task.id);
    expect(resumed, JSON.stringify((await r.call('tasks.items', { taskId: task.id, limit: 50 })).rows)).toMatchObject({ state: 'Completed' });
    expect(toldOf(r).groups[0]?.members).toEqual(['Ann', 'Cem', 'Delegates', 'Ed Tailspin']);
    const undone = await r.rollBack({ undoes: task.id });
    expect(undone, JSON.stringify((await r.call('tasks.items', { taskId: undone.id, limit: 50 })).rows)).toMatchObject({ state: 'Completed' });
    expect(liveOf(r)).toEqual(before);
  });

  it('breaks off and is rolled back without a resume: what was made and nobody had written down is found and removed', async () => {
    let down = false;
    let repaired = false;
    const r = await open({
      wrap: (send: Send) => async (url, init) => {
        const cmdlet = cmdletOf(init);
        if (cmdlet !== '' && down && !repaired) throw broken();
        const answer = await send(url, init);
        if (cmdlet === 'New-DistributionGroup' && !down) { down = true; throw reset(); }
        return answer;
      },
    });
    const before = liveOf(r);
    const task = await r.migrate();
    expect(task.state).toBe('Failed');
    repaired = true;
    expect(await r.rollBack({ undoes: task.id })).toMatchObject({ state: 'Completed' });
    expect(liveOf(r)).toEqual(before);
  });

  it.each([
    ['shows writes late', 'exchange-lag=100ms-400ms, lag=100ms-400ms'],
    ['says 429 and 503 now and then', 'error=12%:429:100ms@/adminapi/**, error=4%:503:100ms@/adminapi/**, seed=4'],
  ])('%s gets the same contacts and groups', async (_name, faults) => {
    const r = await open({ faults });
    const task = await r.migrate();
    expect(task, task.message).toMatchObject({ state: 'Completed' });
    expect(toldOf(r)).toEqual(EVERYTHING);
    const undone = await r.rollBack({ undoes: task.id });
    expect(undone, undone.message).toMatchObject({ state: 'Completed' });
    expect(toldOf(r)).toEqual({ contacts: [], groups: [] });
  }, 60_000);

  it('refuses half of a change: what was written just before is taken back', async () => {
    let refuse = true;
    const r = await open({
      seed: exchangeTenant({ contacts: [existingContact(31, 'Ed Tailspin', 'ed@tailspintoys.com')] }),
      wrap: (send: Send) => async (url, init) => (refuse && cmdletOf(init) === 'Set-MailContact' ? Response.json({ error: { code: 'BadRequest', message: 'Not today.' } }, { status: 400 }) : await send(url, init)),
    });
    const before = liveOf(r).contacts;
    expect(await r.migrate()).toMatchObject({ state: 'Completed with errors' });
    expect(liveOf(r).contacts.filter((c) => c.id === before[0]?.id)).toEqual(before);
    expect((await r.objects())['Ed Tailspin']?.reason).toContain('Not today. What had been written just before was taken back.');
    refuse = false;
    expect(await r.migrate()).toMatchObject({ state: 'Completed' });
  });

  it('does not let the sign-in in: people go on, the rest is left out with one sentence, and the test of the pair says so before', async () => {
    const nobody = { id: cloudId(90), roleTemplateId: '29232cdf-9323-42fd-ade2-1d097af3e4de', displayName: 'Exchange Administrator', memberIds: [] };
    const r = await open({ seed: exchangeTenant({ roles: [nobody] }), source: [...exchangeWorks(), person(12, 'ben', { c: 'NO' })] });
    const lines = (await r.call('pairs.test', { id: r.pairId })).lines;
    expect(lines.find((l) => l.check === 'Target: Exchange Online')).toMatchObject({ outcome: 'warning', message: expect.stringContaining('Contacts') as string });
    const { task, plan } = await r.plan();
    expect((await skips(r, plan.id))['Flo']).toMatch(/^Exchange Online, which alone writes it, could not be read: .*assign the role/);
    expect(await r.approve(task.id)).toMatchObject({ state: 'Completed' });
    expect(toldOf(r)).toEqual({ contacts: [], groups: [] });
    expect(r.simulator.snapshot().users.map((u) => u.properties['displayName'])).toContain('Ben');
  });

  it('lets the sign-in read only: each operation fails with one sentence', async () => {
    const r = await open({ wrap: (send: Send) => async (url, init) => (/^(New|Set|Add)-/.test(cmdletOf(init)) ? Response.json({ error: { code: 'Unauthorized', message: 'User is not allowed to call it' } }, { status: 401 }) : await send(url, init)) });
    expect(await r.migrate()).toMatchObject({ state: 'Completed with errors' });
    expect((await r.objects())['Flo']).toMatchObject({ status: 'Failed', reason: expect.stringMatching(/grant Exchange\.ManageAsApp.*Until then contacts, groups with mail and permissions on mailboxes cannot be written\./) as string });
    expect(toldOf(r)).toEqual({ contacts: [], groups: [] });
  });
});
