import { describe, expect, it } from 'vitest';
import type { ExchangeRig } from './exchange-support.ts';
import { addressOf, batchOf, bothSides, csv, csvOf, DAY, HOUR, mailbox, MANUAL, migrationRig, MINUTE, START, startBatch, statuses } from './migration-support.ts';

/** Brings a batch `B` of anna into a state; in the ones with errors dora has no mailbox on premises. */
const REACH: Readonly<Record<string, (rig: ExchangeRig) => Promise<void>>> = {
  Created: async (rig) => { await startBatch(rig, 'B', csvOf(['anna']), { batch: { AutoStart: false } }); },
  Waiting: async (rig) => { await startBatch(rig, 'B', csvOf(['anna']), { batch: { StartAfter: new Date(START + 10 * DAY).toISOString() } }); },
  Starting: async (rig) => { await startBatch(rig, 'B', csvOf(['anna'])); },
  Syncing: async (rig) => { await REACH['Starting']?.(rig); rig.sim.advance(30_000); },
  Synced: async (rig) => { await REACH['Starting']?.(rig); rig.sim.advance(HOUR); },
  SyncedwithErrors: async (rig) => { await startBatch(rig, 'B', csvOf(['anna', 'ghost'])); rig.sim.advance(HOUR); },
  Stopping: async (rig) => { await REACH['Syncing']?.(rig); await rig.first('Stop-MigrationBatch', { Identity: 'B' }); },
  Stopped: async (rig) => { await REACH['Stopping']?.(rig); rig.sim.advance(MINUTE); },
  Failed: async (rig) => { rig.sim.onPremises?.put({ servers: [], mailboxes: [] }); await startBatch(rig, 'B', csvOf(['anna']), { endpoint: { SkipVerification: true } }); rig.sim.advance(MINUTE); },
  Completing: async (rig) => { await REACH['Synced']?.(rig); await rig.first('Complete-MigrationBatch', { Identity: 'B' }); },
  Completed: async (rig) => { await REACH['Completing']?.(rig); rig.sim.advance(MINUTE); },
  Removing: async (rig) => { await REACH['Stopped']?.(rig); await rig.first('Remove-MigrationBatch', { Identity: 'B' }); },
};

/** What each cmdlet makes of each state, at once and a while later; absent: refused. */
const ARROWS: Readonly<Record<string, Readonly<Partial<Record<'Start' | 'Stop' | 'Complete' | 'Remove', readonly [string, string]>>>>> = {
  Created: { Start: ['Starting', 'Synced'], Remove: ['Removing', 'gone'] },
  Waiting: { Stop: ['Stopping', 'Stopped'] },
  Starting: { Stop: ['Stopping', 'Stopped'] },
  Syncing: { Stop: ['Stopping', 'Stopped'] },
  Synced: { Start: ['Starting', 'Synced'], Stop: ['Stopped', 'Stopped'], Complete: ['Completing', 'Completed'], Remove: ['Removing', 'gone'] },
  SyncedwithErrors: { Start: ['Starting', 'SyncedwithErrors'], Stop: ['Stopped', 'Stopped'], Complete: ['Completing', 'CompletedWithErrors'], Remove: ['Removing', 'gone'] },
  Stopping: {},
  Stopped: { Start: ['Starting', 'Synced'], Remove: ['Removing', 'gone'] },
  Failed: { Start: ['Starting', 'Failed'], Remove: ['Removing', 'gone'] },
  // A repetition within eight hours is passed over.
  Completing: { Complete: ['Completing', 'Completed'] },
  Completed: { Complete: ['Completed', 'Completed'], Remove: ['Removing', 'gone'] },
  Removing: {},
};

async function stateOf(rig: ExchangeRig): Promise<string> {
  const reply = await rig.run('Get-MigrationBatch', { Identity: 'B' });
  return reply.status === 404 ? 'gone' : String(reply.rows[0]?.['Status']);
}

