import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { appError } from '../../../shared/domain/errors.ts';
import type { HttpAnswer, HttpRequest } from './answer.ts';
import { BODY_LIMIT, readBody } from './body.ts';
import { deliver, waits } from './deliver.ts';
import type { Malformed } from './malformed.ts';

/** Answers one request that was read whole. */
export type Handler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** A listening server. */
export interface ListeningServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Stops listening, drops open connections and ends every wait of an answer. */
  close(): Promise<void>;
}

/** Answers for what never becomes a {@link HttpRequest}, and for a handler that throws. */
export interface Refusals {
  /** `path`: as far as it is known, else `/`. */
  readonly malformed: (kind: Malformed, path: string) => HttpAnswer;
  readonly defect: (error: unknown, path: string) => HttpAnswer;
}

/** Times in milliseconds that a client has for the head, and for the whole, of a request. */
export interface TimeLimits { readonly headMs: number; readonly requestMs: number; readonly checkEveryMs: number }

const TIME_LIMITS: TimeLimits = { headMs: 15_000, requestMs: 60_000, checkEveryMs: 5000 };

/**
 * Listens and turns HTTP into {@link Handler} calls. What is no proper request (too large, too deep, compressed, not text, no HTTP at
 * all) is answered here, as far as bytes can still be written; nothing a client sends ends the process.
 * @throws AppError INVALID_INPUT when the address cannot be listened on.
 */
export async function listen(address: { readonly host: '127.0.0.1'; readonly port: number }, handler: Handler, refusals: Refusals, times: TimeLimits = TIME_LIMITS): Promise<ListeningServer> {
  const pause = waits();
  let own = '';
  const answer = async (incoming: IncomingMessage): Promise<HttpAnswer | 'gone'> => {
    const target = incoming.url ?? '/';
    const url = addressOf(target, own);
    const path = url?.pathname ?? '/';
    const { text, problem } = await readBody(incoming);
    if (problem === 'gone') return 'gone';
    // The services take bodies as they are; the SDKs' compression middleware repeats a request uncompressed after a 415.
    if (text !== '' && !/^(identity)?$/i.test(incoming.headers['content-encoding'] ?? '')) return refusals.malformed('encoding', path);
    if (problem !== undefined) return refusals.malformed(problem, path);
    const headers: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(incoming.headers)) headers[name] = Array.isArray(value) ? value.join(', ') : value;
    const host = hostOf(incoming);
    if (host === undefined) return refusals.malformed('host', path);
    const forwarded = headers['x-forwarded-origin'];
    if (!url || (forwarded !== undefined && !/^https?:\/\/[\w.:-]+$/.test(forwarded))) return refusals.malformed('address', path);
    return handler({ method: incoming.method ?? 'GET', origin: forwarded ?? originOf(host, own), url, headers, body: text });
  };
  const respond = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    // A client that goes away while it is answered is its own business.
    outgoing.on('error', () => undefined);
    const path = (): string => addressOf(incoming.url ?? '/', own)?.pathname ?? '/';
    try {
      const result = await answer(incoming);
      if (result !== 'gone') await deliver(incoming, outgoing, result, pause);
    } catch (error) {
      if (outgoing.headersSent) outgoing.destroy();
      else await deliver(incoming, outgoing, refusals.defect(error, path()), pause);
    }
  };
  const latest = new WeakMap<Duplex, ServerResponse>();
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse): void => { latest.set(incoming.socket, outgoing); respond(incoming, outgoing).catch(() => { incoming.socket.destroy(); }); };
  const refuse = (incoming: IncomingMessage, outgoing: ServerResponse, kind: Malformed): void => {
    const refusal = refusals.malformed(kind, addressOf(incoming.url ?? '/', own)?.pathname ?? '/');
    deliver(incoming, outgoing, { ...refusal, headers: { ...refusal.headers, connection: 'close' } }, pause).catch(() => { incoming.socket.destroy(); });
  };

  const server: Server = createServer({ requireHostHeader: false, keepAliveTimeout: 30_000, headersTimeout: times.headMs, requestTimeout: times.requestMs, connectionsCheckingInterval: times.checkEveryMs }, onRequest);
  server.on('checkContinue', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (Number(incoming.headers['content-length']) > BODY_LIMIT) { refuse(incoming, outgoing, 'too large'); return; }
    outgoing.writeContinue();
    onRequest(incoming, outgoing);
  });
  server.on('checkExpectation', (incoming: IncomingMessage, outgoing: ServerResponse) => { refuse(incoming, outgoing, 'expectation'); });
  server.on('connect', (_incoming: IncomingMessage, socket: Duplex) => { writeRaw(socket, refusals.malformed('method', '/')); });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // Bytes in the middle of another answer would be read as a part of it.
    if (latest.get(socket)?.headersSent === true && latest.get(socket)?.writableFinished === false) socket.destroy();
    else writeRaw(socket, refusals.malformed(kindOf(error), '/'));
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(appError('INVALID_INPUT', `The simulator cannot listen on port ${address.port}. Choose another port, or 0 for any free one.`, { cause })));
    server.listen(address.port, address.host, resolve);
  });
  own = `http://${address.host}:${(server.address() as AddressInfo).port}`;
  return {
    url: own,
    close: () => new Promise((resolve) => { pause.end(); server.close(() => resolve()); server.closeAllConnections(); }),
  };
}

/** The address of a request in origin, absolute or asterisk form (RFC 9112 3.2); undefined when it is none. A path of `//` is a path, not a host. */
function addressOf(target: string, own: string): URL | undefined {
  try {
    if (/^https?:\/\//i.test(target)) {
      const url = new URL(target);
      return new URL(`${own}${url.pathname}${url.search}`);
    }
    return new URL(`${own}${target.startsWith('/') ? '' : '/'}${target}`);
  } catch { return undefined; }
}

/** The Host header, empty for HTTP/1.0 without one; undefined when it is missing or no host (RFC 9112 3.2). */
function hostOf(incoming: IncomingMessage): string | undefined {
  const { host } = incoming.headers;
  if (host === undefined) return incoming.httpVersion === '1.0' ? '' : undefined;
  return /^(\[[\da-f:.]+\]|[\w.-]+)?(:\d{1,5})?$/i.test(host) && incoming.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length === 1 ? host : undefined;
}

/** The origin that a client used: any name and port of this machine (a tunnel changes the port); for other names our own. */
function originOf(host: string, own: string): string {
  return isLoopback(host) ? `http://${host.toLowerCase()}` : own;
}

/** True for a Host header that names this machine, whatever the port. */
export function isLoopback(host: string): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host);
}

function kindOf(error: NodeJS.ErrnoException): Malformed {
  if (error.code === 'HPE_HEADER_OVERFLOW') return 'head too large';
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'too slow' : 'message';
}

/** Answers on a connection that Node has given up on, when it can still be written to, and ends it. */
function writeRaw(socket: Duplex, answer: HttpAnswer): void {
  socket.on('error', () => undefined);
  if (!socket.writable) { socket.destroy(); return; }
  const payload = Buffer.from(JSON.stringify(answer.body));
  const headers = { 'x-causeway-simulator': '1', ...answer.headers, 'content-type': 'application/json; charset=utf-8', 'content-length': String(payload.length), connection: 'close' };
  const head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  socket.end(Buffer.concat([Buffer.from(head), payload]), () => { socket.destroy(); });
}
