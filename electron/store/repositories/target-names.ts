import type { TargetObject } from '../../../shared/domain/objects.ts';
import { namesOf, type NameKind } from '../../engines/preflight/index.ts';
import { pieces } from '../columns.ts';
import type { Context } from '../context.ts';

/** A name that only one object of a tenant should have. */
export type WantedName = readonly [kind: NameKind, value: string];

/** Who holds which unique name in the tenant, the recycle bin included: what a whole reading of the tenant would show, for the few names that a small run asks about. */
export interface TargetNamesRepository {
  /** Graph ids of the holders of any of these names, in any case; of source anchors exactly. */
  holdersOf(pairId: string, names: readonly WantedName[]): Promise<ReadonlySet<string>>;
}

const COLUMNS = ['pair_id', 'target_id', 'kind', 'value'] as const;
/** Base64 differs by case (Microsoft Entra Connect: the source anchor is case-sensitive). */
const keyOf = (kind: NameKind, value: string): string => (kind === 'anchor' ? value : value.toLowerCase());

/** Forgets the names of objects. Call it inside a transaction. */
export async function removeNames({ db }: Context, pairId: string, ids: readonly string[]): Promise<void> {
  for (const some of pieces(ids)) await db.deleteFrom('unique_name').where('pair_id', '=', pairId).where('target_id', 'in', some).execute();
}

/** Keeps the names of objects in place of those that were known. Call it inside a transaction. @param known objects that may have some. */
export async function replaceNames(context: Context, pairId: string, objects: readonly TargetObject[], known: (id: string) => boolean): Promise<void> {
  await removeNames(context, pairId, objects.map(({ id }) => id).filter(known));
  const rows = objects.flatMap((object) => namesOf(object).map(([kind, value]) => ({ pair_id: pairId, target_id: object.id, kind, value })));
  await context.dialect.bulk.insert(context.db, { table: 'unique_name', columns: COLUMNS, key: COLUMNS, update: [] }, rows);
}

/** Makes the repository of unique names. */
export function targetNamesRepository({ db }: Context): TargetNamesRepository {
  return {
    holdersOf: async (pairId, names) => {
      const wanted = new Set(names.map(([kind, value]) => `${kind} ${keyOf(kind, value)}`));
      const found = new Set<string>();
      for (const values of pieces([...new Set(names.map(([kind, value]) => keyOf(kind, value)))])) {
        const rows = await db.selectFrom('unique_name').select(['target_id', 'kind', 'value']).where('pair_id', '=', pairId).where('value', 'in', values).execute();
        for (const { target_id, kind, value } of rows) if (wanted.has(`${kind} ${value}`)) found.add(target_id);
      }
      return found;
    },
  };
}
