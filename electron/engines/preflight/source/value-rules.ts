import { addressDomain } from '../../../../shared/rules/addresses.ts';
import { upnPrefixProblem, UPN_PREFIX_MAX, UPN_SUFFIX_MAX } from '../../../../shared/rules/upn.ts';
import { RESERVED_ALIASES } from '../limits.ts';
import { accentsRule, addressRules, ALL_KINDS, characterRule, commonName, lengthRule, ownRule, secondColonRule, type AddressOf } from './builders.ts';
import { cutTo, lengthOf, smtpParts, splitAddress } from './text.ts';
import type { ValueRule } from './types.ts';

const IDFIX = 'IdFix 2.6.0.3, multi-tenant rules';
const PAGE = 'Microsoft 365, "Prepare for directory synchronization"';
const POPULATED = 'Microsoft Entra, "How the proxyAddresses attribute is populated"';
/** The page allows one character more than IdFix, and the service takes it. */
const PAGE_LENGTH = `${PAGE} (IdFix asks for one character less)`;

const whole: AddressOf = (value) => ({ address: value, with: (address) => address });
const smtp: AddressOf = (value) => {
  const parts = smtpParts(value);
  return parts === undefined ? undefined : { address: parts.address, with: (address) => `${parts.prefix}${address}` };
};
const isSmtp = (value: string): boolean => smtpParts(value) !== undefined;
const isX400 = (value: string): boolean => /^x\.?[45]00/i.test(value);

const DISPLAY = { attribute: 'displayName', prefix: 'displayName', kinds: ALL_KINDS };
const GIVEN = { attribute: 'givenName', prefix: 'givenName', kinds: ALL_KINDS };
const MAIL = { attribute: 'mail', prefix: 'mail', kinds: ALL_KINDS };
const NICKNAME = { attribute: 'mailNickname', prefix: 'mailNickname', kinds: ALL_KINDS };
const PROXY = { attribute: 'proxyAddresses', prefix: 'proxyAddresses', kinds: ALL_KINDS };
const SAM = { attribute: 'sAMAccountName', prefix: 'sAMAccountName', kinds: ALL_KINDS };
const TARGET = { attribute: 'targetAddress', prefix: 'targetAddress', kinds: ALL_KINDS };
const UPN = { attribute: 'userPrincipalName', prefix: 'userPrincipalName', kinds: ['user'] as const };

/**
 * userPrincipalName. Microsoft's page and IdFix disagree three times, and the page is followed: 64 and 48 characters for the parts
 * (IdFix: 113 in all), an apostrophe is allowed, and only the page's own characters are (IdFix lists some bad ones).
 */
