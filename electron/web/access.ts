import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Life of a one-time address, in milliseconds: long enough to copy it to a browser, short enough to be worthless in a history. */
export const TOKEN_LIFE_MS = 10 * 60_000;
/** Addresses and sessions kept at once; the oldest goes first. */
const MAX_KEPT = 20;

/** Why a request is not served, and what to answer. */
export interface Refusal {
  readonly status: 401 | 403;
  /** For the log. */
  readonly reason: string;
}

/** Who may use one web console. */
export interface Access {
  /** A new single-use token of 256 bits, Base64url. */
  newToken(): string;
  /** Exchanges a token for the value of a new session cookie; null when it is unknown, used or too old. */
  exchange(token: string): string | null;
  /** Checks the address that the request was sent to and where it comes from; null when both are ours. */
  checkOrigin(headers: IncomingHttpHeaders, kind: 'page' | 'socket'): Refusal | null;
  /** Checks the session cookie; null when it is one of ours. */
  checkSession(headers: IncomingHttpHeaders): Refusal | null;
  /** The `Set-Cookie` value for a session. */
  cookie(session: string): string;
}

/**
 * Makes the access rules of one listening console.
 * @param port the port it listens on. Browsers share cookies among the ports of a host, so the port is part of the
 * cookie's name: two consoles on one machine do not end each other's sessions.
 * @param now milliseconds since 1970-01-01 UTC.
 */
export function createAccess(port: number, now: () => number): Access {
  const hosts: ReadonlySet<string> = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  const cookieName = `causeway-session-${port}`;
  const tokens = keptSecrets(now);
  const sessions = keptSecrets(now);
  return {
    newToken: () => tokens.add(TOKEN_LIFE_MS),
    exchange: (token) => (tokens.take(token) ? sessions.add(Number.POSITIVE_INFINITY) : null),
    checkOrigin: (headers, kind) => {
      const host = headers.host ?? '';
      // A page of another site that had its name point to 127.0.0.1 (DNS rebinding) still sends its own name here.
      if (!hosts.has(host)) return { status: 403, reason: 'host' };
      const { origin } = headers;
      if (origin === undefined ? kind === 'socket' : origin !== `http://${host}`) return { status: 403, reason: 'origin' };
      return kind === 'page' && !fetchedByUs(headers) ? { status: 403, reason: 'fetched by another site' } : null;
    },
    checkSession: (headers) => {
      const value = cookieValue(headers.cookie ?? '', cookieName);
      return value !== null && sessions.has(value) ? null : { status: 401, reason: 'session' };
    },
    cookie: (session) => `${cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`,
  };
}

/**
 * Fetch Metadata (W3C): another port of this machine is "same-site" and would get our cookie sent, so files are given only to
 * our own pages; going to an address as a whole page is harmless and allowed. Browsers without these headers pass.
 */
function fetchedByUs(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'none' || site === 'same-origin') return true;
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

function cookieValue(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}

interface Kept { readonly digest: Buffer; readonly until: number }

/** Random secrets of which only digests are kept; each is compared with all, in constant time. */
function keptSecrets(now: () => number) {
  let kept: readonly Kept[] = [];
  const find = (value: string): Kept | undefined => {
    const digest = digestOf(value);
    let found: Kept | undefined;
    for (const one of kept) if (timingSafeEqual(one.digest, digest)) found = one;
    return found && found.until > now() ? found : undefined;
  };
  return {
    add(lifeMs: number): string {
      const value = randomBytes(32).toString('base64url');
      const t = now();
      kept = [...kept.filter((one) => one.until > t), { digest: digestOf(value), until: t + lifeMs }].slice(-MAX_KEPT);
      return value;
    },
    has: (value: string): boolean => find(value) !== undefined,
    /** True once per value. */
    take(value: string): boolean {
      const found = find(value);
      kept = kept.filter((one) => one !== found);
      return found !== undefined;
    },
  };
}

function digestOf(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
