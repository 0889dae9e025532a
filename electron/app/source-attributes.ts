import type { MappingRule, MatchingRule } from '../../shared/domain/rules.ts';
import { dnOfSid, fullAccessHolders, readAccessEntries, sendAsHolders, type AccessEntry, type DirectoryEntry } from '../engines/directory/index.ts';
import type { ObjectKind, SourceObject, Values } from '../../shared/domain/objects.ts';
import { valuesOf } from '../../shared/rules/attributes.ts';
import { rdnValue } from '../../shared/rules/dn.ts';
import { readExpression } from '../engines/mapping/index.ts';

/** What discovery always reads: identity, matching keys, scope rules (Entra Connect's default in-scope clauses), what the checks look at and links. */
const ALWAYS = [
  'objectGUID', 'objectSid', 'objectClass', 'cn', 'name', 'displayName', 'sAMAccountName', 'userPrincipalName', 'mail', 'proxyAddresses', 'mailNickname', 'mS-DS-ConsistencyGuid', 'legacyExchangeDN',
  'userAccountControl', 'groupType', 'isCriticalSystemObject', 'adminDescription', 'msExchRecipientTypeDetails', 'msExchHideFromAddressLists', 'msExchUsageLocation', 'c', 'co', 'countryCode',
  'targetAddress', 'givenName', 'msExchMailboxGuid', 'homeMDB', 'msExchRemoteRecipientType', 'primaryGroupID', 'description', 'uSNChanged', 'whenChanged',
] as const;

/** Linked attributes that become references. */
export const LINK_ATTRIBUTES = ['manager', 'member', 'managedBy', 'publicDelegates', 'altRecipient', 'authOrig', 'unauthOrig', 'dLMemSubmitPerms', 'dLMemRejectPerms'] as const;

/** Security descriptors, of which those who hold a permission on the mailbox are kept, as references; the descriptors themselves are not. */
const HOLDERS: ReadonlyMap<string, (entries: readonly AccessEntry[]) => readonly string[]> = new Map([['ntsecuritydescriptor', sendAsHolders], ['msexchmailboxsecuritydescriptor', fullAccessHolders]]);

/** True for attributes of a source object that are kept as references. */
export const isLinkName = (name: string): boolean => HOLDERS.has(name.toLowerCase()) || LINK_ATTRIBUTES.some((link) => link.toLowerCase() === name.toLowerCase());

/** True for the name of a security descriptor that says who holds a permission on a mailbox. */
export const isPermissionDescriptor = (name: string): boolean => HOLDERS.has(name.toLowerCase());

/** One of these says that the organisation has a mailbox for the account, here or moved to Microsoft 365 (Exchange schema). */
export const MAILBOX_ATTRIBUTES = ['msExchMailboxGuid', 'homeMDB', 'msExchRemoteRecipientType'] as const;

/** Accounts with a mailbox. Only their security descriptors are read: each is some kilobytes, and most objects have no mailbox. */
export const MAILBOX_FILTER = `(&(objectClass=user)(|${MAILBOX_ATTRIBUTES.map((name) => `(${name}=*)`).join('')}))`;

/** Objects that Causeway migrates, and dynamic distribution groups, which it reports. Computers (and managed service accounts, which are computers) are users by class and left out. */
export const OBJECT_FILTER = '(|(&(objectClass=user)(!(objectClass=computer)))(objectClass=group)(objectClass=contact)(objectClass=msExchDynamicDistributionList))';

/** Attributes that a rule reads: its source attribute, or those that its expression names. */
export function attributesOf(rule: Omit<MatchingRule, 'id' | 'position'> | Omit<MappingRule, 'id' | 'position'>): readonly string[] {
  if (!('action' in rule) || rule.action !== 'Expression') return [rule.sourceAttribute];
  const read = readExpression(rule.value);
  return read.ok ? read.expression.explanation.attributes : [];
}

/** Names to ask the directory for: what every object needs and what the rules name. */
export function wantedAttributes(rules: readonly (Omit<MatchingRule, 'id' | 'position'> | Omit<MappingRule, 'id' | 'position'>)[]): string[] {
  const names = new Map<string, string>();
  for (const name of [...ALWAYS, ...LINK_ATTRIBUTES, ...rules.flatMap(attributesOf)]) if (name !== '') names.set(name.toLowerCase(), names.get(name.toLowerCase()) ?? name);
  return [...names.values()];
}

/** Kind of an entry by its classes; undefined for what is not migrated. */
export function kindOf(objectClass: readonly string[]): ObjectKind | undefined {
  const classes = new Set(objectClass.map((c) => c.toLowerCase()));
  if (classes.has('computer')) return undefined;
  if (classes.has('group') || classes.has('msexchdynamicdistributionlist')) return 'group';
  if (classes.has('contact')) return 'contact';
  return classes.has('user') || classes.has('inetorgperson') ? 'user' : undefined;
}

/** Turns an entry into a source object; undefined for other kinds and for entries without an objectGUID. */
export function toSourceObject(entry: DirectoryEntry): SourceObject | undefined {
  const kind = kindOf(entry.objectClass);
  if (kind === undefined || entry.guid === '') return undefined;
  const attributes: Record<string, Values> = {};
  const links: Record<string, Values> = {};
  const hasMailbox = (): boolean => MAILBOX_ATTRIBUTES.some((name) => valuesOf(entry.attributes, name) !== undefined);
  const linked = new Set<string>(LINK_ATTRIBUTES.map((l) => l.toLowerCase()));
  for (const [name, values] of Object.entries(entry.attributes)) {
    if (values.length === 0) continue;
    const holders = HOLDERS.get(name.toLowerCase());
    if (holders !== undefined) {
      if (!hasMailbox()) continue;
      const sids = values.flatMap((value) => holders(readAccessEntries(Buffer.from(value, 'base64')) ?? []));
      if (sids.length > 0) links[name] = [...new Set(sids)].map(dnOfSid);
    } else if (linked.has(name.toLowerCase())) links[LINK_ATTRIBUTES.find((l) => l.toLowerCase() === name.toLowerCase()) ?? name] = values;
    else attributes[name] = values;
  }
  const usn = attributes['uSNChanged']?.[0];
  return {
    id: entry.guid, kind, dn: entry.dn, name: attributes['displayName']?.[0] ?? attributes['name']?.[0] ?? attributes['cn']?.[0] ?? rdnValue(entry.dn), attributes, links,
    ...(usn === undefined ? {} : { usn }),
  };
}
