import type { DriftRow } from '../../shared/contracts/drift.ts';
import { DRIFT_STATES, type DriftState } from '../../shared/domain/coexistence.ts';
import { values } from './format.ts';

/** States of a change of others, as they are filtered by. */
export const DRIFT_WORDS: Readonly<Record<DriftState, string>> = { 'open': 'Open', 'accepted': 'Accepted', 're-applied': 'Re-applied', 'gone': 'Gone by itself' };

/** The state with that name; undefined: all states. */
export const stateOf = (text: string): DriftState | undefined => DRIFT_STATES.find((one) => one === text);

/** State as it is shown: one that a person asked to write back is on its way. */
export function driftState({ state, asked }: Pick<DriftRow, 'state' | 'asked'>): string {
  return state === 'open' && asked ? 'is re-applied' : state;
}

/** What was changed: the attribute, or the object as a whole. */
export function whatOf({ attribute }: Pick<DriftRow, 'attribute'>): string {
  return attribute === '' ? 'the object itself' : attribute;
}

/** What the rules say and what the tenant has, in words. */
export function sidesOf({ attribute, expected, actual }: Pick<DriftRow, 'attribute' | 'expected' | 'actual'>): { readonly expected: string; readonly actual: string } {
  if (attribute === '') return { expected: 'is there', actual: 'was deleted' };
  if (attribute === 'members') {
    const name = expected[0] ?? actual[0] ?? '';
    return { expected: expected.length > 0 ? `${name} is a member` : `${name} is not a member`, actual: actual.length > 0 ? 'a member' : 'not a member' };
  }
  return { expected: values(expected), actual: values(actual) };
}
