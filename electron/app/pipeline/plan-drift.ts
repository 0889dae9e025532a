import type { Finding } from '../../../shared/domain/plans.ts';
import type { CollectionRecord, Repositories } from '../../store/index.ts';

/**
 * A migration is a person's decision and heeds neither holds nor open changes of others: the plan says so when there are any.
 * @param ids objects of the plan.
 */
export async function driftWarning(store: Pick<Repositories, 'drift'>, { id, name }: Pick<CollectionRecord, 'id' | 'name'>, ids: readonly string[]): Promise<readonly Finding[]> {
  if ((await store.drift.counts(id)).open === 0) return [];
  const open = (await store.drift.live(id, ids)).filter((one) => one.state === 'open');
  if (open.length === 0) return [];
  const objects = new Set(open.map((one) => one.sourceId)).size;
  return [{
    sourceId: null, name, attribute: '', value: '', rule: 'changes of others', severity: 'warning', proposal: null,
    message: `${open.length === 1 ? 'A change' : `${open.length} changes`} that others made in Microsoft 365 to ${objects === 1 ? 'an object' : `${objects} objects`} of this plan ${open.length === 1 ? 'waits' : 'wait'} for a decision in coexistence. This migration writes what the rules say over ${open.length === 1 ? 'it' : 'them'}, accepted ones included; before and after stand with each operation.`,
  }];
}
