import type { SourceObject, TargetObject, Values } from '../../../shared/domain/objects.ts';
import { addressDomain, isSmtpAddress, normaliseAddress, parseProxyAddress, primarySmtp } from '../../../shared/rules/addresses.ts';
import { firstOf, valuesOf } from '../../../shared/rules/attributes.ts';

/** What addresses are worked out from. */
export interface AddressInput {
  readonly source: SourceObject;
  readonly target: TargetObject | null;
  /** Lower case. */
  readonly verifiedDomains: ReadonlySet<string>;
}

/** How addresses are told apart: SMTP ones by address alone, others with their prefix; never by case (Exchange: proxyAddresses). */
const keyOf = (value: string): string => { const { smtp, address } = parseProxyAddress(value); return smtp ? address.toLowerCase() : value.trim().toLowerCase(); };
const secondary = (value: string): string => (value.startsWith('SMTP:') ? `smtp:${value.slice(5)}` : value);

/**
 * Where mail for a contact goes: targetAddress, else the primary SMTP address (Exchange: targetAddress is the external address).
 * @returns undefined when neither is an SMTP address.
 */
export function externalAddressOf(source: SourceObject): string | undefined {
  const target = firstOf(source.attributes, 'targetAddress');
  const proxy = target === undefined ? undefined : parseProxyAddress(target.includes(':') ? target : `SMTP:${target}`);
  const address = proxy?.smtp === true && isSmtpAddress(proxy.address) ? proxy.address : primarySmtp(source.attributes);
  return address !== undefined && isSmtpAddress(address) ? address : undefined;
}

/** Addresses besides the primary one that may come along: SMTP ones of verified domains, X500 ones, and the old LegacyExchangeDN as X500, by which replies to old mail find their way. */
function furtherOf({ source, verifiedDomains }: AddressInput): { readonly further: Values; readonly left: Values } {
  const further: string[] = [];
  const left: string[] = [];
  for (const value of [...valuesOf(source.attributes, 'proxyAddresses') ?? [], ...(valuesOf(source.attributes, 'mail') ?? []).map((mail) => `smtp:${normaliseAddress(mail)}`)]) {
    const { prefix, address, smtp } = parseProxyAddress(value);
    if (prefix.toUpperCase() === 'X500' && address !== '') further.push(`X500:${address}`);
    else if (smtp && isSmtpAddress(address) && verifiedDomains.has(addressDomain(address)) && !addressDomain(address).endsWith('.onmicrosoft.com')) further.push(`smtp:${address}`);
    else left.push(value);
  }
  const legacy = firstOf(source.attributes, 'legacyExchangeDN');
  if (legacy !== undefined) further.push(`X500:${legacy}`);
  return { further, left };
}

/**
 * The whole list of a contact or of a group with mail: what the target has stays; addresses of the source are added where their
 * domain is verified, with X500 addresses; nobody loses an address by a migration.
 *
 * A contact's primary address is its external one. A group's is that of the source when its domain is verified; else the target's
 * stays, and a new group gets the one that Exchange makes of alias and default domain.
 * @returns undefined when there is nothing to write; `left`: how many were left out, such as legacy protocols, reserved and unverified domains.
 */
export function emailAddressesOf(input: AddressInput): { readonly values: Values; readonly left: number } | undefined {
  const { source, target, verifiedDomains } = input;
  const { further, left } = furtherOf(input);
  const present = valuesOf(target?.attributes ?? {}, 'proxyAddresses') ?? [];
  const list = source.kind === 'contact' ? contactList(source, target, present) : groupList(source, present, verifiedDomains);
  const known = new Set(list.map(keyOf));
  for (const value of further) {
    if (known.has(keyOf(value))) continue;
    known.add(keyOf(value));
    list.push(value);
  }
  return list.length === 0 ? undefined : { values: list, left: new Set(left.map(keyOf).filter((key) => !known.has(key))).size };
}

function contactList(source: SourceObject, target: TargetObject | null, present: Values): string[] {
  const external = externalAddressOf(source);
  if (external === undefined) return [...present];
  if (target === null) return [`SMTP:${external}`];
  const before = firstOf(target.attributes, 'externalEmailAddress');
  // The old external address goes when the contact moves; it would lead nowhere.
  const moved = present.map((value) => (before !== undefined && keyOf(value) === before.toLowerCase() ? `${parseProxyAddress(value).prefix}:${external}` : value));
  return [...new Map(moved.map((value) => [keyOf(value), value])).values()];
}

function groupList(source: SourceObject, present: Values, verifiedDomains: ReadonlySet<string>): string[] {
  const wanted = primarySmtp(source.attributes);
  if (wanted === undefined || !isSmtpAddress(wanted) || !verifiedDomains.has(addressDomain(wanted)) || addressDomain(wanted).endsWith('.onmicrosoft.com')) return [...present];
  if (present.some((value) => value.startsWith('SMTP:') && keyOf(value) === wanted)) return [...present];
  return [`SMTP:${wanted}`, ...present.filter((value) => keyOf(value) !== wanted).map(secondary)];
}
