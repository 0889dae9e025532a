import { spawnSync } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import Papa from 'papaparse';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRunner } from '../../../electron/agent/runner.ts';
import { openConsole } from '../../../electron/app/container.ts';
import { openProject } from '../../../electron/store/index.ts';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { ask, openRig, type Rig } from './rig.ts';
import { cloudId, guid, person, works, worksTenant } from './works.ts';

let rig: Rig;
/** Called before a batch that creates users goes out. */
let beforeCreates: () => Promise<void>;
/** Longer than the runner takes to see a wish to cancel. */
const NOTICED_MS = 700;
const pause = (ms: number) => new Promise<void>((resolve) => { setTimeout(resolve, ms); });

beforeEach(async () => {
  beforeCreates = async () => {};
  rig = await openRig({
    source: works(), seed: worksTenant(),
    wrap: (send) => async (url, init) => {
      if (typeof init.body === 'string' && /"method":"POST","url":"\/users"/.test(init.body)) await beforeCreates();
      return await send(url, init);
    },
  });
});
afterEach(async () => { await rig.close(); });

const state = () => rig.simulator.snapshot();
const statuses = async () => Object.fromEntries(Object.values(await rig.objects()).map((o) => [o.name, o.status]));
const of = (taskId: string) => rig.heard.flatMap((e) => (e.name === 'tasks.changed' && e.payload.id === taskId ? [e.payload] : []));

