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
export const WAITING_REASONS = { noMatch: 'has no match in the tenant yet', notCreated: 'is not created by this plan', noMailbox: 'has neither a mailbox nor a mail address in Exchange Online yet', elsewhere: 'is left to another migration, which was approved before' } as const;

/** Why a reference that waited at creation stays away: others have decided since, and the rule speaks about the creation only. */
export const ANOTHER_MANAGER = 'has another manager by now, and its rule writes only on creation';

/**
 * Which of the two objects was matched anew, with another object of the tenant, since the reference was kept or written. A reference is
 * written to the matches of the two objects (Microsoft, "Prepare mailboxes for cross-forest moves": find the source object, then its target). Healing
 * writes what waited between the objects that were meant, so after such a change nothing is healed: the object that refers is migrated again.
 */
export const REMADE_SIDES = ['who waits', 'for whom'] as const;
export type RemadeSide = (typeof REMADE_SIDES)[number];
/** What a person reads then. */
export const REMADE_REASONS: Readonly<Record<RemadeSide, string>> = {
  'who waits': 'is matched with another object than the one that waited; nothing is written to that before it is migrated again',
  'for whom': 'was written to another object, which is still there, before the match was made anew; the object that refers must be migrated again',
};

/** True when nothing but the other object is waited for. */
export function waitsForArrival(reason: string): boolean {
  return Object.values(WAITING_REASONS).some((one) => one === reason);
}

/** What of an entry of the ledger decides what becomes of it. */
interface Waiting { readonly otherMatched: boolean; readonly reason: string; readonly remade?: RemadeSide | null; readonly onCreation?: boolean }

/** Why an entry waits, as a person reads it. */
export function whyWaits({ reason, remade = null, onCreation = false }: Waiting): string {
  return `${remade === null ? reason : REMADE_REASONS[remade]}${onCreation ? ' (waits since the object was created; its rule writes only then)' : ''}`;
}

/** True for an entry of the ledger that the next migration writes; who waits for a mailbox may still have none. */
export function canBeWritten({ otherMatched, reason, remade = null }: Waiting): boolean {
  return otherMatched && remade === null && reason !== WAITING_REASONS.noMailbox && waitsForArrival(reason);
}
