import type { GuardStop, PlanCounts } from '../../../shared/domain/plans.ts';
import type { GuardLimits } from '../../../shared/domain/settings.ts';

/**
 * Limits of a new pair. Creating is the purpose of a migration, so its limit is wide; taking something away is not, so those
 * are narrow. Entra Connect stops at 500 deletes whatever the size of the directory ("Prevent accidental deletes"); a percentage
 * besides keeps small sites safe too.
 */
export const DEFAULT_GUARD_LIMITS: GuardLimits = {
  creates: { count: 2000, percent: 50 }, overwrites: { count: 500, percent: 25 }, upnChanges: { count: 50, percent: 10 },
  membershipRemovals: { count: 100, percent: 10 }, disables: { count: 20, percent: 5 }, deletes: { count: 50, percent: 5 },
};

const WATCHED = [
  ['creates', 'creates', 'creates', 'objects would be created'], ['overwrites', 'overwrites', 'overwrites', 'values that are not empty would be replaced'],
  ['upnChanges', 'upnChanges', 'UPN changes', 'sign-in names would change'], ['membershipRemovals', 'membersRemoved', 'membership removals', 'memberships would be removed'],
  ['disables', 'disables', 'disables', 'accounts would be disabled'], ['deletes', 'deletes', 'deletes', 'objects would be deleted'],
] as const;

/**
 * Limits that a plan passes. A limit is passed when the count is over `count` and also over `percent` of the collection.
 * @param total objects of the collection; with 0 the percentage is never reached by nothing and always by something.
 * @returns an empty list when the plan may be applied without a typed approval.
 */
export function guardPlan(counts: PlanCounts, total: number, limits: GuardLimits): GuardStop[] {
  const stops: GuardStop[] = [];
  for (const [limitName, countName, limit, what] of WATCHED) {
    const { count: allowed, percent } = limits[limitName];
    const count = counts[countName];
    if (count <= allowed || count * 100 <= percent * total) continue;
    stops.push({ limit, count, allowed, message: `${count} ${what}; the limit is ${allowed} and ${percent}% of ${total} objects. Look at them and approve, or discard the plan.` });
  }
  return stops;
}
