import type { DirectoryKind } from '../directory/objects.ts';

/** What Graph lets a client do with one property. */
export interface PropertyRule {
  readonly type: 'text' | 'boolean' | 'texts' | 'object' | 'number';
  /** `write`: on creation and update; `create` / `update`: only then; `read`: never. */
  readonly access: 'write' | 'create' | 'update' | 'read';
  /** May be set to null. */
  readonly nullable: boolean;
  /** Longest value in characters; 0: no limit known. */
  readonly max: number;
  /** Kept outside the directory: a list cannot select it. */
  readonly elsewhere: boolean;
}

type Table = Readonly<Record<string, PropertyRule>>;
const rule = (type: PropertyRule['type'], access: PropertyRule['access'], max: number, more: Partial<PropertyRule> = {}): PropertyRule => ({ type, access, max, nullable: true, elsewhere: false, ...more });
const named = (names: readonly string[], value: PropertyRule): Table => Object.fromEntries(names.map((n) => [n, value]));
const firm = { nullable: false };

/** Limits and access: Graph documentation, user resource, "Properties"; update user, "Request body". */
const USER: Table = {
  userPrincipalName: rule('text', 'write', 113, firm), displayName: rule('text', 'write', 256, firm), mailNickname: rule('text', 'write', 64, firm),
  accountEnabled: rule('boolean', 'write', 0, firm), usageLocation: rule('text', 'write', 2, firm),
  givenName: rule('text', 'write', 64), surname: rule('text', 'write', 64), jobTitle: rule('text', 'write', 128), department: rule('text', 'write', 64),
  companyName: rule('text', 'write', 64), officeLocation: rule('text', 'write', 128), streetAddress: rule('text', 'write', 1024),
  city: rule('text', 'write', 128), state: rule('text', 'write', 128), postalCode: rule('text', 'write', 40), country: rule('text', 'write', 128),
  mobilePhone: rule('text', 'write', 64), faxNumber: rule('text', 'write', 64), employeeId: rule('text', 'write', 16), employeeType: rule('text', 'write', 64),
  mail: rule('text', 'write', 256), onPremisesImmutableId: rule('text', 'write', 60), userType: rule('text', 'write', 0),
  ...named(['preferredLanguage', 'passwordPolicies', 'preferredDataLocation', 'ageGroup', 'consentProvidedForMinor', 'employeeHireDate', 'employeeLeaveDateTime'], rule('text', 'write', 0)),
  businessPhones: rule('texts', 'write', 64, { nullable: false }), otherMails: rule('texts', 'write', 250, firm),
  passwordProfile: rule('object', 'write', 0), onPremisesExtensionAttributes: rule('object', 'write', 1024), employeeOrgData: rule('object', 'write', 0), showInAddressList: rule('boolean', 'write', 0),
  id: rule('text', 'read', 0), proxyAddresses: rule('texts', 'read', 0), imAddresses: rule('texts', 'read', 0), createdDateTime: rule('text', 'read', 0),
  onPremisesSyncEnabled: rule('boolean', 'read', 0), onPremisesLastSyncDateTime: rule('text', 'read', 0),
  ...named(['deletedDateTime', 'onPremisesSecurityIdentifier', 'onPremisesSamAccountName', 'onPremisesDistinguishedName', 'onPremisesDomainName', 'onPremisesUserPrincipalName',
    'creationType', 'externalUserState', 'externalUserStateChangeDateTime', 'lastPasswordChangeDateTime', 'securityIdentifier', 'signInSessionsValidFromDateTime'], rule('text', 'read', 0)),
  ...named(['assignedLicenses', 'assignedPlans', 'licenseAssignmentStates', 'provisionedPlans', 'onPremisesProvisioningErrors', 'serviceProvisioningErrors', 'identities'], rule('object', 'read', 0)),
  isResourceAccount: rule('boolean', 'read', 0),
  ...named(['aboutMe', 'birthday', 'hireDate', 'interests', 'mySite', 'pastProjects', 'preferredName', 'responsibilities', 'schools', 'skills', 'mailboxSettings'], rule('text', 'update', 0, { elsewhere: true })),
};

