import Database from 'better-sqlite3';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRunner } from '../../../electron/agent/runner.ts';
import { openConsole } from '../../../electron/app/container.ts';
import { ask, openRig, refusal, targetOf, type Rig } from './rig.ts';
import { works, worksTenant } from './works.ts';

let rig: Rig;
/** Called before a batch that creates users goes out. */
let beforeCreates: () => Promise<void>;
/** Lets a held write go, so that a failed test ends too. */
let release: () => void;
const open = async () => await openRig({
  source: works(), seed: worksTenant(),
  wrap: (send) => async (url, init) => {
    if (typeof init.body === 'string' && /"method":"POST","url":"\/users"/.test(init.body)) await beforeCreates();
    return await send(url, init);
  },
});
beforeEach(async () => { beforeCreates = async () => {}; release = () => {}; rig = await open(); });
afterEach(async () => { release(); await rig.close(); });

const pause = (ms: number) => new Promise<void>((resolve) => { setTimeout(resolve, ms); });
const sql = (statement: string, ...values: string[]) => {
  const db = new Database(rig.file);
  try { db.prepare(statement).run(...values); } finally { db.close(); }
};
/** Approves a plan and stops at its first create, until `go` is called. */
async function writing() {
  let go = () => {};
  let reached = () => {};
  const there = new Promise<void>((resolve) => { reached = resolve; });
  const released = new Promise<void>((resolve) => { go = resolve; });
  release = go;
  beforeCreates = async () => { reached(); await released; };
  const { task, plan } = await rig.plan();
  await rig.call('tasks.approve', { taskId: task.id, confirmation: plan.confirmation });
  await there;
  return { taskId: task.id, go };
}

describe('while a migration writes', () => {
  it('its pair and its collection cannot be deleted, also not with force', async () => {
    const { taskId, go } = await writing();
    for (const force of [false, true]) {
      expect(await rig.refused('pairs.delete', { id: rig.pairId, force })).toMatchObject({ code: 'CONFLICT' });
      expect(await rig.refused('collections.delete', { id: rig.collectionId, force })).toMatchObject({ code: 'CONFLICT' });
    }
    expect((await rig.refused('pairs.delete', { id: rig.pairId, force: true })).message).toContain('"Works" is Running');
    go();
    expect((await rig.ended(taskId)).state).toBe('Completed');
    await rig.call('collections.delete', { id: rig.collectionId, force: true });
    await rig.call('pairs.delete', { id: rig.pairId, force: true });
  });

  it('another project is not opened; afterwards it is, without waiting for calls on the old one', async () => {
    const { taskId, go } = await writing();
    const file = path.join(rig.folder, 'second.causeway');
    expect(await rig.refused('project.create', { file, name: 'Second' })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('Migrate task') });
    expect(await rig.refused('project.open', { file: rig.file })).toMatchObject({ code: 'CONFLICT' });
    expect((await rig.call('project.get', {})).name).toBe('Works');
    go();
    await rig.ended(taskId);
    for (let i = 0; i < 100 && (await rig.call('project.get', {})).name === 'Works'; i++) await rig.call('project.create', { file, name: 'Second' }).catch(() => pause(10));
    expect((await rig.call('project.get', {})).name).toBe('Second');
  });

  it('a cancelled one is not resumed, and its plan not approved', async () => {
    const { task: second, plan } = await rig.plan();
    const { taskId, go } = await writing();
    sql(`update task set state = 'Cancelled', checkpoint = '{"stage":"apply"}' where id = ?`, second.id);
    expect(await rig.refused('tasks.resume', { taskId: second.id })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('Another task is writing') });
    sql(`update task set state = 'Awaiting approval' where id = ?`, second.id);
    expect(await rig.refused('tasks.approve', { taskId: second.id, confirmation: plan.confirmation })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('Another task is writing') });
    go();
    await rig.ended(taskId);
  });
});

