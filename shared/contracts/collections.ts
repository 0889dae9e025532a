import { z } from 'zod';
import { channel } from './define.ts';
import { Dn, Done, Id, Kind, Millis, Name, Progress, Selection } from './values.ts';

/** Counts by status, the figures of the Home and Statistics tabs. */
export const Statistics = z.object({
  total: z.int(),
  byProgress: z.record(Progress, z.int()),
  byKind: z.record(Kind, z.int()),
  byKindAndProgress: z.array(z.object({ kind: Kind, status: Progress, count: z.int() })),
  bySynchronisation: z.record(z.string(), z.int()),
  /** Writes that tasks made, and what came of them. */
  operations: z.object({ done: z.int(), failed: z.int(), drifted: z.int(), rolledBack: z.int() }),
  lastTaskAt: Millis.nullable(),
});
export type Statistics = z.output<typeof Statistics>;

export const Collection = z.object({
  id: Id, pairId: Id, agentId: Id, agentName: z.string(), name: Name, kind: z.enum(['static', 'dynamic']), createdAt: Millis, objects: z.int(), coexistence: z.boolean(),
});
export type Collection = z.output<typeof Collection>;

/** A container or object of the source as the Add Objects dialog shows it. */
export const DirectoryItem = z.object({
  /** Empty for containers without an objectGUID. */
  guid: z.string(), dn: Dn, name: z.string(), type: z.enum(['container', 'user', 'group', 'contact', 'other']), detail: z.string(), hasChildren: z.boolean(),
  inCollection: z.boolean(),
});
export type DirectoryItem = z.output<typeof DirectoryItem>;

/** What adding did: nothing is ignored in silence. */
export const AddResult = z.object({ added: z.int(), already: z.int(), skipped: z.array(z.object({ name: z.string(), reason: z.string() })).max(200), skippedTotal: z.int() });
export type AddResult = z.output<typeof AddResult>;

export const collectionChannels = {
  'collections.list': channel('query', z.object({ pairId: Id.optional() }), z.object({ rows: z.array(Collection) })),
  'collections.get': channel('query', z.object({ id: Id }), Collection),
  'collections.create': channel('command', z.object({ pairId: Id, name: Name, agentId: Id.optional() }), Collection),
  'collections.rename': channel('command', z.object({ id: Id, name: Name }), Collection),
  'collections.delete': channel('command', z.object({ id: Id, force: z.boolean().default(false) }), Done),
  /** Children of one container, live from the directory; `dn` empty: the root. At most 500, `more` tells that there are others. */
  'directory.children': channel('query', z.object({ pairId: Id, collectionId: Id.optional(), dn: Dn }), z.object({ rows: z.array(DirectoryItem), more: z.boolean() })),
  /** Finds by name, account name, UPN or mail (ambiguous name resolution), or by a raw LDAP filter when the text starts with `(`. */
  'directory.search': channel('query', z.object({ pairId: Id, collectionId: Id.optional(), base: Dn.default(''), text: z.string().min(1).max(4000) }), z.object({ rows: z.array(DirectoryItem), more: z.boolean() })),
  /** Adds objects and everything below containers, read from the directory now. */
  'collections.addObjects': channel('command', z.object({ id: Id, dns: z.array(Dn).min(1).max(10_000) }), AddResult),
  /** Adds what an LDAP filter finds. */
  'collections.queryObjects': channel('command', z.object({ id: Id, base: Dn.default(''), filter: z.string().min(1).max(4000) }), AddResult),
  /** Takes objects out of the collection; nothing in the directory or the tenant changes. Refused when nothing is chosen. */
  'collections.removeObjects': channel('command', z.object({ id: Id, selection: Selection }), z.object({ removed: z.int() })),
  /** Statistics of a collection, a pair or the whole project. */
  'statistics.get': channel('query', z.object({ pairId: Id.optional(), collectionId: Id.optional() }), Statistics),
} as const;
