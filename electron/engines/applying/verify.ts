import type { ObjectKind, TargetObject } from '../../../shared/domain/objects.ts';
import type { Operation, Reference } from '../../../shared/domain/plans.ts';
import type { Tenant } from '../tenant/index.ts';
import { sameValues } from '../planning/index.ts';
import { readable } from './compare.ts';
import { licencesAt } from './licences.ts';

/** An operation that was applied, with the Graph ids it had. */
export interface VerifyInput { readonly operation: Operation; readonly targetId: string; readonly references: readonly (Reference & { readonly targetId: string })[] }
/** One difference between what was written and what the tenant shows. */
export interface Deviation { readonly targetId: string; readonly name: string; readonly objectKind: ObjectKind; readonly sourceId: string | null; readonly message: string }

/** Is told what was read, so that it need not be read twice. */
export interface VerifyObserver {
  readonly objects: (objects: readonly TargetObject[]) => Promise<void>;
  readonly members: (groupId: string, memberIds: readonly string[]) => Promise<void>;
}

/** Objects, and groups with their members, that are read at once: what goes into one request, fifteen objects or one group a part of it. */
const TOGETHER = { objects: 225, parts: 20, objectsOfPart: 15 } as const;

/**
 * Reads back what a task wrote and lists every difference: attributes, manager, memberships, absence after a delete.
 * Later operations on the same object win over earlier ones. Graph is eventually consistent: the caller may ask again for
 * what deviates.
 * @param look `one by one`: each object is asked for by its own address, which shows the newest state; for the few that deviate.
 */
export async function verifyOperations(tenant: Tenant, applied: readonly VerifyInput[], observer: VerifyObserver, look: 'together' | 'one by one', signal?: AbortSignal): Promise<readonly Deviation[]> {
  const deviations: Deviation[] = [];
  const gone = new Set(applied.filter((a) => a.operation.kind === 'delete' || a.operation.kind === 'purge').map((a) => a.targetId));
  const byObject = Map.groupBy(applied.filter(({ operation: { objectKind } }) => objectKind !== 'contact'), (a) => `${a.operation.objectKind} ${a.targetId}`);
  const wanted = membersWanted(applied, gone);
  const objects = [...byObject.values()];
  const groups = [...wanted.keys()];
  for (let [at, from] = [0, 0]; at < objects.length || from < groups.length;) {
    const some = objects.slice(at, at + TOGETHER.objects);
    const { user = [], group = [] } = Object.groupBy(some.flatMap(([first]) => (first === undefined ? [] : [{ kind: first.operation.objectKind as 'user' | 'group', id: first.targetId }])), ({ kind }) => kind);
    const ids = { user: user.map((one) => one.id), group: group.map((one) => one.id) };
    const rest = TOGETHER.parts - Math.ceil(user.length / TOGETHER.objectsOfPart) - Math.ceil(group.length / TOGETHER.objectsOfPart);
    const membersOf = groups.slice(from, from + rest);
    at += some.length;
    from += membersOf.length;
    const present = look === 'together' ? await tenant.readTogether({ ...ids, membersOf }, signal) : {
      objects: new Map([...await tenant.readByIds('user', ids.user, signal), ...await tenant.readByIds('group', ids.group, signal)]), members: (await tenant.readTogether({ membersOf }, signal)).members,
    };
    await observer.objects([...present.objects.values()]);
    for (const of of some) for (const a of of) deviations.push(...compare(a, present.objects.get(a.targetId), gone));
    for (const [groupId, memberIds] of present.members) {
      await observer.members(groupId, memberIds);
      deviations.push(...compareMembers(groupId, memberIds, wanted.get(groupId), gone));
    }
  }
  return deviations;
}

function compare(applied: VerifyInput, object: TargetObject | undefined, gone: ReadonlySet<string>): Deviation[] {
  const { operation } = applied;
  const says = (message: string): Deviation => ({ targetId: applied.targetId, name: operation.name, objectKind: operation.objectKind, sourceId: operation.sourceId, message });
  if (gone.has(applied.targetId)) return object && (operation.kind === 'delete' || operation.kind === 'purge') ? [says(`"${operation.name}" is still in the tenant.`)] : [];
  if (!object) return [says(`"${operation.name}" was not found in the tenant.`)];
  if (operation.kind === 'set manager' || operation.kind === 'clear manager') {
    const wanted = operation.kind === 'set manager' ? applied.references[0]?.targetId : undefined;
    return object.links['manager']?.[0] === wanted ? [] : [says(`The manager of "${operation.name}" is not the one that was written.`)];
  }
  if (operation.kind === 'set licences') return licencesAt(operation, object) === 'after' ? [] : [says(`The licences of "${operation.name}" are not what was written.`)];
  if (operation.kind !== 'create' && operation.kind !== 'update') return [];
  return operation.changes.filter(readable)
    .filter((c) => !sameValues(operation.objectKind, c.attribute, object.attributes[c.attribute] ?? null, c.after))
    .map((c) => says(`${c.attribute} of "${operation.name}" is not what was written.`));
}

/** Members by group that were added or taken out, the last operation on each counting. */
type WantedMembers = Map<string, { there: boolean; applied: VerifyInput }>;

function membersWanted(applied: readonly VerifyInput[], gone: ReadonlySet<string>): ReadonlyMap<string, WantedMembers> {
  const wanted = new Map<string, WantedMembers>();
  for (const a of applied) {
    if ((a.operation.kind !== 'add members' && a.operation.kind !== 'remove members') || gone.has(a.targetId)) continue;
    const group: WantedMembers = wanted.get(a.targetId) ?? new Map();
    for (const r of a.references) group.set(r.targetId, { there: a.operation.kind === 'add members', applied: a });
    wanted.set(a.targetId, group);
  }
  return wanted;
}

function compareMembers(groupId: string, memberIds: readonly string[], wanted: WantedMembers | undefined, gone: ReadonlySet<string>): Deviation[] {
  const members = new Set(memberIds);
  return [...wanted ?? []].flatMap(([memberId, w]) => (gone.has(memberId) || members.has(memberId) === w.there ? [] : [{
    targetId: groupId, name: w.applied.operation.name, objectKind: 'group' as const, sourceId: w.applied.operation.sourceId, message: `A member of "${w.applied.operation.name}" is ${w.there ? 'missing' : 'still there'}.`,
  }]));
}
