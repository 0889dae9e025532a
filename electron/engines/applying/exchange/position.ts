import type { TargetObject } from '../../../../shared/domain/objects.ts';
import type { AttributeChange, Operation } from '../../../../shared/domain/plans.ts';
import { targetAttribute } from '../../../../shared/rules/target-attributes.ts';
import { sameValues } from '../../planning/index.ts';
import { addressDelta, listDelta, primaryDrifted } from '../../tenant/index.ts';

/** Changed value by value, as addresses are. */
const OWNERS = 'managedBy';

const initialOf = (operation: Operation, attribute: string) => { const initial = targetAttribute(operation.objectKind, attribute, 'exchange')?.initial; return initial === undefined ? null : [initial]; };

/** The value before a change; what a new object has without being told when the plan saw none. */
export function valueBefore(operation: Operation, change: AttributeChange): AttributeChange['before'] {
  return change.before ?? initialOf(operation, change.attribute);
}

function isAfter(operation: Operation, change: AttributeChange, present: TargetObject): boolean {
  const now = present.attributes[change.attribute] ?? null;
  if (change.attribute === OWNERS) {
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
  // Owners that others add in between stay owners.
  if (change.attribute === OWNERS) return true;
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
