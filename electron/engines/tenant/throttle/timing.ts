import { setTimeout as delay } from 'node:timers/promises';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';

/** Time and chance, given from outside so that waiting can be tested without waiting. */
export interface Timing {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds.
   * @throws AppError CANCELLED when the signal is aborted before.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A number from 0 (included) to 1 (excluded). */
  random(): number;
}

/** The machine's own time. */
export const SYSTEM_TIMING: Timing = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    throwIfAborted(signal);
    try {
      await delay(Math.max(0, Math.ceil(ms)), undefined, signal ? { signal } : {});
    } catch (error) {
      throw cancelled(error);
    }
  },
  random: () => Math.random(),
};

/** The error of a call that was called off. */
export function cancelled(cause?: unknown): Error {
  return appError(ErrorCode.Cancelled, 'The request to the tenant was called off.', cause === undefined ? {} : { cause });
}

/**
 * @throws AppError CANCELLED when the signal is aborted.
 */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled(signal.reason);
}

/**
 * Back-off with full jitter in its upper half: 0.5 s, 1 s, 2 s ... doubled each try, at most 30 s, times 0.5 to 1.
 * @param attempt tries made so far, from 1.
 * @param random number from 0 to 1.
 * @returns milliseconds.
 */
export function backOff(attempt: number, random: number): number {
  return Math.min(30_000, 500 * 2 ** (attempt - 1)) * (0.5 + random / 2);
}

/**
 * Reads a Retry-After header (RFC 9110, 10.2.3): seconds, also with decimals, which Graph's throttling documentation shows
 * (`2.128`), or a date.
 * @param now milliseconds since 1970, for dates.
 * @returns milliseconds from now, 0 to one hour; null when there is none or it is not readable.
 */
export function retryAfterMs(value: string | null | undefined, now: number): number | null {
  const text = value?.trim();
  if (!text) return null;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.min(3_600_000, Math.max(0, ms)) : null;
}
