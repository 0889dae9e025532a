import type { Operation, PlanCounts } from '../../../shared/domain/plans.ts';

/** Totals of nothing. */
export function emptyCounts(): PlanCounts {
  return {
    creates: 0, restores: 0, updates: 0, deletes: 0, managers: 0, membersAdded: 0, membersRemoved: 0, attributes: 0, overwrites: 0, upnChanges: 0,
    disables: 0, irreversible: 0, unchanged: 0, skipped: 0, operations: 0,
  };
}

/**
 * Totals of operations, in one pass. Overwrites, UPN changes and disables count only what is taken from an existing object:
 * creating a disabled account disables nobody. A purge follows a delete of the same object, so it counts as irreversible and
 * not as another delete.
 */
export function countOperations(operations: Iterable<Operation>, rest: { readonly unchanged: number; readonly skipped: number }): PlanCounts {
  const counts: OpenCounts = { ...emptyCounts(), ...rest };
  addToCounts(counts, operations);
  return counts;
}

/** Totals that still grow. */
export type OpenCounts = { -readonly [K in keyof PlanCounts]: number };

/** Adds operations to totals, as {@link countOperations} counts them. */
export function addToCounts(counts: OpenCounts, operations: Iterable<Operation>): void {
  for (const operation of operations) {
    counts.operations += 1;
    if (operation.kind === 'create') counts.creates += 1;
    else if (operation.kind === 'restore') counts.restores += 1;
    else if (operation.kind === 'update') counts.updates += 1;
    else if (operation.kind === 'delete') counts.deletes += 1;
    else if (operation.kind === 'purge') counts.irreversible += 1;
    else if (operation.kind === 'add members') counts.membersAdded += operation.references.length;
    else if (operation.kind === 'remove members') counts.membersRemoved += operation.references.length;
    else counts.managers += 1;
    counts.attributes += operation.changes.length;
    for (const change of operation.changes) {
      if (!change.reversible) counts.irreversible += 1;
      if (change.before === null || change.before.length === 0) continue;
      counts.overwrites += 1;
      if (change.attribute === 'userPrincipalName') counts.upnChanges += 1;
      if (change.attribute === 'accountEnabled' && change.after?.[0]?.toLowerCase() === 'false') counts.disables += 1;
    }
  }
}
