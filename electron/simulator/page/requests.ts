import { cmdletOf } from '../faults/target.ts';
import type { Delivery, HttpAnswer, HttpRequest } from '../http/answer.ts';

/** How many requests are remembered. */
export const REMEMBERED = 100;

/** One request that was answered. Holds no token, no secret and no body. */
export interface RequestRecord {
  /** Wall time of the simulator in milliseconds since 1970. */
  readonly at: number;
  readonly method: string;
  /** Path with a shortened query. */
  readonly path: string;
  /** What InvokeCommand was to run; null: another address. */
  readonly cmdlet: string | null;
  /** Status that was answered; null: the connection was ended without one, on demand. */
  readonly status: number | null;
  /** Code of the error that was answered; null: none. Its message may name people and is left out. */
  readonly code: string | null;
  /** Milliseconds the answer took to make, without waits on demand. */
  readonly ms: number;
  /** Application of the access token; null without one. Not verified: a mark for people. */
  readonly appId: string | null;
  /** Requests inside a batch, and how many of them were refused; null: no batch. */
  readonly inner: { readonly count: number; readonly refused: number } | null;
  /** What was done to the answer on its way; null: nothing. */
  readonly delivery: string | null;
}

/** The last requests. */
export interface RequestLog {
  record(request: HttpRequest, answer: HttpAnswer, at: number, ms: number): void;
  /** Latest first. */
  latest(): readonly RequestRecord[];
}

/** Keeps the last {@link REMEMBERED} requests; texts are made when they are read, so that a request pays little. */
export function requestLog(): RequestLog {
  const kept: (Omit<RequestRecord, 'path' | 'delivery'> & { readonly url: URL; readonly delivery: Delivery | undefined })[] = [];
  const apps = new Map<string, string | null>();
  let next = 0;
  const appOf = (authorization: string | undefined): string | null => {
    if (authorization === undefined) return null;
    let app = apps.get(authorization);
    if (app === undefined) {
      if (apps.size >= REMEMBERED) apps.clear();
      apps.set(authorization, app = claimedApp(authorization));
    }
    return app;
  };
  return {
    record: ({ method, url, headers, body: asked }, { status, body, delivery }, at, ms) => {
      const isUnanswered = delivery?.end === 'closed' || delivery?.end === 'reset';
      kept[next++ % REMEMBERED] = { at, method, url, cmdlet: /^\/adminapi\/.*InvokeCommand$/i.test(url.pathname) ? cmdletOf(asked) ?? null : null, status: isUnanswered ? null : status, code: isUnanswered ? null : codeOf(body), ms, appId: appOf(headers['authorization']), inner: innerOf(body), delivery };
    },
    latest: () => Array.from({ length: kept.length }, (_, i) => kept[(next - 1 - i) % REMEMBERED]).filter((r) => r !== undefined)
      .map(({ url, delivery, ...record }) => ({ ...record, method: clip(record.method, 10), path: shortened(url), delivery: delivery ? named(delivery) : null })),
  };
}

/** What was done to an answer, in words. */
function named({ end, waitMs = 0, overMs = 0 }: Delivery): string {
  const words = [end, waitMs > 0 ? `delayed ${Math.round(waitMs)} ms` : undefined, overMs > 0 ? `spread over ${Math.round(overMs)} ms` : undefined].filter((word) => word !== undefined);
  return words.join(', ');
}

/** Code of an error of Graph or Exchange, or sign-in's name for one. */
function codeOf(body: unknown): string | null {
  const { error } = (typeof body === 'object' && body !== null ? body : {}) as { readonly error?: unknown };
  const code = typeof error === 'object' && error !== null ? (error as { readonly code?: unknown }).code : error;
  return typeof code === 'string' ? clip(code, 60) : null;
}

function innerOf(body: unknown): RequestRecord['inner'] {
  const { responses } = (typeof body === 'object' && body !== null ? body : {}) as { readonly responses?: unknown };
  if (!Array.isArray(responses)) return null;
  return { count: responses.length, refused: responses.filter((r: { readonly status?: unknown }) => typeof r.status === 'number' && r.status >= 400).length };
}

/** Options that say what was asked; values of all others, which may be tokens or names of people, are left out. */
const TELLING = new Set(['$select', '$filter', '$top', '$orderby', '$expand', '$count', '$search', 'api-version']);

function shortened(url: URL): string {
  const options = [...url.searchParams].map(([name, value]) => (TELLING.has(name.toLowerCase()) ? `${clip(name, 20)}=${clip(value, 40)}` : `${clip(name, 20)}=…`));
  return clip(readable(url.pathname), 120) + (options.length > 0 ? clip(`?${options.join('&')}`, 120) : '');
}
const readable = (path: string): string => { try { return decodeURI(path); } catch { return path; } };
const clip = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** The application that a token claims to be of. */
function claimedApp(authorization: string): string | null {
  const payload = /^Bearer\s+[\w-]+\.([\w-]+)\./i.exec(authorization)?.[1];
  if (payload === undefined) return null;
  try {
    const { appid } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { readonly appid?: unknown };
    return typeof appid === 'string' && /^[\da-f-]{36}$/i.test(appid) ? appid : null;
  } catch { return null; }
}
