import type { Repositories, SharedObject } from '../store/index.ts';

/** Pairs of plans that are remembered; the one remembered first is forgotten first. */
const KEPT = 10_000;

/**
 * Remembers of pairs of plans whether they write to a common object. What a plan writes to never changes once it was approved, and to find out takes a look
 * at all operations of both: 0.4 s for two plans of 100,000. Ask only about plans that were approved.
 * @returns a function that asks `plans` only about pairs that it does not know yet.
 */
export function sharedObjects(): (plans: Pick<Repositories['plans'], 'sharedObject'>, planId: string, others: readonly string[]) => Promise<SharedObject | undefined> {
  const known = new Map<string, string | null>();
  return async (plans, planId, others) => {
    for (const other of others) {
      const pair = [planId, other].toSorted().join(' ');
      let name = known.get(pair);
      if (name === undefined) {
        name = (await plans.sharedObject(planId, [other]))?.name ?? null;
        known.set(pair, name);
        if (known.size > KEPT) for (const oldest of known.keys()) { known.delete(oldest); break; }
      }
      if (name !== null) return { planId: other, name };
    }
    return undefined;
  };
}
