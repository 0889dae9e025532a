import { z } from 'zod';
import { COEXISTENCE_ACTIONS, COEXISTENCE_STATES, CYCLE_KINDS, CYCLE_OUTCOMES, DRIFT_POLICIES, INTERVAL_MINUTES, isTimeZone, OUT_OF_SCOPE } from '../domain/coexistence.ts';
import { channel } from './define.ts';
import { Id, Millis, PageRequest, page } from './values.ts';
import { MigrationSettingsSchema } from './tasks.ts';

/** When cycles may run; the hours of one day, or over midnight when `from` is not before `to` (24 hours when they are the same), and then they belong to the day on which they begin. */
export const WorkingHoursSchema = z.object({
  days: z.array(z.int().min(0).max(6)).min(1, 'must have at least one day').max(7),
  from: z.int().min(0).max(1_439), to: z.int().min(0).max(1_440),
  timeZone: z.string().min(1).max(100).refine(isTimeZone, 'must be a time zone, for example Europe/Berlin'),
});

/** Interval, working hours and what becomes of objects out of scope. */
const Schedule = {
  intervalMinutes: z.int().min(INTERVAL_MINUTES.least).max(INTERVAL_MINUTES.most),
  /** Null: at any time. */
  workingHours: WorkingHoursSchema.nullable(),
  outOfScope: z.enum(OUT_OF_SCOPE),
} as const;

/** All that the Enable Coexistence wizard asks. */
export const CoexistenceSettingsSchema = MigrationSettingsSchema.extend(Schedule).extend({
  /** What becomes of what others change in the tenant. */
  drift: z.enum(DRIFT_POLICIES).default('show'),
});
/** Settings that can be changed while coexistence is on; the four questions are answered anew by planning again. */
export const CoexistenceChange = z.object({ ...Schedule, drift: z.enum(DRIFT_POLICIES) }).partial();

/** One cycle. */
export const CycleRow = z.object({
  id: Id, collectionId: Id, taskId: Id.nullable(), planId: Id.nullable(), agentName: z.string(), kind: z.enum(CYCLE_KINDS),
  /** Why it ran, one sentence: its time had come, somebody asked, rules changed. */
  reason: z.string(),
  startedAt: Millis, endedAt: Millis.nullable(),
  /** Objects of the source that were new, changed, gone or out of scope. */
  changes: z.int(),
  /** HTTP requests to the tenant, as far as they are counted. */
  requests: z.int(),
  operations: z.int(), failed: z.int(),
  /** Objects that were left alone because somebody holds them. */
  held: z.int(),
  /** Objects in step at its end, and all of the collection. */
  inStep: z.int(), objects: z.int(),
  /** From the oldest change it brought over to its end, milliseconds; null: it brought none over. */
  lagMs: z.int().nullable(),
  throttledMs: z.int(), outcome: z.enum(CYCLE_OUTCOMES), message: z.string(),
});
export type CycleRow = z.output<typeof CycleRow>;

/** Coexistence of a collection as the console shows it. */
export const Coexistence = z.object({
  collectionId: Id, collectionName: z.string(), pairId: Id, agentId: Id, kind: z.enum(['static', 'dynamic']),
  state: z.enum(COEXISTENCE_STATES),
  /** What the wizard was answered last; null: never. */
  settings: CoexistenceSettingsSchema.nullable(),
  /** The next cycle begins then at the earliest; null: none is due. */
  nextAt: Millis.nullable(),
  /** Whole cycles that failed one after the other; the next try is at `nextAt`. */
  failures: z.int(),
  /** What a person should look at, one or two sentences; empty: nothing. */
  attention: z.string(),
  /** The task that works, waits in the queue, or waits for approval. */
  taskId: Id.nullable(),
  /** True while a cycle waits in the queue or is at work. */
  running: z.boolean(),
  lastCycle: CycleRow.nullable(),
  /** When all objects were last compared. */
  fullAt: Millis.nullable(),
  /** Why Restart Coexistence is advised, one sentence each: rules, scope or settings changed since; empty: it is not needed. */
  restartAdvised: z.array(z.string()),
  /** Objects by synchronisation status. */
  objects: z.object({ total: z.int(), inSync: z.int(), neverSynced: z.int(), notIntended: z.int(), failed: z.int() }),
  /** Objects that failed and are tried again later. */
  retrying: z.int(),
  /** Values that others changed in the tenant and that wait for a person: see `drift.page`. */
  drift: z.int(),
  /** What can be done now, for menus. */
  actions: z.array(z.enum(COEXISTENCE_ACTIONS)),
});
export type Coexistence = z.output<typeof Coexistence>;

/** Sums of the cycles that ended in one piece of time. */
export const TimelineBucket = z.object({
  from: Millis, to: Millis, cycles: z.int(), quiet: z.int(), failedCycles: z.int(), changes: z.int(), operations: z.int(), failed: z.int(), requests: z.int(), throttledMs: z.int(),
  /** Longest of them; null: nothing was brought over. */
  lagMs: z.int().nullable(),
  /** At the end of the last of them; null: no cycle ended. */
  inStep: z.int().nullable(), objects: z.int().nullable(),
});
export type TimelineBucket = z.output<typeof TimelineBucket>;

const OfCollection = z.object({ collectionId: Id });

/** Channels of coexistence. It is enabled by approving the plan of its first cycle (`tasks.approve`); a first cycle with nothing to write enables it by itself. */
export const coexistenceChannels = {
  /** Enable Coexistence: plans the first cycle; stops at `Awaiting approval`. Nothing is written to the tenant before a person approves. Discarding the plan leaves coexistence off. */
  'coexistence.plan': channel('job', z.object({ collectionId: Id, settings: CoexistenceSettingsSchema }), z.object({ taskId: Id })),
  /** Disable Synchronization: no further cycle starts, a running one is cancelled, a waiting plan discarded. What was written stays. */
  'coexistence.disable': channel('command', OfCollection, Coexistence),
  /** Restart Coexistence: a full cycle at once, with the rules and the scope of now. Applied without asking when the guard is content. */
  'coexistence.restart': channel('job', OfCollection, z.object({ taskId: Id })),
  /** A cycle at once, whatever the working hours. */
  'coexistence.runNow': channel('job', OfCollection, z.object({ taskId: Id })),
  /** No further cycle starts until it is resumed; a running one ends. */
  'coexistence.pause': channel('command', OfCollection, Coexistence),
  'coexistence.resume': channel('command', OfCollection, Coexistence),
  'coexistence.get': channel('query', OfCollection, Coexistence),
  'coexistence.save': channel('command', z.object({ collectionId: Id, change: CoexistenceChange }), Coexistence),
  /** All collections of a pair (or of the project) by name, also those without coexistence. */
  'coexistence.list': channel('query', z.object({ pairId: Id.optional() }), z.object({ rows: z.array(Coexistence) })),
  /** Cycles, newest first; `quiet` false leaves out those that wrote nothing and did not fail. */
  'coexistence.cycles': channel('query', z.object({ collectionId: Id, quiet: z.boolean().default(true), ...PageRequest }), page(CycleRow)),
  /** Cycles of a collection, a pair or the project over time, in so many pieces of equal length, oldest first. */
  'coexistence.timeline': channel('query', z.object({ collectionId: Id.optional(), pairId: Id.optional(), from: Millis, to: Millis, buckets: z.int().min(1).max(500).default(48) }), z.object({ rows: z.array(TimelineBucket) })),
} as const;
