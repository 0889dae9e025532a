import type { Operation } from '../../../shared/domain/plans.ts';
import type { Values } from '../../../shared/domain/objects.ts';
import type { Tenant } from '../tenant/index.ts';
import { findRequest, foundIds } from '../tenant/index.ts';
import { position } from './compare.ts';
import type { ApplyPorts, Intent, Settlement } from './port.ts';

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
 */
export async function findCreated({ operation, at }: Pick<Intent, 'operation' | 'at'>, ports: Pick<ApplyPorts, 'tenant' | 'wait'>, signal?: AbortSignal): Promise<string | undefined | 'several'> {
  const keys = operation.objectKind === 'user' ? ['onPremisesImmutableId', 'userPrincipalName'] : ['mailNickname'];
  for (const pause of LOOK_AGAIN_MS) {
    if (pause > 0) await ports.wait(pause, signal);
    for (const key of keys) {
      const value = valueOf(operation, key);
      if (value === undefined) continue;
      const [answer] = await ports.tenant.send([findRequest(operation.objectKind, key, value)], signal);
      if (answer?.kind !== 'answered' || answer.error) continue;
      const found = foundIds(answer.body);
      if (found.length > 1) return 'several';
      const id = found[0];
      if (id === undefined) continue;
      if (await isOurs(ports.tenant, operation, at, id, signal)) return id;
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

/** Settles an intent whose outcome nobody knows, by looking at the tenant. Null: it did not happen, send it again. */
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
    case 'set manager':
    case 'clear manager': {
      const present = id === null ? undefined : (await ports.tenant.readByIds('user', [id], signal)).get(id);
      const wanted = operation.kind === 'set manager' ? await wantedManager(operation, ports) : undefined;
      return present !== undefined && present.links['manager']?.[0] === wanted ? { ...base, outcome: 'done', references: operation.references.map((r) => ({ ...r, targetId: wanted ?? r.targetId })) } : null;
    }
    case 'add members':
    case 'remove members': {
      if (id === null) return null;
      const members = new Set<string>();
      for await (const group of ports.tenant.readMembers([id], signal)) for (const m of group.memberIds) members.add(m);
      const ids = await ports.ledger.targetIds(operation.references.flatMap((r) => (r.sourceId && !r.targetId ? [r.sourceId] : [])));
      const wanted = operation.references.map((r) => ({ ...r, targetId: r.targetId ?? (r.sourceId ? ids.get(r.sourceId) ?? null : null) }));
      const there = (t: string | null) => t !== null && members.has(t);
      const happened = wanted.filter((r) => there(r.targetId) === (operation.kind === 'add members'));
      // All or nothing for binds: the planner only asked for members that were not there, so what is there now is ours.
      return happened.length === wanted.length ? { ...base, outcome: 'done', references: happened } : null;
    }
    case 'delete': {
      if (id === null) return null;
      return (await ports.tenant.readByIds(operation.objectKind, [id], signal)).get(id) === undefined ? { ...base, outcome: 'done' } : null;
    }
    case 'restore': {
      if (id === null) return null;
      return (await ports.tenant.readByIds(operation.objectKind, [id], signal)).get(id) === undefined ? null : { ...base, outcome: 'done' };
    }
    case 'purge': return null;
  }
}

async function wantedManager(operation: Operation, ports: Pick<ApplyPorts, 'ledger'>): Promise<Values[number] | undefined> {
  const reference = operation.references[0];
  if (!reference) return undefined;
  return reference.targetId ?? (reference.sourceId ? (await ports.ledger.targetIds([reference.sourceId])).get(reference.sourceId) : undefined);
}
