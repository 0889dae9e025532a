/** What an operator does with notifications: settings, preview, test send, messages that wait for a release, mails sent again or taken back; and who never gets one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSmtp, type TestSmtp } from '../../servers/smtp.ts';
import { account, guid, person, works, worksTenant } from '../app/works.ts';
import { openNotificationDesk, settled, type Desk } from './desk.ts';

/** Those who have no account in the tenant yet. */
const NEW_PEOPLE = '(|(sAMAccountName=ben)(sAMAccountName=dot))';

describe('the outbox', () => {
  let smtp: TestSmtp;
  let desk: Desk;
  beforeEach(async () => { smtp = await startSmtp(); });
  afterEach(async () => { await desk.rig.close(); await smtp.close(); });

  it('holds messages until they are released, and forgets the passwords of those that are taken back', async () => {
    desk = await openNotificationDesk({ source: works({ dot: { mail: 'dot@example.com' } }), members: NEW_PEOPLE });
    await desk.setUp({ port: smtp.port, held: ['NewUser_NewPassword'] });
    const { rig } = desk;
    await rig.migrate();
    const held = await desk.until('both are held', (mails) => mails.length === 2 && mails.every((one) => one.state === 'held' && one.hasSecret));
    const idOf = (name: string): string => held.find((one) => one.recipientName === name)?.id ?? '';
    expect(await rig.call('notifications.retry', { ids: [idOf('Ben')] })).toEqual({ changed: 0 });
    expect(await rig.call('notifications.cancel', { ids: [idOf('Dot')] })).toEqual({ changed: 1 });
    expect(await rig.call('notifications.release', { ids: held.map((one) => one.id) })).toEqual({ changed: 1 });
    await desk.until('none is on its way', settled);
    expect(smtp.taken.map((one) => one.to[0])).toEqual(['ben@example.com']);
    const accounts = await rig.call('passwords.accounts', { pairId: rig.pairId });
    expect(accounts.rows.map((one) => [one.name, one.state]).toSorted()).toEqual([['Ben', 'delivered'], ['Dot', 'needs a reset']]);
    for (const { id } of accounts.rows) expect(await rig.platform.secrets.get(`outbox/${id}`)).toBeNull();
    expect((await rig.call('notifications.mails', { search: 'dot', state: 'cancelled' })).counts).toMatchObject({ cancelled: 1, sent: 0 });
  });

  it('sends a failed mail again, an unclear one only when somebody says so', async () => {
    desk = await openNotificationDesk({ source: works({ dot: { mail: 'dot@example.com' } }), members: NEW_PEOPLE });
    await desk.setUp({ port: smtp.port });
    const { rig } = desk;
    smtp.script({ at: 'rcpt', code: 550 }, 'drop');
    await rig.migrate();
    const mails = await desk.until('both rest', (all) => all.length === 2 && settled(all));
    expect(mails.map((one) => one.state).toSorted()).toEqual(['failed', 'unclear']);
    const ids = mails.map((one) => one.id);
    expect(await rig.refused('notifications.retry', { ids })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('may bring it twice') as string });
    expect(smtp.taken).toEqual([]);
    expect(await rig.call('notifications.retry', { ids, again: 'I know it may arrive twice' })).toEqual({ changed: 2 });
    await desk.until('both were sent', (all) => all.every((one) => one.state === 'sent'));
    expect(smtp.taken.map((one) => one.to[0]).toSorted()).toEqual(['ben@example.com', 'dot@example.com']);
    expect((await rig.call('passwords.accounts', { pairId: rig.pairId, state: 'delivered' })).total).toBe(2);
  });

  it('takes messages back that have not left when their accounts are rolled back', async () => {
    desk = await openNotificationDesk({ members: NEW_PEOPLE });
    await desk.setUp({ port: smtp.port, held: ['NewUser_NewPassword'] });
    const { rig } = desk;
    const task = await rig.migrate();
    await desk.until('Ben\'s is held', (all) => all.some((one) => one.state === 'held'));
    const [account0] = (await rig.call('passwords.accounts', { pairId: rig.pairId, state: 'waits for delivery' })).rows;
    await rig.rollBack({ undoes: task.id });
    expect((await desk.mails()).find((one) => one.recipientName === 'Ben')).toMatchObject({ state: 'cancelled', message: expect.stringContaining('deleted') as string });
    expect(await rig.platform.secrets.get(`outbox/${account0?.id}`)).toBeNull();
    expect(smtp.arrived).toEqual([]);
  });

  it('goes with its pair, and so do the passwords that wait', async () => {
    desk = await openNotificationDesk({ members: NEW_PEOPLE });
    await desk.setUp({ port: smtp.port, held: ['NewUser_NewPassword'] });
    const { rig } = desk;
    await rig.migrate();
    const [waits] = (await rig.call('passwords.accounts', { pairId: rig.pairId, state: 'waits for delivery' })).rows;
    expect(await rig.platform.secrets.get(`outbox/${waits?.id}`)).not.toBeNull();
    await rig.call('pairs.delete', { id: rig.pairId, force: true });
    expect(await rig.platform.secrets.get(`outbox/${waits?.id}`)).toBeNull();
    expect(await desk.mails()).toEqual([]);
  });

  it('has nothing for those who read no mail, and tells people of federated domains of their own password', async () => {
    desk = await openNotificationDesk({
      // Fay and the shared mailbox have accounts already that are switched off there, so that nothing but their name is written.
      source: [...works({
        ben: { userAccountControl: '514' }, cem: { msExchRecipientTypeDetails: '4' },
        dot: { mail: 'dot@example.com', userPrincipalName: 'dot@fed.example' }, ann: { userPrincipalName: 'ann@fed.example' },
      }), person(16, 'fay', { mail: 'fay@example.com', userAccountControl: '514' }), person(17, 'box', { mail: 'box@example.com', msExchRecipientTypeDetails: '4' })],
      seed: (() => {
        const seed = worksTenant([16, 17].map((n) => { const alias = n === 16 ? 'fay' : 'box'; return account(n, alias, { accountEnabled: false, userPrincipalName: `${alias}@simulated.onmicrosoft.com`, mail: `${alias}@example.com`, proxyAddresses: [`SMTP:${alias}@example.com`] }); }));
        return { ...seed, tenant: { ...seed.tenant, domains: [...seed.tenant.domains, { name: 'fed.example', federated: true }] } };
      })(),
    });
    await desk.setUp({ port: smtp.port });
    const { rig } = desk;
    await rig.migrate();
    const mails = await desk.until('all rest', settled);
    expect(mails.map((one) => [one.recipientName, one.scenario, one.state]).toSorted()).toEqual([['Ann', 'ChangeUPN_EnableSSO', 'sent'], ['Dot', 'NewUser_EnableSSO', 'sent']]);
    const dot = smtp.taken.find((one) => one.to[0] === 'dot@example.com');
    expect(dot?.text).toContain('with the password that you use at your computer');
    for (const password of desk.passwords) expect(smtp.taken.some((one) => one.raw.includes(password))).toBe(false);
    expect((await rig.call('passwords.accounts', { pairId: rig.pairId })).rows.map((one) => [one.name, one.state])).toEqual(expect.arrayContaining([['Ben', 'needs a reset'], ['Dot', 'needs a reset']]));
  });

  it('shows what a person would get, and sends a test', async () => {
    desk = await openNotificationDesk();
    const { rig } = desk;
    expect(await rig.refused('notifications.test', { to: 'me@example.com' })).toMatchObject({ message: expect.stringContaining('no way to send mails') as string });
    await desk.setUp({ port: smtp.port });
    await rig.match();
    const shown = await rig.call('notifications.preview', { name: 'ChangeUPN', pairId: rig.pairId, sourceId: guid(13) });
    expect(shown).toMatchObject({ subject: 'Your Microsoft 365 user name has changed', to: 'cem@example.com', problems: [] });
    expect(shown.body).toContain('Until now: cem@example.com\nFrom now:  cem@simulated.onmicrosoft.com');
    const own = await rig.call('notifications.preview', { name: 'NewUser_NewPassword', text: 'Subject: For {GivenName}\n\n{Password} {Oops}\n', pairId: rig.pairId, sourceId: guid(12) });
    expect(own).toMatchObject({ subject: 'For Ben', problems: [{ line: 3, column: 12 }] });
    expect(own.body).toMatch(/^•+ \n$/);
    expect(await rig.refused('notifications.preview', { name: 'ChangeUPN', pairId: rig.pairId, sourceId: guid(99) })).toMatchObject({ code: 'NOT_FOUND' });

    expect((await rig.call('notifications.test', { to: 'me@example.com', name: 'NewPassword' })).answer).toMatch(/^250/);
    await rig.call('notifications.test', { to: 'me@example.com' });
    expect(smtp.taken.map((one) => one.subject)).toEqual(['[Test] Your new Microsoft 365 password', 'Test of the notifications of Works']);
    expect(smtp.taken[0]?.text).toContain('[First name, or the display name where there is none]');
    smtp.script({ at: 'rcpt', code: 550 });
    expect(await rig.refused('notifications.test', { to: 'nobody@example.com' })).toMatchObject({ message: expect.stringContaining('550') as string });
    expect((await desk.mails())).toEqual([]);
  });

  it('takes settings that fit together, and keeps the secret out of the project', async () => {
    desk = await openNotificationDesk();
    const { rig } = desk;
    const refused = async (more: Parameters<Desk['setUp']>[0]): Promise<string> => await desk.setUp({ port: smtp.port, ...more }).then(() => 'taken', (error: { data: { message: string } }) => error.data.message);
    expect(await refused({ host: 'mail.contoso.com' })).toContain('in the clear');
    expect(await refused({ from: '' })).toContain('sender is missing');
    expect(await refused({ host: '' })).toContain('mail server is missing');
    expect(await refused({ transport: 'graph' })).toContain('Choose the migration pair');
    await desk.setUp({ port: smtp.port, host: 'mail.contoso.com', security: 'starttls', username: 'it' }, 'the secret of the server');
    const shown = await rig.call('notifications.settings', {});
    expect(shown).toMatchObject({ hasSecret: true, host: 'mail.contoso.com', delivery: { delivers: true } });
    expect(JSON.stringify(shown)).not.toContain('the secret of the server');
    await desk.setUp({ port: smtp.port });
    expect(await rig.call('notifications.settings', {})).toMatchObject({ hasSecret: true });
    await desk.setUp({ port: smtp.port }, '');
    expect(await rig.call('notifications.settings', {})).toMatchObject({ hasSecret: false });
    await desk.setUp({ transport: 'none' });
    expect(await rig.call('notifications.settings', {})).toMatchObject({ delivery: { delivers: false } });
    expect(await rig.call('passwords.policy', { pairId: rig.pairId })).toMatchObject({ delivery: 'none' });
  });
});
