import type { Attributes, ObjectKind } from '../domain/objects.ts';
import type { RecipientPart, Service } from '../domain/plans.ts';
import { valuesOf } from './attributes.ts';

/** What is known of one attribute of a Microsoft 365 object. */
export interface TargetAttribute {
  /** Graph's property name; nested ones with a slash: `onPremisesExtensionAttributes/extensionAttribute1`. */
  readonly name: string;
  readonly kinds: readonly ObjectKind[];
  readonly type: 'text' | 'boolean' | 'texts';
  /** Service that can write it on a cloud-managed object; `none`: computed by Microsoft, only read. */
  readonly service: Service;
  /** May be given when the object is created / changed later. */
  readonly onCreate: boolean;
  readonly onUpdate: boolean;
  /** False: once set it cannot be made empty again, so its undo is impossible. */
  readonly clearable: boolean;
  /** Longest value in characters; 0: no limit known. */
  readonly maxLength: number;
  readonly maxValues: number;
  /** Letter case matters when comparing. Everything that is not an address or a name used as key compares exactly. */
  readonly caseSensitive: boolean;
  /** Service that shows the value; Graph shows little of contacts and of the groups that Exchange Online keeps. */
  readonly shownBy: 'graph' | 'exchange';
  /** Only for groups: which of them the entry is about. Absent: both. */
  readonly groups?: 'of Graph' | 'of Exchange';
  /** Value that a new object has without being told (ExchangeOnlineManagement cmdlet reference, defaults of New- and Set-cmdlets). */
  readonly initial?: string;
  /** Only for what Graph keeps and Exchange Online writes: what an object must be there to have the attribute. */
  readonly recipients?: readonly RecipientPart[];
  /** The values name other recipients, by their primary SMTP addresses; Resolve finds them. Holds the kinds that may be named. */
  readonly names?: readonly ObjectKind[];
}

const USER: readonly ObjectKind[] = ['user'];
const GROUP: readonly ObjectKind[] = ['group'];
const CONTACT: readonly ObjectKind[] = ['contact'];
const ALL: readonly ObjectKind[] = ['user', 'group', 'contact'];
const OF_GRAPH = { groups: 'of Graph' } as const;

const text = (name: string, kinds: readonly ObjectKind[], maxLength: number, more: Partial<TargetAttribute> = {}): TargetAttribute => ({
  name, kinds, type: 'text', service: 'graph', onCreate: true, onUpdate: true, clearable: true, maxLength, maxValues: 1, caseSensitive: true, shownBy: 'graph', ...more,
});
const computed = (name: string, kinds: readonly ObjectKind[], more: Partial<TargetAttribute> = {}): TargetAttribute =>
  text(name, kinds, 0, { service: 'none', onCreate: false, onUpdate: false, ...more });

/** Of contacts and of groups with mail: written by Exchange Online, after creation unless said otherwise. */
const exchange = (name: string, kinds: readonly ObjectKind[], maxLength: number, more: Partial<TargetAttribute> = {}): TargetAttribute =>
  text(name, kinds, maxLength, { service: 'exchange', onCreate: false, shownBy: 'exchange', ...(kinds.includes('group') ? { groups: 'of Exchange' } : {}), ...more });
const flag = (name: string, kinds: readonly ObjectKind[], initial: string, more: Partial<TargetAttribute> = {}): TargetAttribute =>
  exchange(name, kinds, 5, { type: 'boolean', clearable: false, initial, ...more });

/** Names other recipients: addresses, of any domain, in any case of letters. */
const naming = (name: string, kinds: readonly ObjectKind[], names: readonly ObjectKind[], more: Partial<TargetAttribute> = {}): TargetAttribute =>
  exchange(name, kinds, 320, { type: 'texts', maxValues: 10_000, caseSensitive: false, names, ...more });
/** Who may send to a recipient (cmdlet reference: Set-Mailbox, Set-MailUser, Set-MailContact, Set-DistributionGroup). Of groups their members. */
const restrictions = (kinds: readonly ObjectKind[], more: Partial<TargetAttribute> = {}): readonly TargetAttribute[] => [
  naming('acceptMessagesOnlyFrom', kinds, ['user', 'contact'], more), naming('acceptMessagesOnlyFromDLMembers', kinds, ['group'], more),
  naming('rejectMessagesFrom', kinds, ['user', 'contact'], more), naming('rejectMessagesFromDLMembers', kinds, ['group'], more),
];

