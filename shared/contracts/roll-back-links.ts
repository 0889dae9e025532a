import type { RollBackConflict } from './roll-back.ts';
import type { OperationRow } from './tasks.ts';
import { MAILBOX_PERMISSIONS } from '../domain/plans.ts';

/** Kinds of operations of a roll back that write one link at a time. */
export const LINK_KINDS = ['remove members', 'add members', 'remove permissions', 'add permissions'] as const;

/**
 * The memberships and permissions that a roll back takes away or gives back, each as a row of the three-way view that nobody changed since:
 * a person may decide that one of them stays as it is.
 * @param contested rows that the plan has already; one that is among them is not given again, so that no link is decided about in two places.
 */
export function linksTakenBack(operations: readonly Pick<OperationRow, 'kind' | 'targetId' | 'sourceId' | 'name' | 'objectKind' | 'permission' | 'references'>[], contested: readonly RollBackConflict[]): RollBackConflict[] {
  const told = new Set(contested.map((row) => `${row.targetId} ${decidedAttribute(row)}`));
  return operations.flatMap(({ kind, targetId, sourceId, name, objectKind, permission, references }): RollBackConflict[] => {
    if (targetId === null || !LINK_KINDS.some((one) => one === kind)) return [];
    return references.flatMap((reference) => {
      if (reference.targetId === null) return [];
      const [is, was] = kind.startsWith('remove') ? [[reference.name], null] : [null, [reference.name]];
      return [{
        sourceId, targetId, name, kind: objectKind, attribute: permission ?? 'members', value: { key: reference.targetId, name: reference.name }, created: false, before: was, written: is, current: is, between: null, choice: 'restore' as const,
      }];
    });
  }).filter((row) => !told.has(`${row.targetId} ${decidedAttribute(row)}`));
}

/** True for a row about one member of a group or one holder of a permission; else it is about a value. */
export const isLinkRow = ({ attribute, value }: Pick<RollBackConflict, 'attribute' | 'value'>): boolean => value !== null && (attribute === 'members' || MAILBOX_PERMISSIONS.some((one) => one === attribute));

/** The attribute of a decision about a row: with the value, when it is about one of many; empty for an object that the migration made. */
export const decidedAttribute = ({ attribute, value, created }: Pick<RollBackConflict, 'attribute' | 'value' | 'created'>): string => (value !== null ? `${attribute}/${value.key}` : created ? '' : attribute);

/** One of the three states of a row, as a person reads it. */
export function stateWords(row: Pick<RollBackConflict, 'attribute' | 'value'>, state: readonly string[] | null, none: string): string {
  if (isLinkRow(row)) return `${state === null ? 'not a ' : ''}${row.attribute === 'members' ? 'member' : 'holder'}`;
  return state === null || state.length === 0 ? none : state.join('; ');
}
