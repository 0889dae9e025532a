import { z } from 'zod';
import { OBJECT_TYPES } from '../rules/object-type.ts';
import { channel } from './define.ts';
import { Dn, Id, Selection } from './values.ts';

/** What an object is to a person; `other` for what is never migrated, such as computers. */
export const ObjectTypeSchema = z.enum([...OBJECT_TYPES, 'other']);

/** Objects of a collection that another one with other rules holds too. */
export const Overlap = z.object({
  collectionId: Id, name: z.string(), objects: z.int(), differs: z.array(z.enum(['matching', 'mapping', 'licence'])).min(1), names: z.array(z.string()).max(5),
});
export type Overlap = z.output<typeof Overlap>;

/** What adding did: nothing is ignored in silence. `skipped` are the first 200, `skippedTotal` all of them. */
export const AddResult = z.object({
  added: z.int(), already: z.int(), skipped: z.array(z.object({ name: z.string(), reason: z.string(), type: ObjectTypeSchema })).max(200), skippedTotal: z.int(),
  overlaps: z.array(Overlap),
});
export type AddResult = z.output<typeof AddResult>;

/** Objects of one type that one clause keeps out. */
export const LeftOutGroup = z.object({ type: ObjectTypeSchema, clause: z.string(), reason: z.string(), count: z.int() });
/** An object found by a query or a scope, and what becomes of it. */
export const FoundObject = z.object({
  id: z.string(), name: z.string(), dn: Dn, type: ObjectTypeSchema, state: z.enum(['is added', 'is removed', 'stays', 'left out']), reason: z.string(),
});
export type FoundObject = z.output<typeof FoundObject>;
/** What a query or a scope would do to a collection: counts of everything, and the first 500 objects, changes first. */
export const FoundObjects = z.object({
  adds: z.int(), removes: z.int(), stays: z.int(), leftOut: z.int(), groups: z.array(LeftOutGroup).max(500), rows: z.array(FoundObject).max(500), more: z.boolean(),
});
export type FoundObjects = z.output<typeof FoundObjects>;

const FilterText = z.string().min(1).max(4000);

/** Channels of what is in a collection. */
export const collectionContentsChannels = {
  /** Adds objects and everything below containers, read from the directory now. */
  'collections.addObjects': channel('command', z.object({ id: Id, dns: z.array(Dn).min(1).max(10_000) }), AddResult),
  /** Adds what an LDAP filter finds. */
  'collections.queryObjects': channel('command', z.object({ id: Id, base: Dn.default(''), filter: FilterText }), AddResult),
  /** What {@link collectionContentsChannels} `collections.queryObjects` would add; reads the directory only. */
  'collections.previewQuery': channel('query', z.object({ id: Id, base: Dn.default(''), filter: FilterText }), FoundObjects),
  /** Takes objects out of the collection; nothing in the directory or the tenant changes. Refused when nothing is chosen. */
  'collections.removeObjects': channel('command', z.object({ id: Id, selection: Selection }), z.object({ removed: z.int() })),
  /** Moves objects with their statuses to another static collection of the pair; `already` were there and only left this one. */
  'collections.moveObjects': channel('command', z.object({ id: Id, to: Id, selection: Selection }), z.object({ moved: z.int(), already: z.int(), overlaps: z.array(Overlap) })),
  /** Other collections with other rules that hold objects of this one. */
  'collections.overlaps': channel('query', z.object({ id: Id }), z.object({ rows: z.array(Overlap) })),
  /** Objects that were to be in the collection and are kept out by a clause: counts by type and clause, and the first 500 by name. */
  'collections.leftOut': channel('query', z.object({ id: Id }), z.object({ total: z.int(), groups: z.array(LeftOutGroup).max(500), rows: z.array(FoundObject.pick({ id: true, name: true, dn: true, type: true, reason: true })).max(500) })),
  /** Checks an LDAP filter as it is typed; the position of a mistake counts from 1. */
  'directory.checkFilter': channel('query', z.object({ filter: z.string().max(4000) }), z.object({ problem: z.string(), position: z.int().nullable() })),
} as const;
