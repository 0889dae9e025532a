import { z } from 'zod';
import { MAILBOX_PERMISSIONS, OPERATION_KINDS, OUTCOMES, RECIPIENT_PARTS, SERVICES } from '../domain/plans.ts';
import { channel } from './define.ts';
import { ExportPart, PartRequest } from './export.ts';
import { RollBackScope } from './roll-back.ts';
import { CountryCode, Done, Guid, Id, Kind, Millis, PageRequest, Selection, TaskKindSchema, TaskPhaseSchema, TaskStateSchema, UpnSuffix, page } from './values.ts';

/** The wizard's four answers. */
export const MigrationSettingsSchema = z.object({ createUnmatched: z.boolean(), mergeUnmatched: z.boolean(), upnSuffix: UpnSuffix, countryCode: CountryCode });

export const TaskRow = z.object({
  id: Id, collectionId: Id.nullable(), pairId: Id, collectionName: z.string(), kind: TaskKindSchema, state: TaskStateSchema, phase: TaskPhaseSchema,
  /** Objects or operations handled in this phase; `failed` is included in `done`. */
  done: z.int(), failed: z.int(),
  /** Null until counted: show a moving bar, never an invented percentage. */
  total: z.int().nullable(),
  /** One sentence on what is happening or what came of it. */
  message: z.string(),
  /** Why it failed, one of ErrorCode; only in state Failed, and absent for an unexpected error. */
  failure: z.string().optional(),
  /** After applying: whether everything that was written was found so when it was read back. */
  verified: z.boolean().optional(),
  /** Honest estimate of the milliseconds left in this phase, null when unknown. */
  timeLeftMs: z.int().nullable(),
  /** Milliseconds spent waiting because the tenant throttles. */
  throttledMs: z.int(),
  planId: Id.nullable(), undoes: Id.nullable(), rolledBackBy: Id.nullable(),
  createdAt: Millis, startedAt: Millis.nullable(), finishedAt: Millis.nullable(), createdBy: z.string(),
  /** State Scheduled: when the approved plan is applied. */
  scheduledAt: Millis.nullable(),
  canCancel: z.boolean(), canResume: z.boolean(), canRollBack: z.boolean(), canApprove: z.boolean(),
  /** Grows by one per snapshot; a receiver drops anything older than what it shows. */
  seq: z.int(),
});
export type TaskRow = z.output<typeof TaskRow>;

export const TaskItem = z.object({ objectId: Guid.nullable(), name: z.string(), kind: Kind, status: z.string(), message: z.string(), at: Millis });
export type TaskItem = z.output<typeof TaskItem>;

export const Counts = z.object({
  creates: z.int(), restores: z.int(), updates: z.int(), deletes: z.int(), managers: z.int(), membersAdded: z.int(), membersRemoved: z.int(), permissionsAdded: z.int(), permissionsRemoved: z.int(), healed: z.int().default(0), licencesAssigned: z.int(), licencesRemoved: z.int(), attributes: z.int(),
  overwrites: z.int(), upnChanges: z.int(), disables: z.int(), irreversible: z.int(), unchanged: z.int(), skipped: z.int(), operations: z.int(),
});
const Change = z.object({ attribute: z.string(), ruleId: z.string().nullable(), before: z.array(z.string()).nullable(), after: z.array(z.string()).nullable(), reason: z.string(), source: z.string(), reversible: z.boolean(), conflict: z.string().nullable() });
const Ref = z.object({ name: z.string(), sourceId: z.string().nullable(), targetId: z.string().nullable() });
/** One operation as shown in the plan and, after applying, with its outcome. */
export const OperationRow = z.object({
  id: Id, seq: z.int(), kind: z.enum(OPERATION_KINDS), service: z.enum(SERVICES), objectKind: Kind, sourceId: z.string().nullable(), targetId: z.string().nullable(),
  name: z.string(), changes: z.array(Change), permission: z.enum(MAILBOX_PERMISSIONS).optional(), recipient: z.enum(RECIPIENT_PARTS).optional(), references: z.array(Ref), previous: z.array(Ref), outcome: z.enum(OUTCOMES), message: z.string(),
});
export type OperationRow = z.output<typeof OperationRow>;

