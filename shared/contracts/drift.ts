import { z } from 'zod';
import { DRIFT_STATES } from '../domain/coexistence.ts';
import { channel } from './define.ts';
import { Id, Kind, Millis, page, PageRequest } from './values.ts';

/** One value that others changed in Microsoft 365 and that coexistence had brought in step before. Of group members there is a row for each. */
export const DriftRow = z.object({
  id: z.string(), collectionId: Id, sourceId: z.string(),
  /** Graph id of the object that was changed. */
  targetId: z.string(),
  name: z.string(),
  /** Null when the project does not know the object any more. */
  kind: Kind.nullable(),
  /** By its name in Graph; also `manager` and `members`. Empty: the object itself, which others deleted. */
  attribute: z.string(),
  /** Of `members`: Graph id of the one who was added or taken out; else empty. */
  item: z.string(),
  /** What the rules say; of members and managers names. Empty: nothing, or not a member. */
  expected: z.array(z.string()),
  /** What the tenant has. */
  actual: z.array(z.string()),
  /** When a cycle saw it first. */
  seenAt: Millis,
  /** `open`: waits for a person. `gone`: the tenant came back to the rules, or the rules to the tenant, by itself. */
  state: z.enum(DRIFT_STATES),
  /** A person asked for it to be written back: the next cycle does. */
  asked: z.boolean(),
  /** Since when it is in this state, and who brought it there; empty: a cycle. */
  changedAt: Millis, by: z.string(),
});
export type DriftRow = z.output<typeof DriftRow>;

/** Rows by id, or every open one that a filter shows. */
export const DriftSelection = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('ids'), ids: z.array(z.string().min(1).max(15)).min(1).max(10_000) }),
  z.object({ mode: z.literal('all'), search: z.string().max(256).default(''), attribute: z.string().max(200).optional() }),
]);
export type DriftSelection = z.output<typeof DriftSelection>;

/** Channels of what others changed in the tenant. */
export const driftChannels = {
  /** What others changed of the objects of a collection, newest first. Shown by the next cycle after the change. */
  'drift.page': channel('query', z.object({
    collectionId: Id,
    /** Absent: all. */
    state: z.enum(DRIFT_STATES).optional(),
    /** Only this attribute; `members` for who was added and taken out. */
    attribute: z.string().max(200).optional(),
    /** Only this object. */
    sourceId: z.string().max(100).optional(),
    /** Part of an object's name. */
    search: z.string().max(256).default(''), ...PageRequest,
  }), page(DriftRow)),
  /** Open ones by attribute, most first. */
  'drift.summary': channel('query', z.object({ collectionId: Id }), z.object({ open: z.int(), objects: z.int(), byAttribute: z.array(z.object({ attribute: z.string(), open: z.int() })) })),
  /** Re-apply: a cycle over these objects alone writes what the rules say over the changes of others, through plan, guard and journal; it can be rolled back by its task. */
  'drift.reapply': channel('job', z.object({ collectionId: Id, selection: DriftSelection }), z.object({ taskId: Id })),
  /** Accept: coexistence leaves these attributes (of members: these members) alone until the hold on them is released (`holds.release`), and writes what the rules say then. */
  'drift.accept': channel('command', z.object({ collectionId: Id, selection: DriftSelection }), z.object({ accepted: z.int() })),
} as const;