/** Graph documentation, group resource, "Properties"; create group; update group. */
const GROUP: Table = {
  displayName: rule('text', 'write', 256, firm), mailNickname: rule('text', 'write', 64, firm), securityEnabled: rule('boolean', 'write', 0, firm), description: rule('text', 'write', 1024),
  mailEnabled: rule('boolean', 'create', 0, firm), groupTypes: rule('texts', 'create', 0, firm), isAssignableToRole: rule('boolean', 'create', 0), uniqueName: rule('text', 'create', 128),
  visibility: rule('text', 'write', 0), preferredLanguage: rule('text', 'write', 0), classification: rule('text', 'write', 0), theme: rule('text', 'write', 0), preferredDataLocation: rule('text', 'write', 0),
  membershipRule: rule('text', 'write', 0), membershipRuleProcessingState: rule('text', 'write', 0), resourceBehaviorOptions: rule('texts', 'create', 0), resourceProvisioningOptions: rule('texts', 'create', 0),
  ...named(['allowExternalSenders', 'autoSubscribeNewMembers', 'hideFromAddressLists', 'hideFromOutlookClients', 'isSubscribedByMail'], rule('boolean', 'update', 0, { elsewhere: true })),
  unseenCount: rule('number', 'update', 0, { elsewhere: true }),
  id: rule('text', 'read', 0), mail: rule('text', 'read', 0), proxyAddresses: rule('texts', 'read', 0), createdDateTime: rule('text', 'read', 0),
  onPremisesSyncEnabled: rule('boolean', 'read', 0), onPremisesLastSyncDateTime: rule('text', 'read', 0),
  ...named(['deletedDateTime', 'renewedDateTime', 'expirationDateTime', 'onPremisesSecurityIdentifier', 'onPremisesSamAccountName', 'onPremisesDomainName', 'onPremisesNetBiosName', 'securityIdentifier'], rule('text', 'read', 0)),
  creationOptions: rule('texts', 'read', 0), ...named(['assignedLicenses', 'onPremisesProvisioningErrors', 'serviceProvisioningErrors'], rule('object', 'read', 0)),
};

/** Graph documentation, orgContact resource: read only. */
const CONTACT: Table = {
  ...named(['id', 'displayName', 'mail', 'mailNickname', 'givenName', 'surname', 'companyName', 'department', 'jobTitle'], rule('text', 'read', 0)),
  proxyAddresses: rule('texts', 'read', 0), onPremisesSyncEnabled: rule('boolean', 'read', 0), onPremisesLastSyncDateTime: rule('text', 'read', 0),
  ...named(['addresses', 'phones', 'onPremisesProvisioningErrors', 'serviceProvisioningErrors'], rule('object', 'read', 0)), deletedDateTime: rule('text', 'read', 0),
};

/** Properties of each kind. */
export const PROPERTIES: Readonly<Record<DirectoryKind, Table>> = { user: USER, group: GROUP, contact: CONTACT };

/** Resource name in the directory's messages. */
export const RESOURCE: Readonly<Record<DirectoryKind, string>> = { user: 'User', group: 'Group', contact: 'Contact' };

/** What a read without `$select` gives (Graph documentation, user resource: "properties returned by default"). */
export const DEFAULT_SELECT: Readonly<Record<DirectoryKind, readonly string[]>> = {
  user: ['businessPhones', 'displayName', 'givenName', 'jobTitle', 'mail', 'mobilePhone', 'officeLocation', 'preferredLanguage', 'surname', 'userPrincipalName', 'id'],
  group: ['id', ...Object.entries(GROUP).filter(([n, r]) => n !== 'id' && !r.elsewhere && !['assignedLicenses', 'preferredDataLocation'].includes(n)).map(([n]) => n)],
  contact: ['id', ...Object.keys(CONTACT).filter((n) => n !== 'id')],
};

/** The table's own spelling of a property name, which Graph compares without regard to case in `$select`. */
export function spelling(kind: DirectoryKind, name: string): string | undefined {
  return SPELLINGS[kind].get(name.toLowerCase());
}
const spellings = (table: Table): ReadonlyMap<string, string> => new Map(Object.keys(table).map((n) => [n.toLowerCase(), n]));
const SPELLINGS: Readonly<Record<DirectoryKind, ReadonlyMap<string, string>>> = { user: spellings(USER), group: spellings(GROUP), contact: spellings(CONTACT) };
