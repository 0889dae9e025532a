import { createHash } from 'node:crypto';
import { normaliseDn } from '../../../../shared/rules/dn.ts';
import type { ChangeMethod, ChangeQuery } from '../port.ts';

/** Classes of containers that people rename and move (Active Directory schema: classes that may hold users or groups and that an administrator can create). */
const CONTAINERS = ['organizationalUnit', 'container', 'organization', 'locality', 'country'] as const;
const CLASSES: ReadonlySet<string> = new Set(CONTAINERS.map((name) => name.toLowerCase()));

/** Containers by class. */
export const CONTAINER_FILTER = `(|${CONTAINERS.map((name) => `(objectClass=${name})`).join('')})`;

/** Objects and containers. */
export const REPORTED_FILTER = ({ filter }: Pick<ChangeQuery, 'filter'>): string => `(|${filter}${CONTAINER_FILTER})`;

/** Whether an entry is a container; null when its classes are not known. */
export function isContainer(objectClass: readonly string[]): boolean | null {
  return objectClass.length === 0 ? null : objectClass.some((name) => CLASSES.has(name.toLowerCase()));
}

/** Fingerprint of a question: a mark that belongs to another one says nothing about what that one would have told. The order and case of names do not count. */
export function askedHash({ base, filter, attributes, account }: ChangeQuery): string {
  const names = [...new Set(attributes.map((name) => name.toLowerCase()))].toSorted();
  return createHash('sha256').update(JSON.stringify([normaliseDn(base), filter, names, account.toLowerCase(), CONTAINER_FILTER])).digest('base64');
}

/** Whether the directory tells of deleted objects this way. */
export const seesDeletions = (method: ChangeMethod): boolean => method === 'DirSync' || method === 'uSNChanged';