const PEOPLE = { recipients: ['mailbox', 'mail user'] } as const;
const MAILBOX = { recipients: ['mailbox'] } as const;
const UNIFIED = { ...OF_GRAPH, recipients: ['Microsoft 365 group'] } as const;
const addresses = (kinds: readonly ObjectKind[], more: Partial<TargetAttribute>): TargetAttribute => exchange('proxyAddresses', kinds, 0, { type: 'texts', clearable: false, maxValues: 300, shownBy: 'graph', ...more });

/**
 * What Exchange Online writes of people and of Microsoft 365 groups, which Graph keeps, once they are recipients there
 * (ExchangeOnlineManagement cmdlet reference: Set-Mailbox, Set-MailUser, Set-UnifiedGroup, with the defaults of their switches).
 */
const RECIPIENT_ATTRIBUTES: readonly TargetAttribute[] = [
  addresses(USER, PEOPLE), flag('hideFromAddressLists', USER, 'false', PEOPLE), flag('requireSenderAuthenticationEnabled', USER, 'false', PEOPLE), ...restrictions(USER, PEOPLE),
  naming('forwardingAddress', USER, ['user', 'contact', 'group'], { ...MAILBOX, type: 'text', maxValues: 1 }), flag('deliverToMailboxAndForward', USER, 'false', MAILBOX),
  addresses(GROUP, UNIFIED), flag('hideFromAddressLists', GROUP, 'false', UNIFIED), flag('requireSenderAuthenticationEnabled', GROUP, 'true', UNIFIED),
  ...Array.from({ length: 15 }, (_, i) => exchange(`onPremisesExtensionAttributes/extensionAttribute${i + 1}`, GROUP, 1024, UNIFIED)),
];

/**
 * What Exchange Online keeps of contacts and of distribution and mail-enabled security groups, which Graph only reads (Graph
 * documentation, orgContact and group resources). Lengths: ExchangeOnlineManagement cmdlet reference and the schema of Active
 * Directory (rangeUpper) for New-MailContact, Set-Contact, Set-MailContact, New- and Set-DistributionGroup.
 */
const EXCHANGE_ATTRIBUTES: readonly TargetAttribute[] = [
  exchange('displayName', CONTACT, 256, { onCreate: true, clearable: false, shownBy: 'graph' }),
  exchange('mailNickname', CONTACT, 64, { onCreate: true, clearable: false, caseSensitive: false, shownBy: 'graph' }),
  exchange('externalEmailAddress', CONTACT, 320, { onCreate: true, clearable: false, caseSensitive: false }),
  exchange('givenName', CONTACT, 64, { onCreate: true, shownBy: 'graph' }), exchange('surname', CONTACT, 64, { onCreate: true, shownBy: 'graph' }),
  exchange('jobTitle', CONTACT, 128, { shownBy: 'graph' }), exchange('department', CONTACT, 64, { shownBy: 'graph' }), exchange('companyName', CONTACT, 64, { shownBy: 'graph' }),
  exchange('officeLocation', CONTACT, 128), exchange('streetAddress', CONTACT, 1024), exchange('city', CONTACT, 128), exchange('state', CONTACT, 128),
  exchange('postalCode', CONTACT, 40), exchange('country', CONTACT, 128, { caseSensitive: false }), exchange('businessPhones', CONTACT, 64, { type: 'texts' }),
  exchange('mobilePhone', CONTACT, 64), exchange('faxNumber', CONTACT, 64), exchange('notes', CONTACT, 1024),
  flag('requireSenderAuthenticationEnabled', CONTACT, 'false'),
  exchange('displayName', GROUP, 256, { onCreate: true, clearable: false, shownBy: 'graph' }),
  exchange('mailNickname', GROUP, 64, { onCreate: true, clearable: false, caseSensitive: false, shownBy: 'graph' }),
  exchange('description', GROUP, 1024, { onCreate: true, shownBy: 'graph' }), exchange('notes', GROUP, 1024),
  exchange('mailEnabled', GROUP, 5, { type: 'boolean', onCreate: true, onUpdate: false, clearable: false, shownBy: 'graph' }),
  exchange('securityEnabled', GROUP, 5, { type: 'boolean', onCreate: true, onUpdate: false, clearable: false, shownBy: 'graph' }),
  // Primary SMTP addresses. Exchange Online lets nobody take the last owner away, so that it cannot be made empty.
  exchange('managedBy', GROUP, 320, { type: 'texts', clearable: false, maxValues: 1000, caseSensitive: false }),
  // Only internal senders by default (cmdlet reference, New-DistributionGroup, RequireSenderAuthenticationEnabled).
  flag('requireSenderAuthenticationEnabled', GROUP, 'true', { onCreate: true }),
  naming('manager', CONTACT, ['user', 'contact'], { type: 'text', maxValues: 1 }),
  ...[CONTACT, GROUP].flatMap((kinds) => [
    ...restrictions(kinds),
    exchange('proxyAddresses', kinds, 0, { type: 'texts', onCreate: true, clearable: false, maxValues: 300, shownBy: 'graph' }),
    flag('hideFromAddressLists', kinds, 'false'),
    ...Array.from({ length: 15 }, (_, i) => exchange(`onPremisesExtensionAttributes/extensionAttribute${i + 1}`, kinds, 1024)),
  ]),
];

