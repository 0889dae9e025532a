import type { MigrationSettings } from './settings.ts';

/** Where coexistence of a collection stands. `Planned`: the first cycle waits for approval. `Quarantined`: the guard stopped a cycle, whose plan waits for a person. */
export const COEXISTENCE_STATES = ['Off', 'Planned', 'On', 'Paused', 'Quarantined'] as const;
export type CoexistenceState = (typeof COEXISTENCE_STATES)[number];

/** What becomes of the Microsoft 365 object when its source leaves the collection's scope or the directory. */
export const OUT_OF_SCOPE = ['keep', 'unlink', 'disable', 'delete'] as const;
export type OutOfScope = (typeof OUT_OF_SCOPE)[number];

/** What a cycle does about what others changed in the tenant and the directory did not: `show` lists it and writes nothing, `re-apply` writes what the rules say. */
export const DRIFT_POLICIES = ['show', 're-apply'] as const;
export type DriftPolicy = (typeof DRIFT_POLICIES)[number];

/** Where a change of others stands. `gone`: the tenant and the rules agree again by themselves. */
export const DRIFT_STATES = ['open', 'accepted', 're-applied', 'gone'] as const;
export type DriftState = (typeof DRIFT_STATES)[number];

/** When cycles may run: days (0 Sunday to 6 Saturday) and minutes since midnight in an IANA time zone; `from` after `to` runs over midnight, both the same are 24 hours. */
export interface WorkingHours { readonly days: readonly number[]; readonly from: number; readonly to: number; readonly timeZone: string }

/** Shortest and longest time between two cycles, minutes. */
export const INTERVAL_MINUTES = { least: 1, most: 1_440, usual: 30 } as const;

/** How a collection is kept in step: the four questions of the Enable Coexistence wizard (Quest Migration Manager for Active Directory, "Enabling Coexistence"), and when cycles run. */
export interface CoexistenceSettings extends MigrationSettings {
  readonly intervalMinutes: number;
  /** null: at any time. */
  readonly workingHours: WorkingHours | null;
  readonly outOfScope: OutOfScope;
  readonly drift: DriftPolicy;
}

/** What a cycle was: of changes only, or of the whole collection. */
export const CYCLE_KINDS = ['first', 'full', 'changes'] as const;
export type CycleKind = (typeof CYCLE_KINDS)[number];

/** What came of a cycle. */
export const CYCLE_OUTCOMES = ['running', 'nothing to do', 'done', 'done with failures', 'quarantined', 'failed', 'cancelled'] as const;
export type CycleOutcome = (typeof CYCLE_OUTCOMES)[number];

/** What a person can do to coexistence of a collection, as the Actions pane names it where the reference system has a name for it ("Synchronizing Directories", "Restarting Coexistence"). */
export const COEXISTENCE_ACTIONS = ['enable', 'disable', 'restart', 'run now', 'pause', 'resume'] as const;
export type CoexistenceAction = (typeof COEXISTENCE_ACTIONS)[number];

/** True for a time zone that this program knows by its name, e.g. `Europe/Berlin` (IANA time zone database). */
export function isTimeZone(name: string): boolean {
  try { return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''; } catch { return false; }
}
