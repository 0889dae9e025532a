import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulatorClock } from '../../../electron/simulator/clock.ts';
import { Directory } from '../../../electron/simulator/directory/directory.ts';
import { disconnectMailbox, provisionMailbox } from '../../../electron/simulator/exchange/recipients/provision.ts';
import { simulatorSeed } from '../../../electron/simulator/seed.ts';
import { changed, E3, exchangeRig, IDS, MIXED, startExchange, type ExchangeRig } from './exchange-support.ts';

const taken = (address: string, holder: string): RegExp => new RegExp(`^400 Microsoft\\.Exchange\\.Configuration\\.ObjectModel\\.ProxyAddressExistsException\\|The proxy address "${address}" is already being used by the proxy addresses or LegacyExchangeDN of "[^"]*${holder}"\\. Please choose another proxy address\\.$`);

/** A tenant for tests in which everything is refused. */
let kept: ExchangeRig;
beforeAll(async () => { kept = await startExchange({ seed: MIXED }); });
afterAll(async () => { await kept.sim.close(); });

describe('New-Mailbox', () => {
  it('makes shared, room and equipment mailboxes with an account that Graph shows', async () => {
    const { first, call } = await exchangeRig({ seed: MIXED });
    const shared = await first('New-Mailbox', { Shared: true, Name: 'Sales Team' });
    expect(shared).toMatchObject({ Name: 'Sales Team', Alias: 'SalesTeam', RecipientTypeDetails: 'SharedMailbox', IsShared: true, PrimarySmtpAddress: 'SalesTeam@example.com', UserPrincipalName: 'SalesTeam@example.com', EmailAddresses: ['SMTP:SalesTeam@example.com', 'smtp:SalesTeam@mixed.onmicrosoft.com'] });
    const room = await first('New-Mailbox', { Room: true, Name: 'Owl', DisplayName: 'Room Owl', Alias: 'owl', PrimarySmtpAddress: 'room.owl@other.example.com', ResourceCapacity: 8 });
    expect(room).toMatchObject({ RecipientTypeDetails: 'RoomMailbox', ResourceType: 'Room', ResourceCapacity: 8, PrimarySmtpAddress: 'room.owl@other.example.com', DisplayName: 'Room Owl' });
    expect(await first('New-Mailbox', { Equipment: true, Name: 'Van' })).toMatchObject({ RecipientTypeDetails: 'EquipmentMailbox', IsResource: true });
    const { body } = await call('GET', `/users/${String(room['ExternalDirectoryObjectId'])}?$select=userPrincipalName,mailNickname,mail,proxyAddresses,displayName,accountEnabled`);
    expect(body).toMatchObject({ userPrincipalName: 'owl@example.com', mailNickname: 'owl', mail: 'room.owl@other.example.com', proxyAddresses: ['SMTP:room.owl@other.example.com', 'smtp:owl@mixed.onmicrosoft.com'], displayName: 'Room Owl', accountEnabled: false });
  });

  it('makes a user with a mailbox from user ID and password', async () => {
    const { first, refused } = await exchangeRig({ seed: MIXED });
    expect(await first('New-Mailbox', { Name: 'New User', MicrosoftOnlineServicesID: 'new.user@other.example.com', Password: 'Long-enough-7', FirstName: 'New', LastName: 'User' })).toMatchObject({ RecipientTypeDetails: 'UserMailbox', Alias: 'new.user', UserPrincipalName: 'new.user@other.example.com', PrimarySmtpAddress: 'new.user@other.example.com' });
    expect(await refused('New-Mailbox', { Name: 'X', MicrosoftOnlineServicesID: 'x@example.com', Password: 'short' })).toMatch(/^400 .*minimum security requirements/);
  });

  it.each([
    ['a user ID of a foreign domain', { Name: 'X', MicrosoftOnlineServicesID: 'x@nowhere.example', Password: 'Long-enough-7' }, /^400 Microsoft\.Exchange\.Management\.Tasks\.NotAcceptedDomainException\|You can't use the domain because it's not an accepted domain for your organization\.$/],
    ['a user ID of a domain that is not verified', { Name: 'X', MicrosoftOnlineServicesID: 'x@unverified.example', Password: 'Long-enough-7' }, /not an accepted domain/],
    ['a primary address of a foreign domain', { Name: 'X', Shared: true, PrimarySmtpAddress: 'x@nowhere.example' }, /not an accepted domain/],
    ['a taken user ID', { Name: 'X', MicrosoftOnlineServicesID: 'plain@example.com', Password: 'Long-enough-7' }, taken('smtp:plain@example.com', IDS.plain)],
    ['an address that a group holds', { Name: 'X', Shared: true, PrimarySmtpAddress: 'team@example.com' }, taken('SMTP:team@example.com', 'Team')],
    ['an address that a deleted user holds', { Name: 'X', Shared: true, PrimarySmtpAddress: 'gone@example.com' }, taken('SMTP:gone@example.com', IDS.gone)],
    ['a name that is too long', { Name: 'x'.repeat(65), Shared: true }, /The length of the property is too long/],
    ['a bad alias', { Name: 'X', Shared: true, Alias: 'a b' }, /Property expression "a b" isn't valid/],
  ])('refuses %s', async (_what, parameters, text) => {
    const { refused, sim } = kept;
    const before = sim.snapshot();
    expect(await refused('New-Mailbox', parameters)).toMatch(text);
    expect(sim.snapshot()).toEqual(before);
  });

  it('refuses a name that was given before', async () => {
    const { run, refused } = await exchangeRig({ seed: MIXED });
    await run('New-Mailbox', { Name: 'Sales', Shared: true });
    expect(await refused('New-Mailbox', { Name: 'sales', Shared: true, Alias: 'other' })).toMatch(/ADObjectAlreadyExistsException\|.*'sales' already exists/);
  });
});

describe('Set-Mailbox', () => {
  it('changes addresses; mail in Graph follows the primary one', async () => {
    const { run, first, call } = await exchangeRig({ seed: MIXED });
    expect(await run('Set-Mailbox', { Identity: 'twina', EmailAddresses: changed({ Add: ['SMTP:twin.a@other.example.com', 'ta@example.com', 'X500:/o=old/cn=twin'], Remove: ['twina@example.com'] }) })).toMatchObject({ status: 200, rows: [], warnings: [] });
    const addresses = (await first('Get-Mailbox', { Identity: 'twina' }))['EmailAddresses'];
    expect(addresses).toEqual(['SMTP:twin.a@other.example.com', 'smtp:ta@example.com', 'X500:/o=old/cn=twin']);
    expect((await call('GET', `/users/${IDS.twinA}?$select=mail,proxyAddresses,userPrincipalName`)).body).toMatchObject({ mail: 'twin.a@other.example.com', proxyAddresses: addresses, userPrincipalName: 'twina@example.com' });
  });

  it('makes WindowsEmailAddress the primary address and keeps the old one', async () => {
    const { run, first } = await exchangeRig({ seed: MIXED });
    await run('Set-Mailbox', { Identity: 'twina@example.com', WindowsEmailAddress: 'twin.a@example.com' });
    expect(await first('Get-Mailbox', { Identity: 'twin.a@example.com' })).toMatchObject({ PrimarySmtpAddress: 'twin.a@example.com', WindowsEmailAddress: 'twin.a@example.com', EmailAddresses: ['SMTP:twin.a@example.com', 'smtp:twina@example.com'] });
  });

  it.each([
    ['an address of another user', { EmailAddresses: changed({ Add: ['plain@example.com'] }) }, taken('smtp:plain@example.com', IDS.plain)],
    ['an address of a contact', { EmailAddresses: changed({ Add: ['smtp:partner@out.example'] }) }, /not an accepted domain/],
    ['an address in the recycle bin', { EmailAddresses: changed({ Add: ['gone@example.com'] }) }, taken('smtp:gone@example.com', IDS.gone)],
    ['the user name of another user', { EmailAddresses: changed({ Add: ['admin@mixed.onmicrosoft.com'] }) }, taken('smtp:admin@mixed.onmicrosoft.com', IDS.admin)],
    ['a foreign domain', { EmailAddresses: ['SMTP:anna@nowhere.example'] }, /^400 Microsoft\.Exchange\.Management\.Tasks\.NotAcceptedDomainException\|You can't use the domain/],
    ['the removal of the primary address', { EmailAddresses: changed({ Remove: ['anna@example.com'] }) }, /primary SMTP address and can't be removed/],
    ['addresses in two ways at once', { EmailAddresses: ['a@example.com'], WindowsEmailAddress: 'b@example.com' }, /can't be used together/],
    ['an unknown delegate', { GrantSendOnBehalfTo: ['nobody'] }, /^400 .*Couldn't find object "nobody"\. Please make sure that it was spelled correctly or specify a different object\.$/],
    ['a contact as delegate', { GrantSendOnBehalfTo: ['partner'] }, /Couldn't find object "partner"/],
    ['an ambiguous delegate', { GrantSendOnBehalfTo: changed({ Add: ['Twin'] }) }, /"Twin" doesn't represent a unique recipient\./],
    ['forwarding to nobody', { ForwardingAddress: 'nobody@example.com' }, /Couldn't find object/],
    ['forwarding to itself', { ForwardingAddress: 'anna' }, /can't forward to itself/],
    ['an unknown sender', { AcceptMessagesOnlyFrom: changed({ Add: ['nobody@example.com'] }) }, /Couldn't find object "nobody@example\.com"/],
    ['a group among single senders', { RejectMessagesFrom: changed({ Add: ['secure'] }) }, /Couldn't find object "secure"/],
    ['a person among groups of senders', { AcceptMessagesOnlyFromDLMembers: changed({ Add: ['twina'] }) }, /Couldn't find object "twina"/],
    ['one list of senders in two ways', { AcceptMessagesOnlyFrom: ['twina'], AcceptMessagesOnlyFromSendersOrMembers: ['twinb'] }, /can't be used in the same command/],
    ['a size above 150 MB', { MaxSendSize: '151 MB' }, /larger than the maximum of 150 MB/],
    ['a size that is none', { MaxSendSize: 'big' }, /Cannot process argument transformation on parameter 'MaxSendSize'/],
    ['a capacity on a user mailbox', { ResourceCapacity: 4 }, /can only be set on a resource mailbox/],
    ['a taken user ID', { MicrosoftOnlineServicesID: 'plain@example.com' }, taken('smtp:plain@example.com', IDS.plain)],
  ])('refuses %s', async (_what, parameters, text) => {
    const { refused, sim } = kept;
    const before = sim.snapshot();
    expect(await refused('Set-Mailbox', { Identity: 'anna', ...parameters })).toMatch(text);
    expect(sim.snapshot()).toEqual(before);
  });

  it('sets, changes and clears delegates, forwarding, visibility, attributes, sizes and hold', async () => {
    const { run, first } = await exchangeRig({ seed: MIXED });
    const set = async (parameters: Record<string, unknown>) => { expect((await run('Set-Mailbox', { Identity: IDS.anna, ...parameters })).told).toBe(''); return first('Get-Mailbox', { Identity: IDS.anna }); };
    expect(await set({ GrantSendOnBehalfTo: ['twina', IDS.twinB] })).toMatchObject({ GrantSendOnBehalfTo: [IDS.twinA, IDS.twinB] });
    expect(await set({ GrantSendOnBehalfTo: changed({ Add: ['secure@example.com'], Remove: ['twina@example.com'] }) })).toMatchObject({ GrantSendOnBehalfTo: [IDS.twinB, 'Secure'] });
    expect(await set({ GrantSendOnBehalfTo: null })).toMatchObject({ GrantSendOnBehalfTo: [] });
    expect(await set({ ForwardingAddress: 'partner@out.example', DeliverToMailboxAndForward: true, ForwardingSmtpAddress: 'away@elsewhere.example' })).toMatchObject({ ForwardingAddress: 'Partner', ForwardingSmtpAddress: 'smtp:away@elsewhere.example', DeliverToMailboxAndForward: true });
    expect(await set({ ForwardingAddress: null, ForwardingSmtpAddress: null })).toMatchObject({ ForwardingAddress: null, ForwardingSmtpAddress: null });
    expect(await set({ HiddenFromAddressListsEnabled: true, CustomAttribute4: 'four', CustomAttribute15: 'x', MaxSendSize: '25 MB', LitigationHoldEnabled: true, DisplayName: 'Anna B.', Alias: 'anna.b' }))
      .toMatchObject({ HiddenFromAddressListsEnabled: true, CustomAttribute4: 'four', MaxSendSize: '25 MB (26,214,400 bytes)', LitigationHoldEnabled: true, LitigationHoldDate: expect.stringMatching(/^\d{4}-/) as string, DisplayName: 'Anna B.', Alias: 'anna.b', PrimarySmtpAddress: 'anna@example.com' });
    expect(await set({ CustomAttribute4: '', LitigationHoldEnabled: false })).toMatchObject({ CustomAttribute4: '', CustomAttribute15: 'x', LitigationHoldEnabled: false, LitigationHoldDate: null });
  });

  it('takes who may send and who may not, and leaves no trace of what is taken back', async () => {
    const { run, first, sim } = await exchangeRig({ seed: MIXED });
    const set = async (parameters: Record<string, unknown>) => { expect((await run('Set-Mailbox', { Identity: IDS.anna, ...parameters })).told).toBe(''); return first('Get-Mailbox', { Identity: IDS.anna }); };
    const facet = () => { const { whenChanged: _, ...kept } = sim.snapshot().users.find((u) => u.id === IDS.anna)?.exchange ?? {}; return kept; };
    const before = facet();
    expect(await first('Get-Mailbox', { Identity: IDS.anna })).toMatchObject({ AcceptMessagesOnlyFrom: [], RejectMessagesFromDLMembers: [], RequireSenderAuthenticationEnabled: false });
    expect(await set({ AcceptMessagesOnlyFrom: changed({ Add: ['twina', 'partner@out.example'] }), AcceptMessagesOnlyFromDLMembers: ['secure'], RequireSenderAuthenticationEnabled: true }))
      .toMatchObject({ AcceptMessagesOnlyFrom: [IDS.twinA, 'Partner'], AcceptMessagesOnlyFromDLMembers: ['Secure'], AcceptMessagesOnlyFromSendersOrMembers: [IDS.twinA, 'Partner', 'Secure'], RequireSenderAuthenticationEnabled: true });
    expect(await set({ AcceptMessagesOnlyFrom: changed({ Remove: ['twina'] }), RejectMessagesFrom: ['twinb'], HiddenFromAddressListsEnabled: true })).toMatchObject({ AcceptMessagesOnlyFrom: ['Partner'], AcceptMessagesOnlyFromDLMembers: ['Secure'], RejectMessagesFrom: [IDS.twinB] });
    await set({ AcceptMessagesOnlyFrom: null, AcceptMessagesOnlyFromDLMembers: null, RejectMessagesFrom: changed({ Remove: ['twinb'] }), RequireSenderAuthenticationEnabled: false, HiddenFromAddressListsEnabled: false });
    expect(facet()).toEqual(before);
  });

  it('shows custom attributes, names and user ID in Graph, and Graph\'s in Exchange', async () => {
    const { run, first, call } = await exchangeRig({ seed: MIXED });
    await run('Set-Mailbox', { Identity: 'twina', CustomAttribute2: 'two', DisplayName: 'First Twin', MicrosoftOnlineServicesID: 'first@example.com' });
    expect((await call('GET', `/users/${IDS.twinA}?$select=displayName,userPrincipalName,onPremisesExtensionAttributes`)).body).toMatchObject({ displayName: 'First Twin', userPrincipalName: 'first@example.com', onPremisesExtensionAttributes: { extensionAttribute2: 'two' } });
    expect((await call('PATCH', `/users/${IDS.twinA}`, { onPremisesExtensionAttributes: { extensionAttribute7: 'seven' }, jobTitle: 'Room' })).status).toBe(204);
    expect(await first('Get-Mailbox', { Identity: 'first@example.com' })).toMatchObject({ CustomAttribute2: 'two', CustomAttribute7: 'seven' });
    expect(await first('Get-User', { Identity: 'first@example.com' })).toMatchObject({ Title: 'Room' });
  });

  it('warns when a change changes nothing', async () => {
    const { run } = await exchangeRig({ seed: MIXED });
    await run('Set-Mailbox', { Identity: 'anna', MailTip: 'x' });
    expect((await run('Set-Mailbox', { Identity: 'anna', MailTip: 'x', EmailAddresses: changed({ Add: ['anna@mixed.onmicrosoft.com'], Remove: ['none@example.com'] }) })).warnings).toEqual([`The command completed successfully but no settings of '${IDS.anna}' have been modified.`]);
  });

  it('turns one type of mailbox into another and back', async () => {
    const { run, first } = await exchangeRig({ seed: MIXED });
    for (const [type, details] of [['Shared', 'SharedMailbox'], ['Room', 'RoomMailbox'], ['equipment', 'EquipmentMailbox'], ['Regular', 'UserMailbox']]) {
      expect((await run('Set-Mailbox', { Identity: 'anna', Type: type })).status).toBe(200);
      expect(await first('Get-Mailbox', { Identity: 'anna' })).toMatchObject({ RecipientTypeDetails: details });
    }
  });

  it('refuses to change what a synchronisation owns, and allows what is the cloud\'s', async () => {
    const { run, refused } = await exchangeRig({ seed: MIXED });
    for (const [name, value] of [['EmailAddresses', changed({ Add: ['s@example.com'] })], ['HiddenFromAddressListsEnabled', true], ['CustomAttribute1', 'x'], ['GrantSendOnBehalfTo', ['anna']], ['DisplayName', 'x'], ['ForwardingAddress', 'anna']] as const) {
      expect(await refused('Set-Mailbox', { Identity: 'sven', [name]: value })).toBe(`400 System.InvalidOperationException|The operation on mailbox "${IDS.synced}" failed because it's out of the current user's write scope. The action 'Set-Mailbox', '${name}', can't be performed on the object '${IDS.synced}' because the object is being synchronized from your on-premises organization. This action should be performed on the object in your on-premises organization.`);
    }
    expect(await refused('Remove-Mailbox', { Identity: 'sven' })).toMatch(/out of the current user's write scope/);
    expect((await run('Set-Mailbox', { Identity: 'sven', ForwardingSmtpAddress: 'away@elsewhere.example', Type: 'Shared', LitigationHoldEnabled: true })).status).toBe(200);
  });
});

describe('Remove-Mailbox and Enable-Mailbox', () => {
  it('put the user in the recycle bin of the directory, from where Graph restores the mailbox', async () => {
    const { run, refused, first, call } = await exchangeRig({ seed: MIXED });
    expect((await run('Remove-Mailbox', { Identity: 'twina', Confirm: false })).status).toBe(200);
    expect(await refused('Get-Mailbox', { Identity: 'twina' })).toMatch(/^404 /);
    expect((await call('GET', '/directory/deletedItems/microsoft.graph.user')).body.value?.map((user) => user['id'])).toContain(IDS.twinA);
    expect((await call('POST', `/directory/deletedItems/${IDS.twinA}/restore`)).status).toBe(200);
    expect(await first('Get-Mailbox', { Identity: 'twina' })).toMatchObject({ RecipientTypeDetails: 'SharedMailbox' });
  });

  it('give a mailbox an archive once', async () => {
    const { first, refused } = await exchangeRig({ seed: MIXED });
    expect(await first('Get-Mailbox', { Identity: 'anna' })).toMatchObject({ ArchiveStatus: 'None', ArchiveGuid: '00000000-0000-0000-0000-000000000000' });
    expect(await first('Enable-Mailbox', { Identity: 'anna', Archive: true })).toMatchObject({ ArchiveStatus: 'Active', ArchiveName: ['In-Place Archive -Anna Berg'], ArchiveGuid: expect.not.stringMatching(/^0{8}/) as string });
    expect(await refused('Enable-Mailbox', { Identity: 'anna', Archive: true })).toMatch(/already enabled/);
    expect(await refused('Enable-Mailbox', { Identity: 'anna' })).toMatch(/missing mandatory parameters: Archive/);
  });
});

describe('licences and delays', () => {
  it('give and take a mailbox, which keeps its guid; a shared mailbox needs none', async () => {
    const { call, first, refused, run } = await exchangeRig({ seed: MIXED });
    const licence = async (id: string, add: boolean) => { expect((await call('POST', `/users/${id}/assignLicense`, { addLicenses: add ? [{ skuId: E3 }] : [], removeLicenses: add ? [] : [E3] })).status).toBe(200); };
    await call('PATCH', `/users/${IDS.plain}`, { usageLocation: 'NO' });
    expect(await refused('Get-Mailbox', { Identity: 'plain@example.com' })).toMatch(/^404 /);
    await licence(IDS.plain, true);
    const { ExchangeGuid: guid } = await first('Get-Mailbox', { Identity: 'plain@example.com' });
    await licence(IDS.plain, false);
    expect(await refused('Get-Mailbox', { Identity: 'plain@example.com' })).toMatch(/^404 /);
    await licence(IDS.plain, true);
    expect(await first('Get-Mailbox', { Identity: 'plain@example.com' })).toMatchObject({ ExchangeGuid: guid });
    await run('Set-Mailbox', { Identity: 'plain@example.com', Type: 'Shared' });
    await licence(IDS.plain, false);
    expect(await first('Get-Mailbox', { Identity: 'plain@example.com' })).toMatchObject({ RecipientTypeDetails: 'SharedMailbox' });
  });

  it('leave shared mailboxes as they are, and mailboxes that are there', () => {
    const directory = new Directory(simulatorSeed.parse(MIXED), simulatorClock(() => 0, 1));
    const shared = directory.user.get(IDS.twinA);
    if (!shared) throw new Error('no mailbox');
    disconnectMailbox(directory, shared);
    provisionMailbox(directory, shared, 0);
    expect(shared.exchange).toEqual({ recipientTypeDetails: 'SharedMailbox' });
    expect(directory.changes).toBe(0);
  });

  it('lie between Graph and Exchange in both directions, and not inside Exchange', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const { sim, first, run, refused, call } = await exchangeRig({ seed: MIXED, exchangeLagMs: 60_000, clock: () => now });
    await first('New-Mailbox', { Shared: true, Name: 'Late', Alias: 'late' });
    expect(await first('Get-Mailbox', { Identity: 'late' })).toMatchObject({ PrimarySmtpAddress: 'late@example.com' });
    expect((await run('Get-Mailbox')).rows.map((row) => row['Alias'])).toContain('late');
    expect((await call('GET', '/users/late@example.com')).status).toBe(404);
    expect((await call('PATCH', `/users/${IDS.anna}`, { displayName: 'Renamed' })).status).toBe(204);
    expect(await first('Get-Mailbox', { Identity: 'anna@example.com' })).toMatchObject({ DisplayName: 'Anna Berg' });
    await run('Remove-Mailbox', { Identity: 'twina' });
    expect(await refused('Get-Mailbox', { Identity: 'twina' })).toMatch(/^404 /);
    expect((await call('GET', `/users/${IDS.twinA}`)).status).toBe(200);
    expect((await call('DELETE', `/users/${IDS.twinB}`)).status).toBe(204);
    expect(await first('Get-Mailbox', { Identity: 'twinb' })).toMatchObject({ Alias: 'twinb' });
    expect(await refused('Set-Mailbox', { Identity: 'twinb', MailTip: 'x' })).toMatch(/^404 /);
    now += 61_000;
    expect((await call('GET', '/users/late@example.com')).status).toBe(200);
    expect(await first('Get-Mailbox', { Identity: 'anna@example.com' })).toMatchObject({ DisplayName: 'Renamed' });
    expect((await call('GET', `/users/${IDS.twinA}`)).status).toBe(404);
    expect(await refused('Get-Mailbox', { Identity: 'twinb' })).toMatch(/^404 /);
    expect(sim.snapshot().deletedUsers.map((user) => user.id)).toContain(IDS.twinA);
  });
});
