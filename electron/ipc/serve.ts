import { z } from 'zod';
import { ErrorCode, type AppErrorData, type Result } from '../../shared/domain/errors.ts';
import type { EventName, Events } from '../../shared/contracts/events.ts';
import type { ToClient } from '../../shared/contracts/client.ts';
import type { HostPort } from './port.ts';
import type { Dispatch } from './router.ts';

const CallId = z.int();
/** A frame as it arrives; the payload is checked later by its channel's schema. */
const Incoming = z.discriminatedUnion('t', [
  z.object({ t: z.literal('call'), id: CallId, channel: z.string().max(80), payload: z.unknown() }),
  z.object({ t: z.literal('cancel'), id: CallId }),
]);
const Identified = z.object({ t: z.literal('call'), id: CallId });

/** Calls that one connection may have open; a window has a handful. Beyond it calls are refused, so that a runaway page cannot pile them up. */
export const MAX_OPEN_CALLS = 256;

/** One served connection. */
export interface Served {
  /** Sends an event; does nothing once the port is closed. */
  publish<E extends EventName>(name: E, payload: Events[E]): void;
  /** Calls that are not answered yet. */
  readonly openCalls: () => number;
}

/**
 * Serves a router over one port until the port closes, which aborts every call made through it.
 *
 * Each call with a usable id is answered exactly once: also when the frame does not fit, when the answer cannot be
 * cloned, and when it was cancelled. A frame without a usable id cannot be answered and is dropped.
 */
export function serve(port: HostPort, dispatch: Dispatch): Served {
  const running = new Map<number, AbortController>();
  let open = true;

  const reply = (id: number, result: Result<unknown>): void => {
    if (!open) return;
    try {
      port.postMessage({ t: 'reply', id, result } satisfies ToClient);
    } catch {
      // A value that cannot be cloned (a function, a bigint, a driver object) must neither hide the answer nor stop the host.
      port.postMessage({ t: 'reply', id, result: failed(ErrorCode.Internal, 'The answer could not be sent to the window.') } satisfies ToClient);
    }
  };

  const call = async (id: number, channel: string, payload: unknown): Promise<void> => {
    const abort = new AbortController();
    running.set(id, abort);
    const result = await dispatch(channel, payload, { signal: abort.signal });
    running.delete(id);
    reply(id, result);
  };

  port.onMessage((data) => {
    const frame = Incoming.safeParse(data);
    if (!frame.success) {
      const known = Identified.safeParse(data);
      if (known.success && !running.has(known.data.id)) reply(known.data.id, failed(ErrorCode.InvalidInput, 'The message does not have the form of a call.'));
      return;
    }
    if (frame.data.t === 'cancel') {
      running.get(frame.data.id)?.abort();
      return;
    }
    const { id, channel, payload } = frame.data;
    // The same id twice: answering would settle the first call with the second one's refusal.
    if (running.has(id)) return;
    if (running.size >= MAX_OPEN_CALLS) {
      reply(id, failed(ErrorCode.Conflict, 'Too many calls are open at once. Try again in a moment.', { retryable: true }));
      return;
    }
    void call(id, channel, payload);
  });
  port.onClose(() => {
    open = false;
    for (const abort of running.values()) abort.abort();
  });

  return {
    publish: (name, payload) => {
      if (open) port.postMessage({ t: 'event', name, payload } satisfies ToClient);
    },
    openCalls: () => running.size,
  };
}

function failed(code: ErrorCode, message: string, more: { readonly retryable?: boolean } = {}): Result<never> {
  const error: AppErrorData = { code, message, retryable: more.retryable ?? false };
  return { ok: false, error };
}
