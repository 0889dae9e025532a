import fc from 'fast-check';
import type { LicenceRule } from '../../../shared/domain/licences.ts';
import { licenceSet, rulesOfOwn, type OwnRules } from './sequence-rules.ts';

/** What somebody does: migrate, work in Active Directory, work in the tenant, roll back. Numbers choose among what there is. */
export type Step =
  | { readonly kind: 'migrate'; readonly which: number; readonly rules: OwnRules; readonly licences: readonly LicenceRule[] }
  | { readonly kind: 'source'; readonly who: number; readonly what: number }
  | { readonly kind: 'others'; readonly who: number; readonly what: number; readonly whom: number }
  | { readonly kind: 'roll back'; readonly of: 'task' | 'object' | 'object since' | 'attribute'; readonly task: number; readonly who: number; readonly value: number; readonly mode: 'exact' | 'keep changes made since'; readonly later: boolean; readonly flip: number };

const n = fc.nat(1000);
/** Steps without other people in the tenant. */
export const ownStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('migrate' as const), which: n, rules: rulesOfOwn, licences: licenceSet }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('source' as const), who: n, what: n }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('roll back' as const), of: fc.constantFrom('task' as const, 'object' as const, 'object since' as const, 'attribute' as const), task: n, who: n, value: n, mode: fc.constantFrom('exact' as const, 'keep changes made since' as const), later: fc.boolean(), flip: n }) },
);
/** Steps of everybody. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof({ weight: 5, arbitrary: ownStep }, { weight: 3, arbitrary: fc.record({ kind: fc.constant('others' as const), who: n, what: n, whom: n }) });
