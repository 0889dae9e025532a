import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownTaskRunner, startRunner, type Runner } from '../../../electron/agent/runner.ts';
import type { Services } from '../../../electron/app/services.ts';
import { silentLog } from '../../../electron/platform/index.ts';
import { createProject, type Store } from '../../../electron/store/index.ts';

let folder: string;
let store: Store;
let pairId: string;
let agentId: string;
const runners: Runner[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-runner-'));
  store = await createProject({ file: path.join(folder, 'p.causeway'), name: 'P', demo: false });
  pairId = (await store.pairs.create({
    name: 'P', source: { kind: 'ldif', file: 'none.ldf' }, target: { cloud: 'global', tenantId: 't', clientId: 'c', signIn: 'client secret', secretRef: '', certificateFile: null, readOnly: false, simulated: null },
    redirectionDomain: '', schemaTemplate: '', defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' },
  })).id;
  agentId = (await store.agents.ensureLocal('host', '0')).id;
});
afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Services over the real store: Batch tasks need no more, because this version refuses to run them. */
const servicesOf = (own: Store): Services => ({ store: own, log: silentLog, now: Date.now, newId: () => 'ref-0000', emit: () => {} }) as unknown as Services;
const start = (services: Services, owner: string): Runner => {
  const runner = startRunner(services, { agentId, owner });
  runners.push(runner);
  return runner;
};
const newTask = async () => await store.tasks.create({ pairId, collectionId: null, kind: 'Batch', settings: {}, createdBy: 'me' });
const until = async (done: () => Promise<boolean>, ms: number): Promise<number> => {
  const began = performance.now();
  while (!await done()) { if (performance.now() - began > ms) throw new Error(`not within ${ms} ms`); await new Promise((resolve) => { setTimeout(resolve, 5); }); }
  return performance.now() - began;
};

describe('the runner of a process', () => {
  it('takes tasks one after the other and shows that it lives', async () => {
    const tasks = [await newTask(), await newTask(), await newTask()];
    start(servicesOf(store), 'a');
    await until(async () => (await Promise.all(tasks.map((t) => store.tasks.get(t.id)))).every((t) => t.state === 'Failed'), 5_000);
    const ended = await Promise.all(tasks.map((t) => store.tasks.get(t.id)));
    expect(ended.map((t) => t.leaseOwner)).toEqual([null, null, null]);
    expect(ended[0]?.message).toContain('does not run Batch tasks');
    expect((await store.agents.list())[0]?.heartbeatAt).not.toBeNull();
  });

  it('starts a task at once when it is told, also when that comes while it looks at the queue', async () => {
    let taskId = '';
    const found: { runner?: Runner } = {};
    const list: Store['agents']['list'] = async () => {
      const agents = await store.agents.list();
      if (taskId === '') { taskId = (await newTask()).id; found.runner?.nudge(); }
      return agents;
    };
    const services = servicesOf({ ...store, agents: { ...store.agents, list } });
    found.runner = start(services, 'a');
    await until(async () => taskId !== '', 5_000);
    expect(await until(async () => (await store.tasks.get(taskId)).state === 'Failed', 5_000)).toBeLessThan(300);
    const second = await newTask();
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    found.runner.nudge();
    expect(await until(async () => (await store.tasks.get(second.id)).state === 'Failed', 5_000)).toBeLessThan(300);
  });

  it('tells others when a task has ended that could write, because theirs may have waited for it, and not for any other task', async () => {
    const told: number[] = [];
    const [other, writing] = [await newTask(), await newTask()];
    await store.tasks.update(writing.id, { checkpoint: { stage: 'apply' } });
    const failed = async () => (await Promise.all([other, writing].map(({ id }) => store.tasks.get(id)))).filter((task) => task.state === 'Failed' && task.leaseOwner === null).length;
    start({ ...servicesOf(store), nudge: () => { void failed().then((ended) => { told.push(ended); }); } }, 'a');
    await until(async () => told.length > 0, 5_000);
    expect(told).toEqual([2]);
  });

  it('marks tasks of processes that no longer renew as interrupted, and leaves those of living ones', async () => {
    const [left, held] = [await newTask(), await newTask()];
    await store.tasks.claimById(left.id, 'gone', 1);
    await store.tasks.claimById(held.id, 'living', 60_000);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    start(servicesOf(store), 'a');
    await until(async () => (await store.tasks.get(left.id)).state === 'Interrupted', 5_000);
    expect(await store.tasks.get(held.id)).toMatchObject({ state: 'Running', leaseOwner: 'living' });
  });

  it.each([0, 50])('closes at once while nothing runs, %d ms after its start, and takes nothing afterwards', async (pause) => {
    const runner = start(servicesOf(store), 'a');
    if (pause > 0) await new Promise((resolve) => { setTimeout(resolve, pause); });
    const began = performance.now();
    await runner.close();
    expect(performance.now() - began).toBeLessThan(300);
    const task = await newTask();
    runner.nudge();
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    expect((await store.tasks.get(task.id)).state).toBe('Queued');
  });

  it('interrupts its task when the grace time is over, whatever goes on beside the tasks, and waits for that as well', async () => {
    const [begun, task, beside] = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const due: Store['mailboxBatches']['due'] = async () => { await beside.promise; return []; };
    const { id } = await newTask();
    const runner = startRunner(servicesOf({ ...store, mailboxBatches: { ...store.mailboxBatches, due } }), {
      agentId, owner: 'a', heard: { begun: async () => { begun.resolve(); await task.promise; }, ended: async () => {} },
    });
    runners.push(runner);
    await begun.promise;
    let drained = false;
    const drain = runner.drain(20).then((interrupted) => { drained = true; return interrupted; });
    await new Promise((resolve) => { setTimeout(resolve, 150); });
    task.resolve();
    await until(async () => (await store.tasks.get(id)).leaseOwner === null, 5_000);
    const [state, early] = [(await store.tasks.get(id)).state, drained];
    beside.resolve();
    expect([state, early, await drain]).toEqual(['Interrupted', false, id]);
  });

  it('that has tasks of its own runs those only, and does not pass for an agent before it has any', async () => {
    const [own, others] = [await newTask(), await newTask()];
    const { start: begin, run } = ownTaskRunner();
    runners.push(begin(servicesOf(store), { agentId, owner: 'a' }));
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    expect((await store.agents.list())[0]?.heartbeatAt).toBeNull();
    expect((await store.tasks.get(own.id)).state).toBe('Queued');
    run(own.id);
    expect(await until(async () => (await store.tasks.get(own.id)).state === 'Failed', 5_000)).toBeLessThan(300);
    await new Promise((resolve) => { setTimeout(resolve, 600); });
    expect((await store.tasks.get(others.id)).state).toBe('Queued');
  });

  it('two of them never run the same task', async () => {
    const tasks: Awaited<ReturnType<typeof newTask>>[] = [];
    for (let i = 0; i < 12; i++) tasks.push(await newTask());
    const seen: string[] = [];
    const transaction: Store['transaction'] = (fn) => store.transaction((within) => fn({
      ...within, tasks: { ...within.tasks, claimById: async (...args) => { const task = await within.tasks.claimById(...args); seen.push(task.id); return task; } },
    }));
    const services = servicesOf({ ...store, transaction });
    start(services, 'a');
    start(services, 'b');
    await until(async () => (await Promise.all(tasks.map((t) => store.tasks.get(t.id)))).every((t) => t.state === 'Failed'), 10_000);
    expect(seen.toSorted()).toEqual(tasks.map((t) => t.id).toSorted());
  });
});
