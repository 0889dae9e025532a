/**
 * Templates of the project and of agents: an agent, also one that is made later, follows the project; what it has of its own beats that for the people that it
 * works for, and for nobody else; an empty text switches a message off.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRunner } from '../../../electron/agent/runner.ts';
import { openConsole, type Console } from '../../../electron/app/container.ts';
import { startSmtp, type TestSmtp } from '../../servers/smtp.ts';
import { works } from '../app/works.ts';
import { openNotificationDesk, settled, type Desk } from './desk.ts';

describe('templates of agents', () => {
  let smtp: TestSmtp;
  let desk: Desk;
  let berlin: Console | undefined;
  beforeEach(async () => {
    smtp = await startSmtp();
    desk = await openNotificationDesk({ source: works({ dot: { mail: 'dot@example.com' } }) });
    await desk.setUp({ port: smtp.port });
  });
  afterEach(async () => { await berlin?.close(); berlin = undefined; await desk.rig.close(); await smtp.close(); });

  /** The agent Berlin as a process of its own has it: its own runner, with a collection of one person. */
  async function makeBerlin(person: string): Promise<{ readonly agentId: string; readonly collectionId: string }> {
    const { rig } = desk;
    const { id: agentId } = await rig.call('agents.create', { name: 'Berlin' });
    const { id: collectionId } = await rig.call('collections.create', { pairId: rig.pairId, name: 'Berlin' });
    await rig.call('collections.queryObjects', { id: collectionId, filter: `(sAMAccountName=${person})` });
    await rig.call('collections.moveToAgent', { collectionId, agentId });
    berlin = await openConsole({ file: rig.file, create: null, platform: rig.platform, simulated: rig.simulated.open, agent: 'Berlin', startRunner });
    return { agentId, collectionId };
  }
  const text = (words: string): string => `Subject: ${words}\n\nHello {GivenName}, {UserPrincipalName}, {Password}\n`;

  it('beat those of the project for the people of the agent alone', async () => {
    const { rig } = desk;
    await rig.call('notifications.saveTemplate', { name: 'NewUser_NewPassword', text: text('From the project') });
    await rig.call('notifications.saveTemplate', { name: 'ChangeUPN', text: 'Subject: Renamed, says the project\n\n{PreviousUserPrincipalName}\n' });
    const { agentId, collectionId } = await makeBerlin('ben');
    // Made later than the texts of the project, it has them all the same.
    const inherited = await rig.call('notifications.templates', { agentId });
    expect(inherited.rows.map((one) => [one.name, one.from]).filter(([, from]) => from !== 'default')).toEqual([['NewUser_NewPassword', 'project'], ['ChangeUPN', 'project']]);
    await rig.call('notifications.saveTemplate', { name: 'NewUser_NewPassword', agentId, text: text('From Berlin') });

    expect((await rig.migrate({}, { collectionId })).state).toBe('Completed');
    expect((await rig.migrate({ upnSuffix: 'example.com' })).state).toBe('Completed');
    await desk.until('three mails rest', (mails) => mails.length === 3 && settled(mails));
    expect(smtp.taken.map((one) => [one.to[0], one.subject]).toSorted()).toEqual([['ben@example.com', 'From Berlin'], ['cem@example.com', 'Renamed, says the project'], ['dot@example.com', 'From the project']]);
    const passwordOf = (name: string) => new RegExp(`^Hello ${name}, ${name}@example.com, (.+)$`, 'mi').exec(smtp.taken.find((one) => one.to[0] === `${name}@example.com`)?.text ?? '')?.[1];
    expect(desk.passwords).toEqual([passwordOf('dot')]);
    expect(passwordOf('ben')).toMatch(/^\S{20}$/);
    // Ben's was sent by the process that has his password.
    const mails = await desk.mails();
    expect(mails.find((one) => one.recipientName === 'Ben')?.agentId).toBe(agentId);

    // A change of the project reaches agents that follow it at once; taking the agent's own away, too.
    const back = await rig.call('notifications.removeTemplate', { name: 'NewUser_NewPassword', agentId });
    expect([back.from, back.text, back.agentText]).toEqual(['project', text('From the project'), null]);
    await rig.call('notifications.removeTemplate', { name: 'NewUser_NewPassword' });
    expect((await rig.call('notifications.templates', { agentId })).rows[0]).toMatchObject({ from: 'default', projectText: null });
  });

  it('that are empty send nothing to the people of the agent, and keep no password', async () => {
    const { rig } = desk;
    const { agentId, collectionId } = await makeBerlin('ben');
    expect(await rig.call('notifications.saveTemplate', { name: 'NewUser_NewPassword', agentId, text: '' })).toMatchObject({ disabled: true, from: 'agent' });
    await rig.migrate({}, { collectionId });
    await rig.migrate();
    await desk.until('the mails of the others rest', (mails) => mails.length === 2 && settled(mails));
    expect(smtp.taken.map((one) => one.to[0]).toSorted()).toEqual(['cem@example.com', 'dot@example.com']);
    const accounts = await rig.call('passwords.accounts', { pairId: rig.pairId });
    expect(accounts.rows.map((one) => [one.name, one.state]).toSorted()).toEqual([['Ben', 'needs a reset'], ['Dot', 'delivered']]);
    for (const { id } of accounts.rows) expect(await rig.platform.secrets.get(`outbox/${id}`)).toBeNull();
  });

  it('are refused with what is wrong with them, and for an agent that is not there', async () => {
    const { rig } = desk;
    const refused = await rig.refused('notifications.saveTemplate', { name: 'ChangeUPN', text: 'Subject: x\n\n{Nmae} and {Password}\n' });
    expect(refused).toMatchObject({ code: 'INVALID_INPUT' });
    expect(refused.message).toMatch(/line 3, column 1: There is no placeholder \{Nmae\}.*no password was set, so \{Password\}/);
    expect(await rig.refused('notifications.saveTemplate', { name: 'ChangeUPN', agentId: '0b1ec700-0000-4000-8000-000000000099', text: '' })).toMatchObject({ code: 'NOT_FOUND' });
    expect((await rig.call('notifications.templates', {})).rows.every((one) => one.from === 'default')).toBe(true);
  });
});
