import { afterEach, describe, expect, it } from 'vitest';
import type { TargetConnection } from '../../../shared/domain/settings.ts';
import { createExchangeGateway, createSignIn } from '../../../electron/engines/tenant/index.ts';
import { simulatedTransports, startSimulator, type Simulator, type SimulatorSeed } from '../../../electron/simulator/index.ts';

let simulator: Simulator | undefined;
afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

const mailbox = (n: number) => ({ id: `dddddddd-0000-4000-8002-${String(n).padStart(12, '0')}`, properties: { displayName: `Mailbox ${n}`, mailNickname: `m${n}`, userPrincipalName: `m${n}@example.com`, mail: `m${n}@example.com`, proxyAddresses: [`SMTP:m${n}@example.com`] }, exchange: { recipientTypeDetails: 'SharedMailbox' } });
const seed: SimulatorSeed = {
  tenant: { id: 'dddddddd-0000-4000-8000-0000000000fe', displayName: 'Gateway', domains: [{ name: 'gateway.onmicrosoft.com', isInitial: true }, { name: 'example.com', isDefault: true }] },
  users: [{ id: 'dddddddd-0000-4000-8000-0000000000aa', properties: { displayName: 'Admin', mailNickname: 'admin', userPrincipalName: 'admin@gateway.onmicrosoft.com', accountEnabled: true } }, mailbox(1), mailbox(2), mailbox(3)],
};

async function open() {
  simulator = await startSimulator({ quotas: 'off', seed });
  const connection: TargetConnection = { cloud: 'global', tenantId: simulator.tenantId, clientId: simulator.clientId, signIn: 'client secret', secretRef: 's', certificateFile: null, readOnly: false, simulated: { origin: simulator.url } };
  const { clientSecret } = simulator;
  const transports = simulatedTransports(simulator.url);
  const signIn = createSignIn({ connection, transports, secrets: { get: async () => clientSecret, set: async () => undefined } });
  return { simulator, exchange: createExchangeGateway({ connection, signIn, transports }) };
}

const hash = (change: { readonly Add?: readonly string[]; readonly Remove?: readonly string[] }) => ({ '@odata.type': '#Exchange.GenericHashTable', ...change });

