import type { GraphAnswer } from '../tenant/index.ts';
import type { ApplyPorts, Intent, Settlement } from './port.ts';
import type { Resolved } from './send.ts';

/**
 * Waits, milliseconds, until reads and writes meet an object that was made just now. Graph is eventually consistent: a new user
 * may be unknown to the request that makes it somebody's manager (Graph documentation, "Best practices": read after write; no
 * time is promised, replication is reported to take seconds to a minute).
 */
export const YOUNG_WAITS_MS = [500, 1_000, 2_000, 5_000, 10_000, 20_000] as const;
/** So long, in milliseconds, "not found" may mean "not yet found". */
const YOUTH_MS = 10 * 60_000;

/** Objects that this run has created or restored a short time ago. */
export interface Young {
  note(settlements: readonly Settlement[]): void;
  has(id: string): boolean;
}

/** @param now milliseconds since 1970 UTC. */
export function youngObjects({ now }: Pick<ApplyPorts, 'now'>): Young {
  const since = new Map<string, number>();
  return {
    note: (settlements) => {
      for (const { operation: { kind }, outcome, targetId } of settlements) if (outcome === 'done' && targetId !== null && (kind === 'create' || kind === 'restore')) since.set(targetId, now());
    },
    has: (id) => {
      const at = since.get(id);
      return at !== undefined && now() - at < YOUTH_MS;
    },
  };
}

/** True when an object was not found that this run has just made: the same request is right, only too early. */
export function isTooEarly({ intent, references }: { readonly intent: Intent; readonly references: readonly Resolved[] }, answer: GraphAnswer | undefined, young: Young): boolean {
  const { operation: { kind }, targetId } = intent;
  if (answer?.kind !== 'answered' || answer.error?.status !== 404 || !['update', 'set manager', 'add members', 'set licences'].includes(kind)) return false;
  return (targetId !== null && young.has(targetId)) || references.some((r) => young.has(r.id));
}
