import type { OperationKind } from '../../../shared/domain/plans.ts';
import { WRITING_KINDS } from '../../../shared/domain/statuses.ts';
import { count, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { toEntry, undoneText, type JournalEntry, type JournalIntent, type JournalOutcome, type JournalSettlement } from './journal-entry.ts';
import { writeIntents, writeOutcomes, writeUndone, writeUndoneValues } from './journal-writing.ts';
import { taskQueueRepository } from './task-queue.ts';

/** State of a part of the journal: sequence of its newest entry, open or settled (0: none), and how many entries are not taken back; each value that was taken back of one that stands counts a thousandth. */
export interface JournalStanding { readonly last: number; readonly standing: number }

/** The write-ahead journal: entries are added and settled once, never changed or removed while their pair exists. */
export interface JournalRepository {
  /**
   * Writes intents down before anything is sent. When the promise resolves they have reached the disk.
   * @param lease who must hold the lease of which task at that moment; absent: nobody is asked.
   * @throws AppError NOT_FOUND when a task is gone, CONFLICT when an id is in the journal already, LEASE_LOST; then nothing was written.
   */
  intend(entries: readonly JournalIntent[], lease?: { readonly taskId: string; readonly owner: string }): Promise<void>;
  /**
   * Records outcomes. The same outcome again does no harm.
   * @throws AppError NOT_FOUND for an unknown id, CONFLICT for another outcome than the recorded one; then nothing was written.
   */
  settle(outcomes: readonly JournalSettlement[]): Promise<void>;
  /** Intents of a task without outcome, oldest first. */
  openIntents(taskId: string): Promise<readonly JournalEntry[]>;
  /** Walks the settled entries of a task, one page of 500 in memory; `outcome` and `kinds` absent: all of them. */
  iterateOfTask(taskId: string, scope: { readonly outcome?: JournalOutcome; readonly kinds?: readonly OperationKind[]; readonly order: 'newest first' | 'oldest first' }): AsyncIterable<readonly JournalEntry[]>;
  /** Entries of one source object, newest first. */
  ofObject(pairId: string, sourceId: string, limit: number): Promise<readonly JournalEntry[]>;
  /** What migrations and coexistence wrote to these objects of the tenant after a moment and nobody took back, settled or open, in the order of writing. */
  standingOn(pairId: string, targetIds: readonly string[], afterSequence: number): Promise<readonly JournalEntry[]>;
  /** What was written to these objects of the tenant after a moment and was left in place by a roll back (`leftValues`), in the order of writing. */
  leftOn(pairId: string, targetIds: readonly string[], afterSequence: number): Promise<readonly JournalEntry[]>;
  /** Writes to these objects of the tenant that were intended since a time (milliseconds since 1970 UTC), of any task. */
  writtenSince(pairId: string, targetIds: readonly string[], since: number): Promise<readonly (JournalEntry & { readonly targetId: string })[]>;
  /** Of these tasks, those that have written something that is still in place. */
  standingTasks(taskIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Tasks of a collection that migrated or synchronised and have an entry, open or settled, that was intended from one moment to another (milliseconds since 1970 UTC, both included); newest first. */
  writtenBetween(collectionId: string, from: number, to: number): Promise<readonly string[]>;
  /** Where the journal of some tasks stands, or that of a pair or of one object of it; what a roll back saw is compared with it later. */
  standing(of: { readonly taskIds: readonly string[] } | { readonly pairId: string; readonly sourceId?: string }): Promise<JournalStanding>;
  /** Those of the source objects that were written to and not taken back since, each with the Graph ids; writing again what a roll back wrote does not count. */
  written(pairId: string, sourceIds: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  /** Graph ids of what creates made of these source objects, newest first, whatever became of it since. */
  created(pairId: string, sourceIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Number of entries of a pair, open or settled. */
  count(pairId: string): Promise<number>;
  /** Notes which task took these writes back. */
  markUndone(ids: readonly string[], byTaskId: string): Promise<void>;
  /** Notes single values of writes as taken back; `values` are all that were, also earlier. The rest of the write still stands. `left`: see `leftValues`; absent: none. */
  markValuesUndone(marks: readonly { readonly id: string; readonly values: readonly string[]; readonly left?: readonly string[] }[]): Promise<void>;
}

const PAGE_SIZE = 500;
/** Values that one entry can have at most, in round figures. */
const VALUE = 1_000;

/** Makes the repository of the journal. */
export function journalRepository(context: Context): JournalRepository {
  const { db, dialect } = context;
  return {
    intend: (entries, lease) => {
      const intend = async (within: Context): Promise<void> => {
        if (lease !== undefined) await taskQueueRepository(within).requireLease(lease.taskId, lease.owner);
        await writeIntents(within, entries);
      };
      return db.isTransaction ? intend(context) : dialect.durably(db, (within) => intend({ ...context, db: within }));
    },
    settle: (outcomes) => inTransaction(context, (within) => writeOutcomes(within, outcomes)),
    openIntents: async (taskId) => (await db.selectFrom('journal').selectAll().where('task_id', '=', taskId).where('outcome', 'is', null).orderBy('number').execute()).map(toEntry),
    iterateOfTask: async function* (taskId, { outcome, kinds, order }) {
      const newestFirst = order === 'newest first';
      for (let last: number | undefined; ;) {
        let query = db.selectFrom('journal').selectAll().where('task_id', '=', taskId).orderBy('number', newestFirst ? 'desc' : 'asc').limit(PAGE_SIZE);
        query = outcome === undefined ? query.where('outcome', 'is not', null) : query.where('outcome', '=', outcome);
        if (kinds !== undefined) query = query.where('kind', 'in', kinds);
        if (last !== undefined) query = query.where('number', newestFirst ? '<' : '>', last);
        const rows = await query.execute();
        if (rows.length > 0) yield rows.map(toEntry);
        const end = rows.at(-1);
        if (end === undefined || rows.length < PAGE_SIZE) return;
        last = end.number;
      }
    },
    ofObject: async (pairId, sourceId, limit) => (await db.selectFrom('journal').selectAll().where('pair_id', '=', pairId).where('source_id', '=', sourceId).orderBy('number', 'desc').limit(limit).execute()).map(toEntry),
    standingOn: async (pairId, targetIds, afterSequence) => {
      const found: JournalEntry[] = [];
      for (const ids of pieces(targetIds)) {
        const rows = await db.selectFrom('journal').innerJoin('task', 'task.id', 'journal.task_id').selectAll('journal')
          .where('journal.pair_id', '=', pairId).where('journal.target_id', 'in', ids).where('journal.number', '>', afterSequence).where('journal.undone_by', 'is', null).where('task.kind', 'in', WRITING_KINDS).execute();
        found.push(...rows.map(toEntry));
      }
      return found.toSorted((a, b) => a.sequence - b.sequence);
    },
    leftOn: async (pairId, targetIds, afterSequence) => {
      const found: JournalEntry[] = [];
      for (const ids of pieces(targetIds)) {
        const rows = await db.selectFrom('journal').selectAll().where('pair_id', '=', pairId).where('target_id', 'in', ids).where('number', '>', afterSequence).where('undone_values', 'like', '{%').execute();
        found.push(...rows.map(toEntry));
      }
      return found.toSorted((a, b) => a.sequence - b.sequence);
    },
    writtenSince: async (pairId, targetIds, since) => {
      const found: (JournalEntry & { readonly targetId: string })[] = [];
      for (const ids of pieces(targetIds)) {
        const rows = await db.selectFrom('journal').selectAll().where('pair_id', '=', pairId).where('target_id', 'in', ids).where('intent_at', '>=', since).execute();
        found.push(...rows.map(toEntry).flatMap((entry) => (entry.targetId === null ? [] : [{ ...entry, targetId: entry.targetId }])));
      }
      return found;
    },
    standingTasks: async (taskIds) => {
      const found = new Set<string>();
      for (const ids of pieces(taskIds)) {
        const wrote = (await db.selectFrom('journal').select('task_id').distinct().where('task_id', 'in', ids).where('undone_by', 'is', null)
          .where((eb) => eb.or([eb('outcome', '=', 'done'), eb('outcome', 'is', null), eb.and([eb('outcome', '=', 'failed'), eb('changed_references', 'is not', null)])])).execute());
        for (const { task_id } of wrote) found.add(task_id);
      }
      return found;
    },
    writtenBetween: async (collectionId, from, to) => {
      // Tasks that had ended before, or began after, are not looked into: most cycles.
      const tasks = await db.selectFrom('task').select('id').where('collection_id', '=', collectionId).where('kind', 'in', WRITING_KINDS).where('created_at', '<=', to)
        .where((eb) => eb.or([eb('finished_at', 'is', null), eb('finished_at', '>=', from)]))
        .where((eb) => eb.exists(eb.selectFrom('journal').select('journal.id').whereRef('journal.task_id', '=', 'task.id').where('intent_at', '>=', from).where('intent_at', '<=', to))).orderBy('number', 'desc').execute();
      return tasks.map((task) => task.id);
    },
    standing: async (of) => {
      const all = db.selectFrom('journal');
      const parts = 'taskIds' in of ? [...pieces(of.taskIds)].map((ids) => all.where('task_id', 'in', ids))
        : [of.sourceId === undefined ? all.where('pair_id', '=', of.pairId) : all.where('pair_id', '=', of.pairId).where('source_id', '=', of.sourceId)];
      let [last, left] = [0, 0];
      for (const mine of parts) {
        const newest = await mine.select((eb) => eb.fn.max('number').as('last')).executeTakeFirst();
        const standing = await mine.where('undone_by', 'is', null).select((eb) => [eb.fn.countAll().as('n'), eb.fn.sum('undone_count').as('values')]).executeTakeFirst();
        last = Math.max(last, Number(newest?.last ?? 0));
        left += count(standing?.n) * VALUE - count(standing?.values);
      }
      return { last, standing: left / VALUE };
    },
    written: async (pairId, sourceIds) => {
      const found = new Map<string, Set<string>>();
      for (const ids of pieces(sourceIds)) {
        // A migration that can still be taken back cannot be deleted, so its task tells it from a roll back.
        const rows = await db.selectFrom('journal').innerJoin('task', 'task.id', 'journal.task_id').select(['journal.source_id', 'journal.target_id']).distinct()
          .where('journal.pair_id', '=', pairId).where('journal.source_id', 'in', ids).where('task.kind', '<>', 'Roll back').where('journal.outcome', 'in', ['done', 'unchanged']).where('journal.undone_by', 'is', null).execute();
        for (const { source_id, target_id } of rows) if (source_id !== null && target_id !== null) found.set(source_id, (found.get(source_id) ?? new Set()).add(target_id));
      }
      return found;
    },
    created: async (pairId, sourceIds) => {
      const found = new Map<string, string[]>();
      for (const ids of pieces(sourceIds)) {
        // Ordered here: the database would walk through the whole journal for its order.
        const rows = await db.selectFrom('journal').select(['number', 'source_id', 'target_id']).where('pair_id', '=', pairId).where('source_id', 'in', ids).where('kind', '=', 'create').where('outcome', '=', 'done').execute();
        for (const { source_id, target_id } of rows.toSorted((one, other) => other.number - one.number)) {
          if (source_id === null || target_id === null) continue;
          const made = found.get(source_id) ?? [];
          made.push(target_id);
          found.set(source_id, made);
        }
      }
      return found;
    },
    count: async (pairId) => count((await db.selectFrom('journal').select((eb) => eb.fn.countAll().as('n')).where('pair_id', '=', pairId).executeTakeFirst())?.n),
    markUndone: (ids, byTaskId) => inTransaction(context, (within) => writeUndone(within, ids, byTaskId)),
    markValuesUndone: (marks) => inTransaction(context, (within) => writeUndoneValues(within, marks.map(({ id, values, left = [] }) => ({ id, undone_values: undoneText(values, left), undone_count: values.length })))),
  };
}
