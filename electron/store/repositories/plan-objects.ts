import { pieces } from '../columns.ts';
import type { Context } from '../context.ts';

/** An object that two plans write to. */
export interface SharedObject { readonly planId: string; readonly name: string }

/** Which objects plans write to: objects of the tenant, and those of the directory that they belong to or that are created from them. */
export interface PlanObjectsRepository {
  /** An object that the plan and one of the others write to, owners of links included; undefined: they have none in common. */
  sharedObject(planId: string, others: readonly string[]): Promise<SharedObject | undefined>;
}

/** Makes the repository of the objects of plans. */
export function planObjectsRepository({ db }: Context): PlanObjectsRepository {
  return {
    sharedObject: async (planId, others) => {
      for (const piece of pieces(others)) {
        for (const column of ['target_id', 'source_id'] as const) {
          const row = await db.selectFrom('operation as own').innerJoin('operation as theirs', `theirs.${column}`, `own.${column}`).select(['theirs.plan_id', 'own.name'])
            .where('own.plan_id', '=', planId).where('theirs.plan_id', 'in', piece).limit(1).executeTakeFirst();
          if (row !== undefined) return { planId: row.plan_id, name: row.name };
        }
      }
      return undefined;
    },
  };
}
