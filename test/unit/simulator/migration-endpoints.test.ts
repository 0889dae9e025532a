import { describe, expect, it } from 'vitest';
import type { ExchangeRig } from './exchange-support.ts';
import { addressOf, bothSides, credential, csvOf, MANUAL, mailbox, migrationRig, PASSWORD, sourceId, startBatch } from './migration-support.ts';

const { RPCProxyServer, ...REST } = MANUAL;
const ENDPOINT = { ...REST, RpcProxyServer: RPCProxyServer };
const AUTO = { ExchangeOutlookAnywhere: true, Autodiscover: true, EmailAddress: addressOf('anna'), Credentials: credential() };

const test = (rig: ExchangeRig, parameters: Record<string, unknown>) => rig.first('Test-MigrationServerAvailability', parameters);

describe('Test-MigrationServerAvailability', () => {
  it('finds the server by Autodiscover or by its names, as DOMAIN\\user or by user principal name', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    const settings = { ExchangeServer: 'ex07.corp.example.com', RPCProxyServer: 'mail.example.com', Authentication: 'Basic', MailboxPermission: 'Admin' };
    expect(await test(rig, AUTO)).toEqual({ Result: 'Success', Message: '', SupportsCutover: true, ErrorDetail: '', ConnectionSettings: settings, TestedEndpoint: null });
    expect(await test(rig, { ...MANUAL, Credentials: credential('migrator@corp.example.com'), TestMailbox: addressOf('anna') })).toMatchObject({ Result: 'Success' });
  });
  it.each([
    ['an unknown domain', { ...AUTO, EmailAddress: 'x@nowhere.example' }, {}, /Autodiscover service couldn't be found for the domain 'nowhere\.example'/],
    ['Exchange 2003, which has no Autodiscover', AUTO, { version: '2003' as const }, /Autodiscover service couldn't be found/],
    ['a wrong password', { ...MANUAL, Credentials: credential(undefined, 'wrong') }, {}, /user name or password of 'CORP\\migrator' is incorrect/],
    ['an unknown account', { ...MANUAL, Credentials: credential('CORP\\nobody') }, {}, /user name or password/],
    ['another server', { ...MANUAL, ExchangeServer: 'ex99.corp.example.com' }, {}, /connection to the server 'ex99\.corp\.example\.com' could not be completed/],
    ['another proxy', { ...MANUAL, RPCProxyServer: 'other.example.com' }, {}, /RPC proxy server 'other\.example\.com'/],
    ['a server that does not answer', MANUAL, { reachable: false }, /could not be completed/],
    ['an untrusted certificate', MANUAL, { certificate: 'untrusted' as const }, /certificate of 'mail\.example\.com' is not trusted/],
    ['an unknown test mailbox', { ...MANUAL, TestMailbox: 'ghost@example.com' }, {}, /mailbox 'ghost@example\.com' couldn't be found/],
    ['a mailbox without grants', { ...MANUAL, TestMailbox: addressOf('dora') }, {}, /can't open the mailbox/],
  ])('answers, and does not refuse, %s', async (_name, parameters, server, message) => {
    const rig = await migrationRig(bothSides(['anna', 'dora'], { server, mailboxes: [mailbox('dora', { grants: 'none' })] }));
    const row = await test(rig, parameters);
    expect(row).toMatchObject({ Result: 'Failed', SupportsCutover: false, ConnectionSettings: null });
    expect(row['Message']).toMatch(message);
    expect(JSON.stringify(row)).not.toContain(PASSWORD);
  });
  it('accepts an untrusted certificate when it is told to, and does not look at the version', async () => {
    const rig = await migrationRig(bothSides(['anna'], { server: { certificate: 'untrusted', version: '2016' } }));
    expect(await test(rig, { ...MANUAL, AcceptUntrustedCertificates: true })).toMatchObject({ Result: 'Success' });
  });
  it('takes a credential in its one form only and never repeats it', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    const bad = [PASSWORD, { UserName: 'a', Password: PASSWORD }, { ...credential(), More: 1 }, { ...credential(), Password: 7 }, credential('', PASSWORD), null, [PASSWORD]];
    for (const Credentials of bad) {
      const reply = await rig.run('Test-MigrationServerAvailability', { ...MANUAL, Credentials });
      expect(reply.status).toBe(400);
      expect(JSON.stringify(reply.body)).not.toContain(PASSWORD);
    }
    expect(JSON.stringify([rig.sim.state(), rig.sim.migration()])).not.toContain(PASSWORD);
  });
});

describe('migration endpoints', () => {
  it('are made, read, changed and removed, and keep their password to themselves', async () => {
    const rig = await migrationRig(bothSides(['anna']));
    const made = await rig.first('New-MigrationEndpoint', { ...ENDPOINT, Name: 'Old' });
    expect(made).toMatchObject({ Identity: 'Old', EndpointType: 'ExchangeOutlookAnywhere', ExchangeServer: 'ex07.corp.example.com', RpcProxyServer: 'mail.example.com', Username: 'CORP\\migrator', MaxConcurrentMigrations: '100', ActiveMigrationCount: 0 });
    await rig.first('Set-MigrationEndpoint', { Identity: 'old', MaxConcurrentMigrations: 3 });
    expect(await rig.first('Get-MigrationEndpoint', { Identity: made['Guid'] })).toMatchObject({ Identity: 'Old', MaxConcurrentMigrations: '3', MaxConcurrentIncrementalSyncs: '3' });
    expect(JSON.stringify([made, rig.sim.migration()])).not.toContain(PASSWORD);
    await rig.first('Remove-MigrationEndpoint', { Identity: 'Old' });
    expect((await rig.run('Get-MigrationEndpoint')).rows).toEqual([]);
  });
  it.each([
    ['a name that is taken', 'New-MigrationEndpoint', { ...ENDPOINT, Name: 'OLD' }, /^400 System\.InvalidOperationException\|A migration endpoint with the name 'OLD' already exists/],
    ['a connection that fails', 'New-MigrationEndpoint', { ...ENDPOINT, Name: 'Two', Credentials: credential(undefined, 'no') }, /^400 Microsoft\.Exchange\.Migration\.MigrationServerConnectionFailedException\|/],
    ['a change to what fails', 'Set-MigrationEndpoint', { Identity: 'Old', Credentials: credential(undefined, 'no') }, /MigrationServerConnectionFailedException/],
    ['no concurrency', 'Set-MigrationEndpoint', { Identity: 'Old', MaxConcurrentMigrations: 0 }, /^400 .*must be between 1 and/],
    ['more synchronisations than migrations', 'Set-MigrationEndpoint', { Identity: 'Old', MaxConcurrentMigrations: 5, MaxConcurrentIncrementalSyncs: 6 }, /must be between 1 and MaxConcurrentMigrations/],
    ['an unknown endpoint', 'Get-MigrationEndpoint', { Identity: 'None' }, /^404 /],
    ['one in use', 'Remove-MigrationEndpoint', { Identity: 'Old' }, /migration batch 'B' uses it/],
    ['another kind', 'New-MigrationEndpoint', { Name: 'R', ExchangeRemoteMove: true, Credentials: credential(), RemoteServer: 'x' }, /^501 /],
    ['half of both ways', 'Test-MigrationServerAvailability', { ...MANUAL, Autodiscover: true, EmailAddress: addressOf('anna') }, /Parameter set cannot be resolved/],
  ])('refuse %s', async (_name, cmdlet, parameters, told) => {
    const rig = await migrationRig(bothSides(['anna']));
    await startBatch(rig, 'B', csvOf(['anna']));
    expect(await rig.refused(cmdlet, parameters)).toMatch(told);
  });
  it('are made without a test when it is skipped, and the batch fails then', async () => {
    const rig = await migrationRig(bothSides(['anna'], { server: { reachable: false } }));
    await startBatch(rig, 'B', csvOf(['anna']), { endpoint: { SkipVerification: true } });
    rig.sim.advance(60_000);
    expect(await rig.first('Get-MigrationBatch', { Identity: 'B' })).toMatchObject({ Status: 'Failed', Message: expect.stringMatching(/could not be completed/) as string });
  });
  it('need Organization Management', async () => {
    const rig = await migrationRig(bothSides(['anna'], { seed: { roles: [
      { id: sourceId('r1'), roleTemplateId: '29232cdf-9323-42fd-ade2-1d097af3e4de', displayName: 'Exchange Administrator', memberIds: [] },
      { id: sourceId('r2'), roleTemplateId: '31392ffb-586c-42d1-9346-e59415a2cc4e', displayName: 'Exchange Recipient Administrator', memberIds: ['00000000-0000-4000-8000-00000000000a'] },
    ] } }));
    const { oid } = JSON.parse(Buffer.from(rig.token.split('.')[1] ?? '', 'base64url').toString()) as { oid: string };
    const second = await migrationRig(bothSides(['anna'], { seed: { roles: [
      { id: sourceId('r1'), roleTemplateId: '29232cdf-9323-42fd-ade2-1d097af3e4de', displayName: 'Exchange Administrator', memberIds: [] },
      { id: sourceId('r2'), roleTemplateId: '31392ffb-586c-42d1-9346-e59415a2cc4e', displayName: 'Exchange Recipient Administrator', memberIds: [oid] },
    ] } }));
    expect(await second.refused('New-MigrationEndpoint', { ...ENDPOINT, Name: 'Old' })).toBe('401 User is not allowed to call New-MigrationEndpoint');
    expect(await second.refused('Test-MigrationServerAvailability', MANUAL)).toMatch(/^401/);
    expect((await second.run('Get-MigrationEndpoint')).status).toBe(200);
  });
});
