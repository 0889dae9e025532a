import { AppError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { CollectionRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { groupsOf, whyNotChosen } from '../write-back-groups.ts';
import { startWriteBack, writeBackRuns } from '../write-back.ts';
import { digestOf, readTenantMembers } from './write-back-tenant.ts';

/**
 * Queues writing membership back after a cycle of coexistence, when the collection says so: of those groups that both sides agreed on before and
 * whose members in the tenant are others now, as the cycle has read them. What the guard stops waits for a person. Groups that were never agreed on are a person's to begin with.
 * @param candidates objects that changed on either side; null: all were looked at.
 */
export async function writeBackAfterCycle(services: Services, collection: CollectionRecord, candidates: readonly string[] | null): Promise<void> {
  const { store } = services;
  if (candidates?.length === 0 || await writeBackRuns(store, collection) === 'on demand') return;
  const chosen = (await store.writeBack.list(collection.id)).filter(({ agreedAt }) => agreedAt !== null);
  const groups = await groupsOf(store, collection.id, chosen.map(({ sourceId }) => sourceId));
  const due: string[] = [];
  for (const { sourceId, tried } of chosen) {
    const group = groups.get(sourceId);
    const tenant = group?.targetId == null || whyNotChosen(group) !== null ? '' : await readTenantMembers(store, collection.pairId, group?.targetId ?? '');
    // What was tried, and cannot be written, is not tried again until the tenant has other members.
    if (typeof tenant === 'string' || tried === digestOf(tenant)) continue;
    const agreed = await store.writeBack.agreed(collection.pairId, sourceId);
    if (agreed.size !== tenant.members.size || [...tenant.members].some(([id, { targetId }]) => agreed.get(id) !== targetId)) due.push(sourceId);
  }
  if (due.length === 0) return;
  try {
    await startWriteBack(services, collection, { ids: due, asks: 'when needed' });
  } catch (error) {
    // One that waits or is at work knows these changes, or the next cycle tells them again.
    if (!(error instanceof AppError) || error.data.code !== ErrorCode.Conflict) throw error;
  }
}
