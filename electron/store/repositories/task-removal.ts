import type { Kysely, SelectQueryBuilder } from 'kysely';
import type { Tables } from '../schema.ts';

type TaskIds = SelectQueryBuilder<Tables, 'task', { id: string }>;

/** Removes plans with everything in them; call it inside a transaction. */
export async function forgetPlans(db: Kysely<Tables>, plans: SelectQueryBuilder<Tables, 'plan', { id: string }>): Promise<void> {
  const ids = (await plans.execute()).map((plan) => plan.id);
  if (ids.length === 0) return;
  for (const table of ['operation', 'plan_target', 'plan_skip', 'plan_finding', 'plan_unresolved', 'plan_conflict', 'planned_agreement'] as const) await db.deleteFrom(table).where('plan_id', 'in', ids).execute();
  await db.deleteFrom('plan').where('id', 'in', ids).execute();
}

/**
 * Removes tasks with their items, plans and operations. The journal stays: what was written can be taken back without them.
 * @param which narrows the tasks; call it inside a transaction.
 */
export async function forgetTasks(db: Kysely<Tables>, which: (tasks: TaskIds) => TaskIds): Promise<void> {
  const tasks = which(db.selectFrom('task').select('id'));
  await forgetPlans(db, db.selectFrom('plan').select('id').where('task_id', 'in', tasks));
  await db.deleteFrom('check_finding').where('task_id', 'in', tasks).execute();
  await db.deleteFrom('check_run').where('task_id', 'in', tasks).execute();
  await db.deleteFrom('task_item').where('task_id', 'in', tasks).execute();
  await db.deleteFrom('task').where('id', 'in', tasks).execute();
}
