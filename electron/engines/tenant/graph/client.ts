import {
  AuthenticationHandler, Client, GraphClientError, ResponseType, TelemetryHandler,
} from '@microsoft/microsoft-graph-client';
import type { Context, Middleware } from '@microsoft/microsoft-graph-client';
import { appError, AppError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { TargetConnection } from '../../../../shared/domain/settings.ts';
import { CLOUD_HOSTS, GRAPH_VERSION } from '../clouds.ts';
import type { TenantTransports } from '../port.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { cancelled } from '../throttle/timing.ts';
import { connectionFailure } from './connection.ts';
import type { ConnectionFailure } from './connection.ts';
import { requireReadable } from './read-only.ts';

/** One HTTP request to Graph. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query relative to the version, or a whole nextLink, which is then used letter for letter. */
  readonly address: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What came of it: an answer with any status, or no answer that can be used. */
export type HttpAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Headers; readonly body: unknown }
  | { readonly kind: 'lost'; readonly failure: ConnectionFailure };

/** The Graph client of one connection: one request, one try. Repeating and waiting is the sender's matter. */
export interface GraphClient {
  /**
   * Sends once. @param signal aborts the request itself: only for reads, since the outcome of a write would be unknown.
   * @throws AppError CANCELLED, FORBIDDEN (read-only connection), INVALID_INPUT (link of another host), and those of the sign-in.
   */
  request(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer>;
  /** HTTP requests sent so far. */
  readonly sent: number;
}

/** Middleware option that carries an address past the client's own URL builder, which would reorder a nextLink's parameters. */
class ExactAddress {
  readonly url: string;
  constructor(url: string) {
    this.url = url;
  }
}

const exactAddress = (): Middleware => {
  let next: Middleware | undefined;
  return {
    async execute(context: Context) {
      const wanted: unknown = context.middlewareControl?.getMiddlewareOptions(ExactAddress);
      if (wanted instanceof ExactAddress) context.request = wanted.url;
      await next?.execute(context);
    },
    setNext(middleware: Middleware) { next = middleware; },
  };
};

/** The client turns foreign errors into text; its own error class is let through, so the real one travels inside. */
function carry(error: unknown): GraphClientError {
  const carrier = new GraphClientError('carried');
  carrier.customError = error;
  return carrier;
}

const lastTransport = (send: (url: string, init: RequestInit) => Promise<Response>, timeoutMs: number): Middleware => ({
  async execute(context: Context) {
    const url = typeof context.request === 'string' ? context.request : context.request.url;
    const options = (context.options ?? {}) as RequestInit;
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
    try {
      context.response = await send(url, { ...options, signal });
    } catch (error) {
      throw carry(error);
    }
  },
});

/**
 * Makes the client. The chain is exact address, stock authentication, stock telemetry, transport. The stock retry handler is
 * left out on purpose: it sleeps by itself instead of stopping all lanes, caps Retry-After at 180 s, repeats POST after a 504
 * without knowing whether it was done, and does not see throttling inside a `$batch`.
 * @param options `timeoutMs`: time limit of one request, 100 s when absent; `onSent` is called for each request that is sent.
 */
export function createGraphClient(options: {
  readonly connection: TargetConnection; readonly signIn: SignIn; readonly transports?: TenantTransports; readonly timeoutMs?: number; readonly onSent?: () => void;
}): GraphClient {
  const { connection, signIn } = options;
  const origin = CLOUD_HOSTS[connection.cloud].graph;
  const host = new URL(origin).host;
  const authentication = new AuthenticationHandler({
    getAccessToken: () => signIn.token('graph').catch((error: unknown) => { throw carry(error); }),
  });
  const client = Client.initWithMiddleware({
    baseUrl: origin, defaultVersion: GRAPH_VERSION,
    middleware: [exactAddress(), authentication, new TelemetryHandler(), lastTransport(options.transports?.fetch ?? ((url, init) => fetch(url, init)), options.timeoutMs ?? 100_000)],
  });
  let sent = 0;

  /** Sends once with the present token. */
  async function once(request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const whole = request.address.startsWith('https://');
    const call = client.api(whole ? `/` : request.address.split('?')[0] ?? '/')
      // Node's fetch says `accept-language: *`, which some Graph endpoints refuse (msgraph-sdk-javascript issue 999).
      .headers({ 'Accept-Language': 'en-US', ...request.headers })
      .responseType(ResponseType.RAW)
      .middlewareOptions([new ExactAddress(whole ? request.address : `${origin}/${GRAPH_VERSION}${request.address}`)]);
    if (signal) call.option('signal', signal);
    sent += 1;
    options.onSent?.();
    try {
      const response = (await (request.method === 'GET' ? call.get() : call.post(request.body))) as Response;
      const text = await response.text();
      return { kind: 'answered', status: response.status, headers: response.headers, body: text === '' ? null : parse(text, response) };
    } catch (error) {
      const real: unknown = error instanceof GraphClientError ? error.customError : error;
      if (signal?.aborted) throw cancelled(real);
      if (real instanceof AppError) throw real;
      return { kind: 'lost', failure: connectionFailure(real, host) };
    }
  }

  return {
    async request(request, signal) {
      requireReadable(connection, request);
      if (/^https?:/i.test(request.address) && !request.address.startsWith(`${origin}/`)) {
        throw appError(ErrorCode.InvalidInput, `${host} named a page on another host, which is not followed: read again, and check the proxy if it goes on.`);
      }
      await signIn.token('graph', signal);
      const first = await once(request, signal);
      if (first.kind !== 'answered' || first.status !== 401) return first;
      // The token was revoked before its time: a 401 is decided before anything is done, so even a write may be repeated.
      await signIn.token('graph', signal, { fresh: true });
      return once(request, signal);
    },
    get sent() {
      return sent;
    },
  };
}

/** JSON, or undefined for an answer that is not JSON and not a success (a proxy's page). A success must be JSON. */
function parse(text: string, response: Response): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (response.status >= 400) return undefined;
    throw error;
  }
}
