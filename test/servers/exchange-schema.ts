/**
 * Attributes of the Exchange schema extension that a fresh Samba domain lacks. Object identifiers, syntaxes and link ids
 * are Exchange's own (openchange, setup/AD); the ones under PRIVATE could not be confirmed and are made up: nothing on the
 * LDAP wire depends on them.
 */
const MS = '1.2.840.113556.1.2.';
const EXCHANGE = '1.2.840.113556.1.4.7000.102.';
const PRIVATE = '1.3.6.1.4.1.99999.4711.';

/** attributeSyntax and oMSyntax (MS-ADTS 3.1.1.2.2.2). */
const SYNTAX = {
  text: ['2.5.5.12', 64], boolean: ['2.5.5.8', 1], integer: ['2.5.5.9', 2], large: ['2.5.5.16', 65], octets: ['2.5.5.10', 4],
  sid: ['2.5.5.17', 4], dn: ['2.5.5.1', 127], time: ['2.5.5.11', 24], descriptor: ['2.5.5.15', 66],
} as const;

interface SchemaAttribute {
  readonly cn: string;
  readonly name: string;
  readonly oid: string;
  readonly syntax: keyof typeof SYNTAX;
  readonly single: boolean;
  readonly searchFlags?: number;
  readonly linkId?: number;
  readonly upper?: number;
}

const one = (cn: string, name: string, oid: string, syntax: keyof typeof SYNTAX, more: Partial<SchemaAttribute> = {}): SchemaAttribute => ({ cn, name, oid, syntax, single: true, ...more });
const many = (cn: string, name: string, oid: string, syntax: keyof typeof SYNTAX, more: Partial<SchemaAttribute> = {}): SchemaAttribute => ({ cn, name, oid, syntax, single: false, ...more });

function numbered(): SchemaAttribute[] {
  const out: SchemaAttribute[] = [];
  for (let i = 1; i <= 15; i += 1) {
    const oid = MS + String(i <= 10 ? 422 + i : 588 + i);
    out.push(one(`ms-Exch-Extension-Attribute-${i}`, `extensionAttribute${i}`, oid, 'text', { searchFlags: 16, upper: i <= 10 ? 1024 : 2048 }));
  }
  for (let i = 1; i <= 5; i += 1) out.push(many(`ms-Exch-Extension-Custom-Attribute-${i}`, `msExchExtensionCustomAttribute${i}`, `${PRIVATE}${100 + i}`, 'text', { upper: 2048 }));
  return out;
}

const ATTRIBUTES: readonly SchemaAttribute[] = [
  one('ms-Exch-Target-Address', 'targetAddress', `${MS}352`, 'text', { searchFlags: 1, upper: 1123 }),
  one('ms-Exch-Mail-Nickname', 'mailNickname', `${MS}447`, 'text', { searchFlags: 5, upper: 64 }),
  one('ms-Exch-Home-Server-Name', 'msExchHomeServerName', `${EXCHANGE}47`, 'text', { searchFlags: 25 }),
  one('ms-Exch-Home-MDB', 'homeMDB', `${MS}244`, 'dn', { linkId: 32 }),
  many('ms-Exch-Home-MDB-BL', 'homeMDBBL', `${MS}393`, 'dn', { linkId: 33 }),
  one('ms-Exch-Home-MTA', 'homeMTA', `${MS}171`, 'dn'),
  one('ms-Exch-MDB-Use-Defaults', 'mDBUseDefaults', `${MS}309`, 'boolean', { searchFlags: 16 }),
  one('ms-Exch-Mailbox-Guid', 'msExchMailboxGuid', `${EXCHANGE}11058`, 'octets', { searchFlags: 9, upper: 16 }),
  one('ms-Exch-Mailbox-Security-Descriptor', 'msExchMailboxSecurityDescriptor', `${EXCHANGE}80`, 'descriptor', { searchFlags: 16 }),
  one('ms-Exch-Recipient-Type-Details', 'msExchRecipientTypeDetails', `${EXCHANGE}50855`, 'large', { searchFlags: 1 }),
  one('ms-Exch-Recipient-Display-Type', 'msExchRecipientDisplayType', `${EXCHANGE}50730`, 'integer', { searchFlags: 1 }),
  one('ms-Exch-Remote-Recipient-Type', 'msExchRemoteRecipientType', `${PRIVATE}1`, 'large'),
  one('ms-Exch-Version', 'msExchVersion', `${PRIVATE}2`, 'large'),
  one('ms-Exch-Archive-GUID', 'msExchArchiveGUID', `${PRIVATE}3`, 'octets', { searchFlags: 9, upper: 16 }),
  one('ms-Exch-Hide-From-Address-Lists', 'msExchHideFromAddressLists', `${EXCHANGE}73`, 'boolean', { searchFlags: 16 }),
  one('ms-Exch-Usage-Location', 'msExchUsageLocation', `${PRIVATE}6`, 'text', { upper: 3 }),
  one('ms-Exch-Alt-Recipient', 'altRecipient', `${MS}126`, 'dn', { searchFlags: 16, linkId: 12 }),
  many('ms-Exch-Alt-Recipient-BL', 'altRecipientBL', `${MS}294`, 'dn', { linkId: 13 }),
  one('ms-Exch-Deliver-And-Redirect', 'deliverAndRedirect', `${MS}190`, 'boolean', { searchFlags: 16 }),
  many('ms-Exch-Public-Delegates', 'publicDelegates', `${MS}238`, 'dn', { searchFlags: 16, linkId: 14 }),
  many('ms-Exch-Public-Delegates-BL', 'publicDelegatesBL', `${MS}295`, 'dn', { linkId: 15 }),
  // Exchange's own syntax is OR-Name (2.5.5.7); a plain DN shows the same text on the wire.
  many('ms-Exch-Auth-Orig', 'authOrig', `${MS}129`, 'dn', { searchFlags: 16, linkId: 110 }),
  many('ms-Exch-Auth-Orig-BL', 'authOrigBL', `${MS}290`, 'dn', { linkId: 111 }),
  many('ms-Exch-DL-Mem-Submit-Perms', 'dLMemSubmitPerms', `${MS}144`, 'dn', { searchFlags: 16, linkId: 112 }),
  many('ms-Exch-DL-Mem-Submit-Perms-BL', 'dLMemSubmitPermsBL', `${MS}291`, 'dn', { linkId: 113 }),
  one('ms-Exch-RequireAuthToSendTo', 'msExchRequireAuthToSendTo', '1.2.840.113556.1.4.5062', 'boolean'),
  one('ms-Exch-Master-Account-Sid', 'msExchMasterAccountSid', `${EXCHANGE}81`, 'sid', { searchFlags: 9, upper: 28 }),
  many('ms-Exch-Policies-Excluded', 'msExchPoliciesExcluded', `${EXCHANGE}50051`, 'text'),
  one('ms-Exch-When-Mailbox-Created', 'msExchWhenMailboxCreated', `${PRIVATE}4`, 'time'),
  one('ms-Exch-UserCulture', 'msExchUserCulture', `${PRIVATE}5`, 'text'),
  ...numbered(),
];

