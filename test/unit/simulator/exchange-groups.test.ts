import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminToken, MORE, refusedWith, STAFF, tried } from './exchange-groups-support.ts';
import { changed, exchangeRig, IDS, startExchange, type ExchangeRig } from './exchange-support.ts';

const NOT_MANAGER = /^400 Microsoft\.Exchange\.Configuration\.Tasks\.OperationRequiresGroupManagerException\|You don't have sufficient permissions\. This operation can only be performed by a manager of the group\.$/;
const SYNCED = /out of the current user's write scope\. The action '[A-Za-z-]+', '[A-Za-z]+', can't be performed on the object 'Onprem' because the object is being synchronized from your on-premises organization\./;

/** A tenant for tests in which everything is refused, or nothing but one group changes. */
let kept: ExchangeRig;
beforeAll(async () => {
  kept = await startExchange({ seed: STAFF });
  await kept.first('New-DistributionGroup', { Name: 'Rooms', RoomList: true, Members: ['owl'] });
});
afterAll(async () => { await kept.sim.close(); });

const names = (rows: readonly Record<string, unknown>[]): unknown[] => rows.map((row) => row['Alias']);

describe('New-DistributionGroup', () => {
  it('makes a distribution group with alias and addresses of its own, which Graph shows after the delay and cannot write', async () => {
    const { first, call, sim } = await exchangeRig({ seed: STAFF, exchangeLagMs: 1000 });
    const made = await first('New-DistributionGroup', { Name: 'IT Department', Members: ['anna@example.com', 'Partner', 'secure', 'mia@out.example'], ManagedBy: ['bert'], Description: ['All of IT'], Notes: 'since 2026' });
    expect(made).toMatchObject({
      Name: 'IT Department', DisplayName: 'IT Department', Alias: 'ITDepartment', PrimarySmtpAddress: 'ITDepartment@example.com', EmailAddresses: ['SMTP:ITDepartment@example.com', 'smtp:ITDepartment@mixed.onmicrosoft.com'], GroupType: 'Universal',
      RecipientType: 'MailUniversalDistributionGroup', RecipientTypeDetails: 'MailUniversalDistributionGroup', ManagedBy: [MORE.bert], MemberJoinRestriction: 'Closed', MemberDepartRestriction: 'Open', RequireSenderAuthenticationEnabled: true,
      HiddenFromAddressListsEnabled: false, ReportToOriginatorEnabled: true, ModerationEnabled: false, Description: ['All of IT'],
    });
    const path = `/groups/${String(made['ExternalDirectoryObjectId'])}`;
    expect((await call('GET', path)).status).toBe(404);
    sim.advance(1000);
    expect((await call('GET', path)).body).toMatchObject({ displayName: 'IT Department', description: 'All of IT', mailNickname: 'ITDepartment', mail: 'ITDepartment@example.com', mailEnabled: true, securityEnabled: false, groupTypes: [], proxyAddresses: made['EmailAddresses'] });
    expect(new Set((await call('GET', `${path}/members?$select=id`)).body.value?.map((member) => member['id']))).toEqual(new Set([IDS.anna, IDS.partner, IDS.secure, MORE.mailUser]));
    // Owners of groups that Exchange made are not in Graph.
    expect((await call('GET', `${path}/owners`)).body.value).toEqual([]);
    expect((await call('PATCH', path, { displayName: 'x' })).body.error?.message).toMatch(/Cannot Update a mail-enabled security groups and or distribution list/);
    expect((await call('DELETE', path)).status).toBe(400);
  });

  it('makes a mail-enabled security group, which is closed, and shows as one in Graph', async () => {
    const { first, call } = await exchangeRig({ seed: STAFF });
    const made = await first('New-DistributionGroup', { Name: 'Managers', Type: 'security', PrimarySmtpAddress: 'boss@other.example.com', CopyOwnerToMember: true, ManagedBy: ['anna', 'bert'] });
    expect(made).toMatchObject({ RecipientTypeDetails: 'MailUniversalSecurityGroup', GroupType: 'Universal, SecurityEnabled', MemberDepartRestriction: 'Closed', MemberJoinRestriction: 'Closed', EmailAddresses: ['SMTP:boss@other.example.com', 'smtp:Managers@mixed.onmicrosoft.com'] });
    const path = `/groups/${String(made['ExternalDirectoryObjectId'])}`;
    expect((await call('GET', path)).body).toMatchObject({ mailEnabled: true, securityEnabled: true, groupTypes: [], mail: 'boss@other.example.com' });
    expect((await call('GET', `${path}/members?$select=id`)).body.value).toHaveLength(2);
    expect((await call('POST', `${path}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${IDS.plain}` })).status).toBe(400);
  });

  it('is owned by its creator, or by Organization Management when an application makes it', async () => {
    const { first, run, sim } = await exchangeRig({ seed: STAFF });
    expect((await first('New-DistributionGroup', { Name: 'By the application' }))['ManagedBy']).toEqual(['Organization Management']);
    const token = await adminToken(sim);
    expect((await run('New-DistributionGroup', { Name: 'By a person' }, { token })).rows[0]?.['ManagedBy']).toEqual([IDS.admin]);
    // The person manages the own group; the application has to bypass the check.
    expect((await run('Set-DistributionGroup', { Identity: 'By a person', MailTip: 'x' }, { token })).status).toBe(200);
    expect((await run('Set-DistributionGroup', { Identity: 'By a person', MailTip: 'y' })).told).toMatch(/manager of the group/);
  });

  it('makes an address from letters that addresses cannot have', async () => {
    const { first } = await exchangeRig({ seed: STAFF });
    expect(await first('New-DistributionGroup', { Name: 'Über uns' })).toMatchObject({ Alias: 'Überuns', PrimarySmtpAddress: 'Ueberuns@example.com' });
  });

  it.each([
    ['no name', {}, /missing mandatory parameters: Name\./],
    ['the name of another group', { Name: 'list', Alias: 'x' }, /ADObjectAlreadyExistsException\|.*'list' already exists/],
    ['the name of a contact', { Name: 'Partner', Alias: 'x' }, /'Partner' already exists/],
    ['the alias of a mailbox', { Name: 'X', Alias: 'anna' }, /The value "anna" of property "Alias" is used by another recipient object/],
    ['the alias of a Microsoft 365 group', { Name: 'X', Alias: 'team' }, /The value "team" of property "Alias" is used by another recipient object "Team"/],
    ['a primary address that is taken', { Name: 'X', PrimarySmtpAddress: 'team@example.com' }, /The proxy address "SMTP:team@example\.com" is already being used/],
    ['a made address that a deleted user holds', { Name: 'Gone' }, /The proxy address "SMTP:Gone@example\.com" is already being used/],
    ['a primary address of a foreign domain', { Name: 'X', PrimarySmtpAddress: 'x@nowhere.example' }, /not an accepted domain/],
    ['a name that is too long', { Name: 'x'.repeat(65) }, /maximum length is 64/],
    ['an unknown type', { Name: 'X', Type: 'Dynamic' }, /Unable to match the identifier name Dynamic/],
    ['a member that does not exist', { Name: 'X', Members: ['nobody'] }, /Couldn't find object "nobody"\. Please make sure that it was spelled correctly or specify a different object\./],
    ['a Microsoft 365 group as member', { Name: 'X', Members: ['team'] }, /Couldn't find object "team"/],
    ['an account without mail as member', { Name: 'X', Members: ['admin@mixed.onmicrosoft.com'] }, /Couldn't find object "admin@/],
    ['a security group without mail as member', { Name: 'X', Members: ['Plain security'] }, /Couldn't find object/],
    ['the same member twice', { Name: 'X', Members: ['anna', 'anna@example.com'] }, /"anna@example\.com" is already present in the collection/],
    ['members that several objects answer to', { Name: 'X', Members: ['Twin'] }, /"Twin" doesn't represent a unique recipient/],
    ['a distribution group as owner', { Name: 'X', ManagedBy: ['list'] }, /Couldn't find object "list"/],
    ['a contact as owner', { Name: 'X', ManagedBy: ['partner'] }, /Couldn't find object "partner"/],
    ['nobody as owner', { Name: 'X', ManagedBy: [] }, /must have at least one owner/],
    ['a security group that anybody may join', { Name: 'X', Type: 'Security', MemberJoinRestriction: 'Open' }, /The value "Open" of MemberJoinRestriction can't be used on a security group/],
    ['a security group that anybody may leave', { Name: 'X', Type: 'Security', MemberDepartRestriction: 'Open' }, /The value "Open" of MemberDepartRestriction/],
    ['a moderated security group without moderators', { Name: 'X', Type: 'Security', ModerationEnabled: true }, /at least one moderator/],
    ['a person in a room list', { Name: 'X', RoomList: true, Members: ['anna'] }, /A room list can only have room mailboxes/],
    ['a hash table where a whole list is meant', { Name: 'X', Members: changed({ Add: ['anna'] }) }, /parameter 'Members'/],
    ['what only a server on premises has', { Name: 'X', SamAccountName: 'x' }, /matches parameter name 'SamAccountName'/],
  ])('refuses %s', async (_what, parameters, text) => {
    expect(await tried(kept, 'New-DistributionGroup', parameters)).toEqual(refusedWith(text));
  });
});

describe('Get-DistributionGroup', () => {
  it('lists distribution and mail-enabled security groups and room lists, no Microsoft 365 groups', async () => {
    expect(names((await kept.run('Get-DistributionGroup')).rows)).toEqual(['list', 'secure', 'onprem', 'bare', 'owned', 'Rooms']);
    expect(names((await kept.run('Get-DistributionGroup', { RecipientTypeDetails: ['MailUniversalSecurityGroup', 'RoomList'] })).rows)).toEqual(['secure', 'Rooms']);
    expect(names((await kept.run('Get-DistributionGroup', { ManagedBy: 'anna' })).rows)).toEqual(['owned']);
    expect(names((await kept.run('Get-DistributionGroup', { Filter: "Alias -like 'o*'" })).rows)).toEqual(['onprem', 'owned']);
    expect(await kept.refused('Get-DistributionGroup', { Identity: 'team' })).toMatch(/^404 .*object 'team' couldn't be found/);
    expect(await kept.first('Get-DistributionGroup', { Identity: 'onprem@example.com' })).toMatchObject({ IsDirSynced: true });
  });
});

describe('Set-DistributionGroup', () => {
  it('changes names, addresses, settings and senders; values taken back leave no trace', async () => {
    const { first, run, call, sim } = await exchangeRig({ seed: STAFF });
    const before = sim.snapshot();
    const set = (more: Record<string, unknown>) => run('Set-DistributionGroup', { Identity: IDS.list, ...more });
    expect(await set({
      DisplayName: 'Everybody', Alias: 'everybody', EmailAddresses: changed({ Add: ['SMTP:all@other.example.com'], Remove: ['list@example.com'] }), HiddenFromAddressListsEnabled: true, RequireSenderAuthenticationEnabled: false, MemberJoinRestriction: 'ApprovalRequired', MemberDepartRestriction: 'Closed',
      AcceptMessagesOnlyFrom: ['anna', 'partner'], AcceptMessagesOnlyFromDLMembers: ['secure'], RejectMessagesFromSendersOrMembers: ['bert', 'bare'], GrantSendOnBehalfTo: ['secure', 'anna'], ModeratedBy: ['partner'], ModerationEnabled: true, SendModerationNotifications: 'Never',
      BypassModerationFromSendersOrMembers: ['bare', 'bert'], MailTip: 'Many people', CustomAttribute3: 'three', ReportToManagerEnabled: true, ReportToOriginatorEnabled: false, Description: 'All', BccBlocked: true,
    })).toMatchObject({ status: 200, rows: [], warnings: [] });
    expect(await first('Get-DistributionGroup', { Identity: 'everybody' })).toMatchObject({
      Name: 'List', DisplayName: 'Everybody', EmailAddresses: ['SMTP:all@other.example.com'], HiddenFromAddressListsEnabled: true, RequireSenderAuthenticationEnabled: false, MemberJoinRestriction: 'ApprovalRequired', MemberDepartRestriction: 'Closed',
      AcceptMessagesOnlyFrom: [IDS.anna, 'Partner'], AcceptMessagesOnlyFromDLMembers: ['Secure'], AcceptMessagesOnlyFromSendersOrMembers: [IDS.anna, 'Partner', 'Secure'], RejectMessagesFrom: [MORE.bert], RejectMessagesFromDLMembers: ['Bare'],
      GrantSendOnBehalfTo: ['Secure', IDS.anna], ModeratedBy: ['Partner'], ModerationEnabled: true, SendModerationNotifications: 'Never', BypassModerationFromSendersOrMembers: ['Bare', MORE.bert], MailTip: '<html><body>Many people</body></html>', CustomAttribute3: 'three', ReportToManagerEnabled: true, ReportToOriginatorEnabled: false, BccBlocked: true,
    });
    expect((await call('GET', `/groups/${IDS.list}`)).body).toMatchObject({ displayName: 'Everybody', description: 'All', mailNickname: 'everybody', mail: 'all@other.example.com', proxyAddresses: ['SMTP:all@other.example.com'] });
    await set({ AcceptMessagesOnlyFrom: changed({ Remove: ['partner'] }) });
    expect(await first('Get-DistributionGroup', { Identity: 'everybody' })).toMatchObject({ AcceptMessagesOnlyFrom: [IDS.anna], AcceptMessagesOnlyFromDLMembers: ['Secure'] });
    await set({
      DisplayName: 'List', Alias: 'list', EmailAddresses: ['SMTP:list@example.com'], HiddenFromAddressListsEnabled: false, RequireSenderAuthenticationEnabled: true, MemberJoinRestriction: 'Closed', MemberDepartRestriction: 'Open', AcceptMessagesOnlyFromSendersOrMembers: null, RejectMessagesFromSendersOrMembers: [],
      GrantSendOnBehalfTo: null, ModeratedBy: null, ModerationEnabled: false, SendModerationNotifications: 'Always', BypassModerationFromSendersOrMembers: null, MailTip: '', CustomAttribute3: null, ReportToManagerEnabled: false, ReportToOriginatorEnabled: true, Description: null, BccBlocked: false,
    });
    const after = sim.snapshot();
    const list = after.groups.find((group) => group.id === IDS.list);
    // The name no longer follows the display name.
    expect(list?.exchange).toEqual({ name: 'List', whenChanged: expect.any(String) });
    expect(list?.properties).toEqual(before.groups.find((group) => group.id === IDS.list)?.properties);
  });

  it('changes the primary address alone and keeps the old one; an alias changes no address', async () => {
    const { first, run } = await exchangeRig({ seed: STAFF });
    await run('Set-DistributionGroup', { Identity: 'list', PrimarySmtpAddress: 'all@other.example.com', Alias: 'all' });
    expect(await first('Get-DistributionGroup', { Identity: 'all' })).toMatchObject({ PrimarySmtpAddress: 'all@other.example.com', WindowsEmailAddress: 'all@other.example.com', EmailAddresses: ['SMTP:all@other.example.com', 'smtp:list@example.com'] });
  });

  it('changes owners, of whom one must stay', async () => {
    const { first, run, refused } = await exchangeRig({ seed: STAFF });
    const bypass = { Identity: 'owned', BypassSecurityGroupManagerCheck: true };
    await run('Set-DistributionGroup', { ...bypass, ManagedBy: changed({ Add: ['secure'], Remove: ['anna'] }) });
    expect((await first('Get-DistributionGroup', { Identity: 'owned' }))['ManagedBy']).toEqual(['Secure']);
    expect(await refused('Set-DistributionGroup', { ...bypass, ManagedBy: changed({ Remove: ['secure'] }) })).toMatch(/must have at least one owner/);
    expect(await refused('Set-DistributionGroup', { ...bypass, ManagedBy: null })).toMatch(/must have at least one owner/);
  });

  it('lets a member of an owning security group change the group', async () => {
    const { run, sim, call } = await exchangeRig({ seed: { ...STAFF, groups: (STAFF.groups ?? []).map((group) => (group.id === IDS.secure ? { ...group, memberIds: [IDS.admin] } : group)) } });
    await run('Set-DistributionGroup', { Identity: 'list', ManagedBy: ['secure'] });
    const token = await adminToken(sim);
    expect((await run('Set-DistributionGroup', { Identity: 'list', DisplayName: 'Mine' })).told).toMatch(/manager of the group/);
    expect((await run('Set-DistributionGroup', { Identity: 'list', DisplayName: 'Mine' }, { token })).status).toBe(200);
    expect((await call('GET', `/groups/${IDS.list}`)).body['displayName']).toBe('Mine');
  });

  it('turns a group of rooms into a room list, and no other', async () => {
    const { first, run, refused } = await exchangeRig({ seed: STAFF });
    await run('Update-DistributionGroupMember', { Identity: 'bare', Members: ['owl'] });
    await run('Set-DistributionGroup', { Identity: 'bare', RoomList: true });
    expect(await first('Get-DistributionGroup', { Identity: 'bare' })).toMatchObject({ RecipientTypeDetails: 'RoomList', RecipientType: 'MailUniversalDistributionGroup' });
    await run('Update-DistributionGroupMember', { Identity: 'list', Members: ['owl', 'anna'] });
    expect(await refused('Set-DistributionGroup', { Identity: 'list', RoomList: true })).toMatch(/A room list can only have room mailboxes/);
    expect(await refused('Set-DistributionGroup', { Identity: 'secure', RoomList: true })).toMatch(/A security group can't be a room list/);
  });

  it.each([
    ['who is no owner', 'owned', { MailTip: 'x' }, NOT_MANAGER],
    ['a synchronised group', 'onprem', { DisplayName: 'x' }, SYNCED],
    ['an address that is taken', 'list', { EmailAddresses: changed({ Add: ['anna@example.com'] }) }, /"smtp:anna@example\.com" is already being used/],
    ['an address that a deleted user holds', 'list', { PrimarySmtpAddress: 'gone@example.com' }, /"SMTP:gone@example\.com" is already being used/],
    ['the removal of the primary address', 'list', { EmailAddresses: changed({ Remove: ['list@example.com'] }) }, /is the primary SMTP address and can't be removed/],
    ['two ways to set addresses', 'list', { EmailAddresses: ['a@example.com'], PrimarySmtpAddress: 'b@example.com' }, /can't be used together/],
    ['the alias of another recipient', 'list', { Alias: 'bert' }, /"bert" of property "Alias"/],
    ['the name of another recipient', 'list', { Name: 'Secure' }, /'Secure' already exists/],
    ['a group among single senders', 'list', { AcceptMessagesOnlyFrom: ['secure'] }, /Couldn't find object "secure"/],
    ['a person among groups of senders', 'list', { RejectMessagesFromDLMembers: ['anna'] }, /Couldn't find object "anna"/],
    ['one list of senders given twice', 'list', { AcceptMessagesOnlyFromDLMembers: ['secure'], AcceptMessagesOnlyFromSendersOrMembers: ['anna'] }, /AcceptMessagesOnlyFromSendersOrMembers and AcceptMessagesOnlyFromDLMembers can't be used in the same command/],
    ['a contact that sends on behalf', 'list', { GrantSendOnBehalfTo: ['partner'] }, /Couldn't find object "partner"/],
    ['a distribution group that sends on behalf', 'list', { GrantSendOnBehalfTo: ['bare'] }, /Couldn't find object "bare"/],
    ['a security group that anybody may join', 'secure', { MemberJoinRestriction: 'Open' }, /can't be used on a security group/],
    ['a Microsoft 365 group', 'team', { MailTip: 'x' }, /^404/],
  ])('refuses %s', async (_what, Identity, parameters, text) => {
    expect(await tried(kept, 'Set-DistributionGroup', { Identity, ...parameters })).toEqual(refusedWith(text));
  });
});

describe('Get- and Set-Group', () => {
  it('show and change the notes of a group, which Get-DistributionGroup does not show', async () => {
    const { run, first } = await exchangeRig({ seed: STAFF });
    expect((await run('Set-Group', { Identity: 'list', Notes: 'since 2026' })).told).toBe('');
    expect(await first('Get-Group', { Identity: 'list' })).toMatchObject({ Name: 'List', Notes: 'since 2026' });
    expect(await first('Get-DistributionGroup', { Identity: 'list' })).not.toHaveProperty('Notes');
    expect((await run('Set-Group', { Identity: 'list', Notes: 'since 2026' })).warnings).toHaveLength(1);
    expect((await run('Set-Group', { Identity: 'list', Notes: '' })).told).toBe('');
    expect(await first('Get-Group', { Identity: 'list' })).toMatchObject({ Notes: '' });
  });
  it.each([
    ['notes that are too long', { Identity: 'list', Notes: 'x'.repeat(1025) }, /^400/], ['a group of others', { Identity: 'owned', Notes: 'x' }, NOT_MANAGER], ['a synchronised group', { Identity: 'onprem', Notes: 'x', BypassSecurityGroupManagerCheck: true }, SYNCED],
    ['a Microsoft 365 group', { Identity: 'team', Notes: 'x' }, /^404/], ['what is left to Set-DistributionGroup', { Identity: 'list', ManagedBy: 'anna' }, /^501/],
  ])('refuse %s', async (_what, parameters, text) => { expect(await tried(kept, 'Set-Group', parameters)).toEqual(refusedWith(text)); });
});

describe('members of distribution groups', () => {
  it('are added, read, replaced and removed; groups nest; Graph sees them after the delay', async () => {
    const { run, call, sim } = await exchangeRig({ seed: STAFF, exchangeLagMs: 1000 });
    const inGraph = async () => (await call('GET', `/groups/${IDS.list}/members?$select=id`)).body.value?.map((member) => member['id']);
    for (const Member of ['anna', 'owl', 'mia', 'g@out.example', 'partner', 'secure', 'bare']) expect(await run('Add-DistributionGroupMember', { Identity: 'list', Member })).toMatchObject({ status: 200, rows: [] });
    const { rows } = await run('Get-DistributionGroupMember', { Identity: 'list' });
    expect(names(rows)).toEqual(['anna', 'guest', 'owl', 'mia', 'secure', 'bare', 'partner']);
    expect(rows[0]).toMatchObject({ RecipientTypeDetails: 'UserMailbox', PrimarySmtpAddress: 'anna@example.com', Title: 'Clerk' });
    expect(await inGraph()).toEqual([]);
    sim.advance(1000);
    expect(await inGraph()).toHaveLength(7);
    await run('Update-DistributionGroupMember', { Identity: 'list', Members: ['anna', 'bert'], Confirm: false });
    expect(names((await run('Get-DistributionGroupMember', { Identity: 'list' })).rows)).toEqual(['anna', 'bert']);
    await run('Remove-DistributionGroupMember', { Identity: 'list', Member: 'anna', Confirm: false });
    sim.advance(1000);
    expect(await inGraph()).toEqual([MORE.bert]);
    await run('Update-DistributionGroupMember', { Identity: 'list', Members: null });
    expect((await run('Get-DistributionGroupMember', { Identity: 'list' })).rows).toEqual([]);
  });

  it('come in pages', async () => {
    const { run } = await exchangeRig({ seed: STAFF });
    await run('Update-DistributionGroupMember', { Identity: 'list', Members: ['anna', 'bert', 'partner', 'secure', 'bare'] });
    const headers = { prefer: 'odata.maxpagesize=2' };
    const seen: unknown[] = [];
    for (let reply = await run('Get-DistributionGroupMember', { Identity: 'list', ResultSize: 'Unlimited' }, { headers }); ; reply = await run('Get-DistributionGroupMember', { Identity: 'list', ResultSize: 'Unlimited' }, { headers, address: reply.next ?? '' })) {
      seen.push(...names(reply.rows));
      if (reply.next === undefined) break;
    }
    expect(seen).toEqual(['anna', 'bert', 'secure', 'bare', 'partner']);
  });

  it('tell one who is there already from one who is not there', async () => {
    const { run, refused, sim } = await exchangeRig({ seed: STAFF });
    await run('Add-DistributionGroupMember', { Identity: 'list', Member: 'partner' });
    const before = sim.snapshot();
    expect(await refused('Add-DistributionGroupMember', { Identity: 'list', Member: 'partner@out.example' })).toMatch(/^400 Microsoft\.Exchange\.Management\.Tasks\.MemberAlreadyExistsException\|The recipient "Partner" is already a member of the group "List"\.$/);
    expect(await refused('Remove-DistributionGroupMember', { Identity: 'list', Member: 'anna' })).toMatch(/^400 Microsoft\.Exchange\.Management\.Tasks\.MemberNotFoundException\|The recipient "[^"]+" isn't a member of the group "List"\.$/);
    expect(sim.snapshot()).toEqual(before);
  });

  it.each([
    ['a Microsoft 365 group', 'Add', { Identity: 'list', Member: 'team' }, /Couldn't find object "team"/],
    ['an account without mail', 'Add', { Identity: 'list', Member: IDS.admin }, /Couldn't find object/],
    ['a recipient that does not exist', 'Add', { Identity: 'list', Member: 'nobody' }, /Couldn't find object "nobody"/],
    ['the group itself', 'Add', { Identity: 'list', Member: 'list' }, /The group "List" can't be a member of itself/],
    ['a person in a room list', 'Add', { Identity: 'Rooms', Member: 'anna' }, /A room list can only have room mailboxes/],
    ['who is no owner', 'Add', { Identity: 'owned', Member: 'anna' }, NOT_MANAGER],
    ['who is no owner, to remove', 'Remove', { Identity: 'owned', Member: 'anna' }, NOT_MANAGER],
    ['who is no owner, to replace', 'Update', { Identity: 'owned', Members: ['anna'] }, NOT_MANAGER],
    ['a synchronised group', 'Add', { Identity: 'onprem', Member: 'anna' }, SYNCED],
    ['a synchronised group, to replace', 'Update', { Identity: 'onprem', Members: ['anna'] }, SYNCED],
    ['a Microsoft 365 group as group', 'Add', { Identity: 'team', Member: 'anna' }, /^404/],
    ['too many at once', 'Update', { Identity: 'list', Members: Array.from({ length: 10_001 }, () => 'anna') }, /at most 10000 entries/],
    ['one of several that does not exist', 'Update', { Identity: 'list', Members: ['anna', 'nobody'] }, /Couldn't find object "nobody"/],
  ])('refuse %s', async (_what, verb, parameters, text) => {
    expect(await tried(kept, `${verb}-DistributionGroupMember`, parameters)).toEqual(refusedWith(text));
  });

  it('can be read of a group that is gone while readers still see it, and not be changed', async () => {
    const { run, refused, sim } = await exchangeRig({ seed: STAFF, replicationLagMs: 60_000 });
    await run('Add-DistributionGroupMember', { Identity: 'list', Member: 'anna' });
    sim.advance(60_000);
    await run('Remove-DistributionGroup', { Identity: 'list' });
    expect(names((await run('Get-DistributionGroupMember', { Identity: 'list' })).rows)).toEqual(['anna']);
    expect(await refused('Add-DistributionGroupMember', { Identity: 'list', Member: 'bert' })).toMatch(/^404/);
    sim.advance(60_000);
    expect((await run('Get-DistributionGroupMember', { Identity: 'list' })).status).toBe(404);
  });

  it('take the switch BypassSecurityGroupManagerCheck for groups of others', async () => {
    const { run } = await exchangeRig({ seed: STAFF });
    expect((await run('Add-DistributionGroupMember', { Identity: 'owned', Member: 'bert', BypassSecurityGroupManagerCheck: true })).status).toBe(200);
    expect(names((await run('Get-DistributionGroupMember', { Identity: 'owned' })).rows)).toEqual(['bert']);
  });

  it('are not for recipient administrators to change, who have no such switch', async () => {
    const role = (n: string, roleTemplateId: string, memberIds: string[]) => ({ id: `cccccccc-0000-4000-8000-00000000009${n}`, roleTemplateId, displayName: 'Role', memberIds });
    const rig = await exchangeRig({ seed: { ...STAFF, roles: [role('1', '29232cdf-9323-42fd-ade2-1d097af3e4de', []), role('2', '31392ffb-586c-42d1-9346-e59415a2cc4e', ['ca05e0a1-51f0-4c1d-9a7e-00000000c115'])] } });
    const bypass = { BypassSecurityGroupManagerCheck: true };
    for (const identity of ['owned', 'list']) {
      expect(await tried(rig, 'Add-DistributionGroupMember', { Identity: identity, Member: 'bert' })).toEqual(refusedWith(NOT_MANAGER));
      for (const cmdlet of ['Set-DistributionGroup', 'Remove-DistributionGroup', 'Update-DistributionGroupMember']) {
        expect(await tried(rig, cmdlet, { Identity: identity, ...bypass })).toEqual(refusedWith(/A parameter cannot be found that matches parameter name 'BypassSecurityGroupManagerCheck'\.$/));
      }
    }
    // Everything else stays open to them.
    expect((await rig.run('Set-MailContact', { Identity: 'Partner', CustomAttribute1: 'x' })).status).toBe(200);
  });

  it('may form a loop, which no reading follows forever', async () => {
    const { run, call } = await exchangeRig({ seed: STAFF });
    for (const [group, member] of [['list', 'bare'], ['bare', 'list'], ['bare', 'bert']]) expect((await run('Add-DistributionGroupMember', { Identity: group, Member: member })).status).toBe(200);
    expect(names((await run('Get-DistributionGroupMember', { Identity: 'list' })).rows)).toEqual(['bare']);
    expect((await call('GET', `/groups/${IDS.list}/transitiveMembers?$select=id`)).body.value).toHaveLength(3);
  });
});

describe('Remove-DistributionGroup', () => {
  it('removes a group for good, from Graph after the delay, and frees its name and addresses', async () => {
    const { first, run, call, sim } = await exchangeRig({ seed: STAFF, exchangeLagMs: 1000 });
    expect((await run('Remove-DistributionGroup', { Identity: 'list', Confirm: false })).status).toBe(200);
    expect((await call('GET', `/groups/${IDS.list}`)).status).toBe(200);
    sim.advance(1000);
    expect((await call('GET', `/groups/${IDS.list}`)).status).toBe(404);
    expect((await call('GET', `/directory/deletedItems/${IDS.list}`)).status).toBe(404);
    expect(sim.snapshot().deletedGroups).toEqual([]);
    await first('New-DistributionGroup', { Name: 'List' });
  });

  it('refuses what is not the caller\'s, synchronised or no distribution group', async () => {
    expect(await tried(kept, 'Remove-DistributionGroup', { Identity: 'owned' })).toEqual(refusedWith(NOT_MANAGER));
    expect(await tried(kept, 'Remove-DistributionGroup', { Identity: 'onprem' })).toEqual(refusedWith(SYNCED));
    expect(await tried(kept, 'Remove-DistributionGroup', { Identity: 'team' })).toEqual(refusedWith(/^404/));
  });
});

describe('other groups', () => {
  it('Get-UnifiedGroup shows Microsoft 365 groups with owners and counts', async () => {
    const { run, user, add } = await withTeam();
    const { rows } = await run('Get-UnifiedGroup');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ Alias: 'team', RecipientTypeDetails: 'GroupMailbox', AccessType: 'Public', HiddenFromAddressListsEnabled: false, RequireSenderAuthenticationEnabled: true, GroupMemberCount: 1, ManagedBy: ['bert@example.com'], ExternalDirectoryObjectId: IDS.team });
    expect([user, add]).toEqual([204, 204]);
    expect((await run('Get-UnifiedGroup', { Identity: 'list' })).status).toBe(404);
  });

  it('Set-UnifiedGroup hides a group and changes its addresses, which Graph shows', async () => {
    const { run, first, call, refused } = await exchangeRig({ seed: STAFF });
    expect(await run('Set-UnifiedGroup', { Identity: 'team', HiddenFromAddressListsEnabled: true, RequireSenderAuthenticationEnabled: false, EmailAddresses: changed({ Add: ['crew@other.example.com'] }), AccessType: 'Private', Notes: 'Crew' })).toMatchObject({ status: 200, rows: [], warnings: [] });
    expect(await first('Get-UnifiedGroup', { Identity: 'crew@other.example.com' })).toMatchObject({ HiddenFromAddressListsEnabled: true, RequireSenderAuthenticationEnabled: false, AccessType: 'Private', Notes: 'Crew', EmailAddresses: ['SMTP:team@example.com', 'smtp:crew@other.example.com'] });
    expect((await call('GET', `/groups/${IDS.team}?$select=hideFromAddressLists,allowExternalSenders,visibility,proxyAddresses,description`)).body).toMatchObject({ hideFromAddressLists: true, allowExternalSenders: true, visibility: 'Private', description: 'Crew', proxyAddresses: ['SMTP:team@example.com', 'smtp:crew@other.example.com'] });
    expect(await refused('Set-UnifiedGroup', { Identity: 'team', Language: 'de' })).toMatch(/^501 .*does not offer the parameter Language/);
    expect(await refused('Set-UnifiedGroup', { Identity: 'list', Notes: 'x' })).toMatch(/^404/);
  });

  it('Get-DynamicDistributionGroup reads seeded groups', async () => {
    const { run, first } = await exchangeRig({ seed: { ...STAFF, groups: [...STAFF.groups ?? [], { id: 'cccccccc-0000-4000-8000-0000000000dd', memberIds: [], properties: { displayName: 'All staff', mailNickname: 'staff', mailEnabled: true, securityEnabled: false, groupTypes: [], mail: 'staff@example.com', proxyAddresses: ['SMTP:staff@example.com'] }, exchange: { recipientTypeDetails: 'DynamicDistributionGroup', recipientFilter: "RecipientType -eq 'UserMailbox'" } }] } });
    expect(await first('Get-DynamicDistributionGroup', { Identity: 'staff' })).toMatchObject({ RecipientTypeDetails: 'DynamicDistributionGroup', RecipientFilter: "RecipientType -eq 'UserMailbox'", PrimarySmtpAddress: 'staff@example.com' });
    expect((await run('Get-DynamicDistributionGroup')).rows).toHaveLength(1);
    expect(names((await run('Get-DistributionGroup')).rows)).not.toContain('staff');
    expect((await run('New-DynamicDistributionGroup', { Name: 'x' })).status).toBe(501);
  });
});

/** {@link STAFF} with an owner and a member in the Microsoft 365 group, set through Graph. */
async function withTeam() {
  const rig = await exchangeRig({ seed: STAFF });
  const refTo = (id: string) => ({ '@odata.id': `https://graph.microsoft.com/v1.0/users/${id}` });
  const user = (await rig.call('POST', `/groups/${IDS.team}/owners/$ref`, refTo(MORE.bert))).status;
  const add = (await rig.call('POST', `/groups/${IDS.team}/members/$ref`, refTo(IDS.anna))).status;
  return { ...rig, user, add };
}
