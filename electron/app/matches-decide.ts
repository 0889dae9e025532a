import type { Decided, DecisionInput } from '../../shared/contracts/matches.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { MatchResult, SourceObject } from '../../shared/domain/objects.ts';
import { NO_DECISION, type ReviewAction } from '../../shared/domain/review.ts';
import { createTargetIndex, decideMatch, type DecideOutcome } from '../engines/matching/index.ts';
import type { MatchStanding, ReviewEntry } from '../store/index.ts';
import { keepDecisions, reviewScope, type ReviewScope } from './matches-scope.ts';
import type { Services } from './services.ts';

/** Refusals that are named one by one. */
const NAMED = 500;

/** One object of a decision: what came of it. */
interface Weighed { readonly source: SourceObject; readonly before: MatchStanding; readonly outcome: DecideOutcome }
/** Which object is meant and, when a person names it, which target. */
export interface Wish { readonly sourceId: string; readonly targetId?: string }

/** What is known of objects now, by id: their match, decisions and status. Objects that the scope does not hold are left out. */
export async function standings(services: Services, scope: ReviewScope, ids: readonly string[]): Promise<ReadonlyMap<string, MatchStanding>> {
  const { store } = services;
  const matches = await store.matches.getMany(scope.pairId, ids);
  const confirmed = await store.matches.confirmed(scope.pairId, ids);
  const decisions = await store.matches.decisions(scope.pairId, ids);
  const statuses = scope.collectionId === null ? await store.collections.membersOf(scope.pairId, ids) : await store.collections.statuses(scope.collectionId, ids);
  return new Map(ids.flatMap((id) => {
    const status = statuses.get(id);
    return status === undefined ? [] : [[id, { result: matches.get(id) ?? null, confirmed: confirmed.has(id), decision: decisions.get(id) ?? NO_DECISION, status: status.status, reason: status.reason }]];
  }));
}

const hits = (result: MatchResult | null): readonly string[] => (result?.evidence ?? []).flatMap((one) => one.hits);

/** Weighs one page of wishes. `twice`: targets that the same decision means for several sources; nobody gets those. */
export async function weigh(services: Services, scope: ReviewScope, action: ReviewAction, wishes: readonly Wish[], how: { readonly overridden: boolean; readonly twice: ReadonlyMap<string, string> }): Promise<readonly Weighed[]> {
  const { store } = services;
  const { pairId } = scope;
  const ids = wishes.map((wish) => wish.sourceId);
  const sources = await store.sources.getMany(pairId, ids);
  const known = await standings(services, scope, ids);
  const written = await store.journal.written(pairId, ids);
  const adminIds = new Set((await store.pairs.tenantFacts(pairId))?.adminIds ?? []);
  const index = createTargetIndex([], { upnSuffix: '' });
  const wanted = new Set(wishes.flatMap((wish) => [wish.targetId ?? '', known.get(wish.sourceId)?.result?.targetId ?? '', ...(action === 'reject' ? hits(known.get(wish.sourceId)?.result ?? null) : [])]).filter((id) => id !== ''));
  for (const target of (await store.targets.getMany(pairId, [...wanted], 'without links')).values()) index.add(target);
  const holders = await store.matches.byTargets(pairId, [...wanted]);
  const names = await store.sources.heads(pairId, [...new Set(holders.values())]);
  return wishes.flatMap((wish) => {
    const source = sources.get(wish.sourceId);
    const before = known.get(wish.sourceId);
    if (source === undefined || before === undefined) return [];
    const targetId = before.result?.targetId ?? '';
    const claimed = how.twice.get(wish.targetId ?? targetId);
    if (claimed !== undefined && (action === 'accept' || action === 'pin')) return [{ source, before, outcome: { refused: `The same target is chosen for several objects: ${claimed}. Decide for one of them.`, risky: [] } }];
    const outcome = decideMatch(action, source, before, {
      actor: services.actor, adminIds, chosen: wish.targetId, targetOf: (id) => index.get(id), written: written.get(source.id)?.has(targetId) === true, overridden: how.overridden,
      holderOf: (id) => { const holder = holders.get(id); return holder === undefined || holder === source.id ? undefined : names.get(holder)?.name ?? holder; },
    });
    return [{ source, before, outcome }];
  });
}

/** Turns what was weighed into entries for the store. */
export const entriesOf = (weighed: readonly Weighed[], action: ReviewAction): ReviewEntry[] => weighed.flatMap(({ source, before, outcome }) => ('after' in outcome
  ? [{ sourceId: source.id, before, after: { ...outcome.after, confirmed: action === 'accept' || action === 'pin' || (outcome.after.result !== null && before.confirmed && outcome.after.result.state === 'Matched') } }]
  : []));

