import { randomBytes } from 'node:crypto';
import { appError } from '../../shared/domain/errors.ts';
import { chance } from './chance.ts';
import { simulatorClock } from './clock.ts';
import { Directory } from './directory/directory.ts';
import { saver } from './directory/saver.ts';
import { takeSnapshot, type TenantSnapshot } from './directory/snapshot.ts';
import { loadState, saveState, toSeed, type SavedState } from './directory/state-file.ts';
import { exchangeService } from './exchange/service.ts';
import { createFaults } from './faults/faults.ts';
import { badGateway } from './graph/refusal.ts';
import { graphService, refusalAnswer } from './graph/service.ts';
import { throttle } from './graph/throttle.ts';
import type { HttpAnswer, HttpRequest } from './http/answer.ts';
import { mailLog, type SentMail } from './mail-log.ts';
import type { SavedMigration } from './migration/model.ts';
import { onPremisesMemory, onPremisesSeed, type OnPremises, type OnPremisesMemory } from './migration/on-premises.ts';
import { migrationService } from './migration/service.ts';
import { malformedAnswer } from './http/malformed.ts';
import { listen } from './http/server.ts';
import { requestIds, serviceOf } from './http/services.ts';
import { consoleService } from './page/console.ts';
import { requestLog } from './page/requests.ts';
import { mailboxCount, readState, type SimulatorState } from './page/state.ts';
import { EMPTY_TENANT, simulatorSeed, type SimulatorSeed } from './seed.ts';
import { FULL_CLIENT_ID, READ_ONLY_CLIENT_ID } from './signin/apps.ts';
import { tokenSigner } from './signin/keys.ts';
import type { SeedPerson } from './signin/registration-seed.ts';
import { startSignIn } from './signin/start.ts';
import { background } from './sync/background.ts';
import type { ExportInput, ExportResult } from './sync/export.ts';
import { readExport } from './sync/read-export.ts';
import { synchronise } from './sync/synchronise.ts';
import { trafficCounter } from './traffic.ts';
import { writeLog, type WritePage } from './write-log.ts';

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
  /** The same between Graph and Exchange Online, in both directions; never less than `replicationLagMs`; default 0. */
  readonly exchangeLagMs?: number;
  /** PEM certificates with which the full application may sign in besides its secret. */
  readonly certificates?: readonly string[];
  /** RSA key (PKCS 8 PEM) that signs tokens of a new tenant; default: a new one, which takes up to 100 ms to make. */
  readonly signingKeyPem?: string;
  /** Exchange on premises; default: one in memory, with what the seed says. */
  readonly onPremises?: OnPremises;
  /** What goes wrong on demand, see FAULT_HELP; default: nothing. */
  readonly faults?: string;
  /** Called with one line for every request. No secrets. */
  readonly log?: (line: string) => void;
}

/** Counts since the start. */
export interface SimulatorStats {
  /** Requests by method and path with ids replaced, `POST /users`; those inside batches are counted one by one. */
  readonly requests: Readonly<Record<string, number>>;
  /** Cmdlets of Exchange Online that were carried out, by name. */
  readonly cmdlets: Readonly<Record<string, number>>;
  /** HTTP requests, a batch counting once. */
  readonly httpRequests: number;
  readonly batches: number;
  /** Objects created by requests. */
  readonly created: number;
  readonly throttled: number;
  /** Faults injected by clause, since the faults were set. */
  readonly faults: Readonly<Record<string, number>>;
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
  /** Receives an export of a directory synchronisation (Microsoft Entra Connect). @throws AppError INVALID_INPUT for what is no export. */
  synchronise(objects: readonly ExportInput[]): readonly ExportResult[];
  /** Replaces the faults and starts their chances anew. @throws AppError INVALID_INPUT; the old ones stay. */
  setFaults(spec: string): void;
  /** What the page shows. */
  state(): SimulatorState;
  /** Writes that took effect after the one with that number, oldest first, 10,000 at most, each with the `client-request-id` it came with. */
  writes(after: number): WritePage;
  /** Changes what stands between a person and a token: policies, and answers to consent. @param user id or user principal name. */
  setPerson(user: string, needs: SeedPerson): void;
  /** What the migration service keeps at this moment, for tests. No secrets. */
  migration(): SavedMigration;
  /** Exchange on premises in memory; undefined when the caller brought another. */
  readonly onPremises: OnPremisesMemory | undefined;
  /** Resolves when everything that was asked of the on-premises side is answered and done. */
  onPremisesQuiet(): Promise<void>;
  /** Mails of the migration service and of Graph's sendMail, oldest first. */
  sentMail(): readonly SentMail[];
  /** Writes the state file; nothing without one. */
  save(): Promise<void>;
  /** Saves and stops. */
  close(): Promise<void>;
}

