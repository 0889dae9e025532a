import type { ObjectKind } from '../../../shared/domain/objects.ts';
import { count, flag } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { after, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';

/** What a task did to one object, or why it did nothing. */
export interface TaskItemRecord {
  readonly objectId: string | null;
  readonly name: string;
  readonly kind: ObjectKind;
  readonly status: string;
  readonly message: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

/** Statuses that a person looks for: the object was not handled as asked. */
export const PROBLEM_STATUSES: readonly string[] = ['Failed', 'Ambiguous', 'Conflict', 'Skipped', 'Not matched', 'failed', 'drifted', 'skipped', 'Not verified'];

/** The list of a task's objects. */
export interface TaskItemsRepository {
  /** Appends in order. */
  addItems(taskId: string, items: readonly TaskItemRecord[]): Promise<void>;
  /** In the order added. @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  pageItems(query: PageRequest & { readonly taskId: string; readonly onlyProblems?: boolean }): Promise<Page<TaskItemRecord>>;
  itemCounts(taskId: string): Promise<{ readonly total: number; readonly problems: number; readonly byStatus: Readonly<Record<string, number>> }>;
}

/** Makes the repository of task items. */
export function taskItemsRepository(context: Context): TaskItemsRepository {
  const { db } = context;
  return {
    addItems: (taskId, items) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, { table: 'task_item', columns: ['task_id', 'object_id', 'name', 'kind', 'status', 'message', 'problem', 'at'], key: [], update: [] },
        items.map((item) => ({ task_id: taskId, object_id: item.objectId, name: item.name, kind: item.kind, status: item.status, message: item.message, problem: flag(PROBLEM_STATUSES.includes(item.status)), at: item.at })));
    }),
    pageItems: async ({ taskId, onlyProblems = false, ...request }) => {
      const limit = limitOf(request.limit);
      const start = startOf(request.after, ['number']);
      let query = db.selectFrom('task_item').where('task_id', '=', taskId);
      if (onlyProblems) query = query.where('problem', '=', 1);
      const total = start?.total ?? count((await query.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      if (start !== undefined) query = query.where(after(['number'], start));
      const rows = await query.selectAll().orderBy('number').limit(limit + 1).execute();
      return toPage(rows, limit, total, (row) => [row.number], (row) => ({ objectId: row.object_id, name: row.name, kind: row.kind as ObjectKind, status: row.status, message: row.message, at: row.at }));
    },
    itemCounts: async (taskId) => {
      const rows = await db.selectFrom('task_item').select((eb) => ['problem', 'status', eb.fn.countAll().as('n')]).where('task_id', '=', taskId).groupBy(['problem', 'status']).execute();
      const sum = (some: typeof rows): number => some.reduce((all, row) => all + count(row.n), 0);
      return { total: sum(rows), problems: sum(rows.filter((row) => row.problem === 1)), byStatus: Object.fromEntries(rows.map((row) => [row.status, count(row.n)])) };
    },
  };
}
