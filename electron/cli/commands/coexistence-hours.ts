import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { WorkingHours } from '../../../shared/domain/coexistence.ts';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const SHOWN = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

const wrong = (text: string) => appError(ErrorCode.InvalidInput, `"${text}" are no working hours. Write days, times and a time zone, for example "Mon-Fri 20:00-06:00 Europe/Berlin", or "always".`);

function dayOf(name: string, text: string): number {
  const day = DAYS.findIndex((one) => one === name.slice(0, 3).toLowerCase());
  if (day < 0) throw wrong(text);
  return day;
}

function daysOf(part: string, text: string): number[] {
  return [...new Set(part.split(',').flatMap((piece) => {
    const [first = '', last = first] = piece.split('-');
    const [from, to] = [dayOf(first, text), dayOf(last, text)];
    return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, i) => (from + i) % 7);
  }))].toSorted((a, b) => a - b);
}

function minuteOf(time: string, text: string): number {
  const parts = time.match(/^(\d{1,2}):(\d\d)$/);
  const minute = parts ? Number(parts[1]) * 60 + Number(parts[2]) : Number.NaN;
  if (!(minute >= 0 && minute <= 1_440) || Number(parts?.[2]) > 59) throw wrong(text);
  return minute;
}

/**
 * Working hours as a person types them: `Mon-Fri 08:00-18:00 Europe/Berlin`, `Sat,Sun 00:00-24:00`; without a zone that of this machine.
 * @returns null for `always`. @throws AppError INVALID_INPUT.
 */
export function hoursOf(text: string): WorkingHours | null {
  if (text.trim().toLowerCase() === 'always') return null;
  const [days, times, timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone, ...rest] = text.trim().split(/\s+/);
  const [from, to, ...more] = times?.split('-') ?? [];
  if (days === undefined || from === undefined || to === undefined || rest.length > 0 || more.length > 0) throw wrong(text);
  return { days: daysOf(days, text), from: minuteOf(from, text), to: minuteOf(to, text), timeZone };
}

const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Working hours in words that {@link hoursOf} reads. */
export function hoursText(hours: WorkingHours | null): string {
  return hours === null ? 'always' : `${hours.days.map((day) => SHOWN[day]).join(',')} ${clock(hours.from)}-${clock(hours.to)} ${hours.timeZone}`;
}
