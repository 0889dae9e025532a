import type { Handlers } from '../ipc/router.ts';
import type { DirectoryItem } from '../../shared/contracts/collections.ts';
import { AppError, ErrorCode } from '../../shared/domain/errors.ts';
import { parentDn, rdnValue } from '../../shared/rules/dn.ts';
import { objectTypeOf } from '../../shared/rules/object-type.ts';
import { escapeFilterValue, parseFilter, type Directory, type DirectoryEntry } from '../engines/directory/index.ts';
import { outOfScope } from '../engines/mapping/index.ts';
import type { PairRecord } from '../store/index.ts';
import type { Services } from './services.ts';
import { kindOf, OBJECT_FILTER, toSourceObject, wantedAttributes } from './source-attributes.ts';

/** Most children or hits shown at once; beyond that a person searches. */
const SHOWN = 500;
/** Classes that hold other objects in a browse tree. */
const CONTAINERS = '(|(objectClass=organizationalUnit)(objectClass=container)(objectClass=builtinDomain)(objectClass=domainDNS))';
/** What a name and the scope clauses need. */
const BROWSED = [...wantedAttributes([]), 'ou', 'showInAdvancedViewOnly'];

/** Channels of browsing the directory of a pair. */
export function browseHandlers(services: Services): Pick<Handlers, 'directory.children' | 'directory.search' | 'directory.checkFilter'> {
  return {
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
    // async, so that nothing is thrown past the promise.
    'directory.checkFilter': async ({ filter }) => await Promise.resolve(filterProblem(filter)),
  };
}

/** Opens the directory of a pair for one use and closes it. */
export async function withDirectory<T>(services: Services, pairId: string, work: (directory: Directory, pair: PairRecord) => Promise<T>): Promise<T> {
  const pair = await services.store.pairs.get(pairId);
  const directory = await services.openDirectory(pair);
  try { return await work(directory, pair); } finally { await directory.close(); }
}

/** DN below which a pair looks for objects. */
export async function rootOf(directory: Directory, pair: PairRecord, signal: AbortSignal): Promise<string> {
  return pair.source.kind === 'ldap' && pair.source.baseDn !== '' ? pair.source.baseDn : (await directory.rootDse(signal)).defaultNamingContext;
}

/** The filter as typed, without white space around. @throws AppError INVALID_INPUT with the position in what was typed, not in what is built around it. */
export function checkedFilter(text: string): string {
  const wanted = text.trim();
  parseFilter(wanted);
  return wanted;
}

/** What is wrong with a filter, and where in the text as it was typed. */
function filterProblem(text: string): { readonly problem: string; readonly position: number | null } {
  const before = text.length - text.trimStart().length;
  try { parseFilter(text.trim()); } catch (error) {
    if (!(error instanceof AppError) || error.data.code !== ErrorCode.InvalidInput) throw error;
    const position = Number(error.data.detail?.['position'] ?? 1) + before;
    return { problem: error.data.message.replace(/character \d+:/, `character ${position}:`), position };
  }
  return { problem: '', position: null };
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
    const object = toSourceObject(e);
    return {
      guid: e.guid, dn: e.dn, name: e.attributes['displayName']?.[0] ?? e.attributes['name']?.[0] ?? rdnValue(e.dn), type,
      objectType: object === undefined ? 'other' : objectTypeOf(object.kind, object.attributes), leftOut: object === undefined ? '' : outOfScope(object) ?? '',
      detail: e.attributes['userPrincipalName']?.[0] ?? e.attributes['mail']?.[0] ?? e.attributes['sAMAccountName']?.[0] ?? parentDn(e.dn) ?? '', hasChildren: type === 'container', inCollection: members.has(e.guid),
    };
  });
  return items.sort((a, b) => Number(b.type === 'container') - Number(a.type === 'container') || a.name.localeCompare(b.name));
}

const isContainer = (classes: readonly string[]): boolean => classes.some((c) => ['organizationalunit', 'container', 'builtindomain', 'domaindns'].includes(c.toLowerCase()));
