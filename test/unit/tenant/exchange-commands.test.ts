import { describe, expect, it } from 'vitest';
import { addressDelta, contactOf, creationCommand, groupOf, primaryDrifted, readRecipient, updateCommands, withExchange, type ExchangeGateway } from '../../../electron/engines/tenant/index.ts';
import type { AttributeChange } from '../../../shared/domain/plans.ts';

const change = (attribute: string, after: readonly string[] | null, before: readonly string[] | null = null): AttributeChange => ({ attribute, before, after, provenance: { ruleId: null, source: '', reason: '' }, reversible: true });
const hash = (more: object) => ({ '@odata.type': '#Exchange.GenericHashTable', ...more });

describe('what is left of a planned change of addresses', () => {
  it.each<[string, readonly string[], readonly string[] | null, readonly string[] | null, readonly string[], readonly string[]]>([
    ['adds what is missing, in any case of letters', ['SMTP:a@x.com', 'smtp:B@x.com'], ['SMTP:a@x.com'], ['SMTP:A@x.com', 'smtp:b@X.com', 'smtp:c@x.com'], ['smtp:c@x.com'], []],
    ['leaves what others added', ['SMTP:a@x.com', 'smtp:theirs@x.com'], ['SMTP:a@x.com'], ['SMTP:a@x.com', 'smtp:c@x.com'], ['smtp:c@x.com'], []],
    ['is nothing once it is done', ['SMTP:a@x.com', 'smtp:c@x.com'], ['SMTP:a@x.com'], ['SMTP:a@x.com', 'smtp:c@x.com'], [], []],
    ['makes another address the primary one', ['SMTP:a@x.com'], ['SMTP:a@x.com'], ['SMTP:b@x.com', 'smtp:a@x.com'], ['SMTP:b@x.com'], []],
    ['goes back to the old primary one and drops the new', ['SMTP:b@x.com', 'smtp:a@x.com'], ['SMTP:b@x.com', 'smtp:a@x.com'], ['SMTP:a@x.com'], ['SMTP:a@x.com'], ['SMTP:b@x.com']],
    ['does not drop what is gone already', ['SMTP:a@x.com'], ['SMTP:a@x.com', 'smtp:b@x.com'], ['SMTP:a@x.com'], [], []],
    ['keeps other kinds of addresses apart', ['SMTP:a@x.com'], null, ['X500:/o=Works/cn=a'], ['X500:/o=Works/cn=a'], []],
    ['leaves a primary address of others alone when the plan is about others', ['SMTP:theirs@x.com', 'smtp:a@x.com'], ['SMTP:a@x.com'], ['SMTP:a@x.com', 'smtp:c@x.com'], ['smtp:c@x.com'], []],
  ])('%s', (_name, now, before, after, add, remove) => expect(addressDelta(now, before, after)).toEqual({ add, remove }));

  it('drifts only when a primary address that the plan moves was moved by others', () => {
    expect(primaryDrifted(['SMTP:a@x.com'], ['SMTP:a@x.com'], ['SMTP:b@x.com'])).toBe(false);
    expect(primaryDrifted(['SMTP:B@x.com'], ['SMTP:a@x.com'], ['SMTP:b@x.com'])).toBe(false);
    expect(primaryDrifted(['SMTP:c@x.com'], ['SMTP:a@x.com'], ['SMTP:b@x.com'])).toBe(true);
    expect(primaryDrifted(['SMTP:c@x.com'], ['SMTP:a@x.com'], ['SMTP:a@x.com', 'smtp:d@x.com'])).toBe(false);
    // What the plan has just made has an address of its own.
    expect(primaryDrifted(['SMTP:c@x.com'], null, ['SMTP:a@x.com'])).toBe(false);
  });
});

