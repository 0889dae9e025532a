import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { isRead } from '../graph/read-only.ts';
import type { GraphRequest } from '../port.ts';

/** Requests of one `$batch` at most (Graph documentation, "Combine multiple HTTP requests using JSON batching"). */
export const MAX_BATCH = 20;

/**
 * True when doing the request twice ends where doing it once does (RFC 9110, 9.2.2). A reference added twice is refused the
 * second time and changes nothing, so that `POST .../$ref` counts as safe too. Safe for the tenant, that is: the refusal of a
 * repeat says nothing about who did it, which is why the sender marks it `repeated`.
 */
export function isSafeToRepeat(request: GraphRequest): boolean {
  return request.method !== 'POST' || isRead(request) || /\/\$ref$/.test(request.url.split('?')[0] ?? '');
}

/** What a request is about: `/users/1234`; null for reads and for a create, which have no object that another write could meet. */
export function objectOf(request: GraphRequest): string | null {
  if (isRead(request)) return null;
  const [path = ''] = request.url.split('?');
  const parts = path.split('/').filter((part) => part !== '');
  const depth = parts[0] === 'directory' ? 3 : 2;
  return parts.length < depth ? null : parts.slice(0, depth).join('/').toLowerCase();
}

/** Resource units of one request (Graph documentation, "Service-specific throttling limits", Identity and access). */
export function unitsOf(request: GraphRequest): number {
  if (request.method !== 'GET') return 1;
  const [path = '', query = ''] = request.url.split('?');
  const base = /\/members$/.test(path) ? 3 : /^\/users$/.test(path) ? 2 : 1;
  return Math.max(1, base - (query.includes('$select=') ? 1 : 0) + (query.includes('$expand=') ? 1 : 0));
}

/**
 * Checks what callers promise: addresses are relative, and no object is written twice in one call, whose order nobody knows.
 * @throws AppError INVALID_INPUT.
 */
export function requireIndependent(requests: readonly GraphRequest[]): void {
  const written = new Set<string>();
  for (const request of requests) {
    if (!request.url.startsWith('/') || request.url.startsWith('/$batch')) throw appError(ErrorCode.InvalidInput, `"${request.url}" is no address of one object in the tenant.`);
    const object = objectOf(request);
    if (object === null) continue;
    if (written.has(object)) throw appError(ErrorCode.InvalidInput, `Two changes of ${object} were to be sent together: send them one after the other.`);
    written.add(object);
  }
}
