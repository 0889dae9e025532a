import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { ProjectInfo, ProjectMove } from '../../shared/contracts/project.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { openLdapDirectory, openLdifDirectory } from '../engines/directory/index.ts';
import { createSignIn, openTenant, TenantGates, type OpenTenantOptions, type SecretPort } from '../engines/tenant/index.ts';
import { createEventHub, type EventListener } from '../ipc/events.ts';
import type { Handlers } from '../ipc/router.ts';
import { nodeTimers } from '../ipc/throttle.ts';
import { resolveSrv } from '../platform/dns/index.ts';
import { openEvidenceHeads } from '../platform/evidence-heads.ts';
import { openInBrowser, orderedId, type Platform, type SecretStore } from '../platform/index.ts';
import type { PairRecord, Store } from '../store/index.ts';
import { agentHandlers } from './agents.ts';
import { checkHandlers } from './checks.ts';
import { coexistenceHandlers } from './coexistence.ts';
import { collectionHandlers } from './collections.ts';
import { cutoverHandlers } from './cutover.ts';
import { leaseOwner, otherHolder } from './dead-owners.ts';
import { mailFlowHandlers } from './mail-flow.ts';
import { mailboxSwitchHandlers } from './mailbox-switch.ts';
import { mailboxHandlers } from './mailboxes.ts';
import { matchHandlers } from './matches.ts';
import { driftHandlers } from './coexistence-drift.ts';
import { holdHandlers } from './holds.ts';
import { evidenceHandlers } from './evidence.ts';
import { handoverHandlers } from './handover.ts';
import { passwordHandlers } from './initial-passwords.ts';
import { licenceHandlers } from './licences.ts';
import { objectHandlers } from './objects.ts';
import { pairHandlers } from './pairs.ts';
import { planHandlers } from './plans.ts';
import { projectHandlers, projectInfo, type ProjectContext } from './project.ts';
import { moveOpenProject } from './project-move.ts';
import { openPlace } from './project-place.ts';
import { notificationHandlers } from './notifications.ts';
import { queueSignal } from './queue-signal.ts';
import { referenceHandlers } from './references.ts';
import { rollBackHandlers } from './roll-back.ts';
import { ruleHandlers } from './rules.ts';
import type { PendingSignIn, Services, SimulatedTargets } from './services.ts';
import { taskHandlers } from './tasks.ts';
import { tenantBudgets } from './tenant-budgets.ts';
import { VERSION } from './version.ts';
import { createTeller } from './notices.ts';
import { watchStore } from './watch-store.ts';
import { writeBackHandlers } from './write-back.ts';

/** Runs queued tasks; the agent of this process. Handed in, because the agent stands above the use cases. */
export type StartRunner = (services: Services, options: { readonly agentId: string; readonly owner: string }) => { nudge(): void; close(): Promise<void> };

