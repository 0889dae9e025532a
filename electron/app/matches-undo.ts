import type { ChannelOutput } from '../../shared/contracts/index.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { MatchDecision } from '../../shared/domain/review.ts';
import type { MatchStanding, ReviewEntry } from '../store/index.ts';
import { standings } from './matches-decide.ts';
import type { ReviewScope } from './matches-scope.ts';
import type { Services } from './services.ts';

const NAMED = 500;
const PIECE = 500;
const canonical = (decision: MatchDecision): string => JSON.stringify([decision.accepted?.targetId ?? null, decision.rejected.toSorted(), decision.verdict?.kind ?? null]);
const isWritten = (standing: MatchStanding): boolean => standing.status === 'Migrated' || standing.status === 'Completed';

/**
 * Takes a decision back: matches, decisions and statuses are as before it. Objects about which something newer is known stay and are named:
 * decided again, migrated since, or their former target taken by another object.
 * @throws AppError NOT_FOUND when there is nothing to undo.
 */
export async function undoDecision(services: Services, scope: ReviewScope, batch: string | undefined): Promise<ChannelOutput<'matches.undo'>> {
  const { store } = services;
  const where = scope.collectionId === null ? 'any collection of this pair' : 'this collection';
  const batches = await store.matches.batches(scope, 1_000);
  const meant = batch === undefined ? batches.find((one) => one.undone < one.objects) : batches.find((one) => one.id === batch);
  if (meant === undefined) throw appError(ErrorCode.NotFound, batch === undefined ? `No decision of ${where} is left to undo.` : `The decision ${batch} is not in ${where}.`);
  const entries = await store.matches.entries(scope, meant.id);
  if (entries.length === 0) throw appError(ErrorCode.NotFound, 'That decision was undone already.');
  const refused: ChannelOutput<'matches.undo'>['refused'] = [];
  let [restored, refusedTotal] = [0, 0];
  for (let from = 0; from < entries.length; from += PIECE) {
    const page = entries.slice(from, from + PIECE);
    const now = await standings(services, scope, page.map((entry) => entry.sourceId));
    const written = await store.journal.written(scope.pairId, page.map((entry) => entry.sourceId));
    const holders = await store.matches.byTargets(scope.pairId, page.flatMap((entry) => entry.before.result?.targetId ?? []));
    const names = await store.sources.heads(scope.pairId, page.map((entry) => entry.sourceId));
    const reasonAgainst = (entry: ReviewEntry): string | null => {
      const present = now.get(entry.sourceId);
      if (present === undefined) return `It is not in ${where} any more.`;
      if (canonical(present.decision) !== canonical(entry.after.decision) || (present.result?.pinned ?? false) !== (entry.after.result?.pinned ?? false)) return 'It was decided again since. Undo that first.';
      if ((written.has(entry.sourceId) || isWritten(present)) && !isWritten(entry.after)) return 'It was migrated since. Roll it back first.';
      const target = entry.before.result?.state === 'Matched' ? entry.before.result.targetId : null;
      const holder = target === null ? undefined : holders.get(target);
      return holder !== undefined && holder !== entry.sourceId ? 'Its former target is matched with another object now.' : null;
    };
    const back: (MatchStanding & { readonly sourceId: string })[] = [];
    for (const entry of page) {
      const against = reasonAgainst(entry);
      if (against === null) { back.push({ ...entry.before, sourceId: entry.sourceId }); continue; }
      refusedTotal += 1;
      if (refused.length < NAMED) refused.push({ id: entry.sourceId, name: names.get(entry.sourceId)?.name ?? entry.sourceId, reason: against });
    }
    if (back.length > 0) await store.matches.bringBack({ pairId: scope.pairId, batch: meant.id }, back);
    restored += back.length;
  }
  services.emit('store.changed', { nouns: ['objects', 'collections'] });
  return { batch: meant.id, action: meant.action, restored, refused, refusedTotal };
}
