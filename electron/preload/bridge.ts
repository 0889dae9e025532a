import type { ToClient, ToHost } from '../../shared/contracts/client.ts';
import { ErrorCode, type Result } from '../../shared/domain/errors.ts';

/** The part of a page's MessagePort that the bridge uses. */
export interface PagePort {
  postMessage(message: unknown): void;
  close(): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
}

/** What a listener of the window is told: the host's events, and that the host went or came back. */
export type BridgeMessage = ToClient | { readonly t: 'closed' } | { readonly t: 'opened' };

/** What the window sees as `window.causeway`. Only plain data crosses; errors are data. */
export interface BridgeApi {
  /** @returns the host's answer; `HOST_GONE` when the host ended before it answered. Never rejects. */
  call(channel: string, input: unknown, id: number): Promise<Result<unknown>>;
  cancel(id: number): void;
  on(listener: (message: BridgeMessage) => void): void;
}

/** The bridge and the two things that the shell does to it. */
export interface Bridge {
  readonly api: BridgeApi;
  /** A host was started and this is its port; a former port is given up. */
  attach(port: PagePort): void;
  /** The host ended. */
  detach(): void;
}

/**
 * Makes the bridge of one page. Calls made before the first host is there wait for it; calls made after a host ended are answered
 * at once, so that no screen turns for ever.
 */
export function createBridge(): Bridge {
  const pending = new Map<number, (result: Result<unknown>) => void>();
  const listeners = new Set<(message: BridgeMessage) => void>();
  let port: PagePort | null = null;
  let waiting: ToHost[] | null = [];

  const tell = (message: BridgeMessage): void => { for (const listener of listeners) listener(message); };
  const settle = (id: number, result: Result<unknown>): void => {
    const resolve = pending.get(id);
    pending.delete(id);
    resolve?.(result);
  };
  const receive = (data: unknown): void => {
    const message = data as ToClient;
    if (message.t === 'reply') settle(message.id, message.result);
    else if (message.t === 'event') tell(message);
  };
  const giveUp = (): void => {
    port?.close();
    port = null;
    for (const id of [...pending.keys()]) settle(id, GONE);
  };

  return {
    api: {
      call: (channel, payload, id) => new Promise((resolve) => {
        if (port === null && waiting === null) {
          resolve(GONE);
          return;
        }
        pending.set(id, resolve);
        const message = { t: 'call', id, channel, payload } as const;
        if (port === null) waiting?.push(message);
        else port.postMessage(message);
      }),
      cancel: (id) => { port?.postMessage({ t: 'cancel', id } satisfies ToHost); },
      on: (listener) => { listeners.add(listener); },
    },
    attach: (next) => {
      if (port !== null) {
        giveUp();
        tell({ t: 'closed' });
      }
      port = next;
      next.onmessage = (event) => { receive(event.data); };
      for (const message of waiting ?? []) next.postMessage(message);
      const first = waiting !== null;
      waiting = null;
      if (!first) tell({ t: 'opened' });
    },
    detach: () => {
      if (port === null) return;
      giveUp();
      tell({ t: 'closed' });
    },
  };
}

const GONE: Result<never> = { ok: false, error: { code: ErrorCode.HostGone, message: 'The engine of the console stopped. It is being started again; try again in a moment.', retryable: true } };