/** What becomes of sign-ins that wait for a person; `pending` null: it is over. */
export type SignIns = 'refused' | { tell(pairId: string, pending: PendingSignIn | null): void };

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
  /** Name of the agent whose tasks the runner takes, made when there is none; absent: `Local`, and windows are told what other processes write. */
  readonly agent?: string;
  /** Sign-ins that wait for a person, where no window asks for them: `tell` passes them on, `refused` refuses them; absent: a window of this process asks. */
  readonly signIns?: SignIns;
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
    hub.publish('store.changed', { nouns: ['project', 'pairs', 'collections', 'objects', 'rules', 'tasks', 'agents', 'coexistence', 'mailboxes', 'notifications', 'cutover'] });
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
  const agentId = options.agent === undefined ? await localAgentOf(store) : await store.agents.ensure(options.agent, '', '');
  const notices = createTeller(store, platform.log);
  let nudge = (): void => {};
  const budgetOf = tenantBudgets({ store, log: platform.log, now: Date.now });
  const services: Services = {
    store, secrets: platform.secrets, log: platform.log, now: () => Date.now(), newId: () => orderedId(Date.now()), wait, evidenceHeads: openEvidenceHeads(platform.paths.data), pendingSignIns: new Map(), agentProblems: new Map(), actor: userInfo().username,
    emit: (name, payload) => { hub.publish(name, payload); notices.heard(name, payload); },
    nudge: () => { nudge(); },
    openDirectory: (pair, password) => openSource(platform, pair, password),
    openTenant: (pair, how) => openTarget(services, options, { gates, budgetOf }, pair, how),
  };
  const random = randomUUID();
  const owner = leaseOwner(random);
  const start = () => options.startRunner?.(services, { agentId, owner });
  let runner = start();
  const others = queueSignal(store, platform.log, options.startRunner ? agentId : null, () => { runner?.nudge(); });
  nudge = () => { runner?.nudge(); others.announce(); };
  const watch = options.agent === undefined ? watchStore(store, hub, notices, platform.log) : undefined;
  const handlers = {
    ...projectHandlers(services, { version: VERSION, logFolder: platform.log.folder, ...elsewhere }), ...pairHandlers(services), ...collectionHandlers(services), ...objectHandlers(services), ...matchHandlers(services), ...ruleHandlers(services),
    ...taskHandlers(services), ...rollBackHandlers(services), ...planHandlers(services), ...checkHandlers(services), ...referenceHandlers(services), ...licenceHandlers(services), ...passwordHandlers(services), ...coexistenceHandlers(services), ...holdHandlers(services), ...driftHandlers(services), ...agentHandlers(services), ...writeBackHandlers(services), ...mailboxHandlers(services), ...cutoverHandlers(services), ...mailFlowHandlers(services), ...evidenceHandlers(services), ...handoverHandlers(services), ...notificationHandlers(services), ...mailboxSwitchHandlers(services),
  } satisfies Handlers;
  const requireResting = async (): Promise<void> => {
    for await (const page of store.tasks.iterate({ states: ['Running', 'Cancelling'] })) {
      const mine = page.find((task) => task.leaseOwner?.endsWith(`:${random}`));
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
  return { services, handlers, requireResting, standStill, async close() { await watch?.close(); await runner?.close(); await notices.close(); await store.close(); } };
}

/** The agent `Local`; its machine and version are those of the process that works under its name, where there is one. */
async function localAgentOf(store: Store): Promise<string> {
  const { id } = await store.agents.ensureLocal('', '');
  if (await otherHolder({ store, now: Date.now }, id, '') === undefined) await store.agents.ensureLocal(hostname(), VERSION);
  return id;
}

async function openSource(platform: Platform, pair: Pick<PairRecord, 'source'>, given: string | undefined) {
  const { source } = pair;
  if (source.kind === 'ldif') return await openLdifDirectory({ file: source.file, mode: 'read only' });
  const password = given ?? await platform.secrets.get(source.secretRef);
  if (!password) throw appError(ErrorCode.SecretMissing, `The password of ${source.username} is not known to this program (it is kept ${kept(platform.secrets)}). Enter it in the pair's properties.`);
  return await openLdapDirectory({ connection: source, password, resolveSrv, log: platform.log });
}

const kept = (secrets: SecretStore): string => ({ os: 'by the operating system', file: 'in the sealed file of this machine', session: 'only while the program runs' })[secrets.protection()];

async function openTarget(services: Services, options: ConsoleOptions, limits: Required<Pick<OpenTenantOptions, 'gates' | 'budgetOf'>>, pair: Pick<PairRecord, 'id' | 'target'>, { secret, signal }: Parameters<Services['openTenant']>[1]) {
  const { target } = pair;
  const machine = options.platform.machine;
  if (target.simulated !== null) {
    if (!options.simulated) throw appError(ErrorCode.InvalidInput, 'This program cannot reach simulated tenants. Use the console or the command line of the full program.');
    const { transports, credentials } = await options.simulated(target.simulated);
    const connection = credentials === null ? target : { ...target, tenantId: credentials.tenantId, clientId: credentials.clientId, signIn: 'client secret' as const, secretRef: 'simulated' };
    const values = new Map<string, string>(credentials === null ? [] : [['simulated', credentials.clientSecret]]);
    const own: SecretPort = { get: async (ref) => values.get(ref) ?? (ref === target.secretRef ? secret : undefined), set: async (ref, value) => { values.set(ref, value); } };
    const secrets: SecretPort = credentials === null && secret === undefined ? options.platform.secrets : own;
    return await openTenant({ connection, signal, ...limits, transports, signIn: createSignIn({ connection, secrets, transports }), log: (e) => { services.log.info(e.detail ?? {}, e.message); } });
  }
  const pending = (info: PendingSignIn | null): void => {
    if (typeof options.signIns === 'object') options.signIns.tell(pair.id, info);
    else if (info === null) services.pendingSignIns.delete(pair.id);
    else services.pendingSignIns.set(pair.id, info);
  };
  const secrets: SecretPort = secret === undefined ? options.platform.secrets : { get: async (ref) => (ref === target.secretRef ? secret : undefined), set: async () => {} };
  const signIn = createSignIn({
    connection: target, secrets,
    ...(options.signIns === 'refused' ? {} : { onDeviceCode: (info) => { pending({ userCode: info.userCode, verificationUri: info.verificationUri, expiresAt: info.expiresAt }); } }),
    ...(options.signIns === 'refused' ? {} : { openBrowser: async (url) => { if (!await openInBrowser(url, machine)) throw appError(ErrorCode.AuthFailed, 'No browser could be opened on this machine. Choose "device code" as the sign-in method of the pair.'); } }),
    log: (e) => { services.log.info(e.detail ?? {}, e.message); },
  });
  try {
    return await openTenant({ connection: target, signal, ...limits, signIn, log: (e) => { services.log.info(e.detail ?? {}, e.message); } });
  } finally { pending(null); }
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
