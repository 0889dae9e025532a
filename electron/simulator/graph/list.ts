import type { View } from '../directory/directory.ts';
import { isEventual, type GraphAnswer, type GraphCall } from './call.ts';
import { parseFilter, type Filter } from './filter.ts';
import type { ListKind } from './query/capabilities.ts';
import { EXPANDED_PAGE } from './query/expand.ts';
import { behind, parseOrder, sorted, type Order, type OrderPlace } from './query/order.ts';
import { fingerprint, nextLink, readToken } from './query/page-token.ts';
import { relations, type Relations } from './query/relations.ts';
import { parseSearch, type Search } from './query/search.ts';
import { badGateway, badRequest, unsupportedQuery } from './refusal.ts';
import { ownShape, readSelect, readShape, render } from './render.ts';

/** Page size without `$top`, and the largest (Graph documentation, list users). */
const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 999;
/** Objects a filtered page looks at before it is cut short; a page may be empty and still have a next link (Graph documentation, paging). */
const SCAN_LIMIT = 5000;

/** What to list. */
export interface ListSource {
  /** Objects as this reader sees them, in ascending order of `object.sequence`; those up to `after` may be left out. Called for each pass. */
  readonly views: (after: number) => Iterable<View>;
  /** What the list holds; `directoryObject` for several kinds, each object then carries its `@odata.type`. */
  readonly kind: ListKind;
  /** `relation`: filters, search and order need an advanced query (Graph documentation, advanced query capabilities). */
  readonly origin: 'collection' | 'relation';
  /** Name after `$metadata#`. */
  readonly context: string;
  /** Answers an equality without a scan with all candidates; undefined: no index for that property. */
  readonly lookup?: (property: string, value: string) => readonly View[] | undefined;
}

/** The part of a query that says which objects are in the list. */
interface Restriction { readonly filter: Filter | null; readonly search: Search | null }

/** Page size of a call. @throws GraphRefusal outside of 1 to 999. */
export function pageSize(call: GraphCall): number {
  const top = call.query.get('top');
  if (top === undefined) return DEFAULT_PAGE;
  if (!/^-?\d+$/.test(top)) throw badRequest(`Invalid value '${top}' for $top query option found. The $top query option requires a non-negative integer value.`);
  const size = Number(top);
  if (size < 1 || size > LARGEST_PAGE) throw unsupportedQuery(`Invalid page size specified: '${top}'. Must be between 1 and ${LARGEST_PAGE} inclusive.`);
  return size;
}

/** True for `$count=true` with the header; without it the service ignores the option and says nothing. @throws GraphRefusal 400 for another value. */
export function isAdvanced(call: GraphCall): boolean {
  const count = call.query.get('count');
  if (count !== undefined && !/^(true|false)$/i.test(count)) throw badGateway(`Invalid value '${count}' for $count query option found. Valid values are 'true' or 'false'.`);
  return count?.toLowerCase() === 'true' && isEventual(call);
}

/** One page of a collection: filter, search, order, shape, count and an opaque next link. */
export function listPage(call: GraphCall, of: ListSource): GraphAnswer {
  const { query, directory } = call;
  if (query.has('skip')) throw badRequest("'$skip' is not supported by the service.");
  if (query.has('deltatoken')) throw badGateway("The query parameter '$deltatoken' is supported by delta queries only.");
  const advanced = isAdvanced(call);
  const size = query.has('expand') ? Math.min(pageSize(call), EXPANDED_PAGE) : pageSize(call);
  const asked = readRestriction(call, of, advanced);
  const show = presenter(call, of, advanced);
  const order = readOrder(call, of, asked, advanced);
  const mark = fingerprint(call);
  const place = readToken(call, mark);

  const { source, restriction } = searched(call, of, asked);
  const found = order ? orderedPage(call, source, restriction, order, place, size) : plainPage(source, restriction, place, size);
  const body: Record<string, unknown> = { '@odata.context': `${call.base}/$metadata#${source.context}${contextSelect(query)}` };
  if (advanced && !place) body['@odata.count'] = countAll(source, restriction);
  if (found.next) body['@odata.nextLink'] = nextLink(call, mark, found.next);
  const follow = relations(directory);
  body['value'] = found.page.map((view) => show(view, follow));
  return { status: 200, body };
}

/** Options beside which the meaning of `/$count` is undefined (OData 4.01 URL conventions, "Addressing the count of a collection"), and those that make no sense there. */
const NOT_COUNTED = ['top', 'skip', 'orderby', 'expand', 'select', 'skiptoken', 'deltatoken'];

/** Answer of `/$count`: the number as text; needs eventual consistency. @throws GraphRefusal 400 without it, and for options that do not go with a number. */
export function countOf(call: GraphCall, source: ListSource): GraphAnswer {
  if (!isEventual(call)) throw badRequest('$count is not currently supported.');
  const wrong = NOT_COUNTED.find((option) => call.query.has(option));
  if (wrong !== undefined) throw badGateway(`The query parameter '$${wrong}' is not supported with /$count.`);
  const restriction = readRestriction(call, source, true);
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: String(countAll(source, restriction)) };
}

function readRestriction(call: GraphCall, source: ListSource, advanced: boolean): Restriction {
  const { query } = call;
  const filterText = query.get('filter');
  const searchText = query.get('search');
  if (searchText !== undefined && !isEventual(call)) throw unsupportedQuery("Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'");
  const filter = filterText === undefined ? null : parseFilter(source.kind, filterText);
  if (filter && !advanced) {
    if (source.origin === 'relation') throw unsupportedQuery('The specified filter to the reference property query is currently not supported.');
    if (filter.needs !== null) throw unsupportedQuery(filter.needs);
  }
  return { filter, search: searchText === undefined ? null : parseSearch(source.kind, searchText) };
}

