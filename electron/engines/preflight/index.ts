/** The preflight engine: what would fail at Microsoft 365 is said before anything is written. Pure. */
export { checkObjects, createChecker, wantedNames } from './check.ts';
export type { CheckContext, CheckedObject, Checker } from './check.ts';
export { createTenantNames, namesOf } from './names.ts';
export type { NameHolder, NameKind, TenantNames } from './names.ts';
export { GROUP_GROWTH_LIMIT, GROUP_SIZE_LIMIT, RESERVED_ALIASES } from './limits.ts';
export { createSourceChecks } from './source/check-source.ts';
export type { CheckedSource, SourceChecks, SourceCheckOptions, SourceTally } from './source/check-source.ts';
export { checkPair, PAIR_RULES } from './source/check-pair.ts';
export type { PairFacts, PairWishes } from './source/check-pair.ts';
export { skippedByIdFix } from './source/idfix-skips.ts';
export type { RuleContext } from './source/types.ts';
export { validateValue, type ValueProblem } from './source/validate.ts';
export { OBJECT_RULES } from './source/object-rules.ts';
export { VALUE_RULES } from './source/value-rules.ts';
