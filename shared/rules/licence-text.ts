import type { LicenceRule } from '../domain/licences.ts';

/** For whom a licence rule counts, in words. */
export function licenceConditionText({ condition }: Pick<LicenceRule, 'condition'>): string {
  switch (condition.kind) {
    case 'everybody': return 'everybody';
    case 'members of': return `members of ${condition.groupDn}`;
    case 'attribute equals': return `${condition.attribute} is "${condition.value}"`;
    case 'filter': return condition.filter;
  }
}

/** What a licence rule does, in words. */
export function licenceActionText({ action, partNumber, disabledPlans }: Pick<LicenceRule, 'action' | 'partNumber' | 'disabledPlans'>): string {
  return `${action === 'assign' ? 'Assign' : 'Remove'} ${partNumber}${disabledPlans.length > 0 ? ` without ${disabledPlans.join(', ')}` : ''}`;
}