const FindingSchema = z.object({ sourceId: z.string().nullable(), name: z.string(), attribute: z.string(), value: z.string(), rule: z.string(), severity: z.enum(['error', 'warning']), message: z.string(), proposal: z.string().nullable() });
/** Header of a plan. */
export const PlanSummary = z.object({
  id: Id, taskId: Id, collectionId: Id.nullable(), createdAt: Millis, tenantName: z.string(), counts: Counts,
  guard: z.array(z.object({ limit: z.string(), count: z.int(), allowed: z.int(), message: z.string() })),
  findings: z.object({ errors: z.int(), warnings: z.int() }),
  unresolved: z.int(),
  /** Roll back only: values that others changed since. */
  conflicts: z.int(),
  /** What the person must type to approve. */
  confirmation: z.string(),
  settings: MigrationSettingsSchema.nullable(),
});
export type PlanSummary = z.output<typeof PlanSummary>;

/** Whether a plan is applied although its objects, matches or rules changed since it was made. */
export const OutdatedChoice = z.enum(['refuse', 'apply all the same']).default('refuse');
/** Filters of operations besides kind and outcome; empty text means all. */
const OperationFilters = {
  /** Target attribute that is written; `manager`, `members` and permissions on a mailbox are attributes here. */
  attribute: z.string().max(200).default(''), sourceId: z.string().max(100).default(''),
  /** Text in a value before or after. */
  value: z.string().max(256).default(''),
  /** A rule of the checks; `*`: any finding. */
  finding: z.string().max(200).default(''),
} as const;

export const taskChannels = {
  'tasks.list': channel('query', z.object({ pairId: Id.optional(), collectionId: Id.optional(), limit: z.int().min(1).max(500).default(100) }), z.object({ rows: z.array(TaskRow) })),
  'tasks.get': channel('query', z.object({ id: Id }), TaskRow),
  'tasks.items': channel('query', z.object({ taskId: Id, onlyProblems: z.boolean().default(false), ...PageRequest }), page(TaskItem)),
  'tasks.discover': channel('job', z.object({ pairId: Id }), z.object({ taskId: Id })),
  'tasks.match': channel('job', z.object({ collectionId: Id, breakExisting: z.boolean(), upnSuffix: UpnSuffix.default(''), selection: Selection.optional() }), z.object({ taskId: Id })),
  /** Discovers, matches, maps, checks and plans; stops at `Awaiting approval`. Nothing is written to the tenant. */
  'tasks.migrate': channel('job', z.object({ collectionId: Id, settings: MigrationSettingsSchema, selection: Selection.optional() }), z.object({ taskId: Id })),
  /**
   * Plans the undo of a task, of several (`taskIds`, or all of a `window` of time), of one object (all that migrations and coexistence did to it, or
   * since a task), or of attributes of one object; stops at `Awaiting approval`. Until its plan is applied or discarded no cycle of the collection starts.
   */
  'tasks.rollBack': channel('job', z.object({
    collectionId: Id, undoes: Id.optional(), objectId: Guid.optional(), mode: z.enum(['exact', 'keep changes made since']).default('exact'), purge: z.boolean().default(false),
    ...RollBackScope,
  }), z.object({ taskId: Id })),
  /** Applies the plan now. `confirmation` must equal the plan's. A plan older than what it was made from is refused, unless `outdated` says that a person has seen that. */
  'tasks.approve': channel('command', z.object({ taskId: Id, confirmation: z.string().max(300), outdated: OutdatedChoice }), TaskRow),
  /** Throws a plan away that was not applied. */
  'tasks.discard': channel('command', z.object({ taskId: Id }), TaskRow),
  'tasks.cancel': channel('command', z.object({ taskId: Id }), TaskRow),
  /** Goes on with an interrupted, cancelled or failed task from its journal. */
  'tasks.resume': channel('command', z.object({ taskId: Id }), TaskRow),
  'plans.get': channel('query', z.object({ id: Id }), PlanSummary),
  'plans.operations': channel('query', z.object({ planId: Id, search: z.string().max(256).default(''), kind: z.union([z.enum(OPERATION_KINDS), z.literal('')]).default(''), outcome: z.union([z.enum(OUTCOMES), z.literal('')]).default(''), ...OperationFilters, ...PageRequest }), page(OperationRow)),
  'plans.skips': channel('query', z.object({ planId: Id, ...PageRequest }), page(z.object({ sourceId: z.string(), name: z.string(), kind: Kind, status: z.string(), reason: z.string() }))),
  'plans.findings': channel('query', z.object({ planId: Id, ...PageRequest }), page(FindingSchema)),
  /** What became of the objects of a task as CSV, part by part. */
  'tasks.exportItems': channel('query', z.object({ taskId: Id, ...PartRequest }), ExportPart),
  'tasks.delete': channel('command', z.object({ taskId: Id }), Done),
} as const;
