import type { ReviewRow } from '../../../shared/contracts/matches.ts';
import type { ReviewAction, ReviewPolicy } from '../../../shared/domain/review.ts';

/** Decisions in words: title of the dialog, label of the button, and what it means. */
export const ACTION_WORDS: Readonly<Record<ReviewAction, { readonly title: string; readonly verb: string; readonly meaning: string }>> = {
  'accept': { title: 'Accept Matches', verb: 'Accept', meaning: 'A migration may use them. The rules go on looking; a risk that comes up later asks again.' },
  'reject': { title: 'Reject Matches', verb: 'Reject', meaning: 'The two objects are never proposed for each other again until that is taken back. The rules look further at the next match; without another match a migration creates a new object if it is asked to.' },
  'pin': { title: 'Pin Matches', verb: 'Pin', meaning: 'They are never evaluated again, whatever the rules say.' },
  'unpin': { title: 'Unpin Matches', verb: 'Unpin', meaning: 'The rules decide again at the next match.' },
  'create': { title: 'No Match: Create', verb: 'Create new', meaning: 'Nothing in the tenant is meant; a migration that creates objects makes new ones.' },
  'leave out': { title: 'Leave Out', verb: 'Leave out', meaning: 'No migration touches them until the decision is taken back.' },
  'take back': { title: 'Take Back Decisions', verb: 'Take back', meaning: 'What was accepted, rejected or decided about them is forgotten; the rules decide at the next match.' },
};

/** Policies in words. */
export const POLICY_WORDS: Readonly<Record<ReviewPolicy, string>> = {
  'risky matches': 'Matches with a risk wait; those without one, found by the anchor, the user principal name or the primary address, go through',
  'every match': 'Every match waits',
  'no match': 'No match waits',
};

/** Attributes that differ between the two sides, for one line. */
export const differs = (row: ReviewRow): string => (row.targetId === null ? '' : row.sides.filter((side) => !side.same).map((side) => side.attribute).join(', '));
