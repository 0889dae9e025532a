import type { SourceObject } from '../../../../shared/domain/objects.ts';
import { runChain } from './chain.ts';
import type { RuleContext } from './types.ts';
import { VALUE_RULES } from './value-rules.ts';

/** What is wrong with a value. */
export interface ValueProblem { readonly rule: string; readonly severity: 'error' | 'warning'; readonly message: string }

/**
 * Checks one value by the rules of its attribute, the same ones that find faults in the directory. Whether the value is unique is not
 * part of it. @returns nothing for attributes without rules.
 */
export function validateValue(attribute: string, value: string, object: SourceObject, context: RuleContext): readonly ValueProblem[] {
  const name = Object.keys(VALUE_RULES).find((each) => each.toLowerCase() === attribute.toLowerCase());
  const rules = name === undefined ? [] : VALUE_RULES[name] ?? [];
  return runChain(value, rules, object, context).broken.map(({ rule, message }) => ({ rule: rule.id, severity: rule.severity, message }));
}