describe('a migration batch of the simulated Exchange Online', () => {
  const cells = Object.keys(ARROWS).flatMap((state) => (['Start', 'Stop', 'Complete', 'Remove'] as const).map((verb) => ({ state, verb, to: ARROWS[state]?.[verb] })));
  it.each(cells)('$state: $verb leads to $to', async ({ state, verb, to }) => {
    const rig = await migrationRig(bothSides(['anna']));
    await REACH[state]?.(rig);
    expect(await stateOf(rig)).toBe(state);
    const reply = await rig.run(`${verb}-MigrationBatch`, { Identity: 'B' });
    if (to === undefined) {
      expect(`${reply.status} ${reply.told}`).toMatch(new RegExp(`^400 .*'B' can't be .* because its status is ${state}`));
      expect(await stateOf(rig)).toBe(state);
      return;
    }
    expect(reply.status).toBe(200);
    const [first, later] = [await stateOf(rig), (rig.sim.advance(2 * HOUR), await stateOf(rig))];
    expect([first, later]).toEqual(to);
    if (later === 'gone') expect(await statuses(rig)).toEqual({});
    expect(rig.defects).toEqual([]);
  });

  it('waits for its time', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await REACH['Waiting']?.(rig);
    rig.sim.advance(10 * DAY - 1000);
    expect(await stateOf(rig)).toBe('Waiting');
    rig.sim.advance(1000);
    expect(await stateOf(rig)).toBe('Starting');
    rig.sim.advance(HOUR);
    expect(await batchOf(rig, 'B')).toMatchObject({ Status: 'Synced', StartDateTime: new Date(START + 10 * DAY).toISOString() });
  });
  it('says how long it took, whenever it is asked', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await startBatch(rig, 'B', csvOf(['anna']));
    rig.sim.advance(5 * HOUR);
    // 30 s to start, 5 + 60 + 10 + 20 s of steps, 10 MB at 300 MB an hour.
    expect(await batchOf(rig, 'B')).toMatchObject({ InitialSyncDuration: '00:04:05', InitialSyncDateTime: new Date(START + 245_000).toISOString() });
  });
  it('warns that a staged migration needs no completion', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await REACH['Synced']?.(rig);
    expect((await rig.run('Complete-MigrationBatch', { Identity: 'B' })).warnings[0]).toMatch(/needs no completion/);
  });
  it('does nothing with -WhatIf', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await REACH['Synced']?.(rig);
    await rig.first('Remove-MigrationBatch', { Identity: 'B', WhatIf: true });
    await rig.first('New-MigrationBatch', { Name: 'C', SourceEndpoint: 'Old', CSVData: csv('EmailAddress', 'x@example.com'), WhatIf: true });
    expect((await rig.run('Get-MigrationBatch')).rows.map((r) => r['Identity'])).toEqual(['B']);
  });
});

