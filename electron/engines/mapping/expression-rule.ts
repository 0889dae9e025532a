import type { Values } from '../../../shared/domain/objects.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';
import type { TargetAttribute } from '../../../shared/rules/target-attributes.ts';
import { attributeReader, evaluate, parameterReader, readExpression } from './expressions/index.ts';
import type { MapInput } from './types.ts';

/** What an expression rule gives for one object; `fault` keeps the object out. `candidates`: values in order of preference, of which the first is in `values`. */
export type ExpressionOutcome =
  | { readonly kind: 'write'; readonly values: Values | null; readonly candidates: Values; readonly source: string; readonly reason: string }
  | { readonly kind: 'leave' }
  | { readonly kind: 'fault'; readonly message: string };

/** Functions whose every run differs: with "always" the target would change at each migration. */
const RANDOM: ReadonlySet<string> = new Set(['Guid', 'RandomNum', 'RandomString']);

/** Values in the form of the target attribute; undefined when they do not fit. */
function fitted(values: Values, about: TargetAttribute): Values | undefined {
  if (about.type === 'texts') return values;
  if (values.length > 1) return undefined;
  if (about.type === 'text') return values;
  const truth = values[0]?.toLowerCase();
  return truth === 'true' || truth === 'false' ? [truth] : undefined;
}

/**
 * Applies a rule of action Expression.
 *
 * NULL and an empty text leave the target alone, as an absent source does for the other actions, so that a gap in Active
 * Directory never wipes what people entered; AuthoritativeNull empties it on purpose (Entra Connect, "Understanding Declarative
 * Provisioning": NULL lets the next rule contribute, AuthoritativeNull does not). SelectUniqueValue writes only on creation.
 * A redacted value is refused, because a plan shows and stores what it will write.
 */
export function applyExpression(rule: MappingRule, about: TargetAttribute, input: MapInput): ExpressionOutcome {
  const fault = (message: string): ExpressionOutcome => ({ kind: 'fault', message: `Mapping rule ${rule.position} (${about.name}): ${message}` });
  const { expressions } = input;
  const read = (expressions?.read ?? readExpression)(rule.value);
  if (!read.ok) {
    const problem = read.problems.find((each) => each.severity === 'error') ?? read.problems[0];
    return fault(`at character ${(problem?.offset ?? 0) + 1} of the expression: ${problem?.message ?? 'it cannot be read.'}${problem?.hint == null ? '' : ` ${problem.hint}`}`);
  }
  const { explanation } = read.expression;
  if (explanation.onlyOnCreation && input.target !== null) return { kind: 'leave' };
  if (rule.condition === 'always' && explanation.functions.some((name) => RANDOM.has(name))) {
    return fault('a random value would change at every run; give the rule the condition "only on creation" or "only if the target is empty".');
  }
  if (!explanation.repeatable && expressions === undefined) return fault('Now and random functions are not available here.');
  const outcome = evaluate(read.expression, {
    attribute: attributeReader(input.source, expressions?.isBinary), parameter: parameterReader(input.source, expressions?.parameters ?? {}, expressions?.netBios), now: expressions?.now ?? 0, random: expressions?.random ?? (() => 0),
  });
  const source = explanation.attributes.join(', ');
  const written = { kind: 'write', candidates: [], source, reason: `Expression ${rule.value}` } as const;
  switch (outcome.kind) {
    case 'failed': return fault(`${outcome.problem.message} (character ${outcome.problem.offset + 1} of the expression)`);
    case 'nothing': case 'ignore': return { kind: 'leave' };
    case 'clear': return about.clearable ? { ...written, values: null } : fault(`${about.name} cannot be empty in Microsoft 365.`);
    case 'value': case 'candidates': {
      if (outcome.redacted) return fault('a redacted value cannot be written through a plan, which shows what it writes; leave Redact out.');
      const first = outcome.kind === 'candidates' ? outcome.values.slice(0, 1) : outcome.values;
      const values = fitted(first, about);
      if (values === undefined) return fault(about.type === 'boolean' ? `${about.name} is True or False, and "${first.join('; ').slice(0, 60)}" is neither.` : `${about.name} holds one value, and the expression gives ${first.length}; use Item or Join.`);
      return { ...written, values, candidates: outcome.kind === 'candidates' ? outcome.values : [] };
    }
    default: return outcome satisfies never;
  }
}
