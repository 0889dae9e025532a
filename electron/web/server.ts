import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { RPC_PATH } from '../../shared/contracts/frames.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { EventListener } from '../ipc/events.ts';
import type { Dispatch } from '../ipc/router.ts';
import type { Log } from '../platform/log.ts';
import { readWindowFile, SAFE_HEADERS } from '../platform/window-files.ts';
import { createAccess, type Access, type Refusal } from './access.ts';
import { goOnPage, OPEN_PATH, PLAIN_POLICY, REFUSED_PAGES } from './pages.ts';
import { createSocketServer } from './socket.ts';

/** The console listens on this address and no other: it is for the browser of the same machine. */
export const CONSOLE_HOST = '127.0.0.1';
const HEARTBEAT_MS = 30_000;

/** What {@link startWebConsole} serves. */
export interface WebConsoleOptions {
  /** The router over an open console's handlers; see ipc/router.ts. */
  readonly dispatch: Dispatch;
  /** Subscribes to events; gives the function that ends it. */
  readonly onEvent: (listener: EventListener) => () => void;
  /** Folder of the built window (`out/renderer`), absolute. */
  readonly root: string;
  /** Port; 0 or none takes a free one. */
  readonly port?: number;
  readonly log: Log;
  /** Milliseconds since 1970-01-01 UTC; default the machine's clock. */
  readonly now?: () => number;
  /** Milliseconds between pings of a window; default 30 000. */
  readonly heartbeatMs?: number;
}

/** A running web console. */
export interface WebConsole {
  /** `http://127.0.0.1:PORT/`: works for browsers that hold a session. */
  readonly url: string;
  /** Address that opens a session: once, within ten minutes. Treat it like a password. */
  readonly oneTimeUrl: string;
  /** Another one-time address. */
  newOneTimeUrl(): string;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

/**
 * Starts the web console on the loopback.
 *
 * Every request, the WebSocket's too, must name the console's own host, come from its own pages or the address bar, and
 * carry the session cookie that a one-time address was exchanged for; anything else gets 401 or 403.
 * @throws {AppError} `CONFLICT` when the port is in use, `FORBIDDEN` when this user may not listen on it.
 */
export async function startWebConsole(options: WebConsoleOptions): Promise<WebConsole> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 });
  const port = await listen(server, options.port ?? 0);
  const access = createAccess(port, options.now ?? Date.now);
  const sockets = createSocketServer({ dispatch: options.dispatch, onEvent: options.onEvent, log: options.log, heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS });
  const refuse = (request: IncomingMessage, refusal: Refusal): void => {
    options.log.warn({ reason: refusal.reason, method: request.method, host: request.headers.host, origin: request.headers.origin }, 'the web console refused a request');
  };

  server.on('request', (request, response) => {
    answer(request, response, access, options.root, refuse).catch((cause: unknown) => {
      options.log.error({ err: cause }, 'the web console could not answer a request');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => { stream.destroy(); });
    const refusal = access.checkOrigin(request.headers, 'socket') ?? access.checkSession(request.headers);
    if (refusal || pathOf(request)?.pathname !== RPC_PATH) {
      if (refusal) refuse(request, refusal);
      const status = refusal ? (refusal.status === 401 ? '401 Unauthorized' : '403 Forbidden') : '404 Not Found';
      stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.sockets.handleUpgrade(request, stream, head, (socket) => { sockets.sockets.emit('connection', socket, request); });
  });

  const url = `http://${CONSOLE_HOST}:${port}/`;
  const newOneTimeUrl = (): string => `${url.slice(0, -1)}${OPEN_PATH}?token=${access.newToken()}`;
  return {
    url,
    oneTimeUrl: newOneTimeUrl(),
    newOneTimeUrl,
    close: async () => {
      sockets.close();
      await new Promise<void>((resolve) => {
        server.close(() => { resolve(); });
        server.closeIdleConnections();
        setTimeout(() => { server.closeAllConnections(); }, 600).unref();
      });
    },
  };
}

async function answer(
  request: IncomingMessage, response: ServerResponse, access: Access, root: string, refuse: (request: IncomingMessage, refusal: Refusal) => void,
): Promise<void> {
  const page = (status: keyof typeof REFUSED_PAGES): void => { sendPage(request, response, status, REFUSED_PAGES[status]); };
  const foreign = access.checkOrigin(request.headers, 'page');
  if (foreign) {
    refuse(request, foreign);
    page(foreign.status);
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    page(405);
    return;
  }
  const target = pathOf(request);
  if (target === null) {
    page(404);
    return;
  }
  // HEAD must not use the token up: programs that preview links send it.
  if (target.pathname === OPEN_PATH && request.method === 'GET') {
    const session = access.exchange(target.searchParams.get('token') ?? '');
    if (session === null) {
      refuse(request, { status: 401, reason: 'token' });
      page(401);
      return;
    }
    response.setHeader('Set-Cookie', access.cookie(session));
    sendPage(request, response, 200, goOnPage());
    return;
  }
  const unknown = access.checkSession(request.headers);
  if (unknown) {
    page(unknown.status);
    return;
  }
  const file = await readWindowFile(root, target.pathname, `ws://${request.headers.host ?? ''}`);
  if (file === null && target.pathname === '/favicon.ico') {
    // Browsers ask for it by themselves; an error would only stand in the console.
    response.writeHead(204, { ...SAFE_HEADERS, 'Cache-Control': 'max-age=86400' }).end();
    return;
  }
  if (file === null) {
    page(target.pathname === '/' ? 503 : 404);
    return;
  }
  const headers = { ...SAFE_HEADERS, 'Content-Type': file.type, 'Content-Length': file.body.byteLength, 'Cache-Control': file.cache };
  response.writeHead(200, { ...headers, 'Content-Security-Policy': file.policy ?? PLAIN_POLICY });
  response.end(request.method === 'HEAD' ? undefined : file.body);
}

function sendPage(request: IncomingMessage, response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    ...SAFE_HEADERS, 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': Buffer.byteLength(html), 'Cache-Control': 'no-store', 'Content-Security-Policy': PLAIN_POLICY,
  });
  response.end(request.method === 'HEAD' ? undefined : html);
}

/** Only path and query of the request line count; the base is never used for anything. */
function pathOf(request: IncomingMessage): URL | null {
  const raw = request.url ?? '';
  // The raw line is looked at before URL normalises `..` away: nobody honest sends it.
  if (!/^\/(?![/\\])/.test(raw) || /(^|[/\\])(\.|%2e){2}([/\\?]|$)/i.test(raw)) return null;
  return URL.canParse(raw, 'http://console.invalid') ? new URL(raw, 'http://console.invalid') : null;
}

async function listen(server: Server, port: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') reject(appError(ErrorCode.Conflict, `Port ${port} is in use by another program. Name another port, or none to take a free one.`, { cause }));
      else if (cause.code === 'EACCES') reject(appError(ErrorCode.Forbidden, `This user may not listen on port ${port}. Name a port above 1023.`, { cause }));
      else reject(appError(ErrorCode.Internal, `The web console cannot listen on port ${port}: ${cause.code ?? 'unknown reason'}.`, { cause }));
    });
    server.listen(port, CONSOLE_HOST, () => { resolve((server.address() as AddressInfo).port); });
  });
}
