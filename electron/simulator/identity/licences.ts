import { DEPENDENT_PLANS, EXCLUSIVE_PLANS, isMailboxPlan, plansOf, serviceOf, type Product } from './service-plans.ts';

/** One way by which a user has a licence (Graph documentation, licenseAssignmentState). */
export interface AssignmentState {
  readonly skuId: string;
  readonly disabledPlans: readonly string[];
  /** Id of the group it is inherited from; null: assigned directly. */
  readonly assignedByGroup: string | null;
  /** `ActiveWithError`: the user still has it, because it could not be taken away. */
  readonly state: 'Active' | 'ActiveWithError' | 'Error';
  /** `Other`: another licence of the same group could not be given. */
  readonly error: 'None' | 'CountViolation' | 'MutuallyExclusiveViolation' | 'DependencyViolation' | 'UniquenessViolation' | 'Other';
  readonly lastUpdatedDateTime: string;
}

/** What a user holds in the end (Graph documentation, assignedLicense). */
export interface Licence { readonly skuId: string; readonly disabledPlans: readonly string[] }

/** A plan of `assignedPlans`. */
export interface AssignedPlan { readonly assignedDateTime: string; readonly capabilityStatus: 'Enabled' | 'Deleted'; readonly service: string; readonly servicePlanId: string }

/** Licences by all active assignments together: a plan is off when every assignment switches it off. */
export function effectiveLicences(states: readonly AssignmentState[]): readonly Licence[] {
  const bySku = new Map<string, readonly string[]>();
  for (const { skuId, disabledPlans, state } of states) {
    if (state === 'Error') continue;
    const before = bySku.get(skuId);
    bySku.set(skuId, before === undefined ? disabledPlans : before.filter((p) => disabledPlans.includes(p)));
  }
  return [...bySku].map(([skuId, disabledPlans]) => ({ disabledPlans, skuId }));
}

/** Ids of the plans that licences switch on. */
export function enabledPlans(licences: readonly Licence[], products: readonly Product[]): ReadonlySet<string> {
  return new Set(licences.flatMap(({ skuId, disabledPlans }) => {
    const product = products.find((p) => p.skuId === skuId);
    return product ? plansOf(product).map((p) => p.servicePlanId).filter((id) => !disabledPlans.includes(id)) : [];
  }));
}

/** True when licences come with a mailbox in Exchange Online. */
export function hasMailboxPlan(licences: readonly Licence[], products: readonly Product[]): boolean {
  for (const id of enabledPlans(licences, products)) if (isMailboxPlan(id)) return true;
  return false;
}

/** What stands against a set of plans. */
export type PlanViolation =
  | { readonly kind: 'MutuallyExclusiveViolation'; readonly plans: readonly string[] }
  | { readonly kind: 'DependencyViolation'; readonly plan: string; readonly needs: readonly string[] };

/**
 * Conflicts and missing dependencies among plans.
 * @returns the first violation, or undefined.
 */
export function planViolation(plans: ReadonlySet<string>): PlanViolation | undefined {
  for (const set of EXCLUSIVE_PLANS) {
    const both = set.filter((p) => plans.has(p));
    if (both.length > 1) return { kind: 'MutuallyExclusiveViolation', plans: both };
  }
  for (const [plan, needs] of Object.entries(DEPENDENT_PLANS)) {
    if (plans.has(plan) && !needs.some((n) => plans.has(n))) return { kind: 'DependencyViolation', plan, needs };
  }
  return undefined;
}

/** `assignedPlans` after a change: plans that went stay as `Deleted`, plans that stayed keep their date (Graph documentation, assignedPlan). */
export function assignedPlans(before: readonly AssignedPlan[], licences: readonly Licence[], products: readonly Product[], now: string): readonly AssignedPlan[] {
  const enabled = enabledPlans(licences, products);
  const known = new Map(products.flatMap((p) => plansOf(p).map((s) => [s.servicePlanId, s] as const)));
  const old = new Map(before.map((p) => [p.servicePlanId, p]));
  const kept = before.filter((p) => !enabled.has(p.servicePlanId)).map((p) => (p.capabilityStatus === 'Deleted' ? p : { ...p, capabilityStatus: 'Deleted' as const, assignedDateTime: now }));
  const current = [...enabled].map((servicePlanId): AssignedPlan => {
    const was = old.get(servicePlanId);
    if (was?.capabilityStatus === 'Enabled') return was;
    const plan = known.get(servicePlanId);
    return { assignedDateTime: now, capabilityStatus: 'Enabled', service: plan ? serviceOf(plan) : '', servicePlanId };
  });
  return [...current, ...kept];
}
