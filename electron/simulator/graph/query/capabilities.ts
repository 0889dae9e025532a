import type { DirectoryKind } from '../../directory/objects.ts';

/** `default`: works in every query; `advanced`: needs `ConsistencyLevel: eventual` and `$count=true`; `no`: is refused. */
export type Support = 'default' | 'advanced' | 'no';

/** What one property can do in a `$filter`. `ne`, `not` and `in` follow `eq`; the first two always need an advanced query. */
export interface Capability {
  readonly type: 'string' | 'boolean' | 'date' | 'guid';
  readonly eq: Support;
  /** `ge` and `le`. */
  readonly range: Support;
  readonly starts: Support;
  readonly ends: Support;
  /** Comparison with null. */
  readonly empty: Support;
  /** Compared letter by letter; all other texts without regard to case. */
  readonly exact: boolean;
}

/** A collection that `any()` can look into: of plain texts (key ``) or of objects with the properties named. */
export interface Collection {
  readonly items: Readonly<Record<string, Capability>>;
  /** `/$count` compared with 0 or 1. */
  readonly countable: boolean;
}

/** Everything that `$filter`, `$orderby` and `$search` need to know of a resource. */
export interface QueryTable {
  /** Properties by their path, `employeeOrgData/division`. */
  readonly properties: Readonly<Record<string, Capability>>;
  readonly collections: Readonly<Record<string, Collection>>;
  /** Relations: `$count` of them may be compared where it is published, nothing else. */
  readonly relations: Readonly<Record<string, { readonly countable: boolean }>>;
  readonly order: Readonly<Record<string, 'default' | 'advanced'>>;
  /** Properties whose words are searched; a search in another one is a `startsWith`. */
  readonly words: readonly string[];
}

const capability = (type: Capability['type'], eq: Support, more: Partial<Capability> = {}): Capability => ({ type, eq, range: 'no', starts: 'no', ends: 'no', empty: 'no', exact: false, ...more });
const each = <T>(names: readonly string[], value: T): Readonly<Record<string, T>> => Object.fromEntries(names.map((n) => [n, value]));

/** Equality and startsWith at once, comparison with null as an advanced query: most address book texts. */
const common = capability('string', 'default', { starts: 'default', range: 'advanced', empty: 'advanced' });
/** The same, everything as an advanced query. */
const rare = capability('string', 'advanced', { starts: 'advanced', range: 'advanced', empty: 'advanced' });
const plain = capability('string', 'default');
const flag = capability('boolean', 'default');
const moment = capability('date', 'default', { range: 'default' });
const rareMoment = capability('date', 'advanced', { range: 'advanced' });
const id: Readonly<Record<string, Capability>> = { id: plain };

const texts = (support: Support): Readonly<Record<string, Capability>> => ({ '': capability('string', support, { starts: support }) });
const addresses: Collection = { items: { '': capability('string', 'default', { starts: 'default', ends: 'advanced' }) }, countable: true };
const provisioning: Collection = { items: each(['category', 'propertyCausingError'], plain), countable: false };
const licences: Collection = { items: { skuId: capability('guid', 'default') }, countable: true };
const NAVIGATION = ['manager', 'directReports', 'memberOf', 'transitiveMemberOf', 'members', 'transitiveMembers', 'owners', 'ownedObjects', 'ownedDevices', 'registeredDevices', 'createdObjects'];
const relations = (countable: readonly string[]): QueryTable['relations'] => Object.fromEntries(NAVIGATION.map((n) => [n, { countable: countable.includes(n) }]));

const EXTENSIONS = Array.from({ length: 15 }, (_, i) => `onPremisesExtensionAttributes/extensionAttribute${i + 1}`);

/**
 * Source: Graph documentation, "Advanced query capabilities on Microsoft Entra ID objects", tables of user, group and organisational
 * contact properties and of sorting. A property that is in no table cannot be filtered. Where the table leaves a cell empty and the
 * page of the resource promises the operator, an advanced query is asked for; where two editions disagree, the stricter one holds.
 */
