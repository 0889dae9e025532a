import { walk } from './ast.ts';
import type { Call, Node } from './ast.ts';
import { FUNCTIONS, functionNamed, parameterAt } from './catalogue.ts';
import type { FunctionInfo, Parameter, ResultType } from './catalogue.ts';
import { parseDate } from './dates.ts';
import { compilePattern } from './pattern.ts';
import { didYouMean, problemAt } from './problems.ts';
import type { Problem } from './problems.ts';

/** An attribute that expressions may read. `type` as in the directory's schema; absent means not known. */
export interface SchemaAttribute { readonly name: string; readonly type?: 'text' | 'integer' | 'boolean' | 'binary' | 'date'; readonly multiValued?: boolean }
/** What the checks and completion know of the surroundings. */
export interface ExpressionSchema {
  readonly attributes: readonly SchemaAttribute[];
  /** Names of `%Parameter%`s; absent means any is allowed. */
  readonly parameters?: readonly string[];
}

/** What is known of a value before it is there. */
type Known = ResultType | 'null';

/** Argument sets of Replace besides the source (Entra expression reference, Replace); the third is also Entra Connect's. */
export const REPLACE_MODES = ['oldValue and replacementValue', 'oldValue and template', 'regexPattern and replacementValue', 'regexPattern, regexGroupName and replacementValue', 'regexPattern, regexGroupName and replacementAttribute'] as const;
const MODE_SETS = ['1.4', '1.6', '2.4', '2.3.4', '2.3.5'];

const given = (node: Node | undefined): boolean => node !== undefined && node.kind !== 'empty';

/** Which of Replace's five modes a call uses, from 0; -1 when its arguments fit none. The three arguments of Entra Connect are the first mode. */
export function replaceMode(call: Call): number {
  if (call.args.length === 3 && call.args.every(given)) return 0;
  return MODE_SETS.indexOf([1, 2, 3, 4, 5, 6].filter((at) => given(call.args[at])).join('.'));
}

/** True when Switch is written in Entra Connect's form, pairs of condition and value: its odd arguments are all conditions. */
export function isConditionSwitch(call: Call): boolean {
  return call.args.every((arg, i) => i % 2 === 1 || typeOf(arg, undefined) === 'boolean');
}

function typeOf(node: Node, schema: ExpressionSchema | undefined): Known {
  switch (node.kind) {
    case 'text': return 'text';
    case 'integer': return 'integer';
    case 'compare': return 'boolean';
    case 'chain': return node.operator === '&' ? 'text' : 'boolean';
    case 'call': return functionNamed(node.name)?.result ?? 'any';
    case 'constant': return node.name === 'True' || node.name === 'False' ? 'boolean' : node.name === 'NULL' || node.name === 'AuthoritativeNull' || node.name === 'IgnoreThisFlow' ? 'null' : 'text';
    case 'attribute': {
      const type = schema?.attributes.find((each) => each.name === node.name)?.type;
      // A number or a truth value arrives as text that converts, so only binary narrows what may be done.
      return type === 'binary' ? 'binary' : 'any';
    }
    case 'parameter': case 'variable': case 'empty': return 'any';
    default: return node satisfies never;
  }
}

const NEEDS: Readonly<Record<Parameter['type'], string>> = {
  any: 'a value', lazy: 'a value', list: 'a value', text: 'a text', each: 'a text', pattern: 'a regular expression', integer: 'a whole number',
  condition: 'True or False', date: 'a date', binary: 'binary', variable: 'a variable such as $item', choice: 'one of its choices',
};
const NOT_TAKEN: Readonly<Partial<Record<Parameter['type'], readonly Known[]>>> = {
  text: ['binary'], each: ['binary'], pattern: ['binary', 'boolean', 'date'], integer: ['boolean', 'date', 'binary'], condition: ['date', 'binary'], date: ['integer', 'boolean', 'binary'],
  binary: ['text', 'integer', 'boolean', 'date'], choice: ['integer', 'boolean', 'date', 'binary'],
};

