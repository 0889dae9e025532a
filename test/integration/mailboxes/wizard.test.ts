import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { LdifEntry } from '../../../electron/simulator/demo/ldif.ts';
import { lookNow } from './batch.ts';
import { commandOf, entry, group, guid, openRigOf } from './wizard-rig.ts';

const SETTINGS = { profile: 'current' as const, method: 'manual' as const, administrator: '', username: 'CORP\\migrator', server: 'ex07.corp.example.com', proxy: 'mail.example.com', authentication: 'Basic' as const, endpoint: '', atATime: 5, recipients: ['boss@example.com'], sourceVersion: '2007' as const };
const SECRET = 'On-Premises-1';
const file = (text: string, fileName = 'people.csv') => ({ from: 'file' as const, fileName, content: Buffer.from(text).toString('base64') });
const list = (...names: readonly string[]): string => ['EmailAddress,Password', ...names.map((name) => `${name}@example.com,Tr0ub4dor-and-3`)].join('\n');
const SOURCE: readonly LdifEntry[] = [entry(1, 'ann'), entry(2, 'bob', { msExchRecipientTypeDetails: '16' }), entry(3, 'cem', { msExchRecipientTypeDetails: '4' }), group(4, 'Team')];

describe('the wizard of a staged batch', () => {
  let rig: Awaited<ReturnType<typeof openRigOf>>;
  afterEach(async () => { await rig.close(); });
  const open = async (more: Parameters<typeof openRigOf>[1] = {}): Promise<string> => {
    rig = await openRigOf(SOURCE, { environment: async (folder) => { const key = path.join(folder, 'operator.key'); await writeFile(key, randomBytes(48).toString('base64'), { mode: 0o600 }); return { CAUSEWAY_KEY_FILE: key }; }, ...more });
    return rig.pairId;
  };
  const refusedSettings = async (change: Partial<typeof SETTINGS> | Record<string, unknown>): Promise<string> => (await rig.refused('mailboxes.saveSettings', { pairId: rig.pairId, settings: { ...SETTINGS, ...change } })).message;

  it('keeps its settings for the next batch, the password in the secret store alone', async () => {
    const pairId = await open();
    expect(await rig.call('mailboxes.settings', { pairId })).toMatchObject({ profile: 'current', atATime: 20, hasSecret: false });
    expect(await refusedSettings({ username: 'migrator@example.com' })).toContain('domain\\username');
    expect(await refusedSettings({ server: 'ex07 corp' })).toContain('Exchange server');
    expect(await refusedSettings({ proxy: 'mail_' })).toContain('RPC proxy server');
    expect(await refusedSettings({ profile: '2011', atATime: 11 })).toContain('At most 10');
    expect(await refusedSettings({ recipients: ['boss'] })).toContain('boss');
    expect(await refusedSettings({ method: 'autodiscover' })).toContain('e-mail address of the migration administrator');
    const kept = await rig.call('mailboxes.saveSettings', { pairId, settings: SETTINGS, secret: SECRET });
    expect(kept).toMatchObject({ ...SETTINGS, hasSecret: true });
    expect(JSON.stringify(kept)).not.toContain(SECRET);
    expect((await rig.call('mailboxes.saveSettings', { pairId, settings: { ...SETTINGS, atATime: 7 } })).hasSecret).toBe(true);
    expect((await readFile(rig.file)).includes(SECRET)).toBe(false);
  });

  it('goes on only with a connection, directory synchronisation and a version that the method takes', async () => {
    const pairId = await open();
    const test = async (change: Record<string, unknown>, secret: string | undefined = SECRET) => {
      const answer = await rig.call('mailboxes.test', { pairId, input: { settings: { ...SETTINGS, ...change }, ...(secret === undefined ? {} : { secret }) } });
      return [answer.connected, answer.mayGoOn, answer.lines.filter((line) => line.outcome !== 'passed').map((line) => line.message).join(' ')] as const;
    };
    expect(await test({})).toEqual([true, true, '']);
    expect(await test({ method: 'autodiscover', administrator: 'boss@example.com', username: 'migrator@corp.example.com' })).toEqual([true, true, '']);
    expect((await test({}, 'wrong'))[2]).toContain('Verify the connection settings. You have to connect to the Exchange server to continue.');
    expect((await test({ method: 'autodiscover', administrator: 'boss@nowhere.example' }))[2]).toContain('Enter the connection settings by hand.');
    expect(await test({ sourceVersion: '2010' })).toEqual([true, false, expect.stringContaining('cutover Exchange migration')]);
    expect(await test({ method: 'existing', endpoint: 'Old' })).toEqual([false, false, expect.stringContaining('no migration endpoint "Old"')]);
  });

  it('ends without directory synchronisation, and says what is left', async () => {
    const pairId = await open({ synchronised: [] });
    const answer = await rig.call('mailboxes.test', { pairId, input: { settings: SETTINGS, secret: SECRET } });
    expect([answer.connected, answer.synchronised, answer.mayGoOn]).toEqual([true, false, false]);
    expect(answer.lines.find((line) => line.check === 'Directory synchronisation')?.message).toContain('only a cutover migration of all mailboxes is possible');
  });

  it('refuses a file with all its findings, a version that is too new, and throws drafts away', async () => {
    const pairId = await open();
    await rig.call('mailboxes.saveSettings', { pairId, settings: SETTINGS, secret: SECRET });
    const make = { pairId, name: 'First', profile: 'current' as const, recipients: [], consent: 'given' as const };
    const bad = file('Mail;Password', 'people.xls');
    expect((await rig.call('mailboxes.check', { pairId, profile: 'current', list: bad })).fileFindings.map((one) => one.code)).toEqual(['file type', 'not comma-separated', 'no EmailAddress', 'header only']);
    expect((await rig.refused('mailboxes.create', { ...make, list: bad })).message).toMatch(/neither a \.csv.*separated by semicolons.*EmailAddress is missing/);
    expect((await rig.refused('mailboxes.create', { ...make, list: file(list('nobody')) })).message).toContain('No row of "people.csv" can be migrated');
    await rig.call('mailboxes.saveSettings', { pairId, settings: { ...SETTINGS, sourceVersion: '2013' } });
    expect((await rig.refused('mailboxes.create', { ...make, list: file(list('ann')) })).code).toBe('FORBIDDEN');
    await rig.call('mailboxes.saveSettings', { pairId, settings: SETTINGS });
    const batch = await rig.call('mailboxes.create', { ...make, list: file(list('ann')) });
    expect(await rig.platform.secrets.get(`mailbox/${batch.id}/1`)).toBe('Tr0ub4dor-and-3');
    expect((await rig.refused('mailboxes.stop', { batchId: batch.id })).code).toBe('CONFLICT');
    await rig.call('mailboxes.discard', { batchId: batch.id });
    expect([await rig.platform.secrets.get(`mailbox/${batch.id}/1`), (await rig.call('mailboxes.batches', { pairId })).rows]).toEqual([null, []]);
    const left = await rig.call('mailboxes.create', { ...make, list: file(list('ann')) });
    const { target } = await rig.call('pairs.get', { id: pairId });
    const elsewhere = { ...target, tenantId: 'other.onmicrosoft.com' };
    expect(await rig.refused('pairs.update', { id: pairId, target: elsewhere })).toMatchObject({ code: 'CONFLICT', message: 'The mailbox batch "First" of "Works" belongs to the present tenant. Discard it before changing the tenant.' });
    await rig.call('pairs.delete', { id: pairId, force: true });
    expect([await rig.platform.secrets.get(`mailbox/${left.id}/1`), await rig.platform.secrets.get(`pair/${pairId}/exchange`)]).toEqual([null, null]);
  });

  it('takes the mailboxes of a collection as a file would: rooms and shared ones in, groups out with the reason', async () => {
    const pairId = await open();
    await rig.call('mailboxes.saveSettings', { pairId, settings: SETTINGS, secret: SECRET });
    const [byCollection, byFile] = [{ from: 'collection' as const, collectionId: rig.collectionId }, file('EmailAddress\nann@example.com\nbob@example.com\ncem@example.com')];
    const check = await rig.call('mailboxes.check', { pairId, profile: 'current', list: byCollection });
    expect(check).toMatchObject({ total: 4, willMigrate: 3, leftOut: 1, rowErrors: [{ code: 'not a mailbox', address: 'team@example.com' }] });
    expect(await rig.call('mailboxes.check', { pairId, profile: 'current', list: byFile })).toMatchObject({ total: 3, willMigrate: 3, leftOut: 0 });
  });

  it('makes and starts one batch although every answer is lost, tells each recipient once, and keeps no password', async () => {
    const pairId = await open({ faults: 'reset-after=1@/adminapi/New-MigrationBatch,reset-after=1@/adminapi/Start-MigrationBatch' });
    await rig.call('mailboxes.saveSettings', { pairId, settings: SETTINGS, secret: SECRET });
    await rig.call('notifications.saveSettings', { settings: { transport: 'smtp', host: '127.0.0.1', port: 1, security: 'none', caFile: '', username: '', from: 'causeway@example.com', replyTo: '', pairId: null, ratePerMinute: 30, support: '', held: [] } });
    let batch = await rig.call('mailboxes.create', { pairId, name: 'First', profile: 'current', list: file(list('ann', 'bob')), recipients: ['help@example.com'], consent: 'given' });
    await rig.call('mailboxes.run', { batchId: batch.id });
    expect(await rig.refused('pairs.delete', { id: pairId, force: true })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('stop it, or wait for its end, before deleting') as string });
    expect((await rig.refused('pairs.update', { id: pairId, source: { kind: 'ldif', file: path.join(rig.folder, 'moved.ldf') } })).message).toBe('The mailbox batch "First" of "Works" belongs to the present source. Stop it, or wait for its end, before changing the source.');
    for (let i = 0; i < 60 && batch.endedAt === null; i += 1) {
      rig.simulator.advance(30_000);
      batch = await lookNow(rig, batch.id);
    }
    // The source is a file, in which nobody forwards mail: the copy is done, and forwarding could not be looked at.
    expect(batch).toMatchObject({ state: 'Completed', created: 2, done: 2 });
    const { rows } = await rig.call('mailboxes.rows', { batchId: batch.id });
    expect(rows.map((row) => [row.stage, row.errorCode])).toEqual([['data', 'forwarding not read'], ['data', 'forwarding not read']]);
    expect((await rig.refused('pairs.update', { id: pairId, target: { ...(await rig.call('pairs.get', { id: pairId })).target, tenantId: 'other.onmicrosoft.com' } })).message).toBe('The mailbox batch "First" of "Works" belongs to the present tenant. Create another pair for other.onmicrosoft.com.');
    expect(rig.simulator.migration()).toMatchObject({ batches: [{ name: batch.serviceName }], users: [{ address: 'ann@example.com', status: 'Synced' }, { address: 'bob@example.com', status: 'Synced' }] });
    expect([await rig.platform.secrets.get(`mailbox/${batch.id}/1`), await rig.platform.secrets.get(`mailbox/${batch.id}/2`)]).toEqual([null, null]);
    const mails = (await rig.call('notifications.mails', { pairId })).rows;
    expect(mails.map((mail) => [mail.scenario, mail.recipient]).toSorted()).toEqual([['mailbox batch complete', 'boss@example.com'], ['mailbox batch complete', 'help@example.com']]);
    expect(rig.simulator.sentMail()).toEqual([]);
    for (const name of [rig.file, `${rig.file}-wal`]) expect((await readFile(name).catch(() => Buffer.alloc(0))).includes('Tr0ub4dor')).toBe(false);
    expect(guid(1)).toBe(rows[0]?.sourceId);
    const causeway = commandOf(rig);
    expect(await causeway('mailbox', 'list')).toMatchObject({ code: 0, stdout: expect.stringMatching(/First\s+Completed\s+2 of 2/) as string });
    expect(await causeway('mailbox', 'rows', '--state', 'Done')).toMatchObject({ code: 0, stdout: expect.stringContaining('bob@example.com') as string });
    expect(await causeway('mailbox', 'reports', '--kind', 'Migration Complete Report')).toMatchObject({ code: 0, stdout: expect.stringContaining('ann@example.com,Ann,') as string });
    expect(await causeway('mailbox', 'complete')).toMatchObject({ code: 4, stdout: expect.stringContaining('--confirm "Works" --leftovers') as string });
    rig.simulator.setFaults('');
    expect(await causeway('mailbox', 'watch')).toMatchObject({ code: 0, stdout: expect.stringContaining('First: Completed') as string });
  });
});
