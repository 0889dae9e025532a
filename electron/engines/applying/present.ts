import type { ObjectKind, TargetObject } from '../../../shared/domain/objects.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import { readable } from './compare.ts';
import type { ApplyPorts, Settlement } from './port.ts';
import { YOUNG_WAITS_MS, type Young } from './young.ts';

/** Objects that are read together at most: what one request tells. */
const FEW = 250;
/** So long, in milliseconds, what was read before a few writes counts as right before each of them; a wave of 200 takes longer when the service slows down. */
const FRESH_MS = 15_000;

/** What of an object an operation writes to. Two operations on different parts do not change what the other one compares. */
type Part = 'values' | 'manager' | 'licences' | 'all';
/** Parts by kind; a kind that is missing looks at nothing before. */
const PART: Partial<Readonly<Record<Operation['kind'], Part>>> = { update: 'values', 'set manager': 'manager', 'clear manager': 'manager', 'set licences': 'licences', delete: 'all' };

/** Present state of objects that are about to be written to. */
export interface Present {
  /** Reads what these operations will compare when it is so little that it comes in one request; more is read wave by wave. */
  foresee(operations: readonly Operation[], ids: ReadonlyMap<string, string>): Promise<void>;
  /** State of the objects of a wave whose before-values matter, by Graph id; what was made just now is waited for. */
  read(wave: readonly Operation[], ids: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, TargetObject>>;
  /** Takes note of what this run made: its state is known. What came back from the recycle bin, or went, changes what others link to. */
  note(settlements: readonly Settlement[]): void;
}

const targetOf = (operation: Operation, ids: ReadonlyMap<string, string>): string | undefined => operation.targetId ?? (operation.sourceId === null ? undefined : ids.get(operation.sourceId));

/** A new object has what its creation carried, and no manager. */
const asMade = ({ objectKind: kind, name, changes }: Operation, id: string): TargetObject => ({
  id, kind, name, deleted: false, links: {}, attributes: Object.fromEntries(changes.filter(readable).flatMap(({ attribute, after }) => (after === null || after.length === 0 ? [] : [[attribute, after] as const]))),
});

/**
 * Makes what reads the values before. A plan of few operations, as that of a cycle of coexistence, is read in one request for all its waves: each part of an object serves for one
 * write, and for a short time only; after that the object is read anew.
 */
export function presentObjects({ tenant, wait, now }: Pick<ApplyPorts, 'tenant' | 'wait' | 'now'>, young: Young, signal?: AbortSignal): Present {
  const known = new Map<string, { readonly object: TargetObject; readonly at: number; readonly used: Set<Part> }>();
  const wanted = (operations: readonly Operation[], ids: ReadonlyMap<string, string>): ReadonlyMap<ObjectKind, ReadonlySet<string>> => {
    const byKind = new Map<ObjectKind, Set<string>>();
    for (const operation of operations) {
      const id = PART[operation.kind] === undefined || operation.service === 'exchange' ? undefined : targetOf(operation, ids);
      if (id === undefined) continue;
      const of = byKind.get(operation.objectKind) ?? new Set<string>();
      byKind.set(operation.objectKind, of.add(id));
    }
    return byKind;
  };
  const total = (byKind: ReadonlyMap<ObjectKind, ReadonlySet<string>>): number => [...byKind.values()].reduce((sum, { size }) => sum + size, 0);
  const ask = async (byKind: ReadonlyMap<ObjectKind, ReadonlySet<string>>): Promise<ReadonlyMap<string, TargetObject>> =>
    (await tenant.readTogether(Object.fromEntries([...byKind].map(([kind, of]) => [kind, [...of]])), signal)).objects;

  return {
    async foresee(operations, ids) {
      known.clear();
      const byKind = wanted(operations, ids);
      if (total(byKind) === 0 || total(byKind) > FEW) return;
      const at = now();
      for (const [id, object] of await ask(byKind)) known.set(id, { object, at, used: new Set() });
    },

    async read(wave, ids) {
      const found = new Map<string, TargetObject>();
      for (const operation of wave) {
        const part = PART[operation.kind];
        const id = targetOf(operation, ids);
        const entry = id === undefined ? undefined : known.get(id);
        if (id === undefined || part === undefined || entry === undefined) continue;
        if (now() - entry.at > FRESH_MS || entry.used.has(part) || entry.used.has('all') || (part === 'all' && entry.used.size > 0)) { known.delete(id); continue; }
        entry.used.add(part);
        found.set(id, entry.object);
      }
      const byKind = new Map([...wanted(wave, ids)].map(([kind, all]) => [kind, new Set([...all].filter((id) => !found.has(id)))] as const));
      if (total(byKind) > 0) for (const [id, object] of await ask(byKind)) found.set(id, object);
      for (const [kind, all] of byKind) {
        // Nothing is taken for gone that was not asked for by its own address; what was made just now is waited for.
        let open = [...all].filter((id) => !found.has(id));
        for (const pause of open.length === 0 ? [] : [0, ...YOUNG_WAITS_MS]) {
          if (pause > 0) await wait(pause, signal);
          for (const [id, object] of await tenant.readByIds(kind, open, signal)) found.set(id, object);
          open = open.filter((id) => !found.has(id) && young.has(id));
          if (open.length === 0) break;
        }
      }
      return found;
    },

    note(settlements) {
      for (const { operation, outcome, targetId } of settlements) {
        // With an object its links come back or go: others have a manager again, or none.
        if (operation.kind === 'restore' || operation.kind === 'delete' || operation.kind === 'purge') known.clear();
        else if (targetId !== null && operation.kind === 'create' && operation.service !== 'exchange' && outcome === 'done') known.set(targetId, { object: asMade(operation, targetId), at: now(), used: new Set() });
      }
    },
  };
}
