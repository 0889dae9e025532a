import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appError } from '../../../shared/domain/errors.ts';
import type { HttpAnswer, HttpRequest } from './answer.ts';

/** Largest request body in bytes: 4 MB (Graph documentation, request size). */
export const BODY_LIMIT = 4 * 1024 * 1024;

/** Answers one request that was read whole. */
export type Handler = (request: HttpRequest) => HttpAnswer;

/** A listening server. */
export interface ListeningServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

/** Answers for what never becomes a {@link HttpRequest}, and for a handler that throws. */
export interface Refusals {
  readonly tooLarge: () => HttpAnswer;
  readonly badAddress: () => HttpAnswer;
  readonly defect: (error: unknown) => HttpAnswer;
}

/**
 * Listens and turns HTTP into {@link Handler} calls. A body above {@link BODY_LIMIT} and an address that is none are answered
 * here by `tooLarge` and `badAddress`; nothing a client sends ends the process.
 * @throws AppError INVALID_INPUT when the address cannot be listened on.
 */
export async function listen(address: { readonly host: '127.0.0.1'; readonly port: number }, handler: Handler, refusals: Refusals): Promise<ListeningServer> {
  let own = '';
  const answer = async (incoming: IncomingMessage): Promise<HttpAnswer> => {
    const body = await readBody(incoming);
    if (body === undefined) return refusals.tooLarge();
    const headers: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(incoming.headers)) headers[name] = Array.isArray(value) ? value.join(', ') : value;
    let url: URL;
    try { url = new URL(incoming.url ?? '/', own); } catch { return refusals.badAddress(); }
    const forwarded = headers['x-forwarded-origin'];
    if (forwarded !== undefined && !/^https?:\/\/[\w.:-]+$/.test(forwarded)) return refusals.badAddress();
    return handler({ method: incoming.method ?? 'GET', origin: forwarded ?? own, url, headers, body });
  };
  const server: Server = createServer((incoming, outgoing) => {
    answer(incoming).catch((error: unknown) => refusals.defect(error)).then((result) => write(outgoing, result)).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(appError('INVALID_INPUT', `The simulator cannot listen on port ${address.port}. Choose another port, or 0 for any free one.`, { cause })));
    server.listen(address.port, address.host, resolve);
  });
  own = `http://${address.host}:${(server.address() as AddressInfo).port}`;
  return {
    url: own,
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}

/** The body as text; undefined when it is too large. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped, so that the client gets its answer instead of a broken connection.
    if (size <= BODY_LIMIT) chunks.push(chunk);
    if (size > BODY_LIMIT * 8) return undefined;
  }
  return size > BODY_LIMIT ? undefined : Buffer.concat(chunks).toString('utf8');
}

function write(outgoing: ServerResponse, answer: HttpAnswer): void {
  const headers: Record<string, string> = { 'x-causeway-simulator': '1', ...answer.headers };
  if (answer.body === undefined) {
    outgoing.writeHead(answer.status, headers);
    outgoing.end();
    return;
  }
  const isText = typeof answer.body === 'string';
  const payload = Buffer.from(isText ? answer.body as string : JSON.stringify(answer.body));
  outgoing.writeHead(answer.status, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8', ...headers, 'content-length': String(payload.length) });
  outgoing.end(payload);
}
