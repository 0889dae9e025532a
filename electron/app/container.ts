import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { ProjectInfo, ProjectMove } from '../../shared/contracts/project.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { openLdapDirectory, openLdifDirectory } from '../engines/directory/index.ts';
import { createSignIn, openTenant, TenantGates, type SecretPort } from '../engines/tenant/index.ts';
import { createEventHub, type EventListener } from '../ipc/events.ts';
import type { Handlers } from '../ipc/router.ts';
import { nodeTimers } from '../ipc/throttle.ts';
import { resolveSrv } from '../platform/dns.ts';
import { openInBrowser, orderedId, type Platform, type SecretStore } from '../platform/index.ts';
import type { PairRecord } from '../store/index.ts';
import { checkHandlers } from './checks.ts';
import { coexistenceHandlers } from './coexistence.ts';
import { collectionHandlers } from './collections.ts';
import { leaseOwner } from './dead-owners.ts';
import { matchHandlers } from './matches.ts';
import { holdHandlers } from './holds.ts';
import { passwordHandlers } from './initial-passwords.ts';
import { licenceHandlers } from './licences.ts';
import { objectHandlers } from './objects.ts';
import { pairHandlers } from './pairs.ts';
import { planHandlers } from './plans.ts';
import { projectHandlers, projectInfo, type ProjectContext } from './project.ts';
import { moveOpenProject } from './project-move.ts';
import { openPlace } from './project-place.ts';
import { referenceHandlers } from './references.ts';
import { rollBackHandlers } from './roll-back.ts';
import { ruleHandlers } from './rules.ts';
import type { Services, SimulatedTargets } from './services.ts';
import { taskHandlers } from './tasks.ts';
import { VERSION } from './version.ts';
import { watchStore } from './watch-store.ts';

/** Runs queued tasks; the agent of this process. Handed in, because the agent stands above the use cases. */
export type StartRunner = (services: Services, options: { readonly agentId: string; readonly owner: string }) => { nudge(): void; close(): Promise<void> };

/** How to open a console. */
export interface ConsoleOptions {
  /** Full path of a project file, or an address of PostgreSQL. */
  readonly file: string;
  /** Makes a new project; null opens an existing one. */
  readonly create: { readonly name: string; readonly demo: boolean } | null;
  readonly platform: Platform;
  /** Finds or starts simulated tenants; absent: pairs with one are refused. */
  readonly simulated?: SimulatedTargets;
  /** Starts the task runner of this process; absent: tasks wait for another process. */
  readonly startRunner?: StartRunner;
}

/** An open project with everything that a window, a web page or a command can ask of it. */
export interface Console {
  readonly handlers: Handlers;
  onEvent(listener: EventListener): () => void;
  /** Interrupts what runs at a safe point and closes the project. */
  close(): Promise<void>;
}

interface OpenProject { readonly services: Services; readonly handlers: Omit<Handlers, 'project.open' | 'project.create'>; requireResting(): Promise<void>; /** Runs it while no task of this process can start; afterwards tasks run again only when it failed. */ standStill<T>(fn: () => Promise<T>): Promise<T>; close(): Promise<void> }

/**
 * The one place that puts the parts together. Opens a project and returns its use cases; `project.open` and `project.create`
 * switch to another file behind the same handlers.
 * @throws AppError NOT_FOUND, CONFLICT, BAD_FILE or NEWER_PROJECT of the project file.
 */
export async function openConsole(options: ConsoleOptions): Promise<Console> {
  const hub = createEventHub(nodeTimers);
  const gates = new TenantGates();
  const closing = new Set<Promise<void>>();
  let current = await open(options, options.file, options.create, hub, gates, { switchTo, moveTo });

  async function switchTo(file: string, create: { readonly name: string } | null): Promise<ProjectInfo> {
    await current.requireResting();
    // The new one first: when it cannot be opened, the old one stays.
    const next = await open(options, file, create === null ? null : { name: create.name, demo: false }, hub, gates, { switchTo, moveTo });
    const old = current;
    current = next;
    // Not waited for: whoever opens a project must not wait for calls that still read the old one.
    const left = old.close().catch((error: unknown) => { options.platform.log.error({ err: error }, 'the project before could not be closed well'); }).finally(() => { closing.delete(left); });
    closing.add(left);
    hub.publish('store.changed', { nouns: ['project', 'pairs', 'collections', 'objects', 'rules', 'tasks', 'agents', 'coexistence'] });
    return await projectInfo(next.services, { version: VERSION, logFolder: options.platform.log.folder });
  }

  async function moveTo(to: string): Promise<ProjectMove> {
    await current.requireResting();
    const { tables, rows, secrets } = await current.standStill(() => moveOpenProject(current.services, options.platform, to));
    return { project: await switchTo(to, null), rows, tables: [...tables], secrets: [...secrets] };
  }

  const names = Object.keys(current.handlers) as (keyof Handlers)[];
  const handlers = Object.fromEntries(names.map((name) => [name, (input: never, ctx: never) => (current.handlers as Handlers)[name](input, ctx)])) as unknown as Handlers;
  return {
    handlers,
    onEvent: (listener) => hub.subscribe(listener),
    async close() {
      await Promise.all([current.close(), ...closing]);
      hub.close();
    },
  };
}

