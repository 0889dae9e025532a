import type { Attributes, ObjectKind, TargetObject, Values } from '../../../../shared/domain/objects.ts';
import { TARGET_ATTRIBUTES } from '../../../../shared/rules/target-attributes.ts';

/** One row of a cmdlet. */
export type Row = Readonly<Record<string, unknown>>;
/** A contact or group as Exchange Online shows it. `madeAt`: milliseconds since 1970 UTC; null when it is not told. */
export interface ExchangeObject { readonly object: TargetObject; readonly madeAt: number | null }

/** Our attribute and Exchange's property (ExchangeOnlineManagement cmdlet reference: Get-Contact and Set-Contact). */
export const PERSON: readonly (readonly [string, string])[] = [
  ['givenName', 'FirstName'], ['surname', 'LastName'], ['jobTitle', 'Title'], ['department', 'Department'], ['companyName', 'Company'], ['officeLocation', 'Office'],
  ['streetAddress', 'StreetAddress'], ['city', 'City'], ['state', 'StateOrProvince'], ['postalCode', 'PostalCode'], ['country', 'CountryOrRegion'],
  ['businessPhones', 'Phone'], ['mobilePhone', 'MobilePhone'], ['faxNumber', 'Fax'], ['notes', 'Notes'],
];
/** The same of what contacts and groups share: Get- and Set-MailContact, Get- and Set-DistributionGroup. */
export const COMMON: readonly (readonly [string, string])[] = [
  ['displayName', 'DisplayName'], ['mailNickname', 'Alias'], ['hideFromAddressLists', 'HiddenFromAddressListsEnabled'], ['requireSenderAuthenticationEnabled', 'RequireSenderAuthenticationEnabled'],
  ...Array.from({ length: 15 }, (_, i) => [`onPremisesExtensionAttributes/extensionAttribute${i + 1}`, `CustomAttribute${i + 1}`] as const),
];
/** Attributes that name recipients, of all whom others write to: Set-Mailbox, Set-MailUser, Set-MailContact, Set-DistributionGroup. */
const RESTRICTIONS: readonly (readonly [string, string])[] = [
  ['acceptMessagesOnlyFrom', 'AcceptMessagesOnlyFrom'], ['acceptMessagesOnlyFromDLMembers', 'AcceptMessagesOnlyFromDLMembers'], ['rejectMessagesFrom', 'RejectMessagesFrom'], ['rejectMessagesFromDLMembers', 'RejectMessagesFromDLMembers'],
];
/** The same with what one kind alone has; rows show names (Get-Mailbox: ForwardingAddress; Get-Contact: Manager). */
export const NAMING: readonly (readonly [string, string])[] = [...RESTRICTIONS, ['forwardingAddress', 'ForwardingAddress'], ['manager', 'Manager']];
/** Attributes of mailboxes and mail users that only their own rows show. */
export const OF_PEOPLE: readonly (readonly [string, string])[] = [['requireSenderAuthenticationEnabled', 'RequireSenderAuthenticationEnabled'], ['deliverToMailboxAndForward', 'DeliverToMailboxAndForward']];
/** What only groups have. */
export const OF_GROUPS: readonly (readonly [string, string])[] = [['description', 'Description']];

function valuesOf(value: unknown): Values {
  return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) => (typeof one === 'string' ? (one === '' ? [] : [one]) : typeof one === 'boolean' || typeof one === 'number' ? [String(one)] : []));
}
const textOf = (row: Row, name: string): string => valuesOf(row[name])[0] ?? '';
const smtp = (text: string): string => text.replace(/^smtp:/i, '');

/** Primary SMTP address of a recipient by the name that rows show; undefined when nobody knows, or several have it. */
export type AddressOf = (name: string) => string | undefined;

/** Names of recipients that a row shows. */
export function namesIn(row: Row): Values { return NAMING.flatMap(([, property]) => valuesOf(row[property])); }

/** Whom a row names, by address where that is known; else as it is shown, so that it is neither lost nor taken for nobody. */
export function namingOf(row: Row, addressOf: AddressOf): Readonly<Record<string, Values>> {
  return Object.fromEntries(NAMING.flatMap(([name, property]) => { const values = valuesOf(row[property]); return values.length === 0 ? [] : [[name, [...new Set(values.map((one) => addressOf(one)?.toLowerCase() ?? one))]] as const]; }));
}

/**
 * What Exchange Online alone shows of a mailbox, a mail user or a Microsoft 365 group, which Graph keeps.
 * @param row of Get-Mailbox, Get-MailUser or Get-UnifiedGroup; or of Get-Recipient, which shows addresses and visibility.
 */
export function partAttributes(kind: 'user' | 'group', row: Row, addressOf: AddressOf): Attributes {
  const picked = kind === 'user' ? OF_PEOPLE : COMMON.filter(([name]) => name !== 'displayName' && name !== 'mailNickname');
  const values = {
    ...Object.fromEntries(picked.map(([name, property]) => [name, valuesOf(row[property])])), hideFromAddressLists: valuesOf(row['HiddenFromAddressListsEnabled']), proxyAddresses: valuesOf(row['EmailAddresses']),
    ...(kind === 'user' ? { recipientTypeDetails: valuesOf(row['RecipientTypeDetails']), ...namingOf(row, addressOf) } : {}),
  };
  return Object.fromEntries(Object.entries(values).filter(([, list]) => list.length > 0));
}

