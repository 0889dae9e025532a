import type { CollectionRecord, PairRecord, StoredOperation, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { readSourceAgain } from './cycle-reading.ts';
import type { Reporter } from './reporter.ts';

/** True for what a collection does to objects that left it (see cycle-leaving.ts): deletes, and disables that no rule wants. */
const isForLeaving = ({ kind, changes }: Pick<StoredOperation, 'kind' | 'changes'>): boolean => kind === 'delete' || (kind === 'update' && changes.length === 1 && changes[0]?.attribute === 'accountEnabled' && changes[0].provenance.ruleId === null);

/**
 * A plan that waited for a person, or for the next process, is not carried out on objects that came back meanwhile: the directory is asked
 * once more about those that were to be deleted or disabled because they had left. Costs nothing when there are none.
 * @returns how many operations are left out.
 */
export async function leaveOutReturned(services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, planId: string, reporter: Reporter, signal: AbortSignal): Promise<number> {
  const { store } = services;
  const leaving: StoredOperation[] = [];
  for await (const page of store.plans.iterateOperations(planId, { outcomes: ['pending'], pageSize: 1_000 })) leaving.push(...page.filter(isForLeaving));
  if (leaving.length === 0) return 0;
  const ids = leaving.flatMap((one) => one.sourceId ?? []);
  const directory = await services.openDirectory(pair);
  try { await readSourceAgain(services, pair, collection, task, ids, directory, reporter, signal); } finally { await directory.close(); }
  const gone = new Set((await store.coexistence.left(collection.id)).map((one) => one.sourceId));
  const returned = leaving.filter(({ sourceId }) => sourceId !== null && !gone.has(sourceId));
  await store.plans.setOutcomes(returned.map(({ id }) => ({ operationId: id, outcome: 'unchanged', message: 'The object came back to the collection before this was written, so it was left out.' })));
  return returned.length;
}
