import { AppError } from '../../../../shared/domain/errors.ts';
import { encodeBase64 } from '../../../../shared/rules/base64.ts';
import type { Call, Comparator, Node } from './ast.ts';
import { EMPTY_FOR_NULL, functionNamed, parameterAt } from './catalogue.ts';
import type { FunctionInfo, Parameter } from './catalogue.ts';
import { isConditionSwitch, replaceMode } from './check.ts';
import { ticksOfMilliseconds } from './dates.ts';
import { TEXT_FUNCTIONS } from './functions-text.ts';
import { VALUE_FUNCTIONS } from './functions-values.ts';
import { LIMITS } from './limits.ts';
import { problemAt } from './problems.ts';
import type { Problem, Span } from './problems.ts';
import { replace } from './replace.ts';
import type { Run, Tools } from './run.ts';
import { compareValues, fault, fromList, isList, listOf, toBytes, toCondition, toInteger, toMoment, toText } from './values.ts';
import type { Scalar, Value } from './values.ts';

/** Everything an evaluation may look at. Nothing else is read, so the same surroundings give the same result. */
export interface Surroundings {
  /** Value of an attribute; NULL when the object does not have it. */
  readonly attribute: (name: string) => Value;
  /** Value of a `%Parameter%`, e.g. `Domain.FQDN`; undefined when there is none. */
  readonly parameter: (name: string) => string | undefined;
  /** Milliseconds since 1970: what Now gives. */
  readonly now: number;
  /** A random whole number from 0 up to, but not including, `limit`; from a cryptographic source where passwords are made. */
  readonly random: (limit: number) => number;
}

/**
 * What a rule shall do with its target attribute.
 * - `value`: write these texts (a number in decimal, True or False, a date as `M/d/yyyy h:mm:ss AM`, binary as Base64); at least one.
 * - `nothing`: NULL or an empty text came out. - `clear`: the rule says AuthoritativeNull. - `ignore`: the rule drops the flow.
 * - `candidates`: of SelectUniqueValue, in order, each once; the first that nobody in the target has is to be written.
 * - `failed`: with the place in the expression and the reason.
 * `redacted`: the value must stay out of logs and reports.
 */
export type Outcome =
  | { readonly kind: 'value' | 'candidates'; readonly values: readonly string[]; readonly redacted: boolean }
  | { readonly kind: 'nothing' | 'clear' | 'ignore' }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** Rough size of a value in characters. */
function sizeOf(value: Value): number {
  if (isList(value)) return value.reduce((sum: number, each) => sum + 1 + sizeOf(each), 0);
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 1;
}

const HOLDS: Readonly<Record<Comparator, (order: number) => boolean>> = {
  '=': (order) => order === 0, '<>': (order) => order !== 0, '<': (order) => order < 0, '<=': (order) => order <= 0, '>': (order) => order > 0, '>=': (order) => order >= 0,
};

function located(error: unknown, at: Span): AppError {
  if (!(error instanceof AppError)) throw error;
  return error.data.detail !== undefined ? error : new AppError({ ...error.data, detail: { offset: at.offset, length: at.length } }, { cause: error });
}

type Scope = ReadonlyMap<string, Value>;

