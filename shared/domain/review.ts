/**
 * Where a match stands in the review that comes before anything is written.
 * - `Not needed`: nothing to decide: a match without a risk, or an object without a match.
 * - `To review`: a person must decide; until then a migration leaves the object out.
 * - `Accepted`, `Rejected`, `Pinned`: decided by a person. `Rejected`: the pair of objects is never proposed again.
 * - `Create`: decided that nothing in the tenant is meant; a new object is made.
 * - `Left out`: decided that the object is not migrated.
 * - `Migrated before`: a migration of this project has written to the target, so it is who it is.
 */
export const REVIEW_STATES = ['Not needed', 'To review', 'Accepted', 'Rejected', 'Pinned', 'Create', 'Left out', 'Migrated before'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

/**
 * Which proposed matches a migration may use that nobody has reviewed. Ambiguous and Conflict always wait for a person.
 * - `risky matches`: the default. Those with a risk flag wait; those without one, found by the anchor, the user principal name or the
 *   primary address, go through: Microsoft Entra would make the same matches (Entra Connect, "Sync with existing users").
 * - `every match`: all wait.
 * - `no match`: none waits.
 */
export const REVIEW_POLICIES = ['risky matches', 'every match', 'no match'] as const;
export type ReviewPolicy = (typeof REVIEW_POLICIES)[number];
/** The policy of a pair that has none of its own. */
export const DEFAULT_REVIEW_POLICY: ReviewPolicy = 'risky matches';

/** What a person can do with a match, or with an object that has none. */
export const REVIEW_ACTIONS = ['accept', 'reject', 'pin', 'unpin', 'create', 'leave out', 'take back'] as const;
export type ReviewAction = (typeof REVIEW_ACTIONS)[number];

/** A decision about one source object, kept until it is taken back. */
export interface MatchDecision {
  /** Graph id that was accepted, with the risk flags that were seen then; a risk that comes up later asks again. */
  readonly accepted: { readonly targetId: string; readonly risks: readonly string[]; readonly by: string } | null;
  /** Graph ids that are never proposed again. */
  readonly rejected: readonly string[];
  /** `create`: nothing in the tenant is meant. `leave out`: not to be migrated. */
  readonly verdict: { readonly kind: 'create' | 'leave out'; readonly by: string } | null;
}

/** Nothing was decided. */
export const NO_DECISION: MatchDecision = { accepted: null, rejected: [], verdict: null };
