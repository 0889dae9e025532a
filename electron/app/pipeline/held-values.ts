import type { TaskKind } from '../../../shared/domain/statuses.ts';
import type { MappedObject } from '../../engines/mapping/index.ts';
import type { Repositories } from '../../store/index.ts';
import { heldOf } from '../holds.ts';

/** What a plan of coexistence leaves alone because it is held. Memory: what is held of the objects that were asked about. */
export interface HeldValues {
  /** Looks up what of these objects is held; the other questions are about objects that were looked up. */
  prepare(ids: readonly string[]): Promise<void>;
  /** True for an object that is held as a whole. */
  isHeld(id: string): boolean;
  /** True for an object that is held as a whole or in this attribute. */
  holds(id: string, attribute: string): boolean;
  /** The desired state without what is held: values, links and what would be said about them. */
  without(id: string, mapped: MappedObject): MappedObject;
}

/** Nobody's decision stands against a migration: it is one itself. */
const NOTHING_HELD: HeldValues = { prepare: async () => {}, isHeld: () => false, holds: () => false, without: (_, mapped) => mapped };

/** What is held as the plan of a task of this kind has to heed it: only coexistence leaves things alone. */
export function createHeldValues(store: Pick<Repositories, 'holds'>, pairId: string, kind: TaskKind): HeldValues {
  if (kind !== 'Synchronise') return NOTHING_HELD;
  const objects = new Set<string>();
  const attributes = new Map<string, ReadonlySet<string>>();
  return {
    async prepare(ids) {
      const held = await heldOf(store, pairId, ids);
      for (const id of held.objects) objects.add(id);
      for (const [id, names] of held.attributes) attributes.set(id, names);
    },
    isHeld: (id) => objects.has(id),
    holds: (id, attribute) => objects.has(id) || attributes.get(id)?.has(attribute.toLowerCase()) === true,
    without(id, mapped) {
      const held = attributes.get(id);
      return held === undefined ? mapped : withoutAttributes(mapped, (name) => held.has(name.toLowerCase()));
    },
  };
}

function withoutAttributes(mapped: MappedObject, isHeld: (name: string) => boolean): MappedObject {
  const rest = <T>(values: ReadonlyMap<string, T>): ReadonlyMap<string, T> => new Map([...values].filter(([name]) => !isHeld(name)));
  const { permissions, ...links } = mapped.links;
  return {
    ...mapped, values: rest(mapped.values), ...(mapped.naming === undefined ? {} : { naming: rest(mapped.naming) }),
    links: {
      ...Object.fromEntries(Object.entries(links).filter(([name]) => !isHeld(name))),
      ...(permissions === undefined ? {} : { permissions: Object.fromEntries(Object.entries(permissions).filter(([name]) => !isHeld(name))) }),
    },
    unresolved: mapped.unresolved.filter((one) => !isHeld(one.attribute)), problems: mapped.problems.filter((one) => !isHeld(one.attribute)),
  };
}