/** Targets that several of the wishes mean, with the names of those objects. */
async function meantTwice(services: Services, { pairId }: ReviewScope, pages: readonly (readonly Wish[])[]): Promise<ReadonlyMap<string, string>> {
  const claims = new Map<string, string[]>();
  for (const wishes of pages) {
    const matches = await services.store.matches.getMany(pairId, wishes.map((wish) => wish.sourceId));
    for (const wish of wishes) {
      const target = wish.targetId ?? matches.get(wish.sourceId)?.targetId;
      if (target != null) claims.set(target, [...claims.get(target) ?? [], wish.sourceId]);
    }
  }
  const twice = [...claims].filter(([, ids]) => ids.length > 1);
  const names = await services.store.sources.heads(pairId, twice.flatMap(([, ids]) => ids));
  return new Map(twice.map(([target, ids]) => [target, ids.slice(0, 3).map((id) => names.get(id)?.name ?? id).join(', ')]));
}

/** Text to type before risky matches are used: the object's name, or how many there are. */
const confirmationFor = (risky: readonly Weighed[]): string => (risky.length === 0 ? '' : risky.length === 1 ? risky[0]?.source.name ?? '' : `${risky.length} risky matches`);
const isRisky = ({ outcome }: Weighed): boolean => !('after' in outcome) && outcome.risky.length > 0;

/**
 * Decides about the selected objects, or (`preview`) only says what that would do. What cannot be decided so is named with its reason.
 * @throws AppError INVALID_INPUT when a target is named for several objects or nothing is selected, GUARD_STOPPED when the typed text is wrong.
 */
export async function decide(services: Services, input: DecisionInput, purpose: 'preview' | 'apply'): Promise<Decided> {
  const { store } = services;
  const scope = await reviewScope(store, input);
  const pages: Wish[][] = [];
  for await (const ids of store.matches.resolveReview(scope, input.selection)) pages.push(ids.map((sourceId) => ({ sourceId, ...(input.targetId === undefined ? {} : { targetId: input.targetId }) })));
  const size = pages.reduce((n, page) => n + page.length, 0);
  if (size === 0) throw appError(ErrorCode.InvalidInput, 'No object is selected.');
  if (input.targetId !== undefined && size > 1) throw appError(ErrorCode.InvalidInput, `One object of the tenant cannot be chosen for ${size} objects. Select one object.`);
  const twice = input.action === 'accept' || input.action === 'pin' ? await meantTwice(services, scope, pages) : new Map<string, string>();
  const refused: Decided['refused'] = [];
  const risky: Weighed[] = [];
  let [changed, refusedTotal] = [0, 0];
  const overridden = input.override !== undefined && input.override !== '';
  const weighAll = async function* (answer: boolean): AsyncGenerator<readonly Weighed[]> {
    for (const page of pages) yield await weigh(services, scope, input.action, page, { overridden: answer, twice });
  };
  if (overridden) {
    // How many are risky is known only after all were looked at, and the typed text must say so before anything is stored.
    for await (const weighed of weighAll(false)) risky.push(...weighed.filter(isRisky));
    const confirmation = confirmationFor(risky);
    if (confirmation !== '' && input.override !== confirmation) throw appError(ErrorCode.GuardStopped, `${risky.length === 1 ? 'The match is' : `${risky.length} matches are`} risky. To use ${risky.length === 1 ? 'it' : 'them'} all the same, type "${confirmation}".`, { detail: { confirmation } });
    risky.length = 0;
  }
  const batch = services.newId();
  for await (const weighed of weighAll(overridden)) {
    const entries = entriesOf(weighed, input.action);
    changed += entries.length;
    risky.push(...weighed.filter(isRisky));
    for (const { source, outcome } of weighed) {
      if ('after' in outcome) continue;
      refusedTotal += 1;
      if (refused.length < NAMED) refused.push({ id: source.id, name: source.name, reason: outcome.refused });
    }
    if (purpose === 'apply' && entries.length > 0) await keepDecisions(services, scope, { action: input.action, batch }, entries);
  }
  if (purpose === 'apply') services.emit('store.changed', { nouns: ['objects', 'collections'] });
  return { batch: purpose === 'apply' && changed > 0 ? batch : '', changed, refused, refusedTotal, risky: risky.length, confirmation: confirmationFor(risky) };
}

/**
 * Ends the match of these objects; the rules decide again at the next match. What was rejected stays rejected.
 * @returns how many had an outcome of matching.
 */
export async function breakMatching(services: Services, scope: ReviewScope, pages: AsyncIterable<readonly string[]>, reason: string): Promise<number> {
  const batch = services.newId();
  let broken = 0;
  for await (const ids of pages) {
    const entries = [...await standings(services, scope, ids)].filter(([, before]) => before.result !== null)
      .map(([sourceId, before]): ReviewEntry => ({ sourceId, before, after: { result: null, confirmed: false, decision: { ...before.decision, accepted: null }, status: 'New', reason } }));
    if (entries.length > 0) await keepDecisions(services, scope, { action: 'break', batch }, entries);
    broken += entries.length;
  }
  return broken;
}
