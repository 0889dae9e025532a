import PQueue from 'p-queue';
import { createBucket } from './bucket.ts';
import { createShare, type Resource, type Share, type SharedBudget } from './shared-budget.ts';
import type { Timing } from './timing.ts';

/** Limits of one application in one tenant. */
export interface Pace {
  /** Writes a second that the service sustains. */
  readonly writesPerSecond: number;
  /** Writes the service takes at once when it was left alone. */
  readonly burst: number;
  /** Resource units a second, and at once. */
  readonly unitsPerSecond: number;
  readonly unitBurst: number;
  /** `$batch`es under way at the same time. */
  readonly lanes: number;
}

/**
 * Graph documentation "Service-specific throttling limits", Identity and access: 3,000 writes in 150 s, and 3,500 resource
 * units in 10 s for the smallest tenants, per application and tenant. 19 instead of 20 a second leaves room for clocks that differ.
 */
export const DOCUMENTED_PACE: Pace = { writesPerSecond: 19, burst: 3000, unitsPerSecond: 350, unitBurst: 3500, lanes: 3 };

/** What one HTTP request costs. */
export interface Cost {
  readonly writes: number;
  readonly units: number;
}

/**
 * The one place where requests of one application to one tenant wait. It starts unshaped: nothing waits before the service
 * asks for it. A 429 stops every lane until the longest Retry-After is over, and from then on the bucket that ran dry (writes
 * or resource units) is refilled at the documented rate, so that the service need not ask again. With a shared budget a pause
 * that another agent was told is kept here too, and what ran dry is taken from the common budget instead of the own bucket.
 */
export interface Gate {
  /**
   * Waits until a request of that cost may be sent.
   * @throws AppError CANCELLED.
   */
  enter(cost: Cost, signal?: AbortSignal): Promise<void>;
  /** Tells the gate that the service answered 429. `waitMs` is its Retry-After. */
  throttled(waitMs: number, what: Resource): void;
  /** Tells the gate that writes were answered for good; the base of honest estimates. */
  wrote(count: number): void;
  /** Milliseconds until that many writes will be through, at the pace seen and documented; 0 when nothing is known that slows them. */
  estimate(writes: number): number;
  /** Shares the limits with whoever has the same budget, from now on. @returns a function that ends it. */
  share(budget: SharedBudget): () => void;
  /** Listener is called with the milliseconds by which a 429 prolonged the pause, also one that another agent got. @returns a function that ends it. */
  onThrottled(listener: (waitMs: number) => void): () => void;
  /** Where `$batch`es queue, shared by everybody who uses this gate. */
  readonly lanes: PQueue;
}

/** Seconds over which the pace of writes is measured. */
const WINDOW_MS = 30_000;

/** Makes a gate. Usually through {@link TenantGates}. */
export function createGate(pace: Pace, timing: Timing): Gate {
  const writes = createBucket(pace.writesPerSecond, pace.burst);
  const units = createBucket(pace.unitsPerSecond, pace.unitBurst);
  const listeners = new Set<(waitMs: number) => void>();
  const shares: { readonly budget: SharedBudget; readonly share: Share }[] = [];
  let pausedUntil = 0;
  let done: { readonly at: number; readonly count: number }[] = [];

  const pauseLeft = (): number => Math.max(0, pausedUntil - timing.now());
  const observedPerSecond = (now: number): number => {
    done = done.filter((one) => one.at > now - WINDOW_MS);
    const first = done[0];
    const total = done.reduce((sum, one) => sum + one.count, 0);
    return first === undefined || now - first.at < 1000 ? 0 : total / ((now - first.at) / 1000);
  };

  const pause = (waitMs: number, now: number): void => {
    const more = now + waitMs - Math.max(pausedUntil, now);
    if (more <= 0) return;
    pausedUntil = now + waitMs;
    for (const listener of listeners) listener(more);
  };
  /** Waits until nobody knows of a pause any more. */
  const restPause = async (cost: Cost, signal: AbortSignal | undefined): Promise<void> => {
    for (;;) {
      const news = await shares.at(-1)?.share.hear(cost.writes > 0 ? 'now' : 'now and then');
      if (news) pause(news.pauseMs, timing.now());
      if (pauseLeft() === 0) return;
      await timing.sleep(pauseLeft(), signal);
    }
  };
  /** Milliseconds until so many may be used. The own bucket counts along, also while it is not asked. */
  const turn = async (what: Resource, count: number): Promise<number> => {
    if (count === 0) return 0;
    const own = (what === 'writes' ? writes : units).take(count, timing.now());
    return await shares.at(-1)?.share.take(what, count) ?? own;
  };

  return {
    lanes: new PQueue({ concurrency: pace.lanes }),
    async enter(cost, signal) {
      await restPause(cost, signal);
      const wait = Math.max(await turn('writes', cost.writes), await turn('units', cost.units));
      if (wait <= 0) return;
      await timing.sleep(wait, signal);
      await restPause(cost, signal);
    },
    throttled(waitMs, what) {
      const now = timing.now();
      // Retry-After ends when the service's bucket holds a little again, not what would have flowed in meanwhile.
      (what === 'writes' ? writes : units).empty(now, now + waitMs);
      shares.at(-1)?.share.tell(waitMs, what);
      pause(waitMs, now);
    },
    wrote(count) {
      if (count > 0) done.push({ at: timing.now(), count });
    },
    estimate(count) {
      const now = timing.now();
      const observed = observedPerSecond(now);
      const atOnce = Math.max(0, Math.min(count, writes.available(now)));
      const later = count - atOnce;
      // A tenant that was never seen throttling may be faster than documented: then what was seen counts.
      const sustained = writes.shaping ? pace.writesPerSecond : Math.max(pace.writesPerSecond, observed);
      const debt = Math.max(0, -writes.available(now));
      return Math.round(pauseLeft() + ((observed > 0 ? atOnce / Math.max(observed, pace.writesPerSecond) : 0) + (later + debt) / sustained) * 1000);
    },
    share(budget) {
      const known = shares.find((one) => one.budget === budget);
      const mine = known ?? { budget, share: createShare(budget, { writes: { perSecond: pace.writesPerSecond, burst: pace.burst }, units: { perSecond: pace.unitsPerSecond, burst: pace.unitBurst } }, timing) };
      shares.push(mine);
      return () => {
        const at = shares.lastIndexOf(mine);
        if (at >= 0) shares.splice(at, 1);
      };
    },
    onThrottled(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