/** One evaluation of one expression for one object. */
class Evaluation {
  readonly #around: Surroundings;
  readonly #tools: Tools;
  #left: number = LIMITS.steps;
  ignored = false;
  cleared = false;
  redacted = false;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#tools = { spend: (units) => this.#spend(units), room: (length) => this.#room(length), now: ticksOfMilliseconds(around.now), random: around.random };
  }

  #spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) throw fault('The expression takes too much work for this object; make it or its regular expression simpler.');
  }

  #room(length: number): void {
    if (length > LIMITS.textLength) throw fault(`The expression makes a text of more than ${LIMITS.textLength} characters.`);
  }

  run(node: Node, scope: Scope): Value {
    this.#spend(1);
    try {
      return this.#value(node, scope);
    } catch (error) {
      throw located(error, node.at);
    }
  }

  #value(node: Node, scope: Scope): Value {
    switch (node.kind) {
      case 'text': return node.value;
      case 'integer': return node.value;
      case 'attribute': return this.#read(node.name);
      case 'parameter': {
        const value = this.#around.parameter(node.name);
        if (value === undefined) throw fault(/^(?:domain|forest)\./i.test(node.name) ? `%${node.name.slice(0, 60)}% is not known: the directory did not show the names of its domains (CN=Partitions of its configuration; an LDIF export must hold it).` : `There is no parameter %${node.name.slice(0, 60)}%.`);
        return value;
      }
      case 'variable': return scope.get(node.name) ?? null;
      case 'constant': return this.#constant(node.name);
      case 'empty': return null;
      case 'compare': return this.#compare(node.operator, this.run(node.left, scope), this.run(node.right, scope));
      case 'chain': return node.operator === '&' ? this.#joined(node.parts, scope)
        : node.operator === '&&' ? node.parts.every((part) => toCondition(this.run(part, scope))) : node.parts.some((part) => toCondition(this.run(part, scope)));
      case 'call': return this.#call(node, scope);
      default: return node satisfies never;
    }
  }

  #read(name: string): Value {
    const value = this.#around.attribute(name);
    this.#spend(sizeOf(value) / 16);
    for (const each of listOf(value)) if (typeof each === 'string') this.#room(each.length);
    return isList(value) ? fromList(value) : value;
  }

  #constant(name: string): Value {
    if (name === 'True' || name === 'False') return name === 'True';
    if (name === 'NULL') return null;
    if (name === 'AuthoritativeNull') this.cleared = true;
    else if (name === 'IgnoreThisFlow') this.ignored = true;
    else return name;
    return null;
  }

  #compare(operator: Comparator, left: Value, right: Value): boolean {
    if (left === null || right === null) return false;
    const order = compareValues(left, right);
    // Values of kinds that have no order are different, and neither before nor after each other.
    return order === null ? operator === '<>' : HOLDS[operator](order);
  }

  /** Texts joined; NULL counts as empty, and only NULLs give NULL (Visual Basic, & operator). */
  #joined(parts: readonly Node[], scope: Scope): Value {
    let out: string | null = null;
    for (const part of parts) {
      const text = toText(this.run(part, scope));
      if (text === null) continue;
      this.#room((out ?? '').length + text.length);
      this.#spend(text.length / 16);
      out = (out ?? '') + text;
    }
    return out;
  }

  #call(call: Call, scope: Scope): Value {
    const info = functionNamed(call.name);
    if (info === undefined) throw fault(`There is no function "${call.name.slice(0, 60)}".`);
    const special = this.#special(call, scope);
    const value = special === undefined ? this.#ordinary(call, info, scope) : special;
    this.#spend(sizeOf(value) / 16);
    for (const each of listOf(value)) if (typeof each === 'string') this.#room(each.length);
    return value;
  }

  /** Functions that evaluate only some arguments, or speak about the flow. Undefined for all others. */
  #special(call: Call, scope: Scope): Value | undefined {
    const run = (index: number): Value => {
      const node = call.args[index];
      return node === undefined ? null : this.run(node, scope);
    };
    switch (call.name) {
      case 'IIF': return run(toCondition(run(0)) ? 1 : 2);
      case 'Coalesce': {
        for (let i = 0; i < call.args.length; i += 1) {
          const value = run(i);
          if (value !== null) return value;
        }
        return null;
      }
      case 'Switch': return this.#switch(call, run);
      case 'ImportedValue': return this.#read(toText(run(0)) ?? '');
      case 'Redact': this.redacted = true; return run(0);
      case 'IgnoreFlowIfNullOrEmpty': {
        const value = run(0);
        if (value === null || value === '') this.ignored = true;
        return value;
      }
      case 'Select': case 'Where': case 'With': return this.#withVariable(call, scope);
      case 'SelectUniqueValue': return fromList(call.args.flatMap((_, i) => listOf(run(i))));
      default: return undefined;
    }
  }

  #switch(call: Call, run: (index: number) => Value): Value {
    if (isConditionSwitch(call)) {
      for (let i = 0; i < call.args.length; i += 2) if (toCondition(run(i))) return run(i + 1);
      return null;
    }
    const source = toText(run(0)) ?? '';
    for (let i = 2; i < call.args.length; i += 2) if ((toText(run(i)) ?? '') === source) return run(i + 1);
    return run(1);
  }

  #withVariable(call: Call, scope: Scope): Value {
    const [variable, input, body] = call.args;
    if (variable?.kind !== 'variable' || input === undefined || body === undefined) throw fault(`${call.name} needs a variable, a value and an expression.`);
    const value = this.run(input, scope);
    const inner = (bound: Value): Value => this.run(body, new Map(scope).set(variable.name, bound));
    if (call.name === 'With') return inner(value);
    const out: Scalar[] = [];
    for (const each of listOf(value)) {
      const result = inner(each);
      if (call.name === 'Where') { if (toCondition(result)) out.push(each); } else for (const one of listOf(result)) out.push(one);
      if (out.length > LIMITS.listLength) break;
    }
    return fromList(out);
  }

  #ordinary(call: Call, info: FunctionInfo, scope: Scope): Value {
    const implementation: Run | undefined = call.name === 'Replace' ? replace(replaceMode(call)) : TEXT_FUNCTIONS[call.name] ?? VALUE_FUNCTIONS[call.name];
    if (implementation === undefined) throw fault(`The function ${call.name} cannot be evaluated.`);
    const raw = call.args.map((arg) => this.run(arg, scope));
    const many = info.parameters[0]?.type === 'each' ? raw[0] : undefined;
    if (many === undefined || !isList(many)) return this.#once(call, info, implementation, raw);
    const out: Scalar[] = [];
    for (const each of many) {
      this.#spend(1);
      for (const one of listOf(this.#once(call, info, implementation, [each, ...raw.slice(1)]))) out.push(one);
    }
    return fromList(out);
  }

  #once(call: Call, info: FunctionInfo, implementation: Run, raw: readonly Value[]): Value {
    for (const value of raw) this.#spend(sizeOf(value) / 16);
    if (call.name === 'Replace') return implementation(raw, this.#tools);
    const args: Value[] = [];
    for (const [i, value] of raw.entries()) {
      const parameter = parameterAt(info, i);
      const converted = parameter === undefined ? value : convert(parameter, value);
      const loose = parameter === undefined || parameter.optional || parameter.type === 'any' || parameter.type === 'list';
      if (converted === null && !loose) return i === 0 && EMPTY_FOR_NULL.has(info.name) ? '' : null;
      args.push(converted);
    }
    return implementation(args, this.#tools);
  }
}

function convert(parameter: Parameter, value: Value): Value {
  switch (parameter.type) {
    case 'text': case 'each': case 'pattern': case 'choice': return toText(value);
    case 'integer': return toInteger(value);
    case 'date': return toMoment(value);
    case 'binary': return toBytes(value);
    case 'condition': return toCondition(value);
    case 'any': case 'list': case 'lazy': case 'variable': return value;
    default: return parameter.type satisfies never;
  }
}

const written = (value: Scalar): string => (value instanceof Uint8Array ? encodeBase64(value) : toText(value) ?? '');

/**
 * Evaluates a checked expression for one object. Always comes back with an outcome, whatever the expression and the data:
 * work, text and list sizes are bounded by {@link LIMITS}.
 *
 * NULL: most functions give NULL when a value they need is NULL; Left, Right, Mid, Word and the padding ones an empty text; a
 * comparison with NULL is false, as is NULL as a condition; `&` takes NULL as empty. Sources: the references named in the
 * catalogue; where they say nothing, Visual Basic, whose functions these are.
 */
export function evaluateNode(node: Node, around: Surroundings): Outcome {
  const evaluation = new Evaluation(around);
  try {
    const value = evaluation.run(node, new Map());
    const values = listOf(value).map(written).filter((each) => each !== '');
    const { redacted } = evaluation;
    if (evaluation.ignored) return { kind: 'ignore' };
    if (node.kind === 'call' && node.name === 'SelectUniqueValue') {
      return values.length === 0 ? { kind: 'nothing' } : { kind: 'candidates', values: [...new Set(values)], redacted };
    }
    if (values.length > 0) return { kind: 'value', values, redacted };
    return { kind: evaluation.cleared ? 'clear' : 'nothing' };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { offset, length } = error.data.detail ?? {};
    const at = typeof offset === 'number' && typeof length === 'number' ? { offset, length } : node.at;
    return { kind: 'failed', problem: problemAt(at, error.data.message) };
  }
}
