import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import { pieces } from '../columns.ts';
import type { Context } from '../context.ts';
import { intendedDigest, partlyUndoneDigest, settledDigest, undoneDigest } from '../evidence-chain.ts';
import { addLinks, linksByPair } from './evidence-links.ts';
import type { JournalIntent, JournalSettlement } from './journal-entry.ts';

const COLUMNS = ['id', 'pair_id', 'collection_id', 'task_id', 'plan_id', 'operation_id', 'source_id', 'target_id', 'kind', 'operation', 'before', 'intent_at', 'message'] as const;

/** Writes intents and their link of the chain. @throws AppError as `intend` of the journal. */
export async function writeIntents(context: Context, entries: readonly JournalIntent[]): Promise<void> {
  const { db, dialect } = context;
  const tasks = new Map<string, { pair_id: string; collection_id: string | null }>();
  for (const ids of pieces([...new Set(entries.map((entry) => entry.taskId))])) {
    for (const row of await db.selectFrom('task').select(['id', 'pair_id', 'collection_id']).where('id', 'in', ids).execute()) tasks.set(row.id, row);
  }
  for (const ids of pieces(entries.map((entry) => entry.id))) {
    const twice = await db.selectFrom('journal').select('id').where('id', 'in', ids).executeTakeFirst();
    if (twice !== undefined) throw appError(ErrorCode.Conflict, `The journal has an entry ${twice.id} already; nothing was written.`);
  }
  const rows = entries.map((entry) => {
    const task = tasks.get(entry.taskId);
    if (task === undefined) throw appError(ErrorCode.NotFound, `The task ${entry.taskId} is not in this project any more; nothing was written.`);
    return {
      id: entry.id, pair_id: task.pair_id, collection_id: task.collection_id, task_id: entry.taskId, plan_id: entry.planId, operation_id: entry.operationId,
      source_id: entry.sourceId, target_id: entry.targetId, kind: entry.kind, operation: JSON.stringify(entry.operation), before: JSON.stringify(entry.before), intent_at: entry.intentAt, message: '',
    };
  });
  // One pair after the other, so that the order of the chain is that of the journal.
  for (const [pairId, own] of Map.groupBy(rows, (row) => row.pair_id)) {
    await dialect.bulk.insert(db, { table: 'journal', columns: COLUMNS, key: [], update: [] }, own);
    await addLinks(context, [{ event: 'intended', pairId, content: { marks: own.map((row) => [row.id, intendedDigest(row), row.target_id]) }, last: 'journal' }]);
  }
}

/** Records outcomes and their link of the chain. @throws AppError as `settle` of the journal. */
export async function writeOutcomes(context: Context, outcomes: readonly JournalSettlement[]): Promise<void> {
  const { db, dialect } = context;
  const known = new Map<string, { readonly pair_id: string; readonly outcome: string | null; readonly target_id: string | null }>();
  for (const ids of pieces(outcomes.map((item) => item.id))) {
    for (const row of await db.selectFrom('journal').select(['id', 'pair_id', 'outcome', 'target_id']).where('id', 'in', ids).execute()) known.set(row.id, row);
  }
  const fresh = new Map<string, { readonly id: string; readonly pair_id: string; readonly outcome: string; readonly message: string; readonly settled_at: number; readonly target_id: string | null; readonly changed_references: string | null }>();
  for (const item of outcomes) {
    const before = known.get(item.id);
    if (before === undefined) throw appError(ErrorCode.NotFound, `The journal has no entry ${item.id}.`);
    if (before.outcome !== null && before.outcome !== item.outcome) throw appError(ErrorCode.Conflict, `The journal entry ${item.id} is settled as ${before.outcome} and cannot become ${item.outcome}.`);
    if (before.outcome === null) fresh.set(item.id, { id: item.id, pair_id: before.pair_id, outcome: item.outcome, message: item.message, settled_at: item.at, target_id: item.targetId ?? before.target_id, changed_references: item.references === undefined || item.references.length === 0 ? null : JSON.stringify(item.references) });
  }
  const rows = [...fresh.values()];
  const set = ['outcome', 'message', 'settled_at', 'changed_references'];
  const isNew = (row: (typeof rows)[number]): boolean => row.target_id !== known.get(row.id)?.target_id;
  await dialect.bulk.update(db, { table: 'journal', key: ['id'], set }, rows.filter((row) => !isNew(row)));
  await dialect.bulk.update(db, { table: 'journal', key: ['id'], set: [...set, 'target_id'] }, rows.filter(isNew));
  await addLinks(context, linksByPair('settled', rows, (own) => ({ marks: own.map((row) => [row.id, settledDigest(row)]) })));
}

async function standingOf({ db }: Context, ids: readonly string[]): Promise<ReadonlyMap<string, { readonly pair_id: string; readonly undone_by: string | null; readonly undone_values: string | null }>> {
  const found = new Map<string, { readonly pair_id: string; readonly undone_by: string | null; readonly undone_values: string | null }>();
  for (const piece of pieces(ids)) for (const row of await db.selectFrom('journal').select(['id', 'pair_id', 'undone_by', 'undone_values']).where('id', 'in', piece).execute()) found.set(row.id, row);
  return found;
}

/** Notes which task took entries back, with its link; ids that are not in the journal are left out. */
export async function writeUndone(context: Context, ids: readonly string[], byTaskId: string): Promise<void> {
  const standing = await standingOf(context, ids);
  const rows = [...standing].map(([id, { pair_id, undone_by }]) => ({ id, pair_id, undone_by: byTaskId, first: undone_by === null }));
  await context.dialect.bulk.update(context.db, { table: 'journal', key: ['id'], set: ['undone_by'] }, rows.map(({ id, undone_by }) => ({ id, undone_by })));
  await addLinks(context, linksByPair('undone', rows, (own) => ({ marks: own.map((row) => [row.id, undoneDigest(row), row.first]) })));
}

/** Notes which values of entries were taken back, with its link; ids that are not in the journal are left out. */
export async function writeUndoneValues(context: Context, marks: readonly { readonly id: string; readonly undone_values: string; readonly undone_count: number }[]): Promise<void> {
  const standing = await standingOf(context, marks.map(({ id }) => id));
  // The last word on an entry holds.
  const rows = [...new Map(marks.map((mark) => [mark.id, mark])).values()].flatMap((mark) => {
    const before = standing.get(mark.id);
    return before === undefined ? [] : [{ ...mark, pair_id: before.pair_id, first: before.undone_values === null }];
  });
  await context.dialect.bulk.update(context.db, { table: 'journal', key: ['id'], set: ['undone_values', 'undone_count'] }, rows.map(({ id, undone_values, undone_count }) => ({ id, undone_values, undone_count })));
  await addLinks(context, linksByPair('undone in part', rows, (own) => ({ marks: own.map((row) => [row.id, partlyUndoneDigest(row), row.first]) })));
}
