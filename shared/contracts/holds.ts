import { z } from 'zod';
import { channel } from './define.ts';
import { Guid, Id, Kind, Millis, page, PageRequest } from './values.ts';

/** An attribute of Microsoft 365 by its name in Graph; `manager`, `members` and permissions on a mailbox are attributes here. Empty: the whole object. */
const HeldAttribute = z.string().max(200);

/** What coexistence leaves alone: an object, or one attribute of it. */
export const HoldRow = z.object({
  sourceId: z.string(), name: z.string(),
  /** Null when the project does not know the object any more. */
  kind: Kind.nullable(),
  /** Empty: the whole object. */
  attribute: HeldAttribute,
  since: Millis, by: z.string(), reason: z.string(),
  /** The roll back that held it; null: a person did. */
  taskId: Id.nullable(),
});
export type HoldRow = z.output<typeof HoldRow>;

/** One hold, as a row of the list names it. */
export const HoldKey = z.object({ sourceId: Guid, attribute: HeldAttribute });

export const holdChannels = {
  /** Objects and attributes held out of coexistence, by name of the object and then by attribute. */
  'holds.page': channel('query', z.object({
    pairId: Id,
    /** Only objects of this collection. */
    collectionId: Id.optional(),
    /** Part of a name. */
    search: z.string().max(256).default(''), ...PageRequest,
  }), page(HoldRow)),
  /** Holds objects, or these attributes of them, out of coexistence until they are released. What is held already keeps its time and reason. `held`: how many rows are new. */
  'holds.put': channel('command', z.object({
    pairId: Id, ids: z.array(Guid).min(1).max(10_000), attributes: z.array(HeldAttribute.min(1)).min(1).max(200).optional(), reason: z.string().trim().max(500).default(''),
  }), z.object({ held: z.int() })),
  /** Lets coexistence go on with objects or attributes: the next cycle compares them again. `released`: how many rows there were. */
  'holds.release': channel('command', z.object({ pairId: Id, holds: z.array(HoldKey).min(1).max(10_000) }), z.object({ released: z.int() })),
} as const;
