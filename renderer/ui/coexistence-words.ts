import type { Coexistence, CycleRow, TimelineBucket } from '../../shared/contracts/coexistence.ts';
import type { CoexistenceSettings, CoexistenceState, CycleKind, DriftPolicy, OutOfScope, WorkingHours } from '../../shared/domain/coexistence.ts';
import { count, counted, duration, time } from './format.ts';

/** What a state of coexistence means, one sentence. */
export const STATE_WORDS: Readonly<Record<CoexistenceState, string>> = {
  Off: 'The collection is not synchronised.',
  Planned: 'The plan of the first cycle waits for approval. Nothing is synchronised before.',
  On: 'The collection is kept in step with Microsoft 365.',
  Paused: 'No cycle starts until coexistence is resumed.',
  Quarantined: 'The guard stopped a cycle before it wrote anything. No further cycle starts until a person has decided about its plan.',
};

/** Kinds of cycles as the console names them. */
export const CYCLE_WORDS: Readonly<Record<CycleKind, string>> = { first: 'First, of all objects', full: 'Full, of all objects', changes: 'Changes only' };

/** The choices for objects that leave the scope, as they are asked for and as they are shown. */
export const OUT_OF_SCOPE_WORDS: Readonly<Record<OutOfScope, { readonly name: string; readonly effect: string }>> = {
  keep: { name: 'Keep', effect: 'the object in Microsoft 365 stays as it is' },
  unlink: { name: 'Unlink', effect: 'it stays as it is, and its match is broken' },
  disable: { name: 'Disable', effect: 'users can no longer sign in; groups and contacts stay' },
  delete: { name: 'Delete', effect: 'it is deleted; Microsoft 365 keeps users and Microsoft 365 groups for 30 days in its recycle bin' },
};

/** The choices for what others change, as they are asked for. */
export const POLICY_WORDS: Readonly<Record<DriftPolicy, { readonly name: string; readonly effect: string }>> = {
  'show': { name: 'Show', effect: 'the change is listed on the Drift page and left as it is, until you re-apply or accept it' },
  're-apply': { name: 'Re-apply', effect: 'the next cycle writes what the rules say over it, within the limits of the guard' },
};

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
/** Days as they are shown, Monday first (ISO 8601); the value is that of `Date.getDay`, 0 for Sunday. */
export const WEEK: readonly { readonly day: number; readonly name: string }[] = [1, 2, 3, 4, 5, 6, 0].map((day) => ({ day, name: DAYS[day] ?? '' }));

/** Minutes since midnight as `08:05`; the end of the day is `24:00`. */
export function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Working hours on one line, e.g. `Monday to Friday, 08:00 to 18:00, Europe/Berlin`. */
export function hoursWords(hours: WorkingHours | null): string {
  if (hours === null) return 'at any time';
  const shown = WEEK.filter(({ day }) => hours.days.includes(day));
  const at = WEEK.findIndex(({ day }) => day === shown[0]?.day);
  const isRun = shown.length > 2 && shown.every(({ day }, i) => WEEK[at + i]?.day === day);
  const days = shown.length === 7 ? 'every day' : isRun ? `${shown[0]?.name ?? ''} to ${shown.at(-1)?.name ?? ''}` : shown.map(({ name }) => name).join(', ');
  return `${days}, ${clock(hours.from)} to ${clock(hours.to)}${hours.from >= hours.to ? ' of the next day' : ''}, ${hours.timeZone}`;
}

/** How often and when cycles run, e.g. `every 30 min, at any time`. */
export function scheduleWords({ intervalMinutes, workingHours }: Pick<CoexistenceSettings, 'intervalMinutes' | 'workingHours'>): string {
  const every = intervalMinutes % 60 === 0 ? (intervalMinutes === 60 ? 'every hour' : `every ${intervalMinutes / 60} hours`) : `every ${intervalMinutes} min`;
  return `${every}, ${hoursWords(workingHours)}`;
}

/** When the next cycle begins; says so when none does, and when failures delay it. */
export function nextWords(one: Pick<Coexistence, 'state' | 'running' | 'nextAt' | 'failures'>, now: number): string {
  if (one.running) return 'a cycle is at work or waits in the queue';
  if (one.state !== 'On') return one.state === 'Off' ? '–' : one.state === 'Paused' ? 'none until coexistence is resumed' : 'none until a person has decided about the plan';
  if (one.nextAt === null) return 'none is due';
  const when = one.nextAt <= now ? 'due now' : `${time(one.nextAt)}, in ${duration(one.nextAt - now)}`;
  return one.failures > 0 ? `${when} (delayed: ${counted(one.failures, 'cycle')} failed in a row)` : when;
}

/** What a cycle did, one sentence. */
export function cycleWords(cycle: CycleRow): string {
  return cycle.message || `${counted(cycle.changes, 'change')}, ${counted(cycle.operations, 'operation')} written${cycle.failed > 0 ? `, ${count(cycle.failed)} failed` : ''}`;
}

/** `1,200 of 1,250 (96.0 %)`; a dash for an empty collection. Never rounds up to 100 %. */
export function inStepWords(inStep: number, objects: number): string {
  return objects === 0 ? '–' : `${count(inStep)} of ${count(objects)} (${(Math.floor((inStep / objects) * 1_000) / 10).toFixed(1)} %)`;
}

/** Ranges of the timeline: how far back, and in how many pieces. */
export const RANGES = [
  { name: '6 hours', ms: 6 * 3_600_000, buckets: 36 },
  { name: '24 hours', ms: 24 * 3_600_000, buckets: 48 },
  { name: '7 days', ms: 7 * 86_400_000, buckets: 56 },
  { name: '30 days', ms: 30 * 86_400_000, buckets: 60 },
] as const;

/** Sums of a timeline; the longest lag, and what stands at its end. */
export function timelineSums(rows: readonly TimelineBucket[]): { readonly cycles: number; readonly quiet: number; readonly operations: number; readonly failed: number; readonly throttledMs: number; readonly lagMs: number | null; readonly inStep: number | null; readonly objects: number | null } {
  const sum = (of: (row: TimelineBucket) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const lags = rows.flatMap((row) => (row.lagMs === null ? [] : [row.lagMs]));
  const last = rows.findLast((row) => row.inStep !== null);
  return { cycles: sum((r) => r.cycles), quiet: sum((r) => r.quiet), operations: sum((r) => r.operations), failed: sum((r) => r.failed), throttledMs: sum((r) => r.throttledMs), lagMs: lags.length === 0 ? null : Math.max(...lags), inStep: last?.inStep ?? null, objects: last?.objects ?? null };
}
