import type { SimulatorClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { MailLog } from '../mail-log.ts';
import type { Caller } from './caller.ts';
import type { LicenceUse } from '../sync/licence-use.ts';
import type { DeltaMemory } from './delta/memory.ts';
import type { ListMemory } from './query/memory.ts';
import { badGateway, badRequest, GraphRefusal } from './refusal.ts';

/** One request to Graph, alone or from a batch. */
export interface GraphCall {
  readonly method: string;
  /** Path segments after the version, decoded. */
  readonly segments: readonly string[];
  /** System query options, decoded, by their names in lower case without `$`. */
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
  /** What the service remembers between the pages of lists. */
  readonly lists: ListMemory;
  /** What the service remembers between delta queries. */
  readonly delta: DeltaMemory;
  /** Where mail goes that is sent. */
  readonly mail: MailLog;
  /** Units of products in use. */
  readonly licences: LicenceUse;
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
 * @throws GraphRefusal for a malformed address or an option that is not of OData. Without the dollar sign too: in v1.0 it is optional for
 * a part of Graph only (Graph documentation, query parameters), and the directory refuses it (reported, with these words).
 */
export function parseAddress(url: string): { readonly segments: readonly string[]; readonly query: ReadonlyMap<string, string> } {
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  let segments: string[];
  try {
    segments = path.split('/').filter(Boolean).map(decodeURIComponent).flatMap(keyed);
  } catch {
    throw badGateway('The request URI is not valid.');
  }
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1))) {
    if (!name.startsWith('$')) throw badRequest(`Unrecognized query argument specified: '${name}'.`);
    const option = name.slice(1).toLowerCase();
    if (!OPTIONS.has(option)) throw badGateway(`The query parameter '${name}' is not supported.`);
    if (query.has(option)) throw badGateway(`Query option '${name}' was specified more than once, but it must be specified at most once.`);
    query.set(option, value);
  }
  return { segments, query };
}

/**
 * A segment with its key in parentheses as the two segments that it means: `users('id')` as `users`, `id`; an alternate key keeps its
 * name, `groups(uniqueName='x')` as `groups`, `(uniqueName='x')` (OData 4.01 URL conventions, "Addressing entities").
 */
export function keyed(segment: string): readonly string[] {
  const match = /^([\w.]+)\((.+)\)$/s.exec(segment);
  const [, name = '', inside = ''] = match ?? [];
  if (!match) return [segment];
  const key = /^'((?:[^']|'')+)'$/.exec(inside)?.[1];
  if (key !== undefined) return [name, key.replaceAll("''", "'")];
  return /^\w+='(?:[^']|'')+'$/.test(inside) ? [name, `(${inside})`] : [segment];
}

/** The value of an alternate key segment `(name='value')` as {@link parseAddress} gives it; undefined for another segment. */
export function alternateKey(segment: string, name: string): string | undefined {
  const match = /^\((\w+)='(.+)'\)$/s.exec(segment);
  return match?.[1] === name ? match[2]?.replaceAll("''", "'") : undefined;
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
