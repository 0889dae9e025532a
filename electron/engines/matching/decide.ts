import { BLOCKING_RISKS, type MatchResult, type RiskFlag, type SourceObject } from '../../../shared/domain/objects.ts';
import { NO_DECISION, type MatchDecision, type ReviewAction } from '../../../shared/domain/review.ts';
import type { MigrationProgress } from '../../../shared/domain/statuses.ts';
import { ownAnchors } from './keys.ts';
import { risksOf } from './match.ts';
import type { IndexedTarget } from './target-index.ts';

/** What is known of one object when a person decides about it. */
export interface Standing { readonly result: MatchResult | null; readonly decision: MatchDecision; readonly status: MigrationProgress; readonly reason: string }

/** What the decision needs to know besides. */
export interface DecideFacts {
  /** Who decides. */
  readonly actor: string;
  readonly adminIds: ReadonlySet<string>;
  /** The candidate that was named; undefined: the proposed one. */
  readonly chosen: string | undefined;
  readonly targetOf: (id: string) => IndexedTarget | undefined;
  /** Name of another source that is matched with the target; undefined: the target is free. */
  readonly holderOf: (targetId: string) => string | undefined;
  /** Whether a migration of this project has written to the match's target. */
  readonly written: boolean;
  /** Blocking risks were answered for by a typed text. */
  readonly overridden: boolean;
}

/** `risky`: refused only because nobody typed the confirmation for these risks. */
export type DecideOutcome = { readonly after: Standing } | { readonly refused: string; readonly risky: readonly RiskFlag[] };

const BLOCKING: ReadonlySet<RiskFlag> = new Set(BLOCKING_RISKS);
const refuse = (reason: string, risky: readonly RiskFlag[] = []): DecideOutcome => ({ refused: reason, risky });
const unmatched = (source: SourceObject, before: MatchResult | null, reason: string, review: NonNullable<MatchResult['review']>): MatchResult => ({
  sourceId: source.id, state: 'Not matched', targetId: null, ruleId: null, pinned: false, evidence: before?.evidence ?? [], risks: [], reason, review,
});
/** Graph ids that the deciding rule found; of an object whose rules found nothing, none. */
const candidatesOf = (result: MatchResult | null): readonly string[] => (result?.evidence.find((one) => one.ruleId === result.ruleId) ?? result?.evidence.findLast((one) => one.hits.length > 0))?.hits ?? [];

/**
 * What a person's decision makes of one object. Pure: it says what to store, or why not.
 * - Objects of different types are never tied, whatever is typed: Graph has no way to turn one kind into another, so nothing could be written.
 * - Administrators, another immutable id and another synchronisation are refused unless the confirmation was typed.
 * - A target that another source is matched with is refused.
 * - Nothing is decided against what a migration has written; that is rolled back first.
 */
export function decideMatch(action: ReviewAction, source: SourceObject, before: Standing, facts: DecideFacts): DecideOutcome {
  const { result } = before;
  if (facts.written && (action === 'reject' || action === 'create')) return refuse('A migration has written to this match. Roll the object back first.');
  switch (action) {
    case 'accept': case 'pin': return tie(action, source, before, facts);
    case 'reject': return reject(source, before, facts);
    case 'create': {
      const reason = `${facts.actor} decided: no match, a new object is created.`;
      return { after: { result: unmatched(source, result, reason, 'Create'), decision: { ...before.decision, accepted: null, verdict: { kind: 'create', by: facts.actor } }, status: 'Not matched', reason } };
    }
    case 'leave out': {
      const reason = `Left out by ${facts.actor}. Take the decision back to migrate it.`;
      const decision: MatchDecision = { ...before.decision, accepted: null, verdict: { kind: 'leave out', by: facts.actor } };
      if (facts.written && result !== null) return { after: { result: { ...result, review: 'Left out' }, decision, status: before.status, reason } };
      return { after: { result: unmatched(source, result, reason, 'Left out'), decision, status: 'Skipped', reason } };
    }
    case 'unpin':
      if (result?.pinned !== true) return refuse('It is not pinned.');
      return { after: { result: null, decision: before.decision, status: 'New', reason: 'Unpinned; the rules decide at the next match.' } };
    case 'take back': {
      const { accepted, rejected, verdict } = before.decision;
      if (accepted === null && rejected.length === 0 && verdict === null) return refuse('Nothing was decided about it that could be taken back.');
      if (facts.written && result !== null) return { after: { result: { ...result, review: result.pinned ? 'Pinned' : 'Migrated before' }, decision: NO_DECISION, status: before.status, reason: before.reason } };
      // A pin is a decision of its own, with its own way back.
      if (result?.pinned === true) return { after: { ...before, decision: NO_DECISION } };
      return { after: { result: null, decision: NO_DECISION, status: 'New', reason: 'The decision was taken back; the rules decide at the next match.' } };
    }
  }
}

