import type { Handlers } from '../ipc/router.ts';
import { IMPORT_STATES, type ImportReport } from '../../shared/contracts/collection-import.ts';
import type { Overlap } from '../../shared/contracts/collections.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { filterOfGuids, readObjectList, type Directory, type DirectoryEntry } from '../engines/directory/index.ts';
import type { CollectionRecord, PairRecord } from '../store/index.ts';
import { findValues, judgeLines, type JudgedLine, type NamedCollection } from './collections-import-lines.ts';
import { rootOf, withDirectory } from './collections-browse.ts';
import { makeCollection } from './collections-make.ts';
import { wantedOf } from './collections-objects.ts';
import { addReading, readAside, type Reading } from './collections-reading.ts';
import { csvOf } from './csv.ts';
import type { Services } from './services.ts';
import { OBJECT_FILTER } from './source-attributes.ts';

/** Lines shown of those that are not taken; the CSV has them all. */
const SHOWN = 1000;
/** Objects read in one search. */
const BATCH = 100;

interface File { readonly pairId: string; readonly collectionId: string | null; readonly name: string; readonly content: string }
/** A list that was looked up: its lines, and the collections that they name, by lower-case name. */
interface Looked { readonly report: ImportReport; readonly lines: readonly JudgedLine[]; readonly collections: ReadonlyMap<string, CollectionRecord>; readonly names: ReadonlyMap<string, string> }

/** Channels of importing lists of objects (Quest Migration Manager, "Import Objects", with a second column for the collection). */
export function importHandlers(services: Services): Pick<Handlers, 'collections.previewImport' | 'collections.importObjects'> {
  return {
    'collections.previewImport': async (file, { signal }) => await withDirectory(services, file.pairId, async (directory, pair) => (await look(services, directory, pair, file, signal)).report),
    async 'collections.importObjects'(file, { signal }) {
      const report = await withDirectory(services, file.pairId, async (directory, pair) => {
        const looked = await look(services, directory, pair, file, signal);
        const missing = [...looked.names].filter(([key]) => !looked.collections.has(key)).map(([, name]) => name);
        if (missing.length > 0 && file.missing === 'refuse') throw appError(ErrorCode.Conflict, `The list names collections that are not there yet: ${missing.map((name) => `"${name}"`).join(', ')}. Nothing was added. Confirm that they are to be made, or correct the list.`);
        return await add(services, directory, pair, looked, signal);
      });
      services.emit('store.changed', { nouns: ['collections', 'objects', 'pairs'] });
      return report;
    },
  };
}

