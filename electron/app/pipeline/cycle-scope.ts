import type { RetryRecord } from '../../store/index.ts';

/** What decides which objects a cycle looks at. */
export interface CycleMembers {
  /** All of the collection, or those of them that may be looked at. */
  readonly members: readonly string[];
  /** Objects that have to be compared; null: all. */
  readonly candidates: readonly string[] | null;
  /** Members that no cycle has brought in step yet: added since, or waiting for a person's answer. */
  readonly fresh: ReadonlySet<string>;
  /** Objects that somebody holds out of coexistence. */
  readonly held: ReadonlySet<string>;
  /** Members that another collection keeps in step, with its name. */
  readonly owned: ReadonlyMap<string, string>;
  /** Objects that failed before. */
  readonly retries: ReadonlyMap<string, RetryRecord>;
  readonly retry: 'when due' | 'all';
  /** Objects with changes of others that a person asked to be written over, or that have to settle. */
  readonly drift: ReadonlySet<string>;
  /** `drift`: nothing but those. */
  readonly only: 'all' | 'drift';
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
  /** Those of the objects that another collection keeps in step, with its name. */
  readonly owned: ReadonlyMap<string, string>;
}

/** The same once it is known who left, so that nobody has to look for them again; absent: somebody has to. */
export interface LeavingScope extends CycleScope { readonly leaving?: readonly string[] }

/** Picks the objects of a cycle: what has to be compared, what is new, and what is due to be tried again, without what is held and what waits after a failure. */
export function pickObjects({ members, candidates, fresh, held, owned, retries, retry, drift, only, now }: CycleMembers): CycleScope {
  const wanted = candidates === null ? null : new Set(candidates);
  if (only === 'drift') return { ids: members.filter((id) => !held.has(id) && !owned.has(id) && drift.has(id)), held: [], waiting: new Set(), owned: new Map() };
  const waiting = new Set([...retries.values()].filter((one) => retry === 'when due' && one.retryAt > now).map((one) => one.sourceId));
  return {
    ids: members.filter((id) => !held.has(id) && !owned.has(id) && !waiting.has(id) && (wanted === null || wanted.has(id) || fresh.has(id) || retries.has(id) || drift.has(id))),
    held: members.filter((id) => held.has(id)), waiting, owned,
  };
}
