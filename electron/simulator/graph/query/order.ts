import type { View } from '../../directory/directory.ts';
import { badGateway, unsupportedQuery } from '../refusal.ts';
import { QUERY, type ListKind } from './capabilities.ts';
import { anySpelling, typeName } from './resource.ts';

/** An `$orderby` after parsing. */
export interface Order {
  placeOf(view: View): OrderPlace;
  /** Never 0 for two objects: equal values follow the order of creation. */
  compare(a: OrderPlace, b: OrderPlace): number;
}

/** Where a page ended: values of the sort keys, and the sequence of the object. */
export interface OrderPlace { readonly values: readonly string[]; readonly sequence: number }

/** How a query is made: what `$orderby` may sort by depends on it. */
export interface OrderContext {
  /** Advanced parameters were given. */
  readonly isAdvanced: boolean;
  /** The list is filtered, searched or a relation, so that sorting needs an advanced query. */
  readonly isRestricted: boolean;
}

/** Sort keys taken at most. */
const MOST_KEYS = 5;
const UNSUPPORTED = 'Sorting not supported for current query.';

/**
 * Parses an `$orderby` (Graph documentation, "Advanced query capabilities", table of sorting; with `$filter`, `$search` or on a relation
 * only in advanced queries). More than one key is not described there and therefore taken in advanced queries only.
 * @throws GraphRefusal 400 for an unknown property, a syntax error or a property that this query cannot be sorted by.
 */
export function parseOrder(kind: ListKind, text: string, context: OrderContext): Order {
  const parts = text.split(',').map((part) => part.trim().split(/\s+/));
  const keys = parts.map(([given = '', direction = 'asc', ...rest]) => {
    if (given === '' || rest.length > 0 || !/^(asc|desc)$/i.test(direction)) throw badGateway(`Syntax error at position ${Math.max(0, text.indexOf(direction))} in '${text}'.`);
    const name = anySpelling(kind, given);
    if (name === undefined) throw badGateway(`Could not find a property named '${given}' on type '${typeName(kind)}'.`);
    return { name, sign: direction.toLowerCase() === 'desc' ? -1 : 1 };
  });
  const support = keys.map(({ name }) => QUERY[kind].order[name]);
  const needsAdvanced = context.isRestricted || keys.length > 1 || support.includes('advanced');
  // Message of the service for advanced queries, reported by third parties.
  if (context.isAdvanced && support.includes(undefined)) throw unsupportedQuery('An unsupported property was specified.');
  if (keys.length > MOST_KEYS || support.includes(undefined) || (needsAdvanced && !context.isAdvanced)) throw unsupportedQuery(UNSUPPORTED);

  const value = (view: View, name: string): string => { const own = view.properties[name]; return typeof own === 'string' ? own.toLowerCase() : ''; };
  const order = (a: readonly string[], b: readonly string[]): number => {
    for (const [i, { sign }] of keys.entries()) {
      const [one = '', other = ''] = [a[i], b[i]];
      if (one !== other) return one < other ? -sign : sign;
    }
    return 0;
  };
  return {
    placeOf: (view) => ({ values: keys.map(({ name }) => value(view, name)), sequence: view.object.sequence }),
    compare: (a, b) => order(a.values, b.values) || a.sequence - b.sequence,
  };
}

/** Sorted copy; the place of each object is made once. */
export function sorted(views: Iterable<View>, order: Order): readonly View[] {
  return [...views].map((view) => ({ view, place: order.placeOf(view) })).toSorted((a, b) => order.compare(a.place, b.place)).map(({ view }) => view);
}

/** The part of a sorted list behind a place. */
export function behind(views: readonly View[], order: Order, place: OrderPlace): readonly View[] {
  let [low, high] = [0, views.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const view = views[middle];
    if (view && order.compare(order.placeOf(view), place) <= 0) low = middle + 1;
    else high = middle;
  }
  return views.slice(low);
}