const flag = (value: boolean): string => (value ? 'TRUE' : 'FALSE');
const isBackLink = (attribute: SchemaAttribute): boolean => attribute.linkId !== undefined && attribute.linkId % 2 === 1;
const RELOAD = 'dn:\nchangetype: modify\nadd: schemaUpdateNow\nschemaUpdateNow: 1\n-\n\n';

function definition(attribute: SchemaAttribute, schemaDn: string): string {
  const [syntax, om] = SYNTAX[attribute.syntax];
  return [
    `dn: CN=${attribute.cn},${schemaDn}`, 'changetype: add', 'objectClass: top', 'objectClass: attributeSchema', `cn: ${attribute.cn}`,
    `lDAPDisplayName: ${attribute.name}`, `adminDisplayName: ${attribute.cn}`, `attributeID: ${attribute.oid}`, `attributeSyntax: ${syntax}`, `oMSyntax: ${om}`,
    // Object(DS-DN) needs its class besides the number (MS-ADTS 3.1.1.2.2.2).
    ...(om === 127 ? ['oMObjectClass:: KwwCh3McAIVK'] : []),
    `isSingleValued: ${flag(attribute.single)}`, `searchFlags: ${attribute.searchFlags ?? 0}`, 'showInAdvancedViewOnly: TRUE',
    `isMemberOfPartialAttributeSet: ${flag(!isBackLink(attribute))}`,
    ...(attribute.linkId === undefined ? [] : [`linkID: ${attribute.linkId}`]),
    ...(isBackLink(attribute) ? ['systemOnly: TRUE'] : []),
    ...(attribute.upper === undefined ? [] : [`rangeUpper: ${attribute.upper}`]),
    '', '',
  ].join('\n');
}

/** The class of dynamic distribution groups, as far as a directory needs it to hold one; its identifier is made up. */
function dynamicGroups(schemaDn: string): string {
  const cn = 'ms-Exch-Dynamic-Distribution-List';
  return [
    `dn: CN=${cn},${schemaDn}`, 'changetype: add', 'objectClass: top', 'objectClass: classSchema', `cn: ${cn}`, 'lDAPDisplayName: msExchDynamicDistributionList', `adminDisplayName: ${cn}`,
    `governsID: ${PRIVATE}201`, 'objectClassCategory: 1', 'subClassOf: top', 'auxiliaryClass: mailRecipient', 'rDNAttID: cn', 'possSuperiors: organizationalUnit', 'mayContain: mail', 'mayContain: displayName',
    `defaultObjectCategory: CN=${cn},${schemaDn}`, 'defaultSecurityDescriptor: D:(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;DA)(A;;RPLCLORC;;;AU)', 'showInAdvancedViewOnly: TRUE', '', '',
  ].join('\n');
}

/**
 * LDIF that gives a Samba domain the Exchange recipient attributes, to be applied in this order with ldbmodify.
 * @param baseDn DN of the domain.
 */
export function exchangeSchemaLdif(baseDn: string): { readonly attributes: string; readonly classes: string } {
  const schemaDn = `CN=Schema,CN=Configuration,${baseDn}`;
  const mayContain = (cn: string, wanted: readonly SchemaAttribute[]): string =>
    `dn: CN=${cn},${schemaDn}\nchangetype: modify\nadd: mayContain\n${wanted.map((attribute) => `mayContain: ${attribute.name}\n`).join('')}-\n\n`;
  return {
    attributes: ATTRIBUTES.map((attribute) => definition(attribute, schemaDn)).join('') + RELOAD,
    classes: mayContain('Mail-Recipient', ATTRIBUTES.filter((attribute) => !isBackLink(attribute))) + mayContain('Top', ATTRIBUTES.filter(isBackLink)) + RELOAD + dynamicGroups(schemaDn) + RELOAD,
  };
}
