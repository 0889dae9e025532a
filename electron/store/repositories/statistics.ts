import type { Statistics } from '../../../shared/contracts/collections.ts';
import { OBJECT_KINDS, type ObjectKind } from '../../../shared/domain/objects.ts';
import { MIGRATION_PROGRESS, SYNCHRONISATION_STATUSES, type MigrationProgress } from '../../../shared/domain/statuses.ts';
import { count } from '../columns.ts';
import type { Context } from '../context.ts';

/** What statistics are of: one collection, one pair, or (empty) the whole project. */
export interface StatisticsScope { readonly pairId?: string | undefined; readonly collectionId?: string | undefined }

/** One row an object, whatever number of collections hold it. Of synchronisation the least in alphabetical order is what a person has to know: Failed, In sync, Never synced, Not intended to be synced. */
function objects(db: Context['db'], pairId: string | undefined) {
  const members = db.selectFrom('collection_member').select((eb) => ['kind', 'source_id', eb.fn.min('status').as('status'), eb.fn.min('synchronisation').as('synchronisation')]).groupBy(['pair_id', 'source_id', 'kind']);
  return pairId === undefined ? members : members.where('pair_id', '=', pairId);
}

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> => Object.fromEntries(keys.map((name) => [name, 0])) as Record<K, number>;

/**
 * Counts by status, as on the Home and Statistics tabs. Every status has its key, 0 where there is none. An object that is in
 * two collections counts once in the figures of the pair and the project: it has the same progress in both, and where only one
 * of them synchronises it, that counts. Writes are counted from the journal, those of a collection being the ones that its own tasks made.
 */
export async function statistics({ db }: Context, { pairId, collectionId }: StatisticsScope = {}): Promise<Statistics> {
  const rows = collectionId === undefined ? objects(db, pairId) : db.selectFrom('collection_member').select(['kind', 'status', 'synchronisation']).where('collection_id', '=', collectionId);
  const members = db.selectFrom(rows.as('member')).select((eb) => ['kind', 'status', 'synchronisation', eb.fn.countAll().as('n')]).groupBy(['synchronisation', 'status', 'kind']);
  let writes = db.selectFrom('journal').select((eb) => ['outcome', eb.case().when('undone_by', 'is', null).then(0).else(1).end().as('undone'), eb.fn.countAll().as('n')])
    .where('outcome', 'is not', null).groupBy(['outcome', 'undone']);
  let tasks = db.selectFrom('task').select((eb) => eb.fn.max(eb.fn.coalesce('finished_at', 'started_at', 'created_at')).as('at'));
  if (pairId !== undefined) {
    writes = writes.where('pair_id', '=', pairId);
    tasks = tasks.where('pair_id', '=', pairId);
  }
  if (collectionId !== undefined) {
    writes = writes.where('collection_id', '=', collectionId);
    tasks = tasks.where('collection_id', '=', collectionId);
  }
  const byProgress = zeros(MIGRATION_PROGRESS);
  const byKind = zeros(OBJECT_KINDS);
  const bySynchronisation: Record<string, number> = zeros(SYNCHRONISATION_STATUSES);
  const cells = new Map<string, { kind: ObjectKind; status: MigrationProgress; count: number }>();
  let total = 0;
  for (const row of await members.execute()) {
    const [kind, status, n] = [row.kind as ObjectKind, row.status as MigrationProgress, count(row.n)];
    total += n;
    byProgress[status] += n;
    byKind[kind] += n;
    bySynchronisation[row.synchronisation] = (bySynchronisation[row.synchronisation] ?? 0) + n;
    const cell = cells.get(`${kind}/${status}`) ?? { kind, status, count: 0 };
    cells.set(`${kind}/${status}`, { ...cell, count: cell.count + n });
  }
  const operations = { done: 0, failed: 0, drifted: 0, rolledBack: 0 };
  for (const row of await writes.execute()) {
    if (row.outcome === 'done') operations.done += count(row.n);
    if (row.outcome === 'done' && count(row.undone) === 1) operations.rolledBack += count(row.n);
    if (row.outcome === 'failed') operations.failed += count(row.n);
    if (row.outcome === 'drifted') operations.drifted += count(row.n);
  }
  const at = (await tasks.executeTakeFirst())?.at ?? null;
  return { total, byProgress, byKind, byKindAndProgress: [...cells.values()], bySynchronisation, operations, lastTaskAt: at === null ? null : count(at) };
}
