import type { Attributes, ObjectKind } from '../domain/objects.ts';
import { addressPrefix, parseProxyAddress, primarySmtp } from './addresses.ts';
import { firstOf, valuesOf } from './attributes.ts';
import { withoutAccents } from './text.ts';

/** Longest mailNickname (Graph documentation, user and group resources). */
export const NICKNAME_MAX = 64;

/**
 * A name made fit for mailNickname: ASCII without `@ ( ) \ [ ] " ; : < > ,` and space, no full stop at either end, at most 64
 * characters (Graph documentation, user and group). Graph's group topic forbids the full stop anywhere. Accents are
 * dropped from letters; what is still not allowed is left out.
 * @returns the empty text when nothing is left.
 */
export function legalNickname(name: string, kind: ObjectKind): string {
  const ascii = withoutAccents(name).replace(/[^\x21-\x7e]|[@()\\[\]";:<>,]/g, '');
  const dots = kind === 'group' ? ascii.replaceAll('.', '') : ascii.replace(/\.{2,}/g, '.');
  return dots.slice(0, NICKNAME_MAX).replace(/^\.+|\.+$/g, '');
}

/**
 * The mailNickname of a new object: the first of mailNickname, prefix of the primary SMTP address, of mail, of the UPN, of a
 * secondary SMTP address (Entra Connect, "mailNickName at first sync"), then sAMAccountName and cn, made legal.
 * @param fallback used when none of them leaves a legal character, e.g. part of the objectGUID.
 */
export function nicknameOf(attributes: Attributes, kind: ObjectKind, fallback: string): string {
  const secondary = (valuesOf(attributes, 'proxyAddresses') ?? []).map(parseProxyAddress).find((proxy) => proxy.smtp && !proxy.primary)?.address;
  const candidates = [
    firstOf(attributes, 'mailNickname'), addressPrefix(primarySmtp(attributes) ?? ''), addressPrefix(firstOf(attributes, 'mail') ?? ''),
    addressPrefix(firstOf(attributes, 'userPrincipalName') ?? ''), addressPrefix(secondary ?? ''), firstOf(attributes, 'sAMAccountName'), firstOf(attributes, 'cn'),
  ];
  for (const candidate of candidates) {
    const legal = candidate === undefined ? '' : legalNickname(candidate, kind);
    if (legal !== '') return legal;
  }
  return legalNickname(fallback, kind);
}
