/**
 * What becomes of references that wait when the other object arrives. `automatic`: the plan that creates or matches it writes them too.
 * `only by re-migration`: they wait until the object that refers is migrated again, as in the reference system
 * (Quest Migration Manager, "Dividing Migration Scope into Collections").
 */
export const REFERENCE_HEALING = ['automatic', 'only by re-migration'] as const;
export type ReferenceHealing = (typeof REFERENCE_HEALING)[number];

/** From which side the ledger is looked at. */
export const REFERENCE_VIEWS = ['who waits', 'for whom'] as const;
export type ReferenceView = (typeof REFERENCE_VIEWS)[number];

/** Whether an entry of the ledger still waits. */
export const REFERENCE_STATES = ['waits', 'healed'] as const;
export type ReferenceState = (typeof REFERENCE_STATES)[number];

/** Why a reference waits for the other object to arrive, or to get a mailbox. All other reasons end only with a change of one of the two objects. */
export const WAITING_REASONS = { noMatch: 'has no match in the tenant yet', notCreated: 'is not created by this plan', noMailbox: 'has neither a mailbox nor a mail address in Exchange Online yet' } as const;

/** True when nothing but the other object is waited for. */
export function waitsForArrival(reason: string): boolean {
  return Object.values(WAITING_REASONS).some((one) => one === reason);
}

/** True for an entry of the ledger that the next migration writes; who waits for a mailbox may still have none. */
export function canBeWritten({ otherMatched, reason }: { readonly otherMatched: boolean; readonly reason: string }): boolean {
  return otherMatched && reason !== WAITING_REASONS.noMailbox && waitsForArrival(reason);
}
