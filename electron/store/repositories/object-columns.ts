import { createHash } from 'node:crypto';
import type { Attributes } from '../../../shared/domain/objects.ts';
import { firstOf } from '../../../shared/rules/attributes.ts';
import { key } from '../columns.ts';

/** Longest sort key in characters: a displayName has at most 256 (MS-ADA1, attribute displayName), and a cursor must stay short. */
const SORT_KEY = 256;

/** Name as it is sorted and searched. */
export const nameKey = (name: string): string => key(name).slice(0, SORT_KEY).toWellFormed();

/** Columns that both kinds of objects have for screens and look-ups; attribute names are the same in both directories. */
export function lookUpColumns(name: string, attributes: Attributes): { readonly name_key: string; readonly upn: string; readonly upn_key: string; readonly mail: string; readonly mail_key: string } {
  const upn = firstOf(attributes, 'userPrincipalName') ?? '';
  const mail = firstOf(attributes, 'mail') ?? '';
  return { name_key: nameKey(name), upn, upn_key: key(upn), mail, mail_key: key(mail) };
}

const sorted = (values: Attributes): readonly (readonly [string, readonly string[]])[] => Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));

/** Fingerprint of an object: equal when every value is equal. The order of linked values does not count, that of others does. */
export function fingerprint(parts: readonly unknown[], attributes: Attributes, links: Attributes): string {
  const hash = createHash('sha256').update(JSON.stringify([parts, sorted(attributes)]));
  for (const [name, values] of sorted(links)) hash.update(JSON.stringify([name, values.toSorted()]));
  return hash.digest('base64');
}