describe('approving', () => {
  it('twice at the same time starts a task once', async () => {
    const { task, plan } = await rig.plan();
    const input = { taskId: task.id, confirmation: plan.confirmation };
    const results = await Promise.allSettled([rig.call('tasks.approve', input), rig.call('tasks.approve', input)]);
    expect(results.map((r) => r.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((await rig.ended(task.id)).state).toBe('Completed');
  });
});

describe('a read-only pair', () => {
  beforeEach(async () => {
    await rig.call('pairs.update', { id: rig.pairId, target: { ...targetOf(rig.simulator), clientId: rig.simulator.clientIdReadOnly, readOnly: true }, targetSecret: rig.simulator.clientSecretReadOnly });
  });
  it('discovers, matches and plans with read permissions alone, and refuses to apply', async () => {
    const before = rig.simulator.snapshot();
    const { taskId } = await rig.call('tasks.discover', { pairId: rig.pairId });
    expect((await rig.ended(taskId)).state).toBe('Completed');
    expect((await rig.match()).state).toBe('Completed');
    const { task, plan } = await rig.plan();
    expect(task).toMatchObject({ state: 'Awaiting approval' });
    expect(plan.counts).toMatchObject({ creates: 3, updates: 2 });
    const refused = await rig.refused('tasks.approve', { taskId: task.id, confirmation: plan.confirmation });
    expect(refused).toMatchObject({ code: 'FORBIDDEN' });
    expect(refused.message).toContain('read-only');
    expect(rig.simulator.snapshot()).toEqual(before);
  });

  it('does not resume what would write', async () => {
    const { task } = await rig.plan();
    sql(`update task set state = 'Interrupted', checkpoint = '{"stage":"apply"}' where id = ?`, task.id);
    expect(await rig.refused('tasks.resume', { taskId: task.id })).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a deleted pair', () => {
  it('leaves no secret behind, also not the kept sign-in', async () => {
    const refs = ['source', 'target', 'target/cache'].map((name) => `pair/${rig.pairId}/${name}`);
    for (const ref of refs) await rig.platform.secrets.set(ref, 'a secret');
    await rig.call('pairs.delete', { id: rig.pairId });
    expect(await Promise.all(refs.map((ref) => rig.platform.secrets.get(ref)))).toEqual([null, null, null]);
  });
});

/** A second console on the same project whose sign-ins are never answered. */
const hanging = async () => await openConsole({
  file: rig.file, create: null, platform: rig.platform, startRunner,
  simulated: async (at) => {
    const target = await rig.simulated.open(at);
    return { ...target, transports: { ...target.transports, networkClient: { ...target.transports.networkClient, sendPostRequestAsync: () => new Promise(() => {}) } } };
  },
});

describe('a sign-in that gets no answer', () => {
  it('ends when its task is cancelled, and when the program closes', async () => {
    await rig.console.close();
    const console = await hanging();
    let closed = false;
    try {
      const state = async (id: string) => (await ask(console, 'tasks.get', { id })).state;
      const { taskId } = await ask(console, 'tasks.discover', { pairId: rig.pairId });
      for (let i = 0; i < 500 && await state(taskId) !== 'Running'; i++) await pause(10);
      await pause(200);
      await ask(console, 'tasks.cancel', { taskId });
      for (let i = 0; i < 300 && await state(taskId) !== 'Cancelled'; i++) await pause(10);
      expect(await state(taskId)).toBe('Cancelled');
      const second = await ask(console, 'tasks.discover', { pairId: rig.pairId });
      for (let i = 0; i < 500 && await state(second.taskId) !== 'Running'; i++) await pause(10);
      await pause(200);
      closed = await Promise.race([console.close().then(() => true), pause(3_000).then(() => false)]);
      expect(closed).toBe(true);
    } finally { if (!closed) void refusal(console.close()).catch(() => {}); }
  });
});

describe('the test of a connection', () => {
  it('ends at its time limit although the sign-in waits, and says so', async () => {
    await rig.console.close();
    const console = await hanging();
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(ms === 45_000 ? 300 : ms));
    try {
      const { lines } = await ask(console, 'pairs.test', { id: rig.pairId });
      expect(lines.find((line) => line.check === 'Target: sign in')).toMatchObject({ outcome: 'failed', message: expect.stringContaining('within 45 seconds') });
    } finally {
      spy.mockRestore();
      await console.close();
    }
  });
});

describe('checks over many tasks', () => {
  it('see a migration that 500 newer tasks lie above', async () => {
    const migrated = await rig.migrate();
    await rig.call('objects.breakMatching', { collectionId: rig.collectionId, selection: { mode: 'all except', ids: [] } });
    const db = new Database(rig.file);
    try {
      const columns = (db.prepare('select * from task where id = ?').get(migrated.id) as Record<string, unknown>);
      const names = Object.keys(columns).filter((n) => !['number', 'id', 'state', 'plan_id', 'kind'].includes(n));
      const insert = db.prepare(`insert into task (id, state, plan_id, kind, ${names.join(',')}) select ? , 'Completed', null, 'Match', ${names.join(',')} from task where id = ?`);
      db.transaction(() => { for (let i = 0; i < 600; i++) insert.run(`00000000-0000-4000-8000-${String(i).padStart(12, '0')}`, migrated.id); })();
    } finally { db.close(); }
    expect(await rig.refused('pairs.delete', { id: rig.pairId })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('rolled back') });
    expect((await rig.rollBack({ purge: true })).undoes).toBe(migrated.id);
  });
});
