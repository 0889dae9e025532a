import { addressKey } from '../directory/objects.ts';
import { prefixOf, primaryOf } from './mail-nickname.ts';
import { isSmtpAddress } from './smtp-address.ts';
import { routingAddress, withDigits } from './user-principal-name.ts';

/** Addresses that the service itself has given to an object. */
export interface GivenAddresses {
  /** Microsoft Online Email Routing Address; null: none yet. */
  readonly routing: string | null;
  /** User principal names that became addresses. */
  readonly names: readonly string[];
  /** Routing addresses of earlier nicknames; they stay. */
  readonly earlier: readonly string[];
  /** The object had a mailbox of the cloud, or a licence with one, when addresses were last computed. */
  readonly licensed: boolean;
}
/** An object that the service has given nothing. */
export const NOTHING_GIVEN: GivenAddresses = { routing: null, names: [], earlier: [], licensed: false };

/** Why addresses are computed. */
export type Trigger =
  /** First synchronisation, or a change that touches neither name nor addresses. */
  | 'other'
  /** The on-premises addresses changed. */
  | 'addresses'
  /** The user principal name was computed anew. */
  | 'name'
  /** The last licence with Exchange went. */
  | 'licence removed';

/** What the computation knows. */
export interface ProxyInput {
  /** Values of Active Directory; for an object of the cloud none. */
  readonly mail?: string | undefined;
  readonly proxyAddresses: readonly string[];
  /** Addresses of the cloud's own that the directory synchronisation does not bring; they stay. */
  readonly kept: readonly string[];
  /** Addresses the object has now. */
  readonly current: readonly string[];
  readonly given: GivenAddresses;
  readonly userPrincipalName: string | undefined;
  readonly mailNickname: string | undefined;
  /** A licence with a mailbox plan of Exchange Online is assigned, or the user is a shared, room or equipment mailbox. */
  readonly licensed: boolean;
  /** Addresses of unverified domains are dropped: licensed, msExchRemoteRecipientType set, or a shared resource. */
  readonly onlyVerified: boolean;
  readonly trigger: Trigger;
}

/** What the computation asks of the tenant. */
export interface ProxyTenant {
  readonly initialDomain: string;
  isVerified(domain: string): boolean;
  /** True when another object holds the address, soft-deleted ones included. */
  isTaken(address: string): boolean;
  /** Four random digits. */
  digits(): string;
}

/** Result of the computation. */
export interface ProxyResult {
  /** `SMTP:` first where there is a primary address. */
  readonly addresses: readonly string[];
  /** The primary address; null: none. */
  readonly mail: string | null;
  readonly given: GivenAddresses;
  /** On-premises addresses that others hold, with their prefix. */
  readonly conflicts: readonly string[];
}

/** CloudMSExchRecipientDisplayType of shared resources (Entra documentation, shadow attributes). */
const SHARED_RESOURCES: ReadonlySet<number> = new Set([0, 2, 7, 8, 10, 15, 16, 17, 18, 1073741824, 1073741840]);

/** True when addresses of unverified domains are dropped (Entra documentation, shadow attributes). */
export function dropsUnverified(object: { readonly licensed: boolean; readonly remoteRecipientType?: unknown; readonly cloudDisplayType?: number | undefined }): boolean {
  return object.licensed || (object.remoteRecipientType ?? null) !== null || (object.cloudDisplayType !== undefined && SHARED_RESOURCES.has(object.cloudDisplayType));
}

/**
 * An on-premises proxy address as the service keeps it, or undefined when it is dropped: no prefix, a legacy protocol, a reserved suffix,
 * a malformed SMTP address, or an unverified domain where those do not count (KB 3190357).
 */
export function usableProxyAddress(value: string, isAllowedDomain: (domain: string) => boolean): string | undefined {
  const match = /^(smtp|sip|x500|eum):(.+)$/is.exec(value.trim());
  const [, prefix = '', rest = ''] = match ?? [];
  if (!match) return undefined;
  if (prefix.toLowerCase() !== 'smtp') return value.trim();
  const domain = isSmtpAddress(rest) ? rest.slice(rest.indexOf('@') + 1).toLowerCase() : undefined;
  if (domain === undefined || RESERVED.test(domain) || !isAllowedDomain(domain)) return undefined;
  return `${prefix === 'SMTP' ? 'SMTP' : 'smtp'}:${rest}`;
}
const RESERVED = /(?:^|\.)(?:onmicrosoft|microsoftonline)\.com$/;

