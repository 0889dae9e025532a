import { randomBytes, randomUUID } from 'node:crypto';
import { chance } from './chance.ts';
import { simulatorClock } from './clock.ts';
import { Directory } from './directory/directory.ts';
import { takeSnapshot, type TenantSnapshot } from './directory/snapshot.ts';
import { loadState, saveState, toSeed, type SavedState } from './directory/state-file.ts';
import { exchangeService } from './exchange/service.ts';
import { badGateway, GraphRefusal } from './graph/refusal.ts';
import { graphService, refusalAnswer } from './graph/service.ts';
import { throttle } from './graph/throttle.ts';
import type { HttpAnswer, HttpRequest } from './http/answer.ts';
import { listen } from './http/server.ts';
import { EMPTY_TENANT, simulatorSeed, type SimulatorSeed } from './seed.ts';
import { defaultApps, FULL_CLIENT_ID, READ_ONLY_CLIENT_ID } from './signin/apps.ts';
import { authority } from './signin/authority.ts';
import { tokenSigner } from './signin/keys.ts';

/** How a simulated tenant is to behave. */
export interface SimulatorOptions {
  /** Default: any free port. */
  readonly listen?: { readonly host: '127.0.0.1'; readonly port: number };
  /** `real`: Graph's documented limits; `off`: none. */
  readonly quotas: 'off' | 'real';
  /** How much faster than real time quota windows and replication run; default 1. */
  readonly speed?: number;
  /** Content of a new tenant; default {@link EMPTY_TENANT}. Ignored when the state file exists. */
  readonly seed?: SimulatorSeed;
  /** File that keeps the tenant between runs. Absent: memory only. */
  readonly stateFile?: string;
  /** Base of all times in milliseconds since 1970; default `Date.now`. */
  readonly clock?: () => number;
  /** Milliseconds (divided by `speed`) for which reads miss a write; default 0. */
  readonly replicationLagMs?: number;
  /** PEM certificates with which the full application may sign in besides its secret. */
  readonly certificates?: readonly string[];
  /** Called with one line for every request. No secrets. */
  readonly log?: (line: string) => void;
}

/** Counts since the start. */
export interface SimulatorStats {
  /** Requests by method and path with ids replaced, `POST /users`; those inside batches are counted one by one. */
  readonly requests: Readonly<Record<string, number>>;
  /** HTTP requests, a batch counting once. */
  readonly httpRequests: number;
  readonly batches: number;
  /** Objects created by requests. */
  readonly created: number;
  readonly throttled: number;
}

/** A running simulated tenant. */
export interface Simulator {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly tenantId: string;
  /** Application with every permission. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Application with read permissions only. */
  readonly clientIdReadOnly: string;
  readonly clientSecretReadOnly: string;
  readonly stats: SimulatorStats;
  /** The primary state, comparable as JSON. */
  snapshot(): TenantSnapshot;
  /** Moves all times forward: expires tokens, refills quotas, ends replication delays, empties the recycle bin after 30 days. */
  advance(ms: number): void;
  /** Writes the state file; nothing without one. */
  save(): Promise<void>;
  /** Saves and stops. */
  close(): Promise<void>;
}

/** Pause between the last write and the automatic save. */
const SAVE_AFTER_MS = 2000;

/**
 * Starts a simulated Microsoft 365 tenant on loopback.
 * @throws AppError BAD_FILE for an unreadable state file or seed, INVALID_INPUT for a port in use.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const clock = simulatorClock(options.clock ?? Date.now, options.speed ?? 1);
  const loaded = options.stateFile === undefined ? undefined : await loadState(options.stateFile);
  const signer = tokenSigner(loaded?.keys.signingKeyPem);
  const keys: SavedState['keys'] = loaded?.keys ?? { signingKeyPem: signer.pem, clientSecret: randomBytes(24).toString('base64url'), readOnlySecret: randomBytes(24).toString('base64url') };
  const directory = new Directory(loaded?.content ?? simulatorSeed.parse(options.seed ?? EMPTY_TENANT), clock, options.replicationLagMs ?? 0);
  const apps = defaultApps({ full: keys.clientSecret, readOnly: keys.readOnlySecret }, options.certificates ?? []);
  const limits = throttle(options.quotas, clock, directory.facts.id);

  const requests: Record<string, number> = {};
  let [httpRequests, batches, created] = [0, 0, 0];
  const traffic = {
    count: (method: string, segments: readonly string[], status: number) => {
      const path = `${method} /${segments.map((s, i) => (GUID.test(s) || (i === 1 && s.includes('@')) ? '{id}' : s)).join('/')}`;
      requests[path] = (requests[path] ?? 0) + 1;
      if (status === 201) created++;
    },
  };
  const onDefect = (error: unknown): void => options.log?.(`defect: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
  const signIn = authority(apps, directory, signer, clock);
  const graph = graphService({ directory, signer, clock, throttle: limits, luck: chance(0xca05e0a1), traffic, onDefect });
  const exchange = exchangeService(directory, signer, clock);
  const ids = () => { const id = randomUUID(); return { request: id, client: id }; };

  const handle = (request: HttpRequest): HttpAnswer => {
    httpRequests++;
    const { pathname } = request.url;
    const isGraph = /^\/(v1\.0|beta|v2\.0)(\/|$)/.test(pathname);
    if (isGraph && pathname.endsWith('/$batch')) batches++;
    const answer = isGraph ? graph(request) : pathname.startsWith('/adminapi/') ? exchange(request) : signIn(request) ?? refusalAnswer(badGateway('Invalid version.'), clock.now(), ids());
    options.log?.(`${request.method} ${pathname} ${answer.status}`);
    autosave();
    return answer;
  };

  let saved = directory.changes;
  let timer: NodeJS.Timeout | undefined;
  let saving = Promise.resolve();
  const save = (): Promise<void> => {
    const path = options.stateFile;
    if (path === undefined) return Promise.resolve();
    saving = saving.catch(() => undefined).then(() => { saved = directory.changes; return saveState(path, { causewaySimulator: 1, keys, content: toSeed(directory) }); });
    return saving;
  };
  const autosave = (): void => {
    if (options.stateFile === undefined || timer || saved === directory.changes) return;
    timer = setTimeout(() => { timer = undefined; save().catch(() => options.log?.('state file could not be written')); }, SAVE_AFTER_MS);
    timer.unref();
  };
  if (!loaded) await save();

  const server = await listen(options.listen ?? { host: '127.0.0.1', port: 0 }, handle, {
    tooLarge: () => refusalAnswer(new GraphRefusal(413, 'RequestEntityTooLarge', 'The request body is larger than 4 MB.'), clock.now(), ids()),
    badAddress: () => refusalAnswer(badGateway('The request URI is not valid.'), clock.now(), ids()),
    defect: (error) => { onDefect(error); return refusalAnswer(error, clock.now(), ids()); },
  });
  return {
    url: server.url, tenantId: directory.facts.id,
    clientId: FULL_CLIENT_ID, clientSecret: keys.clientSecret, clientIdReadOnly: READ_ONLY_CLIENT_ID, clientSecretReadOnly: keys.readOnlySecret,
    stats: {
      get requests() { return { ...requests }; }, get httpRequests() { return httpRequests; }, get batches() { return batches; }, get created() { return created; }, get throttled() { return limits.throttled; },
    },
    snapshot: () => takeSnapshot(directory),
    advance: (ms) => { clock.advance(ms); directory.emptyExpired(); },
    save,
    close: async () => {
      clearTimeout(timer);
      await server.close();
      await save();
    },
  };
}
const GUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i;
