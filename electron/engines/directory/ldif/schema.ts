import type { AttributeSchema, DirectorySchema } from '../port.ts';

type Syntax = AttributeSchema['syntax'];

/**
 * Attributes of Active Directory and of the Exchange schema extension that are likely in an export (MS-ADA1 to MS-ADA3,
 * Exchange "AD schema changes"). `*` after a name: several values. Text without an entry counts as caseIgnore too.
 */
const NAMES: Readonly<Record<Syntax, string>> = {
  caseIgnore: `objectClass* cn name displayName givenName sn initials middleName title department company employeeID employeeNumber employeeType description* info mail mailNickname
    userPrincipalName sAMAccountName proxyAddresses* targetAddress legacyExchangeDN textEncodedORAddress telephoneNumber otherTelephone* mobile otherMobile* homePhone otherHomePhone* pager
    otherPager* ipPhone facsimileTelephoneNumber otherFacsimileTelephoneNumber* physicalDeliveryOfficeName streetAddress street postOfficeBox* l st postalCode c co preferredLanguage wWWHomePage url* ou* o* dc
    otherMailbox* personalTitle generationQualifier division extensionAttribute1 extensionAttribute2 extensionAttribute3 extensionAttribute4 extensionAttribute5 extensionAttribute6 extensionAttribute7
    extensionAttribute8 extensionAttribute9 extensionAttribute10 extensionAttribute11 extensionAttribute12 extensionAttribute13 extensionAttribute14 extensionAttribute15 adminDescription adminDisplayName
    servicePrincipalName* dNSHostName operatingSystem scriptPath profilePath homeDirectory homeDrive comment userWorkstations canonicalName* msExchUsageLocation msExchHomeServerName msExchArchiveName*
    msExchUserCulture msExchPoliciesIncluded* msExchPoliciesExcluded* msExchAssistantName telephoneAssistant msExchExtensionCustomAttribute1* msExchExtensionCustomAttribute2* msExchExtensionCustomAttribute3*
    msExchExtensionCustomAttribute4* msExchExtensionCustomAttribute5* msDS-cloudExtensionAttribute1 msDS-cloudExtensionAttribute2 msDS-cloudExtensionAttribute3 msDS-ExternalDirectoryObjectId
    msDS-AdditionalSamAccountName* uid* gecos loginShell unixHomeDirectory lastKnownParent msDS-LastKnownRDN`,
  caseExact: 'msDS-PrincipalName',
  dn: `distinguishedName objectCategory member* memberOf* manager directReports* managedBy managedObjects* publicDelegates* publicDelegatesBL* altRecipient altRecipientBL* authOrig* authOrigBL* unauthOrig*
    unauthOrigBL* dLMemSubmitPerms* dLMemSubmitPermsBL* dLMemRejectPerms* dLMemRejectPermsBL* homeMDB homeMTA owner* secretary* assistant seeAlso* showInAddressBook* msExchDelegateListLink* msExchDelegateListBL*
    msExchModeratedByLink* msExchBypassModerationLink* msExchCoManagedByLink* msExchRecipientTemplate wellKnownObjects* otherWellKnownObjects* masteredBy* rIDSetReferences*`,
  integer: `userAccountControl groupType sAMAccountType primaryGroupID countryCode codePage uSNChanged uSNCreated instanceType systemFlags badPwdCount logonCount adminCount pwdLastSet accountExpires lastLogon
    lastLogoff lastLogonTimestamp badPasswordTime lockoutTime msExchRecipientTypeDetails msExchRecipientDisplayType msExchRemoteRecipientType msExchVersion msExchELCMailboxFlags msExchModerationFlags
    internetEncoding delivContLength submissionContLength garbageCollPeriod msDS-User-Account-Control-Computed msDS-SupportedEncryptionTypes uidNumber gidNumber`,
  boolean: `isCriticalSystemObject showInAdvancedViewOnly isDeleted isRecycled msExchHideFromAddressLists deliverAndRedirect mDBUseDefaults mAPIRecipient msExchRequireAuthToSendTo reportToOriginator reportToOwner
    oOFReplyToOriginator msExchEnableModeration hideDLMembership`,
  time: 'whenCreated whenChanged dSCorePropagationData* msExchWhenMailboxCreated msTSExpireDate createTimeStamp modifyTimeStamp',
  binary: `objectGUID mS-DS-ConsistencyGuid msExchMailboxGuid msExchArchiveGUID thumbnailPhoto thumbnailLogo jpegPhoto* photo* userCertificate* userSMIMECertificate* cACertificate* logonHours schemaIDGUID
    msExchBlockedSendersHash msExchSafeSendersHash msExchSafeRecipientsHash replicationSignature auditingPolicy replUpToDateVector repsFrom* repsTo* dNSProperty* msDS-GenerationId
    attributeSecurityGUID msExchUMPinChecksum`,
  sid: 'objectSid sIDHistory* tokenGroups* msExchMasterAccountSid securityIdentifier',
  securityDescriptor: 'nTSecurityDescriptor msExchMailboxSecurityDescriptor',
};

/** Forward link, back link, linkID of the forward one; the back link's is one more (AD schema, linkID). */
const LINK_PAIRS = [
  ['member', 'memberOf', 2], ['altRecipient', 'altRecipientBL', 12], ['publicDelegates', 'publicDelegatesBL', 14], ['manager', 'directReports', 42], ['managedBy', 'managedObjects', 72], ['authOrig', 'authOrigBL', 110],
  ['dLMemSubmitPerms', 'dLMemSubmitPermsBL', 112], ['unauthOrig', 'unauthOrigBL', 114], ['dLMemRejectPerms', 'dLMemRejectPermsBL', 116],
] as const;

/** Pairs of linked attributes, forward and back. */
export const SNAPSHOT_LINKS: readonly { readonly forward: string; readonly back: string }[] = LINK_PAIRS.map(([forward, back]) => ({ forward, back }));

/** The schema of a snapshot: the known attributes, and those the file was seen to hold. */
export interface SnapshotSchema extends DirectorySchema {
  /** The attribute; one that is not known yet is added as text, or as bytes. */
  learn(name: string, syntax: 'caseIgnore' | 'binary'): AttributeSchema;
}

/** A schema with the built-in attributes. */
export function createSnapshotSchema(): SnapshotSchema {
  const links = new Map<string, number>(LINK_PAIRS.flatMap(([forward, back, id]) => [[forward, id], [back, id + 1]] as const));
  const known = new Map<string, AttributeSchema>();
  for (const [syntax, names] of Object.entries(NAMES) as [Syntax, string][]) {
    for (const word of names.split(/\s+/)) {
      const name = word.replace('*', '');
      known.set(name.toLowerCase(), { name, syntax, singleValued: !word.endsWith('*'), linkId: links.get(name) ?? null });
    }
  }
  return {
    attribute: (name) => known.get(name.toLowerCase()),
    get attributes() { return [...known.values()]; },
    learn(name, syntax) {
      const about: AttributeSchema = { name: known.get(name.toLowerCase())?.name ?? name, syntax, singleValued: false, linkId: null };
      known.set(name.toLowerCase(), about);
      return about;
    },
  };
}
