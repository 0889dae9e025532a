import type { Events, EventName } from '../../shared/contracts/events.ts';
import type { TargetConnection } from '../../shared/domain/settings.ts';
import type { Directory } from '../engines/directory/index.ts';
import type { OpenedTenant, TenantTransports } from '../engines/tenant/index.ts';
import type { EvidenceHeads } from '../platform/evidence-heads.ts';
import type { Log } from '../platform/log.ts';
import type { SecretStore } from '../platform/secrets/index.ts';
import type { PairRecord, Store } from '../store/index.ts';

/** What a rehearsal hands in: swapped transports for a pair with `target.simulated`; credentials when the simulation has its own. */
export interface SimulatedTarget { readonly transports: TenantTransports; readonly credentials: { readonly tenantId: string; readonly clientId: string; readonly clientSecret: string } | null }
/** Finds or starts the simulated tenant of a pair; given by the shell, so that nothing below knows that simulators exist. */
export type SimulatedTargets = (simulated: NonNullable<TargetConnection['simulated']>) => Promise<SimulatedTarget>;

/** A sign-in that waits for a person. */
export interface PendingSignIn { readonly userCode: string; readonly verificationUri: string; readonly expiresAt: number }

/** Everything that use cases and pipelines need. Made once by the container. */
export interface Services {
  readonly store: Store;
  readonly secrets: SecretStore;
  readonly log: Log;
  readonly now: () => number;
  readonly newId: () => string;
  /** Waits; rejects with AbortError when the signal fires. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Opens the source of a pair; the caller closes it. `password` only for testing a connection that is not saved. */
  readonly openDirectory: (pair: Pick<PairRecord, 'source'>, password?: string) => Promise<Directory>;
  /**
   * Opens the target of a pair; the caller closes it. `secret` only for testing a connection that is not saved; the signal ends a sign-in that
   * waits for a person.
   */
  readonly openTenant: (pair: Pick<PairRecord, 'id' | 'target'>, options: { readonly signal: AbortSignal; readonly secret?: string | undefined }) => Promise<OpenedTenant>;
  /** Heads of the chain of evidence that this machine writes down; absent: none. */
  readonly evidenceHeads?: EvidenceHeads | undefined;
  readonly pendingSignIns: Map<string, PendingSignIn>;
  /** Why the process of an agent that this console keeps does not run, by agent. */
  readonly agentProblems: Map<string, string>;
  readonly emit: <E extends EventName>(name: E, payload: Events[E]) => void;
  /** Tells the task runner of this process that a task may be waiting. */
  readonly nudge: () => void;
  /** Who asks: shown as "created by". The operating system's user name. */
  readonly actor: string;
}