const USER: QueryTable = {
  properties: {
    ...id,
    ...each(['city', 'country', 'department', 'displayName', 'givenName', 'jobTitle', 'mailNickname', 'state', 'surname', 'usageLocation'], common),
    ...each(['companyName', 'faxNumber', 'mobilePhone', 'officeLocation', 'postalCode', 'preferredLanguage', 'streetAddress'], rare),
    ...each(['ageGroup', 'consentProvidedForMinor', 'creationType', 'externalUserState'], plain),
    ...each(['accountEnabled', 'isResourceAccount'], flag),
    ...each(['externalUserStateChangeDateTime', 'onPremisesLastSyncDateTime'], moment),
    ...each(['createdDateTime', 'deletedDateTime', 'employeeHireDate', 'employeeLeaveDateTime'], rareMoment),
    ...each(['employeeOrgData/costCenter', 'employeeOrgData/division'], capability('string', 'advanced')),
    ...each(EXTENSIONS, capability('string', 'advanced', { empty: 'advanced' })),
    ...each(['onPremisesSamAccountName', 'onPremisesUserPrincipalName', 'employeeType'], capability('string', 'advanced', { starts: 'advanced' })),
    ...each(['onPremisesSecurityIdentifier', 'passwordPolicies'], capability('string', 'no', { empty: 'advanced' })),
    mail: { ...common, ends: 'advanced' },
    userPrincipalName: { ...common, empty: 'no', ends: 'advanced' },
    userType: capability('string', 'default', { empty: 'advanced' }),
    employeeId: capability('string', 'default', { starts: 'advanced', empty: 'advanced' }),
    onPremisesImmutableId: capability('string', 'default', { exact: true }),
    onPremisesSyncEnabled: { ...flag, empty: 'advanced' },
    showInAddressList: capability('boolean', 'advanced'),
  },
  collections: {
    assignedLicenses: licences,
    assignedPlans: { items: { ...each(['capabilityStatus', 'service'], capability('string', 'advanced')), servicePlanId: capability('guid', 'advanced') }, countable: false },
    provisionedPlans: { items: each(['provisioningStatus', 'service'], capability('string', 'advanced')), countable: false },
    identities: { items: each(['issuer', 'issuerAssignedId'], plain), countable: false },
    onPremisesProvisioningErrors: provisioning,
    proxyAddresses: addresses, otherMails: addresses,
    imAddresses: { items: texts('default'), countable: false },
    businessPhones: { items: texts('advanced'), countable: false },
  },
  relations: relations([]),
  order: { displayName: 'default', userPrincipalName: 'default', createdDateTime: 'advanced', deletedDateTime: 'advanced' },
  words: ['displayName'],
};

const GROUP: QueryTable = {
  properties: {
    ...id,
    ...each(['displayName', 'mail', 'mailNickname'], common),
    ...each(['classification', 'membershipRule'], capability('string', 'default', { starts: 'default' })),
    ...each(['description', 'onPremisesSamAccountName'], capability('string', 'advanced', { starts: 'advanced' })),
    ...each(['mailEnabled', 'securityEnabled', 'isAssignableToRole'], flag),
    ...each(['onPremisesLastSyncDateTime', 'renewedDateTime'], moment),
    ...each(['expirationDateTime', 'deletedDateTime'], rareMoment),
    onPremisesSecurityIdentifier: capability('string', 'no', { empty: 'advanced' }),
    onPremisesSyncEnabled: { ...flag, empty: 'advanced' },
    preferredLanguage: rare,
  },
  collections: {
    assignedLicenses: { ...licences, countable: false }, onPremisesProvisioningErrors: provisioning, proxyAddresses: addresses,
    ...each(['groupTypes', 'resourceProvisioningOptions'], { items: { '': plain }, countable: false }),
  },
  relations: relations(['owners']),
  order: { displayName: 'default', deletedDateTime: 'advanced' },
  words: ['displayName', 'description'],
};

const CONTACT: QueryTable = {
  properties: {
    ...id,
    ...each(['department', 'displayName', 'givenName', 'jobTitle', 'mail', 'mailNickname', 'surname'], common),
    companyName: rare, onPremisesLastSyncDateTime: moment, onPremisesSyncEnabled: { ...flag, empty: 'advanced' },
  },
  collections: { onPremisesProvisioningErrors: provisioning, proxyAddresses: addresses },
  relations: relations([]),
  order: { displayName: 'advanced' },
  words: ['displayName'],
};

/** Lists of several kinds: what all kinds have in common; a filter on a relation is an advanced query whatever its property. */
const ANY: QueryTable = {
  properties: { ...id, displayName: common, mail: common, mailNickname: common },
  collections: { proxyAddresses: addresses },
  relations: relations([]),
  order: { displayName: 'advanced' },
  words: ['displayName', 'description'],
};

/** What a list holds: one kind, or directory objects of several. */
export type ListKind = DirectoryKind | 'directoryObject';

/** The table of each kind of list. */
export const QUERY: Readonly<Record<ListKind, QueryTable>> = { user: USER, group: GROUP, contact: CONTACT, directoryObject: ANY };
