/**
 * Statuses. The first two vocabularies are those of the reference system word for word
 * ("Tracking the Migration Progress"); Ambiguous, Conflict and Skipped (which
 * always carries its reason) are Causeway's own.
 */
export const MIGRATION_PROGRESS = ['New', 'Not matched', 'Matched', 'Migrated', 'Completed', 'Failed', 'Ambiguous', 'Conflict', 'Skipped'] as const;
/** What has become of one object of a collection. */
export type MigrationProgress = (typeof MIGRATION_PROGRESS)[number];

/** Migrated, Matched and Not matched are shown together as In Progress, as the reference system does. */
export const IN_PROGRESS_STATUSES = ['Not matched', 'Matched', 'Migrated'] as const satisfies readonly MigrationProgress[];

export const SYNCHRONISATION_STATUSES = ['Never synced', 'In sync', 'Not intended to be synced', 'Failed'] as const;
/** Where one object stands in coexistence. */
export type SynchronisationStatus = (typeof SYNCHRONISATION_STATUSES)[number];

export const TASK_KINDS = ['Discover', 'Match', 'Migrate', 'Synchronise', 'Roll back', 'Batch', 'Check', 'Fix', 'Write back', 'Forward', 'Convert', 'Hand over'] as const;
/** What a task on the Tasks tab does. */
export type TaskKind = (typeof TASK_KINDS)[number];

/** Kinds of tasks that bring objects of the directory to the tenant: what they wrote can be asked of the journal and taken back, value by value. */
export const WRITING_KINDS = ['Migrate', 'Synchronise'] as const satisfies readonly TaskKind[];
/** True for a task whose writes are a migration's or those of coexistence. */
export const isWriting = (kind: TaskKind): kind is (typeof WRITING_KINDS)[number] => WRITING_KINDS.some((one) => one === kind);

/** Kinds of tasks that write to the directory, and never to the tenant. */
export const DIRECTORY_KINDS = ['Fix', 'Write back', 'Forward', 'Convert', 'Hand over'] as const satisfies readonly TaskKind[];
/** True for a task that writes to the directory. */
export const isOfDirectory = (kind: TaskKind): kind is (typeof DIRECTORY_KINDS)[number] => DIRECTORY_KINDS.some((one) => one === kind);

export const TASK_STATES = [
  'Queued', 'Running', 'Awaiting approval', 'Scheduled', 'Cancelling', 'Completed', 'Completed with errors', 'Failed', 'Cancelled', 'Interrupted', 'Discarded',
] as const;
/**
 * State of a task. `Awaiting approval`: the plan is made and nothing has been written; a person approves or discards it.
 * `Scheduled`: a person has approved the plan for a time; nothing has been written yet.
 * `Interrupted`: the process that ran it is gone; it can be resumed. The last six are ends (Interrupted and Failed can be resumed).
 */
export type TaskState = (typeof TASK_STATES)[number];

export const TASK_PHASES = ['queue', 'discover source', 'discover target', 'match', 'map', 'check', 'plan', 'approve', 'apply', 'verify', 'roll back', 'done'] as const;
/** The part of the pipeline that a task is in. */
export type TaskPhase = (typeof TASK_PHASES)[number];
