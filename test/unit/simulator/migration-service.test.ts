import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { onPremisesSeed, startSimulator, type OnPremises, type SavedMigration } from '../../../electron/simulator/index.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';
import { E3, type ExchangeRig } from './exchange-support.ts';
import { signIn } from './support.ts';
import { addressOf, batchOf, bothSides, csv, csvOf, DAY, guidOfMailbox, HOUR, mailbox, MANUAL, migrationRig, MINUTE, onPremisesOf, PASSWORD, START, startBatch, statisticsOf, statuses, userOf } from './migration-support.ts';

const people = (count: number): string[] => Array.from({ length: count }, (_, i) => `p${String(i).padStart(3, '0')}`);
const BUSY = ['Validating', 'Provisioning', 'ProvisionUpdating', 'Syncing', 'Stopping'];
const busy = (rig: ExchangeRig): number => rig.sim.migration().users.filter((u) => BUSY.includes(u.status)).length;

describe('places of an endpoint', () => {
  it('are never more than it allows, over all its batches, whatever happens; the first in the queue is the first served', async () => {
    const mostSeen = new Map<number, number>();
    await fc.assert(fc.asyncProperty(
      fc.record({ limit: fc.integer({ min: 1, max: 6 }), server: fc.integer({ min: 1, max: 6 }), sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 12, maxLength: 12 }), acts: fc.array(fc.record({ ms: fc.integer({ min: 1, max: 200_000 }), act: fc.constantFrom('none', 'stop', 'start', 'more', 'fewer') }), { minLength: 6, maxLength: 14 }) }),
      async ({ limit, server, sizes, acts }) => {
        const names = people(12);
        const rig = await migrationRig(bothSides(names, { server: { maxConnections: server }, mailboxes: names.map((n, i) => mailbox(n, { sizeBytes: (sizes[i] ?? 1) * 1024 ** 2, grants: i % 5 === 3 ? 'none' : 'receive as' })) }));
        try {
          await startBatch(rig, 'A', csvOf(names.slice(0, 7)), { endpoint: { MaxConcurrentMigrations: limit } });
          await startBatch(rig, 'B', csvOf(names.slice(7)));
          let allowed = limit;
          for (const { ms, act } of acts) {
            if (act === 'stop') await rig.run('Stop-MigrationBatch', { Identity: 'A' });
            if (act === 'start') await rig.run('Start-MigrationBatch', { Identity: 'A' });
            if (act === 'more' || act === 'fewer') {
              allowed = Math.max(1, allowed + (act === 'more' ? 1 : -1));
              await rig.first('Set-MigrationEndpoint', { Identity: 'Old', MaxConcurrentMigrations: allowed });
            }
            // Those that are at work when it is lowered go on.
            const before = busy(rig);
            rig.sim.advance(ms);
            expect(busy(rig)).toBeLessThanOrEqual(Math.max(Math.min(allowed, server), before));
            if (act === 'none') mostSeen.set(Math.min(allowed, server), Math.max(busy(rig), mostSeen.get(Math.min(allowed, server)) ?? 0));
          }
          await rig.run('Start-MigrationBatch', { Identity: 'A' });
          rig.sim.advance(2 * MINUTE);
          await rig.run('Start-MigrationBatch', { Identity: 'A' });
          rig.sim.advance(12 * HOUR);
          const { users, provisioned } = rig.sim.migration();
          expect(users.filter((u) => u.status === 'Synced').length).toBe(10);
          expect(provisioned.filter((p) => p.copied === 1 && p.itemsRead !== 100)).toEqual([]);
          expect(rig.defects).toEqual([]);
        } finally { await rig.sim.close(); }
      },
    ), { numRuns: 12, seed: 7 });
    // All of what is allowed is used, too.
    expect([...mostSeen].some(([places, seen]) => places > 1 && seen === places)).toBe(true);
  });
  it('go to the first of the queue', async () => {
    const names = people(5);
    const rig = await migrationRig(bothSides(names));
    await startBatch(rig, 'A', csvOf(names), { endpoint: { MaxConcurrentMigrations: 2 } });
    rig.sim.advance(31_000);
    expect(rig.sim.state().migration).toEqual({ endpoints: 1, mails: 0, batches: [{ name: 'A', status: 'Syncing', users: { Validating: 2, Queued: 3 }, leftOut: 0 }] });
    expect(await (await fetch(`${rig.sim.url}/`)).text()).toContain('<td>2 Validating, 3 Queued</td>');
    expect(await statuses(rig)).toEqual({ p000: 'Validating', p001: 'Validating', p002: 'Queued', p003: 'Queued', p004: 'Queued' });
    expect(await batchOf(rig, 'A')).toMatchObject({ ActiveCount: 2, PendingCount: 3 });
    rig.sim.advance(218_000);
    expect(await statuses(rig)).toEqual({ p000: 'Synced', p001: 'Synced', p002: 'Validating', p003: 'Validating', p004: 'Queued' });
    expect(await statisticsOf(rig, 'p002')).toMatchObject({ TotalQueuedDuration: '00:04:05' });
  });
});

