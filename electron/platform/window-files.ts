import { randomBytes } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { NONCE_PLACEHOLDER } from '../../shared/contracts/frames.ts';

/** One file of the built window, ready to be sent. */
export interface WindowFile {
  readonly body: Buffer;
  readonly type: string;
  /** `Cache-Control`: files with a hash in their name never change, all else is asked for again. */
  readonly cache: string;
  /** Given with HTML only: the policy that carries the nonce of this load. */
  readonly policy?: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon', '.webp': 'image/webp', '.woff2': 'font/woff2', '.woff': 'font/woff', '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8', '.map': 'application/json; charset=utf-8',
};

/**
 * The Content-Security-Policy of the window: nothing but its own files; styles need the nonce, which Fluent UI is given.
 * @param nonce of this load.
 * @param socket origin of the WebSocket (`ws://127.0.0.1:4700`), for browsers whose `'self'` does not cover it (Safari
 * before 16); leave out where there is none.
 */
export function contentSecurityPolicy(nonce: string, socket?: string): string {
  return [
    "default-src 'none'", "script-src 'self'", `style-src 'self' 'nonce-${nonce}'`, "font-src 'self' data:", "img-src 'self' data:",
    `connect-src 'self'${socket ? ` ${socket}` : ''}`, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers that every answer carries, whatever its kind. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer', 'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=()',
};

/**
 * Reads one file of the built window; `/` gives `index.html`.
 * @param root folder of the built window, absolute.
 * @param urlPath path of the request, still percent-encoded, e.g. `/assets/index-B4x.js`.
 * @param socket see {@link contentSecurityPolicy}.
 * @returns null when there is no such file inside the folder; links that lead out of it count as missing.
 */
export async function readWindowFile(root: string, urlPath: string, socket?: string): Promise<WindowFile | null> {
  const relative = decode(urlPath);
  if (relative === null) return null;
  const wanted = path.resolve(root, `.${relative === '/' ? '/index.html' : relative}`);
  const file = await inside(root, wanted);
  if (file === null) return null;
  const extension = path.extname(file).toLowerCase();
  const type = TYPES[extension] ?? 'application/octet-stream';
  const body = await readFile(file).catch(() => null);
  if (body === null) return null;
  if (extension !== '.html') return { body, type, cache: isHashed(file) ? 'public, max-age=31536000, immutable' : 'no-cache' };
  const nonce = randomBytes(18).toString('base64');
  return { body: Buffer.from(withNonce(body.toString('utf8'), nonce)), type, cache: 'no-store', policy: contentSecurityPolicy(nonce, socket) };
}

/** Puts the nonce of this load into the page; pages built without the placeholder get the `meta` that the window reads. */
export function withNonce(html: string, nonce: string): string {
  const filled = html.replaceAll(NONCE_PLACEHOLDER, nonce);
  if (/<meta[^>]+csp-nonce/i.test(filled)) return filled;
  return filled.replace(/<head[^>]*>/i, (head) => `${head}<meta property="csp-nonce" nonce="${nonce}">`);
}

function decode(urlPath: string): string | null {
  try {
    const text = decodeURIComponent(urlPath);
    // A backslash is a separator on Windows, a colon a drive or stream; none occurs in what vite builds.
    return text.startsWith('/') && !/[\0\\:]/.test(text) ? text : null;
  } catch {
    return null;
  }
}

async function inside(root: string, wanted: string): Promise<string | null> {
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(wanted)]);
    return real.startsWith(realRoot + path.sep) ? real : null;
  } catch {
    return null;
  }
}

/** Vite writes `name-HASH.ext` with eight characters of URL-safe Base64 into `assets`. */
function isHashed(file: string): boolean {
  return path.basename(path.dirname(file)) === 'assets' && /-[\w-]{8}\.\w+$/.test(path.basename(file));
}
