import { z } from 'zod';
import { CoexistenceSettingsSchema } from '../../../shared/contracts/coexistence.ts';
import { CYCLE_KINDS } from '../../../shared/domain/coexistence.ts';
import { CONTENTS_SOURCES, CONVERSION_GUIDS, MAILBOX_ONLY_ATTRIBUTES, SWITCH_DIRECTIONS } from '../../../shared/domain/mailbox-switch.ts';
import { CheckRequest, FindingSelection } from '../../../shared/contracts/checks.ts';
import { RollBackChoice } from '../../../shared/contracts/roll-back.ts';
import { MigrationSettingsSchema } from '../../../shared/contracts/tasks.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';

/** What a Match task is asked to do, as the store keeps it. */
export const MatchTask = z.object({ breakExisting: z.boolean(), upnSuffix: z.string(), ids: z.array(z.string()).nullable() });
/** What a Migrate task is asked to do. */
export const MigrateTask = z.object({ settings: MigrationSettingsSchema, ids: z.array(z.string()).nullable() });
/** What a Roll back task is asked to do. */
export const RollBackTask = z.object({
  undoes: z.string().nullable(),
  /** Several tasks at once, newest first; null: the one of `undoes`, or those that wrote to the object. */
  tasks: z.array(z.string()).min(1).nullable().default(null),
  /** The time that the tasks were chosen by, milliseconds since 1970 UTC; null: they were named. */
  window: z.object({ from: z.int(), to: z.int() }).nullable().default(null),
  objectId: z.string().nullable(), mode: z.enum(['exact', 'keep changes made since']), purge: z.boolean(),
  /** With an object: only what this migration and later ones did to it; null: everything. */
  since: z.string().nullish().transform((id) => id ?? null),
  /** With an object: only these attributes of it (`manager`, `members`); null: everything. */
  attributes: z.array(z.string()).nullish().transform((names) => names ?? null),
  /** What becomes of later migrations that wrote the same values. */
  later: z.enum(['refuse', 'take back too']).default('refuse'),
  /** Decisions of a person about values that others changed; the others follow the mode. */
  choices: z.array(RollBackChoice).default([]),
  /** State of the journal that the plan was made from; null before planning. What came later is not taken back by it. */
  seen: z.object({ last: z.int(), standing: z.number() }).nullable().default(null),
});
/** What a roll back is asked to do. */
export type RollBackRequest = z.output<typeof RollBackTask>;
/** What a Synchronise task is asked to do: one cycle of coexistence. */
export const SynchroniseTask = z.object({
  settings: CoexistenceSettingsSchema, kind: z.enum(CYCLE_KINDS), reason: z.string(),
  /** Whether objects that failed are tried before their time. */
  retry: z.enum(['when due', 'all']),
  /** What another task has read of both sides is fresh enough when that reading began then or later, milliseconds since 1970 UTC; null: only an own reading. */
  freshFrom: z.int().nullable().default(null),
  /** Rules, scope and settings that it was planned with; empty before planning. */
  standing: z.string().default(''),
  /** `drift`: only objects with changes of others that a person asked to be written over; what else changed waits for the next cycle. */
  only: z.enum(['all', 'drift']).default('all'),
});
/** What a cycle is asked to do. */
export type SynchroniseSettings = z.output<typeof SynchroniseTask>;
/** What a Check task is asked to do; `ids` null: every object of the collection, or of the pair. */
export const CheckTask = z.object({ discover: z.boolean(), request: CheckRequest, ids: z.array(z.string()).nullable() });
/** What a Fix task is asked to do: the decided findings of a check, or some of them. */
export const FixTask = z.object({ checkId: z.string(), selection: FindingSelection.nullable() });
/** What a Write back task is asked to do: the chosen groups of a collection, or some of them. */
export const WriteBackTask = z.object({
  ids: z.array(z.string()).nullable(),
  /** Whether its plan waits for a person always, or only for the guard and for groups whose two sides were never agreed on. */
  asks: z.enum(['always', 'when needed']),
  /** Groups that the plan compared; empty before planning. */
  planned: z.array(z.string()).default([]),
  /** Digests of their members in the tenant then, by group. */
  seen: z.record(z.string(), z.string()).default({}),
});
/** Whose mailboxes a task of the switch is about: these, those of a batch, or those of its collection. */
const SwitchScope = {
  ids: z.array(z.string()).nullable(), batchId: z.string().nullable(),
  /** Domains of the tenant when it was planned; null before planning. */
  domains: z.object({ initial: z.string(), verified: z.array(z.string()) }).nullable().default(null),
};
/** What a Forward task is asked to do. */
export const ForwardTask = z.object({ ...SwitchScope, direction: z.enum(SWITCH_DIRECTIONS), redirection: z.enum(['no', 'yes']) });
/** What a Convert task is asked to do. */
export const ConvertTask = z.object({ ...SwitchScope, guid: z.enum(CONVERSION_GUIDS), keep: z.array(z.enum(MAILBOX_ONLY_ATTRIBUTES)), contents: z.enum(CONTENTS_SOURCES), poor: z.enum(['leave out', 'convert']) });
/** How far a task has come; decides what resuming means. */
export const Checkpoint = z.object({ stage: z.enum(['plan', 'apply']) });

/** Reads settings of a task; the file may come from anywhere. @throws AppError BAD_FILE when they do not fit. */
export function readSettings<T extends z.ZodType>(schema: T, task: { readonly id: string; readonly kind: string; readonly settings: unknown }): z.output<T> {
  const parsed = schema.safeParse(task.settings);
  if (!parsed.success) throw appError(ErrorCode.BadFile, `The settings of ${task.kind} task ${task.id} in the project file are damaged. Start a new task.`);
  return parsed.data;
}
