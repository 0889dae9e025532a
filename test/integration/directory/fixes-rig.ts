import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { Client } from 'ldapts';
import { startRunner } from '../../../electron/agent/runner.ts';
import { openConsole, type Console } from '../../../electron/app/container.ts';
import { main } from '../../../electron/cli/main.ts';
import { startSimulator, type Simulator } from '../../../electron/simulator/index.ts';
import { createSimulatedTargets } from '../../../electron/simulator/targets.ts';
import type { CheckFindingRow } from '../../../shared/contracts/checks.ts';
import type { ChannelInput, ChannelName, ChannelOutput } from '../../../shared/contracts/index.ts';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import type { AppErrorData } from '../../../shared/domain/errors.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';
import type { SambaServer } from '../../servers/samba.ts';
import { ask, platformIn, refusal, targetOf } from '../app/rig.ts';
import { worksTenant } from '../app/works.ts';

const RESTING = new Set<TaskRow['state']>(['Awaiting approval', 'Completed', 'Completed with errors', 'Failed', 'Cancelled', 'Interrupted', 'Discarded']);

/** A project whose source is a real Active Directory, with one collection that holds everything below OU=Fix. */
export interface FixRig {
  readonly folder: string;
  readonly file: string;
  readonly pairId: string;
  readonly collectionId: string;
  call<K extends ChannelName>(channel: K, input: ChannelInput<K>): Promise<ChannelOutput<K>>;
  refused<K extends ChannelName>(channel: K, input: ChannelInput<K>): Promise<AppErrorData>;
  ended(taskId: string): Promise<TaskRow>;
  /** Checks the collection and gives the id of the check. */
  check(): Promise<string>;
  findings(id: string): Promise<readonly CheckFindingRow[]>;
  /** Plans the decided findings. */
  plan(id: string): Promise<TaskRow>;
  /** Approves a plan and waits for the end. */
  approve(task: TaskRow): Promise<TaskRow>;
  /** Values of an object below OU=Fix by its cn, sorted; by another client than ours. */
  values(cn: string, attribute: string): Promise<readonly string[]>;
  /** The command line, in this process. */
  causeway(...args: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  /** Somebody else changes an object. */
  change(cn: string, work: (client: Client, dn: string) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Who signs in to the directory. */
export interface FixAccount { readonly username: string; readonly password: string }

/** Opens a rig on a running domain controller. */
export async function openFixRig(samba: SambaServer, account: FixAccount = { username: samba.adminUser, password: samba.password }): Promise<FixRig> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-fix-'));
  const file = path.join(folder, 'project.causeway');
  const simulator: Simulator = await startSimulator({ quotas: 'off', signingKeyPem, seed: worksTenant(), faults: '' });
  const keyFile = path.join(folder, 'operator.key');
  await writeFile(keyFile, randomBytes(48).toString('base64'), { mode: 0o600 });
  const platform = platformIn(folder, { CAUSEWAY_KEY_FILE: keyFile });
  const simulated = createSimulatedTargets({ log: () => {} });
  const console: Console = await openConsole({ file, create: { name: 'Fixes', demo: false }, platform, simulated: simulated.open, startRunner });
  const call: FixRig['call'] = (channel, input) => ask(console, channel, input);
  const base = `OU=Fix,${samba.baseDn}`;
  const pair = await call('pairs.create', {
    name: 'Corp', target: targetOf(simulator), targetSecret: simulator.clientSecret, sourcePassword: account.password,
    source: { kind: 'ldap', domain: samba.domain, servers: [samba.address], security: 'ldaps', caFile: samba.caFile, username: account.username, secretRef: '', baseDn: base },
    defaults: { upnSuffix: '', countryCode: 'DE', distributionGroups: 'skip' },
  });
  const { id: collectionId } = await call('collections.create', { pairId: pair.id, name: 'Everyone' });
  await call('collections.queryObjects', { id: collectionId, base, filter: '(|(objectClass=user)(objectClass=group))' });
  const ended: FixRig['ended'] = async (taskId) => {
    for (const end = Date.now() + 30_000; Date.now() < end;) {
      const task = await call('tasks.get', { id: taskId });
      if (RESTING.has(task.state)) return task;
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
    throw new Error(`task ${taskId} did not end`);
  };
  const admin = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ url: `ldap://${samba.address}` });
    await client.bind(samba.adminUser, samba.password);
    try { return await work(client); } finally { await client.unbind(); }
  };
  const rig: FixRig = {
    folder, file, pairId: pair.id, collectionId, call, refused: (channel, input) => refusal(call(channel, input)), ended,
    async check() {
      const task = await ended((await call('checks.start', { pairId: pair.id, collectionId })).taskId);
      if (task.state !== 'Completed') throw new Error(task.message);
      return task.id;
    },
    findings: async (id) => (await call('checks.page', { id, limit: 500 })).rows,
    plan: async (id) => await ended((await call('checks.fix', { id })).taskId),
    async approve(task) {
      const { confirmation } = await call('plans.get', { id: task.planId ?? '' });
      await call('tasks.approve', { taskId: task.id, confirmation });
      return await ended(task.id);
    },
    values: (cn, attribute) => admin(async (client) => {
      const { searchEntries } = await client.search(`CN=${cn},${base}`, { scope: 'base', attributes: [attribute] });
      const value = searchEntries[0]?.[attribute];
      return (Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)]).toSorted();
    }),
    async causeway(...args) {
      const env = { CAUSEWAY_HOME: path.join(folder, 'home'), CAUSEWAY_PROJECT: file, CAUSEWAY_KEY_FILE: keyFile };
      const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
      Object.assign(process.env, env);
      const written = { stdout: '', stderr: '' };
      const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
      try {
        const code = await main(['--quiet', ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
        return { code, ...written };
      } finally { for (const [name, value] of Object.entries(before)) if (value === undefined) delete process.env[name]; else process.env[name] = value; }
    },
    change: (cn, work) => admin((client) => work(client, `CN=${cn},${base}`)),
    async close() {
      await console.close();
      await simulated.close();
      await simulator.close();
      await platform.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return rig;
}
