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
  /** Values of the operation (see `valuesWritten`) that are to be taken back; absent: all of them. */
  readonly values?: ReadonlySet<string>;
}

/** What becomes of a value that others changed: the state before, or what they made of it. */
export type RollbackChoice = 'restore' | 'keep';

export interface RollbackOptions {
  /** `exact`: the state before the task, whatever others did since. `keep changes made since`: values changed by others stay. */
  readonly mode: 'exact' | 'keep changes made since';
  /** Also take created objects out of the recycle bin for good; they cannot come back after that. */
  readonly purge: boolean;
  /** A fresh id for each operation. */
  readonly newId: () => string;
  /** Decisions of a person on single conflicts, by `choiceKey`; the others follow the mode. */
  readonly choices?: ReadonlyMap<string, RollbackChoice>;
  /** Objects referred to (managers, members) that are no longer in the tenant; absent: all are there. */
  readonly gone?: ReadonlySet<string>;
  /** Federated domains of the tenant in lower case; absent: none. */
  readonly federated?: ReadonlySet<string>;
}

/** Something that others changed after the task wrote it: the three-way view. */
export interface RollbackConflict {
  readonly targetId: string;
  readonly name: string;
  readonly kind: ObjectKind;
  /** Attribute, or `manager`, `members`, or empty for the object itself (deleted since). */
  readonly attribute: string;
  /** Of an attribute of many values: the one that this is about. An address in lower case, a member or holder by Graph id. Absent: all of the attribute. */
  readonly value?: string;
  /** What was there before the task: the value that `restore` brings back. */
  readonly before: Values | null;
  /** What the task wrote. */
  readonly written: Values | null;
  /** What is there now. */
  readonly current: Values | null;
  /** What others had set between two writes of Causeway, when it is that what `keep` brings back; null: nothing, `keep` leaves the value alone. */
  readonly between: { readonly values: Values | null } | null;
  /** True: the roll back overwrites it (`exact`); false: it stays. */
  readonly overwritten: boolean;
  /** True: the task created the object, so that overwriting means deleting it, and staying means that the whole object stays. */
  readonly created?: boolean;
}

/** Something that cannot be taken back, with the reason. `later`: it can once somebody has done what the reason says. */
export interface RollbackImpossible { readonly targetId: string; readonly name: string; readonly attribute: string; readonly reason: string; readonly later?: true }

/** The inverse plan. */
export interface RollbackPlan {
  readonly operations: readonly Operation[];
  readonly counts: PlanCounts;
  readonly conflicts: readonly RollbackConflict[];
  readonly impossible: readonly RollbackImpossible[];
}
