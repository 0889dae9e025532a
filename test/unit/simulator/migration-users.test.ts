import { describe, expect, it } from 'vitest';
import type { ExchangeRig } from './exchange-support.ts';
import { addressOf, batchOf, bothSides, csv, csvOf, exported, guidOfMailbox, HOUR, mailbox, MANUAL, migrationRig, MINUTE, onPremisesOf, sourceId, startBatch, statisticsOf, statuses, userOf, type Mailbox } from './migration-support.ts';

const NO_CLOUD = "A valid primary e-mail address couldn't be found in the cloud-based service.";
const noSource = (name: string): string => `A source e-mail address ${addressOf(name)} couldn't be found in the on-premises domain.`;

/** How one row ends. */
async function ended(mine: Partial<Mailbox> | 'none', more: { readonly exported?: Record<string, string | string[] | null>; readonly csv?: string; readonly before?: (rig: ExchangeRig) => Promise<void> | void } = {}) {
  const rig = await migrationRig(bothSides(['anna'], { ...(mine === 'none' ? {} : { mailboxes: [mailbox('anna', mine)] }), ...(more.exported ? { exported: { anna: more.exported } } : {}) }));
  if (mine === 'none') rig.sim.onPremises?.remove(sourceId('anna'));
  await more.before?.(rig);
  await startBatch(rig, 'B', more.csv ?? csvOf(['anna']));
  rig.sim.advance(HOUR);
  const { Status, ErrorSummary } = await userOf(rig, 'anna');
  const recipient = (await rig.run('Get-Recipient', { Identity: addressOf('anna') })).rows[0]?.['RecipientTypeDetails'];
  expect(rig.defects).toEqual([]);
  return { rig, status: Status, error: ErrorSummary, recipient, target: onPremisesOf(rig, 'anna')?.targetAddress ?? null, batch: (await batchOf(rig, 'B'))['Status'] };
}

