import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXPORTERS, type ExportedOperation } from '../../../electron/engines/reporting/index.ts';
import { comment, literal } from '../../../electron/engines/reporting/powershell/quote.ts';
import { stepOf } from '../../../electron/engines/reporting/powershell/script.ts';
import { TARGET_ATTRIBUTES } from '../../../shared/rules/target-attributes.ts';
import { anyText, change, HEADER, HOSTILE, operation } from './plan-model.ts';
import { evaluated, tokensOf, type Token } from './powershell-tokens.ts';

const texts = (tokens: readonly Token[]): string[] => tokens.flatMap((t) => (t.type === 'text' ? [t.value] : []));
const shape = (script: string): string[] => evaluated(tokensOf(script)).map((t) => (t.type === 'text' ? 'TEXT' : `${t.type} ${t.value}`));
const plain = 'plain';

describe('a literal', () => {
  it.each(HOSTILE.map((text) => [text]))('%j is one text with exactly that value', (text) => {
    expect(evaluated(tokensOf(`${literal(text)} after`))).toEqual([{ type: 'text', value: text }, { type: 'word', value: 'after' }]);
  });
  it('is so for any text, and shows nothing in the file that a reader or an editor could take for something else', () => {
    fc.assert(fc.property(anyText, (text) => {
      expect(texts(evaluated(tokensOf(literal(text))))).toEqual([text]);
      expect(literal(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(comment(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }), { numRuns: 300 });
  });
});

/** Operations of every kind whose every value is the same text. */
const everyKind = (t: string): ExportedOperation[] => {
  const other = { sourceId: t, targetId: null, name: t };
  const known = { sourceId: null, targetId: t, name: t };
  const link = (kind: ExportedOperation['kind'], objectKind: 'user' | 'group', service: 'graph' | 'exchange' = 'graph') => operation({ kind, objectKind, service, name: t, sourceId: t, targetId: null, references: [other, known], previous: [known] });
  const values = (names: readonly string[]) => names.map((name) => change(name, [t], [t], t));
  return [
    operation({ kind: 'create', name: t, sourceId: t, targetId: null, changes: values(['userPrincipalName', 'displayName', 'onPremisesImmutableId', 'passwordProfile/password', 'onPremisesExtensionAttributes/extensionAttribute1', 'businessPhones']) }),
    operation({ kind: 'update', name: t, targetId: t, changes: values(['jobTitle', 'businessPhones', 'onPremisesExtensionAttributes/extensionAttribute2']) }),
    operation({ kind: 'update', name: t, changes: [change('jobTitle', [t], null, t)] }),
    operation({ kind: 'create', objectKind: 'group', name: t, targetId: null, sourceId: t, changes: values(['displayName', 'mailNickname', 'description']) }),
    link('set manager', 'user'), link('clear manager', 'user'), link('add members', 'group'), link('remove members', 'group'), link('add members', 'group', 'exchange'), link('remove members', 'group', 'exchange'),
    ...(['add permissions', 'remove permissions'] as const).map((kind) => ({ ...link(kind, 'user', 'exchange'), permission: 'fullAccess' as const })),
    operation({ kind: 'set licences', name: t, sourceId: t, targetId: null, changes: [change('assignedLicenses', [t], [t], t)] }),
    operation({ kind: 'delete', name: t, targetId: t }), operation({ kind: 'restore', name: t, targetId: t }), operation({ kind: 'purge', name: t, targetId: t }),
    operation({ kind: 'create', objectKind: 'contact', service: 'exchange', name: t, sourceId: t, targetId: null, changes: values(['displayName', 'externalEmailAddress', 'givenName', 'jobTitle', 'proxyAddresses']) }),
    operation({ kind: 'update', objectKind: 'contact', service: 'exchange', name: t, targetId: t, changes: values(['jobTitle', 'displayName', 'externalEmailAddress', 'country']) }),
    operation({ kind: 'create', objectKind: 'group', service: 'exchange', name: t, sourceId: t, targetId: null, changes: values(['displayName', 'mailNickname', 'proxyAddresses']) }),
    operation({ kind: 'update', objectKind: 'group', service: 'exchange', name: t, targetId: t, changes: values(['displayName', 'description']) }),
    operation({ kind: 'delete', objectKind: 'contact', service: 'exchange', name: t, targetId: t }),
    operation({ kind: 'set manager', objectKind: 'contact', service: 'directory', name: t, targetId: t }),
  ];
};

describe('no value of a directory', () => {
  it('changes what a step is made of: the tokens are those of the same step with plain values', () => {
    const shapes = (text: string): string[] => everyKind(text).map((o) => shape(stepOf(o)).join('\n'));
    const expected = shapes(plain);
    expect(expected.length).toBeGreaterThan(15);
    fc.assert(fc.property(anyText.filter((t) => t !== ''), (text) => {
      expect(shapes(text)).toEqual(expected);
    }), { numRuns: 80 });
  });
  it('changes the head of the script either', () => {
    const head = (t: string) => shape(EXPORTERS.powershell.begin({ ...HEADER, tenantName: t, collectionName: t, pairName: t, organizationId: t || plain, guard: [{ limit: 'deletes', count: 9, allowed: 1, message: t }] }));
    for (const text of HOSTILE) expect(head(text)).toEqual(head(plain));
  });
});

const stepText = (o: ExportedOperation): { readonly words: string; readonly texts: string[] } => { const tokens = evaluated(tokensOf(stepOf(o))); return { words: tokens.map((t) => (t.type === 'word' ? t.value : t.type === 'text' ? `<${t.value}>` : '')).join(' '), texts: texts(tokens) }; };

describe('the step', () => {
  it('that creates a user looks for one first, makes the password there, and keeps the id for later steps', () => {
    const o = operation({
      kind: 'create', targetId: null, name: 'Ben',
      changes: [change('userPrincipalName', null, ["o'ben@example.com"]), change('accountEnabled', null, ['true']), change('passwordProfile/password', null, ['(secret)']), change('passwordProfile/forceChangePasswordNextSignIn', null, ['true'])],
    });
    const { words, texts: found } = stepText(o);
    expect(found).toContain("userPrincipalName eq 'o''ben@example.com'");
    expect(found).not.toContain('(secret)');
    expect(words).toMatch(/Assert-Free <users> .* if \( Confirm-Change .* New-MgUser -BodyParameter @ { <userPrincipalName> = <o'ben@example.com> ; <accountEnabled> = \$true ; <passwordProfile> = @ { <password> = \$password ; <forceChangePasswordNextSignIn> = \$true } }/);
    expect(words.indexOf('Assert-Free')).toBeLessThan(words.indexOf('New-MgUser'));
    expect(words).toContain('Set-CreatedId <src-1> $new.Id');
  });
  it('that changes a user compares each value first; a value that is cleared goes as null past the typed cmdlet', () => {
    const set = stepText(operation({ changes: [change('jobTitle', ['Trainee'], ['Head of Sales']), change('userPrincipalName', ['a@x'], ['b@x'])] })).words;
    expect(set).toContain('Test-Change ( Read-Property $now <jobTitle> ) <jobTitle> $true @ ( <Trainee> ) @ ( <Head of Sales> )');
    expect(set).toContain('<userPrincipalName> $false @ ( <a@x> ) @ ( <b@x> )');
    expect(set).toContain('Update-MgUser -UserId $id -BodyParameter @ { <jobTitle> = <Head of Sales> ; <userPrincipalName> = <b@x> }');
    const clear = stepText(operation({ changes: [change('city', ['Oslo'], null)] })).words;
    expect(clear).toContain('Invoke-MgGraphRequest -Method PATCH');
    expect(clear).toContain('@ { <city> = $null }');
    expect(clear).not.toContain('Update-MgUser');
  });
  it('that refers to an object of the same plan takes its id from the step that creates it', () => {
    const members = stepText(operation({ kind: 'add members', objectKind: 'group', name: 'Sales', targetId: null, sourceId: 'src-group', references: [{ sourceId: 'src-2', targetId: null, name: 'Ben' }, { sourceId: 'src-3', targetId: 'id-3', name: 'Cem' }] })).words;
    expect(members).toContain('$group = ( Get-CreatedId <src-group> <Sales> )');
    expect(members).toContain('Add-GroupMemberOnce $group ( Get-CreatedId <src-2> <Ben> ) <Ben>');
    expect(members).toContain('Add-GroupMemberOnce $group <id-3> <Cem>');
    const manager = stepText(operation({ kind: 'set manager', references: [{ sourceId: 'src-2', targetId: null, name: 'Ben' }], previous: [{ sourceId: null, targetId: 'old', name: 'old' }] })).words;
    expect(manager).toContain('Set-ManagerOnce <66666666-6666-4666-8666-666666666666> ( Get-CreatedId <src-2> <Ben> ) <old>');
  });
  it('that sets licences compares all that are assigned directly, and adds and removes what differs', () => {
    const [a, b, plan] = ['aaaaaaaa-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000002', 'cccccccc-0000-4000-8000-000000000003'];
    const { words } = stepText(operation({ kind: 'set licences', changes: [change('assignedLicenses', [`E1 (${a})`], [`E3 (${b}) without TEAMS1 (${plan})`])] }));
    expect(words).toContain(`Set-LicencesOnce $id @ ( <${a} > ) @ ( <${b} ${plan}> ) @ ( @ { <SkuId> = <${b}> ; <DisabledPlans> = @ ( <${plan}> ) } ) @ ( <${a}> )`);
  });
  it('of Exchange uses its cmdlets, after looking whether the right tenant is signed in', () => {
    const contact = stepText(operation({ kind: 'create', objectKind: 'contact', service: 'exchange', name: 'Partner', targetId: null, changes: [change('displayName', null, ['Partner']), change('externalEmailAddress', null, ['p@partner.example']), change('jobTitle', null, ['Buyer']), change('hideFromAddressLists', null, ['true'])] })).words;
    expect(contact).toMatch(/Assert-Exchange .* \$given = @ { <Name> = <Partner> ; <DisplayName> = <Partner> ; <ExternalEmailAddress> = <p@partner\.example> } .* New-MailContact @ given .* Set-MailContact -Identity \$id @ mail .* <Title> = <Buyer> .* Set-Contact -Identity \$id @ person/s);
    expect(contact).toContain('<HiddenFromAddressListsEnabled> = $true');
    const group = stepText(operation({ kind: 'create', objectKind: 'group', service: 'exchange', name: 'All', targetId: null, changes: [change('displayName', null, ['All']), change('securityEnabled', null, ['true']), change('proxyAddresses', null, ['SMTP:all@x.example', 'smtp:a@x.example'])] })).words;
    expect(group).toContain('<Type> = <Security>');
    expect(group).toContain('<PrimarySmtpAddress> = <all@x.example>');
    const update = stepText(operation({ objectKind: 'group', service: 'exchange', changes: [change('proxyAddresses', ['SMTP:a@x', 'smtp:old@x'], ['SMTP:b@x', 'smtp:a@x']), change('managedBy', ['o1@x'], ['o1@x', 'o2@x']), change('hideFromAddressLists', null, ['true'])] })).words;
    expect(update).toContain('@ { <EmailAddresses> = @ { <Add> = @ ( <SMTP:b@x> ) ; <Remove> = @ ( <smtp:old@x> ) } ; <ManagedBy> = @ { <Add> = @ ( <o2@x> ) }');
    expect(update).toContain('Test-Addresses ( Read-Property $nowMail <EmailAddresses> ) @ ( <SMTP:b@x> ) @ ( <smtp:old@x> ) <a@x> <b@x>');
    expect(update).toContain('<hideFromAddressLists> $true @ ( <false> ) @ ( <true> )');
  });
  it('on a permission of a mailbox names permission and holder, and looks first', () => {
    const give = stepText(operation({ kind: 'add permissions', service: 'exchange', permission: 'sendAs', targetId: 'id-1', references: [{ sourceId: 's', targetId: 'id-2', name: 'Cem' }, { sourceId: null, targetId: 'id-3', name: 'Eve' }] })).words;
    expect(give).toMatch(/Assert-Exchange .*\$mailbox = <id-1> .*Add-PermissionOnce \$mailbox <sendAs> <id-2> <Cem> .*Add-PermissionOnce \$mailbox <sendAs> <id-3> <Eve>/);
    expect(stepText(operation({ kind: 'remove permissions', service: 'exchange', permission: 'fullAccess', targetId: 'id-1', references: [{ sourceId: null, targetId: 'id-3', name: 'Eve' }] })).words).toContain('Remove-PermissionOnce $mailbox <fullAccess> <id-3> <Eve>');
    expect(EXPORTERS.powershell.begin(HEADER)).toMatch(/Add-MailboxPermission -Identity .*Add-RecipientPermission -Identity .*Set-Mailbox -Identity \$Mailbox -GrantSendOnBehalfTo/s);
  });
  it('exists for every attribute that Graph or Exchange can write', () => {
    const writable = TARGET_ATTRIBUTES.filter((a) => a.onUpdate && (a.service === 'graph' || a.service === 'exchange'));
    expect(writable.length).toBeGreaterThan(60);
    const stopped = writable.flatMap((a) => a.kinds.filter((kind) => (a.recipients ?? [undefined]).some((recipient) => stepText(operation({ objectKind: kind, service: a.service, ...(recipient === undefined ? {} : { recipient }), changes: [change(a.name, ['a'], [a.type === 'boolean' ? 'true' : 'b'])] })).words.includes('Stop-Script <This script cannot'))).map((kind) => `${kind} ${a.name}`));
    expect(stopped).toEqual([]);
  });
  it.each([['user', 'mailbox', 'Mailbox'], ['user', 'mail user', 'MailUser'], ['group', 'Microsoft 365 group', 'UnifiedGroup']] as const)('on a %s that is a %s changes addresses and visibility by Set-%s, addresses one by one', (objectKind, recipient, noun) => {
    const { words } = stepText(operation({ kind: 'update', objectKind, service: 'exchange', recipient, targetId: 'id-1', changes: [change('proxyAddresses', ['SMTP:a@x.com'], ['SMTP:a@x.com', 'smtp:b@x.com']), change('hideFromAddressLists', ['false'], ['true'])] }));
    expect(words).toContain(`Get-${noun} -Identity $id`);
    expect(words).toContain(`Set-${noun} -Identity $id @ mail`);
    expect(words).toMatch(/HiddenFromAddressListsEnabled.*\$true/);
    expect(words).toMatch(/Add.*<smtp:b@x\.com>/);
    expect(words).not.toMatch(/Remove/);
  });
  it('that names recipients adds and removes single ones, and empties a forwarding address', () => {
    const { words } = stepText(operation({ kind: 'update', objectKind: 'user', service: 'exchange', recipient: 'mailbox', targetId: 'id-1', changes: [change('acceptMessagesOnlyFrom', ['a@x.com'], ['a@x.com', 'b@x.com']), change('forwardingAddress', ['a@x.com'], null)] }));
    expect(words).toMatch(/AcceptMessagesOnlyFrom.*Add.*<b@x\.com>/);
    expect(words).toMatch(/ForwardingAddress.*\$null/);
  });
  it('that names one recipient looks whom Exchange has before it writes, and writes nothing that is so already', () => {
    const mailbox = stepText(operation({ kind: 'update', objectKind: 'user', service: 'exchange', recipient: 'mailbox', targetId: 'id-1', changes: [change('forwardingAddress', ['a@x.com'], ['b@x.com'])] })).words;
    expect(mailbox).toContain('$write = $false');
    expect(mailbox).toContain('if ( Test-Recipient ( Read-Property $nowMail <ForwardingAddress> ) <forwardingAddress> <a@x.com> <b@x.com> ) { $write = $true }');
    const contact = stepText(operation({ kind: 'update', objectKind: 'contact', service: 'exchange', targetId: 'id-1', changes: [change('manager', null, ['boss@x.com'])] })).words;
    expect(contact).toContain('$nowPerson = Invoke-Patiently { Get-Contact -Identity $id }');
    expect(contact).toContain('if ( Test-Recipient ( Read-Property $nowPerson <Manager> ) <manager> <> <boss@x.com> ) { $write = $true }');
    expect(stepText(operation({ kind: 'update', objectKind: 'contact', service: 'exchange', targetId: 'id-1', changes: [change('manager', ['boss@x.com'], null)] })).words).toContain('<manager> <boss@x.com> <> ) { $write = $true }');
    // Every step that updates through Exchange asks something of what is there, but for countries and lists that are changed value by value.
    const single = TARGET_ATTRIBUTES.filter((a) => a.onUpdate && a.service === 'exchange' && (a.maxValues === 1 || a.names !== undefined) && a.type === 'text' && a.name !== 'country');
    expect(single.map((a) => a.name)).toEqual(expect.arrayContaining(['forwardingAddress', 'manager']));
    for (const a of single) for (const kind of a.kinds) {
      const { words } = stepText(operation({ objectKind: kind, service: 'exchange', ...(a.recipients?.[0] === undefined ? {} : { recipient: a.recipients[0] }), targetId: 'id-1', changes: [change(a.name, ['a'], ['b'])] }));
      expect([kind, a.name, /if \( Test-(?:Change|Recipient) /.test(words), words.includes('$write = $false')]).toEqual([kind, a.name, true, true]);
    }
  });
  it('that no cmdlet here can do stops the script with a sentence instead of being left out', () => {
    expect(stepText(operation({ kind: 'update', service: 'directory', changes: [change('mail', ['a'], ['b'])] })).words).toMatch(/Stop-Script <This script cannot update .*>/);
    expect(stepText(operation({ objectKind: 'contact', service: 'exchange', changes: [change('unheardOf', ['a'], ['b'])] })).words).toContain('Stop-Script');
  });
});

describe('the head of the script', () => {
  const head = EXPORTERS.powershell.begin(HEADER);
  it('has a byte order mark for Windows PowerShell, whole strings, and no value of a plan outside of comments and texts', () => {
    expect(head.startsWith('\uFEFF')).toBe(true);
    const found = evaluated(tokensOf(head + EXPORTERS.powershell.end(HEADER)));
    expect(texts(found)).toContain(HEADER.organizationId);
    let depth = 0;
    for (const t of found) if (t.type === 'word') { depth += '({['.includes(t.value) ? 1 : ')}]'.includes(t.value) ? -1 : 0; expect(depth).toBeGreaterThanOrEqual(0); }
    expect(depth).toBe(0);
  });
  it('defines every function that steps call', () => {
    const defined = new Set([...head.matchAll(/^function ([A-Za-z-]+)/gm)].map((m) => m[1]));
    const called = new Set(everyKind(plain).flatMap((o) => evaluated(tokensOf(stepOf(o))).flatMap((t) => (t.type === 'word' && /^[A-Z][a-z]+-[A-Za-z]+$/.test(t.value) ? [t.value] : []))));
    const cmdlets = [...called].filter((name) => !defined.has(name));
    expect(cmdlets.toSorted()).toEqual([
      'Get-Contact', 'Get-DistributionGroup', 'Get-MailContact', 'Get-MgUser', 'Invoke-MgGraphRequest', 'New-DistributionGroup', 'New-MailContact', 'New-MgGroup', 'New-MgUser', 'Out-Null', 'Remove-MailContact', 'Remove-MgDirectoryDeletedItem',
      'Remove-MgUser', 'Restore-MgDirectoryDeletedItem', 'Set-Contact', 'Set-DistributionGroup', 'Set-MailContact', 'Update-MgUser',
    ]);
  });
});
