import type { BudgetNews, Resource, SharedBudget } from '../engines/tenant/index.ts';
import type { Log } from '../platform/log.ts';
import type { TenantBudgetRepository } from '../store/index.ts';

/** So long after the last 429 a tenant counts as throttling, milliseconds: four of the service's windows of 150 s (Graph documentation, throttling limits). */
const SHORT_FOR_MS = 600_000;
const NOTHING: BudgetNews = { pauseMs: 0, short: [] };

/**
 * The budgets of tenants that the agents of a project share through its store. Clocks of different machines may differ by as much as leases allow. When
 * the store does not answer, an agent goes on alone: the next thing that it writes down fails anyway.
 * @returns a function that gives the budget of a tenant by its gate's key, always the same one.
 */
export function tenantBudgets({ store, log, now }: { readonly store: { readonly tenantBudget: TenantBudgetRepository }; readonly log: Log; readonly now: () => number }): (key: string) => SharedBudget {
  const known = new Map<string, SharedBudget>();
  const orElse = async <T>(fallback: T, work: Promise<T>): Promise<T> => {
    try { return await work; } catch (error) {
      log.warn({ err: error }, 'the other agents could not be asked for their part of the tenant\'s limits');
      return fallback;
    }
  };
  const make = (key: string): SharedBudget => ({
    look: () => orElse(NOTHING, (async () => {
      const budget = await store.tenantBudget.get(key);
      if (budget === undefined) return NOTHING;
      const short = (['writes', 'units'] as const satisfies readonly Resource[]).filter((what) => (budget.toldAt[what] ?? 0) > now() - SHORT_FOR_MS);
      return { pauseMs: Math.max(0, budget.pausedUntil - now()), short };
    })()),
    reserve: (what, count, pace) => orElse(null, (async () => {
      const from = await store.tenantBudget.reserve(key, what, { count, ...pace }, now());
      return from === null ? null : from - now();
    })()),
    tell: (waitMs, what) => orElse(undefined, store.tenantBudget.pause(key, what, now() + waitMs, now())),
  });
  return (key) => {
    const budget = known.get(key) ?? make(key);
    known.set(key, budget);
    return budget;
  };
}
