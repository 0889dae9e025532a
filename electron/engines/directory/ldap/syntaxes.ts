import type { AttributeSchema } from '../port.ts';

/** Whether values of a syntax are bytes, delivered as Base64. */
export function isBinarySyntax(syntax: AttributeSchema['syntax']): boolean {
  return syntax === 'binary' || syntax === 'sid' || syntax === 'securityDescriptor';
}

/**
 * attributeSyntax to our words (MS-ADTS 3.1.1.2.2.2). IA5 and printable strings compare with case, Unicode strings
 * without. OR-Name and the DN-with-data syntaxes count as `dn`: they link objects too.
 * @param attributeSyntax e.g. `2.5.5.12`.
 */
export function syntaxOf(attributeSyntax: string): AttributeSchema['syntax'] {
  switch (attributeSyntax) {
    case '2.5.5.1': case '2.5.5.7': case '2.5.5.14': return 'dn';
    case '2.5.5.3': case '2.5.5.5': return 'caseExact';
    case '2.5.5.8': return 'boolean';
    case '2.5.5.9': case '2.5.5.16': return 'integer';
    case '2.5.5.10': return 'binary';
    case '2.5.5.11': return 'time';
    case '2.5.5.15': return 'securityDescriptor';
    case '2.5.5.17': return 'sid';
    default: return 'caseIgnore';
  }
}

const binary = (names: string): readonly (readonly [string, AttributeSchema['syntax']])[] => names.split(' ').map((name) => [name, 'binary'] as const);

/**
 * Attributes with binary values or links for servers that do not publish Active Directory's schema (MS-ADA1 to MS-ADA3;
 * msExch*: Exchange schema extension; the last three: RFC 4523).
 */
const WELL_KNOWN: ReadonlyMap<string, AttributeSchema> = new Map(([
  ...binary('objectGUID invocationId mS-DS-ConsistencyGuid msExchMailboxGuid msExchArchiveGUID thumbnailPhoto thumbnailLogo jpegPhoto photo logonHours userParameters replicationSignature schemaIDGUID attributeSecurityGUID msDS-GenerationId msExchBlockedSendersHash msExchSafeSendersHash msExchSafeRecipientsHash userCertificate userSMIMECertificate cACertificate'),
  ['objectSid', 'sid'], ['sIDHistory', 'sid'], ['tokenGroups', 'sid'], ['msExchMasterAccountSid', 'sid'], ['securityIdentifier', 'sid'],
  ['nTSecurityDescriptor', 'securityDescriptor'], ['msExchMailboxSecurityDescriptor', 'securityDescriptor'],
  ['member', 'dn'], ['memberOf', 'dn'], ['manager', 'dn'], ['managedBy', 'dn'], ['directReports', 'dn'], ['publicDelegates', 'dn'],
  ['altRecipient', 'dn'], ['authOrig', 'dn'], ['unauthOrig', 'dn'], ['dLMemSubmitPerms', 'dn'], ['dLMemRejectPerms', 'dn'],
] as const).map(([name, syntax]) => [name.toLowerCase(), { name, syntax, singleValued: false, linkId: null }]));

/** Syntax of a widely known attribute; undefined when it is not listed. */
export function wellKnownAttribute(name: string): AttributeSchema | undefined {
  return WELL_KNOWN.get(name.toLowerCase());
}

/** All of them. */
export function wellKnownAttributes(): readonly AttributeSchema[] {
  return [...WELL_KNOWN.values()];
}
