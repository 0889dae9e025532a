import { AppError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { ObjectKind, TargetObject } from '../../../shared/domain/objects.ts';
import type { StandingWrite } from '../../engines/planning/index.ts';
import type { OpenedTenant } from '../../engines/tenant/index.ts';
import type { Services } from '../services.ts';
import { tenantView } from './tenant-view.ts';
import { holdersAtExchange, partsAtExchange, presentAtExchange } from './present-exchange.ts';

/** The tenant as a way back needs it. */
export interface PresentState {
  /** By Graph id, with members of groups; undefined: gone for good. */
  readonly objects: ReadonlyMap<string, TargetObject | undefined>;
  /** Managers and members that the journal speaks of and that are not in the tenant, or only in its recycle bin. */
  readonly gone: ReadonlySet<string>;
  /** Federated domains in lower case. */
  readonly federated: ReadonlySet<string>;
}

const HOLDING: ReadonlySet<string> = new Set(['create', 'restore', 'add members', 'remove members']);

/** Reads the present state of every object that the journal speaks about, with members of the groups and the recycle bin. */
export async function presentState(services: Services, pairId: string, tenant: OpenedTenant, writes: readonly StandingWrite[], signal: AbortSignal): Promise<PresentState> {
  const objects = new Map<string, TargetObject | undefined>();
  for (const kind of ['user', 'group'] as const) {
    const ids = [...new Set(writes.filter((e) => e.operation.objectKind === kind).map((e) => e.targetId))];
    if (ids.length === 0) continue;
    for (const [id, object] of await tenant.readByIds(kind, ids, signal)) objects.set(id, object);
    const missing = new Set(ids.filter((id) => objects.get(id) === undefined));
    if (missing.size === 0) continue;
    for await (const page of tenant.readDeleted(kind, signal)) for (const object of page) if (missing.has(object.id)) objects.set(object.id, object);
  }
  // Members of a group that the task made matter also when it added none: others may have.
  const groups = [...new Set(writes.filter((e) => e.operation.objectKind === 'group' && HOLDING.has(e.operation.kind)).map((e) => e.targetId))].filter((id) => objects.get(id)?.deleted === false);
  for await (const { groupId, memberIds } of tenant.readMembers(groups, signal)) {
    const group = objects.get(groupId);
    if (group) objects.set(groupId, { ...group, links: { ...group.links, members: memberIds } });
  }
  for (const [id, object] of await presentAtExchange(tenant.exchange, writes, signal)) objects.set(id, object);
  for (const [id, attributes] of await partsAtExchange(tenant.exchange, writes, signal)) {
    const object = objects.get(id);
    if (object && attributes) objects.set(id, { ...object, attributes: { ...object.attributes, ...attributes } });
  }
  for (const [id, holders] of await holdersAtExchange(tenant.exchange, writes, signal)) {
    const mailbox = objects.get(id);
    if (mailbox) objects.set(id, { ...mailbox, links: { ...mailbox.links, ...holders } });
  }
  return { objects, gone: await goneReferences(tenant, writes, objects, signal), federated: await federatedDomains(services, pairId, tenant, signal) };
}

/** Whom the way back would refer to, or compare with, and who is not there: managers, and members that were taken out. */
async function goneReferences(tenant: OpenedTenant, writes: readonly StandingWrite[], objects: PresentState['objects'], signal: AbortSignal): Promise<ReadonlySet<string>> {
  const managers = writes.filter((e) => e.operation.kind === 'set manager' || e.operation.kind === 'clear manager').flatMap((e) => [...(e.references ?? []), ...e.operation.previous]);
  const members = writes.filter((e) => e.operation.kind === 'remove members').flatMap((e) => e.references ?? []);
  const ids = [...new Set([...managers, ...members].flatMap((reference) => reference.targetId ?? []))];
  const there = new Set(ids.filter((id) => objects.get(id)?.deleted === false));
  for (const kind of ['user', 'group', 'contact'] as const satisfies readonly ObjectKind[]) {
    const unknown = ids.filter((id) => !there.has(id));
    if (unknown.length > 0) for (const [id, object] of await tenant.readByIds(kind, unknown, signal)) if (object?.deleted === false) there.add(id);
  }
  return new Set(ids.filter((id) => !there.has(id)));
}

/** Federated domains as the tenant says now; as it was read last when this sign-in may not ask. */
async function federatedDomains(services: Services, pairId: string, tenant: OpenedTenant, signal: AbortSignal): Promise<ReadonlySet<string>> {
  try {
    return new Set((await tenant.domains(signal)).filter((domain) => domain.federated).map((domain) => domain.name.toLowerCase()));
  } catch (error) {
    if (!(error instanceof AppError) || error.data.code !== ErrorCode.Forbidden) throw error;
    return (await tenantView(services, pairId)).federated;
  }
}
