import { WorkingHoursSchema } from '../../../shared/contracts/coexistence.ts';
import { INTERVAL_MINUTES, type DriftPolicy, type OutOfScope, type WorkingHours } from '../../../shared/domain/coexistence.ts';
import { clock } from '../../ui/coexistence-words.ts';

/** Interval, working hours and policies, as a person types them. */
export interface ScheduleDraft {
  readonly interval: string;
  readonly limited: boolean;
  readonly days: readonly number[];
  /** `HH:MM`. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly outOfScope: OutOfScope;
  readonly drift: DriftPolicy;
}

/** The same as it is sent. */
export interface Schedule { readonly intervalMinutes: number; readonly workingHours: WorkingHours | null; readonly outOfScope: OutOfScope; readonly drift: DriftPolicy }

/** What keeps a draft from being used, by field; an absent field is right. */
export interface ScheduleProblems { readonly interval?: string; readonly days?: string; readonly hours?: string; readonly timeZone?: string }

const OFFICE = { days: [1, 2, 3, 4, 5], from: 8 * 60, to: 18 * 60 } as const;
const DAY_MINUTES = 24 * 60;

/** A draft of what is set now; of the usual values when nothing was set. @param here the time zone of this machine. */
export function draftOf(schedule: Schedule | null, here: string): ScheduleDraft {
  const hours = schedule?.workingHours ?? null;
  return {
    interval: String(schedule?.intervalMinutes ?? INTERVAL_MINUTES.usual), limited: hours !== null, days: hours?.days ?? OFFICE.days,
    from: clock(hours?.from ?? OFFICE.from), to: clock((hours?.to ?? OFFICE.to) % DAY_MINUTES), timeZone: hours?.timeZone ?? here, outOfScope: schedule?.outOfScope ?? 'keep', drift: schedule?.drift ?? 'show',
  };
}

/** Minutes since midnight of `HH:MM`; null when it is not a time. */
function minutesOf(text: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)/.exec(text) ?? [];
  return hours === undefined || minutes === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** Reads a draft: the schedule, or what is wrong with it. `00:00` as the end means the end of the day. */
export function scheduleOf(draft: ScheduleDraft): { readonly schedule: Schedule; readonly problems: null } | { readonly schedule: null; readonly problems: ScheduleProblems } {
  const { least, most } = INTERVAL_MINUTES;
  const { outOfScope, drift } = draft;
  const intervalMinutes = /^\d{1,5}$/.test(draft.interval.trim()) ? Number(draft.interval) : 0;
  const interval = intervalMinutes >= least && intervalMinutes <= most ? {} : { interval: `must be a whole number of minutes from ${least} to ${most.toLocaleString()}` };
  if (!draft.limited) return 'interval' in interval ? { schedule: null, problems: interval } : { schedule: { intervalMinutes, workingHours: null, outOfScope, drift }, problems: null };
  const from = minutesOf(draft.from);
  const to = minutesOf(draft.to);
  const hours = { days: [...draft.days].toSorted((a, b) => a - b), from: from ?? 0, to: (to ?? 0) === 0 ? DAY_MINUTES : to ?? 0, timeZone: draft.timeZone.trim() };
  const checked = WorkingHoursSchema.safeParse(hours);
  const issue = (field: string): string | undefined => checked.error?.issues.find((one) => (one.path[0] ?? '') === field)?.message;
  const days = issue('days');
  const timeZone = issue('timeZone');
  const ends = from === null || to === null ? 'must be two times of day' : undefined;
  const problems = { ...interval, ...(days ? { days } : {}), ...(timeZone ? { timeZone } : {}), ...(ends ? { hours: ends } : {}) };
  return Object.keys(problems).length > 0 ? { schedule: null, problems } : { schedule: { intervalMinutes, workingHours: hours, outOfScope, drift }, problems: null };
}
