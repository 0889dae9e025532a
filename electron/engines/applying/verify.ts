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

const CHUNK = 500;

/**
 * Reads back what a task wrote and lists every difference: attributes, manager, memberships, absence after a delete.
 * Later operations on the same object win over earlier ones. Graph is eventually consistent: the caller may ask again for
 * what deviates.
 */
export async function verifyOperations(tenant: Tenant, applied: readonly VerifyInput[], observer: VerifyObserver, signal?: AbortSignal): Promise<readonly Deviation[]> {
  const deviations: Deviation[] = [];
  const gone = new Set(applied.filter((a) => a.operation.kind === 'delete' || a.operation.kind === 'purge').map((a) => a.targetId));
  for (const kind of ['user', 'group'] as const) {
    const mine = applied.filter((a) => a.operation.objectKind === kind);
    const ids = [...new Set(mine.map((a) => a.targetId))];
    for (let i = 0; i < ids.length; i += CHUNK) {
      const part = ids.slice(i, i + CHUNK);
      const present = await tenant.readByIds(kind, part, signal);
      await observer.objects([...present.values()].flatMap((o) => o ?? []));
      const wanted = new Set(part);
      for (const a of mine) if (wanted.has(a.targetId)) deviations.push(...compare(a, present.get(a.targetId), gone));
    }
  }
  deviations.push(...await compareMembers(tenant, applied, gone, observer, signal));
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

async function compareMembers(tenant: Tenant, applied: readonly VerifyInput[], gone: ReadonlySet<string>, observer: VerifyObserver, signal?: AbortSignal): Promise<Deviation[]> {
  const wanted = new Map<string, Map<string, { there: boolean; applied: VerifyInput }>>();
  for (const a of applied) {
    if ((a.operation.kind !== 'add members' && a.operation.kind !== 'remove members') || gone.has(a.targetId)) continue;
    const group = wanted.get(a.targetId) ?? new Map<string, { there: boolean; applied: VerifyInput }>();
    for (const r of a.references) group.set(r.targetId, { there: a.operation.kind === 'add members', applied: a });
    wanted.set(a.targetId, group);
  }
  const deviations: Deviation[] = [];
  if (wanted.size === 0) return deviations;
  for await (const { groupId, memberIds } of tenant.readMembers([...wanted.keys()], signal)) {
    await observer.members(groupId, memberIds);
    const members = new Set(memberIds);
    for (const [memberId, w] of wanted.get(groupId) ?? []) {
      if (gone.has(memberId) || members.has(memberId) === w.there) continue;
      deviations.push({ targetId: groupId, name: w.applied.operation.name, objectKind: 'group', sourceId: w.applied.operation.sourceId, message: `A member of "${w.applied.operation.name}" is ${w.there ? 'missing' : 'still there'}.` });
    }
  }
  return deviations;
}