describe('a mailbox that cannot be migrated', () => {
  it.each([
    ['is not there', 'none' as const, noSource('anna')],
    ['is hidden', { hidden: true }, noSource('anna')],
    ['has the address as a secondary one', { address: 'anna.old@example.com', addresses: [addressOf('anna')] }, noSource('anna')],
    ['is a group', { kind: 'group' as const }, noSource('anna')],
    ['is a contact', { kind: 'contact' as const }, noSource('anna')],
    ['is a mail user', { kind: 'mail user' as const }, noSource('anna')],
    ['is linked', { kind: 'linked' as const }, `The on-premises mailbox ${addressOf('anna')} is a linked mailbox, which can't be migrated.`],
    ['has unified messaging', { um: true }, `The on-premises mailbox ${addressOf('anna')} is enabled for unified messaging. Disable unified messaging before you migrate it.`],
    ['is of another mail user', { mailboxGuid: guidOfMailbox('zoe') }, `The mail user with the address ${addressOf('anna')} in the cloud-based service belongs to another on-premises mailbox.`],
  ])('%s: fails before anything is written', async (_name, mine, error) => {
    expect(await ended(mine)).toMatchObject({ status: 'Failed', error, recipient: 'MailUser', target: null, batch: 'SyncedwithErrors' });
  });
  it('that two recipients share is not found', async () => {
    const got = await ended({}, { before: (rig) => { rig.sim.onPremises?.put({ mailboxes: [mailbox('bert', { addresses: [addressOf('anna')] })] }); } });
    expect(got).toMatchObject({ status: 'Failed', error: `${noSource('anna')} Several recipients have it.`, target: null });
  });
  it('has no mail user in the cloud, or one with another primary address', async () => {
    const none = await ended({}, { csv: csv('EmailAddress', 'dora@example.com', addressOf('anna')), before: (rig) => { rig.sim.onPremises?.put({ mailboxes: [mailbox('dora')] }); } });
    expect(await userOf(none.rig, 'dora')).toMatchObject({ Status: 'Failed', ErrorSummary: NO_CLOUD });
    expect(none.status).toBe('Synced');
    expect(await ended({}, { exported: { mail: 'other@example.com', proxyAddresses: ['SMTP:other@example.com', `smtp:${addressOf('anna')}`] } })).toMatchObject({ status: 'Failed', error: NO_CLOUD, target: null });
    expect(await ended({}, { exported: { msExchMailboxGuid: null } })).toMatchObject({ status: 'Synced' });
  });
  it('has a mailbox in the cloud that no migration made', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await rig.first('New-Mailbox', { Name: 'Dora', Shared: true, PrimarySmtpAddress: 'dora@example.com' });
    rig.sim.onPremises?.put({ mailboxes: [mailbox('dora')] });
    await startBatch(rig, 'B', csvOf(['dora']));
    rig.sim.advance(HOUR);
    expect(await userOf(rig, 'dora')).toMatchObject({ Status: 'Failed', ErrorSummary: `The cloud-based service already has a mailbox with the address ${addressOf('dora')} that wasn't migrated from this on-premises mailbox.` });
  });
  it('is another one than the mailbox that was migrated to this address', async () => {
    const { rig } = await ended({});
    await rig.first('Remove-MigrationBatch', { Identity: 'B' });
    rig.sim.advance(2 * MINUTE);
    rig.sim.onPremises?.remove(sourceId('anna'));
    rig.sim.onPremises?.put({ mailboxes: [mailbox('anna', { id: sourceId('successor') })] });
    await startBatch(rig, 'C', csvOf(['anna']));
    rig.sim.advance(10 * MINUTE);
    expect((await userOf(rig, 'anna'))['ErrorSummary']).toMatch(/already has a mailbox .* that wasn't migrated from this on-premises mailbox/);
    expect(onPremisesOf(rig, 'anna')?.targetAddress).toBeNull();
  });
  it('gets no password that a federated user cannot have, or that is too weak', async () => {
    const federated = { userPrincipalName: 'anna@fed.example' };
    const file = (password: string, force: string): string => csv('EmailAddress,Password,ForceChangePassword', `${addressOf('anna')},${password},${force}`);
    const forced = await ended({}, { exported: federated, csv: file('Abcdefgh1!', 'True') });
    expect(forced).toMatchObject({ status: 'Failed', recipient: 'MailUser', target: null });
    expect(forced.error).toMatch(/^A Windows Live error occurred while provisioning for anna@example\.com\..*0x80048201/);
    expect(await ended({}, { exported: federated, csv: file('Abcdefgh1!', 'False') })).toMatchObject({ status: 'Synced' });
    expect((await ended({}, { csv: file('abcdefghij', 'True') })).error).toMatch(/password doesn't meet the requirements/);
    const { rig, status } = await ended({}, { csv: file('Abcdefgh1!', 'True') });
    expect([status, rig.sim.migration().provisioned.map((p) => p.passwordSet)]).toEqual(['Synced', [true]]);
  });
});

describe('a mailbox whose migration fails on its way', () => {
  it('keeps what was made, and goes on from there: the right on targetAddress', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await startBatch(rig, 'B', csvOf(['anna']), { endpoint: { Credentials: { ...MANUAL.Credentials, UserName: 'CORP\\weak' } } });
    rig.sim.advance(HOUR);
    expect(await userOf(rig, 'anna')).toMatchObject({ Status: 'Failed', ErrorSummary: expect.stringMatching(/couldn't set the TargetAddress property .* CORP\\weak needs permission/) as string });
    expect(await rig.first('Get-Recipient', { Identity: addressOf('anna') })).toMatchObject({ RecipientTypeDetails: 'UserMailbox' });
    expect(onPremisesOf(rig, 'anna')?.targetAddress).toBeNull();
    await rig.first('Set-MigrationEndpoint', { Identity: 'Old', Credentials: MANUAL.Credentials });
    await rig.first('Start-MigrationUser', { Identity: addressOf('anna') });
    expect([await statuses(rig), (await batchOf(rig, 'B'))['Status']]).toEqual([{ anna: 'ProvisionUpdating' }, 'Syncing']);
    rig.sim.advance(HOUR);
    expect([await statuses(rig), (await batchOf(rig, 'B'))['Status'], onPremisesOf(rig, 'anna')?.targetAddress]).toEqual([{ anna: 'Synced' }, 'Synced', 'SMTP:anna@staged.onmicrosoft.com']);
  });
  it.each([['no grants', { grants: 'none' as const }], ['a sign-in that fails', { fails: 'sign in' as const }]])('%s: forwarding is set, nothing is copied; starting the batch tries again', async (_name, mine) => {
    const { rig, status, error, target } = await ended(mine);
    expect({ status, error, target }).toEqual({ status: 'Failed', error: "Microsoft Exchange couldn't sign in to the user's on-premises account.", target: 'SMTP:anna@staged.onmicrosoft.com' });
    expect(await statisticsOf(rig, 'anna')).toMatchObject({ SyncedItemCount: 0, BytesTransferred: '0 B (0 bytes)', Error: error });
    rig.sim.onPremises?.change(sourceId('anna'), { grants: 'full access', fails: null });
    await rig.first('Start-MigrationBatch', { Identity: 'B' });
    rig.sim.advance(HOUR);
    expect([await statuses(rig), (await batchOf(rig, 'B'))['Status']]).toEqual([{ anna: 'Synced' }, 'Synced']);
  });
  it('a connection that drops: goes on from 60 percent and reads nothing twice', async () => {
    const { rig, status, error } = await ended({ fails: 'drops', items: 1001, sizeBytes: 30 * 1024 ** 2 });
    expect({ status, error }).toEqual({ status: 'Failed', error: "Couldn't connect to the source mailbox." });
    expect(await statisticsOf(rig, 'anna')).toMatchObject({ SyncedItemCount: 600, PercentageComplete: 60, BytesTransferred: '18 MB (18,874,368 bytes)' });
    await rig.first('Start-MigrationUser', { Identity: addressOf('anna') });
    rig.sim.advance(HOUR);
    expect(await statisticsOf(rig, 'anna')).toMatchObject({ Status: 'Synced', SyncedItemCount: 1001, BytesTransferred: '30 MB (31,457,280 bytes)' });
    expect(rig.sim.migration().provisioned[0]).toMatchObject({ copied: 1, itemsRead: 1001 });
  });
  it('a source that stalls: ends half an hour later, and says so', async () => {
    const { rig } = await ended({ fails: 'stalls' });
    expect(await statisticsOf(rig, 'anna')).toMatchObject({ Status: 'Synced', TotalStalledDuration: '00:30:00' });
    const again = await migrationRig(bothSides(['anna'], { mailboxes: [mailbox('anna', { fails: 'stalls' })] }));
    await startBatch(again, 'B', csvOf(['anna']));
    again.sim.advance(125_000 + 10 * MINUTE);
    expect(await statisticsOf(again, 'anna')).toMatchObject({ Status: 'Syncing', TotalStalledDuration: '00:10:00', SyncedItemCount: 0 });
  });
  it.each([[40_000], [100_000], [110_000], [185_000]])('an account that is deleted after %i ms: nothing is left to migrate to', async (ms) => {
    const rig = await migrationRig(bothSides(['anna']));
    await startBatch(rig, 'B', csvOf(['anna']));
    rig.sim.advance(ms);
    rig.sim.synchronise([{ type: 'user', sourceAnchor: 'anchor-anna', operation: 'delete' }]);
    rig.sim.advance(MINUTE - 1000);
    // Told at the end of the step; a copy is not begun.
    expect((await userOf(rig, 'anna'))['Status']).toBe(ms < 125_000 ? 'Failed' : 'Syncing');
    rig.sim.advance(HOUR);
    expect(await userOf(rig, 'anna')).toMatchObject({ Status: 'Failed', ErrorSummary: NO_CLOUD });
    expect(rig.defects).toEqual([]);
  });
  it('a server that is gone: its mailboxes cannot be connected to', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await startBatch(rig, 'B', csvOf(['anna']));
    rig.sim.advance(110_000);
    rig.sim.onPremises?.put({ servers: [], mailboxes: [] });
    rig.sim.advance(HOUR);
    expect(await userOf(rig, 'anna')).toMatchObject({ Status: 'Failed', ErrorSummary: "Couldn't connect to the source mailbox." });
  });
});

describe('stop and start', () => {
  /** Ends of the steps: start 30 s, validation 5, provisioning 60, forwarding 10, sign-in 20, then the copy (120 s for 10 MB). */
  it.each([
    [15, 'MailUser', null, 0], [32, 'MailUser', null, 0], [90, 'MailUser', null, 0], [100, 'UserMailbox', null, 0], [110, 'UserMailbox', 'SMTP:anna@staged.onmicrosoft.com', 0], [185, 'UserMailbox', 'SMTP:anna@staged.onmicrosoft.com', 50],
  ])('after %i s leaves %s, forwarding %s, %i items, and goes on there', async (seconds, recipient, target, items) => {
    const rig = await migrationRig(bothSides(['anna', 'bert'], { mailboxes: [mailbox('anna', { items: 100 })] }));
    await startBatch(rig, 'B', csvOf(['anna', 'bert']));
    rig.sim.advance(seconds * 1000);
    await rig.first('Stop-MigrationBatch', { Identity: 'B' });
    rig.sim.advance(MINUTE);
    const seen = async () => ({ batch: (await batchOf(rig, 'B'))['Status'], users: await statuses(rig), recipient: (await rig.first('Get-Recipient', { Identity: addressOf('anna') }))['RecipientTypeDetails'], target: onPremisesOf(rig, 'anna')?.targetAddress, items: (await statisticsOf(rig, 'anna'))['SyncedItemCount'] });
    const stopped = { batch: 'Stopped', users: { anna: 'Stopped', bert: 'Stopped' }, recipient, target, items };
    expect(await seen()).toEqual(stopped);
    rig.sim.advance(10 * HOUR);
    expect(await seen()).toEqual(stopped);
    const before = rig.sim.snapshot();
    await rig.first('Start-MigrationBatch', { Identity: 'B' });
    rig.sim.advance(HOUR);
    expect(await seen()).toEqual({ batch: 'Synced', users: { anna: 'Synced', bert: 'Synced' }, recipient: 'UserMailbox', target: 'SMTP:anna@staged.onmicrosoft.com', items: 100 });
    expect(rig.sim.migration().provisioned.map((p) => p.itemsRead)).toEqual([100, 100]);
    expect(JSON.stringify(before).includes('bert@staged.onmicrosoft.com')).toBe(seconds >= 95);
  });
  it('of a synced batch leaves the synced users; starting it again tries the failed ones only', async () => {
    const rig = await migrationRig(bothSides(['anna', 'bert'], { mailboxes: [mailbox('bert', { grants: 'none' })] }));
    await startBatch(rig, 'B', csvOf(['anna', 'bert']));
    rig.sim.advance(HOUR);
    await rig.first('Stop-MigrationBatch', { Identity: 'B' });
    expect([await statuses(rig), (await batchOf(rig, 'B'))['Status']]).toEqual([{ anna: 'Synced', bert: 'Failed' }, 'Stopped']);
    rig.sim.onPremises?.change(sourceId('bert'), { grants: 'receive as' });
    await rig.first('Start-MigrationBatch', { Identity: 'B' });
    rig.sim.advance(31_000);
    expect(await statuses(rig)).toEqual({ anna: 'Synced', bert: 'Syncing' });
    rig.sim.advance(HOUR);
    expect(await statuses(rig)).toEqual({ anna: 'Synced', bert: 'Synced' });
  });
  it('of one user: the others go on, and the batch ends with errors', async () => {
    const rig = await migrationRig(bothSides(['anna', 'bert']));
    await startBatch(rig, 'B', csvOf(['anna', 'bert']));
    rig.sim.advance(40_000);
    await rig.first('Stop-MigrationUser', { Identity: addressOf('anna') });
    expect(await statuses(rig)).toEqual({ anna: 'Stopping', bert: 'Provisioning' });
    rig.sim.advance(HOUR);
    expect([await statuses(rig), (await batchOf(rig, 'B'))['Status']]).toEqual([{ anna: 'Stopped', bert: 'Synced' }, 'SyncedwithErrors']);
    await rig.first('Start-MigrationUser', { Identity: addressOf('anna') });
    rig.sim.advance(HOUR);
    expect([await statuses(rig), (await batchOf(rig, 'B'))['Status']]).toEqual([{ anna: 'Synced', bert: 'Synced' }, 'Synced']);
  });
});

describe('single users', () => {
  it('are removed unless they are at work, and may join another batch, which goes on where the first one ended', async () => {
    const rig = await migrationRig(bothSides(['anna', 'bert'], { mailboxes: [mailbox('anna', { fails: 'drops' })] }));
    await startBatch(rig, 'B', csvOf(['anna', 'bert']));
    rig.sim.advance(40_000);
    expect(await rig.refused('Remove-MigrationUser', { Identity: addressOf('bert') })).toMatch(/can't be removed because its status is Provisioning\. Stop it first/);
    rig.sim.advance(HOUR);
    await rig.first('Remove-MigrationUser', { Identity: addressOf('anna') });
    expect((await userOf(rig, 'anna'))['Status']).toBe('Removing');
    rig.sim.advance(2 * MINUTE);
    expect(await statuses(rig)).toEqual({ bert: 'Synced' });
    await startBatch(rig, 'Second', csvOf(['anna']));
    rig.sim.advance(HOUR);
    expect(await statuses(rig, 'Second')).toEqual({ anna: 'Synced' });
    expect(rig.sim.migration().provisioned.find((p) => p.address === addressOf('anna'))).toMatchObject({ itemsRead: 100, copied: 1 });
  });
  it('that were migrated before get their forwarding again, and nothing else', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await startBatch(rig, 'B', csvOf(['anna']));
    rig.sim.advance(HOUR);
    const guid = (await rig.first('Get-Mailbox', { Identity: addressOf('anna') }))['ExchangeGuid'];
    await rig.first('Remove-MigrationBatch', { Identity: 'B' });
    rig.sim.advance(2 * MINUTE);
    rig.sim.onPremises?.change(sourceId('anna'), { targetAddress: null });
    await startBatch(rig, 'Again', csvOf(['anna']));
    rig.sim.advance(HOUR);
    expect([await statuses(rig), onPremisesOf(rig, 'anna')?.targetAddress, (await rig.first('Get-Mailbox', { Identity: addressOf('anna') }))['ExchangeGuid'], rig.sim.migration().provisioned.map((p) => p.itemsRead)])
      .toEqual([{ anna: 'Synced' }, 'SMTP:anna@staged.onmicrosoft.com', guid, [100]]);
  });
  it.each([
    ['Start', 'a synced one', HOUR, /can't be started because its status is Synced/], ['Stop', 'a synced one', HOUR, /can't be stopped because its status is Synced/],
    ['Start', 'one at work', 40_000, /can't be started because its status is Provisioning/], ['Stop', 'one whose batch starts', 0, /can't be stopped because its status is Queued/],
  ])('%s refuses %s', async (verb, _name, ms, told) => {
    const rig = await migrationRig(bothSides(['anna']));
    await startBatch(rig, 'B', csvOf(['anna']));
    rig.sim.advance(ms);
    expect(await rig.refused(`${verb}-MigrationUser`, { Identity: addressOf('anna') })).toMatch(told);
    expect(await rig.refused(`${verb}-MigrationUser`, { Identity: 'nobody@example.com' })).toMatch(/^404/);
  });
  it('become what they are on premises, and have an address at the initial domain that nobody else has', async () => {
    const rig = await migrationRig(bothSides(['room', 'beamer', 'info'], { mailboxes: [mailbox('room', { kind: 'room' }), mailbox('beamer', { kind: 'equipment' }), mailbox('info', { kind: 'shared' })], seed: { users: [{ id: '77777777-0000-4000-8000-000000000001', properties: { displayName: 'x', mailNickname: 'x', userPrincipalName: 'x@staged.onmicrosoft.com', proxyAddresses: ['SMTP:info@staged.onmicrosoft.com'] } }] } }));
    await startBatch(rig, 'B', csvOf(['room', 'beamer', 'info']));
    rig.sim.advance(HOUR);
    const rows = await Promise.all(['room', 'beamer', 'info'].map((n) => rig.first('Get-Mailbox', { Identity: addressOf(n) })));
    expect(rows.map((r) => r['RecipientTypeDetails'])).toEqual(['RoomMailbox', 'EquipmentMailbox', 'SharedMailbox']);
    expect(onPremisesOf(rig, 'info')?.targetAddress).toMatch(/^SMTP:info\d{4}@staged\.onmicrosoft\.com$/);
    expect((rows.at(-1)?.['EmailAddresses'] as string[] | undefined ?? []).map((a) => `SMTP:${a.slice(5)}`)).toContain(onPremisesOf(rig, 'info')?.targetAddress);
  });
  it('keep mailbox, addresses and anchor when the directory is synchronised again', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    await startBatch(rig, 'B', csvOf(['anna']));
    rig.sim.advance(HOUR);
    rig.sim.synchronise([exported('anna', { displayName: 'Anna B', targetAddress: 'SMTP:anna@staged.onmicrosoft.com' })]);
    expect(await rig.first('Get-Mailbox', { Identity: addressOf('anna') })).toMatchObject({ DisplayName: 'Anna B', ExchangeGuid: guidOfMailbox('anna'), EmailAddresses: ['SMTP:anna@example.com', 'smtp:anna@staged.onmicrosoft.com'] });
  });
});
