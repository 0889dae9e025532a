import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { TargetConnection } from '../../../../shared/domain/settings.ts';
import type { GraphRequest } from '../port.ts';

/** Graph actions that are POST but only read. */
const READING_POST = /^\/(directoryObjects|users|groups)\/(microsoft\.graph\.)?getByIds(\?|$)/i;

/** True when the request changes nothing in the tenant. */
export function isRead(request: Pick<GraphRequest, 'method' | 'url'>): boolean {
  return request.method === 'GET' || (request.method === 'POST' && READING_POST.test(request.url));
}

interface Outgoing {
  readonly method: string;
  readonly address: string;
  readonly body?: unknown;
}

const isHarmless = ({ method, address, body }: Outgoing): boolean => {
  if (method === 'GET') return true;
  if (method !== 'POST') return false;
  if (READING_POST.test(address)) return true;
  if (address !== '/$batch') return false;
  const requests = (body as { requests?: unknown } | undefined)?.requests;
  return Array.isArray(requests) && requests.every((one: unknown) => {
    const inner = one as Partial<GraphRequest>;
    return typeof inner.method === 'string' && typeof inner.url === 'string' && isRead({ method: inner.method, url: inner.url });
  });
};

/**
 * The last guard before the network: on a read-only connection nothing leaves that could write.
 * @throws AppError FORBIDDEN.
 */
export function requireReadable(connection: TargetConnection, request: Outgoing): void {
  if (!connection.readOnly || isHarmless(request)) return;
  throw appError(ErrorCode.Forbidden, `The connection to tenant ${connection.tenantId} is read-only, nothing was sent: switch "read only" off in the connection to write.`);
}
