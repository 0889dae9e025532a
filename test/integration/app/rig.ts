import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startRunner } from '../../../electron/agent/runner.ts';
import { openConsole, type Console, type StartRunner } from '../../../electron/app/container.ts';
import type { Services } from '../../../electron/app/services.ts';
import { createPlatform, type Platform } from '../../../electron/platform/index.ts';
import { writeLdif, type LdifEntry } from '../../../electron/simulator/demo/ldif.ts';
import { startSimulator, type Simulator, type SimulatorOptions, type SimulatorSeed } from '../../../electron/simulator/index.ts';
import { createSimulatedTargets, type SimulatedTargets } from '../../../electron/simulator/targets.ts';
import { contracts, type ChannelInput, type ChannelName, type ChannelOutput } from '../../../shared/contracts/index.ts';
import type { EventName, Events } from '../../../shared/contracts/events.ts';
import type { ObjectRow } from '../../../shared/contracts/objects.ts';
import type { PairInput } from '../../../shared/contracts/pairs.ts';
import type { PlanSummary, TaskRow } from '../../../shared/contracts/tasks.ts';
import { AppError, type AppErrorData } from '../../../shared/domain/errors.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';

/** One event as a window would get it. */
export type Heard = { readonly [E in EventName]: { readonly name: E; readonly payload: Events[E] } }[EventName];
/** Answers of the wizard; what is left out is: create, merge, no suffix, no country. */
export type Answers = Partial<ChannelInput<'tasks.migrate'>['settings']>;

