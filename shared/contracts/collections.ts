import { z } from 'zod';
import { collectionContentsChannels, ObjectTypeSchema } from './collection-contents.ts';
import { collectionImportChannels } from './collection-import.ts';
import { collectionScopeChannels, Scope } from './collection-scope.ts';
import { channel } from './define.ts';
import { Dn, Done, Id, Kind, Millis, Name, Progress } from './values.ts';

export { AddResult, FoundObject, FoundObjects, ObjectTypeSchema, Overlap } from './collection-contents.ts';

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
  /** What a dynamic collection holds; null for a static one. */
  scope: Scope.nullable(),
  /** When the members of a dynamic collection were last worked out. */
  scopeReadAt: Millis.nullable(),
});
export type Collection = z.output<typeof Collection>;

/** A container or object of the source as the Add Objects dialog shows it. */
export const DirectoryItem = z.object({
  /** Empty for containers without an objectGUID. */
  guid: z.string(), dn: Dn, name: z.string(), type: z.enum(['container', 'user', 'group', 'contact', 'other']), detail: z.string(), hasChildren: z.boolean(),
  /** What the object is, e.g. `room mailbox`; `other` for containers. */
  objectType: ObjectTypeSchema,
  /** Why it cannot be in a collection; empty when it can. */
  leftOut: z.string(),
  inCollection: z.boolean(),
});
export type DirectoryItem = z.output<typeof DirectoryItem>;

/** Channels of collections. */
export const collectionChannels = {
  ...collectionContentsChannels, ...collectionImportChannels, ...collectionScopeChannels,
  'collections.list': channel('query', z.object({ pairId: Id.optional() }), z.object({ rows: z.array(Collection) })),
  'collections.get': channel('query', z.object({ id: Id }), Collection),
  'collections.create': channel('command', z.object({ pairId: Id, name: Name, agentId: Id.optional() }), Collection),
  'collections.rename': channel('command', z.object({ id: Id, name: Name }), Collection),
  'collections.delete': channel('command', z.object({ id: Id, force: z.boolean().default(false) }), Done),
  /** Children of one container, live from the directory; `dn` empty: the root. At most 500, `more` tells that there are others. */
  'directory.children': channel('query', z.object({ pairId: Id, collectionId: Id.optional(), dn: Dn }), z.object({ rows: z.array(DirectoryItem), more: z.boolean() })),
  /** Finds by name, account name, UPN or mail (ambiguous name resolution), or by a raw LDAP filter when the text starts with `(`. */
  'directory.search': channel('query', z.object({ pairId: Id, collectionId: Id.optional(), base: Dn.default(''), text: z.string().min(1).max(4000) }), z.object({ rows: z.array(DirectoryItem), more: z.boolean() })),
  /** Statistics of a collection, a pair or the whole project. */
  'statistics.get': channel('query', z.object({ pairId: Id.optional(), collectionId: Id.optional() }), Statistics),
} as const;
