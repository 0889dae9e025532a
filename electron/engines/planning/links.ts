import type { SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import { MAILBOX_PERMISSIONS, type AttributeChange, type Finding, type MailboxPermission, type Operation, type RecipientPart, type Reference, type UnresolvedReference } from '../../../shared/domain/plans.ts';
import { WAITING_REASONS } from '../../../shared/domain/references.ts';
import type { MappedLink, MappedObject } from '../mapping/index.ts';
import { attributeCode } from '../../../shared/rules/agreed.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';
import { presentValues, sameValues } from './diff.ts';
import { agree, divideChanges, divideMembers, originOf, type Agreeing, type Baseline, type Drift } from './drift.ts';
import type { PlannerContext } from './types.ts';

/** Members in one request: at most 20 binds (Graph documentation, "Add members"). */
export const MEMBERS_PER_OPERATION = 20;

/** Links of one object. */
export interface QueuedLinks {
  readonly source: Pick<SourceObject, 'id' | 'name' | 'kind'>;
  readonly target: TargetObject | null;
  readonly links: MappedObject['links'];
  /** Attributes that name recipients. */
  readonly naming?: MappedObject['naming'];
  /** What an object that Graph keeps is to Exchange Online. */
  readonly recipient?: RecipientPart | null;
  /** The service that keeps the object and writes its members. */
  readonly service: 'graph' | 'exchange';
  /** What coexistence agreed on before, and where it notes what is agreed on now. */
  readonly baseline?: Baseline | undefined;
  readonly agreeing?: Agreeing | undefined;
}

/** Operations and leftovers of one object's links. */
export interface PlannedLinks {
  readonly operations: readonly Operation[];
  readonly unresolved: readonly UnresolvedReference[];
  readonly notes: readonly Finding[];
  readonly drift: readonly Drift[];
}

/** Cuts references into lists that one operation can carry. */
export function chunkReferences(references: readonly Reference[]): readonly (readonly Reference[])[] {
  return Array.from({ length: Math.ceil(references.length / MEMBERS_PER_OPERATION) }, (_, i) => references.slice(i * MEMBERS_PER_OPERATION, (i + 1) * MEMBERS_PER_OPERATION));
}

function operation(queued: QueuedLinks, context: PlannerContext, kind: Operation['kind'], references: readonly Reference[], previous: readonly Reference[]): Operation {
  return {
    id: context.newId(), seq: 0, kind, service: queued.service, objectKind: queued.source.kind, sourceId: queued.source.id, targetId: queued.target?.id ?? null,
    name: queued.source.name, changes: [], references, previous,
  };
}

function planMembers(queued: QueuedLinks, members: readonly Reference[], context: PlannerContext, drift: Drift[]): Operation[] {
  const present = new Set(queued.target?.links['members'] ?? []);
  const wanted = new Map<string, Reference>();
  for (const member of members) {
    if (member.targetId !== null && present.has(member.targetId)) continue;
    wanted.set(member.targetId ?? `source ${member.sourceId}`, member);
  }
  const { baseline, agreeing } = queued;
  if (baseline !== undefined) {
    const names = new Map(members.flatMap(({ targetId, name }) => (targetId === null ? [] : [[targetId, name] as const])));
    const divided = divideMembers({ present, wanted: new Set(names.keys()), kept: new Set(queued.links.membersKept ?? []), isKnown: (id) => context.knownTarget?.(id, queued.source.id) === true }, baseline);
    const named = (values: readonly string[]): readonly string[] => values.map((id) => names.get(id) ?? id);
    drift.push(...divided.drift.map((one) => ({ ...one, attribute: 'members', expected: named(one.expected) })));
    if (agreeing !== undefined) agreeing.members = divided.agreed;
    const added = [...wanted.values()].filter(({ targetId }) => targetId === null || divided.add.has(targetId));
    return [
      ...chunkReferences(added).map((chunk) => operation(queued, context, 'add members', chunk, [])),
      ...chunkReferences(divided.remove.map((id) => ({ sourceId: null, targetId: id, name: id }))).map((chunk) => operation(queued, context, 'remove members', chunk, [])),
    ];
  }
  const additions = chunkReferences([...wanted.values()]).map((chunk) => operation(queued, context, 'add members', chunk, []));
  if ((context.removeMembers ?? 'never') === 'never') return additions;
  const kept = new Set([...members.flatMap((member) => member.targetId ?? []), ...queued.links.membersKept ?? []]);
  const surplus = [...present].filter((id) => !kept.has(id) && context.knownTarget?.(id, queued.source.id) === true).map((id) => ({ sourceId: null, targetId: id, name: id }));
  return [...additions, ...chunkReferences(surplus).map((chunk) => operation(queued, context, 'remove members', chunk, []))];
}

function planManager(queued: QueuedLinks, manager: Reference | null, context: PlannerContext): Operation[] {
  const current = queued.target?.links['manager']?.[0];
  // The recycle bin does not show managers; applying fills in what it finds after restoring.
  const previous = current !== undefined ? [{ sourceId: null, targetId: current, name: current }] : queued.target?.deleted ? [{ sourceId: null, targetId: null, name: 'not known before it is restored' }] : [];
  if (manager === null) return current === undefined ? [] : [operation(queued, context, 'clear manager', [], previous)];
  return manager.targetId !== null && manager.targetId === current ? [] : [operation(queued, context, 'set manager', [manager], previous)];
}

/** The manager, unless others gave another one and that is left. */
function keepManager(queued: QueuedLinks, manager: Reference | null, context: PlannerContext, drift: Drift[]): Operation[] {
  const { source: { kind }, target, baseline, agreeing } = queued;
  const wanted = manager === null ? null : manager.targetId;
  // Who is made by this plan has no id yet: it is agreed on when it is seen.
  if (agreeing !== undefined && (manager === null || wanted !== null)) agree(agreeing, kind, 'manager', wanted === null ? null : [wanted]);
  const operations = planManager(queued, manager, context);
  const agreed = baseline?.values?.get(attributeCode('manager'));
  if (operations.length === 0 || baseline === undefined || target?.deleted === true) return operations;
  const present = target?.links['manager'] ?? null;
  const origin = originOf(kind, 'manager', present, wanted === null ? null : [wanted], agreed);
  const left = origin === 'others' && baseline.treatment('manager', '') === 'left';
  if (origin !== 'source') drift.push({ attribute: 'manager', item: '', expected: manager === null ? [] : [manager.name], actual: present ?? [], left });
  return left ? [] : operations;
}

/**
 * Plans the links of one object. References to objects that neither exist in the tenant nor are created by this plan are
 * unresolved: they are healed when the other object has been migrated.
 * @param created sources that the plan creates or restores.
 */
export function planLinks(queued: QueuedLinks, created: Pick<ReadonlySet<string>, 'has'>, context: PlannerContext): PlannedLinks {
  const unresolved: UnresolvedReference[] = [];
  /** The reference as an operation carries it, or null when it has to wait. */
  const reach = (attribute: string, { dn, onCreation, sourceId, targetId, name }: Omit<MappedLink, 'attribute'>): Reference | null => {
    if (targetId !== null || (sourceId !== null && created.has(sourceId))) return { sourceId, targetId, name };
    unresolved.push({ sourceId: queued.source.id, attribute, dn, reason: WAITING_REASONS.notCreated, ...(onCreation === true ? { onCreation } : {}) });
    return null;
  };
  const operations: Operation[] = [];
  const notes: Finding[] = [];
  const drift: Drift[] = [];
  const { manager, members } = queued.links;
  if (manager === null) operations.push(...keepManager(queued, null, context, drift));
  else if (manager !== undefined) {
    const reached = reach('manager', manager);
    if (reached !== null) operations.push(...keepManager(queued, reached, context, drift));
  }
  if (members !== undefined) {
    const writable = members.flatMap((member) => reach('member', member) ?? []);
    // Members of a group in the recycle bin cannot be read; adding those that come back with it changes nothing.
    if (queued.target !== null && !queued.target.deleted && queued.target.links['members'] === undefined) {
      notes.push({
        sourceId: queued.source.id, name: queued.source.name, attribute: 'members', value: '', rule: 'planning', severity: 'warning', proposal: null,
        message: `The members of ${queued.target.name} in the tenant were not read, so its membership is left as it is.`,
      });
    } else operations.push(...planMembers(queued, writable, context, drift));
  }
  for (const permission of MAILBOX_PERMISSIONS) operations.push(...planPermission(queued, permission, (queued.links.permissions?.[permission] ?? []).flatMap(({ attribute, ...holder }) => reach(attribute ?? permission, holder) ?? []), context));
  operations.push(...planNaming(queued, context, drift));
  return { operations, unresolved, notes, drift };
}

/** Gives what is missing and takes nothing away: others may have given more. What the mailbox shows is read through Exchange Online; without it everything is given, and what is there already changes nothing. */
function planPermission(queued: QueuedLinks, permission: MailboxPermission, holders: readonly Reference[], context: PlannerContext): Operation[] {
  const present = new Set(queued.target?.links[permission] ?? []);
  const missing = new Map(holders.flatMap((holder) => (holder.targetId !== null && present.has(holder.targetId) ? [] : [[holder.targetId ?? `source ${holder.sourceId}`, holder] as const])));
  return chunkReferences([...missing.values()]).map((chunk) => ({ ...operation(queued, context, 'add permissions', chunk, []), service: 'exchange', permission }));
}

/** Adds the names that are missing and takes none away: others may have named more. A single name is replaced. */
function planNaming(queued: QueuedLinks, context: PlannerContext, drift: Drift[]): Operation[] {
  const { source: { kind }, target, service, recipient = null } = queued;
  const wanted = [...queued.naming ?? []].flatMap(([attribute, { values, provenance }]): AttributeChange[] => {
    const before = target === null ? null : presentValues(target, attribute);
    const known = new Set((before ?? []).map((one) => one.toLowerCase()));
    const after = targetAttribute(kind, attribute, service)?.type === 'texts' ? [...before ?? [], ...(values ?? []).filter((one) => !known.has(one.toLowerCase()))] : values ?? [];
    if (queued.agreeing !== undefined) agree(queued.agreeing, kind, attribute, after);
    return sameValues(kind, attribute, before, after) ? [] : [{ attribute, before, after, provenance, reversible: true }];
  });
  const { changes, drift: found } = divideChanges(kind, wanted, queued.baseline);
  drift.push(...found);
  return changes.length === 0 ? [] : [{ ...operation(queued, context, 'update', [], []), service: 'exchange', changes, ...(recipient === null ? {} : { recipient }) }];
}