describe('New-MigrationBatch', () => {
  const A = addressOf('anna');
  it.each([
    ['an empty file', csv(''), /MigrationCSVParsingException\|The CSV file is empty/],
    ['a header alone', csv('EmailAddress'), /contains no rows/],
    ['2,001 rows', csv('EmailAddress', ...Array.from({ length: 2001 }, (_, i) => `p${i}@example.com`)), /contains 2001 rows\. The maximum is 2000/],
    ['no EmailAddress', csv('Password', 'Abcdefgh1!'), /required column "EmailAddress"/],
    ['a column it does not know', csv('EmailAddress,UserName', `${A},x`), /column "UserName" .* is unknown/],
    ['a column twice', csv('EmailAddress,emailaddress', `${A},${A}`), /appears more than once in the header/],
    ['rows of another width', csv('EmailAddress,Password', A), /Row 1 of the CSV file has 1 columns, its header 2/],
    ['semicolons', csv('EmailAddress;Password', `${A};Abcdefgh1!`), /required column "EmailAddress"/],
    ['a quotation mark that stays open', csv('EmailAddress', `"${A}`), /never closed/],
    ['another encoding', Buffer.from('EmailAddress\r\nm\u00fcller@example.com', 'latin1').toString('base64'), /neither ASCII nor UTF-8/],
    ['no row that is left', csv('EmailAddress', 'nobody'), /MigrationCSVRowValidationException\|.*no row that can be migrated\. Row 1: "nobody" isn't a valid SMTP address/],
    ['no file, which would be a cutover', undefined, /^501 .*cutover/],
  ])('refuses %s', async (_name, CSVData, told) => {
    const rig = await migrationRig(bothSides(['anna']));
    await REACH['Created']?.(rig);
    await rig.first('Remove-MigrationBatch', { Identity: 'B' });
    rig.sim.advance(HOUR);
    expect(await rig.refused('New-MigrationBatch', { Name: 'C', SourceEndpoint: 'Old', ...(CSVData === undefined ? {} : { CSVData }) })).toMatch(told);
    expect((await rig.run('Get-MigrationBatch')).rows).toEqual([]);
  });
  it('takes 2,000 rows, UTF-16 with a mark, quotation marks, columns in any order and case, and unknown ones when it is told to', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await startBatch(rig, 'Many', csv('EmailAddress', ...Array.from({ length: 2000 }, (_, i) => `p${i}@example.com`), ''));
    expect(await batchOf(rig, 'Many')).toMatchObject({ TotalCount: 2000 });
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('FORCECHANGEPASSWORD,"emailaddress",Password,Team\nFalse,"q1@example.com","a ""b"", c 1A",x', 'utf16le')]).toString('base64');
    await startBatch(rig, 'Wide', wide, { batch: { AllowUnknownColumnsInCsv: true } });
    expect(await batchOf(rig, 'Wide')).toMatchObject({ TotalCount: 1, ValidationWarningCount: 0 });
  });
  it('refuses a tenant without directory synchronisation, a name that is taken, an unknown endpoint and the 101st batch', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await REACH['Created']?.(rig);
    expect(await rig.refused('New-MigrationBatch', { Name: 'b', SourceEndpoint: 'Old', CSVData: csv('EmailAddress', 'x@example.com') })).toMatch(/name 'b' already exists/);
    expect(await rig.refused('New-MigrationBatch', { Name: 'C', SourceEndpoint: 'None', CSVData: csv('EmailAddress', 'x@example.com') })).toMatch(/^404/);
    for (let i = 1; i < 100; i++) await rig.first('New-MigrationBatch', { Name: `N${i}`, SourceEndpoint: 'Old', CSVData: csv('EmailAddress', `x${i}@example.com`) });
    expect(await rig.refused('New-MigrationBatch', { Name: 'N100', SourceEndpoint: 'Old', CSVData: csv('EmailAddress', 'y@example.com') })).toMatch(/100 migration batches already/);
    const { synchronised: _, ...without } = bothSides(['anna']);
    const cloud = await migrationRig(without);
    const { RPCProxyServer, ...manual } = MANUAL;
    await cloud.first('New-MigrationEndpoint', { ...manual, RpcProxyServer: RPCProxyServer, Name: 'Old' });
    expect(await cloud.refused('New-MigrationBatch', { Name: 'B', SourceEndpoint: 'Old', CSVData: csvOf(['anna']) })).toMatch(/MigrationPermanentException\|Directory synchronization isn't enabled/);
  });
  it('leaves out the rows that it does not understand and migrates the others', async () => {
    const rig = await migrationRig(bothSides(['anna', 'carl']));
    await startBatch(rig, 'Other', csvOf(['carl']));
    await startBatch(rig, 'B', csv('EmailAddress,Password,ForceChangePassword', `${A},Abcdefgh1!,False`, 'no-at,Abcdefgh1!,False', ',Abcdefgh1!,False', ' a@example.com,Abcdefgh1!,False', 'b@example.com ,Abcdefgh1!,False',
      `${A.toUpperCase()},Abcdefgh1!,False`, 'c@example.com,short,False', 'd@example.com,,False', 'e@example.com,Abcdefgh1!,maybe', 'f@example.com,Abcdefgh1!,', `${addressOf('carl')},Abcdefgh1!,False`));
    const batch = await batchOf(rig, 'B');
    expect(batch).toMatchObject({ TotalCount: 1, ValidationWarningCount: 10 });
    expect((batch['ValidationWarnings'] as { RowIndex: number; Message: string }[]).map((w) => `${w.RowIndex} ${w.Message}`)).toEqual([
      '2 "no-at" isn\'t a valid SMTP address.', '3 The value of the column "EmailAddress" is empty.', '4 The value " a@example.com" of the column "EmailAddress" begins or ends with a space.', '5 The value "b@example.com " of the column "EmailAddress" begins or ends with a space.',
      '6 The address "ANNA@example.com" appears more than once in the CSV file.'.replace('ANNA@example.com', A.toUpperCase()), '7 The value of the column "Password" has fewer than eight characters.', '8 The value of the column "Password" is empty.',
      '9 The value "maybe" of the column "ForceChangePassword" is neither True nor False.', '10 The value of the column "ForceChangePassword" is empty.', `11 The user '${addressOf('carl')}' is already included in another batch, 'Other'.`,
    ]);
    expect(JSON.stringify(rig.sim.migration())).not.toContain('Abcdefgh1!');
  });
  it('cannot be given what belongs to other kinds of migration', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    for (const [name, value] of [['AutoComplete', true], ['SkipSteps', 'SettingTargetAddress'], ['AllowIncrementalSyncs', true], ['BadItemLimit', '10'], ['CompleteAfter', '2026-05-01']] as const) {
      expect(await rig.refused('New-MigrationBatch', { Name: 'C', SourceEndpoint: 'Old', CSVData: csvOf(['anna']), [name]: value })).toMatch(new RegExp(`^501 .*the parameter ${name}`));
    }
    expect(mailbox('anna').address).toBe(A);
  });
});