/** An open project with real engines, a store on a temporary file and a simulated tenant. */
export interface Rig {
  readonly folder: string;
  readonly file: string;
  /** The export that stands for Active Directory. */
  readonly ldif: string;
  readonly simulator: Simulator;
  readonly platform: Platform;
  readonly simulated: SimulatedTargets;
  readonly console: Console;
  readonly heard: Heard[];
  readonly pairId: string;
  readonly collectionId: string;
  /** Asks a use case the way every transport does: the contract's schema first. */
  call<K extends ChannelName>(channel: K, input: ChannelInput<K>): Promise<ChannelOutput<K>>;
  /** The error of a call that must be refused. */
  refused<K extends ChannelName>(channel: K, input: ChannelInput<K>): Promise<AppErrorData>;
  /** Waits until a task rests. */
  ended(taskId: string): Promise<TaskRow>;
  /** Matches the collection. */
  match(more?: Partial<ChannelInput<'tasks.match'>>): Promise<TaskRow>;
  /** Plans a migration and waits for its plan. */
  plan(answers?: Answers, more?: Partial<ChannelInput<'tasks.migrate'>>): Promise<{ readonly task: TaskRow; readonly plan: PlanSummary }>;
  /** Approves and waits for the end. */
  approve(taskId: string): Promise<TaskRow>;
  /** Plans, approves and waits for the end. */
  migrate(answers?: Answers, more?: Partial<ChannelInput<'tasks.migrate'>>): Promise<TaskRow>;
  /** Plans a roll back; without operations it ends at once. */
  planRollBack(more?: Partial<ChannelInput<'tasks.rollBack'>>): Promise<{ readonly task: TaskRow; readonly plan: PlanSummary }>;
  /** Plans a roll back, approves it and waits for the end. */
  rollBack(more?: Partial<ChannelInput<'tasks.rollBack'>>): Promise<TaskRow>;
  /** Objects of the collection by name. */
  objects(collectionId?: string): Promise<Record<string, ObjectRow>>;
  /** Somebody else's request to the tenant. */
  graph(method: string, address: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Writes another export in place of the first: somebody worked in Active Directory. */
  rewrite(entries: readonly LdifEntry[]): Promise<void>;
  close(): Promise<void>;
}

/** One request on its way to the tenant. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** What a rig starts with. */
export interface RigOptions {
  readonly source: readonly LdifEntry[] | string;
  readonly seed: SimulatorSeed;
  readonly defaults?: Partial<PairInput['defaults']>;
  /** `none`: no task is run by this process. */
  readonly runner?: 'local' | 'none';
  /** Runs the tasks in place of a runner in this process. */
  readonly startRunner?: (simulated: SimulatedTargets['open'], platform: Platform) => StartRunner;
  readonly quotas?: 'real' | 'off';
  /** What goes wrong on demand, as `causeway simulator --faults` takes it. */
  readonly faults?: string;
  /** Whatever else the simulated tenant starts with. */
  readonly simulator?: Partial<SimulatorOptions>;
  /** Stands between the engine and the wire. */
  readonly wrap?: (send: Send) => Send;
  /** What stands between the tasks and what they work with. */
  readonly services?: (services: Services) => Services;
  /** LDAP filter of the objects that the first collection holds; `null`: none are added. */
  readonly members?: string | null;
  /** What the program finds in its environment, e.g. a key file for the secrets. */
  readonly environment?: (folder: string) => Promise<Record<string, string>>;
  /** Address of a project on PostgreSQL; absent: a file. */
  readonly place?: string;
  /** A real directory in place of the export; `environment` is what the program finds, e.g. a key file for the secrets. */
  readonly directory?: { readonly source: PairInput['source']; readonly password: string; readonly environment: (folder: string) => Promise<Record<string, string>> };
}

const RESTING = new Set<TaskRow['state']>(['Awaiting approval', 'Scheduled', 'Completed', 'Completed with errors', 'Failed', 'Cancelled', 'Interrupted', 'Discarded']);
const LIMIT_MS = 60_000;

/** Connection to a simulator with the application that may write. */
export function targetOf(simulator: Simulator): PairInput['target'] {
  return { cloud: 'global', tenantId: simulator.tenantId, clientId: simulator.clientId, signIn: 'client secret', secretRef: '', certificateFile: null, readOnly: false, simulated: { origin: simulator.url } };
}

/** A platform whose data folder and key file lie in a folder. */
export function platformIn(folder: string, env: Record<string, string> = {}): Platform {
  return createPlatform({ program: 'cli', machine: { platform: process.platform, home: folder, env: { CAUSEWAY_HOME: path.join(folder, 'home'), ...env } } });
}

/** Asks a use case of an open console through the contract. */
export async function ask<K extends ChannelName>(console: Console, channel: K, input: ChannelInput<K>): Promise<ChannelOutput<K>> {
  const handler = console.handlers[channel] as (input: unknown, ctx: { signal: AbortSignal }) => Promise<unknown>;
  const answer = await handler(contracts[channel].input.parse(input), { signal: new AbortController().signal });
  return contracts[channel].output.parse(answer) as ChannelOutput<K>;
}

/** The error of work that must be refused with a sentence of ours. */
export async function refusal(work: Promise<unknown>): Promise<AppErrorData> {
  try { await work; } catch (error) {
    if (error instanceof AppError) return error.data;
    throw error;
  }
  throw new Error('it was not refused');
}

/** Opens a rig: a project with one pair and one collection that holds everything. */
export async function openRig(options: RigOptions): Promise<Rig> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-app-'));
  const ldif = path.join(folder, 'organisation.ldf');
  const file = options.place ?? path.join(folder, 'project.causeway');
  const rewrite = async (source: readonly LdifEntry[] | string) => { await writeFile(ldif, typeof source === 'string' ? source : writeLdif(source)); };
  await rewrite(options.source);
  const simulator = await startSimulator({ quotas: options.quotas ?? 'off', signingKeyPem, seed: options.seed, faults: options.faults ?? '', ...options.simulator });
  const platform = platformIn(folder, await (options.directory ?? options).environment?.(folder));
  const simulated = createSimulatedTargets({ log: () => {} });
  const wrap = options.wrap ?? ((send: Send) => send);
  const simulatedTargets: SimulatedTargets['open'] = async (at) => {
    const target = await simulated.open(at);
    return { ...target, transports: { ...target.transports, fetch: wrap(target.transports.fetch) } };
  };
  const console = await openConsole({ file, create: { name: 'Works', demo: false }, platform, simulated: simulatedTargets, ...(options.runner === 'none' ? {} : options.startRunner ? { startRunner: options.startRunner(simulatedTargets, platform) } : { startRunner: (services, taker) => startRunner(options.services?.(services) ?? services, taker) }) });
  const heard: Heard[] = [];
  console.onEvent((name, payload) => { heard.push({ name, payload } as Heard); });
  const call: Rig['call'] = (channel, input) => ask(console, channel, input);

