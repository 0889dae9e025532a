import { sql } from 'kysely';
import type { Context } from '../context.ts';

/** What runs dry in a tenant. */
export type BudgetResource = 'writes' | 'units';

/** How the agents of the project stand with a tenant. Times in milliseconds since 1970 UTC. */
export interface TenantBudget {
  /** Nobody sends before. */
  readonly pausedUntil: number;
  /** When somebody was last told that writes, or resource units, ran dry; null: never. */
  readonly toldAt: Readonly<Record<BudgetResource, number | null>>;
}

/** The limits of tenants as the agents of a project share them. A tenant is named by a key that says how the service counts: cloud, tenant and application. */
export interface TenantBudgetRepository {
  /** Undefined when nobody was throttled there. */
  get(tenantKey: string): Promise<TenantBudget | undefined>;
  /** Notes that the service asked for a pause until then, because `what` ran dry; the later of two pauses counts, and nothing of the budget is free before. */
  pause(tenantKey: string, what: BudgetResource, until: number, now: number): Promise<void>;
  /**
   * Takes so much of the budget, which flows at `perSecond` and gathers to `burst` while nobody takes. Two processes never get the same part.
   * @returns the moment from which it flows, also one that is past; null: nobody was throttled for that.
   */
  reserve(tenantKey: string, what: BudgetResource, part: { readonly count: number; readonly perSecond: number; readonly burst: number }, now: number): Promise<number | null>;
}

/** Makes the repository of budgets. */
export function tenantBudgetRepository({ db }: Context): TenantBudgetRepository {
  const columns = { writes: { told: 'writes_told_at', from: 'writes_from' }, units: { told: 'units_told_at', from: 'units_from' } } as const;
  return {
    get: async (tenantKey) => {
      const row = await db.selectFrom('tenant_budget').selectAll().where('tenant_key', '=', tenantKey).executeTakeFirst();
      return row && { pausedUntil: row.paused_until, toldAt: { writes: row.writes_told_at, units: row.units_told_at } };
    },
    pause: async (tenantKey, what, until, now) => {
      const { told, from } = columns[what];
      const end = Math.ceil(until);
      const none = { writes_told_at: null, writes_from: null, units_told_at: null, units_from: null };
      // One statement, so that of two agents that are told at once the later pause stays, whoever comes first.
      await db.insertInto('tenant_budget').values({ tenant_key: tenantKey, paused_until: end, ...none, [told]: now, [from]: end }).onConflict((conflict) => conflict.column('tenant_key').doUpdateSet({
        paused_until: sql<number>`case when tenant_budget.paused_until > ${end} then tenant_budget.paused_until else ${end} end`,
        [told]: now,
        [from]: sql<number>`case when coalesce(tenant_budget.${sql.ref(from)}, 0) > ${end} then tenant_budget.${sql.ref(from)} else ${end} end`,
      })).execute();
    },
    reserve: async (tenantKey, what, { count, perSecond, burst }, now) => {
      const { from } = columns[what];
      for (;;) {
        const row = await db.selectFrom('tenant_budget').select(from).where('tenant_key', '=', tenantKey).executeTakeFirst();
        const before = row?.[from] ?? null;
        if (before === null) return null;
        // What nobody took in time is gathered up to a full bucket and no further.
        const start = Math.max(before, Math.floor(now - (burst / perSecond) * 1000));
        // Taken only from the state that was seen; when somebody was faster, from the next.
        const { numUpdatedRows } = await db.updateTable('tenant_budget').set({ [from]: start + Math.ceil((count / perSecond) * 1000) }).where('tenant_key', '=', tenantKey).where(from, '=', before).executeTakeFirst();
        if (numUpdatedRows > 0n) return start;
      }
    },
  };
}
