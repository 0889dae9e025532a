import { type BerWriter, BerWriter as Writer, Control, SearchRequest, type Filter } from 'ldapts';
import { Tag } from './ber.ts';
import type { EntrySink, LdapConnection } from './connection.ts';
import { type LdapResult, PAGED_RESULTS } from './result.ts';

/** Object identifier of the show-deleted control (MS-ADTS 3.1.1.3.4.1.14). */
export const SHOW_DELETED = '1.2.840.113556.1.4.417';
/** LDAP_SERVER_SD_FLAGS_OID, and its bit for the discretionary list (MS-ADTS 3.1.1.3.4.1.11). */
const SD_FLAGS = '1.2.840.113556.1.4.801';
const DACL_SECURITY_INFORMATION = 0x4;
const SECURITY_DESCRIPTOR = 'ntsecuritydescriptor';

/** A control whose value is empty or ready-made BER. */
export class RawControl extends Control {
  readonly #value: Buffer | undefined;

  constructor(oid: string, value?: Buffer, need: 'must' | 'may' = 'must') {
    super(oid, { critical: need === 'must' });
    this.#value = value;
  }

  protected override writeControl(writer: BerWriter): void {
    if (this.#value !== undefined) writer.writeBuffer(this.#value, Tag.octets);
  }
}

/** Makes the entries of a search include deleted ones. */
export function showDeleted(): Control {
  return new RawControl(SHOW_DELETED);
}

/**
 * Asks for the discretionary access control list alone where a security descriptor is read. Without it Active Directory means all of
 * the descriptor, and leaves nTSecurityDescriptor out for accounts that may not read what is audited (MS-ADTS 3.1.1.3.4.1.11).
 * @returns no control when the descriptor is not among the attributes.
 */
export function accessListOnly(attributes: readonly string[]): readonly Control[] {
  if (!attributes.some((name) => name.toLowerCase() === SECURITY_DESCRIPTOR)) return [];
  const writer = new Writer();
  writer.startSequence();
  writer.writeInt(DACL_SECURITY_INFORMATION);
  writer.endSequence();
  // A directory that knows no such control has no such descriptor either.
  return [new RawControl(SD_FLAGS, Buffer.from(writer.buffer), 'may')];
}

/**
 * Asks for one page (RFC 2696 section 2).
 * @param size entries a page; 0 with a cookie gives the search up.
 */
export function pageControl(size: number, cookie: Buffer): Control {
  const writer = new Writer();
  writer.startSequence();
  writer.writeInt(size);
  writer.writeBuffer(cookie, Tag.octets);
  writer.endSequence();
  return new RawControl(PAGED_RESULTS, Buffer.from(writer.buffer));
}

/** One search request. */
export interface Search {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter: Filter;
  /** The filter's text, for messages. */
  readonly filterText: string;
  readonly attributes: readonly string[];
  readonly controls: readonly Control[];
  readonly onEntry: EntrySink;
  /** Longest silence of the server, milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one search request. Aliases are not followed, and the server's own limits apply (time and size limit 0, RFC 4511 4.5.1).
 * @returns the result whatever its code; throws as {@link LdapConnection.request}.
 */
export function search(connection: LdapConnection, wish: Search): Promise<LdapResult> {
  connection.searches += 1;
  return connection.request({
    encode: (messageId) => new SearchRequest({
      messageId, baseDN: wish.base, scope: wish.scope, filter: wish.filter, derefAliases: 'never', timeLimit: 0, sizeLimit: 0,
      attributes: [...wish.attributes], controls: [...wish.controls],
    }).write(),
    responseTag: Tag.searchDone, onEntry: wish.onEntry, timeout: wish.timeout, signal: wish.signal,
    context: { action: 'read', base: wish.base, filter: wish.filterText },
  });
}