describe('time without anybody', () => {
  it('stops a synced batch after 60 days and removes it after 90 more, its mailboxes stay', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await REACH['Synced']?.(rig);
    const seen: string[] = [];
    for (const days of [59, 1, 89, 1]) { rig.sim.advance(days * DAY); seen.push(await stateOf(rig)); }
    expect(seen).toEqual(['Synced', 'Stopped', 'Stopped', 'gone']);
    expect(await rig.first('Get-Recipient', { Identity: addressOf('anna') })).toMatchObject({ ExchangeGuid: expect.any(String) as string });
    expect(await statuses(rig)).toEqual({});
  });
  it('does the same in one leap', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await startBatch(rig, 'B', csvOf(['anna']));
    rig.sim.advance(149 * DAY);
    expect(await stateOf(rig)).toBe('Stopped');
    rig.sim.advance(2 * DAY);
    expect(await stateOf(rig)).toBe('gone');
  });
  it('counts from the last time an administrator did something', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await REACH['Synced']?.(rig);
    rig.sim.advance(50 * DAY);
    await rig.first('Set-MigrationBatch', { Identity: 'B', NotificationEmails: ['ops@example.com'] });
    rig.sim.advance(50 * DAY);
    expect(await stateOf(rig)).toBe('Synced');
  });
  it('removes a completed batch after 60 days, and a stopped or failed one after 90', async () => {
    for (const [state, days] of [['Completed', 60], ['Stopped', 90], ['Failed', 90]] as const) {
      const rig = await migrationRig(bothSides(['anna']));
      await REACH[state]?.(rig);
      rig.sim.advance(days * DAY - 2 * MINUTE);
      expect(await stateOf(rig)).toBe(state);
      rig.sim.advance(2 * MINUTE);
      expect(await stateOf(rig)).toBe('gone');
    }
  });
});
