import { z } from 'zod';
import { channel } from './define.ts';
import { Guid, Id, Kind, Millis, PageRequest, page } from './values.ts';

/** A person's decision about one value that others changed since: the state before the migration, or what they made of it. `attribute` empty: the object as a whole; `proxyAddresses/smtp:a@contoso.com`, `members/<Graph id>`: a single value. */
export const RollBackChoice = z.object({ targetId: z.string().min(1).max(200), attribute: z.string().max(600), choice: z.enum(['restore', 'keep']) });
export type RollBackChoice = z.output<typeof RollBackChoice>;

const ValuesOrNone = z.array(z.string()).nullable();
/** The three-way view of one value that others changed since. */
export const RollBackConflict = z.object({
  sourceId: z.string().nullable(), targetId: z.string(), name: z.string(), kind: Kind,
  /** Attribute, `manager`, `members`, or empty for the object itself, which somebody deleted. */
  attribute: z.string(),
  /** Of an attribute of many values the one that it is about, with the name that a person reads; null: all of the attribute. */
  value: z.object({ key: z.string(), name: z.string() }).nullable(),
  /** True: the migration made the object, so that the choice is about all of it; restoring the state before means deleting it. */
  created: z.boolean(),
  before: ValuesOrNone, written: ValuesOrNone, current: ValuesOrNone,
  /** What others had set between two migrations, which `keep` brings back; null: nothing, and `keep` leaves what is there. */
  between: z.object({ values: ValuesOrNone }).nullable(),
  choice: z.enum(['restore', 'keep']),
});
export type RollBackConflict = z.output<typeof RollBackConflict>;

/** What a roll back takes back besides a task: see `tasks.rollBack`. */
export const RollBackScope = {
  /** Several tasks of the collection at once, for example cycles of coexistence: one plan, newest first. */
  taskIds: z.array(Id).min(1).max(10_000).optional(),
  /** All tasks of the collection that wrote something from one moment to another, both included, each as a whole: one plan, newest first. */
  window: z.object({ collectionId: Id, from: Millis, to: Millis }).optional(),
  /** With an object: only what this migration and later ones did to it. */
  since: Id.optional(),
  /** With an object: only these attributes of it, by Graph's name; `manager` and `members` are attributes here. */
  attributes: z.array(z.string().min(1).max(200)).min(1).max(200).optional(),
  /** Whether values that later migrations wrote over those of the task are taken back with them, or the roll back is refused. */
  later: z.enum(['refuse', 'take back too']).default('refuse'),
  choices: z.array(RollBackChoice).max(100_000).default([]),
} as const;

export const rollBackChannels = {
  /** Values of a roll back plan that others changed since, in the order of the plan. */
  'rollBack.conflicts': channel('query', z.object({ planId: Id, ...PageRequest }), page(RollBackConflict)),
  /**
   * Makes the plan of a waiting roll back anew with these decisions, which replace earlier ones about the same values. Ends at
   * `Awaiting approval` again; nothing is written to the tenant.
   */
  'rollBack.decide': channel('job', z.object({ taskId: Id, choices: z.array(RollBackChoice).max(100_000), mode: z.enum(['exact', 'keep changes made since']).optional() }), z.object({ taskId: Id })),
  /** Migrations that wrote something to an object that still stands, newest first, with the attributes; `members` and `manager` are attributes here. */
  'rollBack.ofObject': channel('query', z.object({ collectionId: Id, objectId: Guid }), z.object({
    tasks: z.array(z.object({ taskId: Id, at: z.int(), attributes: z.array(z.string()), created: z.boolean() })),
  })),
} as const;
