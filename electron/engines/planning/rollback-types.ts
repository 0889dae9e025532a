import type { ObjectKind, Values } from '../../../shared/domain/objects.ts';
import type { Operation, PlanCounts, Reference } from '../../../shared/domain/plans.ts';

/** One journalled operation that was really carried out. Entries are given in the order in which they were written. */
export interface JournalledChange {
  readonly operation: Operation;
  /** Graph id the operation worked on: for a create, the id it made. */
  readonly targetId: string;
  /** Members or manager with the Graph ids that were really sent; without it the operation's own, completed from the creates of the same journal. */
  readonly references?: readonly Reference[];
  readonly outcome: 'done';
}

export interface RollbackOptions {
  /** `exact`: the state before the task, whatever others did since. `keep changes made since`: values changed by others stay. */
  readonly mode: 'exact' | 'keep changes made since';
  /** Also take created objects out of the recycle bin for good; they cannot come back after that. */
  readonly purge: boolean;
  /** A fresh id for each operation. */
  readonly newId: () => string;
}

/** Something that others changed after the task wrote it. */
export interface RollbackConflict {
  readonly targetId: string;
  readonly name: string;
  readonly kind: ObjectKind;
  /** Attribute, or `manager`, `members`, or empty for the object itself (deleted since). */
  readonly attribute: string;
  /** What the task wrote. */
  readonly written: Values | null;
  /** What is there now. */
  readonly current: Values | null;
  /** True: the roll back overwrites it (`exact`); false: it stays. */
  readonly overwritten: boolean;
  /** True: the task created the object, so that overwriting means deleting it, and staying means that the whole object stays. */
  readonly created?: boolean;
}

/** Something that cannot be taken back, with the reason. */
export interface RollbackImpossible { readonly targetId: string; readonly name: string; readonly attribute: string; readonly reason: string }

/** The inverse plan. */
export interface RollbackPlan {
  readonly operations: readonly Operation[];
  readonly counts: PlanCounts;
  readonly conflicts: readonly RollbackConflict[];
  readonly impossible: readonly RollbackImpossible[];
}