const upnRules: readonly ValueRule[] = [
  ownRule(UPN, 'prefix-length', 'Length', PAGE, (value) => {
    const at = value.lastIndexOf('@');
    const length = at < 0 ? 0 : lengthOf(value.slice(0, at), UPN_PREFIX_MAX);
    return length <= UPN_PREFIX_MAX ? null : { message: `userPrincipalName has ${length} characters before the @, ${UPN_PREFIX_MAX} are allowed.`, proposal: `${cutTo(value.slice(0, at), UPN_PREFIX_MAX)}${value.slice(at)}` };
  }),
  ownRule(UPN, 'suffix-length', 'Length', PAGE, (value, _object, { upnSuffix }) => {
    const at = value.lastIndexOf('@');
    const length = at < 0 || upnSuffix !== '' ? 0 : lengthOf(value.slice(at + 1), UPN_SUFFIX_MAX);
    return length <= UPN_SUFFIX_MAX ? null : { message: `userPrincipalName has ${length} characters after the @, ${UPN_SUFFIX_MAX} are allowed; choose a shorter UPN suffix.`, proposal: null };
  }),
  accentsRule(UPN, whole, `${IDFIX}; fix: Entra NormalizeDiacritics`),
  characterRule(UPN, 'characters', /[\s\\%&*+/=?{}|<>();:,[\]"]/g, `${IDFIX}, without the apostrophe`),
  ownRule(UPN, 'allowed-characters', 'Character', PAGE, (value) => {
    const parts = splitAddress(value);
    if (parts === undefined || upnPrefixProblem(parts.local) === undefined) return null;
    const local = parts.local.replace(/[^A-Za-z0-9'.\-_!#^~]/gu, '').replace(/^\.+|\.+$/g, '');
    return { message: `userPrincipalName: ${upnPrefixProblem(parts.local) ?? 'wrong characters'}.`, proposal: local === '' ? null : `${local}@${parts.domain}` };
  }),
  // What the tenant has verified is a domain that the internet knows.
  ...addressRules(UPN, whole, IDFIX, ({ upnSuffix, verifiedDomains }, domain) => upnSuffix !== '' || verifiedDomains?.has(domain.toLowerCase()) === true),
  ownRule(UPN, 'verified-suffix', 'Tenant', 'Microsoft Entra, "Plan and troubleshoot User Principal Name changes": an unverified suffix is replaced by the initial domain', (value, _object, { verifiedDomains, upnSuffix }) => {
    const domain = addressDomain(value);
    if (verifiedDomains === null || upnSuffix !== '' || domain === '' || verifiedDomains.has(domain)) return null;
    return { message: `${domain} is not a verified domain of the tenant, so the user would sign in with a name of the initial domain. Verify it there, or choose another UPN suffix.`, proposal: null };
  }),
];

const proxyRules: readonly ValueRule[] = [
  lengthRule(PROXY, 256, IDFIX),
  secondColonRule(PROXY, IDFIX),
  accentsRule(PROXY, smtp, `${PAGE}; fix: Entra NormalizeDiacritics`),
  characterRule(PROXY, 'smtp-characters', /[\s<>();,[\]"]/g, IDFIX, isSmtp),
  ...addressRules(PROXY, smtp, IDFIX),
  characterRule(PROXY, 'x400-characters', /[\f\n\r\t\v[\]"]/g, `${IDFIX}, without the apostrophe`, isX400),
  characterRule(PROXY, 'other-characters', /[\s<>(),[\]"]/g, IDFIX, (value) => !isSmtp(value) && !isX400(value)),
  ownRule({ ...PROXY, severity: 'warning' }, 'prefix', 'Format', POPULATED, (value) => (/^[^:@]+:./.test(value) ? null : { message: `${value} has no prefix such as smtp:, so Microsoft 365 drops it.`, proposal: null })),
  ownRule({ ...PROXY, severity: 'warning' }, 'verified-domain', 'Tenant', POPULATED, (value, { kind }, { verifiedDomains }) => {
    // A contact's primary address leads outside; that is what a contact is for.
    if (kind === 'contact' && value.startsWith('SMTP:')) return null;
    const domain = addressDomain(smtpParts(value)?.address ?? '');
    if (verifiedDomains === null || domain === '' || verifiedDomains.has(domain)) return null;
    const reserved = /(?:^|\.)(?:onmicrosoft|microsoftonline)\.com$/.test(domain);
    return { message: reserved ? `${domain} is a domain that Microsoft keeps for itself, so Microsoft 365 drops the address.` : `${domain} is not a verified domain of the tenant; Microsoft 365 drops the address of a licensed user. Verify the domain there, or remove the address.`, proposal: null };
  }),
];

const targetAddressRules: readonly ValueRule[] = [
  lengthRule(TARGET, 256, PAGE_LENGTH),
  secondColonRule(TARGET, IDFIX),
  accentsRule(TARGET, smtp, `${PAGE}; fix: Entra NormalizeDiacritics`),
  characterRule(TARGET, 'smtp-characters', /[\s\\<>();,[\]"]/g, IDFIX, isSmtp),
  ...addressRules(TARGET, smtp, IDFIX),
  characterRule(TARGET, 'other-characters', /[\s\\<>(),[\]"]/g, IDFIX, (value) => !isSmtp(value)),
];

const nicknameRules: readonly ValueRule[] = [
  lengthRule(NICKNAME, 64, IDFIX),
  characterRule(NICKNAME, 'leading-dot', /^[.]+/g, IDFIX),
  characterRule(NICKNAME, 'characters', /[^\x21-\x7e]|[@()\\[\]";:<>,]/gu, 'Graph documentation, user and group resources: mailNickname'),
  ownRule({ ...NICKNAME, kinds: ['group'] }, 'reserved', 'Reserved', 'Microsoft Entra, naming policy for groups: reserved words', (value) => (RESERVED_ALIASES.has(value.toLowerCase()) ? { message: `${value} is reserved for administrators in Microsoft 365; give the group another mailNickname.`, proposal: `${value}-group` } : null)),
];

const accountNameRules: readonly ValueRule[] = [
  lengthRule(SAM, 20, IDFIX, ['user']),
  lengthRule(SAM, 256, IDFIX, ['group', 'contact']),
  // Microsoft's page forbids the apostrophe as well; Active Directory and IdFix do not, and Microsoft 365 only shows the name.
  ownRule(SAM, 'characters', 'Character', `${IDFIX} (the apostrophe is allowed)`, (value, object) => {
    const strip = (text: string): string => text.replace(/[\\"|,/[\]:<>+=;?*]/g, '');
    const left = strip(value);
    if (left === value) return null;
    return { message: 'sAMAccountName holds characters that Microsoft 365 does not take in it.', proposal: left !== '' ? left : strip(commonName(object)) || null };
  }),
];

/** The chains by attribute, each in the order in which its rules run. Uniqueness comes after all of them, as IdFix's own documents ask. */
export const VALUE_RULES: Readonly<Record<string, readonly ValueRule[]>> = {
  displayName: [lengthRule(DISPLAY, 256, PAGE_LENGTH)],
  givenName: [lengthRule(GIVEN, 64, PAGE_LENGTH)],
  mail: [
    lengthRule(MAIL, 256, IDFIX),
    ownRule(MAIL, 'ascii', 'Character', 'Graph documentation, user resource: mail', (value) => (/[^\x21-\x7e]/.test(value) ? { message: 'mail holds white space or characters beyond ASCII, which Microsoft 365 refuses.', proposal: null } : null)),
  ],
  mailNickname: nicknameRules,
  proxyAddresses: proxyRules,
  sAMAccountName: accountNameRules,
  targetAddress: targetAddressRules,
  userPrincipalName: upnRules,
};
