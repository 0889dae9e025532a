import type { Directory, View } from '../../directory/directory.ts';
import type { DirectoryKind } from '../../directory/objects.ts';

/** Relations that lists and `$expand` follow. */
export type Relation = 'manager' | 'directReports' | 'memberOf' | 'transitiveMemberOf' | 'members' | 'transitiveMembers' | 'owners' | 'ownedObjects';

/** Relations of each kind (Graph documentation, "Relationships" of user, group and orgContact). */
export const RELATIONS: Readonly<Record<DirectoryKind, readonly Relation[]>> = {
  user: ['manager', 'directReports', 'memberOf', 'transitiveMemberOf', 'ownedObjects'],
  group: ['members', 'transitiveMembers', 'owners', 'memberOf', 'transitiveMemberOf'],
  contact: ['manager', 'directReports', 'memberOf', 'transitiveMemberOf'],
};

/** Follows relations as one reader sees them now; looks through the directory once for those that are stored on the other side. */
export interface Relations {
  /** Objects related to one, in ascending order of creation. A manager is a list of one or none. */
  of(view: View, relation: Relation): readonly View[];
}

/** Relations of one request. */
export function relations(directory: Directory): Relations {
  let groupsOf: ReadonlyMap<string, readonly string[]> | undefined;
  let ownedBy: ReadonlyMap<string, readonly string[]> | undefined;
  let reportsOf: ReadonlyMap<string, readonly string[]> | undefined;
  const parents = (id: string): readonly string[] => (groupsOf ??= reversed(directory.readable('group'), (g) => g.members ?? [])).get(id) ?? [];
  const owned = (id: string): readonly string[] => (ownedBy ??= reversed(directory.readable('group'), (g) => g.owners ?? [])).get(id) ?? [];
  const reports = (id: string): readonly string[] => (reportsOf ??= reversed(directory.readable('user'), (u) => (u.manager === null ? [] : [u.manager]))).get(id) ?? [];
  const children = (id: string): Iterable<string> => directory.visible(id)?.members ?? [];

  const ids = (view: View, relation: Relation): Iterable<string> => {
    const { id } = view.object;
    switch (relation) {
      case 'manager': return view.manager === null ? [] : [view.manager];
      case 'members': return view.members ?? [];
      case 'owners': return view.owners ?? [];
      case 'memberOf': return parents(id);
      case 'ownedObjects': return owned(id);
      case 'directReports': return reports(id);
      case 'transitiveMemberOf': return closure(parents(id), parents);
      default: return closure(view.members ?? [], children);
    }
  };
  return {
    of(view, relation) {
      const found: View[] = [];
      for (const id of ids(view, relation)) {
        const other = directory.visible(id);
        if (other) found.push(other);
      }
      return found.toSorted((a, b) => a.object.sequence - b.object.sequence);
    },
  };
}

function reversed(views: Iterable<View>, targets: (view: View) => Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const view of views) for (const id of targets(view)) {
    const own = found.get(id);
    if (own) own.push(view.object.id);
    else found.set(id, [view.object.id]);
  }
  return found;
}

/** Everything that can be reached; a cycle ends where it began. */
function closure(start: Iterable<string>, further: (id: string) => Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...further(id));
  }
  return found;
}
