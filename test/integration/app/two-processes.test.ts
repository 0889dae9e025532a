import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import { openProject, type Store } from '../../../electron/store/index.ts';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { openRig, type Rig, type RigOptions } from './rig.ts';
import { works, worksTenant } from './works.ts';

/** A console and the command line on one project file. */
let rig: Rig;
/** The project as a third process sees it. */
let store: Store;
const before = { home: process.env['CAUSEWAY_HOME'], project: process.env['CAUSEWAY_PROJECT'] };
const pause = (ms: number) => new Promise<void>((resolve) => { setTimeout(resolve, ms); });
/** Several times the pause between two looks at the queue. */
const SEVERAL_LOOKS_MS = 1_600;

async function open(runner: NonNullable<RigOptions['runner']>): Promise<void> {
  rig = await openRig({ source: works(), seed: worksTenant(), runner });
  process.env['CAUSEWAY_HOME'] = path.join(rig.folder, 'home');
  process.env['CAUSEWAY_PROJECT'] = rig.file;
  store = await openProject(rig.file);
}
beforeEach(() => open('none'));
afterEach(async () => {
  await store.close();
  await rig.close();
  for (const [name, value] of [['CAUSEWAY_HOME', before.home], ['CAUSEWAY_PROJECT', before.project]] as const) {
    if (value === undefined) delete process.env[name]; else process.env[name] = value;
  }
});

/** Runs a command; the simulator's secret is not known to it, because the rig's platform keeps it for its session only. */
async function causeway(...args: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(args, { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, ...written };
}
const queueMatch = async () => (await rig.call('tasks.match', { collectionId: rig.collectionId, breakExisting: false })).taskId;
const task = async (id: string): Promise<TaskRow> => await rig.call('tasks.get', { id });
const newest = async (): Promise<TaskRow | undefined> => (await rig.call('tasks.list', {})).rows[0];
const other = `${hostname()}:${process.pid}:another`;

describe('a command', () => {
  it('that asks leaves the queue of the console alone', async () => {
    const waiting = await queueMatch();
    for (const args of [['tasks', 'list'], ['tasks', 'show', waiting], ['project', 'info'], ['objects', 'list']]) expect((await causeway(...args)).code, args.join(' ')).toBe(0);
    expect(await task(waiting)).toMatchObject({ state: 'Queued', startedAt: null });
  });

  it('runs the task that it starts, also behind one that nobody runs, and leaves that one where it is', async () => {
    const waiting = await queueMatch();
    const { code, stderr } = await causeway('match');
    // The secret of the tenant lives in the other process: the task ran here and says so.
    expect(code, stderr).toBe(3);
    expect(await newest()).toMatchObject({ kind: 'Match', state: 'Failed' });
    expect((await newest())?.id).not.toBe(waiting);
    expect(await task(waiting)).toMatchObject({ state: 'Queued', startedAt: null });
  });

  it('waits while another process is at work, and follows its own task afterwards', async () => {
    const held = await queueMatch();
    await store.tasks.claimById(held, other, 60_000);
    let ended = false;
    const running = causeway('match').finally(() => { ended = true; });
    await pause(4_000);
    expect(ended).toBe(false);
    expect(await newest()).toMatchObject({ kind: 'Match', state: 'Queued' });
    await store.tasks.update(held, { state: 'Completed' }, other);
    const { stderr } = await running;
    expect(stderr).toContain('another process');
    expect(await newest()).toMatchObject({ state: 'Failed' });
  });

  it('does not wait for a process that is dead', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const held = await queueMatch();
    await store.tasks.claimById(held, `${hostname()}:${pid}:dead`, 3_600_000);
    const began = Date.now();
    await causeway('match');
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(await task(held)).toMatchObject({ state: 'Interrupted', canResume: true });
  });

  it('that resumes a task runs that one only', async () => {
    const [resumed, waiting] = [await queueMatch(), await queueMatch()];
    await store.tasks.claimById(resumed, other, 60_000);
    await store.tasks.interrupt(resumed);
    await causeway('tasks', 'resume', resumed);
    expect(await task(resumed)).toMatchObject({ state: 'Failed' });
    expect(await task(waiting)).toMatchObject({ state: 'Queued', startedAt: null });
  });
});

describe('a console with a runner', () => {
  beforeEach(async () => { await store.close(); await rig.close(); await open('local'); });

  it('waits while a command is at work', async () => {
    const own = await store.tasks.create({ pairId: rig.pairId, collectionId: rig.collectionId, kind: 'Check', settings: {}, createdBy: 'me' }).then(async ({ id }) => await store.tasks.claimById(id, other, 60_000));
    const waiting = await queueMatch();
    await pause(SEVERAL_LOOKS_MS);
    expect((await task(waiting)).state).toBe('Queued');
    await store.tasks.update(own.id, { state: 'Completed' }, other);
    expect(await rig.ended(waiting)).toMatchObject({ state: 'Completed' });
  });

  it('and a command never work at the same time, whoever takes a task', async () => {
    const queued = [await queueMatch(), await queueMatch(), await queueMatch()];
    const command = causeway('match');
    for (const id of queued) expect(await rig.ended(id)).toMatchObject({ state: 'Completed' });
    await command;
    const spans = (await rig.call('tasks.list', {})).rows.map((t) => [t.startedAt ?? 0, t.finishedAt ?? 0] as const).toSorted((a, b) => a[0] - b[0]);
    expect(spans).toHaveLength(4);
    for (const [i, [from]] of spans.entries()) if (i > 0) expect(from).toBeGreaterThanOrEqual(spans[i - 1]?.[1] ?? 0);
  });
});
