import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { openConsole, type Console } from '../../../electron/app/container.ts';
import type { ChannelInput, ChannelName, ChannelOutput } from '../../../shared/contracts/index.ts';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { AppError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { WritePage, WriteRecord } from '../../../electron/simulator/index.ts';
import type { Platform } from '../../../electron/platform/index.ts';
import { ask, platformIn } from '../app/rig.ts';
import { makeOperator, type Operator } from '../main-job/command.ts';
import { startTenant, writeState, type TenantProcess } from '../main-job/simulated-tenant.ts';
import { company, type Company } from './company.ts';

const CLI = path.join(import.meta.dirname, '../../../electron/cli/index.ts');
const SECRET = 'secret-of-the-fleet';
const LOOK_MS = 150;
/** Longest time that a fleet may take, milliseconds. */
const LIMIT_MS = 235_000;
/** States from which a person would let a task go on. */
const STOPPED: ReadonlySet<TaskRow['state']> = new Set(['Interrupted', 'Failed', 'Cancelled', 'Completed with errors']);

/** How a fleet starts. */
export interface FleetOptions {
  /** Address of a project on PostgreSQL that nobody has made yet. */
  readonly place: string;
  /** Number of agents. Collection i belongs to agent i modulo that number. */
  readonly agents: number;
  readonly units: number;
  readonly people: number;
  readonly quotas?: 'off' | 'real';
  readonly faults?: string;
}

/** An agent of the project and its process, as `causeway agent` starts it. `ready`: it is at work, or has ended. */
export interface Member { readonly id: string; readonly name: string; process: ChildProcess | null; kills: number; ready: Promise<void> }

/** A project on PostgreSQL with a pair, a collection for each unit of a company, agents in processes of their own, and a simulated tenant in another. */
export interface Fleet {
  readonly company: Company;
  readonly tenant: TenantProcess;
  readonly members: readonly Member[];
  readonly pairId: string;
  readonly collections: readonly string[];
  readonly console: Console;
  call<K extends ChannelName>(channel: K, input: ChannelInput<K>): Promise<ChannelOutput<K>>;
  /** Starts the process of an agent. */
  start(member: Member): void;
  /** Ends it in the middle of whatever it does, and waits until it is gone. */
  kill(member: Member): Promise<void>;
  /**
   * Migrates collections: plans, approves each plan as soon as it is there, lets tasks go on that were interrupted.
   * @param which absent: all. @param meanwhile called between two looks. @returns the tasks at their ends, by collection.
   */
  migrate(which?: readonly string[], meanwhile?: () => Promise<void>): Promise<readonly TaskRow[]>;
  /** Writes that took effect in the tenant, as the simulator's log has them. */
  writes(after?: number): Promise<readonly WriteRecord[]>;
  /** Number of them. */
  written(): Promise<number>;
  /** Replaces what goes wrong on demand. */
  faults(spec: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens one; no agent runs yet. */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const made = company(options);
  const operator = await makeOperator({ limitMs: LIMIT_MS });
  try {
    return await onOperator(operator, made, options);
  } catch (error) {
    await operator.close();
    throw error;
  }
}

async function onOperator(operator: Operator, made: Company, options: FleetOptions): Promise<Fleet> {
  const stateFile = path.join(operator.folder, 'tenant.json');
  await writeState(stateFile, made.seed, SECRET);
  const tenant = await startTenant(operator, stateFile, { quotas: options.quotas ?? 'off', faults: options.faults ?? '' });
  const ldif = await operator.file('corp.ldf', made.ldif);
  const environment = { CAUSEWAY_HOME: operator.home, CAUSEWAY_KEY_FILE: path.join(operator.folder, 'operator.key') };
  const platform: Platform = platformIn(operator.folder, environment);
  const console = await openConsole({ file: options.place, create: { name: 'Fleet', demo: false }, platform });
  const call: Fleet['call'] = (channel, input) => ask(console, channel, input);
  const pair = await call('pairs.create', {
    name: 'Fleet', source: { kind: 'ldif', file: ldif }, targetSecret: tenant.clientSecret, defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' },
    target: { cloud: 'global', tenantId: tenant.tenantId, clientId: tenant.clientId, signIn: 'client secret', secretRef: '', certificateFile: null, readOnly: false, simulated: { origin: tenant.url } },
  });
  const members: Member[] = [];
  for (let i = 0; i < options.agents; i += 1) {
    const { id, name } = await call('agents.create', { name: `Agent ${i}` });
    members.push({ id, name, process: null, kills: 0, ready: Promise.resolve() });
  }
  const collections: string[] = [];
  for (const [i, base] of made.units.entries()) {
    const { id } = await call('collections.create', { pairId: pair.id, name: `Unit ${i}`, agentId: members[i % members.length]?.id ?? '' });
    await call('collections.queryObjects', { id, base, filter: '(|(objectClass=user)(objectClass=group))' });
    collections.push(id);
  }

  const start = (member: Member): void => {
    const child = spawn(process.execPath, [CLI, '--project', options.place, '--json', 'agent', '--name', member.name], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] });
    member.process = child;
    member.ready = new Promise((resolve) => { child.stdout.once('data', () => resolve()); child.once('exit', () => resolve()); });
  };
  const kill = async (member: Member): Promise<void> => {
    const { process: child } = member;
    member.process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    member.kills += 1;
    const gone = new Promise((resolve) => { child.once('exit', resolve); });
    child.kill('SIGKILL');
    await gone;
  };
  const writes: Fleet['writes'] = async (after = 0) => {
    const found: WriteRecord[] = [];
    for (let at = after; ;) {
      const page = await (await fetch(`${tenant.url}/simulator/writes.json?after=${at}`)).json() as WritePage;
      found.push(...page.writes);
      const last = page.writes.at(-1);
      if (last === undefined || last.number >= page.total) return found;
      at = last.number;
    }
  };
  const migrate: Fleet['migrate'] = async (which = collections, meanwhile = async () => {}) => {
    const tasks: string[] = [];
    for (const collectionId of which) tasks.push((await call('tasks.migrate', { collectionId, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' } })).taskId);
    const open = new Set(tasks);
    while (open.size > 0) {
      const { rows } = await call('tasks.list', { limit: 200 });
      for (const task of rows) if (open.has(task.id) && await letGoOn(call, task)) open.delete(task.id);
      await meanwhile();
      await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
    }
    return await Promise.all(tasks.map((id) => call('tasks.get', { id })));
  };
  return {
    company: made, tenant, members, pairId: pair.id, collections, console, call, start, kill, migrate, writes,
    written: async () => (await (await fetch(`${tenant.url}/simulator/writes.json?after=${Number.MAX_SAFE_INTEGER}`)).json() as WritePage).total,
    faults: async (spec) => { await fetch(`${tenant.url}/simulator/faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ spec }) }); },
    close: async () => {
      for (const member of members) await kill(member);
      await console.close();
      await platform.close();
      // Also what a simulator that does not end well has left behind.
      try { await tenant.stop(); } finally { await operator.close(); }
    },
  };
}

/** What a person does about a task: approves its plan, resumes it. @returns true when it has come to its end. */
async function letGoOn(call: Fleet['call'], task: TaskRow): Promise<boolean> {
  try {
    if (task.state === 'Completed') return true;
    if (task.state === 'Awaiting approval') await call('tasks.approve', { taskId: task.id, confirmation: (await call('plans.get', { id: task.planId ?? '' })).confirmation, outdated: 'apply all the same' });
    else if (task.state === 'Interrupted') await call('tasks.resume', { taskId: task.id });
    else if (STOPPED.has(task.state)) throw new Error(`the task of ${task.collectionName} is ${task.state}: ${task.message}`);
  } catch (error) {
    // Another task is in its way, or somebody was faster: at the next look.
    if (!(error instanceof AppError) || error.data.code !== ErrorCode.Conflict) throw error;
  }
  return false;
}
