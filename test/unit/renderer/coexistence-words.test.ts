import { expect, it } from 'vitest';
import type { CycleRow, TimelineBucket } from '../../../shared/contracts/coexistence.ts';
import { COEXISTENCE_ACTIONS, COEXISTENCE_STATES } from '../../../shared/domain/coexistence.ts';
import { actionsIn } from '../../../electron/app/coexistence-state.ts';
import { whyNot } from '../../../renderer/features/coexistence/reasons.ts';
import { lineOf } from '../../../renderer/features/statistics/timeline-lines.ts';
import { cycleWords, hoursWords, inStepWords, nextWords, scheduleWords, timelineSums } from '../../../renderer/ui/coexistence-words.ts';

it.each(COEXISTENCE_STATES)('in the state %s each action is allowed as the host says, or tells why not', (state) => {
  const actions = [...actionsIn(state)];
  for (const action of COEXISTENCE_ACTIONS) {
    const reason = whyNot({ state, actions }, action);
    if (actions.includes(action)) expect(reason).toBeNull();
    else expect(reason).toMatch(/^[A-Z].*\.$/);
  }
});

it('a cycle at work is the reason why none can be asked for; nothing is allowed before the state is known', () => {
  expect(whyNot({ state: 'On', actions: ['disable', 'pause'] }, 'run now')).toBe('A cycle is at work.');
  expect(whyNot({ state: 'Quarantined', actions: ['disable'] }, 'resume')).toContain('Decide about the plan');
  expect(whyNot(null, 'enable')).toContain('being read');
});

it('working hours in words', () => {
  const zone = 'Europe/Berlin';
  expect(hoursWords(null)).toBe('at any time');
  expect(hoursWords({ days: [5, 4, 3, 2, 1], from: 480, to: 1080, timeZone: zone })).toBe('Monday to Friday, 08:00 to 18:00, Europe/Berlin');
  expect(hoursWords({ days: [0, 1, 6], from: 1320, to: 360, timeZone: zone })).toBe('Monday, Saturday, Sunday, 22:00 to 06:00 of the next day, Europe/Berlin');
  expect(hoursWords({ days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 1440, timeZone: zone })).toBe('every day, 00:00 to 24:00, Europe/Berlin');
  expect(hoursWords({ days: [1], from: 480, to: 480, timeZone: zone })).toBe('Monday, 08:00 to 08:00 of the next day, Europe/Berlin');
  expect(hoursWords({ days: [0, 6], from: 0, to: 60, timeZone: zone })).toMatch(/^Saturday, Sunday,/);
  expect([30, 60, 90, 120].map((intervalMinutes) => scheduleWords({ intervalMinutes, workingHours: null }))).toEqual(['every 30 min, at any time', 'every hour, at any time', 'every 90 min, at any time', 'every 2 hours, at any time']);
});

it('the next cycle in words', () => {
  const at = Date.UTC(2026, 2, 1, 12, 0, 0);
  const on = { state: 'On', running: false, nextAt: at, failures: 0 } as const;
  expect(nextWords(on, at - 90_000)).toBe('2026-03-01 12:00:00 UTC, in 1 min 30 s');
  expect(nextWords(on, at + 1)).toBe('due now');
  expect(nextWords({ ...on, failures: 2 }, at)).toBe('due now (delayed: 2 cycles failed in a row)');
  expect(nextWords({ ...on, running: true }, at)).toContain('at work');
  expect(nextWords({ ...on, nextAt: null }, at)).toBe('none is due');
  expect(nextWords({ ...on, state: 'Paused' }, at)).toContain('until coexistence is resumed');
  expect(nextWords({ ...on, state: 'Quarantined' }, at)).toContain('until a person has decided');
});

it('never says that everything is in step while an object is not', () => {
  expect(inStepWords(99_999, 100_000)).toBe('99,999 of 100,000 (99.9 %)');
  expect(inStepWords(100_000, 100_000)).toBe('100,000 of 100,000 (100.0 %)');
  expect(inStepWords(0, 0)).toBe('–');
});

it('a cycle says what it did when the host has no words for it', () => {
  const cycle = { message: '', changes: 1, operations: 2, failed: 3 } as CycleRow;
  expect(cycleWords(cycle)).toBe('1 change, 2 operations written, 3 failed');
  expect(cycleWords({ ...cycle, message: 'Stopped.' })).toBe('Stopped.');
});

const bucket = (from: number, change: Partial<TimelineBucket> = {}): TimelineBucket => ({ from, to: from + 10, cycles: 1, quiet: 0, failedCycles: 0, changes: 1, operations: 2, failed: 1, requests: 4, throttledMs: 5, lagMs: null, inStep: null, objects: null, ...change });

it('sums of a timeline: the longest lag, and what stood at its end', () => {
  expect(timelineSums([bucket(0, { lagMs: 70, inStep: 1, objects: 4 }), bucket(10, { lagMs: 30, inStep: 3, objects: 4 }), bucket(20)]))
    .toEqual({ cycles: 3, quiet: 0, operations: 6, failed: 3, throttledMs: 15, lagMs: 70, inStep: 3, objects: 4 });
  expect(timelineSums([])).toMatchObject({ cycles: 0, lagMs: null, inStep: null });
});

it('draws nothing where nothing was measured', () => {
  expect(lineOf([bucket(0, { lagMs: 1234 }), bucket(10), bucket(20, { lagMs: 0 })], (row) => (row.lagMs === null ? null : row.lagMs / 1000))).toEqual([{ at: 5, y: 1.2 }, { at: 25, y: 0 }]);
});
