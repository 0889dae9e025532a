import type { MatchResult } from '../../../shared/domain/objects.ts';
import type { MatchDecision, ReviewPolicy, ReviewState } from '../../../shared/domain/review.ts';
import { isAccepted } from './match.ts';

/**
 * Where an outcome stands in the review before anything is written. Ambiguous and Conflict always wait for a person; a match waits as the
 * policy says, unless a person accepted it with the risks that it has now, or a migration of this project has written to its target.
 * @param written whether a migration of this project has written to the target.
 */
export function reviewOf(result: MatchResult, decision: MatchDecision, policy: ReviewPolicy, written: 'written' | 'not written'): ReviewState {
  if (decision.verdict?.kind === 'leave out') return 'Left out';
  if (result.pinned) return 'Pinned';
  if (result.state === 'Ambiguous' || result.state === 'Conflict') return 'To review';
  if (result.state === 'Not matched') return decision.verdict?.kind === 'create' ? 'Create' : decision.rejected.length > 0 ? 'Rejected' : 'Not needed';
  if (written === 'written') return 'Migrated before';
  if (result.targetId !== null && isAccepted(decision, result.targetId, result.risks)) return 'Accepted';
  return policy === 'every match' || (policy === 'risky matches' && result.risks.length > 0) ? 'To review' : 'Not needed';
}
