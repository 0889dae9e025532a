import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { Log } from '../platform/index.ts';
import { METRICS_TYPE } from './metrics.ts';

/** Health and metrics are for programs of the same machine: the agent listens here and nowhere else. */
export const HEALTH_HOST = '127.0.0.1';

/** How an agent is. */
export interface Health {
  readonly state: 'idle' | 'working' | 'draining';
  readonly agent: string;
  readonly version: string;
  readonly task: { readonly id: string; readonly kind: string; readonly collection: string; readonly phase: string; readonly done: number; readonly total: number | null } | null;
  /** Milliseconds since the lease of the agent's name was last renewed. */
  readonly leaseAgeMs: number;
  /** The project's file or database answered. */
  readonly storeReachable: boolean;
}

/** What the server tells. */
export interface HealthSource {
  /** How the agent is, and whether that is well: then the answer is 200, else 503. */
  health(): Promise<{ readonly well: boolean; readonly health: Health }>;
  /** Metrics in the Prometheus text format. */
  metrics(): Promise<string>;
}

/** A running server. */
export interface HealthServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Names by which a program of this machine calls it; a page in a browser that was led here by a foreign name is refused (DNS rebinding). */
const OWN_NAMES: ReadonlySet<string> = new Set([HEALTH_HOST, 'localhost', '[::1]']);
const isOwnName = (host: string | undefined): boolean => OWN_NAMES.has((host ?? '').replace(/:\d+$/, '').toLowerCase());

/**
 * Serves `GET /health` (JSON) and `GET /metrics` on the loopback.
 * @param port 0 takes a free one.
 * @throws AppError CONFLICT when the port is in use, FORBIDDEN when this user may not listen on it.
 */
export async function startHealthServer(source: HealthSource, port: number, log: Pick<Log, 'error'>): Promise<HealthServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    const send = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body), 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const answer = async (): Promise<void> => {
      if (!isOwnName(request.headers.host)) { send(403, 'text/plain', 'This agent answers to its own machine only.\n'); return; }
      const path = (request.url ?? '').split('?')[0];
      if (path !== '/health' && path !== '/metrics') { send(404, 'text/plain', 'There are /health and /metrics.\n'); return; }
      if (request.method !== 'GET' && request.method !== 'HEAD') { send(405, 'text/plain', 'Only GET.\n'); return; }
      if (path === '/metrics') { send(200, METRICS_TYPE, await source.metrics()); return; }
      const { well, health } = await source.health();
      send(well ? 200 : 503, 'application/json', `${JSON.stringify(health)}\n`);
    };
    answer().catch((error: unknown) => {
      log.error({ err: error }, 'a question for the health of the agent could not be answered');
      if (!response.headersSent) send(500, 'text/plain', 'The log of the agent says what went wrong.\n');
    });
  });
  const taken = await listen(server, port);
  return {
    url: `http://${HEALTH_HOST}:${taken}`,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => { resolve(); });
        server.closeAllConnections();
      });
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') reject(appError(ErrorCode.Conflict, `Port ${port} is in use by another program. Name another port with --port, or none to take a free one.`, { cause }));
      else if (cause.code === 'EACCES') reject(appError(ErrorCode.Forbidden, `This user may not listen on port ${port}. Name a port above 1023.`, { cause }));
      else reject(appError(ErrorCode.Internal, `The agent cannot listen on port ${port}: ${cause.code ?? 'unknown reason'}.`, { cause }));
    });
    server.listen(port, HEALTH_HOST, () => { resolve((server.address() as AddressInfo).port); });
  });
}