async function open(
  options: ConsoleOptions, file: string, create: { readonly name: string; readonly demo: boolean } | null, hub: ReturnType<typeof createEventHub>, gates: TenantGates,
  elsewhere: Pick<ProjectContext, 'switchTo' | 'moveTo'>,
): Promise<OpenProject> {
  const { platform } = options;
  const store = await openPlace(platform, file, create);
  const local = await store.agents.ensureLocal(hostname(), VERSION);
  let nudge = (): void => {};
  const services: Services = {
    store, secrets: platform.secrets, log: platform.log, now: () => Date.now(), newId: () => orderedId(Date.now()), wait, pendingSignIns: new Map(), actor: userInfo().username,
    emit: (name, payload) => { hub.publish(name, payload); },
    nudge: () => { nudge(); },
    openDirectory: (pair, password) => openSource(platform, pair, password),
    openTenant: (pair, how) => openTarget(services, options, gates, pair, how),
  };
  const owner = leaseOwner(randomUUID());
  const start = () => options.startRunner?.(services, { agentId: local.id, owner });
  let runner = start();
  nudge = () => { runner?.nudge(); };
  const watch = watchStore(store, hub);
  const handlers = {
    ...projectHandlers(services, { version: VERSION, logFolder: platform.log.folder, ...elsewhere }), ...pairHandlers(services), ...collectionHandlers(services), ...objectHandlers(services), ...matchHandlers(services), ...ruleHandlers(services),
    ...taskHandlers(services), ...rollBackHandlers(services), ...planHandlers(services), ...checkHandlers(services), ...referenceHandlers(services), ...licenceHandlers(services), ...passwordHandlers(services), ...coexistenceHandlers(services), ...holdHandlers(services),
  } satisfies Handlers;
  const requireResting = async (): Promise<void> => {
    for await (const page of store.tasks.iterate({ states: ['Running', 'Cancelling'] })) {
      const mine = page.find((task) => task.leaseOwner === owner);
      if (mine) throw appError(ErrorCode.Conflict, `A ${mine.kind} task of the open project is ${mine.state}. Cancel it, or wait for its end, before you open another project.`);
    }
  };
  const standStill: OpenProject['standStill'] = async (fn) => {
    await runner?.close();
    try { return await fn(); } catch (error) {
      runner = start();
      throw error;
    }
  };
  return { services, handlers, requireResting, standStill, async close() { watch.close(); await runner?.close(); await store.close(); } };
}

async function openSource(platform: Platform, pair: Pick<PairRecord, 'source'>, given: string | undefined) {
  const { source } = pair;
  if (source.kind === 'ldif') return await openLdifDirectory({ file: source.file, mode: 'read only' });
  const password = given ?? await platform.secrets.get(source.secretRef);
  if (!password) throw appError(ErrorCode.SecretMissing, `The password of ${source.username} is not known to this program (it is kept ${kept(platform.secrets)}). Enter it in the pair's properties.`);
  return await openLdapDirectory({ connection: source, password, resolveSrv, log: platform.log });
}

const kept = (secrets: SecretStore): string => ({ os: 'by the operating system', file: 'in the sealed file of this machine', session: 'only while the program runs' })[secrets.protection()];

async function openTarget(services: Services, options: ConsoleOptions, gates: TenantGates, pair: Pick<PairRecord, 'id' | 'target'>, { secret, signal }: Parameters<Services['openTenant']>[1]) {
  const { target } = pair;
  const machine = options.platform.machine;
  if (target.simulated !== null) {
    if (!options.simulated) throw appError(ErrorCode.InvalidInput, 'This program cannot reach simulated tenants. Use the console or the command line of the full program.');
    const { transports, credentials } = await options.simulated(target.simulated);
    const connection = credentials === null ? target : { ...target, tenantId: credentials.tenantId, clientId: credentials.clientId, signIn: 'client secret' as const, secretRef: 'simulated' };
    const values = new Map<string, string>(credentials === null ? [] : [['simulated', credentials.clientSecret]]);
    const own: SecretPort = { get: async (ref) => values.get(ref) ?? (ref === target.secretRef ? secret : undefined), set: async (ref, value) => { values.set(ref, value); } };
    const secrets: SecretPort = credentials === null && secret === undefined ? options.platform.secrets : own;
    return await openTenant({ connection, signal, gates, transports, signIn: createSignIn({ connection, secrets, transports }), log: (e) => { services.log.info(e.detail ?? {}, e.message); } });
  }
  const secrets: SecretPort = secret === undefined ? options.platform.secrets : { get: async (ref) => (ref === target.secretRef ? secret : undefined), set: async () => {} };
  const signIn = createSignIn({
    connection: target, secrets,
    onDeviceCode: (info) => { services.pendingSignIns.set(pair.id, { userCode: info.userCode, verificationUri: info.verificationUri, expiresAt: info.expiresAt }); },
    openBrowser: async (url) => { if (!await openInBrowser(url, machine)) throw appError(ErrorCode.AuthFailed, 'No browser could be opened on this machine. Choose "device code" as the sign-in method of the pair.'); },
    log: (e) => { services.log.info(e.detail ?? {}, e.message); },
  });
  try {
    return await openTenant({ connection: target, signal, gates, signIn, log: (e) => { services.log.info(e.detail ?? {}, e.message); } });
  } finally { services.pendingSignIns.delete(pair.id); }
}

/** Waits so many milliseconds; rejects with the signal's reason when it fires first. */
async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const end = () => { clearTimeout(timer); signal?.removeEventListener('abort', aborted); };
    const aborted = () => { end(); reject(signal?.reason instanceof Error ? signal.reason : appError(ErrorCode.Cancelled, 'Cancelled.')); };
    const timer = setTimeout(() => { end(); resolve(); }, ms);
    signal?.addEventListener('abort', aborted, { once: true });
  });
}
