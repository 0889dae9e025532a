import type { ObjectKind, TargetChange } from '../../../shared/domain/objects.ts';
import type { OpenedTenant } from '../../engines/tenant/index.ts';
import type { Services } from '../services.ts';

/** An object that the store did not know, or knew in the recycle bin. */
export interface BackObject { readonly id: string; readonly kind: ObjectKind }

/** What belongs to objects that are back. */
export interface BackLinks {
  /** Members and owners of groups, whole. */
  readonly links: readonly { readonly id: string; readonly attribute: 'members' | 'owners'; readonly ids: readonly string[] }[];
  /** That the groups which it is in have it as a member again, and that it manages whom it managed. */
  readonly backlinks: readonly TargetChange[];
}

/**
 * What a page moves, by what is stored before the page is: the objects that are there and were not, and the kinds of those that are in the
 * recycle bin and were not.
 */
export async function movesOf({ store }: Pick<Services, 'store'>, pairId: string, changes: readonly TargetChange[]): Promise<{ readonly back: readonly BackObject[]; readonly binned: readonly ObjectKind[] }> {
  // The last word about an object counts.
  const last = [...new Map(changes.map((one) => [one.id, one])).values()];
  const stored = await store.targets.getMany(pairId, last.map((one) => one.id), 'without links');
  return {
    back: last.filter((one) => one.removed === null && stored.get(one.id)?.deleted !== false).map(({ id, kind }) => ({ id, kind })),
    binned: last.filter((one) => one.removed === 'to the recycle bin' && stored.get(one.id)?.deleted !== true).map((one) => one.kind),
  };
}

/**
 * Reads what belongs to objects that are back: their members and owners, the groups that they are in, the people whose manager they are. The
 * pages of changes tell most of it, and nobody promises that they tell all (Graph documentation, delta query overview). One request for twenty of them.
 */
export async function readBack({ store }: Pick<Services, 'store'>, pairId: string, tenant: OpenedTenant, back: readonly BackObject[], signal: AbortSignal): Promise<BackLinks> {
  const links: { readonly id: string; readonly attribute: 'members' | 'owners'; readonly ids: readonly string[] }[] = [];
  const backlinks: TargetChange[] = [];
  const idsOf = (kind: ObjectKind): readonly string[] => back.filter((one) => one.kind === kind).map((one) => one.id);
  const groupIds = idsOf('group');
  if (groupIds.length > 0) {
    for await (const { groupId, memberIds } of tenant.readMembers(groupIds, signal)) links.push({ id: groupId, attribute: 'members', ids: memberIds });
    for await (const { groupId, ownerIds } of tenant.readOwners(groupIds, signal)) links.push({ id: groupId, attribute: 'owners', ids: ownerIds });
  }
  for (const kind of ['user', 'group', 'contact'] as const) {
    const ids = idsOf(kind);
    if (ids.length === 0) continue;
    for (const [id, { memberOf, directReports }] of await tenant.readBacklinks(kind, ids, signal)) {
      // Roles and administrative units count as memberships too (Graph documentation, list memberOf); they are no objects of the store.
      const known = await store.targets.getMany(pairId, [...memberOf, ...directReports], 'without links');
      for (const holder of known.values()) {
        if (!holder.deleted) backlinks.push({ id: holder.id, kind: holder.kind, removed: null, attributes: {}, links: { [holder.kind === 'group' ? 'members' : 'manager']: { added: [id], removed: [] } } });
      }
    }
  }
  return { links, backlinks };
}
