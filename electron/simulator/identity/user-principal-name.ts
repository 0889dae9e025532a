/** What becomes of a user principal name of Active Directory. */
export type UserPrincipalNameVerdict = 'as is' | 'recalculated' | 'refused';

/** Longest prefix and longest domain (Entra documentation, prepare for directory synchronization: userPrincipalName). */
const PREFIX_LENGTH = 64;
const DOMAIN_LENGTH = 48;

/**
 * The two parts of a user principal name: letters, digits, ' - _ ! # ^ ~ with points between them, 64 at most, then a domain of 48
 * at most, whose characters are not looked at: only verified ones count (Graph documentation, user resource, userPrincipalName; Entra documentation, UPN characters).
 * @returns undefined for another form.
 */
export function userPrincipalNameForm(value: string): { readonly prefix: string; readonly domain: string } | undefined {
  const [, prefix, domain] = /^([A-Za-z0-9'\-_!#^~]+(?:\.[A-Za-z0-9'\-_!#^~]+)*)@([^@]+)$/.exec(value) ?? [];
  return prefix === undefined || domain === undefined || prefix.length > PREFIX_LENGTH || domain.length > DOMAIN_LENGTH ? undefined : { prefix, domain };
}

/**
 * Judges an on-premises user principal name. A verified domain: as is. An unverified domain, or white space or line breaks inside:
 * recalculated (Entra documentation, UserPrincipalName population). No such form, too long, or a character that no user principal
 * name may have: refused with IdentityDataValidationFailed (Entra documentation, troubleshoot synchronization errors).
 * Microsoft's pages overlap here: one sends every invalid character to the recalculation, the other to the error.
 */
export function judgeUserPrincipalName(value: string, isVerified: (domain: string) => boolean): UserPrincipalNameVerdict {
  const parts = /^([^@]+)@([^@]+)$/s.exec(value);
  const [, prefix = '', domain = ''] = parts ?? [];
  if (!parts || prefix.length > PREFIX_LENGTH || domain.length > DOMAIN_LENGTH) return 'refused';
  if (/\s/.test(value)) return 'recalculated';
  if (!userPrincipalNameForm(value) || !/^[A-Za-z0-9.-]+$/.test(domain)) return 'refused';
  return isVerified(domain) ? 'as is' : 'recalculated';
}

/** The Microsoft Online Email Routing Address: `<mailNickname>@<initial domain>`; the nickname loses what no address may have. */
export function routingAddress(mailNickname: string, initialDomain: string): string {
  const prefix = mailNickname.replaceAll(/[^A-Za-z0-9'.\-_!#^~]/g, '').replaceAll(/\.{2,}/g, '.').replaceAll(/^\.|\.$/g, '').slice(0, PREFIX_LENGTH).replace(/\.$/, '');
  return `${prefix === '' ? 'user' : prefix}@${initialDomain}`;
}

/**
 * The user principal name that a synchronised user gets: its own where it can be used, else {@link routingAddress}. The service computes
 * it anew only when the on-premises value or the verified domains change (Entra documentation, UserPrincipalName population).
 * @returns undefined for a name that the service refuses.
 */
export function userPrincipalNameFor(onPremises: string, mailNickname: string, tenant: { readonly initialDomain: string; isVerified(domain: string): boolean }): string | undefined {
  const verdict = judgeUserPrincipalName(onPremises, tenant.isVerified);
  return verdict === 'refused' ? undefined : verdict === 'as is' ? onPremises : routingAddress(mailNickname, tenant.initialDomain);
}

/**
 * An address like this one that nobody has: four random digits follow its prefix, in the initial domain. Used for a routing address that
 * is taken (KB 3190357) and as placeholder of a user principal name in quarantine. The quarantine page's format has a plus sign between
 * prefix and digits, its worked example has none; without it is taken, because no user principal name may have a plus sign.
 * @param digits gives four digits; asked again while the result is taken. After a thousand times it is asked for four more, so that an end
 *   is found however many have that prefix.
 */
export function withDigits(address: string, initialDomain: string, digits: () => string, isTaken: (address: string) => boolean): string {
  const prefix = address.split('@', 1)[0] ?? '';
  for (let tries = 0; ; tries++) {
    const mark = tries < 1000 ? digits() : digits() + digits();
    const candidate = `${prefix.slice(0, PREFIX_LENGTH - mark.length)}${mark}@${initialDomain}`;
    if (!isTaken(candidate)) return candidate;
  }
}
