import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { Handlers } from '../ipc/router.ts';
import type { CollectionRecord } from '../store/index.ts';
import { decide } from './matches-decide.ts';
import { exportReview, importDecisions } from './matches-decisions-file.ts';
import { mapCsv } from './matches-files.ts';
import { sidesOf } from './matches-sides.ts';
import { reviewScope } from './matches-scope.ts';
import { undoDecision } from './matches-undo.ts';
import { reviewPolicy, saveReviewPolicy, type PolicyOwner } from './pipeline/match-review.ts';
import type { Services } from './services.ts';

/** Decisions shown as history. */
const HISTORY = 20;

/** Channels of the review of matches. */
export function matchHandlers(services: Services): Pick<Handlers, 'matches.review' | 'matches.summary' | 'matches.preview' | 'matches.decide' | 'matches.undo' | 'matches.policy' | 'matches.setPolicy' | 'matches.mapCsv' | 'matches.export' | 'matches.importDecisions'> {
  const { store } = services;
  const ownerOf = async (owner: { readonly kind: 'pair' | 'collection'; readonly id: string }): Promise<PolicyOwner> => (owner.kind === 'pair'
    ? { kind: 'pair', id: (await store.pairs.get(owner.id)).id } : { kind: 'collection', id: owner.id, pairId: (await store.collections.get(owner.id)).pairId });
  return {
    async 'matches.review'(query) {
      const scope = await reviewScope(store, query);
      const page = await store.matches.pageReview({ ...query, ...scope });
      const ids = page.rows.map((row) => row.id);
      const decisions = await store.matches.decisions(scope.pairId, ids);
      const members = await store.collections.membersOf(scope.pairId, ids);
      return {
        ...page,
        rows: page.rows.map(({ source, target, ...row }) => ({ ...row, risks: [...row.risks], collections: [...members.get(row.id)?.collections ?? []], decidedBy: decisions.get(row.id)?.accepted?.by ?? decisions.get(row.id)?.verdict?.by ?? '', sides: sidesOf({ ...row, source, target }) })),
      };
    },
    async 'matches.summary'(named) {
      const scope = await reviewScope(store, named);
      const { pairId, collectionId } = scope;
      const { total, byReview, byRisk } = await store.matches.reviewSummary(scope);
      const policy = await reviewPolicy(store, collectionId === null ? { kind: 'pair', id: pairId } : { kind: 'collection', id: collectionId, pairId });
      return { total, byReview: { ...byReview }, byRisk: [...byRisk], policy, batches: [...await store.matches.batches(scope, HISTORY)] };
    },
    'matches.preview': async (input) => await decide(services, input, 'preview'),
    'matches.decide': async (input) => await decide(services, input, 'apply'),
    'matches.undo': async ({ batch, ...named }) => await undoDecision(services, await reviewScope(store, named), batch),
    'matches.policy': async (owner) => await reviewPolicy(store, await ownerOf(owner)),
    async 'matches.setPolicy'({ policy, ...named }) {
      const owner = await ownerOf(named);
      await saveReviewPolicy(store, owner, policy);
      for (const collection of await collectionsOf(services, owner)) await applyPolicy(services, collection);
      services.emit('store.changed', { nouns: ['objects', 'collections'] });
      return await reviewPolicy(store, owner);
    },
    'matches.mapCsv': async (input) => await mapCsv(services, input),
    'matches.export': async (query) => await exportReview(services, query),
    'matches.importDecisions': async (input) => await importDecisions(services, input),
  };
}

async function collectionsOf({ store }: Services, owner: PolicyOwner): Promise<readonly CollectionRecord[]> {
  return owner.kind === 'collection' ? [await store.collections.get(owner.id)] : await store.collections.list(owner.id);
}

/** Says anew of undecided matches whether they wait; decided ones stay as they are. */
async function applyPolicy({ store }: Services, collection: CollectionRecord): Promise<void> {
  const { inForce } = await reviewPolicy(store, { kind: 'collection', id: collection.id, pairId: collection.pairId });
  switch (inForce) {
    case 'every match': return await store.matches.setReview(collection.id, 'Not needed', 'To review', 'all');
    case 'no match': return await store.matches.setReview(collection.id, 'To review', 'Not needed', 'all');
    case 'risky matches':
      await store.matches.setReview(collection.id, 'To review', 'Not needed', 'without a risk');
      return await store.matches.setReview(collection.id, 'Not needed', 'To review', 'with a risk');
    default: throw appError(ErrorCode.InvalidInput, `"${inForce satisfies never}" is not a review policy.`);
  }
}
