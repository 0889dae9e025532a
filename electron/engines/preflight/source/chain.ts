import type { SourceObject } from '../../../../shared/domain/objects.ts';
import type { RuleContext, ValueRule } from './types.ts';

/** A rule that a value breaks. */
export interface Broken { readonly rule: Pick<ValueRule, 'id' | 'error' | 'severity'>; readonly message: string }
/** What a chain makes of one value. */
export interface ChainResult {
  readonly broken: readonly Broken[];
  /** The value after all fixes; the value itself when nothing could be mended. */
  readonly value: string;
}

/** The fix of one rule may break an earlier one; so often the chain is run again over what it made. */
const MOST_ROUNDS = 8;

function once(value: string, rules: readonly ValueRule[], object: SourceObject, context: RuleContext): ChainResult {
  const broken: Broken[] = [];
  let now = value;
  for (const rule of rules) {
    if (!rule.kinds.includes(object.kind)) continue;
    const failure = rule.check(now, object, context);
    if (failure === null) continue;
    broken.push({ rule, message: failure.message });
    now = failure.proposal ?? now;
  }
  return { broken, value: now };
}

/**
 * Runs the rules of an attribute over one value. The proposed value of a rule that fails is the input of the next one (IdFix:
 * rules run in order, the last proposal is shown, all errors are named). What comes out is run through the chain until nothing
 * changes any more, so that an applied fix never needs another; a value that never settles keeps its findings and gets no fix.
 */
export function runChain(value: string, rules: readonly ValueRule[], object: SourceObject, context: RuleContext): ChainResult {
  const first = once(value, rules, object, context);
  if (first.value === value) return first;
  let last = first.value;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = once(last, rules, object, context).value;
    if (next === last) return { broken: first.broken, value: last };
    last = next;
  }
  return { broken: first.broken, value };
}
