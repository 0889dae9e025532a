import type { AttributeChange, RecipientPart } from '../../../../shared/domain/plans.ts';
import { targetAttribute } from '../../../../shared/rules/target-attributes.ts';
import type { ExportedOperation } from '../types.ts';
import { driftTests, idOf } from './graph-steps.ts';
import { list, literal, table } from './quote.ts';

/** Cmdlet that sets an attribute and its parameter, which is also the property that the Get cmdlet shows (ExchangeOnlineManagement cmdlet reference). */
type Place = readonly [cmdlet: 'mail' | 'person', parameter: string];

/** What Exchange Online has an object as: kinds that it keeps, and what it writes of objects that Graph keeps. */
type What = 'contact' | 'group' | RecipientPart;
type Kept = 'contact' | 'group';

const CUSTOM: readonly (readonly [string, Place])[] = Array.from({ length: 15 }, (_, i) => [`onPremisesExtensionAttributes/extensionAttribute${i + 1}`, ['mail', `CustomAttribute${i + 1}`]]);
const SHARED: readonly (readonly [string, Place])[] = [
  ['displayName', ['mail', 'DisplayName']], ['mailNickname', ['mail', 'Alias']], ['hideFromAddressLists', ['mail', 'HiddenFromAddressListsEnabled']],
  ['requireSenderAuthenticationEnabled', ['mail', 'RequireSenderAuthenticationEnabled']], ...CUSTOM,
];
/** Attributes of contacts: Set-MailContact and Set-Contact. */
const CONTACT: ReadonlyMap<string, Place> = new Map([
  ...SHARED, ['externalEmailAddress', ['mail', 'ExternalEmailAddress']],
  ['givenName', ['person', 'FirstName']], ['surname', ['person', 'LastName']], ['jobTitle', ['person', 'Title']], ['department', ['person', 'Department']], ['companyName', ['person', 'Company']],
  ['officeLocation', ['person', 'Office']], ['streetAddress', ['person', 'StreetAddress']], ['city', ['person', 'City']], ['state', ['person', 'StateOrProvince']], ['postalCode', ['person', 'PostalCode']],
  ['country', ['person', 'CountryOrRegion']], ['businessPhones', ['person', 'Phone']], ['mobilePhone', ['person', 'MobilePhone']], ['faxNumber', ['person', 'Fax']], ['notes', ['person', 'Notes']], ['manager', ['person', 'Manager']],
]);
/** Attributes of distribution and mail-enabled security groups: Set-DistributionGroup and Set-Group. */
const GROUP: ReadonlyMap<string, Place> = new Map([...SHARED, ['description', ['mail', 'Description']], ['notes', ['person', 'Notes']]]);
/** Attributes of mailboxes and mail users that Graph does not write: Set-Mailbox and Set-MailUser. */
const PEOPLE: ReadonlyMap<string, Place> = new Map([
  ['hideFromAddressLists', ['mail', 'HiddenFromAddressListsEnabled']], ['requireSenderAuthenticationEnabled', ['mail', 'RequireSenderAuthenticationEnabled']], ['forwardingAddress', ['mail', 'ForwardingAddress']], ['deliverToMailboxAndForward', ['mail', 'DeliverToMailboxAndForward']],
]);
/** The same of Microsoft 365 groups: Set-UnifiedGroup. */
const UNIFIED: ReadonlyMap<string, Place> = new Map(SHARED.filter(([name]) => name !== 'displayName' && name !== 'mailNickname'));
const PLACES: Readonly<Record<What, ReadonlyMap<string, Place>>> = { contact: CONTACT, group: GROUP, mailbox: PEOPLE, 'mail user': PEOPLE, 'Microsoft 365 group': UNIFIED };
/** What New-DistributionGroup and New-MailContact take. */
const ON_CREATE: Readonly<Record<'contact' | 'group', ReadonlySet<string>>> = {
  contact: new Set(['DisplayName', 'Alias', 'ExternalEmailAddress', 'FirstName', 'LastName']), group: new Set(['DisplayName', 'Alias', 'Description', 'RequireSenderAuthenticationEnabled']),
};
/** Said by the type of the group and by nothing else. */
const IMPLIED = new Set(['mailEnabled', 'securityEnabled', 'groupTypes']);
/** Lists that are changed value by value, so that what others have added stays; and the parameter of each (cmdlet reference, multivalued properties). */
const LISTS: Readonly<Record<string, string>> = {
  proxyAddresses: 'EmailAddresses', managedBy: 'ManagedBy', acceptMessagesOnlyFrom: 'AcceptMessagesOnlyFrom', acceptMessagesOnlyFromDLMembers: 'AcceptMessagesOnlyFromDLMembers',
  rejectMessagesFrom: 'RejectMessagesFrom', rejectMessagesFromDLMembers: 'RejectMessagesFromDLMembers',
};
/** Shown in another form than it is written: a country by its name in the language of the session, which no plan knows. */
const NOT_COMPARED = new Set(['country']);
/** Name one recipient: rows show its name, a plan has its address (cmdlet reference: Get-Mailbox, ForwardingAddress; Get-Contact, Manager). */
const RECIPIENT = new Set(['forwardingAddress', 'manager']);
/** Longest name of a recipient (ExchangeOnlineManagement cmdlet reference, New-MailContact, Name). */
const NAME_LENGTH = 64;