/** Reads and looks up a list; changes nothing. */
async function look(services: Services, directory: Directory, pair: PairRecord, file: File, signal: AbortSignal): Promise<Looked> {
  const list = readObjectList(Buffer.from(file.content, 'base64'), file.name);
  const all = await services.store.collections.list(pair.id);
  const collections = new Map<string, CollectionRecord>();
  const names = new Map<string, string>();
  if (list.hasCollections) {
    for (const { collection } of list.lines) if (collection !== '' && collection.length <= 128 && !names.has(collection.toLowerCase())) names.set(collection.toLowerCase(), collection);
    for (const collection of all) if (names.has(collection.name.toLowerCase())) collections.set(collection.name.toLowerCase(), collection);
  } else {
    const collection = all.find((one) => one.id === file.collectionId);
    if (collection === undefined) throw appError(ErrorCode.InvalidInput, `"${file.name}" has no column Collection: choose the collection that its objects go to.`);
    if (collection.kind === 'dynamic') throw appError(ErrorCode.InvalidInput, `"${collection.name}" is a dynamic collection: its scope says which objects are in it. Import the list into a static collection.`);
    collections.set('', collection);
    names.set('', collection.name);
  }
  const found = await findValues(directory, pair, list.attribute, list.lines.flatMap((line) => (line.value === '' ? [] : [line.value])), signal);
  const known = new Map<string, NamedCollection>();
  for (const [key, collection] of collections) known.set(key, { kind: collection.kind, members: new Set(await services.store.collections.memberIds(collection.id)) });
  const lines = judgeLines(list, found, (name) => known.get(name) ?? { kind: 'missing', members: new Set() });
  const counts = Object.fromEntries(IMPORT_STATES.map((state) => [state, 0])) as ImportReport['counts'];
  const per = new Map<string, { adds: number; already: number }>([...names.keys()].map((key) => [key, { adds: 0, already: 0 }]));
  for (const line of lines) {
    counts[line.state] += 1;
    const of = per.get(list.hasCollections ? line.collection.toLowerCase() : '');
    if (of !== undefined && line.state === 'found') of.adds += 1;
    if (of !== undefined && line.state === 'already in') of.already += 1;
  }
  // A collection that gets nothing is not made for the sake of lines that find nothing.
  for (const [key, { adds }] of per) if (adds === 0 && !collections.has(key)) { per.delete(key); names.delete(key); }
  const problems = lines.filter((line) => line.state !== 'found' && line.state !== 'already in').map(({ objectId: _id, ...line }) => line);
  const untaken = lines.filter((line) => line.state !== 'found');
  return {
    lines, collections, names,
    report: {
      encoding: list.encoding, separator: list.separator, attribute: list.attribute, hasCollections: list.hasCollections, lines: lines.length, counts,
      collections: [...per].map(([key, of]) => ({ id: collections.get(key)?.id ?? null, name: collections.get(key)?.name ?? names.get(key) ?? '', ...of })),
      problems: problems.slice(0, SHOWN), problemsTotal: problems.length,
      csv: csvOf([['Line', list.attribute, 'Collection', 'Result', 'Reason'], ...untaken.map((line) => [String(line.line), line.value, line.collection, line.state, line.reason])]),
      added: 0, overlaps: [],
    },
  };
}

/** Adds what the lines found, all or nothing: everything is read first, then the collections that are missing are made and all are filled together. */
async function add(services: Services, directory: Directory, pair: PairRecord, { report, lines, collections, names }: Looked, signal: AbortSignal): Promise<ImportReport> {
  const readings = new Map<string, Reading>();
  try {
    for (const key of names.keys()) {
      const ids = new Set(lines.flatMap((line) => (line.state === 'found' && line.objectId !== null && (key === '' || line.collection.toLowerCase() === key) ? [line.objectId] : [])));
      const known = collections.get(key);
      if (ids.size > 0) readings.set(key, await readAside(services, pair, byGuid(directory, await rootOf(directory, pair, signal), ids, await wantedOf(services, pair.id, known === undefined ? [] : [known.id]), signal)));
    }
    return await services.store.transaction(async (tx) => {
      let added = 0;
      const overlaps: Overlap[] = [];
      const made: ImportReport['collections'] = [];
      for (const [key, name] of names) {
        const collection = collections.get(key) ?? await makeCollection(tx, { pairId: pair.id, name });
        const of = report.collections.find((one) => one.name.toLowerCase() === collection.name.toLowerCase());
        if (of !== undefined) made.push({ ...of, id: collection.id });
        const reading = readings.get(key);
        if (reading === undefined) continue;
        const result = await addReading(tx, collection, reading);
        added += result.added;
        overlaps.push(...result.overlaps);
      }
      return { ...report, collections: made, added, overlaps };
    });
  } catch (error) {
    for (const { id } of readings.values()) await services.store.collections.forgetFound(id);
    throw error;
  }
}

/** Reads objects by objectGUID: in batches from a server, in one pass from a file. */
async function* byGuid(directory: Directory, base: string, ids: ReadonlySet<string>, attributes: readonly string[], signal: AbortSignal): AsyncIterable<readonly DirectoryEntry[]> {
  if (!directory.capabilities.live) {
    for await (const page of directory.read({ base, scope: 'sub', filter: OBJECT_FILTER, attributes }, signal)) yield page.filter((entry) => ids.has(entry.guid));
    return;
  }
  const all = [...ids];
  for (let at = 0; at < all.length; at += BATCH) {
    yield* directory.read({ base, scope: 'sub', filter: filterOfGuids(all.slice(at, at + BATCH)), attributes }, signal);
  }
}
