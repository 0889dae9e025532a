import type { Timing } from './timing.ts';

/** What a service counts by itself, and what runs dry by itself. */
export type Resource = 'writes' | 'units';

/** What everybody who writes to a tenant knows together. */
export interface BudgetNews {
  /** Milliseconds for which nobody sends, because somebody was told so; 0: everybody may. */
  readonly pauseMs: number;
  /** What somebody was throttled for lately: of that, everybody takes from the common budget. */
  readonly short: readonly Resource[];
}

/**
 * What the agents of a project share about one application in one tenant, because the service counts all of them together. Implemented over the store.
 * None of it fails: when the others cannot be asked, an agent goes on alone, as if it were the only one.
 */
export interface SharedBudget {
  look(): Promise<BudgetNews>;
  /**
   * Sets a part of the budget aside for the caller.
   * @returns milliseconds from now, also below 0, from which it flows at `perSecond`; null: nobody is short of it, or nobody could be asked.
   */
  reserve(what: Resource, count: number, pace: { readonly perSecond: number; readonly burst: number }): Promise<number | null>;
  /** Tells everybody that the service asked for a pause, and what ran dry. */
  tell(waitMs: number, what: Resource): Promise<void>;
}

/** How much is set aside at a time: about two seconds of writes, one of resource units, so that a store is asked seldom and an agent that ends wastes little. */
const SLICE: Readonly<Record<Resource, number>> = { writes: 40, units: 350 };
/** How often those who only read look for pauses, milliseconds. Whoever writes looks each time. */
const LOOK_MS = 1_000;

/** The share that one gate has of a common budget. */
export interface Share {
  /** Looks what others were told, not more than once a second unless `now`. @returns null when it is not yet time. */
  hear(when: 'now' | 'now and then'): Promise<BudgetNews | null>;
  /** Milliseconds until so many may be used; null: they are not taken from the common budget now. */
  take(what: Resource, count: number): Promise<number | null>;
  /** Tells the others; {@link Share.hear} waits until they are told. */
  tell(waitMs: number, what: Resource): void;
}

/** Makes the share of a gate; it takes slices of the budget and gives them out by itself. */
export function createShare(budget: SharedBudget, pace: Readonly<Record<Resource, { readonly perSecond: number; readonly burst: number }>>, timing: Timing): Share {
  const slices: Record<Resource, { from: number; left: number }> = { writes: { from: 0, left: 0 }, units: { from: 0, left: 0 } };
  const queues: Record<Resource, Promise<unknown>> = { writes: Promise.resolve(), units: Promise.resolve() };
  let short: readonly Resource[] = [];
  let lookedAt = Number.NEGATIVE_INFINITY;
  let telling: Promise<unknown> = Promise.resolve();

  const takeNext = async (what: Resource, count: number): Promise<number | null> => {
    const slice = slices[what];
    const { perSecond } = pace[what];
    let rest = count;
    if (slice.left < rest) {
      // The last of one slice and the first of the next.
      rest -= slice.left;
      const size = Math.max(SLICE[what], rest);
      const from = await budget.reserve(what, size, pace[what]);
      if (from === null) return null;
      Object.assign(slice, { from: timing.now() + from, left: size });
    }
    slice.left -= rest;
    slice.from += (rest / perSecond) * 1000;
    return Math.max(0, slice.from - timing.now());
  };

  return {
    async hear(when) {
      await telling;
      if (when === 'now and then' && timing.now() - lookedAt < LOOK_MS) return null;
      lookedAt = timing.now();
      const news = await budget.look();
      short = news.short;
      return news;
    },
    async take(what, count) {
      if (!short.includes(what)) return null;
      // One after the other: two that find a slice empty must not each take a new one.
      const mine = queues[what].then(() => takeNext(what, count));
      queues[what] = mine;
      return await mine;
    },
    tell(waitMs, what) {
      // What was set aside before the service said that nothing is left is worth nothing.
      slices[what].left = 0;
      telling = Promise.all([telling, budget.tell(waitMs, what)]);
    },
  };
}
