import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { lookAtBatch } from '../../../electron/app/mailbox-pass.ts';
import type { Services } from '../../../electron/app/services.ts';
import type { MailboxBatchRecord, MailboxRowRecord } from '../../../electron/store/index.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { entry, openRigOf } from './wizard-rig.ts';

const SETTINGS = { profile: 'current' as const, method: 'manual' as const, administrator: '', username: 'CORP\\migrator', server: 'ex07.corp.example.com', proxy: 'mail.example.com', authentication: 'Basic' as const, endpoint: '', atATime: 5, recipients: [], sourceVersion: '2007' as const };
const LDAP = { kind: 'ldap' as const, domain: 'corp.example.com', servers: [], baseDn: '' };

describe('a mailbox batch in trouble', () => {
  let rig: Awaited<ReturnType<typeof openRigOf>>;
  let services: Services;
  afterEach(async () => {
    vi.useRealTimers();
    await rig.close();
  });
  /** A project whose batches are looked at only when a test does. */
  const open = async (): Promise<void> => {
    rig = await openRigOf([entry(1, 'ann'), entry(2, 'bob')], {
      environment: async (folder) => { const key = path.join(folder, 'operator.key'); await writeFile(key, randomBytes(48).toString('base64'), { mode: 0o600 }); return { CAUSEWAY_KEY_FILE: key }; },
      startRunner: () => (own) => { services = own; return { nudge: () => undefined, close: () => Promise.resolve() }; },
    });
    await rig.call('mailboxes.saveSettings', { pairId: rig.pairId, settings: SETTINGS, secret: 'On-Premises-1' });
  };
  const make = async (name: string, ...people: readonly string[]): Promise<string> => {
    const list = ['EmailAddress,Password', ...people.map((one) => `${one}@example.com,Tr0ub4dor-and-3`)].join('\n');
    return (await rig.call('mailboxes.create', { pairId: rig.pairId, name, profile: 'current', consent: 'given', recipients: [], list: { from: 'file', fileName: 'people.csv', content: Buffer.from(list).toString('base64') } })).id;
  };
  const look = async (id: string, more: Partial<Services> = {}): Promise<MailboxBatchRecord> => {
    expect(await lookAtBatch({ ...services, ...more }, id, new AbortController().signal)).toBe(true);
    return await services.store.mailboxBatches.get(id);
  };
  const run = async (id: string, more: Partial<Services> = {}): Promise<MailboxBatchRecord> => {
    await rig.call('mailboxes.run', { batchId: id });
    return await look(id, more);
  };
  const rows = async (id: string): Promise<readonly MailboxRowRecord[]> => await services.store.mailboxRows.all(id);
  const patch = async (id: string, change: Partial<MailboxRowRecord>): Promise<void> => { await services.store.mailboxRows.save((await rows(id)).map((row) => ({ ...row, ...change }))); };
  const users = (): Record<string, string> => Object.fromEntries((rig.simulator.migration() as { readonly users: readonly { readonly address: string; readonly status: string }[] }).users.map((one) => [one.address, one.status]));
  const refused: Services['openTenant'] = async () => { throw appError(ErrorCode.AuthFailed, 'The sign-in was refused.'); };
  /** A pair whose domain controllers, not an export, are asked. */
  const onDomain = (): Services['store'] => ({ ...services.store, pairs: { ...services.store.pairs, get: async (id) => ({ ...await services.store.pairs.get(id), source: LDAP as never }) } });

  it('does not take a user that is at work in another batch', async () => {
    await open();
    const first = await make('First', 'ann');
    await run(first);
    await services.store.mailboxBatches.update(first, { state: 'Failed' });
    await patch(first, { state: 'Failed', serviceStatus: 'Failed' });
    const second = await make('Second', 'ann');
    expect(await rows(second)).toMatchObject([{ origin: 'failed before', provisionedAt: null }]);
    rig.simulator.advance(20_000);
    expect(['Failed', 'Stopped', 'Removing']).not.toContain(users()['ann@example.com']);
    expect(await run(second)).toMatchObject({ wanted: '', state: 'Active' });
    expect(Object.keys(users())).toEqual(['ann@example.com']);
    expect(users()['ann@example.com']).not.toBe('Removing');
  });

  it('takes one that is at rest', async () => {
    await open();
    const first = await make('First', 'ann');
    await run(first);
    await rig.call('mailboxes.stop', { batchId: first });
    await look(first);
    rig.simulator.advance(60_000);
    expect(await look(first)).toMatchObject({ state: 'Stopped' });
    const second = await make('Second', 'ann');
    expect(await run(second)).toMatchObject({ wanted: 'run' });
    expect(users()).toEqual({ 'ann@example.com': 'Removing' });
  });

  it('keeps what it noted of rows that run again', async () => {
    await open();
    const id = await make('First', 'ann', 'bob');
    await patch(id, { state: 'Failed', errorCode: 'connection' });
    const reader = { byAddress: () => { throw new Error('nobody asks'); } };
    const directory = await services.openDirectory(await services.store.pairs.get(rig.pairId));
    await directory.close();
    await run(id, { store: onDomain(), openDirectory: async () => ({
      ...reader, capabilities: { ...directory.capabilities, live: true }, close: async () => undefined,
      async *read() { yield [{ guid: (await rows(id))[0]?.sourceId ?? '', dn: 'CN=ann', attributes: { targetAddress: ['SMTP:old@elsewhere.example'] } }]; },
    }) as never });
    expect((await rows(id)).map((row) => [row.targetBefore, row.secretRef, row.state])).toEqual([['SMTP:old@elsewhere.example', null, 'Waiting'], [null, null, 'Waiting']]);
  });

  it('waits for the directory before it asks for what changes targetAddress', async () => {
    await open();
    const id = await make('First', 'ann');
    const away: Services['openDirectory'] = async () => { throw appError(ErrorCode.DirectoryUnavailable, 'No domain controller answers.', { retryable: true }); };
    const batch = await run(id, { store: onDomain(), openDirectory: away });
    expect(batch).toMatchObject({ wanted: 'run', state: 'Starting', failures: 1, message: expect.stringContaining('where mail goes now') as string });
    expect(batch.nextAt).toBeGreaterThan(services.now());
    expect(users()).toEqual({});
  });

  it('keeps watching a batch that could not be stopped', async () => {
    await open();
    const id = await make('First', 'ann');
    await run(id);
    await rig.call('mailboxes.stop', { batchId: id });
    const batch = await look(id, { openTenant: refused });
    expect(batch).toMatchObject({ wanted: '', state: 'Active', endedAt: null, message: 'The sign-in was refused.' });
    expect(batch.nextAt).not.toBeNull();
    expect(['Starting', 'Active']).toContain((await look(id)).state);
  });

  it('gives up a run that the service knows nothing of', async () => {
    await open();
    const id = await make('First', 'ann');
    expect(await run(id, { openTenant: refused })).toMatchObject({ wanted: '', state: 'Failed', nextAt: null, message: 'The sign-in was refused.' });
  });

  it('stops a batch although its run is refused just then', async () => {
    await open();
    const id = await make('First', 'ann');
    const batch = await run(id, { openTenant: async () => { await rig.call('mailboxes.stop', { batchId: id }); throw appError(ErrorCode.AuthFailed, 'The sign-in was refused.'); } });
    expect(batch).toMatchObject({ wanted: 'stop', state: 'Stopping' });
    expect(batch.nextAt).toBeLessThanOrEqual(services.now());
    expect(await look(id)).toMatchObject({ wanted: '', state: 'Stopped' });
    // The service does not have the batch: to resume it needs the passwords.
    expect((await rows(id)).map((row) => [row.state, row.secretRef])).toEqual([['Stopped', `mailbox/${id}/1`]]);
  });

  it('keeps its lease through a long look', async () => {
    await open();
    const id = await make('First', 'ann');
    const began = Date.now();
    let [passed, taken]: [number, boolean | undefined] = [0, undefined];
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await run(id, { now: () => began + passed, openTenant: async (...about) => {
      passed = 50_000;
      await vi.advanceTimersByTimeAsync(15_000);
      passed = 70_000;
      taken = await services.store.mailboxBatches.claim(id, { owner: 'another', now: began + passed, until: began + passed + 60_000 });
      return await services.openTenant(...about);
    } });
    expect([taken, vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('stops rows that the service never had, also those that failed before', async () => {
    await open();
    const first = await make('First', 'ann');
    await patch(first, { state: 'Failed', serviceStatus: 'Failed' });
    const second = await make('Second', 'ann', 'bob');
    expect((await rows(second)).map((row) => row.origin)).toEqual(['failed before', 'new']);
    await rig.call('mailboxes.run', { batchId: second });
    await rig.call('mailboxes.stop', { batchId: second });
    expect(await look(second)).toMatchObject({ wanted: '', state: 'Stopped' });
    expect((await rows(second)).map((row) => row.state)).toEqual(['Stopped', 'Stopped']);
  });

  it('forgets the passwords of a batch that is closed', async () => {
    await open();
    const id = await make('First', 'ann');
    await rig.call('mailboxes.run', { batchId: id });
    await rig.call('mailboxes.stop', { batchId: id });
    await look(id);
    expect(await rig.platform.secrets.get(`mailbox/${id}/1`)).not.toBeNull();
    await services.store.mailboxBatches.update(id, { wanted: 'close', nextAt: services.now(), settings: { ...(await services.store.mailboxBatches.get(id)).settings, closing: { id: 'closing', neverMigrated: 0, unconverted: 0 } } });
    expect(await look(id)).toMatchObject({ state: 'Closed' });
    expect([await rig.platform.secrets.get(`mailbox/${id}/1`), (await rows(id))[0]?.secretRef]).toEqual([null, null]);
  });

  it('forgets them when a batch that the service has is stopped', async () => {
    await open();
    const id = await make('First', 'ann');
    await run(id);
    await services.secrets.set(`mailbox/${id}/1`, 'Tr0ub4dor-and-3');
    await patch(id, { secretRef: `mailbox/${id}/1` });
    await rig.call('mailboxes.stop', { batchId: id });
    await look(id);
    expect([await rig.platform.secrets.get(`mailbox/${id}/1`), (await rows(id))[0]?.secretRef]).toEqual([null, null]);
  });
});
