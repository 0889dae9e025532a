import type { Selectable } from 'kysely';
import type { Attributes } from '../../../shared/domain/objects.ts';
import type { OperationKind, Reference } from '../../../shared/domain/plans.ts';
import { json } from '../columns.ts';
import type { Tables } from '../schema.ts';
import type { PlannedOperation } from './plan-operations.ts';

/** What came of a write that was journalled. */
export type JournalOutcome = 'done' | 'unchanged' | 'failed' | 'drifted' | 'skipped';

/** State of the object observed immediately before a write, in whatever shape the applying engine needs to undo it. */
export interface ObservedState { readonly attributes?: Attributes | null; readonly links?: Attributes | null; readonly [fact: string]: unknown }

/** A write about to be sent. `id` is the caller's (a UUID). Times are milliseconds since 1970 UTC. */
export interface JournalIntent {
  readonly id: string;
  readonly taskId: string;
  readonly planId: string;
  readonly operationId: string;
  readonly sourceId: string | null;
  readonly targetId: string | null;
  readonly kind: OperationKind;
  readonly operation: PlannedOperation;
  /** Null: the object did not exist. */
  readonly before: ObservedState | null;
  readonly intentAt: number;
}

/** One entry. `outcome` null: the write was intended, and whether it happened must be found out by looking. */
export interface JournalEntry extends JournalIntent {
  /** Order in the journal; grows by time of intent. */
  readonly sequence: number;
  readonly pairId: string;
  readonly collectionId: string | null;
  readonly outcome: JournalOutcome | null;
  readonly message: string;
  readonly settledAt: number | null;
  /** Members or manager that the write really changed; empty before it is settled. */
  readonly references: readonly Reference[];
  /** Task that took the write back, the last of it when it went in parts. */
  readonly undoneBy: string | null;
  /** Names of single values of the write that were taken back while others stand. */
  readonly undoneValues: readonly string[];
  /** Names of values that count as taken back although nobody wrote them back, because the object was left in the recycle bin: they are there when it comes back. */
  readonly leftValues: readonly string[];
}

/** What came of one intended write. */
export interface JournalSettlement {
  /** Members or manager that the write really changed: fewer than planned when somebody else was faster. Absent: none. */
  readonly references?: readonly Reference[];
  readonly id: string; readonly outcome: JournalOutcome; readonly targetId?: string | null; readonly message: string; readonly at: number;
}

/** What `undone_values` holds: the names alone, or with those that were left; the latter begins with a brace. */
type UndoneValues = readonly string[] | { readonly undone: readonly string[]; readonly left: readonly string[] };
const undoneOf = (text: string | null): Pick<JournalEntry, 'undoneValues' | 'leftValues'> => {
  const held = text === null ? [] : json<UndoneValues>(text);
  return 'left' in held ? { undoneValues: held.undone, leftValues: held.left } : { undoneValues: held, leftValues: [] };
};

/** The values of an entry that were taken back, as they are stored; `left` are those of them that nobody wrote back. */
export const undoneText = (values: readonly string[], left: readonly string[]): string => JSON.stringify((left.length === 0 ? values : { undone: values, left }) satisfies UndoneValues);

/** An entry from its row. */
export const toEntry = (row: Selectable<Tables['journal']>): JournalEntry => ({
  sequence: row.number, id: row.id, pairId: row.pair_id, collectionId: row.collection_id, taskId: row.task_id, planId: row.plan_id, operationId: row.operation_id,
  sourceId: row.source_id, targetId: row.target_id, kind: row.kind as OperationKind, operation: json<PlannedOperation>(row.operation), before: json<ObservedState | null>(row.before),
  intentAt: row.intent_at, outcome: row.outcome as JournalOutcome | null, message: row.message, settledAt: row.settled_at, undoneBy: row.undone_by,
  ...undoneOf(row.undone_values),
  references: row.changed_references === null ? [] : json<readonly Reference[]>(row.changed_references),
});
