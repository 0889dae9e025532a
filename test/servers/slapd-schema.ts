/** Active Directory's names and identifiers (MS-ADA1 to MS-ADA3, Exchange schema) in the dialect of OpenLDAP. Only what the scale tests read. */
const MS2 = '1.2.840.113556.1.2.';
const MS4 = '1.2.840.113556.1.4.';
const EXCHANGE = '1.2.840.113556.1.4.7000.102.';

const SYNTAX = {
  text: 'EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15',
  octets: 'EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40',
  integer: 'EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27',
  boolean: 'EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7',
  time: 'EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24',
  dns: 'EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12',
} as const;

const ATTRIBUTES: readonly (readonly [name: string, oid: string, syntax: keyof typeof SYNTAX, many?: 'many'])[] = [
  ['sAMAccountName', `${MS4}221`, 'text'], ['userPrincipalName', `${MS4}656`, 'text'], ['displayName', `${MS2}13`, 'text'],
  ['proxyAddresses', `${MS2}210`, 'text', 'many'], ['targetAddress', `${MS2}352`, 'text'], ['mailNickname', `${MS2}447`, 'text'],
  ['legacyExchangeDN', `${MS4}655`, 'text'], ['department', `${MS2}141`, 'text'], ['company', `${MS2}146`, 'text'],
  ['mobile', '0.9.2342.19200300.100.1.41', 'text', 'many'], ['co', `${MS2}131`, 'text'], ['employeeID', `${MS4}35`, 'text'],
  ['extensionAttribute1', `${MS2}423`, 'text'], ['extensionAttribute5', `${MS2}427`, 'text'],
  ['msExchMailboxGuid', `${EXCHANGE}11058`, 'octets'], ['msExchRecipientTypeDetails', `${EXCHANGE}50855`, 'integer'],
  ['userAccountControl', `${MS4}8`, 'integer'], ['groupType', `${MS4}750`, 'integer'],
  ['objectGUID', `${MS4}2`, 'octets'], ['objectSid', `${MS4}146`, 'octets'], ['uSNChanged', `${MS2}120`, 'integer'], ['uSNCreated', `${MS2}19`, 'integer'],
  ['whenCreated', `${MS2}2`, 'time'], ['whenChanged', `${MS2}3`, 'time'], ['isDeleted', `${MS2}48`, 'boolean'], ['memberOf', `${MS2}102`, 'dns', 'many'],
];

const OWN = ATTRIBUTES.map(([name]) => name).filter((name) => name !== 'groupType');
const CORE = ['givenName', 'sn', 'initials', 'mail', 'title', 'telephoneNumber', 'street', 'l', 'st', 'postalCode', 'c', 'physicalDeliveryOfficeName', 'name', 'distinguishedName', 'description', 'userPassword'];

/** Schema file for slapd, to be included after core.schema. */
export const AD_LIKE_SCHEMA = [
  ...ATTRIBUTES.map(([name, oid, syntax, many]) => `attributetype ( ${oid} NAME '${name}' ${SYNTAX[syntax]}${many === undefined ? ' SINGLE-VALUE' : ''} )`),
  `objectclass ( ${MS4.replace('1.4.', '1.5.')}9 NAME 'user' SUP top STRUCTURAL MUST cn MAY ( ${[...OWN, ...CORE].join(' $ ')} ) )`,
  `objectclass ( ${MS4.replace('1.4.', '1.5.')}15 NAME 'contact' SUP user STRUCTURAL )`,
  `objectclass ( ${MS4.replace('1.4.', '1.5.')}8 NAME 'group' SUP top STRUCTURAL MUST cn MAY ( member $ groupType $ sAMAccountName $ displayName $ mail $ proxyAddresses $ mailNickname $ objectGUID $ objectSid $ uSNChanged $ uSNCreated $ whenCreated $ whenChanged $ description $ isDeleted ) )`,
  '',
].join('\n');
