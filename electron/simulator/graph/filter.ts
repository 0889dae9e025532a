import type { View } from '../directory/directory.ts';
import { ODATA_TYPE, type DirectoryKind } from '../directory/objects.ts';
import { PROPERTIES, RESOURCE, spelling } from './properties.ts';
import { badGateway, unsupportedQuery } from './refusal.ts';

/** A `$filter` after parsing. */
export interface Filter {
  matches(view: View): boolean;
  /** Needs `ConsistencyLevel: eventual` and `$count=true` (Graph documentation, advanced query capabilities). */
  readonly advanced: string | null;
  /** Set when the whole filter is one equality: lets an index answer. */
  readonly key: { readonly property: string; readonly value: string } | null;
}

/** Clauses joined by `or`, and values of `in`, that the directory takes at most. */
const OR_LIMIT = 15;

interface Node { test(view: View): boolean; advanced: string | null; key: Filter['key']; clauses: number }

/**
 * Parses the part of OData's filter language that directory objects support: eq, ne, not, and, or, in, ge, le, startswith,
 * endswith and any() (Graph documentation, "$filter" on directory objects).
 * @throws GraphRefusal 400 for a syntax error, an unknown property or an unsupported clause.
 */
export function parseFilter(kind: DirectoryKind, text: string): Filter {
  const tokens = tokenize(text);
  let at = 0;
  const peek = (): string => tokens[at] ?? '';
  const fail = (): Error => badGateway(`Invalid filter clause: Syntax error at position ${at} in '${text}'.`);
  const next = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token.toLowerCase() !== expected)) throw fail();
    return token;
  };
  const word = (): string => peek().toLowerCase();

  const property = (): string => {
    const given = next();
    const name = spelling(kind, given);
    if (name === undefined) throw badGateway(`Invalid filter clause: Could not find a property named '${given}' on type '${ODATA_TYPE[kind].slice(1)}'.`);
    if (!PROPERTIES[kind][name]?.filter) throw unsupportedQuery(`Unsupported or invalid query filter clause specified for property '${name}' of resource '${RESOURCE[kind]}'.`);
    return name;
  };
  const literal = (): string | boolean | null => {
    const token = next();
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (/^(true|false)$/i.test(token)) return token.toLowerCase() === 'true';
    if (token.toLowerCase() === 'null') return null;
    if (/^[\w:.+-]+$/.test(token)) return token;
    throw fail();
  };
  const any = (of: string): Node => {
    next('/'); next('any'); next('(');
    const variable = next(); next(':');
    const inner = word();
    let test: (value: string) => boolean;
    let key: Filter['key'] = null;
    if (inner === 'startswith') {
      next(); next('('); next(variable.toLowerCase()); next(',');
      const wanted = String(literal()).toLowerCase();
      next(')');
      test = (value) => value.toLowerCase().startsWith(wanted);
    } else {
      next(variable.toLowerCase()); next('eq');
      const wanted = String(literal()).toLowerCase();
      test = (value) => value.toLowerCase() === wanted;
      key = { property: of, value: wanted };
    }
    next(')');
    return { test: (view) => valuesOf(view, of).some(test), advanced: null, key, clauses: 1 };
  };
  const comparison = (): Node => {
    if (word() === 'startswith' || word() === 'endswith') {
      const operator = word();
      next(); next('(');
      const name = property();
      next(',');
      const wanted = String(literal()).toLowerCase();
      next(')');
      if (operator === 'endswith' && !['mail', 'userPrincipalName'].includes(name)) throw unsupportedQuery(`Unsupported or invalid query filter clause specified for property '${name}' of resource '${RESOURCE[kind]}'.`);
      const test = (view: View): boolean => {
        const value = valueOf(view, name);
        return typeof value === 'string' && (operator === 'startswith' ? value.toLowerCase().startsWith(wanted) : value.toLowerCase().endsWith(wanted));
      };
      return { test, advanced: operator === 'endswith' ? 'endsWith' : null, key: null, clauses: 1 };
    }
    const name = property();
    if (peek() === '/') return any(name);
    const operator = next().toLowerCase();
    if (operator === 'in') {
      next('(');
      const wanted = new Set<unknown>();
      do { wanted.add(fold(literal())); } while (peek() === ',' && next());
      next(')');
      return { test: (view) => wanted.has(fold(valueOf(view, name))), advanced: null, key: null, clauses: wanted.size };
    }
    const wanted = literal();
    if (PROPERTIES[kind][name]?.type === 'boolean' && typeof wanted === 'string') throw badGateway(`Invalid filter clause: A binary operator with incompatible types was detected. Found operand types 'Edm.Boolean' and 'Edm.String' for operator kind 'Equal'.`);
    const folded = fold(wanted);
    switch (operator) {
      case 'eq': return { test: (view) => fold(valueOf(view, name)) === folded, advanced: wanted === null ? 'eq null' : null, key: typeof wanted === 'string' ? { property: name, value: wanted } : null, clauses: 1 };
      case 'ne': return { test: (view) => fold(valueOf(view, name)) !== folded, advanced: 'ne', key: null, clauses: 1 };
      case 'ge': return { test: (view) => String(valueOf(view, name) ?? '') >= String(wanted), advanced: null, key: null, clauses: 1 };
      case 'le': return { test: (view) => String(valueOf(view, name) ?? '￿') <= String(wanted), advanced: null, key: null, clauses: 1 };
      default: throw fail();
    }
  };
  const unary = (): Node => {
    if (word() === 'not') {
      next();
      const inner = unary();
      return { test: (view) => !inner.test(view), advanced: 'not', key: null, clauses: inner.clauses };
    }
    if (peek() !== '(') return comparison();
    next('(');
    const inner = disjunction();
    next(')');
    return inner;
  };
  const conjunction = (): Node => {
    let left = unary();
    while (word() === 'and') {
      next();
      const [a, b] = [left, unary()];
      left = { test: (view) => a.test(view) && b.test(view), advanced: a.advanced ?? b.advanced, key: null, clauses: Math.max(a.clauses, b.clauses) };
    }
    return left;
  };
  function disjunction(): Node {
    let left = conjunction();
    while (word() === 'or') {
      next();
      const [a, b] = [left, conjunction()];
      left = { test: (view) => a.test(view) || b.test(view), advanced: a.advanced ?? b.advanced, key: null, clauses: a.clauses + b.clauses };
    }
    return left;
  }

  const root = disjunction();
  if (at < tokens.length) throw fail();
  if (root.clauses > OR_LIMIT) throw unsupportedQuery(`Too many child clauses specified in search filter expression containing 'OR' operators: ${root.clauses}. Max allowed: ${OR_LIMIT}.`);
  return { matches: (view) => root.test(view), advanced: root.advanced, key: root.key };
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const pattern = /\s+|'(?:[^']|'')*'|[(),:/]|[\w.+-]+(?::\d{2}:\d{2}(?:\.\d+)?Z?)?/gy;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    end = match.index + match[0].length;
    if (match[0].trim() !== '') tokens.push(match[0]);
  }
  if (end !== text.length || tokens.length === 0) throw badGateway(`Invalid filter clause: Syntax error at position ${end} in '${text}'.`);
  return tokens;
}

function valueOf(view: View, name: string): unknown {
  return name === 'id' ? view.object.id : view.properties[name] ?? null;
}
function valuesOf(view: View, name: string): readonly string[] {
  const value = view.properties[name];
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
}
/** Texts compare without regard to case in the directory. */
function fold(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
