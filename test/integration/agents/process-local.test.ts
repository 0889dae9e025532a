import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { forkAgent } from '../../../electron/agent/local/forked.ts';
import { localAgent, type LocalAgentState } from '../../../electron/agent/local/local-agent.ts';
import { openConsole, type Console } from '../../../electron/app/container.ts';
import { EMPTY_TENANT } from '../../../electron/simulator/index.ts';
import { openProject, parseAddress, type Store } from '../../../electron/store/index.ts';
import { skipFor } from '../../servers/available.ts';
import { freshPostgres, postgresObstacle } from '../../servers/postgres.ts';
import { ask, openRig, type Rig } from '../app/rig.ts';
import { person } from '../app/works.ts';
import { isAlive, until } from './process-rig.ts';

const AGENT = path.resolve(import.meta.dirname, '../../../electron/host/agent.ts');
const people = Array.from({ length: 60 }, (_, i) => person(i + 1, `p${String(i).padStart(2, '0')}`));

let rig: Rig;
let store: Store;
let second: Console | undefined;
const homeBefore = process.env['CAUSEWAY_HOME'];
const states: { readonly first: LocalAgentState[]; readonly second: LocalAgentState[] } = { first: [], second: [] };

/** @param place where the project is made; absent: a file. */
async function begin(place?: string): Promise<void> {
  states.first.length = states.second.length = 0;
  // The secret of the tenant is known to this process for its session only: there is no key file.
  rig = await openRig({
    source: people, seed: EMPTY_TENANT, ...(place === undefined ? {} : { place }),
    startRunner: (simulated, platform) => {
      process.env['CAUSEWAY_HOME'] = platform.paths.data;
      return localAgent({ simulated, launch: () => forkAgent(AGENT, platform.log), onState: (state) => { states.first.push(state); }, backOff: () => 10 });
    },
  });
  store = await openProject(rig.file);
}
afterEach(async () => {
  await store?.close();
  await second?.close();
  second = undefined;
  await rig?.close();
  if (homeBefore === undefined) delete process.env['CAUSEWAY_HOME']; else process.env['CAUSEWAY_HOME'] = homeBefore;
});

/** Number of the Local agent's process. */
const processOf = async (): Promise<number> => await until('the Local agent', async () => {
  const [local] = await store.agents.list();
  const holder = local === undefined ? undefined : await store.agents.holder(local.id);
  const pid = Number(holder?.owner.split(':')[1]);
  return pid > 0 && isAlive(pid) ? pid : undefined;
});
const slow = async (spec: string): Promise<void> => { await fetch(`${rig.simulator.url}/simulator/faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ spec }) }); };
const planned = async (): Promise<string> => {
  const { taskId } = await rig.call('tasks.migrate', { collectionId: rig.collectionId, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' } });
  expect(await rig.ended(taskId)).toMatchObject({ state: 'Awaiting approval' });
  return taskId;
};
const approve = async (taskId: string): Promise<void> => { await rig.call('tasks.approve', { taskId, confirmation: (await rig.call('plans.get', { id: (await rig.call('tasks.get', { id: taskId })).planId ?? '' })).confirmation }); };

/** Files below a folder that hold a text. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(file)).includes(text)) found.push(file);
  }
  return found;
}

describe('the Local agent of a console', () => {
  beforeEach(() => begin());

  it('is a process of its own that asks for the session\'s secrets over its private channel, and whose progress windows see', async () => {
    const taskId = await planned();
    const pid = await processOf();
    expect(pid).not.toBe(process.pid);
    expect(states.first).toEqual(['starting', 'running']);
    rig.heard.length = 0;
    await slow('slow=1:700ms');
    await approve(taskId);
    expect(await rig.ended(taskId)).toMatchObject({ state: 'Completed' });
    await until('the end', async () => rig.heard.some(({ name, payload }) => name === 'tasks.changed' && payload.id === taskId && payload.state === 'Completed'));

    const progress = rig.heard.flatMap(({ name, payload }) => (name === 'tasks.changed' && payload.id === taskId && payload.state === 'Running' ? [payload.phase] : []));
    expect([...new Set(progress)]).toEqual(expect.arrayContaining(['apply', 'verify']));
    // Windows are told to read again what has changed, and not everything with each step.
    const read = rig.heard.filter(({ name, payload }) => name === 'store.changed' && (payload as { nouns: readonly string[] }).nouns.includes('rules'));
    expect(read).toEqual([]);

    const { clientSecret } = rig.simulator;
    if (existsSync(`/proc/${pid}/cmdline`)) for (const file of ['cmdline', 'environ']) expect(await readFile(`/proc/${pid}/${file}`, 'latin1'), file).not.toContain(clientSecret);
    expect(await filesWith(rig.folder, clientSecret)).toEqual([]);
  });

  it('is started again when it dies, without the console, and goes on with the task that it left behind', async () => {
    const taskId = await planned();
    await slow('slow=1:300ms');
    await approve(taskId);
    await until('a write', async () => { const { phase, state } = await rig.call('tasks.get', { id: taskId }); expect(['Queued', 'Running']).toContain(state); return phase === 'apply'; });
    const pid = await processOf();
    process.kill(pid, 'SIGKILL');
    expect(await until('a new process', async () => { const next = await processOf(); return next !== pid && next; })).not.toBe(process.pid);
    await slow('');
    expect(await until('its end', async () => { const task = await rig.call('tasks.get', { id: taskId }); return task.state !== 'Running' && task.state !== 'Queued' && task; })).toMatchObject({ state: 'Completed' });
    expect(states.first).toEqual(['starting', 'running', 'restarting', 'starting', 'running']);
  });

  it('is used by a second console, which has its own as soon as the first one is closed', async () => {
    const pid = await processOf();
    second = await openConsole({ file: rig.file, create: null, platform: rig.platform, simulated: rig.simulated.open, startRunner: localAgent({ simulated: rig.simulated.open, launch: () => forkAgent(AGENT, rig.platform.log), onState: (state) => { states.second.push(state); } }) });
    const other = second;
    await until('the second console to see it', async () => states.second.includes('elsewhere'));
    const { taskId } = await ask(other, 'tasks.discover', { pairId: rig.pairId });
    expect(await rig.ended(taskId)).toMatchObject({ state: 'Completed' });
    expect(await processOf()).toBe(pid);

    await rig.console.close();
    expect(states.first.at(-1)).toBe('stopped');
    expect(isAlive(pid)).toBe(false);
    await until('its own', async () => states.second.at(-1) === 'running');
    expect(await processOf()).not.toBe(pid);
    await other.close();
    expect(states.second).toEqual(['elsewhere', 'starting', 'running', 'stopped']);
  });
});

const noPostgres = skipFor(await postgresObstacle());
describe.skipIf(noPostgres)('the Local agent of a console on PostgreSQL', () => {
  it('gets the password of the database over its private channel, too', async () => {
    const place = await freshPostgres(inject('postgresDesk'));
    await begin(place);
    const pid = await processOf();
    const { taskId } = await rig.call('tasks.discover', { pairId: rig.pairId });
    expect(await rig.ended(taskId)).toMatchObject({ state: 'Completed' });
    const { password = '' } = parseAddress(place);
    expect(password).not.toBe('');
    if (existsSync(`/proc/${pid}/cmdline`)) for (const file of ['cmdline', 'environ']) expect(await readFile(`/proc/${pid}/${file}`, 'latin1'), file).not.toContain(password);
  });
});
