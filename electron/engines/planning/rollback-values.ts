import { MAILBOX_PERMISSIONS, type MailboxPermission, type Operation, type Reference } from '../../../shared/domain/plans.ts';
import { LICENCES } from '../../../shared/rules/licences.ts';
import type { RollbackConflict } from './rollback-types.ts';

/** The value that stands for the object itself: that it is there. */
export const EXISTENCE = '';
/** The value of a person's manager. */
export const MANAGER = 'manager';
const MEMBER = 'members/';

/** The value of one membership of a group. @param memberId Graph id. */
export const membership = (memberId: string): string => `${MEMBER}${memberId}`;

/** The value of one holder of a permission on a mailbox. @param holderId Graph id. */
export const permissionValue = (permission: MailboxPermission, holderId: string): string => `${permission}/${holderId}`;

/** The attribute that a person would name for a value: memberships are `members`, holders of a permission the permission. */
export function attributeOf(value: string): string {
  if (value.startsWith(MEMBER)) return 'members';
  return MAILBOX_PERMISSIONS.find((permission) => value.startsWith(`${permission}/`)) ?? value;
}

/** Key of a person's decision: about one value of many, an attribute, or, when the task made the object, all of it. */
export const choiceKey = ({ targetId, attribute, value, created }: Pick<RollbackConflict, 'targetId' | 'attribute' | 'value' | 'created'>): string =>
  `${targetId} ${value !== undefined ? `${attribute}/${value}` : created === true ? EXISTENCE : attribute}`;

/** What a decision speaks about besides its own words: single values of the attribute, or everything of the object. @returns true when `key` is of that kind. */
export const isPartOf = (key: string, whole: string): boolean => key !== whole && key.startsWith(whole.endsWith(' ') ? whole : `${whole}/`);

/**
 * Names of the single values that an operation writes: attributes by their name, {@link MANAGER}, one {@link membership} a member,
 * one value a holder of a permission, {@link EXISTENCE} for what makes or unmakes the object. Each of them can be taken back on its own.
 * @param references members with the ids that were really sent; those without an id have no value of their own.
 */
export function valuesWritten({ kind, changes, permission }: Pick<Operation, 'kind' | 'changes' | 'permission'>, references: readonly Reference[]): readonly string[] {
  switch (kind) {
    case 'create': return [EXISTENCE, ...changes.map((change) => change.attribute)];
    case 'update': return changes.map((change) => change.attribute);
    case 'set manager': case 'clear manager': return [MANAGER];
    case 'set licences': return [LICENCES];
    case 'add members': case 'remove members': return references.flatMap((reference) => (reference.targetId === null ? [] : [membership(reference.targetId)]));
    case 'add permissions': case 'remove permissions': return permission === undefined ? [] : references.flatMap((reference) => (reference.targetId === null ? [] : [permissionValue(permission, reference.targetId)]));
    case 'restore': case 'delete': case 'purge': return [EXISTENCE];
  }
}

/** What two migrations did to one object: the older's values, and what kind of operation it was. */
interface Written { readonly kind: Operation['kind']; readonly values: Iterable<string> }

/**
 * Values of a later operation that keep an older one on the same object from being taken back alone: the same values, and all of
 * them when the older one made the object. Restoring an object from the recycle bin does not depend on what was written before.
 */
export function valuesInTheWay(older: Written, later: Written): readonly string[] {
  const mine = new Set(older.values);
  const makes = mine.has(EXISTENCE) && (older.kind === 'create' || older.kind === 'restore');
  return [...later.values].filter((value) => makes || mine.has(value));
}