/** What is known of an attribute of such an object. */
const aboutOf = (what: What, attribute: string) => (what === 'contact' || what === 'group' ? targetAttribute(what, attribute, 'exchange') : targetAttribute(what === 'Microsoft 365 group' ? 'group' : 'user', attribute));

function value(what: What, change: Pick<AttributeChange, 'attribute' | 'after'>): string {
  const about = aboutOf(what, change.attribute);
  const values = change.after ?? [];
  if (about?.names !== undefined && values.length === 0) return '$null';
  if (about?.type === 'texts' && change.attribute !== 'businessPhones') return list(values);
  return about?.type === 'boolean' ? (values[0]?.toLowerCase() === 'true' ? '$true' : '$false') : literal(values[0] ?? '');
}

interface Parameters { readonly mail: (readonly [string, string])[]; readonly person: (readonly [string, string])[] }

const keyOf = (address: string): string => address.replace(/^smtp:/i, '').toLowerCase();
const primaryOf = (values: readonly string[] | null): string => values?.find((v) => v.startsWith('SMTP:'))?.slice(5) ?? '';

/** What a change of a list adds and takes away. An address sent with `SMTP:` becomes the primary one, and the one before stays as a secondary one. */
function deltaOf({ attribute, before, after }: Pick<AttributeChange, 'attribute' | 'before' | 'after'>): { readonly add: readonly string[]; readonly remove: readonly string[]; readonly expression: string } {
  const [had, wanted] = [new Set((before ?? []).map(keyOf)), new Set((after ?? []).map(keyOf))];
  const moved = attribute === 'proxyAddresses' && primaryOf(after) !== '' && keyOf(primaryOf(after)) !== keyOf(primaryOf(before)) ? [`SMTP:${primaryOf(after)}`] : [];
  const add = [...moved, ...(after ?? []).filter((v) => !v.startsWith('SMTP:') && !had.has(keyOf(v)))];
  const remove = (before ?? []).filter((v) => !wanted.has(keyOf(v)));
  return { add, remove, expression: table([...(add.length > 0 ? [['Add', list(add)] as const] : []), ...(remove.length > 0 ? [['Remove', list(remove)] as const] : [])]) };
}

/** The parameters of the changes; null when one of them has no cmdlet here. */
function parametersOf(o: ExportedOperation, what: What): Parameters | null {
  const found: Parameters = { mail: [], person: [] };
  for (const change of o.changes) {
    const place = PLACES[what].get(change.attribute);
    const listed = LISTS[change.attribute];
    if (place !== undefined) found[place[0]].push([place[1], value(what, change)]);
    else if (listed !== undefined) { const delta = deltaOf(change); if (delta.add.length + delta.remove.length > 0) found.mail.push([listed, delta.expression]); }
    else if (!IMPLIED.has(change.attribute)) return null;
  }
  return found;
}

