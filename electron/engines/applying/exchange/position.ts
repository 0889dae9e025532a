import type { ObjectKind, TargetObject, Values } from '../../../../shared/domain/objects.ts';
import type { AttributeChange, Operation } from '../../../../shared/domain/plans.ts';
import { targetAttribute } from '../../../../shared/rules/target-attributes.ts';
import { sameValues } from '../../planning/index.ts';
import { addressDelta, listDelta, primaryDrifted } from '../../tenant/index.ts';

const aboutOf = ({ objectKind, recipient }: Operation, attribute: string) => targetAttribute(objectKind, attribute, recipient === undefined ? 'exchange' : 'graph');

/** Changed value by value, as addresses are: owners of groups, and lists of senders. */
const isList = (operation: Operation, attribute: string): boolean => { const about = aboutOf(operation, attribute); return attribute === 'managedBy' || (about?.names !== undefined && about.type === 'texts'); };

const initialOf = (operation: Operation, attribute: string) => { const initial = aboutOf(operation, attribute)?.initial; return initial === undefined ? null : [initial]; };

/** The value before a change; what a new object has without being told when the plan saw none. */
export function valueBefore(operation: Operation, change: AttributeChange): AttributeChange['before'] {
  return change.before ?? initialOf(operation, change.attribute);
}

function isAfter(operation: Operation, change: AttributeChange, present: TargetObject): boolean {
  const now = present.attributes[change.attribute] ?? null;
  if (isList(operation, change.attribute)) {
    const there = new Set((now ?? []).map((v) => v.toLowerCase()));
    const { add, remove } = listDelta(change.before, change.after);
    return add.every((v) => there.has(v.toLowerCase())) && !remove.some((v) => there.has(v.toLowerCase()));
  }
  if (change.attribute !== 'proxyAddresses') return sameValues(operation.objectKind, change.attribute, now, change.after);
  const { add, remove } = addressDelta(now ?? [], change.before, change.after);
  return add.length + remove.length === 0 && !primaryDrifted(now ?? [], change.before, change.after);
}

function isBefore(operation: Operation, change: AttributeChange, present: TargetObject): boolean {
  const now = present.attributes[change.attribute] ?? null;
  // Whom others add in between stays.
  if (isList(operation, change.attribute)) return true;
  if (change.attribute === 'proxyAddresses') return !primaryDrifted(now ?? [], change.before, change.after);
  return sameValues(operation.objectKind, change.attribute, now, valueBefore(operation, change));
}

/** Changes of an operation that the object shows already. */
export function writtenOf(operation: Operation, present: TargetObject): readonly AttributeChange[] {
  return operation.changes.filter((change) => isAfter(operation, change, present));
}

/**
 * Where an object of Exchange Online stands relative to an update. Of addresses only those count that the operation adds or removes,
 * and which is the primary one: what others add in between is no drift and stays.
 */
export function exchangePosition(operation: Operation, present: TargetObject): { readonly at: 'after' | 'before' | 'elsewhere'; readonly differing: readonly AttributeChange[] } {
  const open = operation.changes.filter((change) => !isAfter(operation, change, present));
  if (open.length === 0) return { at: 'after', differing: [] };
  const differing = open.filter((change) => !isBefore(operation, change, present));
  return { at: differing.length === 0 ? 'before' : 'elsewhere', differing };
}

/** The list after a change of addresses: those of others stay, and so does their primary one where the change names none. */
function addressesAfter(now: Values, { before, after }: AttributeChange): Values {
  const { add, remove } = addressDelta(now, before, after);
  const moved = add.find((value) => value.startsWith('SMTP:'));
  const gone = new Set([...remove, ...(moved === undefined ? [] : [moved])].map((value) => value.toLowerCase()));
  const rest = now.filter((value) => !gone.has(value.toLowerCase())).map((value) => (moved !== undefined && value.startsWith('SMTP:') ? `smtp:${value.slice(5)}` : value));
  return [...add, ...rest];
}

function namesAfter(now: Values, { before, after }: AttributeChange): Values {
  const { add, remove } = listDelta(before, after);
  const [there, gone] = [now, remove].map((list) => new Set(list.map((value) => value.toLowerCase())));
  return [...now.filter((value) => !gone?.has(value.toLowerCase())), ...add.filter((value) => !there?.has(value.toLowerCase()))];
}

/**
 * An update with its lists as they were found and as they will be: what others added or took out since the plan was made was so before the
 * task, also where the plan wanted the same, and the way back leaves it so. Addresses of an object that the plan makes are left as planned.
 */
export function asFound(operation: Operation, present: TargetObject): Operation {
  if (operation.kind !== 'update') return operation;
  const changes = operation.changes.map((change): AttributeChange => {
    const { attribute, before, after } = change;
    const isAddresses = attribute === 'proxyAddresses';
    if (isAddresses ? before === null : !isList(operation, attribute)) return change;
    const now = present.attributes[attribute] ?? [];
    if (sameValues(operation.objectKind, attribute, now, before)) return change;
    const will = isAddresses ? addressesAfter(now, change) : namesAfter(now, change);
    return { ...change, before: now.length === 0 ? null : now, after: will.length === 0 && after === null ? null : will };
  });
  return { ...operation, changes };
}

/** Addresses by which operations know the recipients that they name; the last operation's come first. */
export function namesOf(operations: readonly Pick<Operation, 'objectKind' | 'changes'>[]): Values {
  return [...new Set(operations.toReversed().flatMap(({ objectKind, changes }) => changes.flatMap(({ attribute, after, before }) => (attribute === 'managedBy' || aboutNames(objectKind, attribute) ? [...after ?? [], ...before ?? []] : []))))];
}

const aboutNames = (kind: ObjectKind, attribute: string): boolean => targetAttribute(kind, attribute, kind === 'user' ? 'graph' : 'exchange')?.names !== undefined;
