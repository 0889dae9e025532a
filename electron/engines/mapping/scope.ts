import type { ObjectKind, SourceObject } from '../../../shared/domain/objects.ts';
import { isMachineAccount } from '../../../shared/rules/account-control.ts';
import { isMailEnabled } from '../../../shared/rules/addresses.ts';
import { firstOf, integerOf, valuesOf } from '../../../shared/rules/attributes.ts';
import { rdnValue } from '../../../shared/rules/dn.ts';
import { groupTypeOf } from '../../../shared/rules/group-type.ts';
import { recipientTypeOf as recipientType } from '../../../shared/rules/recipient-type.ts';

/** A condition that keeps objects out of any migration. */
export interface ScopeClause {
  /** Stable name of the clause, for filters and files. */
  readonly id: string;
  readonly kinds: readonly ObjectKind[];
  /** Said to a person: what about the object excluded it. */
  readonly text: string;
  /** Where the clause comes from. */
  readonly source: string;
  readonly excludes: (source: SourceObject) => boolean;
}

const ALL: readonly ObjectKind[] = ['user', 'group', 'contact'];
const CONNECT = 'Entra Connect, default synchronisation rules "In from AD - ... Join"';
const OUT = 'Entra Connect, default synchronisation rules "Out to AAD - ... Join"';
const OWN = 'Causeway: cannot be migrated';

/** Public folder, system attendant, system mailbox, Microsoft Exchange, arbitration, mailbox plan, discovery (mask of "In from AD - User Join"). */
const SYSTEM_MAILBOXES = 0x21C0_7000n;
const ROLE_GROUP = 0x4000_0000n;
/** Separator that Active Directory puts into the name of an object that lost a naming conflict: LF, "CNF:" (MS-DRSR). Only the object's own name counts: children of such a container are whole. */
const CONFLICT = /(?:\n|\\0A)\s*CNF:/i;
/** What a name that lost a conflict has in any case: taking a DN apart costs more than looking for it. */
const MARK = /CNF:/i;

const starts = (source: SourceObject, attribute: string, prefix: string): boolean => firstOf(source.attributes, attribute)?.toLowerCase().startsWith(prefix.toLowerCase()) === true;
const equals = (source: SourceObject, attribute: string, text: string): boolean => firstOf(source.attributes, attribute)?.toLowerCase() === text.toLowerCase();
const clientAccess = (source: SourceObject, attribute: string): boolean => starts(source, attribute, 'CAS_') && firstOf(source.attributes, attribute)?.includes('}') === true;
const isOfClass = (source: SourceObject, name: string): boolean => (valuesOf(source.attributes, 'objectClass') ?? []).some((value) => value.toLowerCase() === name);
const SECURITY_GROUP = -2147483646;