/** Nouns of the cmdlets that get and set an object, and what of it is no matter of mail. */
const NOUNS: Readonly<Record<What, { readonly mail: string; readonly person: string }>> = {
  contact: { mail: 'MailContact', person: 'Contact' }, group: { mail: 'DistributionGroup', person: 'Group' }, mailbox: { mail: 'Mailbox', person: '' }, 'mail user': { mail: 'MailUser', person: '' }, 'Microsoft 365 group': { mail: 'UnifiedGroup', person: '' },
};
const bypass = (what: What): string => (what === 'group' ? ' -BypassSecurityGroupManagerCheck' : '');

/** Lines that set parameters on `$id`. */
function setLines(what: What, { mail, person }: Parameters): string[] {
  return [
    ...(mail.length > 0 ? [`$mail = ${table(mail)}`, `Set-${NOUNS[what].mail} -Identity $id @mail${bypass(what)}`] : []),
    ...(person.length > 0 ? [`$person = ${table(person)}`, `Set-${NOUNS[what].person} -Identity $id @person${bypass(what)}`] : []),
  ];
}

function create(o: ExportedOperation, kind: Kept): string[] | null {
  const all = parametersOf({ ...o, changes: o.changes.filter((c) => (c.after?.length ?? 0) > 0) }, kind);
  if (all === null) return null;
  const has = (attribute: string): readonly string[] => o.changes.find((c) => c.attribute === attribute)?.after ?? [];
  // Nobody sees the name, which must be unique among all recipients.
  const name = Array.from(has('mailNickname')[0] ?? has('displayName')[0] ?? o.name).slice(0, NAME_LENGTH).join('');
  const primary = has('proxyAddresses').find((a) => a.startsWith('SMTP:'))?.slice(5);
  const takes = ([parameter]: readonly [string, string]): boolean => ON_CREATE[kind].has(parameter);
  const given: (readonly [string, string])[] = [
    ['Name', literal(name)], ...[...all.mail, ...all.person].filter(takes),
    ...(kind === 'group' ? [['Type', literal(has('securityEnabled')[0]?.toLowerCase() === 'true' ? 'Security' : 'Distribution')] as const, ...(primary === undefined ? [] : [['PrimarySmtpAddress', literal(primary)] as const])] : []),
  ];
  const rest: Parameters = { mail: all.mail.filter((p) => !takes(p) && !(p[0] === 'EmailAddresses' && kind === 'group' && has('proxyAddresses').length === 1)), person: all.person.filter((p) => !takes(p)) };
  const identity = has('externalEmailAddress')[0] ?? primary ?? has('mailNickname')[0] ?? name;
  return [
    `if (Test-Created ${literal(o.sourceId ?? '')}) { Write-Already 'an earlier run created it'; return }`,
    `if (@(Find-Recipient ${literal(kind)} ${literal(identity)}).Count -gt 0) { Stop-Script ${literal(`There is a ${kind} ${identity} in the tenant already. Make a new plan.`)} }`,
    `if (Confirm-Change ${literal(o.name)} ${literal(kind === 'contact' ? 'Create the mail contact' : 'Create the distribution group')}) {`,
    `    $given = ${table(given)}`,
    `    $new = New-${kind === 'contact' ? 'MailContact' : 'DistributionGroup'} @given`,
    '    $id = [string]$new.ExternalDirectoryObjectId',
    `    Set-CreatedId ${literal(o.sourceId ?? '')} $id`,
    ...setLines(kind, rest).map((line) => `    ${line}`),
    '}',
  ];
}

