/** Time inside the simulator. Every instant is in milliseconds since 1970 (UTC). */
export interface SimulatorClock {
  /** Wall time: the base clock plus everything {@link SimulatorClock.advance} added. Dates, tokens and the recycle bin use it. */
  now(): number;
  /** Time of quota windows and replication: runs `speed` times as fast as wall time. */
  quick(): number;
  /** Milliseconds a client has to wait for so many milliseconds of {@link SimulatorClock.quick}. */
  realWait(quickMs: number): number;
  /** Moves both times forward. */
  advance(ms: number): void;
  /** Milliseconds that {@link SimulatorClock.advance} has added so far. */
  readonly advancedMs: number;
  /** Runs something that was due earlier: meanwhile {@link SimulatorClock.quick} is that earlier time. */
  asOf(quickMs: number, run: () => void): void;
  readonly speed: number;
}

/**
 * Makes a clock.
 * @param base wall time, `Date.now` in production of the simulator, a fixed one in tests.
 * @param speed factor of the quick time, above 0.
 */
export function simulatorClock(base: () => number, speed: number): SimulatorClock {
  const start = base();
  let added = 0;
  let earlier: number | undefined;
  return {
    now: () => base() + added,
    quick: () => earlier ?? start + (base() - start) * speed + added,
    realWait: (quickMs) => quickMs / speed,
    advance: (ms) => { added += ms; },
    get advancedMs() { return added; },
    asOf: (quickMs, run) => {
      earlier = quickMs;
      try { run(); } finally { earlier = undefined; }
    },
    speed,
  };
}
