/** The planning engine: desired state against the target gives operations; guards; inverse plans. Pure. */
export { createPlanner } from './planner.ts';
export type { PlanCandidate, Planner, PlannerContext, PlannedObject, PlanSizes } from './types.ts';
export type { Baseline, Drift, DriftTreatment } from './drift.ts';
export { addressKey, diffObject, sameValues, valueKeys } from './diff.ts';
export { addToCounts, countOperations, emptyCounts, type OpenCounts } from './counts.ts';
export { DEFAULT_GUARD_LIMITS, guardPlan } from './guard.ts';
export { MEMBERS_PER_OPERATION } from './links.ts';
export { planRollback } from './rollback.ts';
export { leftAlone, leftOnTop, writesInTheWay, type StandingWrite } from './rollback-scope.ts';
export { attributeOf, choiceKey, EXISTENCE, isPartOf, MANAGER, membership, valuesInTheWay, valuesWritten } from './rollback-values.ts';
export type { JournalledChange, RollbackChoice, RollbackConflict, RollbackImpossible, RollbackOptions, RollbackPlan } from './rollback-types.ts';
export { createHandOverIndex, planAnchor, predictHandOver, type AnchorPlan, type HandOverContext, type HandOverIndex, type HandOverPrediction } from './handover/index.ts';