/** What is wrong with a literal text for a type; null when it may do. */
function literalFault(parameter: Parameter, value: string): string | null {
  if (parameter.type === 'integer' && !/^\s*-?\d{1,19}\s*$/.test(value)) return `needs a whole number, and "${value.slice(0, 40)}" is none`;
  if (parameter.type === 'date' && parseDate(value) === null) return `needs a date, and "${value.slice(0, 40)}" cannot be read as one`;
  if (parameter.type === 'choice' && !parameter.choices.includes(value)) return `is one of ${parameter.choices.join(', ')}`;
  if (parameter.type !== 'pattern') return null;
  const compiled = compilePattern(value);
  return compiled.ok ? null : `is a regular expression that ${compiled.message}`;
}

function checkArgument(info: FunctionInfo, arg: Node, index: number, schema: ExpressionSchema | undefined): Problem | null {
  const parameter = parameterAt(info, index);
  if (parameter === undefined) return null;
  const which = `Argument ${index + 1} of ${info.name} (${parameter.name})`;
  if (arg.kind === 'empty') return parameter.optional ? null : problemAt({ offset: arg.at.offset, length: 1 }, `${which} is left out, but it is needed.`, info.signature);
  if (parameter.type === 'variable') return arg.kind === 'variable' ? null : problemAt(arg.at, `${which} must be a variable such as $item.`);
  const known = typeOf(arg, schema);
  if (known !== 'null' && NOT_TAKEN[parameter.type]?.includes(known) === true) return problemAt(arg.at, `${which} needs ${NEEDS[parameter.type]}, but this gives ${known === 'boolean' ? 'True or False' : known === 'text' ? 'a text' : known === 'integer' ? 'a number' : known === 'date' ? 'a date' : 'binary'}.`);
  const literal = arg.kind === 'text' ? arg.value : arg.kind === 'constant' && known === 'text' ? arg.name : null;
  const wrong = literal === null ? null : literalFault(parameter, literal);
  return wrong === null ? null : problemAt(arg.at, `${which} ${wrong}.`, literal === null ? null : didYouMean(literal, parameter.choices));
}

function countFault(info: FunctionInfo, call: Call): string | null {
  const repeating = info.parameters.filter((each) => each.repeats).length;
  const least = info.parameters.filter((each) => !each.optional).length;
  const count = call.args.length;
  if (info.name === 'Replace') return count < 3 ? 'at least 3 arguments' : count > 7 ? 'at most 7 arguments' : null;
  if (info.name === 'FormatDateTime') return count < 2 || count > 4 ? '2 to 4 arguments' : null;
  if (info.name === 'Switch') return count < (isConditionSwitch(call) ? 2 : 4) || count % 2 === 1 ? `an even number of arguments, ${count < 2 ? 'pairs of condition and value, or ' : ''}source, default and pairs of key and value` : null;
  const most = repeating > 0 ? Number.POSITIVE_INFINITY : info.parameters.length;
  if (count >= least && count <= most) return null;
  const arguments_ = (number: number): string => (number === 0 ? 'no arguments' : number === 1 ? '1 argument' : `${number} arguments`);
  return count < least && most > least ? `at least ${arguments_(least)}` : count > most && least < most ? `at most ${arguments_(most)}` : arguments_(least);
}

function checkCall(call: Call, root: Node, schema: ExpressionSchema | undefined): readonly Problem[] {
  const info = functionNamed(call.name);
  if (info === undefined) return [problemAt(call.nameAt, `There is no function "${call.name.slice(0, 60)}".`, didYouMean(call.name, FUNCTIONS.map((each) => each.name)))];
  const count = countFault(info, call);
  if (count !== null) return [problemAt(call.at, `${info.name} takes ${count}, not ${call.args.length}.`, info.signature)];
  const out: Problem[] = [];
  if (info.name === 'SelectUniqueValue' && call !== root) out.push(problemAt(call.nameAt, 'SelectUniqueValue must be the whole expression; it cannot be part of another.'));
  if (info.name === 'Replace') {
    if (replaceMode(call) < 0) out.push(problemAt(call.at, `These arguments of Replace fit none of its ways: it takes ${REPLACE_MODES.join('; or ')}.`, info.signature));
    // Entra Connect's form puts the new text third, where the other form has the pattern.
    if (call.args.length === 3) return out;
  }
  if (info.name === 'FormatDateTime' && call.args.some((arg, i) => arg.kind === 'empty' && !(call.args.length === 4 && i === 1))) out.push(problemAt(call.at, 'FormatDateTime needs all its arguments but the date styles.', info.signature));
  if (info.name === 'Switch' && isConditionSwitch(call)) return out;
  if (info.name === 'ImportedValue' && call.args[0]?.kind !== 'text') out.push(problemAt(call.at, 'ImportedValue takes the name of an attribute as a text between quotation marks.'));
  for (const [i, arg] of call.args.entries()) {
    const problem = checkArgument(info, arg, i, schema);
    if (problem !== null) out.push(problem);
  }
  return out;
}

