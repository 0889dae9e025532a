import { filterOfGuids, type Directory, type DirectoryEntry } from '../../engines/directory/index.ts';
import type { CollectionRecord, PairRecord } from '../../store/index.ts';
import { readScope } from '../collections-objects.ts';
import { readAside } from '../collections-reading.ts';
import type { Services } from '../services.ts';

/** Objects whose membership the directory is asked about at once. */
const PIECE = 100;

/** Those of the objects that a scope holds. The directory itself decides: the filter may speak about values that nobody reads. */
async function* held(services: Services, directory: Directory, pair: PairRecord, { id, scope }: CollectionRecord, ids: readonly string[], signal: AbortSignal): AsyncIterable<readonly DirectoryEntry[]> {
  for (let from = 0; scope !== null && from < ids.length; from += PIECE) {
    yield* readScope(services, directory, pair, { base: scope.base, filter: `(&${scope.filter}${filterOfGuids(ids.slice(from, from + PIECE))})`, collectionIds: [id] }, signal);
  }
}

/**
 * Brings the members of a dynamic collection up to date as far as objects are concerned that changed: those that its scope holds now join it, members
 * among them that it does not hold any more leave. A search for each hundred of them, whatever the size of the collection.
 * @throws AppError CONFLICT when the collection was given another scope meanwhile; its members stay as they were.
 */
export async function followScope(services: Services, directory: Directory, pair: PairRecord, collection: CollectionRecord, ids: readonly string[], signal: AbortSignal): Promise<{ readonly added: number; readonly removed: number }> {
  const { store } = services;
  if (collection.scope === null || ids.length === 0) return { added: 0, removed: 0 };
  const reading = await readAside(services, pair, held(services, directory, pair, collection, ids, signal));
  try {
    return await store.transaction(async (tx) => {
      const { scope } = await tx.collections.get(collection.id);
      const found = new Set<string>();
      for await (const page of tx.collections.foundMembers(reading.id)) for (const id of page) found.add(id);
      const before = [...(await tx.collections.statuses(collection.id, ids)).keys()];
      // Another scope was read whole when it was given.
      if (scope?.base !== collection.scope?.base || scope?.filter !== collection.scope?.filter) { await tx.collections.forgetFound(reading.id); return { added: 0, removed: 0 }; }
      const { added } = await tx.collections.putFound(reading.id, collection.id, 'add');
      const { removed } = await tx.collections.removeMembers(collection.id, before.filter((id) => !found.has(id)));
      return { added, removed };
    });
  } catch (error) {
    await store.collections.forgetFound(reading.id);
    throw error;
  }
}
