import type { Handlers } from '../ipc/router.ts';
import type { AddResult, Collection, DirectoryItem } from '../../shared/contracts/collections.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { SourceObject } from '../../shared/domain/objects.ts';
import { parentDn, rdnValue } from '../../shared/rules/dn.ts';
import { escapeFilterValue, parseFilter, type Directory, type DirectoryEntry } from '../engines/directory/index.ts';
import { outOfScope } from '../engines/mapping/index.ts';
import type { CollectionRecord, PairRecord } from '../store/index.ts';
import type { Services } from './services.ts';
import { interruptDeadOf } from './dead-owners.ts';
import { countUndoable, requireIdle } from './task-rows.ts';
import { kindOf, OBJECT_FILTER, toSourceObject, wantedAttributes } from './source-attributes.ts';

/** Most children or hits shown at once; beyond that a person searches. */
const SHOWN = 500;
/** Skipped objects listed by name. */
const LISTED = 200;
/** Classes that hold other objects in a browse tree. */
const CONTAINERS = '(|(objectClass=organizationalUnit)(objectClass=container)(objectClass=builtinDomain)(objectClass=domainDNS))';
const BROWSED = ['displayName', 'name', 'cn', 'ou', 'userPrincipalName', 'mail', 'sAMAccountName', 'showInAdvancedViewOnly'];

const toCollection = (c: CollectionRecord): Collection => ({ id: c.id, pairId: c.pairId, agentId: c.agentId, agentName: c.agentName, name: c.name, kind: c.kind, createdAt: c.createdAt, objects: c.objects, coexistence: c.coexistence });

