import { setTimeout as wait } from 'node:timers/promises';

/** Time as a port, so that tests decide what time it is. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Waits. Rejects with the signal's `AbortError` as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. Waiting keeps the process alive: somebody awaits it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => { await wait(ms, undefined, signal ? { signal } : {}); },
};
