/** The matching engine: ties source objects to target objects by rules, with evidence and risks. Pure; writes nothing. */
export { DEFAULT_MATCHING_RULES, describeRule } from './default-rules.ts';
export { createTargetIndex } from './target-index.ts';
export type { IndexedTarget, TargetIndex } from './target-index.ts';
export { anchorOf, sourceKeys } from './keys.ts';
export { matchAgain, matchingOrder, matchObject, matchPinned } from './match.ts';
export { decideMatch } from './decide.ts';
export type { DecideFacts, DecideOutcome, Standing } from './decide.ts';
export { reviewOf } from './review.ts';
export type { MatchContext, MatchingOrder } from './match.ts';
export { settleConflicts } from './settle.ts';
