import type { Result } from '../domain/errors.ts';

/**
 * The messages that cross a transport (MessagePort, WebSocket). JSON-safe by construction: on a WebSocket each frame
 * is one JSON text, on a MessagePort the same object by structured clone.
 */
export type ToHost =
  | { readonly t: 'call'; /** Chosen by the caller, unique among its calls in flight. */ readonly id: number; readonly channel: string; readonly payload: unknown }
  /** Aborts call `id`; the call is still answered, as `CANCELLED` when the abort came in time. */
  | { readonly t: 'cancel'; readonly id: number };

/** What the host sends: one reply per call, and events that nobody asked for. */
export type ToClient =
  | { readonly t: 'reply'; readonly id: number; readonly result: Result<unknown> }
  | { readonly t: 'event'; readonly name: string; readonly payload: unknown };

/** The few members shared by a DOM MessagePort, Electron's MessagePortMain, a worker's MessagePort and a wrapped WebSocket. */
export interface PortLike {
  /** Sends one message. May throw when the value cannot be cloned. */
  postMessage(message: unknown): void;
  onMessage(listener: (data: unknown) => void): void;
  onClose(listener: () => void): void;
}

/** Largest frame that either side accepts, in bytes (16 MiB): above the largest export page, far below what would exhaust a process. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** Path of the WebSocket in the web console. */
export const RPC_PATH = '/rpc';