/** The same as an object; null while it has no id in the directory. */
export function partOf(kind: 'user' | 'group', row: Row, addressOf: AddressOf): ExchangeObject | null {
  return objectOf(kind, row, partAttributes(kind, row, addressOf));
}

function attributesOf(rows: readonly (readonly [Row, readonly (readonly [string, string])[]])[], row: Row, more: Readonly<Record<string, Values>>): Attributes {
  const attributes: Record<string, Values> = {};
  for (const [from, names] of rows) for (const [name, property] of names) attributes[name] = valuesOf(from[property]);
  const all: Record<string, Values> = {
    ...attributes, proxyAddresses: valuesOf(row['EmailAddresses']), mail: valuesOf(smtp(textOf(row, 'PrimarySmtpAddress'))), ...(row['IsDirSynced'] === true ? { onPremisesSyncEnabled: ['true'] } : {}), ...more,
  };
  return Object.fromEntries(Object.entries(all).filter(([, values]) => values.length > 0));
}

function objectOf(kind: ObjectKind, row: Row, attributes: Attributes): ExchangeObject | null {
  const id = textOf(row, 'ExternalDirectoryObjectId').toLowerCase();
  // A moment after it was made the directory has not given it an id yet.
  if (id === '') return null;
  const made = Date.parse(textOf(row, 'WhenCreatedUTC'));
  return { object: { id, kind, name: textOf(row, 'DisplayName') || textOf(row, 'Name') || id, attributes, links: {}, deleted: false }, madeAt: Number.isNaN(made) ? null : made };
}

/**
 * A contact from its two rows. Empty text counts as absent.
 * @param person the row of Get-Contact, which holds what is no matter of mail.
 * @returns null while it has no id in the directory.
 */
export function contactOf(mail: Row, person: Row, addressOf: AddressOf = () => undefined): ExchangeObject | null {
  return objectOf('contact', mail, attributesOf([[mail, COMMON], [person, PERSON]], mail, { externalEmailAddress: valuesOf(smtp(textOf(mail, 'ExternalEmailAddress'))), ...namingOf({ ...mail, Manager: person['Manager'] }, addressOf) }));
}

/** Names of the owners of a group, as its row has them; the role group that owns what nobody else does is none (reported of app-only sessions). */
export function ownerNames(row: Row): Values {
  return valuesOf(row['ManagedBy']).filter((name) => !/(?:^|\/)Organization Management$/.test(name));
}

/**
 * A distribution or mail-enabled security group from its row of Get-DistributionGroup; null while it has no id in the directory.
 * @param addressOf primary SMTP address of an owner by the name that rows show; undefined when nobody knows.
 * @param about the row of Get-Group, which holds what is no matter of mail.
 */
export function groupOf(row: Row, addressOf: AddressOf = () => undefined, about: Row = {}): ExchangeObject | null {
  const managedBy = [...new Set(ownerNames(row).flatMap((name) => addressOf(name)?.toLowerCase() ?? []))];
  const security = textOf(row, 'RecipientTypeDetails') === 'MailUniversalSecurityGroup' || /SecurityEnabled/.test(textOf(row, 'GroupType'));
  return objectOf('group', row, attributesOf([[row, COMMON], [row, OF_GROUPS]], row, { mailEnabled: ['true'], securityEnabled: [String(security)], managedBy, notes: valuesOf(about['Notes']), ...namingOf({ ...row, Manager: null }, addressOf) }));
}

const KEPT_BY_EXCHANGE: Readonly<Record<'contact' | 'group', ReadonlySet<string>>> = {
  contact: new Set(TARGET_ATTRIBUTES.filter((a) => a.kinds.includes('contact') && a.service === 'exchange').map((a) => a.name)),
  group: new Set(TARGET_ATTRIBUTES.filter((a) => a.kinds.includes('group') && a.service === 'exchange' && a.groups === 'of Exchange').map((a) => a.name)),
};

/** True for an attribute of a contact or of a group of Exchange in which Exchange is right, whatever Graph shows. */
export function keptByExchange(kind: 'contact' | 'group', attribute: string): boolean {
  return KEPT_BY_EXCHANGE[kind].has(attribute) || attribute === 'mail';
}

/**
 * One object of both services: Graph alone knows synchronisation and dates; in what Exchange keeps it is right, since Graph shows it
 * later and only in part.
 */
export function withExchange(graph: TargetObject, exchange: TargetObject): TargetObject {
  const kept = KEPT_BY_EXCHANGE[exchange.kind === 'group' ? 'group' : 'contact'];
  const rest = Object.entries(graph.attributes).filter(([name]) => !kept.has(name) && name !== 'mail');
  return { ...graph, name: exchange.name, attributes: { ...Object.fromEntries(rest), ...exchange.attributes } };
}
