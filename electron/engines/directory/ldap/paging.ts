import { MalformedMessage, type BerCursor } from './ber.ts';
import type { LdapConnection } from './connection.ts';
import type { DecodedEntry, EntryDecoder } from './entry.ts';
import { malformedError, resultError } from './errors.ts';
import { encodeFilter } from './filter.ts';
import { pageCookie } from './result.ts';
import { accessListOnly, pageControl, search, showDeleted, type Search } from './search.ts';

/** A search that is read page by page. */
export interface PagedSearch {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter: string;
  readonly attributes: readonly string[];
  readonly deleted: boolean;
  /** Entries a page. */
  readonly size: number;
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/** One page. */
export interface Page {
  readonly entries: readonly DecodedEntry[];
  /** Where to go on; empty at the end. An empty page with a cookie does not end a search (RFC 2696 section 3). */
  readonly cookie: Buffer;
}

const NO_COOKIE = Buffer.alloc(0);

function requestOf(wish: PagedSearch, size: number, cookie: Buffer): Omit<Search, 'onEntry'> {
  return {
    base: wish.base, scope: wish.scope, filter: encodeFilter(wish.filter), filterText: wish.filter, attributes: wish.attributes,
    controls: [pageControl(size, cookie), ...(wish.deleted ? [showDeleted()] : []), ...accessListOnly(wish.attributes)], timeout: wish.timeout, signal: wish.signal,
  };
}

/**
 * Reads one page.
 * @param cookie of the page before; without it the first page. Throws what {@link resultError} makes of the server's refusal.
 */
export async function readPage(connection: LdapConnection, wish: PagedSearch, decoder: EntryDecoder, cookie: Buffer = NO_COOKIE): Promise<Page> {
  const entries: DecodedEntry[] = [];
  const onEntry = (cursor: BerCursor, end: number): void => { entries.push(decoder.decode(cursor, end)); };
  const result = await search(connection, { ...requestOf(wish, wish.size, cookie), onEntry });
  const context = { server: connection.server, action: 'read', base: wish.base, filter: wish.filter };
  if (result.code !== 0) throw resultError(result, context);
  try {
    return { entries, cookie: pageCookie(result.controls) };
  } catch (cause) {
    throw cause instanceof MalformedMessage ? malformedError(context, cause) : cause;
  }
}

/** Tells the server that no further page is wanted (RFC 2696 section 3); it keeps only a few searches open a connection. */
export function giveUp(connection: LdapConnection, wish: PagedSearch, cookie: Buffer): void {
  if (cookie.length === 0 || !connection.alive) return;
  const { signal: _signal, ...rest } = requestOf(wish, 0, cookie);
  search(connection, { ...rest, onEntry: () => undefined }).catch(() => undefined);
}
