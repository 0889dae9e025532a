import type { SourceObject } from '../../../../shared/domain/objects.ts';
import { isMailEnabled } from '../../../../shared/rules/addresses.ts';
import { firstOf, valuesOf } from '../../../../shared/rules/attributes.ts';
import { groupTypeOf } from '../../../../shared/rules/group-type.ts';

/** Beginnings of names that IdFix never looks at, in lower case. */
const COMMON_NAMES = ['admini', 'cas_{', 'discoverysearchmailbox', 'federatedemail', 'guest', 'httpconnector', 'krbtgt', 'iusr_', 'iwam', 'msol', 'support_', 'systemmailbox', 'wwioadmini', 'healthmailbox', 'exchange online-applicationaccount'] as const;
/** The seven kinds of system mailboxes that IdFix means to leave out; its own test compares a number with text and never fires. */
const SYSTEM_MAILBOXES = 0x21C0_7000n;

const starting = (text: string | undefined, beginnings: readonly string[]): string | undefined => beginnings.find((beginning) => text?.toLowerCase().startsWith(beginning));

/**
 * Why IdFix (2.6.0.3, multi-tenant) would not look at an object, so that both can be compared. It leaves out more than a
 * migration does: security groups without mail, and everybody whose name starts with Admini or Guest.
 * @returns the clause, or null when IdFix looks at it.
 */
export function skippedByIdFix(object: SourceObject): string | null {
  const cn = firstOf(object.attributes, 'cn') ?? object.name;
  if (cn.endsWith('$')) return 'IdFix: cn ends with $';
  const name = starting(cn, COMMON_NAMES);
  if (name !== undefined) return `IdFix: cn starts with ${name}`;
  if (/(?:\n|\\0A)\s*CNF:/i.test(object.dn)) return 'IdFix: leftover of a replication conflict';
  if (firstOf(object.attributes, 'isCriticalSystemObject')?.toUpperCase() === 'TRUE') return 'IdFix: isCriticalSystemObject';
  const type = firstOf(object.attributes, 'msExchRecipientTypeDetails') ?? '';
  if (/^\d{1,19}$/.test(type) && (BigInt(type) & SYSTEM_MAILBOXES) !== 0n) return 'IdFix: system mailbox (msExchRecipientTypeDetails)';
  if (object.kind === 'group') {
    const { security } = groupTypeOf(Number(firstOf(object.attributes, 'groupType') ?? -2147483646));
    if (security && firstOf(object.attributes, 'mail') === undefined) return 'IdFix: security group without mail';
    return !security && !isMailEnabled({ proxyAddresses: valuesOf(object.attributes, 'proxyAddresses') ?? [] }) ? 'IdFix: distribution group without proxyAddresses' : null;
  }
  const account = starting(firstOf(object.attributes, 'sAMAccountName'), ['cas_', 'support_', 'msol_']);
  if (account !== undefined) return `IdFix: sAMAccountName starts with ${account}`;
  const nickname = starting(firstOf(object.attributes, 'mailNickname'), ['cas_', 'systemmailbox']);
  if (nickname !== undefined) return `IdFix: mailNickname starts with ${nickname}`;
  const hidden = firstOf(object.attributes, 'msExchHideFromAddressLists')?.toUpperCase() === 'TRUE';
  return hidden && starting(firstOf(object.attributes, 'displayName'), ['msol']) !== undefined ? 'IdFix: hidden, displayName starts with MSOL' : null;
}
