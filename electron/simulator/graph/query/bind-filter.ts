import type { View } from '../../directory/directory.ts';
import { unsupportedQuery } from '../refusal.ts';
import type { ListKind, Support } from './capabilities.ts';
import { comparisonTest, textTest, type Value } from './comparisons.ts';
import type { Comparison, Expression, Literal, Path } from './filter-parser.ts';
import { filterError } from './lexer.ts';
import { resource, type Operand, type Resource } from './resource.ts';

/** A property and the text that it, or one of its values, equals; or one of `others`. */
export interface FilterKey { readonly property: string; readonly value: string; readonly others?: readonly string[] }

/** A bound filter or a part of one. `item`: the value that the variable of a lambda stands for. */
export interface Bound {
  test(view: View, item: unknown): boolean;
  readonly needs: string | null;
  readonly keys: readonly FilterKey[];
  readonly selective: boolean;
  /** Alternatives, as the service counts them for its limit. */
  readonly clauses: number;
}

/** The lambda around an expression. */
interface Lambda { readonly variable: string; readonly collection: string }

const advancedOnly = (operator: string): string => `Operator '${operator}' is not supported because the required parameters might be missing. `
  + 'Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information';

/**
 * Gives the names of a parsed filter their meaning.
 * @throws GraphRefusal 400 for what the resource does not have or does not support, in advanced queries either.
 */
export function bindFilter(kind: ListKind, expression: Expression): Bound {
  return new Binder(resource(kind)).bind(expression, null);
}

class Binder {
  readonly #of: Resource;
  constructor(of: Resource) { this.#of = of; }

  bind(expression: Expression, lambda: Lambda | null): Bound {
    switch (expression.form) {
      case 'and': return conjunction(expression.parts.map((part) => this.bind(part, lambda)));
      case 'or': return disjunction(expression.parts.map((part) => this.bind(part, lambda)));
      case 'not': return this.#not(expression.of, lambda);
      case 'compare': return this.#compare(this.#operand(expression.path, lambda), expression.operator, expression.value, lambda);
      case 'in': return this.#oneOf(this.#operand(expression.path, lambda), expression.values, lambda);
      case 'call': return this.#call(this.#operand(expression.path, lambda), expression.name, expression.value, lambda);
      case 'lambda': return this.#lambda(expression, lambda);
      default: return this.#count(expression.path, expression.operator, expression.value, lambda);
    }
  }

  #not(of: Expression, lambda: Lambda | null): Bound {
    if (lambda) throw this.#of.unsupported(lambda.collection);
    const inner = this.bind(of, lambda);
    return { test: (view, item) => !inner.test(view, item), needs: advancedOnly('not'), keys: [], selective: false, clauses: inner.clauses };
  }

