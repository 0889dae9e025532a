import { expect, it } from 'vitest';
import { periodDraft, periodOf } from '../../../renderer/features/tasks/roll-back-period.ts';

it('a period is whole minutes, both included: a moment within its last minute is in it', () => {
  const from = new Date(2026, 2, 1, 9, 5, 30).getTime();
  const to = new Date(2026, 2, 1, 10, 0, 59, 900).getTime();
  const draft = periodDraft(from, to);
  expect(draft).toEqual({ from: '2026-03-01T09:05', to: '2026-03-01T10:00' });
  expect(periodOf(draft)).toEqual({ from: new Date(2026, 2, 1, 9, 5).getTime(), to: new Date(2026, 2, 1, 10, 0, 59, 999).getTime() });
});

it.each([['2026-03-01T10:00', '2026-03-01T09:59'], ['', '2026-03-01T10:00'], ['2026-03-01T10:00', 'soon']])('no period from "%s" to "%s"', (from, to) => {
  expect(periodOf({ from, to })).toBeNull();
});

it('one minute is a period', () => {
  expect(periodOf({ from: '2026-03-01T10:00', to: '2026-03-01T10:00' })).not.toBeNull();
});
