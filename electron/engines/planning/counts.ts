import type { AttributeChange, Operation, PlanCounts } from '../../../shared/domain/plans.ts';
import { licenceOrder, parseLicences } from '../../../shared/rules/licences.ts';

/** Totals of nothing. */
export function emptyCounts(): PlanCounts {
  return {
    creates: 0, restores: 0, updates: 0, deletes: 0, managers: 0, membersAdded: 0, membersRemoved: 0, permissionsAdded: 0, permissionsRemoved: 0, healed: 0, licencesAssigned: 0, licencesRemoved: 0, attributes: 0, overwrites: 0, upnChanges: 0,
    disables: 0, irreversible: 0, unchanged: 0, skipped: 0, operations: 0,
  };
}

/**
 * Totals of operations, in one pass. Overwrites, UPN changes and disables count only what is taken from an existing object:
 * creating a disabled account disables nobody, and what is written of an object after the same plan has made it is no update. A purge follows a delete of the same object, so it counts as irreversible and
 * not as another delete.
 */
export function countOperations(operations: Iterable<Operation>, rest: { readonly unchanged: number; readonly skipped: number }): PlanCounts {
  const counts: OpenCounts = { ...emptyCounts(), ...rest };
  addToCounts(counts, operations);
  return counts;
}

const onlyGrows = ({ before, after }: AttributeChange): boolean => {
  const kept = new Set(after ?? []);
  return (after?.length ?? 0) > (before?.length ?? 0) && (before ?? []).every((value) => kept.has(value));
};

/** Totals that still grow. */
export type OpenCounts = { -readonly [K in keyof PlanCounts]: number };

/** Licences are counted one by one; none of them is an overwritten value. */
function addLicences(counts: OpenCounts, { changes }: Operation): void {
  for (const { before, after } of changes) {
    const { add, remove } = licenceOrder(parseLicences(before), parseLicences(after));
    counts.attributes += 1;
    counts.licencesAssigned += add.length;
    counts.licencesRemoved += remove.length;
  }
}

/** Adds operations to totals, as {@link countOperations} counts them. */
export function addToCounts(counts: OpenCounts, operations: Iterable<Operation>): void {
  // Two services may change one object: it is one object all the same.
  const changed = new Set<string>();
  for (const operation of operations) {
    counts.operations += 1;
    if (operation.kind === 'create') counts.creates += 1;
    else if (operation.kind === 'restore') counts.restores += 1;
    else if (operation.kind === 'update') {
      if (operation.targetId !== null && !changed.has(operation.targetId)) counts.updates += 1;
      if (operation.targetId !== null) changed.add(operation.targetId);
    }
    else if (operation.kind === 'delete') {
      counts.deletes += 1;
      // Exchange Online has no recycle bin for contacts and groups.
      if (operation.service === 'exchange') counts.irreversible += 1;
    }
    else if (operation.kind === 'purge') counts.irreversible += 1;
    else if (operation.kind === 'add members') counts.membersAdded += operation.references.length;
    else if (operation.kind === 'remove members') counts.membersRemoved += operation.references.length;
    else if (operation.kind === 'add permissions') counts.permissionsAdded += operation.references.length;
    else if (operation.kind === 'remove permissions') counts.permissionsRemoved += operation.references.length;
    else if (operation.kind === 'set licences') {
      addLicences(counts, operation);
      continue;
    } else counts.managers += 1;
    counts.attributes += operation.changes.length;
    for (const change of operation.changes) {
      if (!change.reversible) counts.irreversible += 1;
      // Nothing is taken from an object that the plan makes, nor from a list that only grows.
      if (change.before === null || change.before.length === 0 || operation.targetId === null || onlyGrows(change)) continue;
      counts.overwrites += 1;
      if (change.attribute === 'userPrincipalName') counts.upnChanges += 1;
      if (change.attribute === 'accountEnabled' && change.after?.[0]?.toLowerCase() === 'false') counts.disables += 1;
    }
  }
}

/** Takes operations out of totals again, as {@link addToCounts} added them. */
export function takeFromCounts(counts: OpenCounts, operations: Iterable<Operation>): void {
  const taken: OpenCounts = emptyCounts();
  addToCounts(taken, operations);
  for (const key of Object.keys(taken) as (keyof PlanCounts)[]) counts[key] -= taken[key];
}
