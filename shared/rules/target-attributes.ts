import type { ObjectKind } from '../domain/objects.ts';
import type { Service } from '../domain/plans.ts';

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
}

const USER: readonly ObjectKind[] = ['user'];
const GROUP: readonly ObjectKind[] = ['group'];
const ALL: readonly ObjectKind[] = ['user', 'group', 'contact'];

const text = (name: string, kinds: readonly ObjectKind[], maxLength: number, more: Partial<TargetAttribute> = {}): TargetAttribute => ({
  name, kinds, type: 'text', service: 'graph', onCreate: true, onUpdate: true, clearable: true, maxLength, maxValues: 1, caseSensitive: true, ...more,
});
const computed = (name: string, kinds: readonly ObjectKind[], more: Partial<TargetAttribute> = {}): TargetAttribute =>
  text(name, kinds, 0, { service: 'none', onCreate: false, onUpdate: false, ...more });

/**
 * Attributes that Causeway reads or writes. Lengths and writability: facts of the Graph user and group resources
 * (create and update topics); `usageLocation`, `displayName`, `userPrincipalName`, `mailNickname`, `accountEnabled` are not nullable.
 */
export const TARGET_ATTRIBUTES: readonly TargetAttribute[] = [
  text('userPrincipalName', USER, 113, { clearable: false, caseSensitive: false }),
  text('displayName', ['user', 'group'], 256, { clearable: false }),
  text('displayName', ['contact'], 256, { service: 'exchange', clearable: false }),
  text('mailNickname', ['user', 'group'], 64, { clearable: false, caseSensitive: false }),
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
  text('description', GROUP, 1024),
  { ...text('mailEnabled', GROUP, 5, { onUpdate: false, clearable: false }), type: 'boolean' },
  { ...text('securityEnabled', GROUP, 5, { onUpdate: false, clearable: false }), type: 'boolean' },
  { ...text('groupTypes', GROUP, 32, { onUpdate: false, clearable: true, maxValues: 2 }), type: 'texts' },
  { ...text('proxyAddresses', ALL, 0, { service: 'exchange', onCreate: false, onUpdate: false, maxValues: 300, caseSensitive: true }), type: 'texts' },
  computed('mail', ['group', 'contact'], { caseSensitive: false }),
  computed('onPremisesSyncEnabled', ALL, { type: 'boolean' }),
  computed('onPremisesSecurityIdentifier', ['user', 'group']),
  computed('onPremisesSamAccountName', ['user', 'group'], { caseSensitive: false }),
  computed('userType', USER), computed('createdDateTime', ['user', 'group']),
  computed('assignedLicenses', USER, { type: 'texts', maxValues: 100 }),
];

const BY_KEY = new Map(TARGET_ATTRIBUTES.flatMap((a) => a.kinds.map((k) => [`${k}/${a.name.toLowerCase()}`, a] as const)));

/** By the usual spelling, so that the common case costs one look-up. */
const exact = (kind: ObjectKind): ReadonlyMap<string, TargetAttribute> => new Map(TARGET_ATTRIBUTES.filter((a) => a.kinds.includes(kind)).map((a) => [a.name, a]));
const EXACT: Readonly<Record<ObjectKind, ReadonlyMap<string, TargetAttribute>>> = { user: exact('user'), group: exact('group'), contact: exact('contact') };

/** The attribute of that kind of object, by name without regard to case; undefined when unknown. */
export function targetAttribute(kind: ObjectKind, name: string): TargetAttribute | undefined {
  return EXACT[kind].get(name) ?? BY_KEY.get(`${kind}/${name.toLowerCase()}`);
}
