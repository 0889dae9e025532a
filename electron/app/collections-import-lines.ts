import type { ImportLine } from '../../shared/contracts/collection-import.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { valuesOf } from '../../shared/rules/attributes.ts';
import { heldKey, wantedValue, type Directory, type ListLine, type ObjectList, type WantedValue } from '../engines/directory/index.ts';
import type { PairRecord } from '../store/index.ts';
import { rootOf } from './collections-browse.ts';
import { judge } from './collections-objects.ts';
import { OBJECT_FILTER, wantedAttributes } from './source-attributes.ts';

/** Values looked for in one search. */
const BATCH = 100;
/** With more different values it is cheaper to read every object once; a file is always read whole. */
const READ_ALL_FROM = 5_000;
/** Objects named when a value finds several. */
const NAMED = 3;

/** An object that a value finds, and why it may not be in a collection (empty: it may). */
interface Hit { readonly id: string; readonly dn: string; readonly out: string }

/** Looks values of one attribute up; the answer is by key. Memory is an id and a DN per hit. */
export async function findValues(directory: Directory, pair: PairRecord, name: string, values: readonly string[], signal: AbortSignal): Promise<{ readonly keyOf: (value: string) => string | undefined; readonly hits: ReadonlyMap<string, readonly Hit[]> }> {
  const attribute = (await directory.schema(signal)).attribute(name);
  if (attribute === undefined) throw appError(ErrorCode.InvalidInput, `The directory has no attribute "${name}". The header of the list must name one, for example sAMAccountName, userPrincipalName or mail.`);
  const wanted = new Map<string, WantedValue>();
  for (const value of values) {
    const one = wantedValue(attribute, value);
    if (one !== undefined) wanted.set(one.key, one);
  }
  const hits = new Map<string, Map<string, Hit>>();
  const base = await rootOf(directory, pair, signal);
  const filters = [...wanted.values()].map((one) => one.filter);
  const batches = !directory.capabilities.live || filters.length > READ_ALL_FROM ? [OBJECT_FILTER]
    : Array.from({ length: Math.ceil(filters.length / BATCH) }, (_, i) => `(&${OBJECT_FILTER}(|${filters.slice(i * BATCH, (i + 1) * BATCH).join('')}))`);
  for (const filter of filters.length === 0 ? [] : batches) {
    for await (const page of directory.read({ base, scope: 'sub', filter, attributes: [...wantedAttributes([]), attribute.name] }, signal)) {
      for (const entry of page) {
        const held = attribute.name.toLowerCase() === 'distinguishedname' ? [entry.dn] : valuesOf(entry.attributes, attribute.name) ?? [];
        for (const key of new Set(held.map((value) => heldKey(attribute, value)))) {
          if (key === undefined || !wanted.has(key)) continue;
          const of = hits.get(key) ?? new Map<string, Hit>();
          hits.set(key, of.set(entry.dn, { id: entry.guid, dn: entry.dn, out: judge(entry).out?.reason ?? '' }));
        }
      }
    }
  }
  return { keyOf: (value) => wantedValue(attribute, value)?.key, hits: new Map([...hits].map(([key, of]) => [key, [...of.values()]])) };
}

/** A line with what it found. */
export type JudgedLine = ImportLine & { readonly objectId: string | null };

/** What is known of the collections that lines name. */
export interface NamedCollection { readonly kind: 'static' | 'dynamic' | 'missing'; readonly members: ReadonlySet<string> }

/**
 * Decides every line of a list, in order.
 * @param of the collection of a line by its name in lower case; the empty name is the one that a list without a column Collection goes to.
 */
export function judgeLines(list: ObjectList, found: Awaited<ReturnType<typeof findValues>>, of: (name: string) => NamedCollection): JudgedLine[] {
  const values = new Map<string, number>();
  const objects = new Map<string, number>();
  const judged = (line: ListLine, state: ImportLine['state'], reason: string, objectId: string | null = null): JudgedLine => ({ line: line.line, value: line.value, collection: line.collection, state, reason, objectId });
  return list.lines.map((line) => {
    if (line.tooManyCells) return judged(line, 'malformed', 'The line has more cells than the header. Put values that hold the separator into quotation marks.');
    if (line.value === '') return judged(line, 'empty', `The line has no ${list.attribute}.`);
    const name = line.collection.toLowerCase();
    if (list.hasCollections && name === '') return judged(line, 'no collection', 'The line names no collection.');
    if (line.collection.length > 128) return judged(line, 'no collection', 'The name of a collection has at most 128 characters.');
    const collection = of(name);
    if (collection.kind === 'dynamic') return judged(line, 'dynamic collection', `"${line.collection}" is a dynamic collection: its scope says which objects are in it.`);
    const key = found.keyOf(line.value);
    if (key === undefined) return judged(line, 'invalid value', `"${line.value}" can be no value of ${list.attribute}.`);
    const before = values.get(`${name}\n${key}`);
    if (before !== undefined) return judged(line, 'duplicate', `The same value as in line ${before}.`);
    values.set(`${name}\n${key}`, line.line);
    const hits = found.hits.get(key) ?? [];
    const [hit] = hits;
    if (hit === undefined) return judged(line, 'not found', `No user, group or contact of the directory has this ${list.attribute}.`);
    if (hits.length > 1) return judged(line, 'several', `${hits.length} objects have this ${list.attribute}: ${hits.slice(0, NAMED).map((one) => one.dn).join('; ')}${hits.length > NAMED ? '; ...' : ''}`);
    if (hit.out !== '') return judged(line, 'out of scope', hit.out);
    const twice = objects.get(`${name}\n${hit.id}`);
    if (twice !== undefined) return judged(line, 'duplicate', `The same object as in line ${twice}.`);
    objects.set(`${name}\n${hit.id}`, line.line);
    return collection.members.has(hit.id) ? judged(line, 'already in', 'It is in the collection already.', hit.id) : judged(line, 'found', '', hit.id);
  });
}