describe('figures of a user', () => {
  it('grow while it is copied, and keep what was left out apart', async () => {
    const rig = await migrationRig(bothSides(['anna'], { mailboxes: [mailbox('anna', { sizeBytes: 600 * 1024 ** 2, items: 20_000, badItems: 8, metadataBad: 2 })] }));
    await startBatch(rig, 'B', csvOf(['anna']));
    rig.sim.advance(125_000 + HOUR);
    expect(await statisticsOf(rig, 'anna')).toMatchObject({ Status: 'Syncing', StatusSummary: 'Active', PercentageComplete: 50, SyncedItemCount: 9_996, SkippedItemCount: 6, EstimatedTotalTransferCount: 20_000, EstimatedTotalTransferSize: '600 MB (629,145,600 bytes)', BytesTransferred: '300 MB (314,572,800 bytes)', TotalInProgressDuration: '01:01:35', SkippedItems: [] });
    rig.sim.advance(HOUR + DAY);
    const row = await rig.first('Get-MigrationUserStatistics', { Identity: addressOf('anna'), IncludeSkippedItems: true });
    expect(row).toMatchObject({ Status: 'Synced', SyncedItemCount: 19_992, SkippedItemCount: 10, TotalSyncedDuration: '1.00:00:00', DataConsistencyScore: 'Investigate', AverageBytesTransferredPerHour: expect.stringMatching(/^29\d(\.\d)? MB/) as string });
    expect((row['SkippedItems'] as { Kind: string }[]).map((i) => i.Kind).toSorted()).toEqual([...Array<string>(2).fill('CorruptFolderACL'), ...Array<string>(8).fill('CorruptItem')]);
  });
  it.each([[0, 0, 'Perfect'], [0, 3, 'Good'], [10, 0, 'Investigate'], [11, 0, 'Poor'], [20, 1, 'Poor']])('%i bad items and %i metadata of 10,000: %s; the batch is as good as its worst', async (badItems, metadataBad, grade) => {
    const rig = await migrationRig(bothSides(['anna', 'bert'], { mailboxes: [mailbox('anna', { items: 10_000, badItems, metadataBad })] }));
    await startBatch(rig, 'B', csvOf(['anna', 'bert']));
    rig.sim.advance(HOUR);
    expect([(await userOf(rig, 'anna'))['DataConsistencyScore'], (await userOf(rig, 'bert'))['DataConsistencyScore'], (await batchOf(rig, 'B'))['DataConsistencyScore']]).toEqual([grade, 'Perfect', grade]);
  });
  it('are listed by batch, status and summary, in pages', async () => {
    const names = people(25);
    const rig = await migrationRig(bothSides(names, { mailboxes: [mailbox('p003', { um: true })] }));
    await startBatch(rig, 'A', csvOf(names.slice(0, 20)));
    await startBatch(rig, 'B', csvOf(names.slice(20)), { batch: { AutoStart: false } });
    rig.sim.advance(HOUR);
    const of = async (parameters: Record<string, unknown>): Promise<number> => (await rig.run('Get-MigrationUser', parameters)).rows.length;
    expect([await of({}), await of({ BatchId: 'A' }), await of({ Status: 'Failed' }), await of({ BatchId: 'b', StatusSummary: 'Active' }), await of({ StatusSummary: 'Synced' }), await of({ ResultSize: 3 })]).toEqual([25, 20, 1, 5, 19, 3]);
    const first = await rig.run('Get-MigrationUser', { BatchId: 'A' }, { headers: { prefer: 'odata.maxpagesize=15' } });
    const second = await rig.run('Get-MigrationUser', { BatchId: 'A' }, { headers: { prefer: 'odata.maxpagesize=15' }, address: first.next ?? '' });
    expect([...first.rows, ...second.rows].map((r) => r['Identity'])).toEqual(names.slice(0, 20).map(addressOf));
    expect(await rig.refused('Get-MigrationUser', { BatchId: 'None' })).toMatch(/^404/);
    expect(await rig.refused('Get-MigrationUser', { Identity: addressOf('p001'), BatchId: 'A' })).toMatch(/Parameter set cannot be resolved/);
  });
});

