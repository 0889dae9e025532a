import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changed, exchangeRig, IDS, MIXED, startExchange, type ExchangeRig } from './exchange-support.ts';

const ZERO = '00000000-0000-0000-0000-000000000000';

/** A tenant for tests in which everything is refused. */
let kept: ExchangeRig;
beforeAll(async () => { kept = await startExchange({ seed: MIXED }); });
afterAll(async () => { await kept.sim.close(); });

describe('New-MailUser', () => {
  it('makes a mail user whose external address is the primary one', async () => {
    const { first, call } = await exchangeRig({ seed: MIXED });
    const row = await first('New-MailUser', { Name: 'Ed Meadows', ExternalEmailAddress: 'ed@tailspin.example', MicrosoftOnlineServicesID: 'ed@example.com', Password: 'Long-enough-7' });
    expect(row).toMatchObject({ Name: 'Ed Meadows', DisplayName: 'Ed Meadows', Alias: 'ed', RecipientType: 'MailUser', RecipientTypeDetails: 'MailUser', ExternalEmailAddress: 'SMTP:ed@tailspin.example', PrimarySmtpAddress: 'ed@tailspin.example', ExchangeGuid: ZERO, UserPrincipalName: 'ed@example.com' });
    expect((await call('GET', '/users/ed@example.com?$select=mail,mailNickname,proxyAddresses,accountEnabled')).body).toMatchObject({ mail: 'ed@tailspin.example', mailNickname: 'ed', proxyAddresses: ['SMTP:ed@tailspin.example', 'smtp:ed@mixed.onmicrosoft.com'], accountEnabled: true });
  });

  it('makes one without a user ID, and takes a primary address of its own', async () => {
    const { first } = await exchangeRig({ seed: MIXED });
    expect(await first('New-MailUser', { Name: 'No Account', ExternalEmailAddress: 'no@out.example' })).toMatchObject({ Alias: 'NoAccount', UserPrincipalName: 'NoAccount@example.com', AccountDisabled: true });
    expect(await first('New-MailUser', { Name: 'Own', ExternalEmailAddress: 'SMTP:own@out.example', PrimarySmtpAddress: 'own@other.example.com' })).toMatchObject({ PrimarySmtpAddress: 'own@other.example.com', ExternalEmailAddress: 'SMTP:own@out.example', EmailAddresses: ['SMTP:own@other.example.com', 'smtp:Own@mixed.onmicrosoft.com'] });
  });

  it.each([
    ['no name', { ExternalEmailAddress: 'a@out.example' }, /missing mandatory parameters: Name/], ['nothing but a name', { Name: 'x' }, /missing mandatory parameters: ExternalEmailAddress\./], ['a user ID without password', { Name: 'x', MicrosoftOnlineServicesID: 'x@example.com' }, /missing mandatory parameters: Password\./],
    ['an invalid external address', { Name: 'x', ExternalEmailAddress: 'nonsense' }, /isn't a valid SMTP address/], ['an external address somebody has', { Name: 'x', ExternalEmailAddress: 'partner@out.example' }, /"SMTP:partner@out\.example" is already being used by .*Partner"/],
    ['a primary address of a foreign domain', { Name: 'x', ExternalEmailAddress: 'a@out.example', PrimarySmtpAddress: 'b@out.example' }, /not an accepted domain/], ['the sign-in name of on-premises Exchange', { Name: 'x', ExternalEmailAddress: 'a@out.example', UserPrincipalName: 'x@example.com' }, /A parameter cannot be found that matches parameter name 'UserPrincipalName'/],
  ])('refuses %s', async (_what, parameters, text) => {
    const { refused } = kept;
    expect(await refused('New-MailUser', parameters)).toMatch(text);
  });
});

describe('Set-MailUser', () => {
  async function withEd() {
    const base = await exchangeRig({ seed: MIXED });
    await base.first('New-MailUser', { Name: 'Ed', ExternalEmailAddress: 'ed@tailspin.example', MicrosoftOnlineServicesID: 'ed@example.com', Password: 'Long-enough-7' });
    const set = async (parameters: Record<string, unknown>) => { expect((await base.run('Set-MailUser', { Identity: 'Ed', ...parameters })).told).toBe(''); return base.first('Get-MailUser', { Identity: 'Ed' }); };
    return { ...base, set };
  }

  it('replaces the external address and does not keep the old one', async () => {
    const { set } = await withEd();
    expect(await set({ ExternalEmailAddress: 'ed@fabrikam.example' })).toMatchObject({ ExternalEmailAddress: 'SMTP:ed@fabrikam.example', EmailAddresses: ['SMTP:ed@fabrikam.example', 'smtp:ed@mixed.onmicrosoft.com'] });
  });

  it('keeps the other addresses when a primary one of the tenant is set', async () => {
    const { set } = await withEd();
    expect(await set({ PrimarySmtpAddress: 'ed@example.com' })).toMatchObject({ PrimarySmtpAddress: 'ed@example.com', ExternalEmailAddress: 'SMTP:ed@tailspin.example', EmailAddresses: ['SMTP:ed@example.com', 'smtp:ed@tailspin.example', 'smtp:ed@mixed.onmicrosoft.com'] });
    expect(await set({ ExternalEmailAddress: 'ed@fabrikam.example' })).toMatchObject({ EmailAddresses: ['SMTP:ed@example.com', 'smtp:ed@fabrikam.example', 'smtp:ed@mixed.onmicrosoft.com'] });
  });

  it('adds and removes addresses, X500 ones too, and sets guids for a mailbox to come', async () => {
    const { set, first, refused } = await withEd();
    expect(await set({ EmailAddresses: changed({ Add: ['X500:/o=old/cn=ed', 'e@example.com'], Remove: ['smtp:ed@mixed.onmicrosoft.com'] }) })).toMatchObject({ EmailAddresses: ['SMTP:ed@tailspin.example', 'X500:/o=old/cn=ed', 'smtp:e@example.com'] });
    expect(await first('Get-MailUser', { Identity: '/o=old/cn=ed' })).toMatchObject({ Alias: 'ed' });
    const guid = '12345678-1234-1234-1234-1234567890ab';
    expect(await set({ ExchangeGuid: guid.toUpperCase(), ArchiveGuid: guid })).toMatchObject({ ExchangeGuid: guid, ArchiveGuid: guid });
    expect(await set({ ExchangeGuid: ZERO, ArchiveGuid: null })).toMatchObject({ ExchangeGuid: ZERO, ArchiveGuid: ZERO });
    expect(await refused('Set-MailUser', { Identity: 'Ed', ExchangeGuid: 'no guid' })).toMatch(/Cannot convert value "no guid" to type "System\.Guid"/);
    expect(await refused('Set-MailUser', { Identity: 'Ed', EmailAddresses: changed({ Add: ['x@nowhere.example'] }) })).toMatch(/not an accepted domain/);
  });

  it('refuses a synchronised mail user', async () => {
    const { refused } = kept;
    expect(await refused('Set-MailUser', { Identity: 'still', EmailAddresses: changed({ Add: ['x@example.com'] }) })).toMatch(/The action 'Set-MailUser', 'EmailAddresses', can't be performed on the object/);
    expect(await refused('Remove-MailUser', { Identity: 'still' })).toMatch(/out of the current user's write scope/);
  });

  it('takes who may send to a mail user, and refuses whom it cannot find and addresses of others', async () => {
    const { set, refused } = await withEd();
    expect(await set({ AcceptMessagesOnlyFrom: changed({ Add: ['anna'] }), RejectMessagesFromDLMembers: ['secure'], RequireSenderAuthenticationEnabled: true })).toMatchObject({ AcceptMessagesOnlyFrom: [IDS.anna], RejectMessagesFromDLMembers: ['Secure'], RequireSenderAuthenticationEnabled: true });
    expect(await refused('Set-MailUser', { Identity: 'Ed', AcceptMessagesOnlyFrom: ['nobody'] })).toMatch(/Couldn't find object "nobody"/);
    expect(await refused('Set-MailUser', { Identity: 'Ed', EmailAddresses: changed({ Add: ['anna@example.com'] }) })).toMatch(/is already being used by the proxy addresses/);
    expect(await refused('Set-Mailbox', { Identity: 'Ed', HiddenFromAddressListsEnabled: true })).toMatch(/^404/);
  });

  it('hides, delegates and keeps attributes of a mail user', async () => {
    const { set } = await withEd();
    expect(await set({ HiddenFromAddressListsEnabled: true, CustomAttribute1: 'one', GrantSendOnBehalfTo: ['anna'], DisplayName: 'Edward' })).toMatchObject({ HiddenFromAddressListsEnabled: true, CustomAttribute1: 'one', GrantSendOnBehalfTo: [IDS.anna], DisplayName: 'Edward' });
  });

  it('becomes a mailbox with its guid when a licence comes', async () => {
    const { set, call, first } = await withEd();
    const guid = '12345678-1234-1234-1234-1234567890ab';
    const { ExternalDirectoryObjectId: id } = await set({ ExchangeGuid: guid, PrimarySmtpAddress: 'ed@example.com', EmailAddresses: undefined });
    await call('PATCH', `/users/${String(id)}`, { usageLocation: 'NO' });
    expect((await call('POST', `/users/${String(id)}/assignLicense`, { addLicenses: [{ skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965' }], removeLicenses: [] })).status).toBe(200);
    expect(await first('Get-Mailbox', { Identity: 'ed@example.com' })).toMatchObject({ RecipientTypeDetails: 'UserMailbox', ExchangeGuid: guid });
  });
});

describe('Remove-MailUser, Get-User and Set-User', () => {
  it('put a mail user in the recycle bin', async () => {
    const { run, sim, refused } = await exchangeRig({ seed: MIXED });
    expect((await run('Remove-MailUser', { Identity: 'g@out.example' })).status).toBe(200);
    expect(sim.snapshot().deletedUsers.map((user) => user.id)).toContain(IDS.guest);
    expect(await refused('Get-MailUser', { Identity: 'g@out.example' })).toMatch(/^404 /);
  });

  it('change a person where Graph shows it', async () => {
    const { run, first, call, refused } = await exchangeRig({ seed: MIXED });
    expect(await run('Set-User', { Identity: 'anna', Title: 'Head', City: 'Oslo', Phone: '+47 1', Manager: 'plain@example.com', CountryOrRegion: 'Norway', Company: null })).toMatchObject({ status: 200, warnings: [] });
    expect(await first('Get-User', { Identity: 'anna' })).toMatchObject({ Title: 'Head', City: 'Oslo', Phone: '+47 1', Manager: IDS.plain, CountryOrRegion: 'Norway', FirstName: 'Anna' });
    expect((await call('GET', `/users/${IDS.anna}?$select=jobTitle,city,businessPhones`)).body).toMatchObject({ jobTitle: 'Head', city: 'Oslo', businessPhones: ['+47 1'] });
    expect((await call('GET', `/users/${IDS.anna}/manager`)).body).toMatchObject({ id: IDS.plain });
    expect((await run('Set-User', { Identity: 'anna', Manager: null })).warnings).toEqual([]);
    expect(await first('Get-User', { Identity: 'anna' })).toMatchObject({ Manager: null });
    expect(await refused('Set-User', { Identity: 'anna', Manager: 'anna' })).toMatch(/own manager/);
    expect(await refused('Set-User', { Identity: 'sven', Title: 'x' })).toMatch(/out of the current user's write scope/);
  });
});
