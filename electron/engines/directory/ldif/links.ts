import { normaliseDn } from '../../../../shared/rules/dn.ts';
import { SNAPSHOT_LINKS } from './schema.ts';
import type { Snapshot, SnapshotEntry } from './snapshot.ts';

/** Values that a directory computes: back links, distinguishedName, name. */
export interface ComputedValues {
  /** Values of an attribute in the schema's spelling, stored or computed; undefined when absent. */
  values(entry: SnapshotEntry, name: string): readonly string[] | undefined;
  /** Normalised DNs of all entries that reach a DN over an attribute in one or more steps (cycles are fine). */
  reaching(name: string, dn: string): ReadonlySet<string>;
  /** To be called after a linked attribute was changed. */
  forget(): void;
}

const FORWARD_OF: ReadonlyMap<string, string> = new Map(SNAPSHOT_LINKS.map((pair) => [pair.back, pair.forward]));

/** Back links are worked out when they are first asked for: an export may hold them for objects outside it, which are kept. */
export function createComputedValues(snapshot: Snapshot): ComputedValues {
  const tables = new Map<string, ReadonlyMap<string, readonly SnapshotEntry[]>>();
  const chains = new Map<string, ReadonlySet<string>>();

  /** By normalised DN: the entries that name it in this attribute. */
  const referrers = (name: string): ReadonlyMap<string, readonly SnapshotEntry[]> => {
    const known = tables.get(name);
    if (known !== undefined) return known;
    const table = new Map<string, SnapshotEntry[]>();
    for (const entry of snapshot.entries) {
      if (entry.deleted) continue;
      for (const dn of values(entry, name) ?? []) {
        const key = normaliseDn(dn);
        const held = table.get(key);
        if (held === undefined) table.set(key, [entry]);
        else held.push(entry);
      }
    }
    tables.set(name, table);
    return table;
  };

  function values(entry: SnapshotEntry, name: string): readonly string[] | undefined {
    const stored = entry.attributes[name];
    const forward = FORWARD_OF.get(name);
    if (forward !== undefined) {
      const inside = (referrers(forward).get(entry.key) ?? []).map((one) => one.dn);
      const outside = (stored ?? []).filter((dn) => !snapshot.byKey.has(normaliseDn(dn)));
      return inside.length + outside.length === 0 ? undefined : [...inside, ...outside];
    }
    if (stored !== undefined) return stored;
    return name === 'distinguishedName' ? [entry.dn] : undefined;
  }

  return {
    values,
    reaching(name, dn) {
      const start = normaliseDn(dn);
      const key = `${name} ${start}`;
      const known = chains.get(key);
      if (known !== undefined) return known;
      const table = referrers(name);
      const reached = new Set<string>();
      const queue = [start];
      for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
        for (const entry of table.get(at) ?? []) {
          if (reached.has(entry.key)) continue;
          reached.add(entry.key);
          queue.push(entry.key);
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
