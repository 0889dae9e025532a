import type { GuardStop, PlanCounts } from '../../../shared/domain/plans.ts';
import type { GuardLimits } from '../../../shared/domain/settings.ts';

/**
 * Limits that hold until a pair or a collection has its own. Creating is the purpose of a migration, so its limit is wide; taking
 * something away is not, so those are narrow. Entra Connect stops at 500 deletes whatever the size of the directory, and looks at
 * nothing else (Microsoft Entra Connect Sync, "Prevent accidental deletes"); that protects no small organisation, and neither
 * members nor values. Google Cloud Directory Sync stopped at 5 percent (its earlier default limit for deletions), which the
 * percentages of deletes and disables are taken from; the others are Causeway's own choice. Links of objects that nobody selected have a
 * limit of their own: they are wanted, but whoever migrates ten people does not expect hundreds of groups and mailboxes to change.
 */
export const DEFAULT_GUARD_LIMITS: GuardLimits = {
  creates: { count: 2000, percent: 50 }, overwrites: { count: 500, percent: 25 }, upnChanges: { count: 50, percent: 10 },
  membershipRemovals: { count: 100, percent: 10 }, healedLinks: { count: 500, percent: 25 }, licenceRemovals: { count: 20, percent: 5 }, disables: { count: 20, percent: 5 }, deletes: { count: 50, percent: 5 },
};

const WATCHED = [
  ['creates', 'creates', 'creates', 'objects would be created'], ['overwrites', 'overwrites', 'overwrites', 'values that are not empty would be replaced'],
  ['upnChanges', 'upnChanges', 'UPN changes', 'sign-in names would change'], ['membershipRemovals', 'membersRemoved', 'membership removals', 'memberships would be removed'],
  ['healedLinks', 'healed', 'links healed outside', 'memberships, permissions and managers of objects outside this migration would be written'],
  ['licenceRemovals', 'licencesRemoved', 'licence removals', 'licences would be taken away'],
  ['disables', 'disables', 'disables', 'accounts would be disabled'], ['deletes', 'deletes', 'deletes', 'objects would be deleted'],
] as const;

/**
 * Limits that a plan passes. A limit is passed when the count is over `count` and also over `percent` of the objects: a handful in a
 * small site does not stop a plan, nor does a small part of a large one. 0 percent leaves the count alone to decide; count 0 the percentage.
 * @param total objects that were planned; with 0 the percentage is never reached by nothing and always by something.
 * @param whose limits they are, for the sentence.
 * @returns an empty list when the plan may be applied without a typed approval.
 */
export function guardPlan(counts: PlanCounts, total: number, limits: GuardLimits, whose: 'collection' | 'pair' | 'default' = 'default'): GuardStop[] {
  const stops: GuardStop[] = [];
  for (const [limitName, countName, limit, what] of WATCHED) {
    const { count: allowed, percent } = limits[limitName];
    const count = counts[countName];
    if (count <= allowed || count * 100 <= percent * total) continue;
    stops.push({ limit, count, allowed, message: `${count} ${what}; the ${whose === 'default' ? 'default limit' : `limit of the ${whose}`} is ${allowed} and ${percent}% of ${total} objects. Look at them and approve, or discard the plan.` });
  }
  return stops;
}
