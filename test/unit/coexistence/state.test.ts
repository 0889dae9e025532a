import { describe, expect, it } from 'vitest';
import { actionsIn, cyclePauseMs, nextState, objectPauseMs, type CoexistenceEvent } from '../../../electron/app/coexistence-state.ts';
import { restartAdvice } from '../../../electron/app/coexistence-standing.ts';
import { COEXISTENCE_STATES } from '../../../shared/domain/coexistence.ts';

const MINUTE = 60_000;

describe('the state of coexistence', () => {
  it('moves only as a person, the guard or a first cycle without work can move it', () => {
    const events: readonly CoexistenceEvent[] = ['plan', 'approved', 'nothing to approve', 'discarded', 'not planned', 'guard', 'pause', 'resume', 'disable'];
    const moves = COEXISTENCE_STATES.flatMap((state) => events.flatMap((event) => { const next = nextState(state, event); return next === null ? [] : [`${state} ${event} ${next}`]; }));
    expect(moves).toEqual([
      'Off plan Planned',
      'Planned approved On', 'Planned nothing to approve On', 'Planned discarded Off', 'Planned not planned Off', 'Planned disable Off',
      'On guard Quarantined', 'On pause Paused', 'On disable Off',
      'Paused resume On', 'Paused disable Off',
      'Quarantined approved On', 'Quarantined discarded Paused', 'Quarantined disable Off',
    ]);
  });

  it('lets nobody start a cycle while a plan waits', () => {
    expect(Object.fromEntries(COEXISTENCE_STATES.map((state) => [state, actionsIn(state).join(', ')]))).toEqual({
      Off: 'enable', Planned: 'disable', On: 'disable, restart, run now, pause', Paused: 'disable, resume', Quarantined: 'disable',
    });
  });
});

describe('pauses after failures', () => {
  it('are 1, 2, 4, 8, 16 and then 30 minutes for whole cycles', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 100].map((n) => cyclePauseMs(n) / MINUTE)).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('are 2, 4, 8 intervals for single objects, and a day at most', () => {
    expect([1, 2, 3, 8, 1000].map((n) => objectPauseMs(n, 30) / MINUTE)).toEqual([60, 120, 240, 1440, 1440]);
  });
});

describe('advice to restart', () => {
  it('names what is another than at the last full cycle', () => {
    expect(restartAdvice('', 'r s a')).toEqual([]);
    expect(restartAdvice('r s a', 'r s a')).toEqual([]);
    expect(restartAdvice('r s a', 'x s a')).toEqual([expect.stringContaining('rules')]);
    expect(restartAdvice('r s a', 'r x y')).toEqual([expect.stringContaining('scope'), expect.stringContaining('Answers')]);
  });
});
