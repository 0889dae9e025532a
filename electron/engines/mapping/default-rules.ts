import type { ObjectKind } from '../../../shared/domain/objects.ts';
import type { Conversion, MappingAction, MappingCondition, MappingRule } from '../../../shared/domain/rules.ts';

type Shipped = Omit<MappingRule, 'id'>;
interface More { readonly action?: MappingAction; readonly condition?: MappingCondition; readonly value?: string; readonly enabled?: boolean }

const shipped = (kind: ObjectKind, sourceAttribute: string, targetAttribute: string, conversion: Conversion, more: More = {}): Omit<Shipped, 'position'> => ({
  enabled: true, action: 'Overwrite', condition: 'always', sourceClass: kind, sourceAttribute, targetClass: kind, targetAttribute, value: '', conversion, ...more,
});
const user = (source: string, target: string, conversion: Conversion = 'trim', more: More = {}) => shipped('user', source, target, conversion, more);
const group = (source: string, target: string, conversion: Conversion = 'trim', more: More = {}) => shipped('group', source, target, conversion, more);

const contact = (source: string, target: string, conversion: Conversion = 'trim', more: More = {}) => shipped('contact', source, target, conversion, more);

/** Who may send to a recipient, and who may not: people and contacts, members of groups, and whether a sender must sign in (Exchange: delivery restrictions). */
const restrictions = (rule: typeof user): readonly Omit<Shipped, 'position'>[] => [
  rule('authOrig', 'acceptMessagesOnlyFrom', 'none', { action: 'Resolve' }), rule('dLMemSubmitPerms', 'acceptMessagesOnlyFromDLMembers', 'none', { action: 'Resolve' }),
  rule('unauthOrig', 'rejectMessagesFrom', 'none', { action: 'Resolve' }), rule('dLMemRejectPerms', 'rejectMessagesFromDLMembers', 'none', { action: 'Resolve' }),
];

const ONCE: More = { condition: 'only on creation' };

/**
 * The rules a new pair starts with: the attribute flow of Entra Connect's default rules, restricted to what Microsoft Graph and
 * Exchange Online can write on cloud objects. A rule about what only groups with mail have does nothing for the others. mail goes out at creation only, because every later
 * change leaves an address behind that Graph cannot take away. The anchor is written only where there is none.
 */
export const DEFAULT_MAPPING_RULES: readonly Shipped[] = [
  user('userPrincipalName', 'userPrincipalName', 'user principal name'),
  user('displayName', 'displayName', 'display name'),
  user('mailNickname', 'mailNickname', 'mail nickname'),
  user('userAccountControl', 'accountEnabled', 'enabled'),
  user('', 'passwordProfile/password', 'initial password', ONCE),
  user('', 'passwordProfile/forceChangePasswordNextSignIn', 'none', { ...ONCE, action: 'Set constant', value: 'true' }),
  user('objectGUID', 'onPremisesImmutableId', 'anchor', { condition: 'only if the target is empty' }),
  user('c', 'usageLocation', 'usage location'),
  user('mail', 'mail', 'trim', ONCE),
  user('givenName', 'givenName'), user('sn', 'surname'), user('title', 'jobTitle'), user('department', 'department'), user('company', 'companyName'),
  user('physicalDeliveryOfficeName', 'officeLocation'), user('streetAddress', 'streetAddress'), user('l', 'city'), user('st', 'state'),
  user('postalCode', 'postalCode'), user('co', 'country'), user('mobile', 'mobilePhone'), user('facsimileTelephoneNumber', 'faxNumber'),
  user('telephoneNumber', 'businessPhones', 'one value'), user('employeeID', 'employeeId'), user('employeeType', 'employeeType'),
  user('preferredLanguage', 'preferredLanguage'),
  user('otherMailbox', 'otherMails', 'other mails', { action: 'Merge', enabled: false }),
  ...Array.from({ length: 15 }, (_, i) => user(`extensionAttribute${i + 1}`, `onPremisesExtensionAttributes/extensionAttribute${i + 1}`)),
  user('manager', 'manager', 'none', { action: 'Resolve' }),
  // Nothing happens for accounts without a mailbox in Exchange Online; they wait until they have one.
  user('msExchMailboxSecurityDescriptor', 'fullAccess', 'none', { action: 'Resolve' }),
  user('nTSecurityDescriptor', 'sendAs', 'none', { action: 'Resolve' }),
  user('publicDelegates', 'grantSendOnBehalfTo', 'none', { action: 'Resolve' }),
  group('displayName', 'displayName', 'display name'),
  group('description', 'description', 'description'),
  group('mailNickname', 'mailNickname', 'mail nickname'),
  group('groupType', 'mailEnabled', 'mail enabled', ONCE),
  group('groupType', 'securityEnabled', 'security enabled', ONCE),
  group('groupType', 'groupTypes', 'group types', ONCE),
  group('member', 'members', 'none', { action: 'Resolve' }),
  group('proxyAddresses', 'proxyAddresses', 'email addresses'),
  group('managedBy', 'managedBy', 'owners'),
  group('msExchHideFromAddressLists', 'hideFromAddressLists', 'flag'),
  group('msExchRequireAuthToSendTo', 'requireSenderAuthenticationEnabled', 'flag'),
  contact('displayName', 'displayName', 'display name'),
  contact('mailNickname', 'mailNickname', 'mail nickname'),
  contact('targetAddress', 'externalEmailAddress', 'external address'),
  contact('proxyAddresses', 'proxyAddresses', 'email addresses'),
  contact('givenName', 'givenName'), contact('sn', 'surname'), contact('title', 'jobTitle'), contact('department', 'department'), contact('company', 'companyName'),
  contact('physicalDeliveryOfficeName', 'officeLocation'), contact('streetAddress', 'streetAddress'), contact('l', 'city'), contact('st', 'state'),
  contact('postalCode', 'postalCode'), contact('co', 'country', 'country'), contact('telephoneNumber', 'businessPhones', 'one value'), contact('mobile', 'mobilePhone'),
  contact('facsimileTelephoneNumber', 'faxNumber'), contact('info', 'notes', 'first value, 448 characters'),
  contact('msExchHideFromAddressLists', 'hideFromAddressLists', 'flag'),
  contact('msExchRequireAuthToSendTo', 'requireSenderAuthenticationEnabled', 'flag'),
  ...[group, contact].flatMap((rule) => Array.from({ length: 15 }, (_, i) => rule(`extensionAttribute${i + 1}`, `onPremisesExtensionAttributes/extensionAttribute${i + 1}`))),
  // Nothing happens for accounts without a mailbox in Exchange Online; the plan tells how many they are.
  user('proxyAddresses', 'proxyAddresses', 'email addresses'),
  user('msExchHideFromAddressLists', 'hideFromAddressLists', 'flag'),
  user('msExchRequireAuthToSendTo', 'requireSenderAuthenticationEnabled', 'flag'),
  user('altRecipient', 'forwardingAddress', 'none', { action: 'Resolve' }),
  user('deliverAndRedirect', 'deliverToMailboxAndForward', 'flag'),
  ...restrictions(user), ...restrictions(group), ...restrictions(contact),
  contact('manager', 'manager', 'none', { action: 'Resolve' }),
  group('info', 'notes', 'first value, 448 characters'),
].map((rule, i) => ({ ...rule, position: i + 1 }));
