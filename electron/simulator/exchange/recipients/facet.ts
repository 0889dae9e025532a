import type { Directory, View } from '../../directory/directory.ts';
import { textOf, type DirectoryObject, type Properties } from '../../directory/objects.ts';

/** Kinds of recipients in Exchange's words (cmdlet reference, Get-Recipient, RecipientTypeDetails). */
export const RECIPIENT_TYPES = [
  'UserMailbox', 'SharedMailbox', 'RoomMailbox', 'EquipmentMailbox', 'MailUser', 'GuestMailUser', 'MailContact', 'GroupMailbox',
  'MailUniversalDistributionGroup', 'MailUniversalSecurityGroup', 'RoomList',
] as const;
export type RecipientTypeDetails = (typeof RECIPIENT_TYPES)[number];

/** A mailbox permission beyond the owner's own. */
export interface MailboxPermission {
  /** Id of the user or group it is given to. */
  readonly trustee: string;
  /** `FullAccess`, `ReadPermission` ... for a mailbox; `SendAs` for a recipient. */
  readonly rights: readonly string[];
  readonly deny?: boolean;
  readonly autoMapping?: boolean;
  readonly inheritance?: string;
}

/** What only Exchange Online stores of an object. Everything may be absent. References are ids of directory objects. */
export interface Facet {
  readonly recipientTypeDetails?: RecipientTypeDetails;
  /** Common name; default: the object's id (users) or its display name. */
  readonly name?: string;
  readonly exchangeGuid?: string;
  readonly archiveGuid?: string;
  readonly archiveName?: readonly string[];
  readonly legacyExchangeDN?: string;
  /** `SMTP:` and an address outside. */
  readonly externalEmailAddress?: string;
  readonly hiddenFromAddressListsEnabled?: boolean;
  readonly forwardingAddress?: string | null;
  readonly forwardingSmtpAddress?: string | null;
  readonly deliverToMailboxAndForward?: boolean;
  readonly grantSendOnBehalfTo?: readonly string[];
  /** Mailbox permissions, and `SendAs` of recipients. */
  readonly permissions?: readonly MailboxPermission[];
  readonly resourceCapacity?: number | null;
  /** CustomAttribute1 to 15 of groups and contacts by number; users keep theirs in onPremisesExtensionAttributes. */
  readonly customAttributes?: Readonly<Record<string, string>>;
  readonly emailAddressPolicyEnabled?: boolean;
  readonly litigationHoldEnabled?: boolean;
  readonly litigationHoldDate?: string | null;
  readonly maxSendSize?: string;
  readonly maxReceiveSize?: string;
  readonly mailTip?: string | null;
  readonly whenMailboxCreated?: string;
  /** Time of the last change in Exchange, ISO 8601. */
  readonly whenChanged?: string;
  /** Anything further that a cmdlet keeps. */
  readonly [more: string]: unknown;
}

/** Changes of a facet; undefined removes a value. */
export type FacetChanges = { readonly [Name in keyof Facet]?: Facet[Name] | undefined };

/** The facet of an object as a reader sees it; empty where there is none. */
export function facetOf(view: { readonly exchange: Properties | null }): Facet { return (view.exchange ?? {}) as Facet; }

/** Merges into the facet of an object as written. Nothing is written when nothing changes. */
export function writeFacet(directory: Directory, object: DirectoryObject, changes: FacetChanges): void {
  const before = object.exchange ?? {};
  const after = Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined));
  if (JSON.stringify(before) !== JSON.stringify(after)) directory.setExchange(object, after, 'exchange');
}

/** Merges into the properties that Graph shows; null and undefined remove one. Nothing is written when nothing changes. */
export function writeProperties(directory: Directory, object: DirectoryObject, changes: Readonly<Record<string, unknown>>): void {
  if (Object.keys(changes).length === 0) return;
  directory.update(object, Object.fromEntries(Object.entries({ ...object.properties, ...changes }).filter(([, value]) => value !== null && value !== undefined)), 'exchange');
}

/** GUID of all zeros, as Exchange shows where there is none. */
export const NO_GUID = '00000000-0000-0000-0000-000000000000';
const MASK = '5a3c71e96b0d48f2';

/** The object's Guid in Exchange, which differs from its id in Entra (ExternalDirectoryObjectId); {@link idOfGuid} is its inverse. */
export function guidOf(id: string): string {
  const [a = '', b = '', c = '', d = '', e = ''] = id.split('-');
  const mixed = (part: string, at: number): string => [...part].map((digit, i) => (Number.parseInt(digit, 16) ^ Number.parseInt(MASK.charAt((at + i) % 16), 16)).toString(16)).join('');
  return [mixed(a, 0), b, c, d, mixed(e, 4)].join('-');
}
/** The directory id behind a Guid of Exchange. The mapping is its own inverse. */
export function idOfGuid(guid: string): string { return guidOf(guid.toLowerCase()); }

/** Common name of a recipient: what Exchange shows as Name and Identity. */
export function nameOf(view: View): string {
  return facetOf(view).name ?? (view.object.kind === 'user' ? view.object.id : textOf(view, 'displayName') ?? view.object.id);
}

/** Distinguished name of an object in Exchange Online's own directory. */
export function distinguishedNameOf(view: View, directory: Directory): string {
  return `CN=${nameOf(view).replaceAll(/[,\\#+<>;"=]/g, '\\$&')},OU=${directory.initialDomain},OU=Microsoft Exchange Hosted Organizations,DC=SIM00A001,DC=PROD,DC=OUTLOOK,DC=COM`;
}

/** legacyExchangeDN: the stored one, else one made from id and name. */
export function legacyDnOf(view: View): string {
  const own = facetOf(view).legacyExchangeDN;
  return own ?? `/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=${guidOf(view.object.id).replaceAll('-', '')}-${(textOf(view, 'mailNickname') ?? '').slice(0, 20)}`;
}

/** CustomAttribute1 to 15: for users Graph's onPremisesExtensionAttributes, else the facet's. */
export function customAttributeOf(view: View, number: number): string {
  const ofUser = (view.properties['onPremisesExtensionAttributes'] as Readonly<Record<string, unknown>> | undefined)?.[`extensionAttribute${number}`];
  const value = view.object.kind === 'user' ? ofUser : facetOf(view).customAttributes?.[String(number)];
  return typeof value === 'string' ? value : '';
}