describe('status mails', () => {
  it('go to NotificationEmails when a batch has synced, with what failed and was left out', async () => {
    const rig = await migrationRig(bothSides(['anna', 'bert'], { mailboxes: [mailbox('bert', { um: true })] }));
    await startBatch(rig, 'B', csv('EmailAddress', addressOf('anna'), addressOf('bert'), 'no-at'), { batch: { NotificationEmails: ['ops@example.com', 'boss@example.com'] } });
    rig.sim.advance(HOUR);
    const [mail, ...others] = rig.sim.sentMail();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ to: ['ops@example.com', 'boss@example.com'], origin: 'migration', subject: 'Migration batch B has synced with errors', at: START + 245_000 });
    expect(mail?.attachments.map((a) => [a.name, a.content.split('\r\n')])).toEqual([['MigrationErrors.csv', [
      'EmailAddress,Status,ErrorMessage', 'no-at,Validation,"""no-at"" isn\'t a valid SMTP address."', `${addressOf('bert')},Failed,The on-premises mailbox bert@example.com is enabled for unified messaging. Disable unified messaging before you migrate it.`,
    ]]]);
  });
  it('go when it was stopped, failed or completed; nobody named, nobody told', async () => {
    const rig = await migrationRig(bothSides(['anna', 'bert']));
    await startBatch(rig, 'B', csvOf(['anna']), { batch: { NotificationEmails: 'ops@example.com' } });
    await startBatch(rig, 'Silent', csvOf(['bert']));
    rig.sim.advance(MINUTE);
    await rig.first('Stop-MigrationBatch', { Identity: 'B' });
    rig.sim.advance(HOUR);
    await rig.first('Start-MigrationBatch', { Identity: 'B' });
    rig.sim.advance(HOUR);
    await rig.first('Complete-MigrationBatch', { Identity: 'B' });
    rig.sim.advance(HOUR);
    expect(rig.sim.sentMail().map((m) => `${m.subject} ${m.attachments.length}`)).toEqual(['Migration batch B has been stopped 1', 'Migration batch B has synced 0', 'Migration batch B has completed 0']);
    expect(await rig.refused('Set-MigrationBatch', { Identity: 'B', NotificationEmails: ['no-at'] })).toMatch(/isn't a valid SMTP address/);
  });
});

