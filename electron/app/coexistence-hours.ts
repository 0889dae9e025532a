import type { WorkingHours } from '../../shared/domain/coexistence.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** Clocks are changed by an hour at most nearly everywhere (by 2 hours at Troll station): so much before the hours begin, one minute after the other is looked at. */
const CAREFUL_MINUTES = 180;
/** Hours of one day of the week come again within 7 days; a day more for a change of clocks. */
const HORIZON_MS = 8 * DAY_MINUTES * MINUTE_MS;

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** Day of the week and minute of the day that a clock in the zone shows. */
function clockIn(timeZone: string): (at: number) => { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: 'numeric', minute: 'numeric', hourCycle: 'h23' });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return { day: WEEKDAYS.findIndex((name) => name === parts['weekday']), minute: Number(parts['hour']) * 60 + Number(parts['minute']) };
  };
}

/** True while cycles may run. Hours over midnight belong to the day on which they begin. */
function within({ days, from, to }: WorkingHours, { day, minute }: { readonly day: number; readonly minute: number }): boolean {
  if (from < to) return days.includes(day) && minute >= from && minute < to;
  return (days.includes(day) && minute >= from) || (days.includes((day + 6) % 7) && minute < to);
}

/**
 * The earliest time from `at` on at which a cycle may begin, milliseconds since 1970 UTC. Hours are those of the clock on the wall: where
 * clocks are put forward over the beginning, they begin with the first minute after the gap.
 * @param hours null: at any time.
 */
export function nextWorkingTime(hours: WorkingHours | null, at: number): number {
  if (hours === null) return at;
  const clock = clockIn(hours.timeZone);
  for (let time = at; time < at + HORIZON_MS;) {
    const now = clock(time);
    if (within(hours, now)) return time;
    const minute = Math.floor(time / MINUTE_MS) * MINUTE_MS;
    const wait = (hours.from - now.minute + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
    time = minute + (wait > CAREFUL_MINUTES ? wait - CAREFUL_MINUTES : 1) * MINUTE_MS;
  }
  return at + HORIZON_MS;
}
