/** What an operator changes of the notifications is kept with its evidence or not at all; and a kept password, or a mail that may have arrived, goes nowhere that nobody asked for. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTransport } from '../../../electron/app/mail-transport.ts';
import { notificationHandlers } from '../../../electron/app/notifications.ts';
import { notificationSettings } from '../../../electron/app/notifications-settings.ts';
import type { Services } from '../../../electron/app/services.ts';
import { createProject, IN_MEMORY, type Repositories, type Store } from '../../../electron/store/index.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { DEFAULT_NOTIFICATIONS, type NotificationSettings } from '../../../shared/domain/notifications.ts';
import { PAIR } from '../../unit/store/fixture.ts';
import { aMail, senderOf, START, vault } from './sender.ts';

let store: Store;
const context = { signal: new AbortController().signal } as Parameters<ReturnType<typeof notificationHandlers>['notifications.retry']>[1];
const handlers = (over: Store = store, secrets = vault()) => notificationHandlers({ ...senderOf(over, { secrets }), nudge: () => {} } as unknown as Services);
const SETTINGS = { ...DEFAULT_NOTIFICATIONS, held: [], transport: 'smtp' as const, host: 'mail.example.com', port: 587, security: 'starttls' as const, from: 'it@example.com', username: 'it' };

beforeEach(async () => { store = await createProject({ file: IN_MEMORY, name: 'x', demo: false }); });
afterEach(async () => { vi.restoreAllMocks(); await store.close(); });

describe('what an operator changes', () => {
  it('is not kept when its evidence is not', async () => {
    const lost = { ...store, transaction: <T>(fn: (tx: Repositories) => Promise<T>) => store.transaction(async (tx) => await fn({ ...tx, evidence: { ...tx.evidence, record: async () => { throw new Error('the program ended'); } } })) };
    await store.mails.add([aMail(1, { state: 'held' }), aMail(2, { state: 'failed' })]);
    const { 'notifications.release': release, 'notifications.retry': retry, 'notifications.saveTemplate': write, 'notifications.saveSettings': save } = handlers(lost);
    const changes = [release({ ids: [aMail(1).id] }, context), retry({ ids: [aMail(2).id] }, context), write({ name: 'ChangeUPN', text: 'Subject: x\n\ny\n' }, context), save({ settings: SETTINGS }, context)];
    for (const one of await Promise.allSettled(changes)) expect(one).toMatchObject({ status: 'rejected', reason: { message: 'the program ended' } });
    expect(await store.mails.counts({})).toMatchObject({ held: 1, failed: 1, waiting: 0 });
    expect(await store.notificationTemplates.of(undefined)).toEqual([]);
    expect(await notificationSettings(store)).toMatchObject({ transport: 'none' });
    await store.notificationTemplates.set({ scope: 'project', name: 'ChangeUPN', text: '', changedAt: START, changedBy: 'ann' });
    await expect(handlers(lost)['notifications.removeTemplate']({ name: 'ChangeUPN' }, context)).rejects.toThrow('the program ended');
    expect(await store.notificationTemplates.of(undefined)).toHaveLength(1);
  });

  it('is never to send a mail twice that became unclear after it was asked about', async () => {
    await store.mails.add([aMail(1)]);
    await store.mails.claim({ agentIds: [], owner: 'one', now: START, until: START + 1 });
    await store.mails.end(aMail(1).id, 'one', { state: 'unclear', message: '', answer: '', at: START });
    // As it stood a moment ago.
    const before = { ...store, mails: { ...store.mails, get: async (id: string) => { const mail = await store.mails.get(id); return mail && { ...mail, state: 'waiting' as const }; } } };
    expect(await handlers(before)['notifications.retry']({ ids: [aMail(1).id] }, context)).toEqual({ changed: 0 });
    expect(await store.mails.get(aMail(1).id)).toMatchObject({ state: 'unclear' });
  });

  it.each<[string, Partial<Omit<NotificationSettings, 'held'>>]>([['host', { host: 'mail.other.example' }], ['port', { port: 25 }], ['encryption', { security: 'tls' }], ['authority', { caFile: '/other.pem' }], ['user', { username: 'other' }]])('does not hand the kept password to another %s', async (_, more) => {
    const secrets = vault();
    const { 'notifications.saveSettings': save } = handlers(store, secrets);
    await save({ settings: SETTINGS, secret: 'kept' }, context);
    await expect(save({ settings: { ...SETTINGS, ...more } }, context)).rejects.toMatchObject({ data: { code: 'INVALID_INPUT', message: expect.stringContaining('enter the password again') as string } });
    expect(await notificationSettings(store)).toEqual(SETTINGS);
    expect(await save({ settings: { ...SETTINGS, support: 'Call 1234.' } }, context)).toMatchObject({ hasSecret: true, support: 'Call 1234.' });
    expect(await save({ settings: { ...SETTINGS, ...more }, secret: 'another' }, context)).toMatchObject({ hasSecret: true, ...more });
    expect([...secrets.values.values()]).toEqual(['another']);
  });
});

it('a mail that waits too long for its turn at the tenant has not left, and is tried later', async () => {
  const pair = await store.pairs.create(PAIR);
  const limits: number[] = [];
  const [timeout, ended] = [AbortSignal.timeout.bind(AbortSignal), new AbortController()];
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => { limits.push(ms); return timeout(1); });
  const openTenant = async () => ({
    close: async () => {},
    send: async (_: unknown, signal: AbortSignal) => {
      await new Promise((resolve) => { signal.addEventListener('abort', resolve); });
      throw appError(ErrorCode.Cancelled, 'called off');
    },
  });
  const transport = await openTransport({ store, secrets: vault(), openTenant } as unknown as Services, { ...SETTINGS, transport: 'graph', pairId: pair.id }, ended.signal);
  const { id, subject, body: text, attachments } = aMail(1);
  expect(await transport.send({ id, subject, text, attachments, from: 'it@example.com', replyTo: '', to: { address: 'ann@example.com', name: '' }, date: START })).toMatchObject({ kind: 'later', reached: false });
  expect(limits).toEqual([120_000]);
});