/** Paths of Graph, whose versions it tells apart itself. */
const GRAPH = /^\/(v1\.0|beta|v2\.0)(\/|$)/;

/**
 * Starts a simulated Microsoft 365 tenant on loopback.
 * @throws AppError BAD_FILE for an unreadable state file or seed, INVALID_INPUT for a port in use or faults that are not understood.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const clock = simulatorClock(options.clock ?? Date.now, options.speed ?? 1);
  const loaded = options.stateFile === undefined ? undefined : await loadState(options.stateFile);
  if (loaded?.clock) clock.advance(loaded.clock.advancedMs);
  const signer = tokenSigner(loaded?.keys.signingKeyPem ?? options.signingKeyPem);
  const keys: SavedState['keys'] = loaded?.keys ?? { signingKeyPem: signer.pem, clientSecret: randomBytes(24).toString('base64url'), readOnlySecret: randomBytes(24).toString('base64url') };
  const content = loaded?.content ?? simulatorSeed.parse(options.seed ?? EMPTY_TENANT);
  const directory = new Directory(content, clock, {
    lags: { replicationMs: options.replicationLagMs ?? 0, exchangeMs: options.exchangeLagMs ?? 0 }, journal: loaded?.journal,
  });
  const signIn = startSignIn(directory, signer, clock, {
    apps: content.apps, people: content.signIn, secrets: { full: keys.clientSecret, readOnly: keys.readOnlySecret }, certificates: options.certificates ?? [],
  });
  const faults = createFaults(options.faults ?? '', { now: clock.now, lags: directory.lags, emptyQuotas: () => { limits.empty(); } });
  const limits = throttle(options.quotas, clock, directory.facts.id, () => faults.quotaShare);

  const service = { directory, clock, luck: chance(0xca05e0a2) };
  const work = background(service);
  const mail = mailLog();
  const memory = options.onPremises === undefined ? onPremisesMemory(content.onPremises ?? onPremisesSeed.parse({})) : undefined;
  const migration = migrationService({
    directory, clock, addressing: service, mail, saved: loaded?.migration, onPremises: options.onPremises ?? memory ?? onPremisesMemory(onPremisesSeed.parse({})),
    onLate: () => { work.settle(); file.changed(); },
  });
  const settle = (): void => { work.settle(); migration.settle(); work.settle(); };
  const receive = (objects: unknown): readonly ExportResult[] => {
    const results = synchronise(service, readExport(objects), directory.facts.synchronisation);
    work.settle();
    file.changed();
    return results;
  };
  const traffic = trafficCounter();
  const writes = writeLog();
  const onDefect = (error: unknown): void => options.log?.(`defect: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
  const graph = graphService({ directory, signer, clock, throttle: limits, luck: chance(0xca05e0a1), traffic, writes, onDefect, licences: work.use, mail, faults: { around: (inner, run) => faults.inner('graph', inner, run), deltaReset: faults.deltaReset } });
  const exchange = exchangeService({ directory, signer, clock, migration: migration.machine, around: (inner, run) => faults.inner('exchange', inner, run), count: traffic.cmdlet });
  const answerOf = (request: HttpRequest): HttpAnswer => {
    const { pathname } = request.url;
    if (GRAPH.test(pathname)) return graph(request);
    return serviceOf(pathname) === 'exchange' ? exchange(request) : signIn.answer(request) ?? refusalAnswer(badGateway('Invalid version.'), clock.now(), requestIds(request.headers['client-request-id']));
  };
  const handle = (request: HttpRequest): HttpAnswer | Promise<HttpAnswer> => {
    const shown = own(request);
    if (shown) return shown;
    traffic.http(GRAPH.test(request.url.pathname) && request.url.pathname.endsWith('/$batch'));
    const [at, began] = [clock.now(), performance.now()];
    settle();
    const answer = faults.around(request, () => { const given = answerOf(request); settle(); return given; });
    log.record(request, answer, at, performance.now() - began);
    options.log?.(`${request.method} ${request.url.pathname} ${answer.status}`);
    file.changed();
    return answer;
  };

  const version = (): number => directory.changes + signIn.changes + clock.advancedMs + migration.machine.state.changes + (memory?.changes ?? 0);
  const { stateFile } = options;
  const file = saver(
    stateFile === undefined ? undefined
      : () => saveState(stateFile, { causewaySimulator: 1, keys, content: { ...toSeed(directory), ...signIn.saved(), ...(memory ? { onPremises: memory.state() } : {}) }, journal: directory.journal.save(), clock: { advancedMs: clock.advancedMs }, migration: migration.save() }),
    version, () => options.log?.('state file could not be written'),
  );
  if (!loaded && content.synchronised) {
    // What a tenant starts with is there for every reader, whatever the delays.
    const { replicationMs, exchangeMs } = directory.lags;
    Object.assign(directory.lags, { replicationMs: 0, exchangeMs: 0 });
    synchronise(service, readExport(content.synchronised), directory.facts.synchronisation);
    work.settle();
    Object.assign(directory.lags, { replicationMs, exchangeMs });
  }
  if (!loaded) await file.save();

  const advance = (ms: number): void => { clock.advance(ms); directory.emptyExpired(); settle(); file.changed(); };
  const mailboxes = mailboxCount(directory);
  const log = requestLog();
  const started = clock.now();
  const state = (): SimulatorState => readState({
    directory, clock, faults, log, apps: signIn.apps(), started, throttle: limits, quotas: options.quotas, mailboxes, waiting: () => work.waiting, migration: migration.machine.state, mails: () => mail.all().length, traffic: () => ({ httpRequests: traffic.httpRequests, batches: traffic.batches, created: traffic.created }),
  });
  const own = consoleService({
    state, writes: writes.after, sentMail: mail.all, onPremises: () => memory?.state() ?? null,
    advance: async (ms) => { advance(ms); await migration.quiet(); },
    putOnPremises: (more) => {
      if (!memory) throw appError('INVALID_INPUT', 'The on-premises side of this simulator is another system; change it there.');
      memory.put(more);
      file.changed();
    },
    setFaults: faults.set, synchronise: receive, save: async () => { await file.save(); return stateFile !== undefined; } });

  const server = await listen(options.listen ?? { host: '127.0.0.1', port: 0 }, handle, {
    malformed: (kind, path) => malformedAnswer(kind, path, clock.now()),
    defect: (error, path) => { onDefect(error); return malformedAnswer('defect', path, clock.now()); },
  });
  return {
    url: server.url, tenantId: directory.facts.id,
    clientId: FULL_CLIENT_ID, clientSecret: keys.clientSecret, clientIdReadOnly: READ_ONLY_CLIENT_ID, clientSecretReadOnly: keys.readOnlySecret,
    stats: {
      get requests() { return traffic.requests; }, get cmdlets() { return traffic.cmdlets; }, get httpRequests() { return traffic.httpRequests; }, get batches() { return traffic.batches; }, get created() { return traffic.created; }, get throttled() { return limits.throttled; },
      get faults() { return faults.byClause; },
    },
    snapshot: () => takeSnapshot(directory),
    advance, synchronise: receive, setFaults: faults.set, state, writes: writes.after, setPerson: signIn.setPerson,
    migration: migration.save, onPremises: memory, onPremisesQuiet: migration.quiet, sentMail: mail.all,
    save: file.save,
    close: async () => {
      await server.close();
      await file.close();
    },
  };
}