function tie(action: 'accept' | 'pin', source: SourceObject, before: Standing, facts: DecideFacts): DecideOutcome {
  const { result } = before;
  const targetId = facts.chosen ?? result?.targetId ?? undefined;
  if (targetId === undefined) {
    if (result?.state === 'Ambiguous') return refuse(`Choose one of its ${candidatesOf(result).length} candidates.`);
    return refuse(action === 'accept' ? 'No match is proposed that could be accepted.' : 'No match is proposed that could be pinned. Name the object of the tenant.');
  }
  const target = facts.targetOf(targetId);
  if (target === undefined) return refuse(`There is no object ${targetId} in the tenant as it was read last. Discover again, or check the id.`);
  const name = target.name || target.id;
  if (target.kind !== source.kind) return refuse(`"${source.name}" is a ${source.kind} and "${name}" is a ${target.kind}; objects of different types cannot be matched.`);
  const holder = facts.holderOf(targetId);
  if (holder !== undefined) return refuse(`"${name}" is matched with another object already: ${holder}. Break that match first.`);
  if (action === 'accept' && !candidatesOf(result).includes(targetId) && result?.targetId !== targetId) return refuse(`"${name}" is not a candidate that the rules found. Pin it instead.`);
  if (action === 'accept' && result?.pinned === true) return refuse('It is pinned already.');
  const proved = facts.written || ownAnchors(source).has(target.immutableId);
  const found = result?.targetId === targetId ? result.risks.filter((risk) => risk === 'weak evidence' || risk === 'other candidates were rejected') : [];
  const risks = [...risksOf(source, target, facts, proved ? 'anchor' : 'other'), ...found];
  const blocking = risks.filter((risk) => BLOCKING.has(risk));
  if (blocking.length > 0 && !facts.overridden) return refuse(`Matching "${source.name}" with "${name}" is risky: ${blocking.join(', ')}.`, blocking);
  const rejected = before.decision.rejected.filter((id) => id !== targetId);
  const written = before.status === 'Migrated' || before.status === 'Completed';
  const status = facts.written && written ? before.status : 'Matched';
  const base = { sourceId: source.id, state: 'Matched' as const, targetId, evidence: result?.evidence ?? [], risks };
  if (action === 'pin') {
    const reason = `Pinned by ${facts.actor}.`;
    return { after: { result: { ...base, ruleId: null, pinned: true, reason, review: 'Pinned' }, decision: { accepted: null, rejected, verdict: null }, status, reason } };
  }
  const reason = `Matched with ${name}; accepted by ${facts.actor}${risks.length > 0 ? ` in spite of: ${risks.join(', ')}` : ''}.`;
  return { after: { result: { ...base, ruleId: result?.ruleId ?? null, pinned: false, reason, review: 'Accepted' }, decision: { accepted: { targetId, risks, by: facts.actor }, rejected, verdict: null }, status, reason } };
}

function reject(source: SourceObject, before: Standing, facts: DecideFacts): DecideOutcome {
  const { result, decision } = before;
  const candidates = candidatesOf(result).filter((id) => !decision.rejected.includes(id));
  const proposed = result?.targetId != null ? [result.targetId] : result?.state === 'Ambiguous' ? candidates : [];
  const meant = facts.chosen === undefined ? proposed : [facts.chosen];
  if (meant.length === 0) return refuse('No match is proposed that could be rejected.');
  const names = meant.slice(0, 3).map((id) => facts.targetOf(id)?.name || id).join(', ');
  const rejected = [...new Set([...decision.rejected, ...meant])].toSorted();
  const next: MatchDecision = { accepted: decision.accepted !== null && meant.includes(decision.accepted.targetId) ? null : decision.accepted, rejected, verdict: decision.verdict };
  const left = result?.state === 'Ambiguous' ? candidates.filter((id) => !meant.includes(id)) : [];
  if (result !== null && left.length > 0) {
    const reason = `${names} was rejected by ${facts.actor}; ${left.length === 1 ? 'one candidate is' : `${left.length} candidates are`} left to choose from.`;
    return { after: { result: { ...result, reason, review: 'To review' }, decision: next, status: 'Ambiguous', reason } };
  }
  if (result !== null && facts.chosen !== undefined && result.targetId !== facts.chosen && result.targetId !== null) return { after: { ...before, decision: next } };
  const reason = `${names}${meant.length > 3 ? ` and ${meant.length - 3} more` : ''} rejected by ${facts.actor}; never proposed again until that is taken back. The rules look further at the next match.`;
  return { after: { result: unmatched(source, result, reason, 'Rejected'), decision: next, status: 'Not matched', reason } };
}