/** How the objects of a list are shown. @throws GraphRefusal 400 for `$select` and `$expand` that the list does not take. */
function presenter(call: GraphCall, { kind, origin }: ListSource, advanced: boolean): (view: View, follow: Relations) => Record<string, unknown> {
  const { query, directory } = call;
  if (query.has('expand') && origin === 'relation') throw unsupportedQuery('$expand is not supported on a relation.');
  if (kind === 'directoryObject') {
    const select = query.get('select');
    const names = select === undefined ? null : readSelect(kind, select, true);
    return (view) => render(view, ownShape(view.object.kind, names), directory, true);
  }
  const shape = readShape(kind, query, true, advanced ? 'eventual' : 'default');
  // The chain of managers is the one expansion that is published as an advanced query.
  if (shape.expand?.levels === null && (advanced || query.has('search'))) throw unsupportedQuery('$expand is not supported with advanced query parameters.');
  return (view, follow) => render(view, shape, directory, false, follow);
}

function readOrder(call: GraphCall, source: ListSource, { filter, search }: Restriction, advanced: boolean): Order | null {
  const text = call.query.get('orderby');
  if (text === undefined) return null;
  return parseOrder(source.kind, text, { isAdvanced: advanced, isRestricted: filter !== null || search !== null || source.origin === 'relation' });
}

interface Page { readonly page: readonly View[]; readonly next: OrderPlace | null }

/** A search is made once for each state of the directory; what it found is then a list of its own. */
function searched(call: GraphCall, source: ListSource, restriction: Restriction): { readonly source: ListSource; readonly restriction: Restriction } {
  if (restriction.search === null) return { source, restriction };
  const found = call.lists.ordered(listName(call, 'found'), call.directory, () => [...matching(source, restriction)]);
  return { source: { ...source, views: () => found }, restriction: { filter: null, search: null } };
}

/** A page in the order of creation: goes on behind the last object seen, so that nothing is repeated or lost when objects come and go. */
function plainPage(source: ListSource, restriction: Restriction, place: OrderPlace | null, size: number): Page {
  const page: View[] = [];
  const mayEndEarly = restriction.filter !== null && !restriction.filter.selective;
  const after = place?.sequence ?? 0;
  let last = after;
  let looked = 0;
  for (const view of candidates(source, restriction, after)) {
    if (view.object.sequence <= after) continue;
    if (page.length === size || (mayEndEarly && looked === SCAN_LIMIT)) {
      // The page is full, but a next link is due only when another object would follow on it or has not been looked at.
      if (mayEndEarly || fits(view, restriction)) return { page, next: { values: [], sequence: last } };
      continue;
    }
    looked++;
    last = view.object.sequence;
    if (fits(view, restriction)) page.push(view);
  }
  return { page, next: null };
}

/** A page of a sorted list, which is sorted once for each state of the directory. */
function orderedPage(call: GraphCall, source: ListSource, restriction: Restriction, order: Order, place: OrderPlace | null, size: number): Page {
  const all = call.lists.ordered(listName(call, 'sorted'), call.directory, () => sorted(matching(source, restriction), order));
  const rest = place ? behind(all, order, place) : all;
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return { page, next: rest.length > size && last ? order.placeOf(last) : null };
}

/** Name of a list in the memory: its address and what decides on its objects and their order. */
function listName(call: GraphCall, step: 'found' | 'sorted'): string {
  return JSON.stringify([step, call.segments, ...['filter', 'search', 'orderby'].map((option) => call.query.get(option))]);
}

function countAll(source: ListSource, restriction: Restriction): number {
  let count = 0;
  for (const _ of matching(source, restriction)) count++;
  return count;
}

function* matching(source: ListSource, restriction: Restriction): Iterable<View> {
  for (const view of candidates(source, restriction, 0)) if (fits(view, restriction)) yield view;
}

/** Objects that the restriction is to be tried on: those an index gives, else all. */
function candidates(source: ListSource, { filter }: Restriction, after: number): Iterable<View> {
  for (const { property, value, others = [] } of filter?.keys ?? []) {
    const found = source.lookup?.(property, value);
    if (found && others.length === 0) return found;
    if (!found) continue;
    const all = [...found, ...others.flatMap((other) => source.lookup?.(property, other) ?? [])];
    return new Map(all.toSorted((a, b) => a.object.sequence - b.object.sequence).map((view) => [view.object.sequence, view])).values();
  }
  return source.views(after);
}

function fits(view: View, { filter, search }: Restriction): boolean {
  return (filter === null || filter.matches(view)) && (search === null || search.matches(view));
}

/** The projection in `@odata.context` (OData 4.01 protocol, "Context URL"). */
function contextSelect(query: ReadonlyMap<string, string>): string {
  const select = query.get('select');
  const expand = query.get('expand');
  if (select === undefined && expand === undefined) return '';
  const nested = /^\s*(\w+)\s*(?:\((?:.*;)?\s*\$select\s*=([^;)]*))?/.exec(expand ?? '');
  return `(${[select, nested ? `${nested[1] ?? ''}(${nested[2]?.trim() ?? ''})` : undefined].filter((part) => part !== undefined).join(',')})`;
}
