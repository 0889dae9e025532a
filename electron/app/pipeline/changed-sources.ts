import { AppError, ErrorCode } from '../../../shared/domain/errors.ts';
import { normaliseDn } from '../../../shared/rules/dn.ts';
import { filterOfGuids, type Directory, type DirectoryEntry } from '../../engines/directory/index.ts';
import type { PairRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { isPermissionDescriptor, MAILBOX_FILTER, OBJECT_FILTER } from '../source-attributes.ts';
import { readPermissions, toSourceObjects } from './discover.ts';

/** Objects asked for by GUID in one search: a filter of some kilobytes. */
const IDS = 100;
/** Back links and what they are the other end of. A rule that reads one makes every reading a whole one, so none of them is wanted for itself. */
const BACK_LINKS = [
  ['memberOf', 'member'], ['directReports', 'manager'], ['managedObjects', 'managedBy'], ['publicDelegatesBL', 'publicDelegates'], ['altRecipientBL', 'altRecipient'], ['authOrigBL', 'authOrig'],
  ['unauthOrigBL', 'unauthOrig'], ['dLMemSubmitPermsBL', 'dLMemSubmitPerms'], ['dLMemRejectPermsBL', 'dLMemRejectPerms'],
] as const;
/** Largest page of a domain controller (MaxPageSize, MS-ADTS 3.1.1.3.4.6). */
const PAGE = 1_000;

/** What is read, and where. */
export interface SourceReading {
  readonly services: Services;
  readonly pair: PairRecord;
  readonly directory: Directory;
  /** DN below which objects are kept; empty: the whole domain. */
  readonly base: string;
  readonly attributes: readonly string[];
  readonly runId: string;
  readonly signal: AbortSignal;
  /** Told how many objects were stored so far. */
  readonly progress: (done: number) => void;
}

/** What storing objects did. `doubtful`: ids of objects whose stored links are not those that the objects they name tell of. */
export interface StoredChanges { readonly seen: Set<string>; readonly changed: Set<string>; readonly doubtful: Set<string> }

/** An empty account of what was stored. */
export const nothingStored = (): StoredChanges => ({ seen: new Set(), changed: new Set(), doubtful: new Set() });

const byIds = (filter: string, ids: readonly string[]): string => `(&${filter}${filterOfGuids(ids)})`;

async function store({ services, pair, directory, base, attributes, runId, signal, progress }: SourceReading, where: { readonly base: string; readonly ids: readonly string[] | null }, into: StoredChanges): Promise<void> {
  const limited = (filter: string): string => (where.ids === null ? filter : byIds(filter, where.ids));
  const permissions = await readPermissions(directory, where.base || base, attributes.filter(isPermissionDescriptor), signal, limited(MAILBOX_FILTER));
  const plain = attributes.filter((name) => !isPermissionDescriptor(name));
  const back = await backLinks(directory);
  for await (const entries of directory.read({ base: where.base || base, scope: 'sub', filter: limited(OBJECT_FILTER), attributes: [...plain, ...back.keys()] }, signal)) {
    const objects = toSourceObjects(entries.map((entry) => ({ ...entry, attributes: Object.fromEntries(Object.entries(entry.attributes).filter(([name]) => !back.has(name))) })), permissions);
    const { changedIds } = await services.store.sources.upsertPage(pair.id, objects, runId);
    for (const { id } of objects) into.seen.add(id);
    for (const id of changedIds) into.changed.add(id);
    for (const id of await doubtfulOwners(services, pair, entries, back)) into.doubtful.add(id);
    progress(into.seen.size);
  }
}

/** Back links by their name, with the linked attribute that they are the other end of, as far as the directory has them (MS-ADA1 to MS-ADA3). */
async function backLinks(directory: Directory): Promise<ReadonlyMap<string, string>> {
  const schema = await directory.schema();
  return new Map(BACK_LINKS.filter(([name]) => schema.attribute(name) !== undefined));
}

/**
 * Owners of links whose stored values are not what the named objects tell: a restored object was taken out of every group, or put back into them, and one that
 * moved into the base or into sight was named before; none of these owners is told of as changed.
 */
async function doubtfulOwners({ store: { sources } }: Services, pair: PairRecord, entries: readonly DirectoryEntry[], back: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const told = new Map(entries.flatMap(({ dn, attributes }) => [...back].flatMap(([name, attribute]) => (attributes[name] ?? []).map((owner) => [`${normaliseDn(dn)}\n${attribute}\n${normaliseDn(owner)}`, owner] as const))));
  const known = new Set([...back.values()]);
  const doubtful: string[] = [];
  for (const { dnKey, attribute, id, ownerKey } of await sources.ownersOf(pair.id, entries.map(({ dn }) => dn))) {
    if (known.has(attribute) && !told.delete(`${dnKey}\n${attribute}\n${ownerKey}`)) doubtful.push(id);
  }
  return [...doubtful, ...(await sources.byDns(pair.id, [...told.values()])).values()];
}

/** Reads objects by their ids and stores them; ids that the base does not show are not among those seen afterwards. */
export async function storeByIds(reading: SourceReading, ids: readonly string[], into: StoredChanges): Promise<void> {
  const wanted = ids.filter((id) => !into.seen.has(id));
  for (let at = 0; at < wanted.length; at += IDS) await store(reading, { base: '', ids: wanted.slice(at, at + IDS) }, into);
}

/** Reads what lies below a container and stores it; a container that is gone again holds nothing. */
export async function storeBelow(reading: SourceReading, container: string, into: StoredChanges): Promise<void> {
  try { await store(reading, { base: container, ids: null }, into); } catch (error) {
    if (!(error instanceof AppError) || error.data.code !== ErrorCode.NotFound) throw error;
  }
}

/** Ids of all objects that the base shows. */
export async function visibleIds({ directory, base, signal }: SourceReading): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const entries of directory.read({ base, scope: 'sub', filter: OBJECT_FILTER, attributes: ['objectGUID'], pageSize: PAGE }, signal)) for (const { guid } of entries) ids.add(guid);
  return ids;
}

/** Entries of a search as ids and DNs. */
export async function namesOf(pages: AsyncIterable<readonly DirectoryEntry[]>): Promise<{ readonly id: string; readonly dn: string }[]> {
  const found: { id: string; dn: string }[] = [];
  for await (const entries of pages) for (const { guid: id, dn } of entries) if (id !== '') found.push({ id, dn });
  return found;
}
