import { createHash } from 'node:crypto';
import type { View } from '../directory/directory.ts';
import type { DirectoryKind, DirectoryObject } from '../directory/objects.ts';
import { isEventual, type GraphAnswer, type GraphCall } from './call.ts';
import { parseFilter, type Filter } from './filter.ts';
import { badRequest, GraphRefusal, notSimulated, unsupportedQuery } from './refusal.ts';
import { readShape, render, type Shape } from './render.ts';

/** Page size without `$top`, and the largest (Graph documentation, list users). */
const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 999;
/** Objects a filtered page looks at before it is cut short; a page may be empty and still have a next link. */
const SCAN_LIMIT = 5000;

/** What to list. */
export interface ListSource {
  /** Objects in ascending order of `sequence`; called for each pass. */
  readonly objects: () => Iterable<DirectoryObject>;
  readonly kind: DirectoryKind;
  /** Adds `@odata.type`: lists that may hold several kinds. */
  readonly mixed: boolean;
  /** Name after `$metadata#`. */
  readonly context: string;
  /** Answers a filter that is one equality without a scan; undefined: no index for that property. */
  readonly lookup?: (property: string, value: string) => readonly DirectoryObject[] | undefined;
}

interface Token { readonly after: number; readonly query: string }

/** Page size of a call. @throws GraphRefusal outside of 1 to 999. */
export function pageSize(call: GraphCall): number {
  const top = call.query.get('top');
  if (top === undefined) return DEFAULT_PAGE;
  if (!/^-?\d+$/.test(top)) throw badRequest(`Invalid value '${top}' for $top query option found. The $top query option requires a non-negative integer value.`);
  const size = Number(top);
  if (size < 1 || size > LARGEST_PAGE) throw unsupportedQuery(`Invalid page size specified: '${top}'. Must be between 1 and ${LARGEST_PAGE} inclusive.`);
  return size;
}

/** One page of a collection with filter, order, shape, count and an opaque next link. */
export function listPage(call: GraphCall, source: ListSource): GraphAnswer {
  const { query, directory } = call;
  if (query.has('skip')) throw badRequest("'$skip' is not supported by the service.");
  if (query.has('search') && !isEventual(call)) throw unsupportedQuery("Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'");
  if (query.has('search')) throw notSimulated('$search');
  const size = pageSize(call);
  const counting = query.get('count') === 'true' && isEventual(call);
  const text = query.get('filter');
  const filter = text === undefined ? null : parseFilter(source.kind, text);
  checkAdvanced(call, filter, counting);
  const shape = readShape(source.kind, query, true);
  const order = readOrder(call, filter, counting);
  const fingerprint = createHash('sha256').update(JSON.stringify([call.segments, text ?? '', query.get('orderby') ?? ''])).digest('base64url').slice(0, 12);
  const token = readToken(query.get('skiptoken'), fingerprint);

  const after = token?.after ?? 0;
  const matching = matches(call, source, filter, order, order ? 0 : after);
  const page: View[] = [];
  let scanned = 0;
  let position = 0;
  let last = after;
  let more = false;
  for (const candidate of matching) {
    position++;
    const at = order ? position : candidate.object.sequence;
    if (at <= after) continue;
    if (page.length === size || (filter && !filter.key && scanned === SCAN_LIMIT)) { more = true; break; }
    scanned++;
    last = at;
    if (!filter || filter.matches(candidate)) page.push(candidate);
  }
  const body: Record<string, unknown> = { '@odata.context': `${call.base}/$metadata#${source.context}${contextSelect(query)}` };
  if (counting && !token) body['@odata.count'] = countAll(matches(call, source, filter, null, 0), filter);
  if (more) body['@odata.nextLink'] = nextLink(call, { after: last, query: fingerprint });
  body['value'] = page.map((view) => render(view, shape satisfies Shape, directory, source.mixed));
  return { status: 200, body };
}

/** Answer of `/$count`: the number as text; needs eventual consistency. */
export function countOf(call: GraphCall, source: ListSource): GraphAnswer {
  if (!isEventual(call)) throw badRequest('$count is not currently supported.');
  const text = call.query.get('filter');
  const filter = text === undefined ? null : parseFilter(source.kind, text);
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: String(countAll(matches(call, source, filter, null, 0), filter)) };
}

function countAll(views: Iterable<View>, filter: Filter | null): number {
  let count = 0;
  for (const view of views) if (!filter || filter.matches(view)) count++;
  return count;
}

/** Objects beyond sequence `after` as this reader sees them, narrowed by an index where the filter allows it. */
function* matches(call: GraphCall, source: ListSource, filter: Filter | null, order: { readonly property: string; readonly descending: boolean } | null, after: number): Iterable<View> {
  const indexed = filter?.key ? source.lookup?.(filter.key.property, filter.key.value) : undefined;
  const views = visible(call, indexed ?? source.objects(), after);
  if (!order) { yield* views; return; }
  const value = (view: View): string => String(view.properties[order.property] ?? '').toLowerCase();
  const sorted = [...views].toSorted((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : a.object.sequence - b.object.sequence));
  yield* order.descending ? sorted.toReversed() : sorted;
}

function* visible(call: GraphCall, objects: Iterable<DirectoryObject>, after: number): Iterable<View> {
  for (const object of objects) {
    if (object.sequence <= after) continue;
    const view = call.directory.view(object);
    if (view) yield view;
  }
}

function checkAdvanced(call: GraphCall, filter: Filter | null, counting: boolean): void {
  if (filter?.advanced && !counting) {
    throw unsupportedQuery(`Operator '${filter.advanced}' is not supported because the required parameters might be missing. `
      + 'Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information');
  }
  if (counting && call.query.has('expand')) throw unsupportedQuery('$expand is not supported with advanced query parameters.');
}

function readOrder(call: GraphCall, filter: Filter | null, counting: boolean): { readonly property: string; readonly descending: boolean } | null {
  const text = call.query.get('orderby');
  if (text === undefined) return null;
  const match = /^(displayName|userPrincipalName)(?:\s+(asc|desc))?$/.exec(text.trim());
  const isUserList = call.segments.length === 1 && call.segments[0] === 'users';
  if (!match?.[1] || ((filter || !isUserList) && !counting)) throw unsupportedQuery('Sorting not supported for current query.');
  return { property: match[1], descending: match[2] === 'desc' };
}

function readToken(text: string | undefined, fingerprint: string): Token | null {
  if (text === undefined) return null;
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Token;
    if (typeof token.after === 'number' && token.query === fingerprint) return token;
  } catch { /* answered below */ }
  throw new GraphRefusal(400, 'Directory_ExpiredPageToken', 'The specified page token value has expired and can no longer be included in your request.');
}

function nextLink(call: GraphCall, token: Token): string {
  const options = [...call.query].filter(([name]) => name !== 'skiptoken').map(([name, value]) => `$${name}=${encodeURIComponent(value)}`);
  options.push(`$skiptoken=${Buffer.from(JSON.stringify(token)).toString('base64url')}`);
  return `${call.base}/${call.segments.map(encodeURIComponent).join('/')}?${options.join('&')}`;
}

function contextSelect(query: ReadonlyMap<string, string>): string {
  const select = query.get('select');
  return select === undefined ? '' : `(${select})`;
}
