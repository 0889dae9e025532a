import { addressDomain, addressPrefix } from './addresses.ts';

/** Longest part before and after the `@` (Microsoft 365, "Prepare for directory synchronization": 113 in all). */
export const UPN_PREFIX_MAX = 64;
/** See {@link UPN_PREFIX_MAX}. */
export const UPN_SUFFIX_MAX = 48;

/** The two parts of a UPN. */
export interface UpnParts { readonly prefix: string; readonly suffix: string }

/** Cuts a UPN at its last `@`; undefined when a part is missing. */
export function splitUpn(upn: string): UpnParts | undefined {
  const text = upn.trim();
  const prefix = addressPrefix(text);
  const suffix = addressDomain(text);
  return text.includes('@') && prefix !== '' && suffix !== '' ? { prefix, suffix } : undefined;
}

/** The UPN with another suffix; an empty suffix leaves it as it is, and text without `@` gets one. */
export function withUpnSuffix(upn: string, suffix: string): string {
  const text = upn.trim();
  const domain = suffix.trim().replace(/^@/, '');
  return domain === '' || text === '' ? text : `${splitUpn(text)?.prefix ?? text.replace(/@.*$/, '')}@${domain}`;
}

/**
 * What is wrong with the part before `@`: allowed are A-Z a-z 0-9 and ' . - _ ! # ^ ~, 64 characters, not ending in a full
 * stop (Graph documentation, user resource; "Prepare for directory synchronization").
 * @returns one sentence part, or undefined when it is right.
 */
export function upnPrefixProblem(prefix: string): string | undefined {
  if (prefix === '') return 'the part before @ is empty';
  if (prefix.length > UPN_PREFIX_MAX) return `the part before @ has ${prefix.length} characters, ${UPN_PREFIX_MAX} are allowed`;
  const bad = /[^A-Za-z0-9'.\-_!#^~]/u.exec(prefix)?.[0];
  if (bad !== undefined) return bad.trim() === '' ? 'the part before @ holds a space' : `the part before @ holds "${bad}", which Microsoft 365 does not take`;
  return prefix.startsWith('.') || prefix.endsWith('.') ? 'the part before @ starts or ends with a full stop' : undefined;
}

/** What is wrong with the part after `@`: 48 characters, a DNS name with a dot. Undefined when it is right. */
export function upnSuffixProblem(suffix: string): string | undefined {
  if (suffix.length > UPN_SUFFIX_MAX) return `the part after @ has ${suffix.length} characters, ${UPN_SUFFIX_MAX} are allowed`;
  return /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i.test(suffix) ? undefined : `${suffix === '' ? 'the empty suffix' : suffix} is not a domain name that the internet knows`;
}

/** How a UPN came about, for provenance. */
export interface ChosenUpn { readonly upn: string; readonly fellBack: string | null }

/**
 * The UPN that Entra Connect would give: the source's, with the run's suffix when one was chosen; when the suffix is not
 * verified in the tenant or the prefix has characters Microsoft 365 refuses, `<mailNickname>@<initial domain>`
 * (Entra Connect, "userPrincipalName population").
 * @param verifiedDomains in lower case.
 */
export function chooseUpn(
  sourceUpn: string, nickname: string,
  tenant: { readonly suffix: string; readonly verifiedDomains: ReadonlySet<string>; readonly initialDomain: string },
): ChosenUpn {
  const upn = withUpnSuffix(sourceUpn, tenant.suffix);
  const parts = splitUpn(upn);
  const fallback = `${nickname}@${tenant.initialDomain}`;
  if (parts === undefined) return { upn: fallback, fellBack: 'the source has no user principal name' };
  if (!tenant.verifiedDomains.has(parts.suffix)) return { upn: fallback, fellBack: `${parts.suffix} is not a verified domain of the tenant` };
  const problem = upnPrefixProblem(parts.prefix) ?? upnSuffixProblem(parts.suffix);
  return problem === undefined ? { upn: `${parts.prefix}@${parts.suffix}`, fellBack: null } : { upn: fallback, fellBack: problem };
}
