import type { Handlers } from '../ipc/router.ts';
import type { AddResult } from '../../shared/contracts/collections.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { WRITING_KINDS, type TaskKind } from '../../shared/domain/statuses.ts';
import type { Directory, DirectoryEntry } from '../engines/directory/index.ts';
import type { CollectionRecord, PairRecord, Repositories } from '../store/index.ts';
import type { Services } from './services.ts';
import { withDirectory } from './collections-browse.ts';
import { createPreview, readScope, wantedOf } from './collections-objects.ts';
import { overlapsOf } from './collections-overlaps.ts';
import { addReading, readAside, typeOf } from './collections-reading.ts';
import { interruptDeadOf } from './dead-owners.ts';
import { kindOf, OBJECT_FILTER } from './source-attributes.ts';
import { WAITING } from './task-rows.ts';

/** Objects left out that are listed by name. */
const SHOWN = 500;

type Contents = 'collections.addObjects' | 'collections.queryObjects' | 'collections.previewQuery' | 'collections.removeObjects' | 'collections.moveObjects' | 'collections.overlaps' | 'collections.leftOut';

/** Channels of what is in a collection. */
export function contentsHandlers(services: Services): Pick<Handlers, Contents> {
  const { store } = services;
  const changed = () => { services.emit('store.changed', { nouns: ['collections', 'objects', 'pairs'] }); };
  return {
    async 'collections.addObjects'({ id, dns }, { signal }) {
      const collection = requireStatic(await store.collections.get(id));
      const result = await withDirectory(services, collection.pairId, async (directory, pair) => await addFrom(services, pair, collection, addQueries(directory, dns, await wantedOf(services, pair.id, [id]), signal)));
      changed();
      return result;
    },
    async 'collections.queryObjects'({ id, base, filter }, { signal }) {
      const collection = requireStatic(await store.collections.get(id));
      const result = await withDirectory(services, collection.pairId, async (directory, pair) => await addFrom(services, pair, collection, readScope(services, directory, pair, { base, filter, collectionIds: [id] }, signal)));
      changed();
      return result;
    },
    async 'collections.previewQuery'({ id, base, filter }, { signal }) {
      const collection = requireStatic(await store.collections.get(id));
      const preview = createPreview(new Set(await store.collections.memberIds(id)));
      await withDirectory(services, collection.pairId, async (directory, pair) => {
        for await (const page of readScope(services, directory, pair, { base, filter, collectionIds: [id] }, signal)) for (const entry of page) preview.add(entry);
      });
      return preview.result([]);
    },
    async 'collections.removeObjects'({ id, selection }) {
      if (selection.mode === 'ids' && selection.ids.length === 0) throw appError(ErrorCode.InvalidInput, 'No object is selected.');
      await interruptDeadOf(services, { collectionId: id });
      const removed = await store.transaction(async (tx) => {
        await requireSettled(tx, requireStatic(await tx.collections.get(id)));
        let sum = 0;
        for await (const ids of tx.collections.resolveSelection(id, selection)) sum += (await tx.collections.removeMembers(id, ids)).removed;
        return sum;
      });
      changed();
      return { removed };
    },
    async 'collections.moveObjects'({ id, to, selection }) {
      if (selection.mode === 'ids' && selection.ids.length === 0) throw appError(ErrorCode.InvalidInput, 'No object is selected.');
      if (id === to) throw appError(ErrorCode.InvalidInput, 'The objects are in this collection already; choose another one.');
      for (const collectionId of [id, to]) await interruptDeadOf(services, { collectionId });
      const result = await store.transaction(async (tx) => {
        for (const collection of [await tx.collections.get(id), await tx.collections.get(to)]) {
          requireStatic(collection);
          await requireSettled(tx, collection);
        }
        const all: string[] = [];
        for await (const ids of tx.collections.resolveSelection(id, selection)) all.push(...ids);
        return { ...await tx.collections.moveMembers(id, to, all), overlaps: await overlapsOf(tx, to, all) };
      });
      changed();
      return result;
    },
    'collections.overlaps': async ({ id }) => {
      await store.collections.get(id);
      return { rows: await overlapsOf(store, id) };
    },
    'collections.leftOut': async ({ id }) => {
      await store.collections.get(id);
      const { total, groups, rows } = await store.collections.leftOut(id, SHOWN);
      return { total, groups: groups.slice(0, SHOWN).map((g) => ({ ...g, type: typeOf(g.type) })), rows: rows.map((r) => ({ id: r.id, name: r.name, dn: r.dn, type: typeOf(r.type), reason: r.reason })) };
    },
  };
}

/** @throws AppError INVALID_INPUT for a dynamic collection: its scope alone says what is in it. */
export function requireStatic(collection: CollectionRecord): CollectionRecord {
  if (collection.kind === 'static') return collection;
  throw appError(ErrorCode.InvalidInput, `"${collection.name}" is a dynamic collection: its scope says which objects are in it. Use Change Scope, or put the objects into a static collection.`);
}

/** Tasks that keep statuses of the objects of their collection. */
const KEEPERS: readonly TaskKind[] = ['Match', ...WRITING_KINDS, 'Roll back'];

/**
 * @throws AppError CONFLICT while a task works with the objects of a collection, or a plan of it waits: approving that would write
 * objects that are not in the collection any more.
 */
async function requireSettled(tx: Pick<Repositories, 'tasks'>, { id, name }: CollectionRecord): Promise<void> {
  for await (const page of tx.tasks.iterate({ collectionId: id, states: ['Queued', 'Running', 'Cancelling', 'Awaiting approval', 'Scheduled'] })) {
    const task = page.find(({ kind }) => KEEPERS.includes(kind));
    if (task === undefined) continue;
    throw appError(ErrorCode.Conflict, WAITING.has(task.state) ? `The plan of a ${task.kind} task of "${name}" waits (${task.state}) and holds these objects. Discard it, or apply it, before you take objects out.`
      : `A ${task.kind} task of "${name}" is ${task.state}. Cancel it, or wait for its end, before you take objects out.`);
  }
}

/** Objects given by DN, and everything below those that are containers. @throws AppError NOT_FOUND naming the DN, before anything is given. */
async function* addQueries(directory: Directory, dns: readonly string[], attributes: readonly string[], signal: AbortSignal): AsyncIterable<readonly DirectoryEntry[]> {
  const entries: DirectoryEntry[] = [];
  for (const dn of dns) {
    const entry = await directory.get(dn, attributes, signal);
    if (!entry) throw appError(ErrorCode.NotFound, `"${dn}" was not found in the directory. Nothing was added; check the DN.`);
    entries.push(entry);
  }
  for (const entry of entries) {
    // A computer named by its DN is told about rather than searched.
    if (kindOf(entry.objectClass) !== undefined || entry.objectClass.some((c) => c.toLowerCase() === 'computer')) yield [entry];
    else yield* directory.read({ base: entry.dn, scope: 'sub', filter: OBJECT_FILTER, attributes }, signal);
  }
}

/** Adds what a reading finds, all or nothing: one that fails half-way leaves the collection as it was. What is out of scope is told with its clause, and kept with the collection. */
async function addFrom(services: Services, pair: PairRecord, collection: CollectionRecord, pages: AsyncIterable<readonly DirectoryEntry[]>): Promise<AddResult> {
  const reading = await readAside(services, pair, pages);
  try {
    return await services.store.transaction(async (tx) => await addReading(tx, collection, reading));
  } catch (error) {
    await services.store.collections.forgetFound(reading.id);
    throw error;
  }
}
