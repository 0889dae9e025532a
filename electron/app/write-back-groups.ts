import { isMailEnabled } from '../../shared/rules/addresses.ts';
import { sourceGroupKind } from '../../shared/rules/group-type.ts';
import type { Repositories, WriteBackGroupRecord } from '../store/index.ts';

/** Ids looked up at once; as many as a page has. */
const PAGE = 500;

/** Groups of a collection by objectGUID; those that are no groups of it have no entry. */
export async function groupsOf(store: Pick<Repositories, 'writeBack'>, collectionId: string, ids: readonly string[]): Promise<ReadonlyMap<string, WriteBackGroupRecord>> {
  const found = new Map<string, WriteBackGroupRecord>();
  for (let from = 0; from < ids.length; from += PAGE) {
    for (const group of (await store.writeBack.groups({ collectionId, ids: ids.slice(from, from + PAGE), limit: PAGE })).rows) found.set(group.sourceId, group);
  }
  return found;
}

/**
 * Why the members of a group cannot be written back, one sentence; null: they can. Only mail-enabled distribution groups that have a match, which nobody has to look at any more: the
 * members of a security group are rights, which nobody gives away by a mail client.
 */
export function whyNotChosen({ attributes, missing, targetId, review }: WriteBackGroupRecord): string | null {
  if (missing) return 'It is not in Active Directory any more.';
  if (sourceGroupKind(attributes) !== 'distribution group') return 'It is a security group; only the members of distribution groups are written back.';
  if (!isMailEnabled(attributes)) return 'It has no e-mail address in Active Directory; only mail-enabled distribution groups are written back.';
  if (targetId === null) return 'It has no match in Microsoft 365. Match or migrate it first.';
  return review === 'To review' ? 'Its match in Microsoft 365 waits for review. Look at the match first.' : null;
}
