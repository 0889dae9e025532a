import type { MatchResult } from '../../../shared/domain/objects.ts';
import { DEFAULT_REVIEW_POLICY, NO_DECISION, REVIEW_POLICIES, type MatchDecision, type ReviewPolicy } from '../../../shared/domain/review.ts';
import { reviewOf } from '../../engines/matching/index.ts';
import type { CollectionRecord, Store } from '../../store/index.ts';

const read = (value: unknown): ReviewPolicy | null => REVIEW_POLICIES.find((policy) => policy === value) ?? null;
/** Name of the setting of a pair. */
const OF_PAIR = 'review policy';
const ofCollection = (id: string): string => `${OF_PAIR}/${id}`;

/** Who owns a policy. */
export type PolicyOwner = { readonly kind: 'pair'; readonly id: string } | { readonly kind: 'collection'; readonly id: string; readonly pairId: string };

/** The review policy: a collection's own, else its pair's, else the default. */
export async function reviewPolicy(store: Store, owner: PolicyOwner): Promise<{ readonly own: ReviewPolicy | null; readonly inForce: ReviewPolicy }> {
  const ofPair = read(await store.pairSettings.get(owner.kind === 'pair' ? owner.id : owner.pairId, OF_PAIR));
  const own = owner.kind === 'pair' ? ofPair : read(await store.pairSettings.get(owner.pairId, ofCollection(owner.id)));
  return { own, inForce: own ?? ofPair ?? DEFAULT_REVIEW_POLICY };
}

/** Keeps a policy; null: none of its own. */
export async function saveReviewPolicy(store: Store, owner: PolicyOwner, policy: ReviewPolicy | null): Promise<void> {
  await store.pairSettings.set(owner.kind === 'pair' ? owner.id : owner.pairId, owner.kind === 'pair' ? OF_PAIR : ofCollection(owner.id), policy);
}

/** Says of every outcome where it stands in the review. */
export async function createReviewer(store: Store, collection: CollectionRecord): Promise<{ readonly review: (result: MatchResult, decision: MatchDecision | undefined, written: 'written' | 'not written') => MatchResult }> {
  const { inForce } = await reviewPolicy(store, { kind: 'collection', id: collection.id, pairId: collection.pairId });
  return {
    review: (result, decision, written) => {
      const review = reviewOf(result, decision ?? NO_DECISION, inForce, written);
      return result.review === review ? result : { ...result, review };
    },
  };
}

/** Why a migration leaves a matched object out: nobody has looked at the match yet. */
export function waitingReason(result: MatchResult, targetName: string): string {
  const why = result.risks.length > 0 ? result.risks.join(', ') : 'every match of this collection is reviewed first';
  return `Its match with ${targetName} waits for review: ${why}. Accept, reject or pin it under Review.`;
}
