import { normaliseDn } from '../../../shared/rules/dn.ts';
import { pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';

/** A container of the directory: renaming or moving it changes the DN of everything below, and the directory tells of the container only. */
export interface Container { readonly id: string; readonly dn: string }

/** Containers of the directories, by objectGUID. */
export interface ContainersRepository {
  /** DNs of these by id, as far as they are known. */
  some(pairId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Those with one of these normalised DNs. */
  byKeys(pairId: string, dnKeys: readonly string[]): Promise<readonly Container[]>;
  /** Adds or changes these. */
  save(pairId: string, containers: readonly Container[]): Promise<void>;
  remove(pairId: string, ids: readonly string[]): Promise<void>;
  /** After a whole reading: these and no others. */
  replaceAll(pairId: string, containers: readonly Container[]): Promise<void>;
}

const KEY = ['pair_id', 'id'] as const;

/** Makes the repository of containers. */
export function containersRepository(context: Context): ContainersRepository {
  const { db } = context;
  const where = async (pairId: string, column: 'id' | 'dn_key', values: readonly string[]): Promise<Container[]> => {
    const found: Container[] = [];
    for (const some of pieces(values)) found.push(...await db.selectFrom('container').select(['id', 'dn']).where('pair_id', '=', pairId).where(column, 'in', some).execute());
    return found;
  };
  const save = async ({ db: within, dialect }: Context, pairId: string, containers: readonly Container[]): Promise<void> => {
    await dialect.bulk.insert(within, { table: 'container', columns: ['pair_id', 'id', 'dn', 'dn_key'], key: KEY, update: ['dn', 'dn_key'] }, containers.map(({ id, dn }) => ({ pair_id: pairId, id, dn, dn_key: normaliseDn(dn) })));
  };
  return {
    some: async (pairId, ids) => new Map((await where(pairId, 'id', ids)).map(({ id, dn }) => [id, dn])),
    byKeys: (pairId, dnKeys) => where(pairId, 'dn_key', dnKeys),
    save: (pairId, containers) => inTransaction(context, (within) => save(within, pairId, containers)),
    remove: (pairId, ids) => inTransaction(context, async (within) => { await within.dialect.bulk.remove(within.db, { table: 'container', key: KEY }, ids.map((id) => ({ pair_id: pairId, id }))); }),
    replaceAll: (pairId, containers) => inTransaction(context, async (within) => {
      await within.db.deleteFrom('container').where('pair_id', '=', pairId).execute();
      await save(within, pairId, containers);
    }),
  };
}
