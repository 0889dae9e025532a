import type { Operation, Outcome, Reference } from '../../../shared/domain/plans.ts';
import type { ExchangeGateway, Tenant } from '../tenant/index.ts';

/** What is written down before an operation is sent (write-ahead). */
export interface Intent {
  readonly id: string;
  readonly operation: Operation;
  /** When it was written down, milliseconds since 1970 UTC. */
  readonly at: number;
  /** Graph id of the object; null for a create. */
  readonly targetId: string | null;
  /** Values observed right before sending, by attribute name; empty for a create. */
  readonly before: Readonly<Record<string, readonly string[]>>;
}

/** What came of an intent. */
export interface Settlement {
  readonly intentId: string;
  readonly operation: Operation;
  readonly outcome: Exclude<Outcome, 'pending' | 'sent'>;
  readonly targetId: string | null;
  /** References that this operation really changed: fewer than planned when somebody else was faster. */
  readonly references: readonly Reference[];
  /** Empty for done; else one sentence that says why and what to do. */
  readonly message: string;
}

/** The journal and the store as the applier needs them; implemented over electron/store. */
export interface ApplyLedger {
  /** Operations without a final outcome, in plan order, in pages. Read again after every page was settled. */
  pending(limit: number): Promise<readonly Operation[]>;
  /** Durable when the promise resolves: nothing is sent before that. */
  intend(intents: readonly Intent[]): Promise<void>;
  /**
   * Asked right before something is sent: throws when the work is another process's by now, such as after this machine slept between the intent and the
   * sending; nothing of it is sent then. Cheap enough to be asked before every request. Absent: nobody can take the work over.
   */
  readonly mayWrite?: (() => Promise<void>) | undefined;
  /** Durable when the promise resolves. Also keeps the target object and the match of a created object. */
  settle(settlements: readonly Settlement[]): Promise<void>;
  /** Intents of an earlier run that have no outcome: the process died between sending and writing down. */
  openIntents(): Promise<readonly Intent[]>;
  /** An open intent that did not happen: its operation becomes pending again. */
  reopen(intentId: string): Promise<void>;
  /** Graph ids of source objects, from matches and from what this plan created. */
  targetIds(sourceIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Progress of one apply, a snapshot. */
export interface ApplyProgress { readonly done: number; readonly failed: number; readonly message: string }

/** Everything an apply needs from outside. */
export interface ApplyPorts {
  readonly tenant: Tenant;
  /** Exchange Online of the same tenant; without it operations of that service fail. */
  readonly exchange?: ExchangeGateway;
  readonly ledger: ApplyLedger;
  /**
   * `must hold`: an operation on an object, or with a reference, whose match was broken or changed since the plan was made is
   * not carried out (drifted). `as journalled`: matches do not count; the way back goes to what was written.
   */
  readonly matches: 'must hold' | 'as journalled';
  readonly newId: () => string;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** A fresh initial password that satisfies the tenant's policy. Used once, never stored. */
  readonly newPassword: (operation: Operation) => string;
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly onProgress: (progress: ApplyProgress) => void;
}

/** Totals of one apply. */
export interface ApplyResult { readonly done: number; readonly unchanged: number; readonly failed: number; readonly drifted: number; readonly skipped: number; readonly cancelled: boolean }

