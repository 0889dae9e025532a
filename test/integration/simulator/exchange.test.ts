import { afterEach, describe, expect, it } from 'vitest';
import type { TargetConnection } from '../../../shared/domain/settings.ts';
import { createExchangeGateway, createSignIn } from '../../../electron/engines/tenant/index.ts';
import { simulatedTransports, startSimulator, type Simulator, type SimulatorSeed } from '../../../electron/simulator/index.ts';

let simulator: Simulator | undefined;
afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

const MAILBOXES = 1203;
const seed: SimulatorSeed = {
  tenant: { id: 'dddddddd-0000-4000-8000-0000000000ff', displayName: 'Gateway', domains: [{ name: 'gateway.onmicrosoft.com', isInitial: true }, { name: 'example.com', isDefault: true }] },
  users: [
    { id: 'dddddddd-0000-4000-8000-0000000000aa', properties: { displayName: 'Admin', mailNickname: 'admin', userPrincipalName: 'admin@gateway.onmicrosoft.com', accountEnabled: true } },
    ...Array.from({ length: MAILBOXES }, (_, i) => ({ id: `dddddddd-0000-4000-8001-${String(i).padStart(12, '0')}`, properties: { displayName: `Mailbox ${i}`, mailNickname: `m${i}`, userPrincipalName: `m${i}@example.com`, mail: `m${i}@example.com`, proxyAddresses: [`SMTP:m${i}@example.com`] }, exchange: { recipientTypeDetails: 'SharedMailbox' } })),
  ],
};

async function open(connection: Partial<TargetConnection> = {}) {
  simulator = await startSimulator({ quotas: 'off', seed });
  const whole: TargetConnection = { cloud: 'global', tenantId: simulator.tenantId, clientId: simulator.clientId, signIn: 'client secret', secretRef: 's', certificateFile: null, readOnly: false, simulated: { origin: simulator.url }, ...connection };
  const { clientSecret } = simulator;
  const transports = simulatedTransports(simulator.url);
  const signIn = createSignIn({ connection: whole, transports, secrets: { get: async () => clientSecret, set: async () => undefined } });
  return { simulator, exchange: createExchangeGateway({ connection: whole, signIn, transports }) };
}

describe('the Exchange gateway on a simulated tenant', () => {
  it('reads all mailboxes over pages whose links carry the production host', async () => {
    const { exchange } = await open();
    const all = await exchange.invoke('Get-Mailbox', { ResultSize: 'Unlimited' });
    expect(new Set(all.rows.map((row) => row['Alias'])).size).toBe(MAILBOXES);
    expect(all.warnings).toEqual([]);
    const some = await exchange.invoke('Get-Mailbox', {});
    expect([some.rows.length, some.warnings.length]).toEqual([1000, 1]);
  });

  it('makes a mail user, changes its addresses and its external address, and removes it', async () => {
    const { exchange, simulator: s } = await open();
    const { rows: [made] } = await exchange.invoke('New-MailUser', { Name: 'Ed', ExternalEmailAddress: 'ed@tailspin.example', MicrosoftOnlineServicesID: 'ed@example.com', Password: 'Long-enough-7' });
    expect(made).toMatchObject({ RecipientTypeDetails: 'MailUser', PrimarySmtpAddress: 'ed@tailspin.example' });
    await exchange.invoke('Set-MailUser', { Identity: made?.['ExternalDirectoryObjectId'], EmailAddresses: { '@odata.type': '#Exchange.GenericHashTable', Add: ['SMTP:ed@example.com', 'X500:/o=old/cn=ed'] } });
    await exchange.invoke('Set-MailUser', { Identity: 'ed@example.com', ExternalEmailAddress: 'ed@fabrikam.example' });
    expect((await exchange.invoke('Get-MailUser', { Identity: 'ed@example.com' })).rows).toMatchObject([{ EmailAddresses: ['SMTP:ed@example.com', 'smtp:ed@fabrikam.example', 'smtp:ed@gateway.onmicrosoft.com', 'X500:/o=old/cn=ed'], ExternalEmailAddress: 'SMTP:ed@fabrikam.example' }]);
    await exchange.invoke('Remove-MailUser', { Identity: 'ed@example.com', Confirm: false });
    expect(s.snapshot().deletedUsers.map((user) => user.id)).toEqual([made?.['ExternalDirectoryObjectId']]);
  });

  it('tells a refusal in the words of Exchange', async () => {
    const { exchange } = await open();
    const message = async (cmdlet: string, parameters: Record<string, unknown>) => exchange.invoke(cmdlet, parameters).then(() => '', (error: { readonly data: { readonly message: string } }) => error.data.message);
    expect(await message('Set-Mailbox', { Identity: 'm1', EmailAddresses: { '@odata.type': '#Exchange.GenericHashTable', Add: ['m2@example.com'] } })).toMatch(/Exchange Online refused Set-Mailbox: The proxy address "smtp:m2@example\.com" is already being used by .* Please choose another proxy address\./);
    expect(await message('Set-Mailbox', { Identity: 'nobody', MailTip: 'x' })).toMatch(/object 'nobody' couldn't be found/);
    expect(await message('Get-MoveRequest', {})).toMatch(/The simulator does not offer the cmdlet Get-MoveRequest\./);
  });
});
