import type { Operation, Outcome } from '../../../shared/domain/plans.ts';
import { json, pieces } from '../columns.ts';
import type { Context } from '../context.ts';

/** An object that two plans write to. */
export interface SharedObject { readonly planId: string; readonly name: string }

/** How the message of an operation begins that was left to another plan, and that its own plan never writes. */
export const LEFT_TO_OTHERS = 'Left to ';
/** Kinds of operations that write a member or a manager, and nothing else. */
const LINK_KINDS = ['add members', 'set manager'] as const satisfies readonly Operation['kind'][];
/** What a plan writes of the members or of the manager of one object. */
export interface PlannedLink extends Pick<Operation, 'references'> { readonly planId: string; readonly sourceId: string; readonly kind: (typeof LINK_KINDS)[number]; readonly outcome: Outcome }

/** Which objects plans write to: objects of the tenant, and those of the directory that they belong to or that are created from them. */
export interface PlanObjectsRepository {
  /**
   * An object that the plan and one of the others write to, owners of links included; undefined: they have none in common. An operation that was left to
   * another plan when its own was approved does not count.
   */
  sharedObject(planId: string, others: readonly string[]): Promise<SharedObject | undefined>;
  /** Operations of these plans that give these objects members or a manager. */
  linksOn(planIds: readonly string[], sourceIds: readonly string[]): Promise<readonly PlannedLink[]>;
  /** objectGUIDs of the objects to which the plan and one of the others give members or a manager. */
  sharedOwners(planId: string, others: readonly string[]): Promise<readonly string[]>;
}

/** An object of the tenant that both write to, though it belongs to no common object of the directory: of two pairs, or matched anew in between. */
async function sharedTarget(db: Context['db'], planId: string, others: readonly string[]): Promise<SharedObject | undefined> {
  const common = await db.selectFrom('plan_target as own').innerJoin('plan_target as theirs', 'theirs.target_id', 'own.target_id').select('own.target_id').distinct()
    .where('own.plan_id', '=', planId).where('theirs.plan_id', 'in', others).execute();
  for (const ids of pieces(common.map((row) => row.target_id))) {
    const rows = await db.selectFrom('operation').select(['plan_id', 'target_id', 'name']).distinct()
      .where('plan_id', 'in', [planId, ...others]).where('target_id', 'in', ids).where('message', 'not like', `${LEFT_TO_OTHERS}%`).execute();
    const names = new Map(rows.flatMap(({ plan_id, target_id, name }) => (plan_id === planId ? [[target_id, name] as const] : [])));
    for (const { plan_id, target_id } of rows) {
      const name = names.get(target_id);
      if (plan_id !== planId && name !== undefined) return { planId: plan_id, name };
    }
  }
  return undefined;
}

/** Makes the repository of the objects of plans. */
export function planObjectsRepository({ db }: Context): PlanObjectsRepository {
  return {
    sharedObject: async (planId, others) => {
      for (const piece of pieces(others)) {
        const row = await db.selectFrom('operation as own').innerJoin('operation as theirs', 'theirs.source_id', 'own.source_id').select(['theirs.plan_id', 'own.name'])
          .where('own.plan_id', '=', planId).where('theirs.plan_id', 'in', piece).where('own.message', 'not like', `${LEFT_TO_OTHERS}%`).where('theirs.message', 'not like', `${LEFT_TO_OTHERS}%`).limit(1).executeTakeFirst();
        if (row !== undefined) return { planId: row.plan_id, name: row.name };
        const target = await sharedTarget(db, planId, piece);
        if (target !== undefined) return target;
      }
      return undefined;
    },
    linksOn: async (planIds, sourceIds) => {
      const found: PlannedLink[] = [];
      for (const plans of pieces(planIds)) for (const ids of pieces(sourceIds)) {
        const rows = await db.selectFrom('operation').select(['plan_id', 'source_id', 'kind', 'body', 'outcome']).where('plan_id', 'in', plans).where('source_id', 'in', ids).where('kind', 'in', LINK_KINDS).execute();
        found.push(...rows.flatMap(({ plan_id, source_id, kind, body, outcome }): PlannedLink[] => (source_id === null ? [] : [{ planId: plan_id, sourceId: source_id, kind: kind as PlannedLink['kind'], references: json<Pick<Operation, 'references'>>(body).references, outcome: outcome as Outcome }])));
      }
      return found;
    },
    sharedOwners: async (planId, others) => {
      const found = new Set<string>();
      for (const piece of pieces(others)) {
        const rows = await db.selectFrom('operation as own').innerJoin('operation as theirs', 'theirs.source_id', 'own.source_id').select('own.source_id').distinct()
          .where('own.plan_id', '=', planId).where('own.kind', 'in', LINK_KINDS).where('theirs.plan_id', 'in', piece).where('theirs.kind', 'in', LINK_KINDS).execute();
        for (const { source_id } of rows) if (source_id !== null) found.add(source_id);
      }
      return [...found];
    },
  };
}
