import type { Operation, Reference } from '../../../../shared/domain/plans.ts';
import { valuesOf } from '../../../../shared/rules/attributes.ts';
import { normaliseDn } from '../../../../shared/rules/dn.ts';
import { escapeFilterValue, filterOfGuids } from '../filter/index.ts';
import type { Directory, DirectoryEntry } from '../port.ts';
import type { FixDirectory } from './port.ts';

/**
 * Members written in one modify at most. Active Directory recommends no more than 5,000 values in one LDAP transaction (Active Directory maximum
 * limits, "LDAP transactions"); a thousand stays far from it and keeps an operation readable.
 */
export const MEMBERS_OF_OPERATION = 1_000;
/** Objects asked for by objectGUID in one search. */
const ASKED = 100;
/** Attribute that holds the members of a group. Whoever has a group as primary group is not in it (MS-ADTS 3.1.1.4.5.20, memberOf), but a distribution group is nobody's primary group. */
export const MEMBER = 'member';

/** True for an operation on the members of a group of the directory. */
export const isMembership = ({ kind, service }: Pick<Operation, 'kind' | 'service'>): boolean => service === 'directory' && (kind === 'add members' || kind === 'remove members');

/** The group of an operation as it is now, with the objects that the operation names. */
export interface GroupNow {
  readonly entry: DirectoryEntry;
  /** Present DN of the objects, by objectGUID; those that are gone have none. */
  readonly dns: ReadonlyMap<string, string>;
  /** Those of them that are members, by objectGUID, in the spelling of the group. */
  readonly held: ReadonlyMap<string, string>;
}

/**
 * Present DNs of objects of the domain by objectGUID.
 * @returns without those that are gone, or that the account may not see.
 */
export async function dnsOf(directory: FixDirectory, ids: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let from = 0; from < ids.length; from += ASKED) {
    const filter = filterOfGuids(ids.slice(from, from + ASKED));
    for await (const page of directory.read({ base: '', scope: 'sub', filter, attributes: ['name'], pageSize: ASKED }, signal)) for (const { guid, dn } of page) found.set(guid, dn);
  }
  return found;
}

/**
 * Reads the group of an operation and the objects that it names. Objects are known by objectGUID and written by the DN that they have now, so that
 * nobody is mistaken for another who has taken over the name.
 * @returns undefined when the group is gone.
 */
export async function readGroup(directory: FixDirectory, operation: Pick<Operation, 'sourceId' | 'references'>, signal?: AbortSignal): Promise<GroupNow | undefined> {
  const ids = operation.references.flatMap(({ sourceId }) => sourceId ?? []);
  const dns = await dnsOf(directory, ids, signal);
  const entry = await directory.get(operation.sourceId ?? '', [MEMBER], signal);
  if (entry === undefined) return undefined;
  const spelling = new Map((valuesOf(entry.attributes, MEMBER) ?? []).map((dn) => [normaliseDn(dn), dn]));
  return { entry, dns, held: new Map([...dns].flatMap(([id, dn]) => { const value = spelling.get(normaliseDn(dn)); return value === undefined ? [] : [[id, value] as const]; })) };
}

/** Members of a group of the directory. */
export interface GroupMembers {
  readonly entry: DirectoryEntry;
  /** Name and DN by objectGUID. */
  readonly members: ReadonlyMap<string, { readonly name: string; readonly dn: string }>;
  /** Members that the account cannot see as objects: in another domain, or hidden from it. They are nobody's match and stay. */
  readonly unseen: number;
}

/**
 * Reads the members of a group with their objectGUIDs, all of them however many there are.
 * @param attributes of the group to be read besides. @returns undefined when the group is gone.
 */
export async function readGroupMembers(directory: Directory, id: string, attributes: readonly string[], signal?: AbortSignal): Promise<GroupMembers | undefined> {
  const entry = await directory.get(id, [...attributes, MEMBER], signal);
  if (entry === undefined) return undefined;
  const values = new Set((valuesOf(entry.attributes, MEMBER) ?? []).map(normaliseDn));
  const members = new Map<string, { readonly name: string; readonly dn: string }>();
  if (values.size > 0) {
    for await (const page of directory.read({ base: '', scope: 'sub', filter: `(memberOf=${escapeFilterValue(entry.dn)})`, attributes: ['name'], pageSize: 1_000 }, signal)) {
      for (const one of page) if (values.has(normaliseDn(one.dn))) members.set(one.guid, { name: valuesOf(one.attributes, 'name')?.[0] ?? one.dn, dn: one.dn });
    }
  }
  return { entry, members, unseen: values.size - members.size };
}

/** Objects of an operation that a group does not have yet, or still has: those that are to be written. */
export const leftOf = ({ kind, references }: Pick<Operation, 'kind' | 'references'>, { held, dns }: Pick<GroupNow, 'held' | 'dns'>): readonly Reference[] =>
  references.filter(({ sourceId }) => sourceId !== null && (kind === 'add members' ? !held.has(sourceId) && dns.has(sourceId) : held.has(sourceId)));