  #compare(operand: Operand, operator: Comparison, literal: Literal, lambda: Lambda | null): Bound {
    const { capability, name } = operand;
    const label = lambda?.collection ?? name;
    this.#of.checkType(operand, literal, operator);
    // What no table promises is refused: gt and lt everywhere, ranges without an order, ne of a value inside any().
    const isRange = operator === 'ge' || operator === 'le';
    if (operator === 'gt' || operator === 'lt' || (isRange && literal.type === 'null') || (operator === 'ne' && lambda)) throw this.#of.unsupported(label);
    const support = literal.type === 'null' ? capability.empty : isRange ? capability.range : capability.eq;
    const plainNeeds = this.#needs(support, label);
    if (name === 'id') this.#of.checkId(literal.text);
    this.#of.checkMoment(literal);
    const wanted = valueOf(literal);
    const test = comparisonTest(operator, wanted, capability);
    const isKey = operator === 'eq' && typeof wanted === 'string' && capability.type === 'string';
    return {
      test: (view, item) => test(operand.read(view, item)), needs: operator === 'ne' ? "Filter operator 'NotEqualsMatch' is not supported." : plainNeeds,
      keys: isKey ? [{ property: name, value: wanted }] : [], selective: isKey, clauses: 1,
    };
  }

  #oneOf(operand: Operand, literals: readonly Literal[], lambda: Lambda | null): Bound {
    const { capability, name } = operand;
    if (lambda) throw this.#of.unsupported(lambda.collection);
    for (const literal of literals) {
      this.#of.checkType(operand, literal, 'eq');
      if (literal.type === 'null') throw this.#of.unsupported(name);
      if (name === 'id') this.#of.checkId(literal.text);
      this.#of.checkMoment(literal);
    }
    const tests = literals.map((literal) => comparisonTest('eq', valueOf(literal), capability));
    const [value, ...others] = literals.map(({ text }) => text);
    const keys = value !== undefined && capability.type === 'string' ? [{ property: name, value, others }] : [];
    return { test: (view, item) => { const held = operand.read(view, item); return tests.some((test) => test(held)); }, needs: this.#needs(capability.eq, name), keys, selective: capability.type === 'string', clauses: literals.length };
  }

  #call(operand: Operand, name: string, literal: Literal, lambda: Lambda | null): Bound {
    if (operand.capability.type !== 'string' || literal.type !== 'string') {
      throw filterError(`No function signature for the function with name '${name}' matches the specified arguments. The function signatures considered are: ${name}(Edm.String Nullable=true, Edm.String Nullable=true).`);
    }
    if (name === 'contains') throw unsupportedQuery("Filter operator 'Contains' is not supported.");
    const { capability } = operand;
    const support = name === 'startswith' ? capability.starts : capability.ends;
    const needs = this.#needs(support, lambda?.collection ?? operand.name);
    const test = textTest(name === 'startswith' ? 'starts' : 'ends', literal.text, capability);
    return { test: (view, item) => test(operand.read(view, item)), needs: needs !== null && name === 'endswith' ? advancedOnly('endsWith') : needs, keys: [], selective: false, clauses: 1 };
  }

  #lambda(expression: Extract<Expression, { form: 'lambda' }>, outer: Lambda | null): Bound {
    const collection = this.#of.collection(expression.path);
    if (expression.name === 'all' || expression.body === null || outer) throw unsupportedQuery('Unsupported Query.');
    const lambda: Lambda = { variable: expression.variable.toLowerCase(), collection };
    const inner = this.bind(expression.body, lambda);
    if (collection === 'identities' && inner.keys.some((k) => k.property === 'issuerAssignedId') && !inner.keys.some((k) => k.property === 'issuer')) throw this.#of.unsupported(collection);
    const test = (view: View): boolean => {
      const values = view.properties[collection];
      return Array.isArray(values) && values.some((value) => inner.test(view, value));
    };
    return { test, needs: inner.needs, keys: inner.keys.filter((k) => k.property === '').map(({ value }) => ({ property: collection, value })), selective: inner.selective, clauses: inner.clauses };
  }

  #count(path: Path, operator: Comparison, value: number, lambda: Lambda | null): Bound {
    const counted = this.#of.countable(path);
    if (lambda || counted === null || (operator !== 'eq' && operator !== 'ne') || (value !== 0 && value !== 1)) throw this.#of.unsupported(path.names[0] ?? '');
    return { test: (view) => (counted.count(view) === value) === (operator === 'eq'), needs: this.#of.unsupportedMessage(counted.name), keys: [], selective: false, clauses: 1 };
  }

  #operand(path: Path, lambda: Lambda | null): Operand {
    return lambda ? this.#of.item(lambda.collection, lambda.variable, path) : this.#of.property(path);
  }
  /** @throws GraphRefusal 400 when the operator works in no query. */
  #needs(support: Support, name: string): string | null {
    if (support === 'no') throw this.#of.unsupported(name);
    return support === 'default' ? null : this.#of.unsupportedMessage(name);
  }
}

function conjunction(parts: readonly Bound[]): Bound {
  return {
    test: (view, item) => parts.every((part) => part.test(view, item)), needs: firstNeed(parts),
    keys: parts.flatMap((part) => part.keys), selective: parts.some((part) => part.selective), clauses: Math.max(...parts.map((part) => part.clauses)),
  };
}
function disjunction(parts: readonly Bound[]): Bound {
  return {
    test: (view, item) => parts.some((part) => part.test(view, item)), needs: firstNeed(parts),
    keys: [], selective: parts.every((part) => part.selective), clauses: parts.reduce((sum, part) => sum + part.clauses, 0),
  };
}
const firstNeed = (parts: readonly Bound[]): string | null => parts.find((part) => part.needs !== null)?.needs ?? null;

function valueOf(literal: Literal): Value {
  switch (literal.type) {
    case 'null': return null;
    case 'boolean': return literal.text === 'true';
    default: return literal.text;
  }
}
