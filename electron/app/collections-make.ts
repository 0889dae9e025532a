import type { CollectionRecord, CollectionScope, Repositories } from '../store/index.ts';
import { keepOrigin, originOf } from './rules-templates.ts';

/**
 * Makes a collection with the pair's rules as they are now; later changes of the pair do not reach it (Quest Migration Manager,
 * "Adding a Matching Rule"). Call it inside a transaction: a refused collection leaves no rules behind.
 * @param input with a scope it is dynamic. @throws AppError CONFLICT when the pair has a collection of that name, NOT_FOUND.
 */
export async function makeCollection(tx: Repositories, { pairId, name, agentId, scope }: { readonly pairId: string; readonly name: string; readonly agentId?: string | undefined; readonly scope?: CollectionScope }): Promise<CollectionRecord> {
  const collection = await tx.collections.create({ pairId, name, ...(agentId === undefined ? {} : { agentId }), ...(scope === undefined ? {} : { scope }) });
  const [from, to] = [{ kind: 'pair' as const, id: pairId }, { kind: 'collection' as const, id: collection.id }];
  await tx.matchingRules.copy(from, to);
  await tx.mappingRules.copy(from, to);
  await tx.licenceRules.copy(from, to);
  await keepOrigin(tx, pairId, to, await originOf(tx, pairId, from));
  return collection;
}
