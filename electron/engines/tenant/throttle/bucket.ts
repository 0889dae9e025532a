/**
 * A token bucket that counts always and shapes only when asked to. Tokens may go below zero: whoever takes them then waits
 * until they are refilled, so that waiting is first come, first served without a queue.
 */
export interface Bucket {
  /** Takes tokens. @returns milliseconds to wait before using them; 0 while the bucket is not shaping. */
  take(tokens: number, now: number): number;
  /** The service has said that its own bucket is empty until then: from now on tokens are waited for, and none are refilled before. */
  empty(now: number, until: number): void;
  /** Tokens there are now; below zero: promised to those who wait. */
  available(now: number): number;
  readonly shaping: boolean;
}

/**
 * @param perSecond tokens refilled a second, above 0.
 * @param burst tokens of a full bucket, at least 1. It starts full.
 */
export function createBucket(perSecond: number, burst: number): Bucket {
  let tokens = burst;
  let at = Number.NaN;
  let shaping = false;
  const refill = (now: number): void => {
    if (!Number.isNaN(at)) tokens = Math.min(burst, tokens + (Math.max(0, now - at) / 1000) * perSecond);
    at = Number.isNaN(at) ? now : Math.max(at, now);
  };
  return {
    take(count, now) {
      refill(now);
      // While nobody complains the count stops at zero: a service more generous than documented must not run up a debt.
      tokens = shaping ? tokens - count : Math.max(0, tokens - count);
      return shaping && tokens < 0 ? at - now + (-tokens / perSecond) * 1000 : 0;
    },
    empty(now, until) {
      refill(now);
      tokens = Math.min(0, tokens);
      at = Math.max(at, until);
      shaping = true;
    },
    available(now) {
      refill(now);
      return tokens;
    },
    get shaping() {
      return shaping;
    },
  };
}
