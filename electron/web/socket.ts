import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { MAX_FRAME_BYTES } from '../../shared/contracts/frames.ts';
import type { EventListener } from '../ipc/events.ts';
import type { Dispatch } from '../ipc/router.ts';
import type { HostPort } from '../ipc/port.ts';
import { serve } from '../ipc/serve.ts';
import type { Log } from '../platform/log.ts';

/** Bytes waiting for a slow window above which events are left out: they are snapshots, so a missed one does no harm. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** What {@link createSocketServer} serves. */
export interface SocketOptions {
  readonly dispatch: Dispatch;
  /** Subscribes to events; gives the function that ends it. */
  readonly onEvent: (listener: EventListener) => () => void;
  readonly log: Log;
  /** Milliseconds between pings; a window that answered none since the last one is taken for gone. */
  readonly heartbeatMs: number;
}

/** The WebSocket side of the web console; the caller has checked who is asking before it hands over an upgrade. */
export interface SocketServer {
  readonly sockets: WebSocketServer;
  /** Ends all connections. */
  close(): void;
}

/** Makes the server; each connection is one port of {@link serve}. */
export function createSocketServer(options: SocketOptions): SocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false, clientTracking: true });
  const alive = new WeakSet<WebSocket>();
  sockets.on('connection', (socket) => {
    alive.add(socket);
    socket.on('pong', () => { alive.add(socket); });
    socket.on('error', (error) => { options.log.warn({ err: error }, 'a window sent something that is no frame of ours'); });
    const served = serve(portOf(socket), options.dispatch);
    const off = options.onEvent((name, payload) => {
      if (socket.bufferedAmount < MAX_WAITING_BYTES) served.publish(name, payload);
    });
    socket.on('close', off);
  });
  const heartbeat = setInterval(() => {
    for (const socket of sockets.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, options.heartbeatMs).unref();
  return {
    sockets,
    close: () => {
      clearInterval(heartbeat);
      for (const socket of sockets.clients) {
        socket.close(1001);
        // A window that does not answer the goodbye must not hold the process.
        setTimeout(() => { socket.terminate(); }, 500).unref();
      }
      sockets.close();
    },
  };
}

/** A WebSocket as a port: one frame, one JSON text. */
function portOf(socket: WebSocket): HostPort {
  return {
    postMessage: (message) => {
      const text = JSON.stringify(message);
      if (socket.readyState === socket.OPEN) socket.send(text);
    },
    onMessage: (listener) => {
      socket.on('message', (data: RawData, isBinary: boolean) => {
        const frame = isBinary ? undefined : parse(data);
        if (frame === undefined) socket.close(1007, 'not a JSON text');
        else listener(frame);
      });
    },
    onClose: (listener) => { socket.on('close', () => { listener(); }); },
  };
}

function parse(data: RawData): unknown {
  try {
    return JSON.parse((data as Buffer).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
