import { expect, it } from 'vitest';
import { CoexistenceSettingsSchema } from '../../../shared/contracts/coexistence.ts';
import { draftOf, scheduleOf, type ScheduleDraft } from '../../../renderer/features/coexistence/draft.ts';

const usual = draftOf(null, 'Europe/Berlin');
const problemsOf = (change: Partial<ScheduleDraft>) => scheduleOf({ ...usual, ...change }).problems;

it('begins with half an hour, at any time, keeping what leaves the scope and showing what others change; office hours are at hand', () => {
  expect(scheduleOf(usual)).toEqual({ schedule: { intervalMinutes: 30, workingHours: null, outOfScope: 'keep', drift: 'show' }, problems: null });
  expect(scheduleOf({ ...usual, limited: true }).schedule?.workingHours).toEqual({ days: [1, 2, 3, 4, 5], from: 480, to: 1080, timeZone: 'Europe/Berlin' });
});

it('gives back what it was given', () => {
  const schedule = { intervalMinutes: 5, workingHours: { days: [0, 6], from: 22 * 60 + 15, to: 6 * 60, timeZone: 'America/New_York' }, outOfScope: 'disable' as const, drift: 're-apply' as const };
  expect(scheduleOf(draftOf(schedule, 'UTC')).schedule).toEqual(schedule);
  const untilMidnight = { ...schedule, workingHours: { ...schedule.workingHours, to: 1440 } };
  expect(draftOf(untilMidnight, 'UTC').to).toBe('00:00');
  expect(scheduleOf(draftOf(untilMidnight, 'UTC')).schedule).toEqual(untilMidnight);
});

it('makes what the channel accepts, days in order', () => {
  const { schedule } = scheduleOf({ ...usual, limited: true, days: [5, 1, 0], from: '00:00', to: '00:00', interval: '1440' });
  expect(schedule?.workingHours).toMatchObject({ days: [0, 1, 5], from: 0, to: 1440 });
  expect(CoexistenceSettingsSchema.safeParse({ createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '', ...schedule }).success).toBe(true);
});

it.each(['', '0', '-5', '1441', '2.5', 'often', '1e3'])('refuses the interval "%s"', (interval) => {
  expect(problemsOf({ interval })).toEqual({ interval: expect.stringContaining('from 1 to 1,440') });
});

it('says what is wrong with working hours, each at its field, and only when they count', () => {
  const wrong = { days: [], from: '08:00', to: '', timeZone: 'Atlantis' };
  expect(problemsOf({ ...wrong, limited: false })).toBeNull();
  expect(problemsOf({ limited: true, days: [] })).toEqual({ days: 'must have at least one day' });
  expect(problemsOf({ limited: true, timeZone: 'Atlantis' })).toEqual({ timeZone: expect.stringContaining('Europe/Berlin') });
  expect(problemsOf({ ...wrong, limited: true })).toEqual({ days: expect.any(String), timeZone: expect.any(String), hours: 'must be two times of day' });
  expect(problemsOf({ limited: true, from: '08:00', to: '08:00' })).toBeNull();
  expect(problemsOf({ limited: true, from: '' })).toEqual({ hours: 'must be two times of day' });
  expect(problemsOf({ limited: true, to: '24:30' })).toEqual({ hours: 'must be two times of day' });
});
