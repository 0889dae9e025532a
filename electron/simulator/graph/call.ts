import type { SimulatorClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { Caller } from './caller.ts';
import { badGateway, GraphRefusal } from './refusal.ts';

/** One request to Graph, alone or from a batch. */
export interface GraphCall {
  readonly method: string;
  /** Path segments after the version, decoded. */
  readonly segments: readonly string[];
  /** System query options without `$` decoded twice; repeated options keep the first. */
  readonly query: ReadonlyMap<string, string>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
  readonly caller: Caller;
  /** Origin and version for links, e.g. `https://graph.microsoft.com/v1.0`. */
  readonly base: string;
  readonly directory: Directory;
  readonly clock: SimulatorClock;
}

/** What Graph answers. A text body goes out as text/plain. */
export interface GraphAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** 204 No Content. */
export const NO_CONTENT: GraphAnswer = { status: 204 };

/**
 * Splits a relative address in segments and query options.
 * @param url path and query after the version, e.g. `/users?$top=5`.
 * @throws GraphRefusal for a malformed address or an option that is not of OData.
 */
export function parseAddress(url: string): { readonly segments: readonly string[]; readonly query: ReadonlyMap<string, string> } {
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  let segments: string[];
  try {
    segments = path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    throw badGateway('The request URI is not valid.');
  }
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1))) {
    if (!name.startsWith('$')) continue;
    const option = name.slice(1).toLowerCase();
    if (!OPTIONS.has(option)) throw badGateway(`The query parameter '${name}' is not supported.`);
    if (query.has(option)) throw badGateway(`Query option '${name}' was specified more than once, but it must be specified at most once.`);
    query.set(option, value);
  }
  return { segments, query };
}
const OPTIONS = new Set(['select', 'filter', 'expand', 'top', 'skip', 'skiptoken', 'count', 'orderby', 'search', 'format', 'deltatoken']);

/** The body as an object. @throws GraphRefusal when there is none or it is something else. */
export function bodyObject(call: GraphCall): Readonly<Record<string, unknown>> {
  if (call.body === undefined) throw badGateway('Empty Payload. JSON content expected.');
  if (typeof call.body !== 'object' || call.body === null || Array.isArray(call.body)) throw new GraphRefusal(400, 'BadRequest', 'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.');
  return call.body as Readonly<Record<string, unknown>>;
}

/** True when the caller asked for eventual consistency, which advanced queries need. */
export function isEventual(call: GraphCall): boolean {
  return call.headers['consistencylevel']?.toLowerCase() === 'eventual';
}
