import type { Handlers } from '../ipc/router.ts';
import type { Collection } from '../../shared/contracts/collections.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { CollectionRecord } from '../store/index.ts';
import type { Services } from './services.ts';
import { browseHandlers } from './collections-browse.ts';
import { contentsHandlers } from './collections-contents.ts';
import { importHandlers } from './collections-import.ts';
import { makeCollection } from './collections-make.ts';
import { scopeHandlers } from './collections-scope.ts';
import { interruptDeadOf } from './dead-owners.ts';
import { countUndoable, requireIdle } from './task-rows.ts';

export { withDirectory } from './collections-browse.ts';

const toCollection = (c: CollectionRecord): Collection => ({ id: c.id, pairId: c.pairId, agentId: c.agentId, agentName: c.agentName, name: c.name, kind: c.kind, createdAt: c.createdAt, objects: c.objects, coexistence: c.coexistence, scope: c.scope, scopeReadAt: c.scopeReadAt });

/** Channels of collections and of browsing the directory. */
export function collectionHandlers(services: Services): Pick<Handlers, 'collections.list' | 'collections.get' | 'collections.create' | 'collections.rename' | 'collections.delete' | 'statistics.get' | keyof ReturnType<typeof browseHandlers> | keyof ReturnType<typeof contentsHandlers> | keyof ReturnType<typeof importHandlers> | keyof ReturnType<typeof scopeHandlers>> {
  const { store } = services;
  const changed = () => { services.emit('store.changed', { nouns: ['collections', 'objects', 'pairs'] }); };
  return {
    ...browseHandlers(services), ...contentsHandlers(services), ...importHandlers(services),
    ...scopeHandlers(services, async (input) => await store.transaction(async (tx) => await makeCollection(tx, input))),
    'collections.list': async ({ pairId }) => ({ rows: (await store.collections.list(pairId)).map(toCollection) }),
    'collections.get': async ({ id }) => toCollection(await store.collections.get(id)),
    async 'collections.create'({ pairId, name, agentId }) {
      const created = await store.transaction(async (tx) => await makeCollection(tx, { pairId, name, agentId }));
      changed();
      return toCollection(created);
    },
    async 'collections.rename'({ id, name }) {
      const renamed = await store.collections.rename(id, name);
      changed();
      return toCollection(renamed);
    },
    async 'collections.delete'({ id, force }) {
      const collection = await store.collections.get(id);
      const statistics = await store.collections.statistics({ collectionId: id });
      const written = statistics.byProgress.Migrated + statistics.byProgress.Completed;
      if (written > 0 && !force) throw appError(ErrorCode.Conflict, `${written} objects of "${collection.name}" are migrated. Roll them back first, or force the deletion: then they can be rolled back no more.`);
      const undoable = force ? 0 : await countUndoable(store, { collectionId: id });
      if (undoable > 0) throw appError(ErrorCode.Conflict, `${undoable} migrations of "${collection.name}" can still be rolled back. Roll them back first, or force the deletion: then they can be rolled back no more.`);
      await interruptDeadOf(services, { collectionId: id });
      await store.transaction(async (tx) => {
        await requireIdle(tx, { collectionId: id }, `"${collection.name}"`);
        await tx.collections.remove(id);
      });
      changed();
      return { done: true };
    },
    'statistics.get': async (scope) => await store.collections.statistics(scope),
  };
}
