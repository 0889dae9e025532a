import { AppError, ErrorCode, type Result } from '../domain/errors.ts';
import type { EventName, Events } from './events.ts';
import type { ChannelInput, ChannelName, ChannelOutput } from './index.ts';

/** The few members that a DOM or Electron message port, a WebSocket and the preload bridge have in common. */
export interface PortLike {
  /** Sends one message. Throws when the other side is gone. */
  postMessage(message: ToHost): void;
  /** Registers the one receiver of messages. */
  onMessage(listener: (message: ToClient) => void): void;
  /** Called each time the other side goes away: calls under way will never be answered. */
  onClose(listener: () => void): void;
}

/** What a console sends to the host. */
export type ToHost =
  | { readonly t: 'call'; readonly id: number; readonly channel: string; readonly payload: unknown }
  | { readonly t: 'cancel'; readonly id: number };

/** What the host sends to a console. */
export type ToClient =
  | { readonly t: 'reply'; readonly id: number; readonly result: Result<unknown> }
  | { readonly t: 'event'; readonly name: string; readonly payload: unknown };

/** The part of AbortSignal that is used: the same in a window and in Node. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** How one call is made. */
export interface CallOptions {
  /** Fires to give the call up; the host is told. */
  readonly signal?: CancelSignal;
  /** Milliseconds until the call fails with TIMEOUT. Default 30 000. */
  readonly timeoutMs?: number;
}

/** Timers of the environment (shared code has neither DOM nor Node). */
export interface Timers {
  set(fn: () => void, ms: number): unknown;
  clear(handle: unknown): void;
}

/** The host as a console sees it. */
export interface RpcClient {
  /**
   * Calls one channel.
   * @throws {AppError} with the host's code; `HOST_GONE` (retryable) when the host goes away before replying, `TIMEOUT`
   *   (retryable) after `timeoutMs`, `CANCELLED` when `signal` fires.
   */
  call<K extends ChannelName>(channel: K, input: ChannelInput<K>, options?: CallOptions): Promise<ChannelOutput<K>>;
  /** Subscribes; gives the function that ends it. After a reconnect read state again: events are not replayed. */
  on<E extends EventName>(name: E, listener: (payload: Events[E]) => void): () => void;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const failure = (code: ErrorCode, message: string, retryable: boolean): Result<never> => ({ ok: false, error: { code, message, retryable } });

/**
 * Makes the client of one port. Every call ends: by reply, time-out, cancellation or loss of the host.
 * @param port the connection to the host.
 * @param timers timers of the environment.
 */
export function createClient(port: PortLike, timers: Timers): RpcClient {
  let nextId = 1;
  const pending = new Map<number, (result: Result<unknown>) => void>();
  const listeners = new Map<string, Set<(payload: never) => void>>();

  port.onMessage((message) => {
    if (message.t === 'reply') pending.get(message.id)?.(message.result);
    else for (const listener of listeners.get(message.name) ?? []) listener(message.payload as never);
  });
  // A host that is gone must not leave a spinner turning for ever.
  port.onClose(() => {
    for (const settle of [...pending.values()]) settle(failure(ErrorCode.HostGone, 'The connection to the host was lost before it answered.', true));
  });

  const post = (message: ToHost): boolean => {
    try {
      port.postMessage(message);
      return true;
    } catch {
      return false;
    }
  };

  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set<(payload: never) => void>();
      listeners.set(name, set.add(listener as (payload: never) => void));
      return () => { set.delete(listener as (payload: never) => void); };
    },
    call(channel, input, options = {}) {
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const { signal } = options;
        if (signal?.aborted) {
          reject(new AppError({ code: ErrorCode.Cancelled, message: 'Cancelled.', retryable: false }));
          return;
        }
        const giveUp = (result: Result<never>): void => { post({ t: 'cancel', id }); settle(result); };
        const onAbort = (): void => giveUp(failure(ErrorCode.Cancelled, 'Cancelled.', false));
        const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
        const timer = timers.set(() => giveUp(failure(ErrorCode.Timeout, `${channel} gave no answer within ${timeoutMs / 1000} seconds.`, true)), timeoutMs);
        const settle = (result: Result<unknown>): void => {
          if (!pending.delete(id)) return;
          timers.clear(timer);
          signal?.removeEventListener('abort', onAbort);
          if (result.ok) resolve(result.value as never);
          else reject(new AppError(result.error));
        };
        pending.set(id, settle);
        signal?.addEventListener('abort', onAbort, { once: true });
        if (!post({ t: 'call', id, channel, payload: input })) settle(failure(ErrorCode.HostGone, 'There is no connection to the host.', true));
      });
    },
  };
}
