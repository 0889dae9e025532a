import type { SourceObject } from '../../../shared/domain/objects.ts';
import { isMachineAccount } from '../../../shared/rules/account-control.ts';
import { firstOf, integerOf, valuesOf } from '../../../shared/rules/attributes.ts';
import { groupTypeOf } from '../../../shared/rules/group-type.ts';

/** Public folder, system attendant, system mailbox, Microsoft Exchange, arbitration, mailbox plan, discovery (Entra Connect default rule "In from AD - User Join"). */
const SYSTEM_MAILBOXES = 0x21C0_7000n;
const ROLE_GROUP = 0x4000_0000n;
/** Separator that Active Directory puts into the name of an object that lost a naming conflict: LF, "CNF:" (MS-DRSR). */
const CONFLICT = /\n\s*CNF:|\\0ACNF:/i;

function recipientType(source: SourceObject): bigint {
  const value = firstOf(source.attributes, 'msExchRecipientTypeDetails');
  return value !== undefined && /^-?\d{1,19}$/.test(value) ? BigInt.asUintN(64, BigInt(value)) : 0n;
}

const starts = (text: string | undefined, prefix: string): boolean => text?.toLowerCase().startsWith(prefix.toLowerCase()) === true;
const healthAccount = (text: string | undefined): boolean => starts(text, 'CAS_') && text?.includes('}') === true;

function userOutOfScope(source: SourceObject): string | null {
  const sam = firstOf(source.attributes, 'sAMAccountName');
  const nickname = firstOf(source.attributes, 'mailNickname');
  if (isMachineAccount(integerOf(source.attributes, 'userAccountControl') ?? 0)) return 'computer or trust account (userAccountControl)';
  if ((valuesOf(source.attributes, 'objectClass') ?? []).some((name) => name.toLowerCase() === 'computer')) return 'computer account (objectClass)';
  if (starts(firstOf(source.attributes, 'adminDescription'), 'User_')) return 'adminDescription starts with User_: came from the cloud';
  if (sam === undefined) return 'sAMAccountName is absent';
  if (sam.toLowerCase() === 'support_388945a0') return 'sAMAccountName is SUPPORT_388945a0';
  if (starts(nickname, 'SystemMailbox{')) return 'mailNickname starts with SystemMailbox{';
  if (starts(sam, 'AAD_') || starts(sam, 'MSOL_')) return 'sAMAccountName starts with AAD_ or MSOL_: account of a directory synchronisation';
  if (healthAccount(nickname) || healthAccount(sam)) return 'Exchange client access account (CAS_{...})';
  if ((recipientType(source) & SYSTEM_MAILBOXES) !== 0n) return 'system mailbox of Exchange (msExchRecipientTypeDetails)';
  return recipientType(source) === 2n ? 'linked mailbox (msExchRecipientTypeDetails 2): migrate the account that owns it' : null;
}

function groupOutOfScope(source: SourceObject): string | null {
  if (groupTypeOf(integerOf(source.attributes, 'groupType') ?? 0).builtIn) return 'built-in group (groupType bit 1)';
  if (starts(firstOf(source.attributes, 'adminDescription'), 'Group_')) return 'adminDescription starts with Group_: came from the cloud';
  if (firstOf(source.attributes, 'sAMAccountName')?.toLowerCase() === 'msol_ad_sync_richcoexistence') return 'sAMAccountName is MSOL_AD_Sync_RichCoexistence';
  return (recipientType(source) & ROLE_GROUP) !== 0n ? 'role group of Exchange (msExchRecipientTypeDetails)' : null;
}

function contactOutOfScope(source: SourceObject): string | null {
  const hidden = firstOf(source.attributes, 'msExchHideFromAddressLists')?.toUpperCase() === 'TRUE';
  if (hidden && firstOf(source.attributes, 'displayName')?.includes('(MSOL)') === true) return 'hidden contact of a directory synchronisation (MSOL)';
  return healthAccount(firstOf(source.attributes, 'mailNickname')) ? 'Exchange client access account (CAS_{...})' : null;
}

/**
 * Why an object is kept out of any migration: the scope clauses of Entra Connect's default rules, and besides them machine
 * accounts and built-in groups. Disabled users are in scope: rooms and shared mailboxes are disabled users.
 * @returns the clause that excluded it, or null when it is in scope.
 */
export function outOfScope(source: SourceObject): string | null {
  if (firstOf(source.attributes, 'isCriticalSystemObject')?.toUpperCase() === 'TRUE') return 'isCriticalSystemObject: part of the domain itself';
  if (CONFLICT.test(source.dn) || CONFLICT.test(firstOf(source.attributes, 'cn') ?? '')) return 'leftover of a replication conflict (CNF: in its name)';
  if (source.kind === 'user') return userOutOfScope(source);
  return source.kind === 'group' ? groupOutOfScope(source) : contactOutOfScope(source);
}
