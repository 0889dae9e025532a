import type { MappingRule, MatchingRule } from '../../shared/domain/rules.ts';
import type { DirectoryEntry } from '../engines/directory/index.ts';
import type { ObjectKind, SourceObject, Values } from '../../shared/domain/objects.ts';
import { rdnValue } from '../../shared/rules/dn.ts';

/** What discovery always reads: identity, matching keys, scope rules (Entra Connect's default in-scope clauses), what the checks look at and links. */
const ALWAYS = [
  'objectGUID', 'objectSid', 'objectClass', 'cn', 'name', 'displayName', 'sAMAccountName', 'userPrincipalName', 'mail', 'proxyAddresses', 'mailNickname', 'mS-DS-ConsistencyGuid',
  'userAccountControl', 'groupType', 'isCriticalSystemObject', 'adminDescription', 'msExchRecipientTypeDetails', 'msExchHideFromAddressLists', 'msExchUsageLocation', 'c', 'co', 'countryCode',
  'targetAddress', 'givenName', 'homeMDB', 'primaryGroupID', 'description', 'uSNChanged', 'whenChanged',
] as const;

/** Linked attributes that become references. */
export const LINK_ATTRIBUTES = ['manager', 'member', 'managedBy'] as const;

/** Objects that Causeway migrates. Computers (and managed service accounts, which are computers) are users by class and left out. */
export const OBJECT_FILTER = '(|(&(objectClass=user)(!(objectClass=computer)))(objectClass=group)(objectClass=contact))';

/** Names to ask the directory for: what every object needs and what the rules name. */
export function wantedAttributes(rules: readonly (MatchingRule | MappingRule)[]): string[] {
  const names = new Map<string, string>();
  for (const name of [...ALWAYS, ...LINK_ATTRIBUTES, ...rules.map((r) => r.sourceAttribute)]) if (name !== '') names.set(name.toLowerCase(), names.get(name.toLowerCase()) ?? name);
  return [...names.values()];
}

/** Kind of an entry by its classes; undefined for what is not migrated. */
export function kindOf(objectClass: readonly string[]): ObjectKind | undefined {
  const classes = new Set(objectClass.map((c) => c.toLowerCase()));
  if (classes.has('computer')) return undefined;
  if (classes.has('group')) return 'group';
  if (classes.has('contact')) return 'contact';
  return classes.has('user') || classes.has('inetorgperson') ? 'user' : undefined;
}

/** Turns an entry into a source object; undefined for other kinds and for entries without an objectGUID. */
export function toSourceObject(entry: DirectoryEntry): SourceObject | undefined {
  const kind = kindOf(entry.objectClass);
  if (kind === undefined || entry.guid === '') return undefined;
  const attributes: Record<string, Values> = {};
  const links: Record<string, Values> = {};
  const linked = new Set<string>(LINK_ATTRIBUTES.map((l) => l.toLowerCase()));
  for (const [name, values] of Object.entries(entry.attributes)) {
    if (values.length === 0) continue;
    if (linked.has(name.toLowerCase())) links[LINK_ATTRIBUTES.find((l) => l.toLowerCase() === name.toLowerCase()) ?? name] = values;
    else attributes[name] = values;
  }
  const usn = attributes['uSNChanged']?.[0];
  return {
    id: entry.guid, kind, dn: entry.dn, name: attributes['displayName']?.[0] ?? attributes['name']?.[0] ?? attributes['cn']?.[0] ?? rdnValue(entry.dn), attributes, links,
    ...(usn === undefined ? {} : { usn }),
  };
}
