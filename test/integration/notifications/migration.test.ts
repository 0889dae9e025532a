/**
 * Messages of migrations, on a real mail server. Each new person gets exactly one mail with the password that the tenant was given, and then the password
 * is nowhere; a renamed account gets its message; who has no address is listed; a roll back tells of the way back.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSmtp, type TestSmtp } from '../../servers/smtp.ts';
import { works } from '../app/works.ts';
import { ANSWERS } from '../coexistence/desk.ts';
import { everythingIn, openNotificationDesk, settled, type Desk } from './desk.ts';

describe('messages of a migration', () => {
  let smtp: TestSmtp;
  let desk: Desk;
  beforeEach(async () => { smtp = await startSmtp(); });
  afterEach(async () => { await desk.rig.close(); await smtp.close(); });

  it('reach each person once, with the password that the tenant was given; then nobody keeps it', async () => {
    desk = await openNotificationDesk();
    await desk.setUp({ port: smtp.port });
    const { rig } = desk;
    const task = await rig.migrate({ upnSuffix: 'example.com' });
    expect(task.state).toBe('Completed');
    const mails = await desk.until('all mails rest', settled);
    expect(mails.map((one) => [one.recipientName, one.scenario, one.state, one.recipient]).toSorted()).toEqual([
      ['Ben', 'NewUser_NewPassword', 'sent', 'ben@example.com'], ['Cem', 'ChangeUPN', 'sent', 'cem@example.com'], ['Dot', 'NewUser_NewPassword', 'failed', ''],
    ]);
    expect(mails.find((one) => one.recipientName === 'Dot')?.message).toContain('no mail address in Active Directory');
    expect(smtp.taken.map((one) => one.to)).toHaveLength(2);
    const ben = smtp.taken.find((one) => one.to[0] === 'ben@example.com');
    expect(ben).toMatchObject({ from: 'it@example.com', subject: 'Your new Microsoft 365 account' });
    const password = /^Password: {2}(.+)$/m.exec(ben?.text ?? '')?.[1] ?? '';
    expect(desk.passwords).toContain(password);
    expect(ben?.text).toContain('Hello Ben,');
    expect(ben?.text).toContain('User name: ben@example.com');
    expect(ben?.text).toContain('Ask the service desk, extension 1234.');
    const cem = smtp.taken.find((one) => one.to[0] === 'cem@example.com');
    expect(cem?.text).toContain('Until now: cem@simulated.onmicrosoft.com\nFrom now:  cem@example.com');
    expect(cem?.text).not.toMatch(/password: /i);

    // Accounts: Ben's password was delivered, Dot's could not be and is not kept.
    const accounts = await rig.call('passwords.accounts', { pairId: rig.pairId });
    expect(accounts.rows.map((one) => [one.name, one.state]).toSorted()).toEqual([['Ben', 'delivered'], ['Dot', 'needs a reset']]);
    expect(await rig.call('passwords.policy', { pairId: rig.pairId })).toMatchObject({ delivery: 'notification' });
    const kept = await everythingIn(rig.folder) + JSON.stringify(await desk.mails()) + JSON.stringify(rig.heard) + JSON.stringify(await rig.call('notifications.export', {}));
    expect(kept).toContain('ben@example.com');
    expect(desk.passwords).toHaveLength(2);
    for (const one of desk.passwords) expect(kept.includes(one)).toBe(false);
    for (const { id } of accounts.rows) expect(await rig.platform.secrets.get(`outbox/${id}`)).toBeNull();
    expect(mails.find((one) => one.recipientName === 'Ben')?.text).toContain('Password:  ••••••••••••');

    // Taken back: the renamed account is told again, the deleted ones are not.
    await rig.rollBack({ undoes: task.id });
    const after = await desk.until('the message of the way back rests', (all) => all.length === 4 && settled(all));
    expect(after[0]).toMatchObject({ recipientName: 'Cem', scenario: 'ChangeUPN', state: 'sent' });
    expect(smtp.taken.at(-1)?.text).toContain('Until now: cem@example.com\nFrom now:  cem@simulated.onmicrosoft.com');
  });

  it('come from cycles of coexistence as well, each time something changed', async () => {
    desk = await openNotificationDesk({ members: '(sAMAccountName=ben)' });
    await desk.setUp({ port: smtp.port });
    const { rig } = desk;
    const { taskId } = await rig.call('coexistence.plan', { collectionId: rig.collectionId, settings: { ...ANSWERS, workingHours: null } });
    await rig.ended(taskId);
    expect((await rig.approve(taskId)).state).toBe('Completed');
    await desk.until('the first mail rests', settled);
    await rig.rewrite(works({ ben: { userPrincipalName: 'benjamin@example.com' } }));
    expect((await rig.ended((await rig.call('coexistence.runNow', { collectionId: rig.collectionId })).taskId)).state).toBe('Completed');
    expect((await rig.ended((await rig.call('coexistence.runNow', { collectionId: rig.collectionId })).taskId)).state).toBe('Completed');
    const mails = await desk.until('both rest', (all) => all.length === 2 && settled(all));
    expect(mails.map((one) => [one.scenario, one.state])).toEqual([['ChangeUPN', 'sent'], ['NewUser_NewPassword', 'sent']]);
    expect(smtp.taken.at(-1)?.text).toContain('Until now: ben@example.com\nFrom now:  benjamin@example.com');
  });
});
