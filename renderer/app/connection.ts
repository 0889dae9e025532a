import type { PortLike, ToClient, ToHost } from '../../shared/contracts/client.ts';
import type { Result } from '../../shared/domain/errors.ts';

/** Whether the host can be reached now. */
export type ConnectionState = 'connecting' | 'connected' | 'lost';

/** A port that also tells how the connection stands. */
export interface Connection extends PortLike {
  readonly state: () => ConnectionState;
  /** Subscribes to changes of the state; gives the function that ends it. */
  readonly onState: (listener: () => void) => () => void;
}

/** What the preload script exposes in the desktop application. Errors cross as data. */
export interface CausewayBridge {
  call(channel: string, input: unknown, id: number): Promise<Result<unknown>>;
  cancel(id: number): void;
  /** Events of the host, and `{ t: 'closed' | 'opened' }` when the host goes and comes back. */
  on(listener: (message: ToClient | { readonly t: 'closed' } | { readonly t: 'opened' }) => void): void;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;

interface Receivers { message: (m: ToClient) => void; close: () => void }

function stateBox(first: ConnectionState): { get: () => ConnectionState; set: (s: ConnectionState) => void; on: (l: () => void) => () => void } {
  let state = first;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set: (next) => { if (next !== state) { state = next; for (const l of [...listeners]) l(); } },
    on: (l) => { listeners.add(l); return () => { listeners.delete(l); }; },
  };
}

/** Connects through the preload bridge of the desktop application. */
export function bridgeConnection(bridge: CausewayBridge): Connection {
  const state = stateBox('connected');
  const to: Receivers = { message: () => undefined, close: () => undefined };
  bridge.on((m) => {
    if (m.t === 'closed') { state.set('lost'); to.close(); }
    else if (m.t === 'opened') state.set('connected');
    else to.message(m);
  });
  return {
    state: state.get, onState: state.on,
    onMessage: (listener) => { to.message = listener; },
    onClose: (listener) => { to.close = listener; },
    postMessage: (m) => {
      if (m.t === 'cancel') { bridge.cancel(m.id); return; }
      bridge.call(m.channel, m.payload, m.id).then(
        (result) => to.message({ t: 'reply', id: m.id, result }),
        () => to.message({ t: 'reply', id: m.id, result: { ok: false, error: { code: 'HOST_GONE', message: 'The host did not answer.', retryable: true } } }),
      );
    },
  };
}

/**
 * Connects to the web host and goes on trying when the connection is lost (0.5 s, 1 s ... 5 s between tries).
 * @param url WebSocket address of the host on the same origin.
 */
export function socketConnection(url: string): Connection {
  const state = stateBox('connecting');
  const to: Receivers = { message: () => undefined, close: () => undefined };
  const waiting: ToHost[] = [];
  let socket: WebSocket | null = null;
  let delay = FIRST_RETRY_MS;

  const open = (): void => {
    const ws = new WebSocket(url);
    socket = ws;
    ws.addEventListener('open', () => {
      delay = FIRST_RETRY_MS;
      for (const m of waiting.splice(0)) ws.send(JSON.stringify(m));
      state.set('connected');
    });
    ws.addEventListener('message', (event: MessageEvent<string>) => to.message(JSON.parse(event.data) as ToClient));
    ws.addEventListener('close', () => {
      waiting.length = 0;
      state.set('lost');
      to.close();
      setTimeout(open, delay);
      delay = Math.min(delay * 2, LONGEST_RETRY_MS);
    });
  };
  open();
  return {
    state: state.get, onState: state.on,
    onMessage: (listener) => { to.message = listener; },
    onClose: (listener) => { to.close = listener; },
    postMessage: (m) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(m));
      else if (state.get() === 'connecting') waiting.push(m);
      else throw new Error('not connected');
    },
  };
}

/** The connection that fits where the window runs: the preload bridge when there is one, else the web host that served the page. */
export function connectHost(scope: Window & { readonly causeway?: CausewayBridge }): Connection {
  if (scope.causeway) return bridgeConnection(scope.causeway);
  const url = new URL('/rpc', scope.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.search = scope.location.search;
  return socketConnection(url.href);
}
