import type { SourceObject } from '../../../shared/domain/objects.ts';
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
  without(source: Pick<SourceObject, 'id' | 'name'>, mapped: MappedObject): MappedObject;
}

const MEMBERS = 'members';

/**
 * What is held as the plan of a task of this kind has to heed it. Holds stand against coexistence only: a migration is a person's decision itself.
 * Members of groups whose membership is written back to the directory are written to the tenant by neither, or each side would undo the other.
 */
export function createHeldValues(store: Pick<Repositories, 'holds' | 'writeBack'>, pairId: string, kind: TaskKind): HeldValues {
  const objects = new Set<string>();
  const attributes = new Map<string, ReadonlySet<string>>();
  let writtenBack: ReadonlySet<string> | null = null;
  const follows = (id: string): boolean => writtenBack?.has(id) === true;
  return {
    async prepare(ids) {
      writtenBack ??= await store.writeBack.ofPair(pairId);
      if (kind !== 'Synchronise') return;
      const held = await heldOf(store, pairId, ids);
      for (const id of held.objects) objects.add(id);
      for (const [id, names] of held.attributes) attributes.set(id, names);
    },
    isHeld: (id) => objects.has(id),
    holds: (id, attribute) => objects.has(id) || attributes.get(id)?.has(attribute.toLowerCase()) === true || (attribute === MEMBERS && follows(id)),
    without(source, mapped) {
      const held = attributes.get(source.id);
      const rest = held === undefined ? mapped : withoutAttributes(mapped, (name) => held.has(name.toLowerCase()));
      return follows(source.id) && rest.links.members !== undefined ? withMembersOfTenant(source, rest) : rest;
    },
  };
}

/** A group without its members, and with the sentence that says why. */
function withMembersOfTenant({ id, name: group }: Pick<SourceObject, 'id' | 'name'>, mapped: MappedObject): MappedObject {
  const rest = withoutAttributes(mapped, (name) => name === MEMBERS);
  return { ...rest, problems: [...rest.problems, { sourceId: id, name: group, attribute: MEMBERS, value: '', rule: 'membership written back', severity: 'warning', proposal: null, message: 'Its members are those of Microsoft 365 and are written back to Active Directory; they are not written the other way.' }] };
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