/** All clauses, in the order in which they are asked; the first that fits is told. */
export const SCOPE_CLAUSES: readonly ScopeClause[] = [
  { id: 'critical system object', kinds: ALL, text: 'isCriticalSystemObject: part of the domain itself', source: CONNECT, excludes: (o) => firstOf(o.attributes, 'isCriticalSystemObject') !== undefined },
  { id: 'replication conflict', kinds: ALL, text: 'leftover of a replication conflict (CNF: in its name)', source: CONNECT, excludes: (o) => (MARK.test(o.dn) && CONFLICT.test(rdnValue(o.dn))) || CONFLICT.test(firstOf(o.attributes, 'cn') ?? '') },

  { id: 'machine account', kinds: ['user'], text: 'computer or trust account (userAccountControl)', source: OWN, excludes: (o) => isMachineAccount(integerOf(o.attributes, 'userAccountControl') ?? 0) },
  { id: 'computer', kinds: ['user'], text: 'computer account (objectClass)', source: OWN, excludes: (o) => isOfClass(o, 'computer') },
  { id: 'user from the cloud', kinds: ['user'], text: 'adminDescription starts with User_: came from the cloud', source: CONNECT, excludes: (o) => !isOfClass(o, 'inetorgperson') && starts(o, 'adminDescription', 'User_') },
  { id: 'no account name', kinds: ['user'], text: 'sAMAccountName is absent', source: CONNECT, excludes: (o) => firstOf(o.attributes, 'sAMAccountName') === undefined },
  { id: 'support account', kinds: ['user'], text: 'sAMAccountName is SUPPORT_388945a0', source: CONNECT, excludes: (o) => equals(o, 'sAMAccountName', 'SUPPORT_388945a0') },
  { id: 'system mailbox by nickname', kinds: ['user'], text: 'mailNickname starts with SystemMailbox{', source: CONNECT, excludes: (o) => starts(o, 'mailNickname', 'SystemMailbox{') },
  { id: 'AAD_ account', kinds: ['user'], text: 'sAMAccountName starts with AAD_: account of a directory synchronisation', source: CONNECT, excludes: (o) => starts(o, 'sAMAccountName', 'AAD_') },
  { id: 'MSOL_ account', kinds: ['user'], text: 'sAMAccountName starts with MSOL_: account of a directory synchronisation', source: CONNECT, excludes: (o) => starts(o, 'sAMAccountName', 'MSOL_') },
  { id: 'CAS_ nickname', kinds: ['user', 'contact'], text: 'Exchange client access account (mailNickname CAS_{...})', source: CONNECT, excludes: (o) => clientAccess(o, 'mailNickname') },
  { id: 'CAS_ account', kinds: ['user'], text: 'Exchange client access account (sAMAccountName CAS_{...})', source: CONNECT, excludes: (o) => clientAccess(o, 'sAMAccountName') },
  { id: 'system mailbox', kinds: ['user'], text: 'system mailbox of Exchange (msExchRecipientTypeDetails)', source: CONNECT, excludes: (o) => (recipientType(o.attributes) & SYSTEM_MAILBOXES) !== 0n },
  { id: 'linked mailbox', kinds: ['user'], text: 'linked mailbox (msExchRecipientTypeDetails 2): migrate the account that owns it', source: CONNECT, excludes: (o) => recipientType(o.attributes) === 2n },

  { id: 'dynamic distribution group', kinds: ['group'], text: 'dynamic distribution group: Exchange works out its members by a filter; make it anew in Exchange Online', source: 'Microsoft Entra Connect, "Understanding users, groups and contacts"', excludes: (o) => isOfClass(o, 'msexchdynamicdistributionlist') },
  { id: 'built-in group', kinds: ['group'], text: 'built-in group (groupType bit 1)', source: 'Microsoft Entra Connect, "Understanding users, groups and contacts"', excludes: (o) => groupTypeOf(integerOf(o.attributes, 'groupType') ?? 0).builtIn },
  { id: 'group from the cloud', kinds: ['group'], text: 'adminDescription starts with Group_: came from the cloud', source: CONNECT, excludes: (o) => starts(o, 'adminDescription', 'Group_') },
  { id: 'coexistence group', kinds: ['group'], text: 'sAMAccountName is MSOL_AD_Sync_RichCoexistence', source: CONNECT, excludes: (o) => equals(o, 'sAMAccountName', 'MSOL_AD_Sync_RichCoexistence') },
  { id: 'role group', kinds: ['group'], text: 'role group of Exchange (msExchRecipientTypeDetails)', source: CONNECT, excludes: (o) => (recipientType(o.attributes) & ROLE_GROUP) !== 0n },

  { id: 'MSOL contact', kinds: ['contact'], text: 'hidden contact of a directory synchronisation (MSOL)', source: CONNECT, excludes: (o) => equals(o, 'msExchHideFromAddressLists', 'TRUE') && firstOf(o.attributes, 'displayName')?.includes('(MSOL)') === true },
];

/**
 * Clauses of the outbound rules: what Entra Connect reads and still never creates. They are told by the checks and do not keep an
 * object out of a collection, because its address may be added before it is migrated.
 */
export const OUTBOUND_CLAUSES: readonly ScopeClause[] = [
  { id: 'contact without mail', kinds: ['contact'], text: 'contact without a mail address', source: OUT, excludes: (o) => !isMailEnabled(o.attributes) },
  { id: 'group without purpose', kinds: ['group'], text: 'group that is neither a security group nor has a mail address', source: OUT, excludes: (o) => !groupTypeOf(integerOf(o.attributes, 'groupType') ?? SECURITY_GROUP).security && !isMailEnabled(o.attributes) },
];

const clausesOf = (kind: ObjectKind): readonly ScopeClause[] => SCOPE_CLAUSES.filter((clause) => clause.kinds.includes(kind));
const BY_KIND: Readonly<Record<ObjectKind, readonly ScopeClause[]>> = { user: clausesOf('user'), contact: clausesOf('contact'), group: clausesOf('group') };

/**
 * The first clause that keeps an object out: the scope clauses of Entra Connect's default rules, and besides them machine accounts.
 * Disabled users are in scope: rooms and shared mailboxes are disabled users.
 * @returns null when it is in scope.
 */
export function scopeClause(source: SourceObject, clauses: readonly ScopeClause[] = BY_KIND[source.kind]): ScopeClause | null {
  return clauses.find((clause) => clause.kinds.includes(source.kind) && clause.excludes(source)) ?? null;
}

/** Why an object is kept out of any migration, in words ({@link scopeClause}); null when it is in scope. */
export function outOfScope(source: SourceObject): string | null {
  return scopeClause(source)?.text ?? null;
}
