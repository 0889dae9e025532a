import type { Coexistence } from '../../../shared/contracts/coexistence.ts';
import type { CoexistenceAction, CoexistenceState } from '../../../shared/domain/coexistence.ts';

const IS_ON = 'Coexistence is enabled already.';
const IS_OFF = 'Coexistence is not enabled.';
const PLAN_FIRST = 'The plan of the first cycle waits for approval.';
const DECIDE_FIRST = 'Decide about the plan that the guard stopped first.';

const WHY_NOT: Readonly<Record<CoexistenceAction, Readonly<Record<CoexistenceState, string>>>> = {
  'enable': { Off: 'Coexistence cannot be enabled now.', Planned: PLAN_FIRST, On: IS_ON, Paused: 'Coexistence is paused: resume it.', Quarantined: DECIDE_FIRST },
  'disable': { Off: IS_OFF, Planned: PLAN_FIRST, On: 'Coexistence cannot be disabled now.', Paused: 'Coexistence cannot be disabled now.', Quarantined: 'Coexistence cannot be disabled now.' },
  'restart': { Off: IS_OFF, Planned: PLAN_FIRST, On: 'A cycle is at work.', Paused: 'Coexistence is paused: resume it.', Quarantined: DECIDE_FIRST },
  'run now': { Off: IS_OFF, Planned: PLAN_FIRST, On: 'A cycle is at work.', Paused: 'Coexistence is paused: resume it.', Quarantined: DECIDE_FIRST },
  'pause': { Off: IS_OFF, Planned: PLAN_FIRST, On: 'Coexistence cannot be paused now.', Paused: 'Coexistence is paused already.', Quarantined: DECIDE_FIRST },
  'resume': { Off: IS_OFF, Planned: PLAN_FIRST, On: 'Coexistence is not paused.', Paused: 'Coexistence cannot be resumed now.', Quarantined: DECIDE_FIRST },
};

/** Why an action on coexistence cannot be taken now; null when it can. The host decides, these are the words. */
export function whyNot(coexistence: Pick<Coexistence, 'actions' | 'state'> | null, action: CoexistenceAction): string | null {
  if (coexistence === null) return 'The state of coexistence is being read.';
  return coexistence.actions.includes(action) ? null : WHY_NOT[action][coexistence.state];
}

/** Why nothing is re-applied while no cycle runs. */
export const NOT_ON = 'Changes are re-applied by a cycle, and coexistence is not on.';
