import fc from 'fast-check';
import { PEOPLE } from './organisation.ts';
import { licenceRule, mappingRule } from './rules.ts';

const n = fc.nat(4095);
/** Collections of a run: everything, and two that share nothing, so that references wait for each other. */
export const COLLECTIONS = ['Everyone', 'First', 'Second'] as const;
const collection = fc.constantFrom('Everyone' as const, 'Everyone' as const, ...COLLECTIONS);

/** Steps of the project and of Active Directory. Numbers choose among what there is. */
export const ownStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('migrate' as const), collection, people: fc.constantFrom('all' as const, 'all' as const, 'people' as const), suffix: fc.constantFrom('', '', '', 'moved.example'), country: fc.constantFrom('', 'DE') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('change' as const), who: n, what: n, which: n }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rules' as const), collection, rules: fc.array(mappingRule, { maxLength: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('licences' as const), collection, rules: fc.array(licenceRule, { maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'an hour passes' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('besides' as const), who: fc.nat(PEOPLE.length - 1), what: n }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('roll back' as const), of: fc.constantFrom('task' as const, 'object' as const, 'since' as const, 'attribute' as const), task: n, who: n, attribute: n, later: fc.boolean(), purge: fc.boolean(), keep: fc.boolean() }) },
);
/** One of them. */
export type Step = typeof ownStep extends fc.Arbitrary<infer T> ? T : never;
