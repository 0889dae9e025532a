import type { Handlers } from '../ipc/router.ts';
import type { FoundObject } from '../../shared/contracts/collections.ts';
import type { Scope, ScopeResult } from '../../shared/contracts/collection-scope.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { objectTypeOf } from '../../shared/rules/object-type.ts';
import type { Directory } from '../engines/directory/index.ts';
import type { CollectionRecord, PairRecord } from '../store/index.ts';
import type { Services } from './services.ts';
import { checkedFilter, rootOf, withDirectory } from './collections-browse.ts';
import { createPreview, readScope } from './collections-objects.ts';
import { readAside } from './collections-reading.ts';

/** Channels of dynamic collections: coexistence only, filled by a container and a filter (Quest Migration Manager, "Adding a Dynamic Collection"). */
export function scopeHandlers(
  services: Services, makeCollection: (input: { readonly pairId: string; readonly name: string; readonly agentId?: string | undefined; readonly scope: Scope }) => Promise<CollectionRecord>,
): Pick<Handlers, 'collections.createDynamic' | 'collections.previewScope' | 'collections.changeScope' | 'collections.refreshScope'> {
  const { store } = services;
  const changed = () => { services.emit('store.changed', { nouns: ['collections', 'objects', 'pairs'] }); };
  const refreshed = async (collection: CollectionRecord, signal: AbortSignal, scope?: Scope): Promise<ScopeResult> => {
    const result = await withDirectory(services, collection.pairId, async (directory, pair) => await refreshScope(services, directory, pair, collection, signal, scope));
    changed();
    return result;
  };
  return {
    async 'collections.createDynamic'({ pairId, name, agentId, scope }, { signal }) {
      const checked = await checkedScope(services, pairId, scope, signal);
      const collection = await makeCollection({ pairId, name, agentId, scope: checked });
      try { return await refreshed(collection, signal); } catch (error) {
        // Nobody expects an empty collection after a refusal, or that its name is taken at the next try.
        await store.collections.remove(collection.id);
        changed();
        throw error;
      }
    },
    async 'collections.previewScope'({ pairId, collectionId, scope }, { signal }) {
      const collection = collectionId === undefined ? null : requireDynamic(await store.collections.get(collectionId));
      if (collection !== null && collection.pairId !== pairId) throw appError(ErrorCode.InvalidInput, `"${collection.name}" belongs to another migration pair. Preview its scope there.`);
      const members = collection === null ? [] : await store.collections.memberIds(collection.id);
      const preview = createPreview(new Set(members));
      await withDirectory(services, pairId, async (directory, pair) => {
        for await (const page of readScope(services, directory, pair, { ...scope, collectionIds: collection === null ? [] : [collection.id] }, signal)) for (const entry of page) preview.add(entry);
      });
      return preview.result(await goneOf(services, pairId, members.filter((id) => !preview.seen.has(id))));
    },
    async 'collections.changeScope'({ id, scope }, { signal }) {
      const collection = requireDynamic(await store.collections.get(id));
      const checked = await checkedScope(services, collection.pairId, scope, signal);
      return await refreshed(collection, signal, checked);
    },
    async 'collections.refreshScope'({ id }, { signal }) { return await refreshed(requireDynamic(await store.collections.get(id)), signal); },
  };
}

/** @throws AppError INVALID_INPUT for a static collection. */
function requireDynamic(collection: CollectionRecord): CollectionRecord {
  if (collection.kind === 'dynamic') return collection;
  throw appError(ErrorCode.InvalidInput, `"${collection.name}" is a static collection: it has no scope. Use Add Objects, Query Objects or Import Objects.`);
}

/** A scope that can be read: the filter is one, and the container is there. @throws AppError INVALID_INPUT, NOT_FOUND naming the container. */
async function checkedScope(services: Services, pairId: string, scope: Scope, signal: AbortSignal): Promise<Scope> {
  const filter = checkedFilter(scope.filter);
  return await withDirectory(services, pairId, async (directory, pair) => {
    const base = scope.base.trim();
    if (base !== '' && base !== await rootOf(directory, pair, signal) && await directory.get(base, ['name'], signal) === undefined) throw appError(ErrorCode.NotFound, `The container "${base}" was not found in the directory. Nothing was changed; check its distinguished name.`);
    return { base, filter };
  });
}

/** Members that the scope does not hold any more, by what the store knows of them. */
async function goneOf(services: Services, pairId: string, ids: readonly string[]): Promise<FoundObject[]> {
  const known = await services.store.sources.getMany(pairId, ids);
  return ids.map((id) => {
    const source = known.get(id);
    return { id, name: source?.name ?? id, dn: source?.dn ?? '', type: source === undefined ? 'other' as const : objectTypeOf(source.kind, source.attributes), state: 'is removed' as const, reason: '' };
  });
}

/**
 * Works out the members of a dynamic collection from the directory: new ones get the status that is known of them, else New, those that stay
 * keep theirs, those that left the scope leave the collection. Nothing in the directory or the tenant changes.
 * @param change another scope, stored together with its members. @throws AppError CONFLICT when somebody gave the collection another
 * scope while its old one was read.
 */
export async function refreshScope(services: Services, directory: Directory, pair: PairRecord, collection: CollectionRecord, signal: AbortSignal, change?: Scope): Promise<ScopeResult> {
  const scope = change ?? collection.scope;
  if (scope === null) throw appError(ErrorCode.InvalidInput, `"${collection.name}" has no scope.`);
  const reading = await readAside(services, pair, readScope(services, directory, pair, { ...scope, collectionIds: [collection.id] }, signal));
  try {
    return await services.store.transaction(async (tx) => {
      const { scope: stored } = await tx.collections.get(collection.id);
      if (change !== undefined) await tx.collections.setScope(collection.id, change);
      else if (stored?.base !== scope.base || stored.filter !== scope.filter) throw appError(ErrorCode.Conflict, `"${collection.name}" was given another scope meanwhile, which says what it holds.`);
      const { added, removed, already, leftOut } = await tx.collections.putFound(reading.id, collection.id, 'instead');
      return { id: collection.id, added, removed, unchanged: already, leftOut };
    });
  } catch (error) {
    await services.store.collections.forgetFound(reading.id);
    throw error;
  }
}

/** Works out the members of every dynamic collection of a pair, as part of a discovery. One that cannot be read keeps its members; the sentences say why. */
export async function refreshDynamicCollections(services: Services, directory: Directory, pair: PairRecord, signal: AbortSignal): Promise<readonly { readonly collection: string; readonly message: string }[]> {
  const problems: { readonly collection: string; readonly message: string }[] = [];
  for (const collection of await services.store.collections.list(pair.id)) {
    if (collection.kind !== 'dynamic') continue;
    try { await refreshScope(services, directory, pair, collection, signal); } catch (error) {
      signal.throwIfAborted();
      problems.push({ collection: collection.name, message: `The dynamic collection keeps its objects: ${error instanceof Error ? error.message : 'its scope could not be read.'}` });
    }
  }
  return problems;
}
