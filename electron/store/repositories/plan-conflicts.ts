import type { ObjectKind, Values } from '../../../shared/domain/objects.ts';
import { count, flag, json } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { after, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';
import type { PlanConflictTable } from '../schema.ts';

/** One value that others changed since a migration wrote it, with the three states and what a roll back makes of it. */
export interface PlanConflict {
  readonly sourceId: string | null;
  readonly targetId: string;
  readonly name: string;
  readonly kind: ObjectKind;
  /** Attribute, `manager`, `members`, or empty for the object itself. */
  readonly attribute: string;
  /** Of an attribute of many values the one that it is about: its key, and the name that a person reads. Null: all of the attribute. */
  readonly value: { readonly key: string; readonly name: string } | null;
  /** The migration made the object, so that the choice is about all of it. */
  readonly created: boolean;
  readonly before: Values | null;
  readonly written: Values | null;
  readonly current: Values | null;
  /** What others had set between two writes; null: nothing. */
  readonly between: { readonly values: Values | null } | null;
  readonly choice: 'restore' | 'keep';
}

/** The three-way views of plans that take something back, in the order in which they were found. */
export interface PlanConflictsRepository {
  append(planId: string, conflicts: readonly PlanConflict[]): Promise<void>;
  /** @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  page(query: PageRequest & { readonly planId: string }): Promise<Page<PlanConflict>>;
}

const COLUMNS = ['plan_id', 'source_id', 'target_id', 'name', 'kind', 'attribute', 'item', 'item_name', 'created', 'before', 'written', 'present', 'between_writes', 'choice'] as const satisfies readonly (keyof PlanConflictTable)[];

/** Makes the repository of the three-way views. */
export function planConflictsRepository(context: Context): PlanConflictsRepository {
  const { db } = context;
  return {
    append: (planId, conflicts) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, { table: 'plan_conflict', columns: COLUMNS, key: [], update: [] }, conflicts.map((one) => ({
        plan_id: planId, source_id: one.sourceId, target_id: one.targetId, name: one.name, kind: one.kind, attribute: one.attribute, item: one.value?.key ?? null, item_name: one.value?.name ?? null, created: flag(one.created), before: JSON.stringify(one.before),
        written: JSON.stringify(one.written), present: JSON.stringify(one.current), between_writes: one.between === null ? null : JSON.stringify(one.between), choice: one.choice,
      })));
    }),
    page: async ({ planId, ...request }) => {
      const limit = limitOf(request.limit);
      const start = startOf(request.after, ['number']);
      const of = db.selectFrom('plan_conflict').where('plan_id', '=', planId);
      const total = start?.total ?? count((await of.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      const rows = await (start === undefined ? of : of.where(after(['number'], start))).selectAll().orderBy('number').limit(limit + 1).execute();
      return toPage(rows, limit, total, (row) => [row.number], (row) => ({
        sourceId: row.source_id, targetId: row.target_id, name: row.name, kind: row.kind as ObjectKind, attribute: row.attribute, value: row.item === null ? null : { key: row.item, name: row.item_name ?? row.item }, created: row.created === 1, before: json<Values | null>(row.before),
        written: json<Values | null>(row.written), current: json<Values | null>(row.present), between: row.between_writes === null ? null : json<{ values: Values | null }>(row.between_writes), choice: row.choice as PlanConflict['choice'],
      }));
    },
  };
}
