import { attributeCode, writeAgreed, writeMembers } from '../../../shared/rules/agreed.ts';
import type { ObjectDiff } from './diff.ts';
import { agree, divideChanges, type Agreeing, type Baseline, type Divided } from './drift.ts';
import { EXISTENCE } from './rollback-values.ts';
import type { PlanCandidate } from './types.ts';

/** What is decided about an object itself. `isLeft`: others deleted it, and that is left. */
export interface DividedObject extends Divided { readonly isLeft: boolean }

/** Decides what of an object is written and what others changed; one that others deleted is one change as a whole. */
export function divideObject({ source, target, baseline }: PlanCandidate, { changes }: ObjectDiff): DividedObject {
  const isDeleted = target === null ? baseline?.vanished === true : target.deleted && baseline !== undefined && baseline.values !== null;
  if (!isDeleted || baseline === undefined) return { ...(target?.deleted === true ? { changes, drift: [] } : divideChanges(source.kind, changes, baseline)), isLeft: false };
  const isLeft = baseline.treatment(EXISTENCE, '') === 'left';
  return { changes: isLeft ? [] : changes, drift: [{ attribute: EXISTENCE, item: '', expected: ['present'], actual: [target === null ? 'deleted for good' : 'in the recycle bin'], left: isLeft }], isLeft };
}

/** What an object is agreed to have: what the rules say, and what was agreed on before where changes of others are left. What cannot be written is not agreed on. */
export function agreementOf({ source, mapped, baseline }: PlanCandidate, diff: ObjectDiff, { drift }: Divided): Agreeing {
  const agreeing: Agreeing = { values: new Map(), members: null };
  if (baseline === undefined) return agreeing;
  const refused = new Set(diff.refused.map((one) => one.attribute));
  const left = new Set(drift.flatMap((one) => (one.left ? one.attribute : [])));
  for (const [attribute, { values }] of mapped.values) {
    const before = left.has(attribute) ? baseline.values?.get(attributeCode(attribute)) : undefined;
    if (before !== undefined) agreeing.values.set(attributeCode(attribute), before);
    else if (!refused.has(attribute)) agree(agreeing, source.kind, attribute, values);
  }
  return agreeing;
}

/** As it is stored. @param isLeft the object is left as a whole: all stays as it was agreed. */
export function storedAgreement({ values, members }: Agreeing, baseline: Baseline, isLeft: boolean): { readonly values: string; readonly members: string | null } {
  return isLeft ? { values: writeAgreed(baseline.values ?? new Map()), members: null } : { values: writeAgreed(values), members: members === null ? null : writeMembers(members) };
}
