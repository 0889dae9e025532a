/** Timers as a port, so that tests run without waiting. */
export interface Timers {
  set(fn: () => void, ms: number): unknown;
  clear(handle: unknown): void;
}

/** Timers of Node that do not keep the process alive. */
export const nodeTimers: Timers = {
  set: (fn, ms) => setTimeout(fn, ms).unref(),
  clear: (handle) => { clearTimeout(handle as NodeJS.Timeout); },
};

/** What {@link latestPerKey} gives. */
export interface LatestPerKey<T> {
  /** Sends now, or replaces the value that waits for the next turn of this key. */
  push(key: string, value: T): void;
  /** Sends now whatever waits; for a final state, which must never be late, lost or followed by an older one. */
  flush(key: string, value: T): void;
  /** Drops everything that waits and ends all timers. */
  close(): void;
}

interface Slot<T> { waiting: T | undefined; handle: unknown }

/**
 * Sends the newest value per key at most once per `everyMs`; the values between are dropped, the last one is not.
 * @param everyMs milliseconds between two sends of one key.
 * @param send the receiver.
 * @param timers see {@link nodeTimers}.
 */
export function latestPerKey<T extends object>(everyMs: number, send: (value: T) => void, timers: Timers): LatestPerKey<T> {
  const slots = new Map<string, Slot<T>>();
  const rest = (key: string): void => {
    const handle = timers.set(() => {
      const slot = slots.get(key);
      slots.delete(key);
      if (slot?.waiting !== undefined) {
        rest(key);
        send(slot.waiting);
      }
    }, everyMs);
    slots.set(key, { waiting: undefined, handle });
  };
  return {
    push(key, value) {
      const slot = slots.get(key);
      if (slot) {
        slot.waiting = value;
        return;
      }
      rest(key);
      send(value);
    },
    flush(key, value) {
      const slot = slots.get(key);
      if (slot) timers.clear(slot.handle);
      rest(key);
      send(value);
    },
    close() {
      for (const slot of slots.values()) timers.clear(slot.handle);
      slots.clear();
    },
  };
}