/**
 * The service's computation of proxyAddresses and mail (KB 3190357, "How the proxyAddresses attribute is populated"; Entra documentation,
 * shadow attributes). Its glossary builds the routing address from the user principal name, all its scenarios from mailNickname: the
 * scenarios are followed.
 */
export function computeProxyAddresses(input: ProxyInput, tenant: ProxyTenant): ProxyResult {
  const allowed = (domain: string): boolean => !input.onlyVerified || tenant.isVerified(domain);
  const own = distinct(input.proxyAddresses.map((a) => usableProxyAddress(a, allowed)).filter((a) => a !== undefined));
  const fromMail = primaryOf(own) === undefined && input.mail !== undefined ? usableProxyAddress(`SMTP:${input.mail}`, allowed) : undefined;
  const wanted = fromMail === undefined ? own : distinct([fromMail, ...own]);
  const conflicts = wanted.filter((a) => tenant.isTaken(a));
  const free = wanted.filter((a) => !conflicts.includes(a));

  const given = giveAddresses(input, tenant);
  const names = given.names.filter((n) => !tenant.isTaken(n));
  const list = distinct([...free, ...input.kept, ...[...names, ...(given.routing === null ? [] : [given.routing]), ...given.earlier].map((a) => `smtp:${a}`)]);
  const primary = primaryOf(free) ?? primaryOf(input.kept) ?? givenPrimary(input, names, given.routing, list);
  const key = primary?.toLowerCase();
  const addresses = list.map((a) => (/^smtp:/i.test(a) ? `${addressKey(a) === key ? 'SMTP' : 'smtp'}:${a.slice(5)}` : a)).toSorted((a, b) => Number(b.startsWith('SMTP:')) - Number(a.startsWith('SMTP:')));
  return { addresses, mail: primaryOf(addresses) ?? null, given, conflicts };
}

/** Primary address of an object whose directory and cloud name none: for licensed users the name, else the routing address. */
function givenPrimary(input: ProxyInput, names: readonly string[], routing: string | null, list: readonly string[]): string | undefined {
  if (!input.licensed) return routing ?? undefined;
  const before = primaryOf(input.current);
  const stays = before !== undefined && names.some((n) => n.toLowerCase() === before.toLowerCase());
  const name = list.some((a) => addressKey(a) === input.userPrincipalName?.toLowerCase()) ? input.userPrincipalName : undefined;
  return stays ? before : name ?? routing ?? undefined;
}

function giveAddresses(input: ProxyInput, tenant: ProxyTenant): GivenAddresses {
  const { licensed, trigger, userPrincipalName: name, mailNickname } = input;
  let { routing, earlier } = input.given;
  const own = (address: string): boolean => !tenant.isTaken(address);
  if (licensed && mailNickname !== undefined) {
    const fresh = routingAddress(mailNickname, tenant.initialDomain);
    const [before, now] = [prefixOf(routing ?? undefined)?.toLowerCase() ?? '', prefixOf(fresh)?.toLowerCase() ?? ''];
    const isOfThisNickname = before.startsWith(now) && /^(?:\d{4}){0,2}$/.test(before.slice(now.length));
    if (routing === null || (trigger === 'name' && !isOfThisNickname)) {
      if (routing !== null) earlier = [...earlier, routing];
      routing = own(fresh) ? fresh : withDigits(fresh, tenant.initialDomain, () => tenant.digits(), (a) => !own(a));
    }
  }
  // Scenario 4: the name goes with the licence, and comes back when on-premises addresses change while the routing address is still there.
  const takesName = name !== undefined && (licensed || (trigger === 'addresses' && routing !== null));
  const has = (address: string): boolean => [...input.given.names, ...input.kept.map(addressKey)].some((n) => n.toLowerCase() === address.toLowerCase());
  const names = trigger === 'licence removed' ? [] : takesName && !has(name) ? [...input.given.names, name] : input.given.names;
  return { routing, names, earlier, licensed };
}

/** The first of each address; one with `SMTP:` wins over the same with `smtp:`, and a second primary address becomes a secondary one. */
function distinct(addresses: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  let hasPrimary = false;
  for (const address of addresses) {
    const isPrimary = address.startsWith('SMTP:') && !hasPrimary;
    if (isPrimary) hasPrimary = true;
    const key = addressKey(address);
    if (isPrimary || !byKey.has(key)) byKey.set(key, address.startsWith('SMTP:') && !isPrimary ? `smtp:${address.slice(5)}` : address);
  }
  return [...byKey.values()];
}
