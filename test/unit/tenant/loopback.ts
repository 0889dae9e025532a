import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TargetConnection } from '../../../shared/domain/settings.ts';
import { createSignIn, openTenant, TenantGates } from '../../../electron/engines/tenant/index.ts';
import type { OpenedTenant, Pace, TenantTransports, Timing } from '../../../electron/engines/tenant/index.ts';

/** One request as the scripted server saw it; `body` parsed when it was JSON. */
export interface Seen {
  readonly method: string;
  readonly host: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: unknown;
  readonly text: string;
}
/** What the script answers: an answer, broken text, or the connection cut before or in the answer. */
export type Reply =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly json?: unknown; readonly text?: string }
  | 'reset';

export interface Loopback {
  readonly origin: string;
  readonly seen: readonly Seen[];
  /** Seen requests other than to the sign-in service. */
  graph(): readonly Seen[];
  readonly transports: TenantTransports;
  close(): Promise<void>;
}

/** A server on loopback that answers by script; the sign-in service gives out a token unless the script answers itself. */
export async function startLoopback(script: (request: Seen, count: number) => Reply | undefined): Promise<Loopback> {
  const seen: Seen[] = [];
  let graphCount = 0;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const origin = String(request.headers['x-forwarded-origin'] ?? '');
      const one: Seen = {
        method: request.method ?? '', url: request.url ?? '', host: origin === '' ? '' : new URL(origin).host, headers: request.headers, text,
        body: request.headers['content-type']?.includes('json') ? (JSON.parse(text) as unknown) : undefined,
      };
      seen.push(one);
      const isSignIn = one.host.startsWith('login.');
      const reply = script(one, isSignIn ? 0 : ++graphCount) ?? (isSignIn ? tokenReply() : { status: 404, json: { error: { code: 'Unscripted', message: one.url } } });
      if (reply === 'reset') {
        request.socket.resetAndDestroy();
        return;
      }
      const body = reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json));
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin, seen, graph: () => seen.filter((one) => !one.host.startsWith('login.')), transports: transportsTo(origin),
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

/** Token answer of the sign-in service for an application. */
export function tokenReply(token = 'token-1'): Reply {
  return { json: { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token } };
}

/** Sends every request to the loopback origin and says where it was meant for. */
export function transportsTo(origin: string): TenantTransports {
  const move = (url: string): { to: string; from: string } => {
    const { origin: from, pathname, search } = new URL(url);
    return { to: `${origin}${pathname}${search}`, from };
  };
  const signIn = async <T>(method: string, url: string, options?: { headers?: Record<string, string>; body?: string }): Promise<{ headers: Record<string, string>; body: T; status: number }> => {
    const { to, from } = move(url);
    const response = await fetch(to, { method, headers: { ...options?.headers, 'x-forwarded-origin': from }, ...(options?.body === undefined ? {} : { body: options.body }) });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: (await response.json()) as T };
  };
  return {
    fetch: (url, init) => {
      const { to, from } = move(url);
      const headers = new Headers(init.headers);
      headers.set('x-forwarded-origin', from);
      return fetch(to, { ...init, headers });
    },
    networkClient: {
      sendGetRequestAsync: (url, options) => signIn('GET', url, options),
      sendPostRequestAsync: (url, options) => signIn('POST', url, options),
    },
  };
}

export const TENANT_ID = '11111111-2222-3333-4444-555555555555';

/** A rehearsal connection by client secret. */
export function connectionTo(origin: string, more: Partial<TargetConnection> = {}): TargetConnection {
  return {
    cloud: 'global', tenantId: TENANT_ID, clientId: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', signIn: 'client secret', secretRef: 'target',
    certificateFile: null, readOnly: false, simulated: { origin }, ...more,
  };
}

/** Secrets in memory. */
export function memorySecrets(entries: Record<string, string> = { target: 's3cret' }): { entries: Map<string, string>; get(ref: string): Promise<string | null>; set(ref: string, value: string): Promise<void> } {
  const kept = new Map(Object.entries(entries));
  return { entries: kept, get: async (ref) => kept.get(ref) ?? null, set: async (ref, value) => { kept.set(ref, value); } };
}

/** A clock that jumps instead of waiting; `slept` lists the waits in milliseconds. */
export function jumpingClock(): Timing & { readonly slept: number[] } {
  let time = 1_000_000;
  const slept: number[] = [];
  return {
    slept, now: () => time, random: () => 0.5,
    sleep: async (ms, signal) => {
      if (signal?.aborted) throw signal.reason;
      slept.push(ms);
      time += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** A tenant on the scripted server with a jumping clock. */
export async function openOn(loopback: Loopback, more: { readonly connection?: Partial<TargetConnection>; readonly pace?: Partial<Pace>; readonly timing?: Timing; readonly timeoutMs?: number; readonly warnings?: string[] } = {}): Promise<OpenedTenant> {
  const connection = connectionTo(loopback.origin, more.connection);
  const timing = more.timing ?? jumpingClock();
  const { transports } = loopback;
  return openTenant({
    connection, transports, timing, gates: new TenantGates({ timing, ...(more.pace ? { pace: more.pace } : {}) }),
    signIn: createSignIn({ connection, secrets: memorySecrets(), transports }),
    log: (entry) => { if (entry.level === 'warn') more.warnings?.push(entry.message); },
    ...(more.timeoutMs === undefined ? {} : { timeoutMs: more.timeoutMs }),
  });
}

/** Inner requests of a batch. */
export function innerOf(seen: Seen): readonly { id: string; method: string; url: string; body?: unknown; headers?: Record<string, string> }[] {
  return (seen.body as { requests: { id: string; method: string; url: string; body?: unknown; headers?: Record<string, string> }[] }).requests;
}

/** Answers each inner request by the function; the order is turned round, as the service may do. */
export function batchReply(seen: Seen, answer: (inner: { id: string; method: string; url: string; body?: unknown }) => { status: number; headers?: Record<string, string>; body?: unknown } | null): Reply {
  const responses = innerOf(seen).flatMap((inner) => {
    const one = answer(inner);
    return one ? [{ id: inner.id, ...one }] : [];
  });
  return { json: { responses: responses.toReversed() } };
}

/** Graph's error envelope. */
export function graphError(code: string, message: string, details?: readonly { code: string; message: string; target: string }[]): unknown {
  return { error: { code, message, ...(details ? { details } : {}), innerError: { date: '2026-01-01T00:00:00', 'request-id': 'r-1', 'client-request-id': 'c-1' } } };
}
