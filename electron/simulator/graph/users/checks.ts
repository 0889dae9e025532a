import type { Directory } from '../../directory/directory.ts';
import { addressKey } from '../../directory/objects.ts';
import type { GraphCall } from '../call.ts';
import { badGateway, badRequest, conflict, denied, invalidValue } from '../refusal.ts';
import { passwordIsComplex, userPrincipalNameParts, usersMailNickname } from '../user-values.ts';

/** Texts of a given form (Graph documentation, user resource, "Properties"). */
const FORMS: Readonly<Record<string, RegExp>> = {
  userType: /^(Member|Guest)$/, ageGroup: /^(Minor|NotAdult|Adult)$/, consentProvidedForMinor: /^(Granted|Denied|NotRequired)$/,
  preferredLanguage: /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i, passwordPolicies: /^(None|DisableStrongPassword|DisablePasswordExpiration)(\s*,\s*(DisableStrongPassword|DisablePasswordExpiration))?$/,
};
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const MOMENTS = ['employeeHireDate', 'employeeLeaveDateTime', 'birthday', 'hireDate'];
/** Writing the day of leaving needs its own permission (Graph documentation, configure the employeeLeaveDateTime property). */
const LEAVE_PERMISSION = 'User-LifeCycleInfo.ReadWrite.All';

/**
 * Rules that hold for creation and update and need more than the property table: form, uniqueness, domains.
 * @param self id of the user being changed; undefined: a new one.
 * @throws GraphRefusal 400 naming the property; 403 for a property with a permission of its own.
 */
export function checkUserValues(call: GraphCall, values: Readonly<Record<string, unknown>>, self: string | undefined): void {
  const { directory } = call;
  if ('userPrincipalName' in values) userPrincipalNameParts(values['userPrincipalName'], directory);
  if ('mailNickname' in values) usersMailNickname(values['mailNickname']);
  for (const [name, form] of Object.entries(FORMS)) if (typeof values[name] === 'string' && !form.test(values[name])) throw invalidValue(name, 'User');
  for (const name of MOMENTS) {
    const value = values[name];
    if (typeof value === 'string' && (!MOMENT.test(value) || Number.isNaN(Date.parse(value)))) throw badGateway(`Cannot convert the literal '${value}' to the expected type 'Edm.DateTimeOffset'.`);
  }
  const { usageLocation: location, businessPhones, otherMails } = values;
  if (typeof location === 'string' && !isCountry(location)) throw invalidValue('usageLocation', 'User');
  if (Array.isArray(businessPhones) && businessPhones.length > 1) throw invalidValue('businessPhones', 'User');
  if (Array.isArray(otherMails) && otherMails.some((m: unknown) => !isMail(String(m)))) throw invalidValue('otherMails', 'User');
  if ('employeeLeaveDateTime' in values && !call.caller.permissions.has(LEAVE_PERMISSION)) throw denied();
  const password = (values['passwordProfile'] as Record<string, unknown> | null | undefined)?.['password'];
  if (typeof password === 'string') passwordIsComplex(password);
  checkUnique(directory, values, self);
}

/** Names, addresses and anchors that others hold; addresses and anchors count in the recycle bin too. */
function checkUnique(directory: Directory, values: Readonly<Record<string, unknown>>, self: string | undefined): void {
  const taken = (holder: string | undefined): boolean => holder !== undefined && holder !== self;
  const { userPrincipalName: upn, mail, mailNickname, onPremisesImmutableId: anchor } = values;
  if (typeof upn === 'string') {
    if (taken(directory.holderOfUpn(upn))) throw conflict('userPrincipalName');
    if (taken(directory.holderOfAddress(upn))) throw conflict('proxyAddresses');
  }
  // Users may share a nickname among themselves, but not with a group that has an address made of it.
  if (typeof mailNickname === 'string' && taken(directory.holderOfAlias(mailNickname))) throw conflict('mailNickname');
  if (typeof mail === 'string') {
    if (!isMail(mail)) throw invalidValue('mail', 'User');
    if (taken(directory.holderOfAddress(mail)) || taken(directory.holderOfUpn(mail))) throw conflict('proxyAddresses');
  }
  if (typeof anchor === 'string') {
    if (/[$_]/.test(anchor)) throw invalidValue('onPremisesImmutableId', 'User');
    if (taken(directory.holderOfAnchor(anchor)) || taken(directory.holderOfBinnedAnchor(anchor))) throw conflict('onPremisesImmutableId');
  }
}

const isMail = (text: string): boolean => /^[^\s@<>()[\]\\,;:"]+@[^\s@]+\.[^\s@.]+$/.test(text) && !/[^\x20-\x7e]/.test(text);

/** ISO 3166-1 alpha-2: the officially assigned codes. */
const COUNTRIES: ReadonlySet<string> = new Set(`
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ
DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ
LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW`.split(/\s+/));
const isCountry = (code: string): boolean => code !== '' && COUNTRIES.has(code.toUpperCase());

/** The anchor that a name of a federated domain needs (Graph documentation, user resource: onPremisesImmutableId). */
export function needAnchor(call: GraphCall, upn: unknown, anchor: unknown): void {
  const { domain } = userPrincipalNameParts(upn, call.directory);
  if (call.directory.isFederatedDomain(domain) && typeof anchor !== 'string') throw badRequest('Property onPremisesImmutableId is required when the domain of the userPrincipalName is federated.');
}

/**
 * Addresses after `mail` was set: it becomes the primary SMTP address, the one before stays as a secondary one
 * (Graph documentation, user resource: mail). Undefined when `mail` is no text.
 */
export function mirrored(mail: unknown, before: readonly string[]): readonly string[] | undefined {
  if (typeof mail !== 'string') return undefined;
  const others = before.filter((a) => addressKey(a) !== mail.toLowerCase()).map((a) => (a.startsWith('SMTP:') ? `smtp:${a.slice(5)}` : a));
  return [`SMTP:${mail}`, ...others];
}

/** What is stored: null clears a value, so it is left out. */
export function withoutNulls(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== null));
}
