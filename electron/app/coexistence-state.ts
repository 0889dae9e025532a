import type { CoexistenceAction, CoexistenceState } from '../../shared/domain/coexistence.ts';

/**
 * What happens to coexistence of a collection. `plan`: the wizard asked for the plan of the first cycle. `approved`, `discarded`: a person
 * decided about the plan that waits. `nothing to approve`: the first cycle had nothing to write. `guard`: the guard stopped a cycle.
 * `not planned`: the first cycle came to no plan.
 */
export type CoexistenceEvent = 'plan' | 'approved' | 'nothing to approve' | 'discarded' | 'not planned' | 'guard' | 'pause' | 'resume' | 'disable';

const TRANSITIONS: Readonly<Record<CoexistenceState, Partial<Record<CoexistenceEvent, CoexistenceState>>>> = {
  Off: { plan: 'Planned' },
  // A person who looks at the first plan and does not want it wants no coexistence, either.
  Planned: { approved: 'On', 'nothing to approve': 'On', discarded: 'Off', 'not planned': 'Off', disable: 'Off' },
  On: { guard: 'Quarantined', pause: 'Paused', disable: 'Off' },
  Paused: { resume: 'On', disable: 'Off' },
  // Discarding says that something is wrong: no cycle makes the same plan again before a person resumes it.
  Quarantined: { approved: 'On', discarded: 'Paused', disable: 'Off' },
};

/** The state after an event; null when the event does not fit the state, which then stays. */
export function nextState(state: CoexistenceState, event: CoexistenceEvent): CoexistenceState | null {
  return TRANSITIONS[state][event] ?? null;
}

/** What a person can do in a state. A cycle can be asked for only while nothing waits for an approval. */
export function actionsIn(state: CoexistenceState): readonly CoexistenceAction[] {
  switch (state) {
    case 'Off': return ['enable'];
    case 'Planned': case 'Quarantined': return ['disable'];
    case 'On': return ['disable', 'restart', 'run now', 'pause'];
    case 'Paused': return ['disable', 'resume'];
  }
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Longest pause after cycles that failed as a whole, minutes. */
const LONGEST_CYCLE_PAUSE = 30;

/** How long after a cycle that failed as a whole the next one is tried, milliseconds: 1, 2, 4 .. 30 minutes. @param failures how many failed one after the other, at least 1. */
export function cyclePauseMs(failures: number): number {
  return Math.min(2 ** (Math.max(failures, 1) - 1), LONGEST_CYCLE_PAUSE) * MINUTE_MS;
}

/** How long an object that failed is left alone, milliseconds: 2, 4, 8 .. intervals, a day at most. @param failures of this object one after the other, at least 1. */
export function objectPauseMs(failures: number, intervalMinutes: number): number {
  return Math.min(intervalMinutes * MINUTE_MS * 2 ** Math.min(Math.max(failures, 1), 20), DAY_MS);
}
