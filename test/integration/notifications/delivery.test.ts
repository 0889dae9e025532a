/**
 * The outbox against a mail server: what is tried again and when, what is given up, and that nobody gets a mail twice: not when an answer is lost, not when the
 * program is killed while the server thinks, not when several agents send.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { deliverDueMail } from '../../../electron/app/mail-delivery.ts';
import { queueMail } from '../../../electron/app/mail-desk.ts';
import { createProject, openProject, type OutboxEntry, type Store } from '../../../electron/store/index.ts';
import { skipFor } from '../../servers/available.ts';
import { freshPostgres, postgresObstacle } from '../../servers/postgres.ts';
import { startSmtp, type TestSmtp } from '../../servers/smtp.ts';
import { aMail, senderOf, sendTo, START, vault } from './sender.ts';

const MINUTE = 60_000;
const NO_POSTGRES = skipFor(await postgresObstacle());
const never = new AbortController().signal;

let folder: string;
let store: Store;
let smtp: TestSmtp;
let clock: number;
const secrets = vault();
const pass = (agentIds: readonly string[] = []) => deliverDueMail(senderOf(store, { now: () => clock, secrets }), agentIds, never);
const mail = async (n: number) => await store.mails.get(aMail(n).id);

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-mails-'));
  store = await createProject({ file: path.join(folder, 'p.causeway'), name: 'Mails', demo: false });
  smtp = await startSmtp();
  clock = START;
  await sendTo(store, smtp.port);
});
afterEach(async () => {
  await store.close();
  await smtp.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a mail', () => {
  it('that is refused for now is tried after 1, 5, 15, 60 and then every 360 minutes, and given up after a day', async () => {
    await store.mails.add([aMail(1)]);
    const waits: number[] = [];
    for (let last = START; ;) {
      smtp.script({ at: 'data', code: 451 });
      await pass();
      const now = await mail(1);
      if (now?.state !== 'waiting') break;
      expect(await pass()).toBe(0);
      clock = now.nextAt ?? 0;
      waits.push((clock - last) / MINUTE);
      last = clock;
    }
    expect(waits).toEqual([1, 5, 15, 60, 360, 360, 360, 360]);
    expect(await mail(1)).toMatchObject({ state: 'failed', message: expect.stringContaining('24 hours') as string, answer: expect.stringContaining('451') as string });
    clock += 1_000 * MINUTE;
    expect(await pass()).toBe(0);
    expect(smtp.taken).toEqual([]);
  });

  it('that is refused for good is not tried again', async () => {
    await store.mails.add([aMail(1), aMail(2)]);
    smtp.script({ at: 'rcpt', code: 550 });
    expect(await pass()).toBe(2);
    expect(await mail(1)).toMatchObject({ state: 'failed', tries: 1, answer: expect.stringContaining('550') as string });
    expect(await mail(2)).toMatchObject({ state: 'sent' });
    expect(smtp.taken.map((one) => one.subject)).toEqual(['Mail 2']);
  });

  it('whose answer is lost is unclear, and stays so', async () => {
    await store.mails.add([aMail(1)]);
    smtp.script('drop');
    await pass();
    expect(await mail(1)).toMatchObject({ state: 'unclear', message: expect.stringContaining('may have arrived') as string });
    for (let hour = 0; hour < 48; hour += 1) { clock += 60 * MINUTE; expect(await pass()).toBe(0); }
    expect(smtp.arrived).toHaveLength(1);
  });

  it('keeps the others waiting when the server is not there: one try a minute, not one for each', async () => {
    await store.mails.add(Array.from({ length: 10 }, (_, n) => aMail(n)));
    await smtp.close();
    expect(await pass()).toBe(1);
    expect(await mail(0)).toMatchObject({ state: 'waiting', tries: 0, message: expect.stringContaining('cannot be used') as string });
    expect(await pass()).toBe(0);
    smtp = await startSmtp();
    await sendTo(store, smtp.port);
    expect(await pass()).toBe(0);
    clock += MINUTE;
    expect(await pass()).toBe(10);
    expect(smtp.taken).toHaveLength(10);
  });

  it('waits for its turn when as many were sent in a minute as may be', async () => {
    await sendTo(store, smtp.port, { ratePerMinute: 3 });
    await store.mails.add(Array.from({ length: 8 }, (_, n) => aMail(n)));
    expect([await pass(), await pass()]).toEqual([3, 0]);
    clock += MINUTE;
    expect(await pass()).toBe(3);
    clock += MINUTE;
    expect(await pass()).toBe(2);
    expect(smtp.taken.map((one) => one.subject)).toEqual(Array.from({ length: 8 }, (_, n) => `Mail ${n}`));
  });

  it('of the same key is sent once, however often it is queued, and not at all when its transaction fails', async () => {
    const queue = (dedupeKey: string, subject: string) => store.transaction(async (tx) => {
      await queueMail(tx, { pairId: null, dedupeKey, scenario: 'ready', to: { address: 'ann@example.com', name: 'Ann' }, subject, body: 'Literal {Password} {', attachments: [{ name: 'rows.csv', csv: 'a\r\n' }], agentId: 'a' });
      if (subject === 'Lost') throw new Error('taken back');
    });
    await queue('batch/1/ready', 'First');
    await queue('batch/1/ready', 'Again');
    await expect(queue('batch/2/ready', 'Lost')).rejects.toThrow('taken back');
    clock = Date.now() + MINUTE;
    await pass();
    expect(smtp.taken.map((one) => [one.subject, one.text])).toEqual([['First', 'Literal {Password} {']]);
    expect(smtp.taken[0]?.raw).toContain('filename=rows.csv');
    await expect(queueMail(store, { pairId: null, dedupeKey: 'x', scenario: 'x', to: { address: 'ann@example.com\r\nRCPT TO:<all@example.com>', name: '' }, subject: '', body: '', agentId: 'a' })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
  });

  it('is not sent again when the program is killed before the server has answered', async () => {
    await store.mails.add([aMail(1)]);
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'sending-process.ts'), store.file], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    smtp.script({ meanwhile: async () => { child.kill('SIGKILL'); await ended; } });
    await ended;
    expect(child.signalCode).toBe('SIGKILL');
    expect(await mail(1)).toMatchObject({ state: 'sending' });
    // Its process is known to be gone, so nobody waits for the end of its turn.
    await pass();
    expect(await mail(1)).toMatchObject({ state: 'unclear', message: expect.stringContaining('ended while it sent') as string });
    clock += 1_000 * MINUTE;
    expect(await pass()).toBe(0);
    expect(smtp.arrived).toHaveLength(1);
  });
});

describe('a mail with a password', () => {
  const FIELDS = { DisplayName: 'Ann', UserPrincipalName: 'ann@x.example' };
  const entry: OutboxEntry = { id: 'acc', pairId: 'p', taskId: 't', sourceId: 's', targetId: 'g', name: 'Ann', userPrincipalName: 'ann@x.example', state: 'waits for delivery', secretRef: 'outbox/acc', createdAt: START, expiresAt: START + 5_000 * MINUTE };
  beforeEach(async () => {
    await secrets.set('outbox/acc', 'pa{Support}ss}');
    await store.outbox.add([entry]);
    await store.mails.add([aMail(1, { body: '{DisplayName}: {Password}\n', fields: FIELDS, secretRef: 'outbox/acc', accountId: 'acc', agentId: 'berlin' })]);
  });

  it('is sent where the password is, carries it, and takes it along', async () => {
    expect(await pass(['hamburg'])).toBe(0);
    expect(await pass(['berlin'])).toBe(1);
    expect(smtp.taken.map((one) => one.text)).toEqual(['Ann: pa{Support}ss}']);
    expect(secrets.values.size).toBe(0);
    expect(await store.outbox.get('acc')).toMatchObject({ state: 'delivered', secretRef: null });
    expect(await mail(1)).toMatchObject({ state: 'sent', secretRef: null, body: '{DisplayName}: {Password}\n', fields: FIELDS });
  });

  it.each([['refused for now', { at: 'data', code: 451 } as const, 'waiting'], ['unclear', 'drop' as const, 'unclear'], ['refused', { at: 'data', code: 554 } as const, 'failed']])('keeps it while the mail is %s', async (_, script, state) => {
    smtp.script(script);
    await pass(['berlin']);
    expect(await mail(1)).toMatchObject({ state });
    expect(secrets.values.get('outbox/acc')).toBe('pa{Support}ss}');
    expect(await store.outbox.get('acc')).toMatchObject({ state: 'waits for delivery' });
  });

  it('tells nobody of it, not even when the server repeats what it was sent', async () => {
    smtp.script({ at: 'data', code: 554, text: 'spam: Ann: pa{Support}ss} is no good' });
    await pass(['berlin']);
    expect(await mail(1)).toMatchObject({ state: 'failed', answer: expect.stringContaining('spam: Ann: ... is no good') as string });
  });

  it('fails when the password has expired, and then nobody keeps it', async () => {
    clock = START + 5_000 * MINUTE;
    await pass(['berlin']);
    expect(await mail(1)).toMatchObject({ state: 'failed', message: expect.stringContaining('Reset it') as string });
    expect(smtp.arrived).toEqual([]);
    expect(secrets.values.size).toBe(0);
  });

  it('never leaves without it, not even when somebody sends it again: the text asks for what was not kept', async () => {
    await store.mails.add([aMail(2, { body: '{DisplayName}: {Password}\n', fields: FIELDS, state: 'failed' }), aMail(3, { body: '{DisplayName} alone\n', fields: FIELDS })]);
    await store.mails.move([aMail(2).id], ['failed'], { state: 'waiting', message: '', at: START }, 'all');
    await pass();
    expect(await mail(2)).toMatchObject({ state: 'failed', message: 'The password of this account is not kept. Reset it and tell the person in another way.' });
    expect(smtp.taken.map((one) => one.text)).toEqual(['Ann alone']);
  });

  it('waits where another machine has the password', async () => {
    await secrets.delete('outbox/acc');
    await pass(['berlin']);
    expect(await mail(1)).toMatchObject({ state: 'waiting', tries: 0, message: expect.stringContaining('another machine') as string });
  });
});

describe.skipIf(NO_POSTGRES)('agents that share a project', () => {
  it('send each mail once between them', async () => {
    const address = await freshPostgres(inject('postgresDesk'));
    const one = await createProject({ file: address, name: 'Shared', demo: false });
    const two = await openProject(address);
    try {
      await sendTo(one, smtp.port);
      await one.mails.add(Array.from({ length: 40 }, (_, n) => aMail(n)));
      const work = async (of: Store): Promise<void> => { while (await of.mails.isDue([], clock)) await deliverDueMail(senderOf(of, { now: () => clock }), [], never); };
      await Promise.all([work(one), work(two), work(one), work(two)]);
      expect(smtp.taken.map((m) => m.subject).toSorted()).toEqual(Array.from({ length: 40 }, (_, n) => `Mail ${n}`).toSorted());
      expect(await one.mails.counts({})).toMatchObject({ sent: 40, waiting: 0, unclear: 0 });
    } finally {
      await two.close();
      await one.close();
    }
  });
});
