import type { Operation, Outcome, Reference } from '../../../../shared/domain/plans.ts';
import type { Directory } from '../port.ts';

/** What writing fixes asks of a directory. */
export type FixDirectory = Pick<Directory, 'schema' | 'get' | 'modify' | 'read'>;

/** What is written down before a change is sent (write-ahead). */
export interface FixIntent {
  readonly id: string;
  readonly operation: Operation;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** Always null: objects of the directory are known by objectGUID. */
  readonly targetId: string | null;
  /** Every value of the changed attributes right before the write, by attribute name; an absent attribute has no key. */
  readonly before: Readonly<Record<string, readonly string[]>>;
}

/** What came of an intent. `message` is empty for done, else one sentence that says why and what to do. */
export interface FixSettlement {
  readonly intentId: string;
  readonly operation: Operation;
  readonly outcome: Exclude<Outcome, 'pending' | 'sent'>;
  readonly targetId: string | null;
  readonly references: readonly Reference[];
  readonly message: string;
}

/** The plan and the journal as the writer of fixes needs them. */
export interface FixLedger {
  /** Asked right before each modify: throws when the work is another process's by now, and nothing more is sent. Absent: nobody can take it over. */
  readonly mayWrite?: (() => Promise<void>) | undefined;
  /** Operations without an outcome, in plan order. */
  pending(limit: number): Promise<readonly Operation[]>;
  /** Durable when the promise resolves: nothing is sent before that. */
  intend(intents: readonly FixIntent[]): Promise<void>;
  settle(settlements: readonly FixSettlement[]): Promise<void>;
  /** Intents of an earlier run that have no outcome: the process died between sending and writing down. */
  openIntents(): Promise<readonly FixIntent[]>;
  /** An open intent that did not happen: its operation becomes pending again. */
  reopen(intentId: string): Promise<void>;
}

/** Totals of one run. */
export interface FixResult { readonly done: number; readonly unchanged: number; readonly failed: number; readonly drifted: number; readonly cancelled: boolean }
