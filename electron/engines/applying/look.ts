import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import type { Values } from '../../../shared/domain/objects.ts';
import type { Tenant } from '../tenant/index.ts';
import { findRequest, foundIds } from '../tenant/index.ts';
import { position } from './compare.ts';
import { licencesAt } from './licences.ts';
import type { ApplyPorts, Intent, Settlement } from './port.ts';
import { withMissing, type Resolved } from './send.ts';

/** Waits between looks, milliseconds: Graph is eventually consistent, a new object may take seconds to be found. */
const LOOK_AGAIN_MS = [0, 500, 2_000, 5_000] as const;

/** How far the clocks of this machine and of the service may differ, milliseconds. */
const CLOCK_SKEW_MS = 10 * 60_000;

const valueOf = (operation: Operation, attribute: string): string | undefined => {
  const change = operation.changes.find((c) => c.attribute === attribute);
  return change?.after?.[0];
};

/**
 * Looks for the object that a create without an answer may have made. A user is found by the source anchor that the create
 * carried, or by its user principal name; a group by its mailNickname. Never by display name, which is not unique.
 * @returns Graph id; undefined when there is none after the last look; `several` when more than one answers to the key.
 * @throws AppError TENANT_UNAVAILABLE (retryable) when nobody could look: "not seen" is no "not there", and a create sent again
 * makes a second security group, which Graph does not refuse.
 */
export async function findCreated({ operation, at }: Pick<Intent, 'operation' | 'at'>, ports: Pick<ApplyPorts, 'tenant' | 'wait'>, signal?: AbortSignal): Promise<string | undefined | 'several'> {
  const keys = operation.objectKind === 'user' ? ['onPremisesImmutableId', 'userPrincipalName'] : ['mailNickname'];
  for (const pause of LOOK_AGAIN_MS) {
    if (pause > 0) await ports.wait(pause, signal);
    // One key is enough: the create carried all of them.
    let looked = false;
    let reason = 'it carries no value that it could be found by';
    for (const key of keys) {
      const value = valueOf(operation, key);
      if (value === undefined) continue;
      const [answer] = await ports.tenant.send([findRequest(operation.objectKind, key, value)], signal);
      if (answer?.kind !== 'answered' || answer.error) {
        reason = answer?.kind === 'answered' ? `the search was refused with status ${answer.status}` : answer?.reason ?? 'no answer';
        continue;
      }
      looked = true;
      const found = foundIds(answer.body);
      if (found.length > 1) return 'several';
      const id = found[0];
      if (id === undefined) continue;
      if (await isOurs(ports.tenant, operation, at, id, signal)) return id;
    }
    if (!looked) {
      throw appError(ErrorCode.TenantUnavailable, `Nobody knows whether "${operation.name}" was created: its answer was lost, and the tenant could not be searched for it (${reason}). It was not sent again. Go on once the tenant answers; then it is looked for first.`, { retryable: true });
    }
  }
  return undefined;
}

/**
 * A key alone proves nothing: somebody else may hold it. The object must carry everything that the create sent and Graph shows,
 * and must not be older than the intent, or an undo would one day delete what somebody else made.
 */
async function isOurs(tenant: Tenant, operation: Operation, intendedAt: number, id: string, signal?: AbortSignal): Promise<boolean> {
  const present = (await tenant.readByIds(operation.objectKind, [id], signal)).get(id);
  if (present === undefined || position(operation, present).at !== 'after') return false;
  const created = Date.parse(present.attributes['createdDateTime']?.[0] ?? '');
  return Number.isNaN(created) || created >= intendedAt - CLOCK_SKEW_MS;
}

/** The members or the manager of an operation that exist in the tenant, with their Graph ids. */
export async function resolveReferences(operation: Operation, { ledger }: Pick<ApplyPorts, 'ledger'>): Promise<readonly Resolved[]> {
  const ids = await ledger.targetIds(operation.references.flatMap((r) => (r.targetId === null && r.sourceId !== null ? [r.sourceId] : [])));
  return resolvedBy(operation, ids);
}

/** As {@link resolveReferences}, with the ids of source objects known already. */
export function resolvedBy(operation: Operation, ids: ReadonlyMap<string, string>): readonly Resolved[] {
  return operation.references.flatMap((reference): Resolved[] => {
    const id = reference.targetId ?? (reference.sourceId === null ? undefined : ids.get(reference.sourceId));
    return id === undefined ? [] : [{ reference: { ...reference, targetId: id }, id }];
  });
}

/** Graph ids of all members of one group; none for a group that is gone. @throws AppError as `Tenant.readMembers`. */
export async function readMembersOf(groupId: string, { tenant }: Pick<ApplyPorts, 'tenant'>, signal?: AbortSignal): Promise<ReadonlySet<string>> {
  const members = new Set<string>();
  for await (const group of tenant.readMembers([groupId], signal)) for (const id of group.memberIds) members.add(id);
  return members;
}

