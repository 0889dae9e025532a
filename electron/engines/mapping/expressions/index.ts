/**
 * The mapping language: the expressions of Microsoft Entra provisioning and Entra Connect, with a tokenizer, a parser and an
 * evaluator of its own. Nothing is ever run as code. Pure: time and random numbers come from the caller.
 */
import type { Node } from './ast.ts';
import { checkExpression } from './check.ts';
import type { ExpressionSchema } from './check.ts';
import { evaluateNode } from './evaluate.ts';
import type { Outcome, Surroundings } from './evaluate.ts';
import { explainNode } from './explain.ts';
import type { Explanation } from './explain.ts';
import { parseSyntax } from './parser.ts';
import { layOut, printNode } from './print.ts';
import type { Problem } from './problems.ts';

export { EXAMPLE_OBJECT, FUNCTIONS } from './catalogue.ts';
export type { FunctionInfo, Parameter } from './catalogue.ts';
export type { ExpressionSchema, SchemaAttribute } from './check.ts';
export { complete, highlight, signatureAt } from './editor.ts';
export type { ActiveSignature, Completion, Completions, Highlight, HighlightKind } from './editor.ts';
export type { Outcome, Surroundings } from './evaluate.ts';
export type { Explanation } from './explain.ts';
export { LIMITS as EXPRESSION_LIMITS } from './limits.ts';
export type { Problem } from './problems.ts';
export { OBJECT_PARAMETERS, attributeReader, isBinaryAttribute, parameterReader } from './source.ts';
export type { Value } from './values.ts';

/** An expression that may be evaluated: its syntax and its names are right. */
export interface Expression {
  readonly root: Node;
  /** What it reads; shown as the source attributes of its rule. */
  readonly explanation: Explanation;
  /** Warnings that do not forbid using it. */
  readonly warnings: readonly Problem[];
}

/** An expression, or all that is wrong with it (a syntax error comes alone). */
export type ReadExpression = { readonly ok: true; readonly expression: Expression } | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads and checks an expression. Never throws, whatever the text.
 * @param schema the attributes and parameters that exist; absent means that their names are not judged.
 */
export function readExpression(text: string, schema?: ExpressionSchema): ReadExpression {
  const parsed = parseSyntax(text);
  if (!parsed.ok) return { ok: false, problems: [parsed.problem] };
  const problems = checkExpression(parsed.node, schema);
  if (problems.some((problem) => problem.severity === 'error')) return { ok: false, problems };
  return { ok: true, expression: { root: parsed.node, explanation: explainNode(parsed.node), warnings: problems } };
}

/** Evaluates an expression for one object; see {@link Outcome}. Never throws, and ends within {@link EXPRESSION_LIMITS}. */
export function evaluate(expression: Expression, around: Surroundings): Outcome {
  return evaluateNode(expression.root, around);
}

/** The expression in its usual spacing; calls wider than `width` columns (default 100) get one argument a line. */
export function format(expression: Expression, width = 100): string {
  const line = printNode(expression.root);
  return line.length <= width ? line : layOut(expression.root, width);
}