describe('cancelling and resuming', () => {
  it('while writing ends Cancelled between two writes; resuming does the rest and nothing twice', async () => {
    const { task } = await rig.plan();
    let once = true;
    beforeCreates = async () => {
      if (!once) return;
      once = false;
      expect(await rig.call('tasks.cancel', { taskId: task.id })).toMatchObject({ state: 'Cancelling', canCancel: false });
      await pause(NOTICED_MS);
    };
    const cancelled = await rig.approve(task.id);
    expect(cancelled).toMatchObject({ state: 'Cancelled', canResume: true, canRollBack: true });
    expect(cancelled.message).toContain('journal');
    // What was on its way when the wish came has its outcome: the two people and the group exist, and nobody is in the group.
    expect(state().users).toHaveLength(8);
    expect(state().groups.find((g) => g.properties['displayName'] === 'Sales')?.members).toHaveLength(0);
    const outcomes = (await rig.call('plans.operations', { planId: task.planId ?? '' })).rows.map((o) => o.outcome);
    expect(new Set(outcomes)).toEqual(new Set(['done', 'pending']));

    expect(await rig.call('tasks.resume', { taskId: task.id })).toMatchObject({ state: 'Queued' });
    expect(await rig.ended(task.id)).toMatchObject({ state: 'Completed', canResume: false });
    expect(rig.simulator.stats.created).toBe(3);
    expect(state().groups.find((g) => g.properties['displayName'] === 'Sales')?.members).toHaveLength(3);
    expect(Object.values(await statuses())).toEqual(Array.from({ length: 5 }, () => 'Migrated'));
    expect((await rig.plan()).plan.counts.operations).toBe(0);
    expect(await rig.refused('tasks.resume', { taskId: task.id })).toMatchObject({ code: 'CONFLICT' });
  });

  it('what a cancelled task wrote can be rolled back, exactly', async () => {
    const before = state();
    const { task } = await rig.plan();
    beforeCreates = async () => { await rig.call('tasks.cancel', { taskId: task.id }).catch(() => {}); await pause(NOTICED_MS); };
    expect((await rig.approve(task.id)).state).toBe('Cancelled');
    expect(state()).not.toEqual(before);
    expect((await rig.rollBack({ purge: true })).state).toBe('Completed');
    expect(state()).toEqual(before);
  });

  it('a waiting task is cancelled at once; one that rests has nothing to cancel', async () => {
    const { task } = await rig.plan();
    expect(await rig.refused('tasks.cancel', { taskId: task.id })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('Awaiting approval') });
    await rig.close();
    rig = await openRig({ source: works(), seed: worksTenant(), runner: 'none' });
    const { taskId } = await rig.call('tasks.match', { collectionId: rig.collectionId, breakExisting: false });
    expect((await rig.call('tasks.get', { id: taskId })).state).toBe('Queued');
    expect(await rig.call('tasks.cancel', { taskId })).toMatchObject({ state: 'Cancelled', canCancel: false });
  });

  it('closing the project interrupts; after opening it again the task goes on', async () => {
    const { task, plan } = await rig.plan();
    let closed: Promise<void> | undefined;
    beforeCreates = async () => { closed ??= rig.console.close(); await pause(100); };
    await rig.call('tasks.approve', { taskId: task.id, confirmation: plan.confirmation });
    while (closed === undefined) await pause(10);
    await closed;
    beforeCreates = async () => {};
    const again = await openConsole({ file: rig.file, create: null, platform: rig.platform, simulated: rig.simulated.open, startRunner });
    try {
      const interrupted = await ask(again, 'tasks.get', { id: task.id });
      expect(interrupted).toMatchObject({ state: 'Interrupted', canResume: true });
      await ask(again, 'tasks.resume', { taskId: task.id });
      let row = interrupted;
      for (let i = 0; i < 1000 && !row.state.startsWith('Completed'); i++) { await pause(10); row = await ask(again, 'tasks.get', { id: task.id }); }
      expect(row.state).toBe('Completed');
      expect(rig.simulator.stats.created).toBe(3);
      expect(state().groups.find((g) => g.properties['displayName'] === 'Sales')?.members).toHaveLength(3);
    } finally { await again.close(); }
  });

  it('a task whose process is dead is resumed at once; one whose process lives is not', async () => {
    const { task } = await rig.plan();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const store = await openProject(rig.file);
    try {
      await store.tasks.update(task.id, { checkpoint: { stage: 'apply' } });
      await store.tasks.claimById(task.id, `${hostname()}:${process.pid}:another`, 3_600_000);
      const alive = await rig.refused('tasks.resume', { taskId: task.id });
      expect(alive).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('running in another process') });
      await store.tasks.claimById(task.id, `${hostname()}:${process.pid}:another`, 1);
      await pause(5);
      await store.tasks.claimById(task.id, `${hostname()}:${pid}:dead`, 3_600_000);
      expect((await rig.call('tasks.get', { id: task.id })).state).toBe('Running');
      const began = Date.now();
      await rig.call('tasks.resume', { taskId: task.id });
      expect(await rig.ended(task.id)).toMatchObject({ state: 'Completed' });
      expect(Date.now() - began).toBeLessThan(5_000);
    } finally { await store.close(); }
    expect(Object.values(await statuses())).toEqual(Array.from({ length: 5 }, () => 'Migrated'));
  });

  it('a process that lost its lease writes nothing more; whoever has the task then goes on', async () => {
    const { task, plan } = await rig.plan();
    const store = await openProject(rig.file);
    try {
      let lost = false;
      // Longer than the time between two renewals of the lease.
      beforeCreates = async () => { if (lost) return; lost = true; await store.tasks.interrupt(task.id); await pause(6_000); };
      await rig.call('tasks.approve', { taskId: task.id, confirmation: plan.confirmation });
      await pause(100);
      while (!lost) await pause(10);
      await pause(6_500);
      expect(await store.tasks.get(task.id)).toMatchObject({ state: 'Interrupted', leaseOwner: null });
      // The people and the group were on their way already; who is in the group was not sent any more.
      expect(rig.simulator.stats.created).toBe(3);
      expect(state().groups.find((g) => g.properties['displayName'] === 'Sales')?.members).toHaveLength(0);
    } finally { await store.close(); }
    await rig.call('tasks.resume', { taskId: task.id });
    expect(await rig.ended(task.id)).toMatchObject({ state: 'Completed' });
    expect(rig.simulator.stats.created).toBe(3);
    expect(state().groups.find((g) => g.properties['displayName'] === 'Sales')?.members).toHaveLength(3);
  });

  it('a task that failed for a reason that can be mended goes on afterwards', async () => {
    await rename(rig.ldif, `${rig.ldif}.away`);
    const failed = await rig.match();
    expect(failed).toMatchObject({ state: 'Failed', canResume: true, message: expect.stringContaining(rig.ldif) });
    await rename(`${rig.ldif}.away`, rig.ldif);
    await rig.call('tasks.resume', { taskId: failed.id });
    expect(await rig.ended(failed.id)).toMatchObject({ state: 'Completed' });
    expect((await statuses())['Ann']).toBe('Matched');
  });

  it('an export without people is refused before anything is marked as gone', async () => {
    await rig.migrate();
    await rig.rewrite(works().filter((e) => !/^CN=/.test(e.dn)));
    const failed = await rig.match();
    expect(failed).toMatchObject({ state: 'Failed', message: expect.stringContaining('no users, groups or contacts') });
    expect(Object.values(await statuses())).toEqual(Array.from({ length: 5 }, () => 'Migrated'));
  });
});