describe('a mailbox without a licence', () => {
  it('is disconnected after 30 days, comes back with a licence and keeps its ExchangeGuid', async () => {
    const rig = await migrationRig(bothSides(['anna', 'bert', 'room'], { mailboxes: [mailbox('room', { kind: 'room' })] }));
    await startBatch(rig, 'B', csvOf(['anna', 'bert', 'room']));
    rig.sim.advance(HOUR / 2);
    const licence = async (name: string): Promise<void> => {
      const id = rig.sim.migration().provisioned.find((p) => p.address === addressOf(name))?.targetId ?? '';
      const headers = { authorization: `Bearer ${await signIn(rig.sim)}`, 'content-type': 'application/json' };
      await fetch(`${rig.sim.url}/v1.0/users/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ usageLocation: 'DE' }) });
      expect((await fetch(`${rig.sim.url}/v1.0/users/${id}/assignLicense`, { method: 'POST', headers, body: JSON.stringify({ addLicenses: [{ skuId: E3, disabledPlans: [] }], removeLicenses: [] }) })).status).toBe(200);
    };
    await licence('bert');
    const mailboxes = async (): Promise<string[]> => (await rig.run('Get-Mailbox')).rows.map((r) => String(r['PrimarySmtpAddress']).split('@')[0] ?? '').toSorted();
    rig.sim.advance(30 * DAY - HOUR / 2);
    expect(await mailboxes()).toEqual(['anna', 'bert', 'room']);
    rig.sim.advance(HOUR);
    expect(await mailboxes()).toEqual(['bert', 'room']);
    await licence('anna');
    expect(await mailboxes()).toEqual(['anna', 'bert', 'room']);
    for (const name of ['anna', 'bert']) expect(await rig.first('Get-Mailbox', { Identity: addressOf(name) })).toMatchObject({ ExchangeGuid: guidOfMailbox(name) });
  });
});

/** The same with times counted from the moment of saving. */
const relative = ({ quick, ...saved }: SavedMigration) => ({ ...saved, users: saved.users.map((u) => ({ ...u, since: u.since - quick, due: u.due === null ? null : u.due - quick, run: u.run && { ...u.run, startedAt: u.run.startedAt - quick } })) });

describe('a state file', () => {
  it('keeps a batch in the middle, and the next run ends it as the first would have', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'causeway-migration-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const stateFile = path.join(dir, 'tenant.json');
    const names = people(6);
    const rig = await migrationRig(bothSides(names, { mailboxes: [mailbox('p001', { fails: 'drops' }), mailbox('p002', { sizeBytes: 900 * 1024 ** 2 })] }), { stateFile });
    await startBatch(rig, 'B', csv('EmailAddress,Password', ...names.map((n) => `${addressOf(n)},Secret-Pass-77`)), { endpoint: { MaxConcurrentMigrations: 3 }, batch: { NotificationEmails: ['ops@example.com'] } });
    rig.sim.advance(20 * MINUTE);
    const before = rig.sim.migration();
    await rig.sim.close();
    const text = await readFile(stateFile, 'utf8');
    expect(text).not.toContain('Secret-Pass-77');
    // The account on premises has it, as a real server would; the endpoint has not.
    expect(JSON.stringify((JSON.parse(text) as { migration: unknown }).migration)).not.toContain(PASSWORD);
    // Five hours later: nothing went on meanwhile.
    const again = await migrationRig({ tenant: { id: 'x', displayName: 'x', domains: [{ name: 'x.onmicrosoft.com' }] } }, { stateFile, clock: () => START + 5 * HOUR });
    expect(relative(again.sim.migration())).toEqual(relative(before));
    expect(relative(before).users.map((u) => u.due)).toContain(9_725_000);
    again.sim.advance(20 * HOUR);
    expect(await statuses(again)).toEqual({ p000: 'Synced', p001: 'Failed', p002: 'Synced', p003: 'Synced', p004: 'Synced', p005: 'Synced' });
    expect(again.sim.migration().provisioned.map((p) => [p.itemsRead, p.copied])).toEqual([[100, 1], [60, 0.6], [100, 1], [100, 1], [100, 1], [100, 1]]);
    expect([onPremisesOf(again, 'p000')?.targetAddress, again.sim.sentMail().length]).toEqual(['SMTP:p000@staged.onmicrosoft.com', 1]);
    await again.sim.close();
  });
});

describe('an on-premises side that answers later', () => {
  /** Answers when the test says so. */
  function late(seed: ReturnType<typeof bothSides>) {
    const mailboxes = new Map(onPremisesSeed.parse(seed.onPremises).mailboxes.map((m) => [m.id, m]));
    const open: (() => void)[] = [];
    const soon = <T>(value: () => T): Promise<T> => new Promise((resolve) => { open.push(() => { resolve(value()); }); });
    const side: OnPremises = {
      servers: () => onPremisesSeed.parse(seed.onPremises).servers,
      find: (address) => soon(() => [...mailboxes.values()].filter((m) => m.address === address)),
      setTargetAddress: (id, value) => soon(() => { const m = mailboxes.get(id); if (!m) return 'gone' as const; mailboxes.set(id, { ...m, targetAddress: value }); return 'done' as const; }),
    };
    return { side, mailboxes, answer: async (): Promise<void> => { for (const one of open.splice(0)) one(); for (let i = 0; i < 10; i++) await Promise.resolve(); } };
  }
  it('holds its place until then, and its time counts from the question', async () => {
    const seed = bothSides(['anna', 'bert']);
    const { side, answer, mailboxes } = late(seed);
    const rig = await migrationRig(seed, { onPremises: side });
    await startBatch(rig, 'B', csvOf(['anna', 'bert']), { endpoint: { MaxConcurrentMigrations: 1 } });
    rig.sim.advance(3 * HOUR);
    expect(await statuses(rig)).toEqual({ anna: 'Validating', bert: 'Queued' });
    for (let i = 0; i < 20; i++) await answer();
    await rig.sim.onPremisesQuiet();
    expect(await statuses(rig)).toEqual({ anna: 'Synced', bert: 'Synced' });
    expect([...mailboxes.values()].map((m) => m.targetAddress)).toEqual(['SMTP:anna@staged.onmicrosoft.com', 'SMTP:bert@staged.onmicrosoft.com']);
    expect(await batchOf(rig, 'B')).toMatchObject({ InitialSyncDuration: '00:07:40' });
  });
  it('gives the place of one that fails to the next as of that time', async () => {
    const seed = bothSides(['anna', 'bert']);
    const { side, answer, mailboxes } = late(seed);
    for (const [id, m] of mailboxes) if (m.address === addressOf('anna')) mailboxes.delete(id);
    const rig = await migrationRig(seed, { onPremises: side });
    await startBatch(rig, 'B', csvOf(['anna', 'bert']), { endpoint: { MaxConcurrentMigrations: 1 } });
    rig.sim.advance(HOUR);
    for (let i = 0; i < 20; i++) await answer();
    expect([await statuses(rig), (await batchOf(rig, 'B'))['InitialSyncDuration']]).toEqual([{ anna: 'Failed', bert: 'Synced' }, '00:04:10']);
  });
  it('stopped meanwhile: makes no mailbox; a forwarding that was written is known', async () => {
    const seed = bothSides(['anna']);
    const { side, answer } = late(seed);
    const rig = await migrationRig(seed, { onPremises: side });
    await startBatch(rig, 'B', csvOf(['anna']));
    rig.sim.advance(95_000);
    await answer();
    rig.sim.advance(0);
    expect(await statuses(rig)).toEqual({ anna: 'Provisioning' });
    await rig.first('Stop-MigrationBatch', { Identity: 'B' });
    rig.sim.advance(MINUTE);
    await answer();
    expect([await statuses(rig), (await rig.first('Get-Recipient', { Identity: addressOf('anna') }))['RecipientTypeDetails']]).toEqual([{ anna: 'Stopped' }, 'MailUser']);
    await rig.first('Start-MigrationBatch', { Identity: 'B' });
    rig.sim.advance(91_000);
    await answer();
    rig.sim.advance(9_000);
    await rig.first('Stop-MigrationBatch', { Identity: 'B' });
    await answer();
    rig.sim.advance(MINUTE);
    expect(rig.sim.migration().users.map((u) => [u.status, u.step])).toEqual([['Stopped', 'data']]);
  });
  it('that fails to answer fails the user, not the service', async () => {
    const seed = bothSides(['anna']);
    const side: OnPremises = { servers: () => onPremisesSeed.parse(seed.onPremises).servers, find: () => Promise.reject(new Error('down')), setTargetAddress: () => 'gone' };
    const rig = await migrationRig(seed, { onPremises: side });
    await startBatch(rig, 'B', csvOf(['anna']));
    rig.sim.advance(HOUR);
    await rig.sim.onPremisesQuiet();
    expect(await userOf(rig, 'anna')).toMatchObject({ Status: 'Failed', ErrorSummary: "Couldn't connect to the source mailbox." });
    expect(await rig.refused('Test-MigrationServerAvailability', { ...MANUAL, TestMailbox: addressOf('anna') })).toMatch(/^501/);
  });
});

describe('an order whose answer is lost', () => {
  it('took effect once, and the name tells', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await startBatch(rig, 'Other', csv('EmailAddress', 'other@example.com'));
    rig.sim.setFaults('reset-after=1@/adminapi/New-MigrationBatch');
    await expect(rig.run('New-MigrationBatch', { Name: 'B', SourceEndpoint: 'Old', CSVData: csvOf(['anna']) })).rejects.toThrow(/fetch failed/);
    rig.sim.setFaults('');
    expect(await batchOf(rig, 'B')).toMatchObject({ Status: 'Created', TotalCount: 1 });
    expect(await rig.refused('New-MigrationBatch', { Name: 'B', SourceEndpoint: 'Old', CSVData: csvOf(['anna']) })).toMatch(/already exists/);
    expect(rig.sim.stats.cmdlets).toMatchObject({ 'New-MigrationBatch': 2, 'New-MigrationEndpoint': 1 });
  });
});

describe('an on-premises side in memory', () => {
  it('finds recipients by the addresses that they have now', async () => {
    const side = (await migrationRig(bothSides(['anna']))).sim.onPremises;
    const found = (name: string): number | undefined => side?.find(addressOf(name).toUpperCase()).length;
    expect([found('anna'), found('bert'), found('alias')]).toEqual([1, 0, 0]);
    side?.put({ mailboxes: [mailbox('bert', { addresses: [addressOf('anna')] })] });
    expect([found('anna'), found('bert')]).toEqual([2, 1]);
    side?.change(addressOf('bert'), { addresses: [addressOf('alias')] });
    expect([found('anna'), found('bert'), found('alias')]).toEqual([1, 1, 1]);
    side?.remove(addressOf('bert'));
    expect([found('anna'), found('bert'), found('alias')]).toEqual([1, 0, 0]);
  });
});

describe('the controls of the page', () => {
  it('change the on-premises side of a process, move its time and tell its mails', async () => {
    const sim = await startSimulator({ quotas: 'off', signingKeyPem, seed: bothSides(['anna']) });
    onTestFinished(() => sim.close());
    const send = async (address: string, body: unknown): Promise<{ status: number; body: unknown }> => { const reply = await fetch(`${sim.url}/simulator/${address}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }); return { status: reply.status, body: await reply.json() }; };
    const read = async (address: string): Promise<string> => await (await fetch(`${sim.url}/simulator/${address}`)).text();
    expect((await send('on-premises', { mailboxes: [{ ...mailbox('bert'), items: 7 }] })).status).toBe(200);
    expect(sim.onPremises?.find(addressOf('bert'))).toMatchObject([{ items: 7, kind: 'user' }]);
    expect((await send('on-premises', { mailboxes: [{ id: 'x' }] })).status).toBe(400);
    expect((await send('on-premises', { mailboxes: [], wrong: 1 })).status).toBe(400);
    expect((await send('clock', { advanceMs: 5 })).status).toBe(200);
    const shown = await read('on-premises.json');
    expect(shown).toContain('CORP\\\\migrator');
    expect(shown).not.toContain(PASSWORD);
    expect(JSON.parse(await read('mail.json'))).toEqual({ mails: [] });
    expect(sim.state().migration).toEqual({ endpoints: 0, mails: 0, batches: [] });
  });
});
