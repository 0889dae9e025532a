import type { PairRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';

/** What mailbox batches tell of the mailbox of one object. */
export interface BatchFacts {
  /** Whether its contents were copied to Microsoft 365. */
  readonly contents: 'there' | 'not there';
  /** The latest grade of data consistency; empty: none. */
  readonly grade: string;
  /** targetAddress before the first batch; null: it had none, or nobody noted it. */
  readonly targetBefore: string | null;
  /** Batches that it is in. */
  readonly batches: readonly string[];
}

/** Facts of mailbox batches by objectGUID; objects of no batch have none. */
export async function batchFacts({ store }: Pick<Services, 'store'>, pair: Pick<PairRecord, 'id'>, ids: readonly string[]): Promise<ReadonlyMap<string, BatchFacts>> {
  const rows = Map.groupBy(await store.mailboxRows.ofSources(pair.id, ids), ({ sourceId }) => sourceId ?? '');
  return new Map([...rows].map(([id, some]) => [id, {
    contents: some.some(({ dataAt }) => dataAt !== null) ? 'there' : 'not there', grade: some.find(({ grade }) => grade !== '')?.grade ?? '',
    // Later batches find what the first one left; a batch that never ran noted nothing.
    targetBefore: some.findLast((row) => row.targetBefore !== null)?.targetBefore ?? null, batches: [...new Set(some.map(({ batchId }) => batchId))],
  } as const]));
}