describe('the list of tasks', () => {
  it('is newest first and narrows to a pair or collection', async () => {
    await rig.match();
    const { taskId } = await rig.call('tasks.discover', { pairId: rig.pairId });
    await rig.ended(taskId);
    expect((await rig.call('tasks.list', {})).rows.map((t) => t.kind)).toEqual(['Discover', 'Match']);
    expect((await rig.call('tasks.list', { collectionId: rig.collectionId })).rows.map((t) => t.kind)).toEqual(['Match']);
    expect((await rig.call('tasks.list', { limit: 1 })).rows).toHaveLength(1);
    expect((await rig.call('tasks.list', { pairId: guid(9) })).rows).toEqual([]);
    expect(await rig.refused('tasks.discover', { pairId: guid(9) })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('does not let go of a task while it can be rolled back', async () => {
    const migrated = await rig.migrate();
    expect(await rig.refused('tasks.delete', { taskId: migrated.id })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('journal') });
    const back = await rig.rollBack();
    await rig.call('tasks.delete', { taskId: migrated.id });
    expect(await rig.refused('tasks.get', { id: migrated.id })).toMatchObject({ code: 'NOT_FOUND' });
    expect((await rig.call('tasks.list', {})).rows.map((t) => t.id)).toEqual([back.id]);
    // What was done to the objects is still told.
    expect((await rig.call('objects.get', { collectionId: rig.collectionId, id: guid(11) })).history.some((h) => h.attribute === 'jobTitle' && h.outcome === 'rolled back')).toBe(true);
    await rig.call('tasks.delete', { taskId: back.id });
    // The object's own roll back knows that nothing is left, though both tasks are gone.
    const { taskId } = await rig.call('tasks.rollBack', { collectionId: rig.collectionId, objectId: guid(11) });
    expect(await rig.ended(taskId)).toMatchObject({ state: 'Failed', message: expect.stringContaining('nothing to take back') });
  });

  it('does not delete a plan that waits without saying so, and forgets it when told', async () => {
    const { task } = await rig.plan();
    await rig.call('tasks.discard', { taskId: task.id });
    await rig.call('tasks.delete', { taskId: task.id });
    expect(await rig.refused('plans.get', { id: task.planId ?? '' })).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('exports', () => {
  it('make cells harmless that a spreadsheet would take for formulas', async () => {
    await rig.close();
    const evil = ['=HYPERLINK("http://x.example","Ann")', '+1', '-2', '@SUM(A1)', 'plain, "quoted"'];
    rig = await openRig({ source: [...works(), ...evil.map((name, i) => person(60 + i, `evil${i}`, { displayName: name, title: name }))], seed: worksTenant() });
    const { task, plan } = await rig.plan();
    const exported = await rig.call('plans.export', { planId: plan.id, format: 'csv' });
    expect(exported.fileName).toBe(`plan-${plan.id}.csv`);
    expect(exported.text.startsWith('\uFEFF')).toBe(true);
    const rows = Papa.parse<string[]>(exported.text.slice(1).trim()).data;
    const [head = []] = rows;
    expect(head.slice(0, 3)).toEqual(['part', 'number', 'operation']);
    for (const row of rows) for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    const afters = rows.filter((r) => r[head.indexOf('attribute')] === 'jobTitle').map((r) => r[head.indexOf('after')]);
    expect(afters).toEqual(expect.arrayContaining(['\'=HYPERLINK("http://x.example","Ann")', '\'+1', '\'-2', '\'@SUM(A1)', 'plain, "quoted"']));
    const passwords = rows.filter((r) => r[head.indexOf('attribute')] === 'passwordProfile/password').map((r) => r[head.indexOf('after')]);
    expect([...new Set(passwords)]).toEqual(['(generated when it is written)']);
    const parsed = JSON.parse((await rig.call('plans.export', { planId: plan.id, format: 'json' })).text) as { operations: unknown[] };
    expect(parsed.operations).toHaveLength(plan.counts.operations);

    // Items: the evil one drifts, so that it is listed.
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Director' });
    await rig.approve(task.id);
    const evilOne = state().users.find((u) => u.properties['displayName'] === '=HYPERLINK("http://x.example","Ann")')?.id ?? '';
    await rig.rewrite([...works(), ...evil.map((name, i) => person(60 + i, `evil${i}`, { displayName: name, title: 'New' }))]);
    const second = await rig.plan();
    await rig.graph('PATCH', `/users/${evilOne}`, { jobTitle: 'Other' });
    await rig.approve(second.task.id);
    const items = await rig.call('tasks.exportItems', { taskId: second.task.id });
    const lines = Papa.parse<string[]>(items.text.slice(1).trim()).data;
    expect(lines[0]).toEqual(['time', 'type', 'name', 'status', 'message', 'objectGUID']);
    expect(lines.find((l) => l[5] === guid(60))?.[2]).toBe('\'=HYPERLINK("http://x.example","Ann")');
    for (const line of lines) for (const cell of line) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  });
});

describe('events', () => {
  it('tell of a task in growing snapshots, the final one last and complete', async () => {
    const { task } = await rig.plan();
    const planned = of(task.id);
    expect(planned.length).toBeGreaterThan(1);
    expect(planned.at(-1)).toMatchObject({ state: 'Awaiting approval', canApprove: true, planId: task.planId });
    const done = await rig.approve(task.id);
    await pause(250);
    const all = of(task.id);
    for (const [i, row] of all.entries()) if (i > 0) expect(row.seq).toBeGreaterThan((all[i - 1] as TaskRow).seq);
    expect(all.at(-1)).toEqual(done);
    expect(done).toMatchObject({ state: 'Completed', phase: 'done', timeLeftMs: null });
    expect(done.finishedAt).not.toBeNull();
    expect(all.filter((row) => row.state === 'Completed')).toHaveLength(1);
    const nouns = new Set(rig.heard.flatMap((e) => (e.name === 'store.changed' ? e.payload.nouns : [])));
    expect(nouns).toEqual(new Set(['pairs', 'rules', 'collections', 'objects', 'tasks', 'project', 'agents'].filter((n) => nouns.has(n as never))));
    for (const noun of ['objects', 'collections', 'tasks'] as const) expect(nouns).toContain(noun);
  });

  it('of a task with failures keep how many failed', async () => {
    const { task } = await rig.plan();
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Director' });
    const done = await rig.approve(task.id);
    expect(done).toMatchObject({ state: 'Completed with errors', done: 8, failed: 1, total: 8 });
    expect(of(task.id).at(-1)).toMatchObject({ failed: 1 });
  });
});