describe('the Exchange gateway with groups, contacts and permissions', () => {
  it('makes a contact, a group with members and permissions, and takes everything back', async () => {
    const { exchange, simulator: s } = await open();
    const before = s.snapshot();
    const ok = async (cmdlet: string, parameters: Record<string, unknown>) => {
      const { rows, warnings } = await exchange.invoke(cmdlet, parameters);
      expect(warnings).toEqual([]);
      return rows;
    };
    const [contact] = await ok('New-MailContact', { Name: 'Ed Tailspin', ExternalEmailAddress: 'ed@tailspin.example' });
    const contactId = contact?.['ExternalDirectoryObjectId'];
    await ok('Set-Contact', { Identity: contactId, Title: 'Buyer', Company: 'Tailspin', City: 'Oslo', CountryOrRegion: 'NO', Phone: '+47 1', Manager: 'm1@example.com' });
    await ok('Set-MailContact', { Identity: contactId, HiddenFromAddressListsEnabled: true, MailTip: 'Outside', EmailAddresses: hash({ Add: ['ed@example.com', 'X500:/o=old/cn=ed'] }) });
    const [group] = await ok('New-DistributionGroup', { Name: 'Project', Members: ['m1@example.com', contactId], ManagedBy: ['m2@example.com'] });
    const groupId = group?.['ExternalDirectoryObjectId'];
    const [secure] = await ok('New-DistributionGroup', { Name: 'Delegates', Type: 'Security', Members: ['m2@example.com'] });
    const secureId = secure?.['ExternalDirectoryObjectId'];
    await ok('Add-DistributionGroupMember', { Identity: groupId, Member: secureId, BypassSecurityGroupManagerCheck: true });
    await ok('Set-DistributionGroup', { Identity: groupId, EmailAddresses: hash({ Add: ['SMTP:crew@example.com'] }), GrantSendOnBehalfTo: ['m3@example.com'], BypassSecurityGroupManagerCheck: true });
    await ok('Add-MailboxPermission', { Identity: 'm1@example.com', User: secureId, AccessRights: ['FullAccess'], InheritanceType: 'All', AutoMapping: false });
    await ok('Add-RecipientPermission', { Identity: 'm1@example.com', Trustee: 'm2@example.com', AccessRights: ['SendAs'], Confirm: false });
    await ok('Add-RecipientPermission', { Identity: groupId, Trustee: 'm3@example.com', AccessRights: ['SendAs'], Confirm: false });

    expect(await ok('Get-DistributionGroupMember', { Identity: 'crew@example.com' })).toMatchObject([{ PrimarySmtpAddress: 'm1@example.com' }, { Name: 'Delegates' }, { Name: 'Ed Tailspin' }]);
    expect(await ok('Get-MailboxPermission', { Identity: 'm1@example.com' })).toMatchObject([{ User: 'NT AUTHORITY\\SELF' }, { User: 'Delegates', AccessRights: ['FullAccess'] }]);
    const made = s.snapshot();
    expect(made.contacts).toMatchObject([{ manager: mailbox(1).id, properties: { mail: 'ed@tailspin.example', jobTitle: 'Buyer', addresses: [{ city: 'Oslo', countryOrRegion: 'Norway' }] } }]);
    expect(made.groups).toHaveLength(2);

    await ok('Remove-RecipientPermission', { Identity: groupId, Trustee: 'm3@example.com', AccessRights: ['SendAs'], Confirm: false });
    await ok('Remove-RecipientPermission', { Identity: 'm1@example.com', Trustee: 'm2@example.com', AccessRights: ['SendAs'], Confirm: false });
    await ok('Remove-MailboxPermission', { Identity: 'm1@example.com', User: secureId, AccessRights: ['FullAccess'], Confirm: false });
    await ok('Remove-DistributionGroupMember', { Identity: groupId, Member: secureId, Confirm: false, BypassSecurityGroupManagerCheck: true });
    await ok('Remove-DistributionGroup', { Identity: secureId, Confirm: false });
    await ok('Remove-DistributionGroup', { Identity: groupId, Confirm: false, BypassSecurityGroupManagerCheck: true });
    await ok('Remove-MailContact', { Identity: contactId, Confirm: false });
    expect(s.snapshot()).toEqual(before);
  });

  it('tells refusals in the words of Exchange and hands warnings on', async () => {
    const { exchange } = await open();
    const message = async (cmdlet: string, parameters: Record<string, unknown>) => exchange.invoke(cmdlet, parameters).then(() => '', (error: { readonly data: { readonly message: string } }) => error.data.message);
    await exchange.invoke('New-DistributionGroup', { Name: 'Project', Members: ['m1@example.com'] });
    expect(await message('Add-DistributionGroupMember', { Identity: 'Project', Member: 'm1@example.com' })).toMatch(/Exchange Online refused Add-DistributionGroupMember: The recipient ".+" is already a member of the group "Project"\./);
    expect(await message('New-MailContact', { Name: 'X', ExternalEmailAddress: 'm1@example.com' })).toMatch(/refused New-MailContact: The proxy address "SMTP:m1@example\.com" is already being used by .* Please choose another proxy address\./);
    expect(await message('Add-RecipientPermission', { Identity: 'm1@example.com', Trustee: 'Project', AccessRights: ['SendAs'] })).toMatch(/User or group "Project" wasn't found/);
    const { warnings } = await exchange.invoke('Remove-RecipientPermission', { Identity: 'm1@example.com', Trustee: 'm2@example.com', AccessRights: ['SendAs'] });
    expect(warnings).toMatchObject([expect.stringMatching(/because the ACE doesn't exist on the object\.$/)]);
  });
});
