import type { Directory } from './directory.ts';
import type { DirectoryObject } from './objects.ts';

/** One object of a snapshot: all its properties with sorted names, and its live relations sorted by id. */
export interface SnapshotObject {
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly manager: string | null;
  readonly members: readonly string[];
  readonly owners: readonly string[];
  /** What only Exchange Online stores; absent where there is nothing. */
  readonly exchange?: Readonly<Record<string, unknown>>;
}

/** The whole directory at one moment as plain data, sorted, so that two of them compare as JSON. */
export interface TenantSnapshot {
  readonly users: readonly SnapshotObject[];
  readonly groups: readonly SnapshotObject[];
  readonly contacts: readonly SnapshotObject[];
  readonly deletedUsers: readonly SnapshotObject[];
  readonly deletedGroups: readonly SnapshotObject[];
}

/**
 * Reads the primary state (never a delayed replica) of a directory.
 * Properties that are absent and properties that are null are the same to a reader, so nulls are left out.
 */
export function takeSnapshot(directory: Directory): TenantSnapshot {
  const isLive = (id: string): boolean => directory.live(id) !== undefined;
  const one = (object: DirectoryObject): SnapshotObject => ({
    id: object.id,
    properties: sorted(object.properties),
    manager: object.manager !== null && isLive(object.manager) ? object.manager : null,
    members: [...object.members ?? []].filter(isLive).toSorted(),
    owners: [...object.owners ?? []].filter(isLive).toSorted(),
    ...(object.exchange === null ? {} : { exchange: sorted(object.exchange) }),
  });
  const all = (objects: Iterable<DirectoryObject>): SnapshotObject[] => [...objects].map(one).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const deleted = [...directory.deleted.values()];
  return {
    users: all(directory.user.values()), groups: all(directory.group.values()), contacts: all(directory.contact.values()),
    deletedUsers: all(deleted.filter((o) => o.kind === 'user')), deletedGroups: all(deleted.filter((o) => o.kind === 'group')),
  };
}

function sorted(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([, v]) => v !== null && v !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
