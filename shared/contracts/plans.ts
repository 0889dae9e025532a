import { z } from 'zod';
import { EXPORT_FORMATS } from '../domain/plan-export.ts';
import { channel } from './define.ts';
import { ExportPart, PartRequest } from './export.ts';
import { Counts, OutdatedChoice, TaskRow } from './tasks.ts';
import { AttributesSchema, Done, Id, Kind, Millis, PageRequest, TaskKindSchema, TaskStateSchema, page } from './values.ts';

/** Limit of the guard: passed when the count is over `count` and also over `percent` of the objects planned. 0 percent leaves the count alone to decide, count 0 the percentage. */
export const GuardLimitSchema = z.object({ count: z.int().min(0).max(10_000_000), percent: z.number().min(0).max(100) });
/** Limits of the guard. */
export const GuardLimitsSchema = z.object({
  creates: GuardLimitSchema, overwrites: GuardLimitSchema, upnChanges: GuardLimitSchema, membershipRemovals: GuardLimitSchema, healedLinks: GuardLimitSchema.default({ count: 500, percent: 25 }), licenceRemovals: GuardLimitSchema.default({ count: 20, percent: 5 }), disables: GuardLimitSchema, deletes: GuardLimitSchema,
});
export type GuardLimitsInput = z.output<typeof GuardLimitsSchema>;
/** Whose limits are meant. */
export const LimitsOwner = z.object({ pairId: Id, collectionId: Id.nullable().default(null) });

/** One line of the list of plans. */
export const PlanListRow = z.object({
  id: Id, taskId: Id, pairId: Id, collectionId: Id.nullable(), collectionName: z.string(), tenantName: z.string(), kind: TaskKindSchema, state: TaskStateSchema,
  createdAt: Millis, createdBy: z.string(), scheduledAt: Millis.nullable(), message: z.string(), counts: Counts,
  /** Limits that the plan passes, in words. */
  guard: z.array(z.string()),
  findings: z.object({ errors: z.int(), warnings: z.int() }),
});
export type PlanListRow = z.output<typeof PlanListRow>;

/** Where one planned value came from. */
export const PlannedWhy = z.object({
  operationId: Id, kind: z.string(), name: z.string(), objectKind: Kind, attribute: z.string(), before: z.array(z.string()).nullable(), after: z.array(z.string()).nullable(),
  /** One sentence. */
  reason: z.string(),
  /** The mapping rule; null for a value of the wizard, of the journal, or of a rule that is gone. */
  rule: z.object({ id: z.string(), position: z.int(), action: z.string(), condition: z.string(), text: z.string(), expression: z.string() }).nullable(),
  /** True: the rule of the plan was removed since. */
  ruleGone: z.boolean(),
  /** Values of the source attributes that the rule reads, as the project knows them now. */
  source: AttributesSchema,
  reversible: z.boolean(), conflict: z.string().nullable(),
});
export type PlannedWhy = z.output<typeof PlannedWhy>;

export const planChannels = {
  /** Plans, newest first. `waiting`: only those that wait for approval or for their time. */
  'plans.list': channel('query', z.object({ pairId: Id.optional(), collectionId: Id.optional(), which: z.enum(['all', 'waiting']).default('all'), ...PageRequest }), page(PlanListRow)),
  /** What a waiting plan was made from and is another now. Empty `reasons`: the plan is up to date as far as the project knows. */
  'plans.changes': channel('query', z.object({ planId: Id }), z.object({ reasons: z.array(z.string()), examples: z.array(z.string()), ageMs: z.int() })),
  /** What the operations can be filtered by: attributes written and rules of the checks, each with its number. */
  'plans.facets': channel('query', z.object({ planId: Id }), z.object({
    attributes: z.array(z.object({ attribute: z.string(), operations: z.int() })), findings: z.array(z.object({ rule: z.string(), severity: z.enum(['error', 'warning']), count: z.int() })),
  })),
  /** "Why?" of one value of one operation. */
  'plans.why': channel('query', z.object({ planId: Id, operationId: Id, attribute: z.string().min(1).max(200) }), PlannedWhy),
  /** The plan as a file, part by part. */
  'plans.export': channel('query', z.object({ planId: Id, format: z.enum(EXPORT_FORMATS), ...PartRequest }), ExportPart),
  /** Approves the plan for a time, as `tasks.approve` does for now; also moves one that is scheduled already. Applied by the agent of its collection once the time has come. */
  'plans.schedule': channel('command', z.object({ taskId: Id, at: Millis, confirmation: z.string().max(300), outdated: OutdatedChoice }), TaskRow),
  /** Takes the time away: the plan waits for approval again. */
  'plans.unschedule': channel('command', z.object({ taskId: Id }), TaskRow),
  /** Removes a plan that was never applied, with its task. @see tasks.delete for tasks that wrote. */
  'plans.remove': channel('command', z.object({ planId: Id }), Done),
  /** Limits of the guard: the ones in force, whose they are, and the shipped ones. */
  'limits.get': channel('query', LimitsOwner, z.object({ limits: GuardLimitsSchema, from: z.enum(['collection', 'pair', 'default']), own: GuardLimitsSchema.nullable(), defaults: GuardLimitsSchema })),
  /** Sets limits of a pair or collection; null goes back to those of the pair, or the shipped ones. Plans made already keep their verdict. */
  'limits.set': channel('command', LimitsOwner.extend({ limits: GuardLimitsSchema.nullable() }), Done),
} as const;