describe('cmdlets', () => {
  it('make a contact named by its alias', () => {
    expect(creationCommand('contact', [change('displayName', ['Ed']), change('mailNickname', ['ed']), change('externalEmailAddress', ['ed@x.com']), change('surname', ['Lee'])]))
      .toEqual({ cmdlet: 'New-MailContact', parameters: { Name: 'ed', Alias: 'ed', DisplayName: 'Ed', ExternalEmailAddress: 'ed@x.com', LastName: 'Lee' } });
    expect(() => creationCommand('contact', [change('displayName', ['Ed']), change('mailNickname', ['ed'])])).toThrow(/without externalEmailAddress/);
  });
  it('make a group of its kind', () => {
    const base = [change('displayName', ['Crew']), change('mailNickname', ['crew'])];
    expect(creationCommand('group', [...base, change('securityEnabled', ['true'])]).parameters).toEqual({ Name: 'crew', Alias: 'crew', DisplayName: 'Crew', Type: 'Security' });
    expect(creationCommand('group', [...base, change('securityEnabled', ['false']), change('proxyAddresses', ['SMTP:crew@x.com']), change('requireSenderAuthenticationEnabled', ['false'])]).parameters)
      .toEqual({ Name: 'crew', Alias: 'crew', DisplayName: 'Crew', Type: 'Distribution', PrimarySmtpAddress: 'crew@x.com', RequireSenderAuthenticationEnabled: false });
  });
  it('change a contact in two steps, clear with null, send a country by its code and addresses one by one', () => {
    expect(updateCommands('contact', 'id', [change('jobTitle', null, ['x']), change('country', ['Norway']), change('hideFromAddressLists', ['true']), change('proxyAddresses', ['SMTP:a@x.com', 'smtp:b@x.com'], ['SMTP:a@x.com', 'smtp:c@x.com']), change('onPremisesExtensionAttributes/extensionAttribute7', ['7'])], ['SMTP:a@x.com', 'smtp:c@x.com'])).toEqual([
      { cmdlet: 'Set-Contact', parameters: { Identity: 'id', Title: null, CountryOrRegion: 'NO' } },
      { cmdlet: 'Set-MailContact', parameters: { Identity: 'id', HiddenFromAddressListsEnabled: true, CustomAttribute7: '7', EmailAddresses: hash({ Add: ['smtp:b@x.com'], Remove: ['smtp:c@x.com'] }) } },
    ]);
  });
  it('are none when nothing is left to do', () => expect(updateCommands('group', 'id', [change('proxyAddresses', ['SMTP:a@x.com', 'smtp:b@x.com'], ['SMTP:a@x.com'])], ['SMTP:a@x.com', 'smtp:b@x.com'])).toEqual([]));
});

describe('cmdlets for what Graph keeps', () => {
  const addresses = change('proxyAddresses', ['SMTP:a@x.com', 'smtp:b@x.com'], ['SMTP:a@x.com']);
  it.each([['user', 'UserMailbox', 'Set-Mailbox'], ['user', 'SharedMailbox', 'Set-Mailbox'], ['user', 'MailUser', 'Set-MailUser'], ['user', 'GuestMailUser', 'Set-MailUser'], ['Microsoft 365 group', '', 'Set-UnifiedGroup']] as const)('a %s %s is changed by %s, in one step', (kind, type, cmdlet) => {
    expect(updateCommands(kind, 'id', [change('hideFromAddressLists', ['true'], ['false']), addresses], ['SMTP:a@x.com', 'smtp:theirs@x.com'], type))
      .toEqual([{ cmdlet, parameters: { Identity: 'id', HiddenFromAddressListsEnabled: true, EmailAddresses: hash({ Add: ['smtp:b@x.com'] }) } }]);
  });
  it('name senders one by one, a forwarding address and a manager as a whole; empty is null', () => {
    expect(updateCommands('user', 'id', [change('acceptMessagesOnlyFrom', ['a@x.com', 'c@x.com'], ['A@x.com', 'b@x.com']), change('forwardingAddress', null, ['b@x.com']), change('deliverToMailboxAndForward', ['false'], ['true'])], [], 'UserMailbox'))
      .toEqual([{ cmdlet: 'Set-Mailbox', parameters: { Identity: 'id', DeliverToMailboxAndForward: false, AcceptMessagesOnlyFrom: hash({ Add: ['c@x.com'], Remove: ['b@x.com'] }), ForwardingAddress: null } }]);
    expect(updateCommands('contact', 'id', [change('manager', ['a@x.com'])], [])).toEqual([{ cmdlet: 'Set-Contact', parameters: { Identity: 'id', Manager: 'a@x.com' } }]);
    expect(updateCommands('group', 'id', [change('notes', ['On deck']), change('rejectMessagesFromDLMembers', ['g@x.com'])], [])).toEqual([{ cmdlet: 'Set-Group', parameters: { Identity: 'id', Notes: 'On deck' } }, { cmdlet: 'Set-DistributionGroup', parameters: { Identity: 'id', RejectMessagesFromDLMembers: hash({ Add: ['g@x.com'] }) } }]);
  });
  it('that have nothing to change are none', () => expect(updateCommands('user', 'id', [change('acceptMessagesOnlyFrom', ['a@x.com'], ['A@X.com'])], [], 'UserMailbox')).toEqual([]));
});

