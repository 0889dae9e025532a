import type { Values } from '../../../../shared/domain/objects.ts';
import type { AttributeChange } from '../../../../shared/domain/plans.ts';
import type { DirectoryChange } from '../port.ts';

/** What a fix takes away from an attribute and what it puts there; the other values of a multi-valued attribute are nobody's business. */
export type FixChange = Pick<AttributeChange, 'attribute' | 'before' | 'after'>;

/** Where an attribute stands against a fix: still to be written, written already, or changed by somebody since. */
export type Standing = 'before' | 'after' | 'elsewhere';

const within = (some: Values, all: Values): boolean => some.every((value) => all.includes(value));

/**
 * Compares an attribute with a fix. Values are compared exactly: a change of case is a change.
 * @param now every value that the attribute has.
 * @param singleValued of an attribute with one value that value must be the planned one; of others only the planned values count.
 */
export function standing({ before, after }: FixChange, now: Values, singleValued: boolean): Standing {
  const [from, to] = [before ?? [], after ?? []];
  const left = from.filter((value) => !to.includes(value));
  if (within(to, now) && !left.some((value) => now.includes(value)) && (!singleValued || now.length === to.length)) return 'after';
  return within(from, now) && (!singleValued || now.length === from.length) ? 'before' : 'elsewhere';
}

/** The values of an attribute, whether it has any or not. */
export type ValuesNow = (attribute: string) => Values;

/**
 * Compares an object with all changes of one operation, which are written together or not at all: one value that somebody changed keeps the others from being written.
 * @param isSingle whether an attribute has one value only.
 */
export function standingOfAll(changes: readonly FixChange[], now: ValuesNow, isSingle: (attribute: string) => boolean): Standing {
  const each = changes.map((change) => standing(change, now(change.attribute), isSingle(change.attribute)));
  return each.includes('elsewhere') ? 'elsewhere' : each.every((one) => one === 'after') ? 'after' : 'before';
}

/** The values that a fix really takes away and adds, seen from what the attribute holds. */
export function effectOf({ before, after }: FixChange, now: Values): { readonly removed: Values; readonly added: Values } {
  const to = after ?? [];
  return { removed: (before ?? []).filter((value) => now.includes(value) && !to.includes(value)), added: to.filter((value) => !now.includes(value)) };
}

/**
 * A fix as LDAP writes it: what goes is removed by value, so that a server which no longer has it refuses rather than overwrites
 * (RFC 4511 4.6), and what comes is added, in one request.
 * A directory compares without regard to case and takes away every spelling of a removed value (proved on Samba, which stores several):
 * spellings that are to stay are added again.
 */
export function directoryChanges(change: FixChange, now: Values): readonly DirectoryChange[] {
  const { removed, added } = effectOf(change, now);
  const gone = new Set(removed.map((value) => value.toLowerCase()));
  const kept = now.filter((value) => !removed.includes(value) && gone.has(value.toLowerCase()));
  const put = [...kept, ...added];
  return [
    ...(removed.length === 0 ? [] : [{ operation: 'remove' as const, attribute: change.attribute, values: removed, absent: 'refuse' as const }]),
    ...(put.length === 0 ? [] : [{ operation: 'add' as const, attribute: change.attribute, values: put }]),
  ];
}

/**
 * The way back of a fix that was written. @param observed every value that the attribute had right before, as journalled.
 * @returns null when the fix changed nothing.
 */
export function inverseOf(change: FixChange, observed: Values): FixChange | null {
  const { removed, added } = effectOf(change, observed);
  if (removed.length === 0 && added.length === 0) return null;
  return { attribute: change.attribute, before: added.length === 0 ? null : added, after: removed.length === 0 ? null : removed };
}
