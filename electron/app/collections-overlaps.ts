import type { Overlap } from '../../shared/contracts/collections.ts';
import type { RuleOwner } from '../../shared/domain/rules.ts';
import type { Repositories } from '../store/index.ts';

/** The rules of a collection as one text: order counts, ids do not. */
async function rulesText(store: Pick<Repositories, 'matchingRules' | 'mappingRules' | 'licenceRules'>, id: string): Promise<Readonly<Record<Overlap['differs'][number], string>>> {
  const owner: RuleOwner = { kind: 'collection', id };
  const text = (rules: readonly { readonly id: string; readonly position: number }[]): string => JSON.stringify(rules.map(({ id: _id, position: _position, ...rule }) => Object.entries(rule).toSorted(([a], [b]) => (a < b ? -1 : 1))));
  return { matching: text(await store.matchingRules.list(owner)), mapping: text(await store.mappingRules.list(owner)), licence: text(await store.licenceRules.list(owner)) };
}

/**
 * Collections with other rules that hold the same objects: whichever is migrated last wins, so a person has to know. Collections
 * with the same rules do no harm and are not told.
 * @param ids only these members are looked at; absent: all.
 */
export async function overlapsOf(store: Pick<Repositories, 'collections' | 'matchingRules' | 'mappingRules' | 'licenceRules'>, collectionId: string, ids?: readonly string[]): Promise<Overlap[]> {
  const shared = await store.collections.sharedMembers(collectionId, ids);
  if (shared.length === 0) return [];
  const own = await rulesText(store, collectionId);
  const overlaps: Overlap[] = [];
  for (const { names, ...other } of shared) {
    const theirs = await rulesText(store, other.collectionId);
    const differs = (['matching', 'mapping', 'licence'] as const).filter((set) => own[set] !== theirs[set]);
    if (differs.length > 0) overlaps.push({ ...other, differs, names: [...names] });
  }
  return overlaps;
}