function attributeFault(node: Node, schema: ExpressionSchema | undefined): Problem | null {
  const name = node.kind === 'attribute' ? node.name : node.kind === 'call' && node.name === 'ImportedValue' && node.args[0]?.kind === 'text' ? node.args[0].value : null;
  if (name === null || schema === undefined || schema.attributes.some((each) => each.name === name)) return null;
  return problemAt(node.kind === 'call' ? node.args[0]?.at ?? node.at : node.at, `There is no attribute "${name.slice(0, 60)}".`, didYouMean(name, schema.attributes.map((each) => each.name)));
}

/** Variables that are used where no Select, Where or With names them. */
function unbound(node: Node, bound: readonly string[]): readonly Problem[] {
  if (node.kind === 'variable') return bound.includes(node.name) ? [] : [problemAt(node.at, `The variable $${node.name} is not defined here; Select, Where and With define one.`, didYouMean(node.name, bound))];
  if (node.kind === 'compare') return [...unbound(node.left, bound), ...unbound(node.right, bound)];
  if (node.kind === 'chain') return node.parts.flatMap((part) => unbound(part, bound));
  if (node.kind !== 'call') return [];
  const [first, second, third] = node.args;
  if (functionNamed(node.name)?.parameters[0]?.type !== 'variable' || first?.kind !== 'variable') return node.args.flatMap((arg) => unbound(arg, bound));
  return [...(second === undefined ? [] : unbound(second, bound)), ...(third === undefined ? [] : unbound(third, [...bound, first.name]))];
}

const warn = (problem: Problem): Problem => ({ ...problem, severity: 'warning' });

/**
 * Judges names, argument counts and types of a parsed expression, without any object at hand.
 * @param schema attributes and parameters that exist; absent means that none of their names is judged.
 * @returns errors and warnings in the order of the text; an expression with an error must not be evaluated.
 */
export function checkExpression(root: Node, schema?: ExpressionSchema): readonly Problem[] {
  const out: Problem[] = [...unbound(root, [])];
  for (const node of walk(root)) {
    if (node.kind === 'call') out.push(...checkCall(node, root, schema));
    const attribute = attributeFault(node, schema);
    if (attribute !== null) out.push(attribute);
    if (node.kind === 'parameter' && schema?.parameters !== undefined && !schema.parameters.some((one) => one.toLowerCase() === node.name.toLowerCase())) {
      out.push(problemAt(node.at, `There is no parameter %${node.name.slice(0, 60)}%.`, didYouMean(node.name, schema.parameters)));
    }
    if (node.kind === 'compare' && [node.left, node.right].some((side) => typeOf(side, schema) === 'null')) {
      out.push(warn(problemAt(node.at, 'A comparison with NULL is never true.', 'Use IsNull or IsPresent.')));
    }
    if (node.kind === 'call' && node.name === 'Join' && node.args.length === 2 && node.args[0]?.kind === 'attribute' && node.args[1]?.kind === 'text') {
      out.push(warn(problemAt(node.at, 'The separator of Join comes first, the values after it.', `Write Join(${JSON.stringify(node.args[1].value)}, [${node.args[0].name}]).`)));
    }
  }
  return out.toSorted((a, b) => a.offset - b.offset);
}
