import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { ReviewAction } from '../../shared/domain/review.ts';
import type { CollectionRecord, Repositories, ReviewEntry, ReviewOf } from '../store/index.ts';
import { recordEvent } from './evidence-events.ts';
import type { Services } from './services.ts';

/** What a review is of: one collection, or all collections of a pair (`collectionId` null), with the name for sentences and files. */
export interface ReviewScope extends ReviewOf { readonly name: string }

/** The scope that is one collection. */
export const scopeOfCollection = ({ id, pairId, name }: Pick<CollectionRecord, 'id' | 'pairId' | 'name'>): ReviewScope => ({ pairId, collectionId: id, name });

/** The scope that a channel names. @throws AppError INVALID_INPUT unless exactly one of the two is named, NOT_FOUND. */
export async function reviewScope(store: Pick<Repositories, 'collections' | 'pairs'>, named: { readonly collectionId?: string | undefined; readonly pairId?: string | undefined }): Promise<ReviewScope> {
  if ((named.collectionId === undefined) === (named.pairId === undefined)) throw appError(ErrorCode.InvalidInput, 'Name either a collection or a migration pair.');
  if (named.collectionId !== undefined) return scopeOfCollection(await store.collections.get(named.collectionId));
  const { id, name } = await store.pairs.get(named.pairId ?? '');
  return { pairId: id, collectionId: null, name };
}

/**
 * Stores decisions, each in the history of the first collection by name that holds the object, so that they can be undone from there and
 * from the pair.
 * @param action what the history calls them.
 */
export async function keepDecisions(services: Services, scope: ReviewScope, how: { readonly action: ReviewAction | 'map' | 'import' | 'break'; readonly batch: string }, entries: readonly ReviewEntry[]): Promise<void> {
  const { store, actor } = services;
  const homes = scope.collectionId === null ? await store.collections.membersOf(scope.pairId, entries.map((entry) => entry.sourceId)) : null;
  const byHome = Map.groupBy(entries, ({ sourceId }) => scope.collectionId ?? homes?.get(sourceId)?.collections[0]?.id ?? '');
  await store.transaction(async (tx) => {
    for (const [collectionId, some] of byHome) await tx.matches.decide({ pairId: scope.pairId, collectionId, actor, ...how }, some);
    await recordEvent(tx, { pairId: scope.pairId, collectionId: scope.collectionId, kind: 'matches decided', actor, at: services.now(), subject: `${entries.length} objects: ${how.action}`, detail: { batch: how.batch, objects: entries.map((entry) => ({ source: entry.sourceId, target: entry.after.result?.targetId ?? null })) } });
  });
}