/** Channels of collections and of browsing the directory. */
export function collectionHandlers(services: Services): Pick<Handlers, 'collections.list' | 'collections.get' | 'collections.create' | 'collections.rename' | 'collections.delete' | 'directory.children' | 'directory.search' | 'collections.addObjects' | 'collections.queryObjects' | 'collections.removeObjects' | 'statistics.get'> {
  const { store } = services;
  const changed = () => { services.emit('store.changed', { nouns: ['collections', 'objects', 'pairs'] }); };
  return {
    'collections.list': async ({ pairId }) => ({ rows: (await store.collections.list(pairId)).map(toCollection) }),
    'collections.get': async ({ id }) => toCollection(await store.collections.get(id)),
    async 'collections.create'({ pairId, name, agentId }) {
      const created = await store.transaction(async (tx) => {
        const collection = await tx.collections.create({ pairId, name, ...(agentId === undefined ? {} : { agentId }) });
        // The pair's rules as they are now; later changes of the pair do not reach this collection (Quest Migration Manager, "Adding a Matching Rule").
        const [from, to] = [{ kind: 'pair' as const, id: pairId }, { kind: 'collection' as const, id: collection.id }];
        await tx.matchingRules.copy(from, to);
        await tx.mappingRules.copy(from, to);
        return collection;
      });
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
    'directory.children': async ({ pairId, collectionId, dn }, { signal }) => await withDirectory(services, pairId, async (directory, pair) => {
      const base = dn !== '' ? dn : await rootOf(directory, pair, signal);
      const entries = await firstEntries(directory, { base, scope: 'one', filter: `(|${CONTAINERS}${OBJECT_FILTER})` }, signal);
      return { rows: await toItems(services, entries.slice(0, SHOWN), collectionId), more: entries.length > SHOWN };
    }),
    'directory.search': async ({ pairId, collectionId, base, text }, { signal }) => await withDirectory(services, pairId, async (directory, pair) => {
      const wanted = text.trim();
      const found = wanted.startsWith('(') ? checkedFilter(wanted) : `(|${['displayName', 'name', 'sAMAccountName', 'userPrincipalName', 'mail'].map((a) => `(${a}=*${escapeFilterValue(wanted)}*)`).join('')}(ou=*${escapeFilterValue(wanted)}*))`;
      const entries = await firstEntries(directory, { base: base !== '' ? base : await rootOf(directory, pair, signal), scope: 'sub', filter: `(&(|${CONTAINERS}${OBJECT_FILTER})${found})` }, signal);
      return { rows: await toItems(services, entries.slice(0, SHOWN), collectionId), more: entries.length > SHOWN };
    }),
    async 'collections.addObjects'({ id, dns }, { signal }) {
      const collection = await store.collections.get(id);
      const result = await withDirectory(services, collection.pairId, async (directory, pair) => await addFrom(services, pair, collection, addQueries(directory, dns, await wantedOf(services, pair, collection), signal)));
      changed();
      return result;
    },
    async 'collections.queryObjects'({ id, base, filter }, { signal }) {
      const collection = await store.collections.get(id);
      const wanted = checkedFilter(filter);
      const result = await withDirectory(services, collection.pairId, async (directory, pair) => {
        const query = { base: base !== '' ? base : await rootOf(directory, pair, signal), scope: 'sub' as const, filter: `(&${OBJECT_FILTER}${wanted})`, attributes: await wantedOf(services, pair, collection) };
        return await addFrom(services, pair, collection, directory.read(query, signal));
      });
      changed();
      return result;
    },
    async 'collections.removeObjects'({ id, selection }) {
      if (selection.mode === 'ids' && selection.ids.length === 0) throw appError(ErrorCode.InvalidInput, 'No object is selected.');
      const removed = await store.transaction(async (tx) => {
        await tx.collections.get(id);
        let sum = 0;
        for await (const ids of tx.collections.resolveSelection(id, selection)) sum += (await tx.collections.removeMembers(id, ids)).removed;
        return sum;
      });
      changed();
      return { removed };
    },
    'statistics.get': async (scope) => await store.collections.statistics(scope),
  };
}

/** Opens the directory of a pair for one use and closes it. */
export async function withDirectory<T>(services: Services, pairId: string, work: (directory: Directory, pair: PairRecord) => Promise<T>): Promise<T> {
  const pair = await services.store.pairs.get(pairId);
  const directory = await services.openDirectory(pair);
  try { return await work(directory, pair); } finally { await directory.close(); }
}

async function rootOf(directory: Directory, pair: PairRecord, signal: AbortSignal): Promise<string> {
  return pair.source.kind === 'ldap' && pair.source.baseDn !== '' ? pair.source.baseDn : (await directory.rootDse(signal)).defaultNamingContext;
}

async function wantedOf(services: Services, pair: PairRecord, collection: CollectionRecord): Promise<string[]> {
  const { matchingRules: matching, mappingRules: mapping } = services.store;
  const owners = [{ kind: 'pair' as const, id: pair.id }, { kind: 'collection' as const, id: collection.id }];
  return wantedAttributes((await Promise.all(owners.map(async (o) => [...await matching.list(o), ...await mapping.list(o)]))).flat());
}

async function firstEntries(directory: Directory, query: { readonly base: string; readonly scope: 'one' | 'sub'; readonly filter: string }, signal: AbortSignal): Promise<DirectoryEntry[]> {
  const entries: DirectoryEntry[] = [];
  for await (const page of directory.read({ ...query, attributes: BROWSED, limit: SHOWN + 1 }, signal)) {
    entries.push(...page);
    if (entries.length > SHOWN) break;
  }
  return entries;
}

async function toItems(services: Services, entries: readonly DirectoryEntry[], collectionId: string | undefined): Promise<DirectoryItem[]> {
  const guids = entries.flatMap((e) => (e.guid === '' ? [] : [e.guid]));
  const members = collectionId === undefined ? new Map<string, unknown>() : await services.store.collections.statuses(collectionId, guids);
  const items = entries.filter((e) => e.dn !== '').map((e): DirectoryItem => {
    const kind = kindOf(e.objectClass);
    const type = kind ?? (isContainer(e.objectClass) ? 'container' as const : 'other' as const);
    return {
      guid: e.guid, dn: e.dn, name: e.attributes['displayName']?.[0] ?? e.attributes['name']?.[0] ?? rdnValue(e.dn), type,
      detail: e.attributes['userPrincipalName']?.[0] ?? e.attributes['mail']?.[0] ?? e.attributes['sAMAccountName']?.[0] ?? parentDn(e.dn) ?? '', hasChildren: type === 'container', inCollection: members.has(e.guid),
    };
  });
  return items.sort((a, b) => Number(b.type === 'container') - Number(a.type === 'container') || a.name.localeCompare(b.name));
}

const isContainer = (classes: readonly string[]): boolean => classes.some((c) => ['organizationalunit', 'container', 'builtindomain', 'domaindns'].includes(c.toLowerCase()));

/** The filter as typed, without white space around. @throws AppError INVALID_INPUT with the position in what was typed, not in what is built around it. */
function checkedFilter(text: string): string {
  const wanted = text.trim();
  parseFilter(wanted);
  return wanted;
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

/** Stores what was read and puts it into the collection; what is out of scope is told with its reason. */
async function addFrom(services: Services, pair: PairRecord, collection: CollectionRecord, pages: AsyncIterable<readonly DirectoryEntry[]>): Promise<AddResult> {
  const skipped: { name: string; reason: string }[] = [];
  let skippedTotal = 0;
  let added = 0;
  let already = 0;
  const runId = services.newId();
  const skip = (name: string, reason: string) => { skippedTotal++; if (skipped.length < LISTED) skipped.push({ name, reason }); };
  for await (const page of pages) {
    const objects: SourceObject[] = [];
    for (const entry of page) {
      const object = toSourceObject(entry);
      if (!object) { skip(rdnValue(entry.dn), entry.guid === '' ? 'It has no objectGUID, so it cannot be recognised again.' : 'Only users, groups and contacts are migrated.'); continue; }
      const excluded = outOfScope(object);
      if (excluded !== null) { skip(object.name, excluded); continue; }
      objects.push(object);
    }
    if (objects.length === 0) continue;
    await services.store.transaction(async (tx) => {
      await tx.sources.upsertPage(pair.id, objects, runId);
      const result = await tx.collections.addMembers(collection.id, objects.map((o) => o.id));
      added += result.added;
      already += result.already;
    });
  }
  return { added, already, skipped, skippedTotal };
}
