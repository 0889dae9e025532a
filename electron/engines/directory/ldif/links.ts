import { normaliseDn } from '../../../../shared/rules/dn.ts';
import { SNAPSHOT_LINKS } from './schema.ts';
import type { Snapshot, SnapshotEntry } from './snapshot.ts';

/** Values that a directory computes: back links, distinguishedName. */
export interface ComputedValues {
  /** Works out what these attributes need: for a back link who refers, for a chain all steps. The file is read once for each that is not known yet. */
  prepare(names: { readonly values: Iterable<string>; readonly chains: Iterable<string> }, signal?: AbortSignal): Promise<void>;
  /** Values of an attribute in the schema's spelling, stored or computed; undefined when absent. Back links must be prepared. */
  values(entry: SnapshotEntry, name: string): readonly string[] | undefined;
  /** Normalised DNs of all entries that reach a DN over a prepared attribute in one or more steps (cycles are fine). */
  reaching(name: string, dn: string): ReadonlySet<string>;
  /** To be called after a linked attribute was changed. */
  forget(): void;
}

const FORWARD_OF: ReadonlyMap<string, string> = new Map(SNAPSHOT_LINKS.map((pair) => [pair.back, pair.forward]));

/** True for an attribute that an entry may have though the file does not hold it. */
export const isComputed = (name: string): boolean => name === 'distinguishedName' || FORWARD_OF.has(name);

/** Back links are worked out when they are first asked for: an export may hold them for objects outside it, which are kept. */
export function createComputedValues(snapshot: Snapshot): ComputedValues {
  /** By attribute, then by normalised DN: numbers of the entries that name it. */
  const tables = new Map<string, ReadonlyMap<string, readonly number[]>>();
  const chains = new Map<string, ReadonlySet<string>>();

  const addTable = async (name: string, signal?: AbortSignal): Promise<void> => {
    if (tables.has(name)) return;
    const forward = FORWARD_OF.get(name);
    if (forward !== undefined) await addTable(forward, signal);
    const table = new Map<string, number[]>();
    for await (const entries of snapshot.scan(signal)) {
      for (const entry of entries) {
        if (entry.deleted) continue;
        for (const dn of values(entry, name) ?? []) {
          const normal = normaliseDn(dn);
          const known = snapshot.byKey.get(normal);
          // The text of the index, so that a piece of the file is not kept for a name.
          const key = known === undefined ? Buffer.from(normal).toString() : snapshot.keys[known] ?? normal;
          const held = table.get(key);
          if (held === undefined) table.set(key, [entry.number]);
          else held.push(entry.number);
        }
      }
    }
    tables.set(name, table);
  };

  function values(entry: SnapshotEntry, name: string): readonly string[] | undefined {
    const stored = entry.values(name);
    const forward = FORWARD_OF.get(name);
    if (forward !== undefined) {
      const inside = (tables.get(forward)?.get(entry.key) ?? []).map((one) => snapshot.dns[one] ?? '');
      const outside = (stored ?? []).filter((dn) => !snapshot.byKey.has(normaliseDn(dn)));
      return inside.length + outside.length === 0 ? undefined : [...inside, ...outside];
    }
    if (stored !== undefined) return stored;
    return name === 'distinguishedName' ? [entry.dn] : undefined;
  }

  return {
    values,
    async prepare(names, signal) {
      for (const name of names.values) { const forward = FORWARD_OF.get(name); if (forward !== undefined) await addTable(forward, signal); }
      for (const name of names.chains) await addTable(name, signal);
    },
    reaching(name, dn) {
      const start = normaliseDn(dn);
      const key = `${name} ${start}`;
      const known = chains.get(key);
      if (known !== undefined) return known;
      const table = tables.get(name);
      const reached = new Set<string>();
      const queue = [start];
      for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
        for (const number of table?.get(at) ?? []) {
          const entry = snapshot.keys[number];
          if (entry === undefined || reached.has(entry)) continue;
          reached.add(entry);
          queue.push(entry);
        }
      }
      chains.set(key, reached);
      return reached;
    },
    forget() {
      tables.clear();
      chains.clear();
    },
  };
}
