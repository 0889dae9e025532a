import { describe, expect, it } from 'vitest';
import { addressOf, batchOf, bothSides, csvOf, guidOfMailbox, MANUAL, migrationRig, MINUTE, onPremisesOf, startBatch, statisticsOf, statuses, userOf } from './migration-support.ts';

describe('a staged migration in the simulated Exchange Online', () => {
  it('makes a mailbox of a mail user, forwards on premises, copies and ends', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    expect(await rig.first('Test-MigrationServerAvailability', MANUAL)).toMatchObject({ Result: 'Success', SupportsCutover: true });
    await startBatch(rig, 'First', csvOf(['anna']));
    const seen: string[] = [];
    const look = async (ms: number): Promise<void> => {
      rig.sim.advance(ms);
      const mail = await rig.first('Get-Recipient', { Identity: addressOf('anna') });
      seen.push(`${String((await batchOf(rig, 'First'))['Status'])} ${String((await userOf(rig, 'anna'))['Status'])} ${String(mail['RecipientTypeDetails'])} ${onPremisesOf(rig, 'anna')?.targetAddress ?? '-'}`);
    };
    for (const ms of [0, 30_000, 5_000, 60_000, 10_000, 20_000, 2 * MINUTE]) await look(ms);
    expect(seen).toEqual([
      'Starting Queued MailUser -', 'Syncing Validating MailUser -', 'Syncing Provisioning MailUser -', 'Syncing ProvisionUpdating UserMailbox -',
      'Syncing Syncing UserMailbox SMTP:anna@staged.onmicrosoft.com', 'Syncing Syncing UserMailbox SMTP:anna@staged.onmicrosoft.com', 'Synced Synced UserMailbox SMTP:anna@staged.onmicrosoft.com',
    ]);
    const mailbox = await rig.first('Get-Mailbox', { Identity: addressOf('anna') });
    expect(mailbox).toMatchObject({ ExchangeGuid: guidOfMailbox('anna'), IsDirSynced: true });
    expect(mailbox['EmailAddresses']).toEqual(['SMTP:anna@example.com', 'smtp:anna@staged.onmicrosoft.com']);
    expect(await batchOf(rig, 'First')).toMatchObject({ TotalCount: 1, SyncedCount: 1, ActiveCount: 0, FailedCount: 0, ProvisionedCount: 1, FinalizedCount: 0, DataConsistencyScore: 'Perfect', SourceEndpoint: 'Old', MigrationType: 'ExchangeOutlookAnywhere', BatchDirection: 'Onboarding' });
    expect(await statisticsOf(rig, 'anna')).toMatchObject({ SyncedItemCount: 100, SkippedItemCount: 0, EstimatedTotalTransferCount: 100, BytesTransferred: '10 MB (10,485,760 bytes)', StatusSummary: 'Synced', Error: null });
    expect(await userOf(rig, 'anna')).toMatchObject({ Status: 'Synced', StatusSummary: 'Synced', BatchId: 'First', MailboxGuid: guidOfMailbox('anna'), ErrorSummary: null });
    expect(await statuses(rig)).toEqual({ anna: 'Synced' });
    expect(rig.defects).toEqual([]);
  });
  it('shows Graph what it made when that has replicated', async () => {
    const rig = await migrationRig(bothSides(['anna']), { exchangeLagMs: 10 * MINUTE });
    await startBatch(rig, 'First', csvOf(['anna']));
    rig.sim.advance(5 * MINUTE);
    const addresses = async (): Promise<unknown> => (await rig.call('GET', `/users/${addressOf('anna')}?$select=proxyAddresses`)).body['proxyAddresses'];
    expect([(await rig.first('Get-Mailbox', { Identity: addressOf('anna') }))['EmailAddresses'], await addresses()]).toEqual([['SMTP:anna@example.com', 'smtp:anna@staged.onmicrosoft.com'], ['SMTP:anna@example.com']]);
    rig.sim.advance(10 * MINUTE);
    expect(await addresses()).toEqual(['SMTP:anna@example.com', 'smtp:anna@staged.onmicrosoft.com']);
  });
});
