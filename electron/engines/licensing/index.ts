/** The licensing engine: rules against what users have, conflicts, and units. Pure. */
export { planConflict } from './conflicts.ts';
export { createUnitCounter, shortages } from './head-count.ts';
export type { UnitCounter } from './head-count.ts';
export { planLicences } from './plan.ts';
export { licenceRules } from './rules.ts';
export type { LicenceRules } from './rules.ts';
export type { HeadCount, LicenceCandidate, LicenceDecision, LicensingContext, PlannedLicences } from './types.ts';