/**
 * Looks which memberships are as an operation wants them, patiently while some are not. The planner only asks for members that
 * are not there (or, for removals, that are), so that after a lost answer these changes are ours.
 * @returns `changed`: as wanted; `rest`: not, after the last look.
 * @throws AppError as `Tenant.readMembers`, when nobody could look.
 */
export async function lookAtMembers({ operation, targetId }: Pick<Intent, 'operation' | 'targetId'>, references: readonly Resolved[], ports: Pick<ApplyPorts, 'tenant' | 'wait'>, signal?: AbortSignal): Promise<{ readonly changed: readonly Resolved[]; readonly rest: readonly Resolved[] }> {
  let seen: { changed: readonly Resolved[]; rest: readonly Resolved[] } = { changed: [], rest: references };
  if (targetId === null) return seen;
  for (const pause of LOOK_AGAIN_MS) {
    if (pause > 0) await ports.wait(pause, signal);
    const members = await readMembersOf(targetId, ports, signal);
    const { changed = [], rest = [] } = Object.groupBy(references, (r) => (members.has(r.id) === (operation.kind === 'add members') ? 'changed' : 'rest'));
    seen = { changed, rest };
    if (rest.length === 0) break;
  }
  return seen;
}

/**
 * Settles an intent whose outcome nobody knows, by looking at the tenant; writes nothing.
 * @returns null when it did not happen, or members were changed only in part: it may be sent again.
 * @throws AppError TENANT_UNAVAILABLE (retryable) and others of the tenant when nobody could look: the intent must stay open.
 */
export async function lookUp(intent: Intent, ports: Pick<ApplyPorts, 'tenant' | 'wait' | 'ledger'>, signal?: AbortSignal): Promise<Settlement | null> {
  const { operation } = intent;
  const base = { intentId: intent.id, operation, targetId: intent.targetId, references: operation.references, message: '' };
  const id = intent.targetId;
  switch (operation.kind) {
    case 'create': {
      const found = await findCreated(intent, ports, signal);
      if (found === undefined) return null;
      if (found === 'several') return { ...base, outcome: 'failed', references: [], message: `More than one object answers to the keys of "${operation.name}"; look at them in the tenant and match by hand.` };
      return { ...base, outcome: 'done', targetId: found, message: 'Found after an answer was lost.' };
    }
    case 'update': {
      const present = id === null ? undefined : (await ports.tenant.readByIds(operation.objectKind, [id], signal)).get(id);
      if (present === undefined) return null;
      return position(operation, present).at === 'after' ? { ...base, outcome: 'done' } : null;
    }
    case 'set licences': {
      const present = id === null ? undefined : (await ports.tenant.readByIds('user', [id], signal)).get(id);
      return present !== undefined && licencesAt(operation, present) === 'after' ? { ...base, outcome: 'done' } : null;
    }
    case 'set manager':
    case 'clear manager': {
      const present = id === null ? undefined : (await ports.tenant.readByIds('user', [id], signal)).get(id);
      const wanted = operation.kind === 'set manager' ? await wantedManager(operation, ports) : undefined;
      return present !== undefined && present.links['manager']?.[0] === wanted ? { ...base, outcome: 'done', references: operation.references.map((r) => ({ ...r, targetId: wanted ?? r.targetId })) } : null;
    }
    case 'add members':
    case 'remove members': {
      const references = await resolveReferences(operation, ports);
      if (id === null || references.length === 0) return null;
      const { rest } = await lookAtMembers(intent, references, ports, signal);
      return rest.length === 0 ? withMissing({ ...base, outcome: 'done', references: references.map((r) => r.reference) }, references) : null;
    }
    case 'delete': {
      if (id === null) return null;
      return (await ports.tenant.readByIds(operation.objectKind, [id], signal)).get(id) === undefined ? { ...base, outcome: 'done' } : null;
    }
    case 'restore': {
      if (id === null) return null;
      return (await ports.tenant.readByIds(operation.objectKind, [id], signal)).get(id) === undefined ? null : { ...base, outcome: 'done' };
    }
    // Exchange Online alone has permissions on mailboxes.
    case 'add permissions': case 'remove permissions': case 'purge': return null;
  }
}

async function wantedManager(operation: Operation, ports: Pick<ApplyPorts, 'ledger'>): Promise<Values[number] | undefined> {
  const reference = operation.references[0];
  if (!reference) return undefined;
  return reference.targetId ?? (reference.sourceId ? (await ports.ledger.targetIds([reference.sourceId])).get(reference.sourceId) : undefined);
}
