import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MORE, refusedWith, STAFF, tried } from './exchange-groups-support.ts';
import { changed, exchangeRig, IDS, startExchange, type ExchangeRig } from './exchange-support.ts';

const CHRIS = { Name: 'Chris Ashton', ExternalEmailAddress: 'chris@tailspin.example' };
const taken = (address: string, holder: string): RegExp => new RegExp(`^400 Microsoft\\.Exchange\\.Configuration\\.ObjectModel\\.ProxyAddressExistsException\\|The proxy address "${address}" is already being used by the proxy addresses or LegacyExchangeDN of "[^"]*${holder}"\\.`);

/** A tenant for tests in which everything is refused, with one contact made by Exchange. */
let kept: ExchangeRig;
beforeAll(async () => {
  kept = await startExchange({ seed: STAFF });
  await kept.first('New-MailContact', { ...CHRIS, Alias: 'chris' });
});
afterAll(async () => { await kept.sim.close(); });


describe('New-MailContact', () => {
  it('makes a contact whose external address is its only one, and Graph shows it after the delay', async () => {
    const { first, call, sim } = await exchangeRig({ seed: STAFF, exchangeLagMs: 60_000 });
    const made = await first('New-MailContact', { ...CHRIS, ExternalEmailAddress: 'SMTP:Chris@tailspin.example', FirstName: 'Chris', LastName: 'Ashton', Initials: 'CA' });
    expect(made).toMatchObject({
      Identity: 'Chris Ashton', Name: 'Chris Ashton', DisplayName: 'Chris Ashton', Alias: 'ChrisAshton', RecipientType: 'MailContact', RecipientTypeDetails: 'MailContact', ExternalEmailAddress: 'SMTP:Chris@tailspin.example', PrimarySmtpAddress: 'Chris@tailspin.example',
      EmailAddresses: ['SMTP:Chris@tailspin.example'], HiddenFromAddressListsEnabled: false, IsDirSynced: false, RequireSenderAuthenticationEnabled: false, MessageFormat: 'Mime', MessageBodyFormat: 'TextAndHtml', MacAttachmentFormat: 'BinHex', UsePreferMessageFormat: false,
    });
    const path = `/contacts/${String(made['ExternalDirectoryObjectId'])}`;
    expect((await call('GET', path)).status).toBe(404);
    expect(await first('Get-MailContact', { Identity: 'chris@tailspin.example' })).toEqual(made);
    sim.advance(60_000);
    expect((await call('GET', path)).body).toMatchObject({ displayName: 'Chris Ashton', mail: 'Chris@tailspin.example', mailNickname: 'ChrisAshton', proxyAddresses: ['SMTP:Chris@tailspin.example'], givenName: 'Chris', surname: 'Ashton', companyName: null, addresses: [], phones: [] });
    expect((await call('DELETE', path)).status).toBeGreaterThanOrEqual(400);
  });

  it.each([
    ['no external address', { Name: 'X' }, /missing mandatory parameters: ExternalEmailAddress\./],
    ['an external address that is none', { Name: 'X', ExternalEmailAddress: 'nobody' }, /isn't a valid SMTP address/],
    ['an external address that is not SMTP', { Name: 'X', ExternalEmailAddress: 'X500:/o=a' }, /must be an SMTP address/],
    ['an external address that a mailbox holds', { Name: 'X', ExternalEmailAddress: 'ANNA@example.com' }, taken('SMTP:ANNA@example.com', IDS.anna)],
    ['an external address that a contact holds', { Name: 'X', ExternalEmailAddress: 'chris@tailspin.example' }, taken('SMTP:chris@tailspin.example', 'Chris Ashton')],
    ['an external address that a group holds', { Name: 'X', ExternalEmailAddress: 'list@example.com' }, taken('SMTP:list@example.com', 'List')],
    ['an external address that a deleted user holds', { Name: 'X', ExternalEmailAddress: 'gone@example.com' }, taken('SMTP:gone@example.com', IDS.gone)],
    ['the name of a contact', { Name: 'chris ashton', Alias: 'x', ExternalEmailAddress: 'x@out.example' }, /ADObjectAlreadyExistsException\|.*'chris ashton' already exists/],
    ['the name of a group that Exchange did not make', { Name: 'LIST', Alias: 'x', ExternalEmailAddress: 'x@out.example' }, /'LIST' already exists/],
    ['the alias of a contact', { Name: 'X', Alias: 'Chris', ExternalEmailAddress: 'x@out.example' }, /The value "Chris" of property "Alias" is used by another recipient object "Chris Ashton"\. Please specify a unique value\./],
    ['an alias made from the name that a mailbox has', { Name: 'Bert', ExternalEmailAddress: 'x@out.example' }, /The value "Bert" of property "Alias" is used/],
    ['a bad alias', { Name: 'X', Alias: 'a b', ExternalEmailAddress: 'x@out.example' }, /Property expression "a b" isn't valid/],
    ['a name that is too long', { Name: 'x'.repeat(65), ExternalEmailAddress: 'x@out.example' }, /maximum length is 64/],
    ['initials that are too long', { Name: 'X', Initials: 'ABCDEFG', ExternalEmailAddress: 'x@out.example' }, /maximum length is 6 /],
    ['PrimarySmtpAddress, which is for servers on premises', { Name: 'X', ExternalEmailAddress: 'x@out.example', PrimarySmtpAddress: 'y@example.com' }, /A parameter cannot be found that matches parameter name 'PrimarySmtpAddress'\./],
    ['formats that do not go together', { Name: 'X', ExternalEmailAddress: 'x@out.example', MessageFormat: 'Text', MessageBodyFormat: 'Html' }, /MessageBodyFormat must be Text/],
    ['a Macintosh format that the message format cannot have', { Name: 'X', ExternalEmailAddress: 'x@out.example', MacAttachmentFormat: 'UuEncode' }, /MacAttachmentFormat UuEncode can't be used/],
    ['moderation without moderators', { Name: 'X', ExternalEmailAddress: 'x@out.example', ModerationEnabled: true }, /You must specify at least one moderator/],
  ])('refuses %s', async (_what, parameters, text) => {
    expect(await tried(kept, 'New-MailContact', parameters)).toEqual(refusedWith(text));
  });

  it('makes nothing with WhatIf', async () => {
    const before = kept.sim.snapshot();
    expect(await kept.run('New-MailContact', { Name: 'X', ExternalEmailAddress: 'x@out.example', WhatIf: true })).toMatchObject({ status: 200, rows: [] });
    expect(kept.sim.snapshot()).toEqual(before);
  });
});

describe('a contact', () => {
  it('cannot take the name that a mailbox was given, until the mailbox is removed', async () => {
    const { first, run } = await exchangeRig({ seed: STAFF });
    const contact = (Name: string, more = {}) => ({ Name, Alias: `${Name}.c`, ExternalEmailAddress: `${Name}@out.example`, ...more });
    await first('New-Mailbox', { Name: 'Xaver', Shared: true });
    expect((await run('New-MailContact', contact('XAVER'))).told).toContain('ADObjectAlreadyExistsException');
    await first('New-MailContact', contact('Yann'));
    expect((await run('Set-MailContact', { Identity: 'Yann', Name: 'xaver' })).told).toContain('ADObjectAlreadyExistsException');
    expect((await run('Set-MailContact', { Identity: 'Yann', Name: 'YANN' })).status).toBe(200);
    expect((await run('Remove-Mailbox', { Identity: 'Xaver' })).status).toBe(200);
    await first('New-MailContact', contact('Xaver'));
  });

  it('keeps a moderator as long as its messages are moderated', async () => {
    const { first, run } = await exchangeRig({ seed: STAFF });
    await first('New-MailContact', { Name: 'Mod', ExternalEmailAddress: 'mod@out.example', ModerationEnabled: true, ModeratedBy: ['anna'] });
    expect((await run('Set-MailContact', { Identity: 'Mod', ModeratedBy: null })).told).toContain('You must specify at least one moderator');
    expect((await run('Set-MailContact', { Identity: 'Mod', ModeratedBy: null, ModerationEnabled: false })).status).toBe(200);
  });

  it('may have its external address in a domain of the tenant, which can be shared with another mail system', async () => {
    const { first, run } = await exchangeRig({ seed: STAFF });
    expect(await first('New-MailContact', { Name: 'Elsewhere', ExternalEmailAddress: 'elsewhere@example.com' })).toMatchObject({ ExternalEmailAddress: 'SMTP:elsewhere@example.com', PrimarySmtpAddress: 'elsewhere@example.com' });
    expect((await run('New-MailContact', { Name: 'Else', ExternalEmailAddress: 'anna@example.com' })).told).toContain('ProxyAddressExistsException');
  });

  it('shows as a person among recipients and members, with office, phones and address', async () => {
    const { run, first } = await exchangeRig({ seed: STAFF });
    await run('Set-Contact', { Identity: 'Partner', Office: 'B 2', Phone: '+47 1', MobilePhone: '+47 2', Fax: '+47 3', City: 'Oslo', CountryOrRegion: 'NO', Manager: 'anna' });
    await run('Add-DistributionGroupMember', { Identity: 'list', Member: 'Partner' });
    const person = { Office: 'B 2', Phone: '+47 1', MobilePhone: '+47 2', Fax: '+47 3', City: 'Oslo', CountryOrRegion: 'Norway', Manager: IDS.anna };
    expect(await first('Get-Contact', { Identity: 'Partner' })).toMatchObject(person);
    expect(await first('Get-Recipient', { Identity: 'Partner' })).toMatchObject(person);
    expect(await first('Get-Recipient', { Filter: "City -eq 'Oslo'" })).toMatchObject({ Alias: 'partner' });
    expect(await first('Get-DistributionGroupMember', { Identity: 'list' })).toMatchObject(person);
  });
});

describe('Set-MailContact', () => {
  it('changes names, addresses, attributes and settings; values taken back leave no trace', async () => {
    const { first, run, call, sim } = await exchangeRig({ seed: STAFF });
    const made = await first('New-MailContact', CHRIS);
    const before = sim.snapshot();
    const set = (more: Record<string, unknown>) => run('Set-MailContact', { Identity: 'Chris Ashton', ...more });
    expect(await set({
      DisplayName: 'Chris A.', Alias: 'chris.a', EmailAddresses: changed({ Add: ['chris@other.example.com', 'X500:/o=old/cn=chris'] }), HiddenFromAddressListsEnabled: true, MailTip: 'On leave', CustomAttribute1: 'one', CustomAttribute15: 'fifteen', GrantSendOnBehalfTo: ['anna'],
      RequireSenderAuthenticationEnabled: true, UsePreferMessageFormat: true, ModeratedBy: ['bert@example.com'], ModerationEnabled: true,
    })).toMatchObject({ status: 200, rows: [], warnings: [] });
    expect(await first('Get-MailContact', { Identity: 'chris.a' })).toMatchObject({
      Name: 'Chris Ashton', DisplayName: 'Chris A.', Alias: 'chris.a', EmailAddresses: ['SMTP:chris@tailspin.example', 'smtp:chris@other.example.com', 'X500:/o=old/cn=chris'], HiddenFromAddressListsEnabled: true, MailTip: '<html><body>On leave</body></html>',
      MailTipTranslations: ['default:<html><body>On leave</body></html>'], CustomAttribute1: 'one', CustomAttribute15: 'fifteen', GrantSendOnBehalfTo: [IDS.anna], RequireSenderAuthenticationEnabled: true, UsePreferMessageFormat: true, ModeratedBy: [MORE.bert], ModerationEnabled: true,
    });
    expect((await call('GET', `/contacts/${String(made['ExternalDirectoryObjectId'])}`)).body).toMatchObject({ displayName: 'Chris A.', mailNickname: 'chris.a', mail: 'chris@tailspin.example', proxyAddresses: ['SMTP:chris@tailspin.example', 'smtp:chris@other.example.com', 'X500:/o=old/cn=chris'] });
    await set({
      DisplayName: 'Chris Ashton', Alias: 'ChrisAshton', EmailAddresses: changed({ Remove: ['chris@other.example.com', 'X500:/o=old/cn=chris'] }), HiddenFromAddressListsEnabled: false, MailTip: null, CustomAttribute1: '', CustomAttribute15: null, GrantSendOnBehalfTo: changed({ Remove: ['anna'] }),
      RequireSenderAuthenticationEnabled: false, UsePreferMessageFormat: false, ModeratedBy: null, ModerationEnabled: false,
    });
    const after = sim.snapshot();
    expect({ ...after, contacts: after.contacts.map(({ exchange, ...rest }) => { const { whenChanged: _, ...own } = exchange ?? {}; return { ...rest, ...(exchange ? { exchange: own } : {}) }; }) }).toEqual(before);
  });

  it('drops the old external address, and the new one takes its place', async () => {
    const { first, run } = await exchangeRig({ seed: STAFF });
    await first('New-MailContact', CHRIS);
    await run('Set-MailContact', { Identity: 'ChrisAshton', EmailAddresses: changed({ Add: ['chris@other.example.com'] }) });
    await run('Set-MailContact', { Identity: 'ChrisAshton', ExternalEmailAddress: 'chris@fabrikam.example' });
    expect(await first('Get-MailContact', { Identity: 'ChrisAshton' })).toMatchObject({ ExternalEmailAddress: 'SMTP:chris@fabrikam.example', EmailAddresses: ['SMTP:chris@fabrikam.example', 'smtp:chris@other.example.com'] });
    // The old address is free again.
    await first('New-MailContact', { Name: 'Other', ExternalEmailAddress: 'chris@tailspin.example' });
    await run('Set-MailContact', { Identity: 'ChrisAshton', EmailAddresses: changed({ Add: ['SMTP:chris@other.example.com'] }) });
    await run('Set-MailContact', { Identity: 'ChrisAshton', ExternalEmailAddress: 'chris@contoso.example' });
    expect(await first('Get-MailContact', { Identity: 'ChrisAshton' })).toMatchObject({ PrimarySmtpAddress: 'chris@other.example.com', EmailAddresses: ['SMTP:chris@other.example.com', 'smtp:chris@contoso.example'] });
  });

  it.each([
    ['an address that another object holds', 'chris', { EmailAddresses: changed({ Add: ['anna@example.com'] }) }, taken('smtp:anna@example.com', IDS.anna)],
    ['an external address that another object holds', 'chris', { ExternalEmailAddress: 'partner@out.example' }, taken('SMTP:partner@out.example', 'Partner')],
    ['a second address of a foreign domain', 'chris', { EmailAddresses: changed({ Add: ['x@nowhere.example'] }) }, /not an accepted domain/],
    ['no external address', 'chris', { ExternalEmailAddress: null }, /'ExternalEmailAddress' because it is null/],
    ['the name of another recipient', 'chris', { Name: 'Partner' }, /'Partner' already exists/],
    ['the alias of another recipient', 'chris', { Alias: 'list' }, /"list" of property "Alias"/],
    ['a MailTip that is too long', 'chris', { MailTip: 'x'.repeat(176) }, /at most 175 are allowed/],
    ['a MailTip with tags', 'chris', { MailTip: 'a <b>c</b>' }, /can't hold HTML tags/],
    ['moderation without moderators', 'chris', { ModerationEnabled: true }, /You must specify at least one moderator/],
    ['a group as moderator', 'chris', { ModeratedBy: ['list'] }, /Couldn't find object "list"/],
    ['senders named twice over', 'chris', { AcceptMessagesOnlyFrom: ['anna'], AcceptMessagesOnlyFromSendersOrMembers: ['bert'] }, /can't be used in the same command/],
    ['a synchronised contact', 'syncedcontact', { MailTip: 'x' }, /out of the current user's write scope\. The action 'Set-MailContact', 'MailTip', can't be performed on the object 'Synced contact' because the object is being synchronized from your on-premises organization\./],
    ['a mailbox', 'anna', { MailTip: 'x' }, /^404 .*object 'anna' couldn't be found/],
  ])('refuses %s', async (_what, Identity, parameters, text) => {
    expect(await tried(kept, 'Set-MailContact', { Identity, ...parameters })).toEqual(refusedWith(text));
  });
});

describe('Get- and Set-Contact', () => {
  it('describe the person, whom Graph shows with address, phones and manager after the delay', async () => {
    const { first, run, call, sim } = await exchangeRig({ seed: STAFF, exchangeLagMs: 1000 });
    const made = await first('New-MailContact', CHRIS);
    const path = `/contacts/${String(made['ExternalDirectoryObjectId'])}`;
    sim.advance(1000);
    const before = (await call('GET', path)).body;
    expect(await run('Set-Contact', {
      Identity: 'Chris Ashton', FirstName: 'Chris', LastName: 'Ashton', Title: 'Buyer', Company: 'Tailspin', Department: 'Purchasing', Office: '4/1', StreetAddress: 'Main Street 1', City: 'Oslo', StateOrProvince: 'Oslo', PostalCode: '0150', CountryOrRegion: 'NO', Phone: '+47 1', MobilePhone: '+47 2', Fax: '+47 3',
      HomePhone: '+47 4', Notes: 'Met in May', Initials: 'CA', WebPage: 'https://tailspin.example', Manager: 'anna@example.com',
    })).toMatchObject({ status: 200, rows: [], warnings: [] });
    expect((await call('GET', path)).body).toEqual(before);
    sim.advance(1000);
    expect((await call('GET', path)).body).toMatchObject({
      givenName: 'Chris', surname: 'Ashton', jobTitle: 'Buyer', companyName: 'Tailspin', department: 'Purchasing', addresses: [{ officeLocation: '4/1', street: 'Main Street 1', city: 'Oslo', state: 'Oslo', postalCode: '0150', countryOrRegion: 'Norway' }],
      phones: [{ type: 'mobile', number: '+47 2' }, { type: 'business', number: '+47 1' }, { type: 'businessFax', number: '+47 3' }],
    });
    expect((await call('GET', `${path}?$expand=manager`)).body['manager']).toMatchObject({ id: IDS.anna });
    expect(await first('Get-Contact', { Identity: 'Chris Ashton' })).toMatchObject({ FirstName: 'Chris', Title: 'Buyer', Company: 'Tailspin', Office: '4/1', City: 'Oslo', CountryOrRegion: 'Norway', Phone: '+47 1', MobilePhone: '+47 2', Fax: '+47 3', HomePhone: '+47 4', Notes: 'Met in May', Initials: 'CA', Manager: IDS.anna, RecipientTypeDetails: 'MailContact' });
    await run('Set-Contact', { Identity: 'Chris Ashton', City: null, MobilePhone: '', Manager: null, Title: null });
    sim.advance(1000);
    const { body } = await call('GET', `${path}?$expand=manager`);
    expect(body).toMatchObject({ jobTitle: null, addresses: [{ city: null, street: 'Main Street 1' }], phones: [{ type: 'business' }, { type: 'businessFax' }] });
    expect(body['manager'] ?? null).toBeNull();
  });

  it.each([
    ['a country that is none', { CountryOrRegion: 'Atlantis' }, /parameter 'CountryOrRegion'\. Cannot convert value "Atlantis"/],
    ['a company that is too long', { Company: 'x'.repeat(65) }, /maximum length is 64/],
    ['a manager that does not exist', { Manager: 'nobody' }, /Couldn't find object "nobody"/],
    ['a group as manager', { Manager: 'list' }, /Couldn't find object "list"/],
    ['a contact as its own manager', { Manager: 'chris' }, /can't be its own manager/],
    ['a name that is taken', { Name: 'List' }, /'List' already exists/],
    ['what only a server on premises has', { CreateDTMFMap: true }, /matches parameter name 'CreateDTMFMap'/],
  ])('refuse %s', async (_what, parameters, text) => {
    expect(await tried(kept, 'Set-Contact', { Identity: 'chris', ...parameters })).toEqual(refusedWith(text));
  });

  it('refuse a synchronised contact', async () => {
    expect(await tried(kept, 'Set-Contact', { Identity: 'Synced contact', Title: 'x' })).toEqual(refusedWith(/write scope\. The action 'Set-Contact', 'Title',/));
  });

  it('take a country by its friendly name too, and warn when nothing changes', async () => {
    const { first, run } = await exchangeRig({ seed: STAFF });
    await run('Set-Contact', { Identity: 'Partner', CountryOrRegion: 'germany' });
    expect((await first('Get-Contact', { Identity: 'Partner' }))['CountryOrRegion']).toBe('Germany');
    expect((await run('Set-Contact', { Identity: 'Partner', CountryOrRegion: 'DE' })).warnings).toEqual(["The command completed successfully but no settings of 'Partner' have been modified."]);
  });
});

describe('Get- and Remove-MailContact', () => {
  it('list contacts by filter, and remove them for good from Exchange and, after the delay, from Graph', async () => {
    const { first, run, call, sim, refused } = await exchangeRig({ seed: STAFF, exchangeLagMs: 1000 });
    const { ExternalDirectoryObjectId: id } = await first('New-MailContact', CHRIS);
    expect((await run('Get-MailContact', { Filter: "Name -like 'Chris*'" })).rows.map((row) => row['Name'])).toEqual(['Chris Ashton']);
    expect((await run('Get-MailContact')).rows).toHaveLength(3);
    sim.advance(1000);
    expect(await run('Remove-MailContact', { Identity: 'Chris Ashton', Confirm: false })).toMatchObject({ status: 200, rows: [] });
    expect(await refused('Get-MailContact', { Identity: 'Chris Ashton' })).toMatch(/^404/);
    expect((await call('GET', `/contacts/${String(id)}`)).status).toBe(200);
    sim.advance(1000);
    expect((await call('GET', `/contacts/${String(id)}`)).status).toBe(404);
    expect(sim.snapshot().contacts.map((contact) => contact.id)).not.toContain(id);
    // Nothing stays behind in a recycle bin, so that name, alias and address are free.
    await first('New-MailContact', CHRIS);
  });

  it('do not write a contact that is gone while readers still see it', async () => {
    const { first, run, refused } = await exchangeRig({ seed: STAFF, replicationLagMs: 60_000 });
    await run('Remove-MailContact', { Identity: 'partner@out.example' });
    expect(await first('Get-MailContact', { Identity: 'partner' })).toMatchObject({ Name: 'Partner' });
    expect(await refused('Set-MailContact', { Identity: 'partner', MailTip: 'x' })).toMatch(/^404/);
    expect(await refused('Remove-MailContact', { Identity: 'partner' })).toMatch(/^404/);
    await first('New-MailContact', { Name: 'Next', ExternalEmailAddress: 'partner@out.example' });
  });

  it('refuse a synchronised contact, and what is no contact', async () => {
    expect(await tried(kept, 'Remove-MailContact', { Identity: 'syncedcontact' })).toEqual(refusedWith(/The action 'Remove-MailContact', 'Identity', can't be performed/));
    expect(await tried(kept, 'Remove-MailContact', { Identity: 'list' })).toEqual(refusedWith(/^404/));
  });
});