function update(o: ExportedOperation, what: What): string[] | null {
  const parameters = parametersOf(o, what);
  if (parameters === null) return null;
  const places = PLACES[what];
  const read = (attribute: string): string => {
    const [source, property] = places.get(attribute) ?? ['mail', attribute];
    const found = `(Read-Property $${source === 'mail' ? 'nowMail' : 'nowPerson'} ${literal(property)})`;
    // Exchange writes the protocol before the address.
    return attribute === 'externalEmailAddress' ? `(${found} -replace '^[^:]+:', '')` : found;
  };
  const compared = {
    ...o, changes: o.changes.filter((c) => !NOT_COMPARED.has(c.attribute) && !RECIPIENT.has(c.attribute) && places.has(c.attribute)).map((c) => {
      // What a new object has without being told.
      const initial = aboutOf(what, c.attribute)?.initial;
      return c.before === null && initial !== undefined ? { ...c, before: [initial] } : c;
    }),
  };
  const recipients = o.changes.filter((c) => RECIPIENT.has(c.attribute) && places.has(c.attribute))
    .map((c) => `if (Test-Recipient ${read(c.attribute)} ${literal(c.attribute)} ${literal(c.before?.[0] ?? '')} ${literal(c.after?.[0] ?? '')}) { $write = $true }`);
  const lists = o.changes.filter((c) => LISTS[c.attribute] !== undefined).map((c) => {
    const { add, remove } = deltaOf(c);
    return c.attribute !== 'proxyAddresses' ? '$write = $true' : `if (Test-Addresses (Read-Property $nowMail 'EmailAddresses') ${list(add)} ${list(remove)} ${literal(primaryOf(c.before))} ${literal(primaryOf(c.after))}) { $write = $true }`;
  });
  return [
    `$id = ${idOf(o)}`, `$write = $${String(o.changes.some((c) => NOT_COMPARED.has(c.attribute)))}`,
    `if ($id -eq '') { $write = $true } else {`,
    `    $nowMail = Invoke-Patiently { Get-${NOUNS[what].mail} -Identity $id }`,
    ...(parameters.person.length > 0 ? [`    $nowPerson = Invoke-Patiently { Get-${NOUNS[what].person} -Identity $id }`] : []),
    ...[...driftTests(compared, read), ...recipients, ...lists].map((line) => `    ${line}`),
    '}',
    `if (-not $write) { Write-Already 'the values are so already' }`,
    `elseif (Confirm-Change ${literal(o.name)} ${literal(`Set ${o.changes.map((c) => c.attribute).join(', ')}`)}) {`,
    ...setLines(what, parameters).map((line) => `    ${line}`),
    '}',
  ];
}

/** Lines that give or take a permission on a mailbox, one holder a line; null for what else there is of people. */
function permissions(o: ExportedOperation): string[] | null {
  const { permission } = o;
  const command = o.kind === 'add permissions' ? 'Add-PermissionOnce' : o.kind === 'remove permissions' ? 'Remove-PermissionOnce' : null;
  if (permission === undefined || command === null) return null;
  return ['Assert-Exchange', `$mailbox = ${idOf(o)}`, ...o.references.map((r) => `${command} $mailbox ${literal(permission)} ${idOf(r)} ${literal(r.name)}`)];
}

/** The lines of one step through Exchange Online; null when this script cannot express it. */
export function exchangeStep(o: ExportedOperation): string[] | null {
  const kind = o.objectKind;
  if (o.recipient !== undefined) { const lines = o.kind === 'update' ? update(o, o.recipient) : null; return lines === null ? null : ['Assert-Exchange', ...lines]; }
  if (kind === 'user') return permissions(o);
  const lines = ((): string[] | null => {
    switch (o.kind) {
      case 'create': return create(o, kind);
      case 'update': return update(o, kind);
      case 'add members': case 'remove members':
        return kind === 'contact' ? null : [`$group = ${idOf(o)}`, ...o.references.map((r) => `${o.kind === 'add members' ? 'Add' : 'Remove'}-DistributionGroupMemberOnce $group ${idOf(r)} ${literal(r.name)}`)];
      case 'delete':
        return [`$id = ${idOf(o)}`, `if (@(Find-Recipient ${literal(kind)} $id).Count -eq 0) { Write-Already 'it is gone already' }`,
          `elseif (Confirm-Change ${literal(o.name)} 'Delete; Exchange keeps no recycle bin for it') { Remove-${kind === 'contact' ? 'MailContact' : 'DistributionGroup'} -Identity $id -Confirm:$false${bypass(kind)} }`];
      default: return null;
    }
  })();
  return lines === null ? null : ['Assert-Exchange', ...lines];
}
