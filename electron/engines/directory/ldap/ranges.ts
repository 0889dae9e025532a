import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { DirectoryEntry, DirectorySchema } from '../port.ts';
import type { LdapConnection } from './connection.ts';
import { type DecodedEntry, EntryDecoder } from './entry.ts';
import { resultError } from './errors.ts';
import { encodeFilter } from './filter.ts';
import { search, showDeleted } from './search.ts';

/** What the completion of an entry needs besides the entry. */
export interface RangeReader {
  readonly connection: LdapConnection;
  readonly schema: DirectorySchema;
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

const ANY = '(objectClass=*)';

/**
 * Fetches the values that the server left out of an answer (it sends at most MaxValRange values of an attribute, 1,500 by
 * default; MS-ADTS 3.1.1.3.4.6) by range retrieval, one attribute after the other.
 * @returns the whole entry; undefined when the object disappeared meanwhile. Throws DIRECTORY_REFUSED when the server sends no more.
 */
export async function completeEntry(decoded: DecodedEntry, reader: RangeReader): Promise<DirectoryEntry | undefined> {
  const { entry } = decoded;
  // The DN may change between two answers, the GUID does not.
  const base = entry.guid === '' ? entry.dn : `<GUID=${entry.guid}>`;
  for (const { attribute, next } of decoded.open) {
    for (let from: number | undefined = next; from !== undefined;) {
      const wanted = `${attribute};range=${from}-*`;
      const decoder = new EntryDecoder(reader.schema, [attribute]);
      const found: DecodedEntry[] = [];
      const result = await search(reader.connection, {
        base, scope: 'base', filter: encodeFilter(ANY), filterText: ANY, attributes: [wanted], controls: entry.deleted ? [showDeleted()] : [],
        onEntry: (cursor, end) => { found.push(decoder.decode(cursor, end)); }, timeout: reader.timeout, signal: reader.signal,
      });
      if (result.code === 32) return undefined;
      if (result.code !== 0) throw resultError(result, { server: reader.connection.server, action: 'read', base: entry.dn, filter: wanted });
      const part = found[0];
      const values = part?.entry.attributes[attribute] ?? [];
      const known = entry.attributes[attribute];
      if (known !== undefined) for (const value of values) known.push(value);
      const after: number | undefined = part?.open[0]?.next;
      if (after !== undefined && after <= from) {
        throw appError(ErrorCode.DirectoryRefused, `${reader.connection.server} sends the values of ${attribute} of ${entry.dn} in an endless loop.`, { detail: { base: entry.dn, attribute } });
      }
      from = after;
    }
  }
  return entry;
}