/**
 * Attributes that Causeway reads or writes. Lengths and writability: facts of the Graph user and group resources
 * (create and update topics); `usageLocation`, `displayName`, `userPrincipalName`, `mailNickname`, `accountEnabled` are not nullable.
 */
export const TARGET_ATTRIBUTES: readonly TargetAttribute[] = [
  text('userPrincipalName', USER, 113, { clearable: false, caseSensitive: false }),
  text('displayName', USER, 256, { clearable: false }), text('displayName', GROUP, 256, { clearable: false, ...OF_GRAPH }),
  text('mailNickname', USER, 64, { clearable: false, caseSensitive: false }), text('mailNickname', GROUP, 64, { clearable: false, caseSensitive: false, ...OF_GRAPH }),
  { ...text('accountEnabled', USER, 5, { clearable: false }), type: 'boolean' },
  text('givenName', USER, 64), text('surname', USER, 64), text('jobTitle', USER, 128), text('department', USER, 64),
  text('companyName', USER, 64), text('officeLocation', USER, 128), text('streetAddress', USER, 1024), text('city', USER, 128),
  text('state', USER, 128), text('postalCode', USER, 40), text('country', USER, 128), text('mobilePhone', USER, 64),
  text('faxNumber', USER, 64), text('employeeId', USER, 16), text('employeeType', USER, 64), text('preferredLanguage', USER, 64),
  text('usageLocation', USER, 2, { clearable: false }),
  { ...text('businessPhones', USER, 64), type: 'texts' },
  { ...text('otherMails', USER, 250, { maxValues: 250, caseSensitive: false }), type: 'texts' },
  text('onPremisesImmutableId', USER, 60),
  // Changing mail adds an address to proxyAddresses that Graph cannot take away again (Graph documentation, user resource: mail): creation only.
  text('mail', USER, 256, { onUpdate: false, clearable: false, caseSensitive: false }),
  ...Array.from({ length: 15 }, (_, i) => text(`onPremisesExtensionAttributes/extensionAttribute${i + 1}`, USER, 1024)),
  text('passwordProfile/password', USER, 256, { onUpdate: false, clearable: false }),
  { ...text('passwordProfile/forceChangePasswordNextSignIn', USER, 5, { onUpdate: false, clearable: false }), type: 'boolean' },
  text('description', GROUP, 1024, OF_GRAPH),
  { ...text('mailEnabled', GROUP, 5, { onUpdate: false, clearable: false, ...OF_GRAPH }), type: 'boolean' },
  { ...text('securityEnabled', GROUP, 5, { onUpdate: false, clearable: false, ...OF_GRAPH }), type: 'boolean' },
  { ...text('groupTypes', GROUP, 32, { onUpdate: false, clearable: true, maxValues: 2, ...OF_GRAPH }), type: 'texts' },
  ...RECIPIENT_ATTRIBUTES, ...EXCHANGE_ATTRIBUTES,
  computed('mail', ['group', 'contact'], { caseSensitive: false }),
  computed('onPremisesSyncEnabled', ALL, { type: 'boolean' }),
  computed('onPremisesSecurityIdentifier', ['user', 'group']),
  computed('onPremisesSamAccountName', ['user', 'group'], { caseSensitive: false }),
  // Read only where a plan needs to know who can be in a group of Exchange.
  computed('recipientTypeDetails', USER, { shownBy: 'exchange' }),
  computed('userType', USER), computed('createdDateTime', ['user', 'group']),
  computed('assignedLicenses', USER, { type: 'texts', maxValues: 100 }), computed('licenseAssignmentStates', USER, { type: 'texts', maxValues: 1000 }),
];

