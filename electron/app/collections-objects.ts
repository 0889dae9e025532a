import type { FoundObject, FoundObjects } from '../../shared/contracts/collections.ts';
import type { SourceObject } from '../../shared/domain/objects.ts';
import { rdnValue } from '../../shared/rules/dn.ts';
import { objectTypeOf, type ObjectType } from '../../shared/rules/object-type.ts';
import type { Directory, DirectoryEntry } from '../engines/directory/index.ts';
import { scopeClause } from '../engines/mapping/index.ts';
import type { LeftOutObject, PairRecord } from '../store/index.ts';
import type { Services } from './services.ts';
import { checkedFilter, rootOf } from './collections-browse.ts';
import { OBJECT_FILTER, toSourceObject, wantedAttributes } from './source-attributes.ts';

/** Objects shown by name. */
const SHOWN = 500;

/** What an entry is to a collection: an object that may be in it, or one that a clause keeps out. */
export type Judged = { readonly object: SourceObject; readonly out: null } | { readonly object: SourceObject | null; readonly out: LeftOutObject };

/** An object of the directory that is never migrated, by its classes. */
const isComputer = (entry: DirectoryEntry): boolean => entry.objectClass.some((name) => name.toLowerCase() === 'computer');

/** Whether an entry may be in a collection, and which clause keeps it out ({@link scopeClause}). */
export function judge(entry: DirectoryEntry): Judged {
  const object = toSourceObject(entry);
  const base = { id: entry.guid, dn: entry.dn };
  if (object === undefined) {
    const [clause, reason] = entry.guid === '' ? ['no objectGUID', 'It has no objectGUID, so it cannot be recognised again.'] : [isComputer(entry) ? 'computer' : 'other class', 'Only users, groups and contacts are migrated.'];
    return { object: null, out: { ...base, name: rdnValue(entry.dn), type: 'other', clause, reason } };
  }
  const clause = scopeClause(object);
  if (clause === null) return { object, out: null };
  return { object, out: { ...base, name: object.name, type: objectTypeOf(object.kind, object.attributes), clause: clause.id, reason: clause.text } };
}

/** Names to ask the directory for, for everything that is put into collections of a pair. */
export async function wantedOf(services: Services, pairId: string, collectionIds: readonly string[]): Promise<string[]> {
  const { matchingRules: matching, mappingRules: mapping } = services.store;
  const owners = [{ kind: 'pair' as const, id: pairId }, ...collectionIds.map((id) => ({ kind: 'collection' as const, id }))];
  return wantedAttributes((await Promise.all(owners.map(async (o) => [...await matching.list(o), ...await mapping.list(o)]))).flat());
}

/** Reads what a filter finds among the objects that are migrated. @throws AppError INVALID_INPUT with the position in the filter as typed. */
export async function* readScope(
  services: Services, directory: Directory, pair: PairRecord, { base, filter, collectionIds }: { readonly base: string; readonly filter: string; readonly collectionIds: readonly string[] }, signal: AbortSignal,
): AsyncIterable<readonly DirectoryEntry[]> {
  const wanted = checkedFilter(filter);
  const attributes = await wantedOf(services, pair.id, collectionIds);
  yield* directory.read({ base: base.trim() !== '' ? base.trim() : await rootOf(directory, pair, signal), scope: 'sub', filter: `(&${OBJECT_FILTER}${wanted})`, attributes }, signal);
}

/** Gathers a preview; memory is the rows that are shown, and an id per object. */
export function createPreview(members: ReadonlySet<string>) {
  const counts = { adds: 0, stays: 0, leftOut: 0 };
  const groups = new Map<string, FoundObjects['groups'][number]>();
  const rows = { 'is added': [] as FoundObject[], 'is removed': [] as FoundObject[], 'left out': [] as FoundObject[], 'stays': [] as FoundObject[] };
  const seen = new Set<string>();
  const show = (row: FoundObject): void => { if (rows[row.state].length < SHOWN) rows[row.state].push(row); };
  return {
    /** Ids of objects found that may be members. */
    seen,
    add(entry: DirectoryEntry): void {
      const { object, out } = judge(entry);
      if (out !== null) {
        counts.leftOut += 1;
        const type = out.type as ObjectType | 'other';
        const group = groups.get(`${type} ${out.clause}`) ?? { type, clause: out.clause, reason: out.reason, count: 0 };
        groups.set(`${type} ${out.clause}`, { ...group, count: group.count + 1 });
        show({ id: out.id, name: out.name, dn: out.dn, type, state: 'left out', reason: out.reason });
        return;
      }
      if (seen.has(object.id)) return;
      seen.add(object.id);
      const state = members.has(object.id) ? 'stays' as const : 'is added' as const;
      counts[state === 'stays' ? 'stays' : 'adds'] += 1;
      show({ id: object.id, name: object.name, dn: object.dn, type: objectTypeOf(object.kind, object.attributes), state, reason: '' });
    },
    /** @param gone members that were not found, which a dynamic collection gives up; empty for a query. */
    result(gone: readonly FoundObject[]): FoundObjects {
      for (const row of gone) show(row);
      const all = [...rows['is removed'], ...rows['is added'], ...rows['left out'], ...rows['stays']];
      const total = counts.adds + counts.stays + counts.leftOut + gone.length;
      return { ...counts, removes: gone.length, groups: [...groups.values()].slice(0, SHOWN), rows: all.slice(0, SHOWN), more: total > Math.min(all.length, SHOWN) };
    },
  };
}
