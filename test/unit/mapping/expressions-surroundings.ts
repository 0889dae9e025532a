import { EXAMPLE_OBJECT, evaluateExpression, readExpression } from '../../../electron/engines/mapping/index.ts';
import type { Outcome, Surroundings, Value } from '../../../electron/engines/mapping/index.ts';

/** Attribute values of a test object: one text, several, or any value of the language. */
export type TestObject = Readonly<Record<string, Value>>;

/** Surroundings that never change: the moment of the published example of Now, and counting "random" numbers. */
export function surroundings(object: TestObject = {}, parameters: Readonly<Record<string, string>> = {}): Surroundings {
  let count = 0;
  return {
    attribute: (name) => (Object.hasOwn(object, name) ? object[name] ?? null : null), parameter: (name) => parameters[name],
    now: Date.UTC(2021, 6, 2, 15, 33, 38), random: (limit) => { count += 1; return (count * 7919) % limit; },
  };
}

/** The example object as values of the language. */
export const EXAMPLE: TestObject = Object.fromEntries(Object.entries(EXAMPLE_OBJECT).map(([name, values]) => [name, values.length === 1 ? values[0] ?? null : values]));

/** Reads and evaluates; a problem of reading comes as a failed outcome, so that one line can state either. */
export function outcome(text: string, object: TestObject = {}, parameters: Readonly<Record<string, string>> = {}): Outcome {
  const read = readExpression(text);
  if (!read.ok) return { kind: 'failed', problem: read.problems[0] ?? { offset: 0, length: 0, severity: 'error', message: 'none', hint: null } };
  return evaluateExpression(read.expression, surroundings(object, parameters));
}

/** The outcome in one text: values with "; " between, `nothing`, `clear`, `ignore`, or `failed: ` with the message. */
export function shown(text: string, object: TestObject = {}, parameters: Readonly<Record<string, string>> = {}): string {
  const result = outcome(text, object, parameters);
  if (result.kind === 'failed') return `failed: ${result.problem.message}`;
  return result.kind === 'value' || result.kind === 'candidates' ? result.values.join('; ') : result.kind;
}