  const pair = await call('pairs.create', {
    name: 'Works', source: options.directory?.source ?? { kind: 'ldif', file: ldif }, target: targetOf(simulator), targetSecret: simulator.clientSecret,
    ...(options.directory ? { sourcePassword: options.directory.password } : {}),
    defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip', ...options.defaults },
  });
  const collection = await call('collections.create', { pairId: pair.id, name: 'Everyone' });
  if (options.members !== null) await call('collections.queryObjects', { id: collection.id, filter: options.members ?? '(objectClass=*)' });

  const ended: Rig['ended'] = async (taskId) => {
    for (const end = Date.now() + LIMIT_MS; Date.now() < end;) {
      const task = await call('tasks.get', { id: taskId });
      if (RESTING.has(task.state)) return task;
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
    throw new Error(`task ${taskId} did not end`);
  };
  const planned = async (taskId: string) => {
    const task = await ended(taskId);
    if (task.planId === null) throw new Error(`no plan: ${task.state}, ${task.message}`);
    return { task, plan: await call('plans.get', { id: task.planId }) };
  };
  const approve: Rig['approve'] = async (taskId) => {
    const { planId } = await call('tasks.get', { id: taskId });
    await call('tasks.approve', { taskId, confirmation: (await call('plans.get', { id: planId ?? '' })).confirmation });
    return await ended(taskId);
  };
  const plan: Rig['plan'] = async (answers = {}, more = {}) => await planned((await call('tasks.migrate', {
    collectionId: collection.id, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '', ...answers }, ...more,
  })).taskId);
  const planRollBack: Rig['planRollBack'] = async (more = {}) => await planned((await call('tasks.rollBack', { collectionId: collection.id, ...more })).taskId);
  const toEnd = async ({ task }: { readonly task: TaskRow }) => (task.state === 'Awaiting approval' ? await approve(task.id) : task);
  let token = '';
  return {
    folder, file, ldif, simulator, platform, simulated, console, heard, pairId: pair.id, collectionId: collection.id,
    call, refused: (channel, input) => refusal(call(channel, input)), ended, approve, plan, planRollBack, rewrite,
    match: async (more = {}) => await ended((await call('tasks.match', { collectionId: collection.id, breakExisting: false, ...more })).taskId),
    migrate: async (answers, more) => await toEnd(await plan(answers, more)),
    rollBack: async (more) => await toEnd(await planRollBack(more)),
    objects: async (collectionId = collection.id) => {
      const rows: ObjectRow[] = [];
      let after: string | null = null;
      do {
        const page: ChannelOutput<'objects.page'> = await call('objects.page', { collectionId, after, limit: 500 });
        rows.push(...page.rows);
        after = page.next;
      } while (after !== null);
      return Object.fromEntries(rows.map((row) => [row.name, row]));
    },
    graph: async (method, address, body) => {
      const { url, tenantId, clientId, clientSecret } = simulator;
      if (token === '') {
        const answer = await fetch(`${url}/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'https://graph.microsoft.com/.default' }) });
        const given = ((await answer.json()) as { access_token?: string }).access_token;
        if (given === undefined) throw new Error(`the sign-in answered ${answer.status}`);
        token = given;
      }
      const answer = await fetch(`${url}/v1.0${address}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const text = await answer.text();
      if (answer.status >= 400) throw new Error(`${method} ${address}: ${answer.status} ${text}`);
      return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
    },
    close: async () => {
      await console.close();
      await simulated.close();
      await simulator.close();
      await platform.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
