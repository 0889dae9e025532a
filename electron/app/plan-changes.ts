import type { PlanRecord, Repositories } from '../store/index.ts';

/** What a plan was made from and is another now, in sentences; none: it is up to date as far as the project knows. */
export interface ChangesOfPlan { readonly reasons: readonly string[]; readonly examples: readonly string[] }

const counted = (n: number, one: string, many: string): string => (n === 1 ? `1 ${one}` : `${n} ${many}`);

/**
 * Compares a plan with its inputs: objects of Active Directory as read last, matches, mapping and licence rules. The tenant itself is
 * compared value by value when the plan is applied.
 * @param since what a person has looked at and approved; absent: when the plan was made.
 */
export async function changesOf(tx: Pick<Repositories, 'plans'>, plan: Pick<PlanRecord, 'id'>, since?: { readonly at: number; readonly rules: string; readonly matches: number }): Promise<ChangesOfPlan> {
  const { sources, matches: changed, rules, examples } = await tx.plans.changesSince(plan.id, since);
  // Matches have no time of their own: those that had changed by then were looked at.
  const matches = changed > (since?.matches ?? 0) ? changed : 0;
  const named = examples.length === 0 ? '' : ` (${examples.slice(0, 3).map((name) => `"${name}"`).join(', ')}${sources + matches > 3 ? ' ...' : ''})`;
  const reasons = [
    ...(sources > 0 ? [`${counted(sources, 'object has', 'objects have')} changed in Active Directory since${matches > 0 ? '' : named}.`] : []),
    ...(matches > 0 ? [`${counted(matches, 'object has another match now', 'objects have another match now')}${named}.`] : []),
    ...(rules === 'changed' ? ['The mapping or licence rules of the collection were changed.'] : []),
  ];
  return { reasons, examples };
}