describe('an object that is read back', () => {
  const answers = (rows: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>): ExchangeGateway => ({ invoke: async (cmdlet, { Identity }) => ({ rows: rows[cmdlet === 'Get-Recipient' ? `${cmdlet} ${String(Identity)}` : cmdlet] ?? [], warnings: [] }) });
  const box = { ExternalDirectoryObjectId: 'ABC', RecipientTypeDetails: 'MailUser', EmailAddresses: ['SMTP:a@x.com'], AcceptMessagesOnlyFrom: ['Bob', 'Twin', 'Ghost'], RejectMessagesFrom: [] };
  const exchange = answers({ 'Get-MailUser': [box], 'Get-Recipient Bob': [{ PrimarySmtpAddress: 'New@x.com', EmailAddresses: ['SMTP:New@x.com', 'smtp:Old@x.com', 'X500:/o=x'] }], 'Get-Recipient Twin': [{ PrimarySmtpAddress: '1@x.com' }, { PrimarySmtpAddress: '2@x.com' }] });
  it('names whom it names by the address that the plan knows, else by the primary one; who cannot be told from another keeps the name that is shown', async () => {
    const read = async (prefer: readonly string[]) => { const found = await readRecipient(exchange, 'user', 'abc', undefined, prefer); return found === undefined || found === 'several' ? {} : found.object.attributes; };
    expect(await read([])).toEqual({ recipientTypeDetails: ['MailUser'], proxyAddresses: ['SMTP:a@x.com'], acceptMessagesOnlyFrom: ['new@x.com', 'Twin', 'Ghost'] });
    expect((await read(['other@x.com', 'OLD@x.com']))['acceptMessagesOnlyFrom']).toEqual(['old@x.com', 'Twin', 'Ghost']);
  });
});

describe('rows', () => {
  const row = { ExternalDirectoryObjectId: 'ABC', DisplayName: 'Crew', Alias: 'crew', EmailAddresses: ['SMTP:crew@x.com'], PrimarySmtpAddress: 'crew@x.com', HiddenFromAddressListsEnabled: false, RequireSenderAuthenticationEnabled: true, CustomAttribute1: '', CustomAttribute2: 'b', WhenCreatedUTC: '2026-01-02T03:04:05Z', RecipientTypeDetails: 'MailUniversalSecurityGroup', Description: ['On board'] };
  it('become a group; empty text is absent', () => {
    expect(groupOf(row)).toEqual({ madeAt: Date.UTC(2026, 0, 2, 3, 4, 5), object: { id: 'abc', kind: 'group', name: 'Crew', links: {}, deleted: false, attributes: { displayName: ['Crew'], mailNickname: ['crew'], hideFromAddressLists: ['false'], requireSenderAuthenticationEnabled: ['true'], 'onPremisesExtensionAttributes/extensionAttribute2': ['b'], description: ['On board'], proxyAddresses: ['SMTP:crew@x.com'], mail: ['crew@x.com'], mailEnabled: ['true'], securityEnabled: ['true'] } } });
  });
  it('are nothing while the directory has given no id', () => expect(contactOf({ ...row, ExternalDirectoryObjectId: '' }, {})).toBeNull());
  it('go before what Graph shows of the same object, and leave what Graph alone knows', () => {
    const exchange = contactOf({ ...row, ExternalEmailAddress: 'SMTP:ed@far.com' }, { Title: 'Buyer' });
    const merged = withExchange({ id: 'abc', kind: 'contact', name: 'Old', links: {}, deleted: false, attributes: { jobTitle: ['Late'], department: ['Gone'], onPremisesSyncEnabled: ['true'], mail: ['old@x.com'] } }, exchange?.object ?? (() => { throw new Error('no contact'); })());
    expect(merged.attributes).toMatchObject({ jobTitle: ['Buyer'], externalEmailAddress: ['ed@far.com'], onPremisesSyncEnabled: ['true'], mail: ['crew@x.com'] });
    expect(merged.attributes['department']).toBeUndefined();
  });
});
