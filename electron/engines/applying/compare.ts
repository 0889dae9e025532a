import type { TargetObject } from '../../../shared/domain/objects.ts';
import type { AttributeChange, Operation } from '../../../shared/domain/plans.ts';
import { sameValues } from '../planning/index.ts';

/** Attributes that can be read back: passwords never come back from Graph. */
export function readable(change: AttributeChange): boolean {
  return !change.attribute.startsWith('passwordProfile/');
}

/** Where an object stands relative to an update: at the wanted values, at the values the plan saw, or somewhere else. */
export function position(operation: Operation, present: TargetObject): { readonly at: 'after' | 'before' | 'elsewhere'; readonly differing: readonly AttributeChange[] } {
  const changes = operation.changes.filter(readable);
  const now = (c: AttributeChange) => present.attributes[c.attribute] ?? null;
  if (changes.every((c) => sameValues(operation.objectKind, c.attribute, now(c), c.after))) return { at: 'after', differing: [] };
  const differing = changes.filter((c) => !sameValues(operation.objectKind, c.attribute, now(c), c.before) && !sameValues(operation.objectKind, c.attribute, now(c), c.after));
  return { at: differing.length === 0 ? 'before' : 'elsewhere', differing };
}
