import type { View } from '../directory/directory.ts';
import { bindFilter, type FilterKey } from './query/bind-filter.ts';
import type { ListKind } from './query/capabilities.ts';
import { parseExpression } from './query/filter-parser.ts';
import { unsupportedQuery } from './refusal.ts';

/** A `$filter` after parsing. */
export interface Filter {
  matches(view: View): boolean;
  /** What the service says when the filter stands in a query without advanced parameters; null: works in every query. */
  readonly needs: string | null;
  /** Equalities of which an object must fulfil every one: an index over any of them finds all candidates. */
  readonly keys: readonly FilterKey[];
  /** Bound to find few objects by equality, so that the service answers at once and never with a shortened page. */
  readonly selective: boolean;
}

/** Clauses joined by `or`, and values of `in`, that the directory takes at most (message of the service, reported by third parties). */
const OR_LIMIT = 15;

/**
 * Parses the part of OData's filter language that directory objects support: eq, ne, not, and, or, in, ge, le, startsWith, endsWith,
 * any() and $count of collections (Graph documentation, "Use the $filter query parameter" and "Advanced query capabilities").
 * @param kind what the list holds.
 * @throws GraphRefusal 400 for a syntax error, an unknown property, types that do not fit or an unsupported clause.
 */
export function parseFilter(kind: ListKind, text: string): Filter {
  const { test, needs, keys, selective, clauses } = bindFilter(kind, parseExpression(text));
  if (clauses > OR_LIMIT) throw unsupportedQuery(`Too many child clauses specified in search filter expression containing 'OR' operators: ${clauses}. Max allowed: ${OR_LIMIT}.`);
  return { matches: (view) => test(view, undefined), needs, keys, selective };
}
