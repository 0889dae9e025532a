import type { Attributes } from '../../../shared/domain/objects.ts';
import { pieces } from '../columns.ts';
import type { Context } from '../context.ts';
import type { TargetLinkTable } from '../schema.ts';

const KEY = ['pair_id', 'target_id', 'attribute', 'linked_id'] as const;

/** Links to write and to take away. */
export interface LinkDifference { readonly added: readonly TargetLinkTable[]; readonly removed: readonly TargetLinkTable[] }

/** Linked attributes of objects by id; objects without links have no entry. */
export async function linksOf({ db }: Context, pairId: string, ids: readonly string[]): Promise<ReadonlyMap<string, Record<string, string[]>>> {
  const links = new Map<string, Record<string, string[]>>();
  for (const some of pieces(ids)) {
    const rows = await db.selectFrom('target_link').select(['target_id', 'attribute', 'linked_id']).where('pair_id', '=', pairId).where('target_id', 'in', some)
      .orderBy('target_id').orderBy('attribute').orderBy('linked_id').execute();
    for (const { target_id, attribute, linked_id } of rows) {
      const of = links.get(target_id) ?? {};
      links.set(target_id, of);
      (of[attribute] ??= []).push(linked_id);
    }
  }
  return links;
}

/**
 * What must change so that each object's links are as given; attributes without a key are not looked at.
 * @param known ids that may have links already; others are taken as new.
 */
export async function diffLinks(
  context: Context, pairId: string, objects: readonly { readonly id: string; readonly links: Attributes }[], known: ReadonlyMap<string, unknown>,
): Promise<LinkDifference & { readonly changed: ReadonlySet<string> }> {
  const before = await linksOf(context, pairId, objects.map((object) => object.id).filter((id) => known.has(id)));
  const added: TargetLinkTable[] = [];
  const removed: TargetLinkTable[] = [];
  for (const { id, links } of objects) {
    for (const [attribute, values] of Object.entries(links)) {
      const old = new Set(before.get(id)?.[attribute] ?? []);
      for (const linked_id of new Set(values)) if (!old.delete(linked_id)) added.push({ pair_id: pairId, target_id: id, attribute, linked_id });
      for (const linked_id of old) removed.push({ pair_id: pairId, target_id: id, attribute, linked_id });
    }
  }
  return { added, removed, changed: new Set([...added, ...removed].map((row) => row.target_id)) };
}

/** Writes a difference; links that are there already, or gone already, do no harm. Call it inside a transaction. */
export async function writeLinks({ db, dialect }: Context, { added, removed }: LinkDifference): Promise<void> {
  await dialect.bulk.remove(db, { table: 'target_link', key: KEY }, removed.map((row) => ({ ...row })));
  await dialect.bulk.insert(db, { table: 'target_link', columns: KEY, key: KEY, update: [] }, added.map((row) => ({ ...row })));
}

/**
 * Takes objects out of every link that names them. Call it inside a transaction.
 * @returns whose links they were, without repeats.
 */
export async function dropLinksTo({ db }: Context, pairId: string, ids: readonly string[]): Promise<readonly string[]> {
  const owners = new Set<string>();
  for (const some of pieces(ids)) {
    const rows = await db.deleteFrom('target_link').where('pair_id', '=', pairId).where('linked_id', 'in', some).returning('target_id').execute();
    for (const row of rows) owners.add(row.target_id);
  }
  return [...owners];
}
