import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createProject, openProject, type Store } from '../../../electron/store/index.ts';
import { SHARED, collect, guid, sandbox, seeded, type Variant } from './fixture.ts';

const { place, keep } = sandbox();
const children: ChildProcess[] = [];
afterEach(() => { for (const child of children.splice(0)) child.kill('SIGKILL'); });

function start(job: string, at: string, name: string): { readonly child: ChildProcess; readonly next: () => Promise<Record<string, unknown>> } {
  const child = fork(path.join(import.meta.dirname, 'child.ts'), [job, at, name], { execArgv: [] });
  children.push(child);
  const next = () => new Promise<Record<string, unknown>>((resolve, reject) => {
    child.once('message', (message) => { resolve(message as Record<string, unknown>); });
    child.once('exit', (code) => { reject(new Error(`the other process ended with ${String(code)}`)); });
  });
  return { child, next };
}

async function withTasks(n: number, on: Variant['on']): Promise<{ store: Store; at: string; ids: string[] }> {
  const at = await place(on);
  const store = keep(await createProject({ file: at, name: 'Test', demo: false }));
  const { pair, collectionId } = await seeded(store, 1);
  const ids: string[] = [];
  for (let i = 0; i < n; i += 1) ids.push((await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Migrate', settings: {}, createdBy: 'test' })).id);
  return { store, at, ids };
}

describe.each(SHARED)('several processes on one project ($name)', ({ on }) => {
  it('a process killed between intent and outcome leaves the intent open and the task to be interrupted', async () => {
    const { store, at, ids: [taskId = ''] } = await withTasks(1, on);
    const { child, next } = start('intend', at, 'agent-1');
    await next();
    const ended = new Promise((resolve) => { child.once('exit', (_code, signal) => { resolve(signal); }); });
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    // Also for a process that opens the project only now.
    await store.close();
    const again = keep(await openProject(at));
    expect(await again.journal.openIntents(taskId)).toMatchObject([{ id: guid(1, 11), outcome: null, kind: 'create', before: null }]);
    expect(await again.tasks.get(taskId)).toMatchObject({ state: 'Running', leaseOwner: 'agent-1' });
    expect(await again.tasks.interruptExpired(Date.now() + 61_000)).toMatchObject([{ id: taskId, state: 'Interrupted' }]);
    await again.journal.settle([{ id: guid(1, 11), outcome: 'done', message: 'found by looking', at: 2, targetId: guid(1, 7) }]);
    expect(await collect(again.journal.iterateOfTask(taskId, { outcome: 'done', order: 'newest first' }))).toHaveLength(1);
  });

  it('four claim 200 tasks, each exactly once', async () => {
    const { at, ids } = await withTasks(200, on);
    const runners = ['a', 'b', 'c', 'd'].map((name) => start('claim', at, name));
    for (const runner of runners) await runner.next();
    const answers = runners.map((runner) => runner.next());
    for (const runner of runners) runner.child.send('go');
    const claimed = (await Promise.all(answers)).map((answer) => answer['ids'] as string[]);
    expect(claimed.flat().toSorted()).toEqual(ids.toSorted());
    // Otherwise one process was alone and nothing was shown.
    expect(claimed.filter((list) => list.length > 0).length).toBeGreaterThan(1);
  });

  it('waits for the other and loses no write when transactions read before they write', async () => {
    const { store, at } = await withTasks(0, on);
    const runners = ['a', 'b'].map((name) => start('count', at, name));
    for (const runner of runners) await runner.next();
    const answers = runners.map((runner) => runner.next());
    for (const runner of runners) runner.child.send('go');
    await Promise.all(answers);
    expect(await store.settings.get('count')).toBe(200);
  });
});
