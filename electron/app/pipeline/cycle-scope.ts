import type { RetryRecord } from '../../store/index.ts';

/** What decides which objects a cycle looks at. */
export interface CycleMembers {
  /** All of the collection. */
  readonly members: readonly string[];
  /** Objects that have to be compared; null: all. */
  readonly candidates: readonly string[] | null;
  /** Members that no cycle has brought in step yet: added since, or waiting for a person's answer. */
  readonly fresh: ReadonlySet<string>;
  /** Objects that somebody holds out of coexistence. */
  readonly held: ReadonlySet<string>;
  /** Objects that failed before. */
  readonly retries: ReadonlyMap<string, RetryRecord>;
  readonly retry: 'when due' | 'all';
  readonly now: number;
}

/** Which objects a cycle looks at. */
export interface CycleScope {
  /** objectGUIDs to match and plan, in the order of the members. */
  readonly ids: readonly string[];
  /** Members that somebody holds. */
  readonly held: readonly string[];
  /** Members that failed and are tried later. */
  readonly waiting: ReadonlySet<string>;
}

/** Picks the objects of a cycle: what has to be compared, what is new, and what is due to be tried again, without what is held and what waits after a failure. */
export function pickObjects({ members, candidates, fresh, held, retries, retry, now }: CycleMembers): CycleScope {
  const wanted = candidates === null ? null : new Set(candidates);
  const waiting = new Set([...retries.values()].filter((one) => retry === 'when due' && one.retryAt > now).map((one) => one.sourceId));
  return {
    ids: members.filter((id) => !held.has(id) && !waiting.has(id) && (wanted === null || wanted.has(id) || fresh.has(id) || retries.has(id))),
    held: members.filter((id) => held.has(id)), waiting,
  };
}
