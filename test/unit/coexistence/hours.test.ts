import { describe, expect, it } from 'vitest';
import { nextWorkingTime } from '../../../electron/app/coexistence-hours.ts';
import { hoursOf, hoursText } from '../../../electron/cli/commands/coexistence-hours.ts';
import type { WorkingHours } from '../../../shared/domain/coexistence.ts';
import { WorkingHoursSchema } from '../../../shared/contracts/coexistence.ts';

const next = (hours: WorkingHours | null, at: string): string => new Date(nextWorkingTime(hours, Date.parse(at))).toISOString();
const WEEKDAYS = [1, 2, 3, 4, 5];

describe('working hours', () => {
  it('are any time when there are none', () => { expect(next(null, '2026-11-21T03:04:05.678Z')).toBe('2026-11-21T03:04:05.678Z'); });

  it('begin at their minute in their zone and on their days', () => {
    const office: WorkingHours = { days: WEEKDAYS, from: 8 * 60 + 30, to: 18 * 60, timeZone: 'Europe/Berlin' };
    // Thursday noon; before work; after work; Friday evening; Sunday. Berlin is an hour ahead in winter.
    expect(next(office, '2026-11-19T11:00:30.000Z')).toBe('2026-11-19T11:00:30.000Z');
    expect(next(office, '2026-11-19T04:00:00.000Z')).toBe('2026-11-19T07:30:00.000Z');
    expect(next(office, '2026-11-19T17:00:00.000Z')).toBe('2026-11-20T07:30:00.000Z');
    expect(next(office, '2026-11-20T16:59:59.999Z')).toBe('2026-11-20T16:59:59.999Z');
    expect(next(office, '2026-11-20T17:00:00.000Z')).toBe('2026-11-23T07:30:00.000Z');
    expect(next({ ...office, timeZone: 'Asia/Kathmandu' }, '2026-11-22T00:00:00.000Z')).toBe('2026-11-23T02:45:00.000Z');
  });

  it('over midnight belong to the day on which they begin', () => {
    const night: WorkingHours = { days: [5], from: 22 * 60, to: 6 * 60, timeZone: 'UTC' };
    expect(next(night, '2026-11-20T21:00:00.000Z')).toBe('2026-11-20T22:00:00.000Z');
    expect(next(night, '2026-11-21T05:59:00.000Z')).toBe('2026-11-21T05:59:00.000Z');
    expect(next(night, '2026-11-21T06:00:00.000Z')).toBe('2026-11-27T22:00:00.000Z');
    expect(next(night, '2026-11-20T05:00:00.000Z')).toBe('2026-11-20T22:00:00.000Z');
  });

  it('follow the clock on the wall where clocks are changed', () => {
    const early: WorkingHours = { days: [0, 1, 2, 3, 4, 5, 6], from: 2 * 60 + 30, to: 4 * 60, timeZone: 'Europe/Berlin' };
    // 29 March 2026: 2:00 becomes 3:00, half past two does not exist; 25 October: it comes twice.
    expect(next(early, '2026-03-28T23:00:00.000Z')).toBe('2026-03-29T01:00:00.000Z');
    expect(next(early, '2026-10-24T22:00:00.000Z')).toBe('2026-10-25T00:30:00.000Z');
    const morning: WorkingHours = { ...early, from: 8 * 60, to: 9 * 60 };
    expect(next(morning, '2026-03-28T12:00:00.000Z')).toBe('2026-03-29T06:00:00.000Z');
    expect(next(morning, '2026-10-24T12:00:00.000Z')).toBe('2026-10-25T07:00:00.000Z');
  });

  it('of a whole day run to midnight', () => {
    expect(next({ days: [6], from: 0, to: 1_440, timeZone: 'UTC' }, '2026-11-21T23:59:59.000Z')).toBe('2026-11-21T23:59:59.000Z');
    expect(next({ days: [6], from: 0, to: 1_440, timeZone: 'UTC' }, '2026-11-22T00:00:00.000Z')).toBe('2026-11-28T00:00:00.000Z');
    const fromNoon: WorkingHours = { days: [6], from: 720, to: 720, timeZone: 'UTC' };
    expect([next(fromNoon, '2026-11-21T11:59:00.000Z'), next(fromNoon, '2026-11-22T11:59:00.000Z'), next(fromNoon, '2026-11-22T12:00:00.000Z')]).toEqual(['2026-11-21T12:00:00.000Z', '2026-11-22T11:59:00.000Z', '2026-11-28T12:00:00.000Z']);
  });

  it('are refused without a day or with an unknown zone', () => {
    const good = { days: [1], from: 0, to: 60, timeZone: 'Europe/Oslo' };
    expect(WorkingHoursSchema.safeParse(good).success).toBe(true);
    for (const bad of [{ days: [] }, { days: [7] }, { timeZone: 'Europe/Nowhere' }, { to: 1_441 }, { from: 1_440 }]) expect(WorkingHoursSchema.safeParse({ ...good, ...bad }).success).toBe(false);
  });
});

describe('working hours on the command line', () => {
  it('are typed as days, times and a zone', () => {
    expect(hoursOf('Mon-Fri 20:00-06:00 Europe/Berlin')).toEqual({ days: WEEKDAYS, from: 1_200, to: 360, timeZone: 'Europe/Berlin' });
    expect(hoursOf('sat,sun 0:00-24:00 UTC')).toEqual({ days: [0, 6], from: 0, to: 1_440, timeZone: 'UTC' });
    expect(hoursOf('Fri-Mon 08:00-09:00 UTC')).toEqual({ days: [0, 1, 5, 6], from: 480, to: 540, timeZone: 'UTC' });
    expect(hoursOf('Always')).toBeNull();
    const text = 'Mon,Tue 08:05-18:00 Asia/Tokyo';
    expect(hoursText(hoursOf(text))).toBe(text);
  });

  it('are refused with an example', () => {
    for (const text of ['', 'Mon', 'Mon 8-9', 'Foo 08:00-09:00', 'Mon 08:00-25:00 UTC', 'Mon 08:61-09:00', 'Mon 08:00-09:00 UTC now']) expect(() => hoursOf(text)).toThrow('Mon-Fri 20:00-06:00');
  });
});