/** Names of the attributes of one kind of object, as they are and in lower case; what only groups of Exchange have comes after what all have. */
const table = (kind: ObjectKind, owner: Service): ReadonlyMap<string, TargetAttribute> => {
  const about = (one: TargetAttribute): number => (one.groups === undefined ? 1 : (one.groups === 'of Exchange') === (owner === 'exchange') ? 2 : 0);
  const sorted = TARGET_ATTRIBUTES.filter((one) => one.kinds.includes(kind)).toSorted((a, b) => about(a) - about(b));
  return new Map(sorted.flatMap((one) => [[one.name.toLowerCase(), one], [one.name, one]] as const));
};
const TABLES: Readonly<Record<ObjectKind, ReadonlyMap<string, TargetAttribute>>> = { user: table('user', 'graph'), group: table('group', 'graph'), contact: table('contact', 'exchange') };
const GROUPS_OF_EXCHANGE = table('group', 'exchange');

/**
 * The attribute of that kind of object, by name without regard to case; undefined when unknown.
 * @param owner the service that keeps the object ({@link owningService}); it only matters for groups.
 */
export function targetAttribute(kind: ObjectKind, name: string, owner: Service = 'graph'): TargetAttribute | undefined {
  const known = kind === 'group' && owner === 'exchange' ? GROUPS_OF_EXCHANGE : TABLES[kind];
  return known.get(name) ?? known.get(name.toLowerCase());
}

/**
 * The service that keeps an object of the tenant and alone can write it: Exchange Online for contacts, distribution groups and
 * mail-enabled security groups, else Graph (Graph documentation: orgContact and group resources, "Working with groups").
 */
export function owningService(kind: ObjectKind, attributes: Attributes): 'graph' | 'exchange' {
  if (kind !== 'group') return kind === 'contact' ? 'exchange' : 'graph';
  return valuesOf(attributes, 'mailEnabled')?.[0]?.toLowerCase() === 'true' && valuesOf(attributes, 'groupTypes')?.includes('Unified') !== true ? 'exchange' : 'graph';
}

/**
 * True when objects that this service keeps can have the attribute: groups without mail have neither addresses nor custom attributes.
 * @param part what an object that Graph keeps is to Exchange Online; null: no recipient there, or not yet.
 */
export function isOffered(about: TargetAttribute, owner: Service, part: RecipientPart | null): boolean {
  if (about.groups !== undefined && (about.groups === 'of Exchange') !== (owner === 'exchange')) return false;
  return about.recipients === undefined || (part !== null && about.recipients.includes(part));
}

/** What an object of the tenant that Graph keeps is to Exchange Online (Get-Recipient, RecipientTypeDetails; Graph documentation, group: groupTypes); null: no recipient, or not known to be one. */
export function recipientPart(kind: ObjectKind, attributes: Attributes): RecipientPart | null {
  if (kind === 'group') return valuesOf(attributes, 'groupTypes')?.includes('Unified') === true ? 'Microsoft 365 group' : null;
  const type = kind === 'user' ? valuesOf(attributes, 'recipientTypeDetails')?.[0] : undefined;
  return type === undefined ? null : type.endsWith('Mailbox') ? 'mailbox' : type.endsWith('MailUser') ? 'mail user' : null;
}
