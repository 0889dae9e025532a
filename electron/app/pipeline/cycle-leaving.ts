import type { OutOfScope } from '../../../shared/domain/coexistence.ts';
import { AppError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { TargetObject } from '../../../shared/domain/objects.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import { owningService } from '../../../shared/rules/target-attributes.ts';
import type { CollectionRecord, LeftObject } from '../../store/index.ts';
import { limitsInForce } from '../guard-limits.ts';
import { heldOf } from '../holds.ts';
import type { Services } from '../services.ts';
import type { SynchroniseSettings } from './task-settings.ts';

/** What becomes of one object that left: an operation, or nothing in the tenant with the reason. */
export type Treatment = { readonly operation: Omit<Operation, 'id' | 'seq'> } | { readonly operation: null; readonly reason: string };

const what = ({ missing }: LeftObject): string => (missing ? 'It is no longer in Active Directory' : 'It left the collection');

/**
 * What the collection says of an object that left it: keep and unlink write nothing; accounts are disabled; any object is deleted. Groups and
 * contacts cannot be disabled and are kept.
 * @param target its match in the tenant as read last; undefined: it is not there any more.
 */
export function treatmentOf(left: LeftObject, target: TargetObject | undefined, policy: OutOfScope): Treatment {
  if (target === undefined || target.deleted) return { operation: null, reason: `${what(left)}, and so has its object in Microsoft 365.` };
  if (left.taken === true) return { operation: null, reason: `${what(left)}; its object in Microsoft 365 is the match of another object by now, or in conflict with one, and is left as it is.` };
  const base = {
    service: owningService(target.kind, target.attributes), objectKind: target.kind, sourceId: left.sourceId, targetId: target.id, name: left.name, references: [], previous: [],
  };
  if (policy === 'keep') return { operation: null, reason: `${what(left)}; its object in Microsoft 365 is left as it is.` };
  if (policy === 'unlink') return { operation: null, reason: `${what(left)}; its match was broken, and its object in Microsoft 365 is left as it is.` };
  if (policy === 'delete') return { operation: { ...base, kind: 'delete', changes: [] } };
  if (target.kind !== 'user') return { operation: null, reason: `${what(left)}; a ${target.kind} cannot be disabled, so its object in Microsoft 365 is left as it is.` };
  if (target.attributes['accountEnabled']?.[0]?.toLowerCase() === 'false') return { operation: null, reason: `${what(left)}; its account in Microsoft 365 is disabled already.` };
  return {
    operation: {
      ...base, kind: 'update',
      changes: [{ attribute: 'accountEnabled', before: target.attributes['accountEnabled'] ?? null, after: ['false'], provenance: { ruleId: null, source: '', reason: `${what(left)}; coexistence of the collection disables such accounts` }, reversible: true }],
    },
  };
}

/** Objects that left, each with its treatment. Those that are held, or wait after a failure, are left for later. @param among absent: all that left are looked for. */
export async function treatLeft(services: Pick<Services, 'store'>, collection: Pick<CollectionRecord, 'id' | 'pairId'>, { settings: { outOfScope }, only }: Pick<SynchroniseSettings, 'only'> & { readonly settings: { readonly outOfScope: OutOfScope } }, waiting: ReadonlySet<string>, among?: readonly string[]): Promise<readonly { readonly left: LeftObject; readonly treatment: Treatment }[]> {
  const { store } = services;
  if (only === 'drift') return [];
  const all = await store.coexistence.left(collection.id, among);
  const { objects: held } = await heldOf(store, collection.pairId, all.map((left) => left.sourceId));
  const due = all.filter((left) => !held.has(left.sourceId) && !waiting.has(left.sourceId));
  const targets = await store.targets.getMany(collection.pairId, due.map((left) => left.targetId), 'without links');
  return due.map((left) => ({ left, treatment: treatmentOf(left, targets.get(left.targetId), outOfScope) }));
}

/**
 * Breaking matches writes nothing to the tenant, so that no plan shows it; as many as the guard would not let be deleted are refused all the same.
 * @throws AppError GUARD_STOPPED.
 */
export async function requireFewUnlinked(services: Pick<Services, 'store'>, collection: Pick<CollectionRecord, 'id' | 'pairId' | 'name'>, policy: OutOfScope, unlinked: number, members: number): Promise<void> {
  if (policy !== 'unlink') return;
  const { limits: { deletes: { count, percent } } } = await limitsInForce(services.store, { pairId: collection.pairId, collectionId: collection.id });
  if (unlinked <= count || unlinked * 100 <= percent * members) return;
  throw new AppError({ code: ErrorCode.GuardStopped, retryable: true, message: `${unlinked} objects left "${collection.name}" at once, and their matches would be broken; the limit is that of deletes, ${count} and ${percent}% of ${members} objects. Nothing was written; look at the scope of the collection, or raise the limit.` });
}
