/** Mails by Microsoft Graph: sent once from the chosen mailbox, without a copy among the sent items; what an answer, or its loss, means. */
import { afterEach, describe, expect, it } from 'vitest';
import { MIXED } from '../../unit/simulator/exchange-support.ts';
import type { Send } from '../app/rig.ts';
import { works } from '../app/works.ts';
import { openNotificationDesk, settled, type Desk } from './desk.ts';

describe('mails by Microsoft Graph', () => {
  let desk: Desk;
  afterEach(async () => { await desk.rig.close(); });
  /** What becomes of requests that send a mail: first the real thing, then this. */
  let after: (answer: Response) => Response | Promise<Response> = (answer) => answer;
  let bodies: string[] = [];
  const wrap = (send: Send): Send => async (url, init) => {
    const answer = await send(url, init);
    const body = String(init.body ?? '');
    if (!body.includes('/sendMail')) return answer;
    bodies.push(body);
    return await after(answer);
  };
  async function open(members = '(sAMAccountName=ben)'): Promise<void> {
    after = (answer) => answer;
    bodies = [];
    desk = await openNotificationDesk({ source: works(), seed: MIXED, members, wrap });
    await desk.setUp({ transport: 'graph', pairId: desk.rig.pairId, from: 'anna@example.com', replyTo: 'desk@example.com' });
  }

  it('carry the password once, and leave no copy in the mailbox', async () => {
    await open();
    const { rig } = desk;
    await rig.migrate();
    expect(await desk.until('it was sent', settled)).toMatchObject([{ state: 'sent', answer: '202 accepted', recipient: 'ben@example.com' }]);
    const [mail, ...more] = rig.simulator.sentMail();
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ from: 'anna@example.com', to: ['ben@example.com'], subject: 'Your new Microsoft 365 account', origin: 'graph' });
    expect(mail?.body).toContain(desk.passwords[0]);
    expect(bodies.join()).toContain('"saveToSentItems":false');
    expect(bodies.join()).toContain('"replyTo":[{"emailAddress":{"address":"desk@example.com"}}]');
  });

  it.each([['the service answers 503 after it has sent', () => Response.json({ responses: [{ id: '1', status: 503, body: { error: { code: 'ServiceUnavailable', message: 'busy' } } }] })], ['the answer is lost', () => { throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }); }]])('are unclear and not sent again when %s', async (_, then) => {
    await open();
    after = then;
    await desk.rig.migrate();
    expect(await desk.until('it rests', settled)).toMatchObject([{ state: 'unclear' }]);
    expect(desk.rig.simulator.sentMail()).toHaveLength(1);
    expect(bodies).toHaveLength(1);
  });

  it('wait when the sender has no mailbox', async () => {
    await open();
    await desk.setUp({ transport: 'graph', pairId: desk.rig.pairId, from: 'nobody@example.com' });
    await desk.rig.migrate();
    const [mail] = await desk.until('it was tried', (all) => all.some((one) => one.answer !== ''));
    expect(mail).toMatchObject({ state: 'waiting', tries: 0, answer: expect.stringContaining('404') as string });
    expect(desk.rig.simulator.sentMail()).toEqual([]);
    expect(await desk.rig.refused('notifications.test', { to: 'me@example.com' })).toMatchObject({ message: expect.stringContaining('404') as string });
  });

  it('are refused for a pair that may only read', async () => {
    await open();
    const { rig } = desk;
    const { target } = (await rig.call('pairs.list', {})).rows[0] ?? {};
    if (target === undefined) throw new Error('no pair');
    await rig.call('pairs.update', { id: rig.pairId, target: { ...target, readOnly: true } });
    expect(await rig.refused('notifications.saveSettings', { settings: { ...(({ hasSecret: _h, delivery: _d, ...rest }) => rest)(await rig.call('notifications.settings', {})) } })).toMatchObject({ message: expect.stringContaining('may only read') as string });
    expect(await rig.refused('notifications.test', { to: 'me@example.com' })).toMatchObject({ code: 'FORBIDDEN' });
    expect(rig.simulator.sentMail()).toEqual([]);
  });
});
