import { hostname } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import { openRig, type Rig } from '../app/rig.ts';
import { works, worksTenant } from '../app/works.ts';

let rig: Rig;
const before = { home: process.env['CAUSEWAY_HOME'], project: process.env['CAUSEWAY_PROJECT'] };
beforeEach(async () => {
  rig = await openRig({ source: works(), seed: worksTenant(), runner: 'none' });
  process.env['CAUSEWAY_HOME'] = path.join(rig.folder, 'home');
  process.env['CAUSEWAY_PROJECT'] = rig.file;
});
afterEach(async () => {
  await rig.close();
  for (const [name, value] of [['CAUSEWAY_HOME', before.home], ['CAUSEWAY_PROJECT', before.project]] as const) {
    if (value === undefined) delete process.env[name]; else process.env[name] = value;
  }
});

/** Runs `causeway agents ...` with `--json`. */
async function agents(...args: string[]): Promise<{ readonly code: number; readonly answer: Record<string, unknown>; readonly stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(['--json', 'agents', ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, answer: JSON.parse(written.stdout) as Record<string, unknown>, stderr: written.stderr };
}
const queue = async () => (await rig.call('tasks.match', { collectionId: rig.collectionId, breakExisting: false })).taskId;

describe('causeway agents', () => {
  it('makes, drains and removes an agent, and gives it a collection with its waiting tasks', async () => {
    expect(await agents('create', 'berlin-2')).toMatchObject({ code: 0, answer: { name: 'berlin-2', state: 'gone', processId: null, heartbeatAt: null, notRemovable: null } });
    expect(await agents('create', 'Berlin-2')).toMatchObject({ code: 2, stderr: expect.stringContaining('There is an agent "Berlin-2" already') as string });
    await queue();
    await queue();
    expect(await agents('move', '--collection', 'Everyone', '--to', 'berlin-2')).toMatchObject({ code: 0, answer: { agentName: 'berlin-2', movedTasks: 2, runningTaskId: null } });
    expect(await agents('move', '--collection', 'Everyone', '--to', 'nobody')).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no agent "nobody"; the project has Local, berlin-2.') as string });
    const { answer } = await agents('list');
    expect(answer).toMatchObject({ takeOver: false, rows: [{ name: 'Local', host: hostname(), collections: 0, queued: 0 }, { name: 'berlin-2', collections: 1, queued: 2, collectionList: [{ id: rig.collectionId, name: 'Everyone', pairId: rig.pairId }] }] });
    expect(await agents('remove', 'berlin-2')).toMatchObject({ code: 2, stderr: expect.stringContaining('works for a collection. Move them to another agent first.') as string });
    await agents('move', '--collection', 'Everyone', '--to', 'local');
    expect(await agents('remove', 'berlin-2')).toMatchObject({ code: 0 });
    expect(await agents('remove', 'Local')).toMatchObject({ code: 2, stderr: expect.stringContaining('belongs to the project') as string });
    expect(await agents('take-over', 'on')).toMatchObject({ code: 2, stderr: expect.stringContaining('The project is a file of this machine') as string });
    expect((await rig.call('agents.list', {})).rows.map(({ name }) => name)).toEqual(['Local']);
  });
});

describe('an agent that is drained', () => {
  it('takes no task, and takes what has waited as soon as it is resumed', async () => {
    await rig.close();
    rig = await openRig({ source: works(), seed: worksTenant() });
    const { rows: [local] } = await rig.call('agents.list', {});
    const id = local?.id ?? '';
    expect((await rig.match()).state).toBe('Completed');
    expect((await rig.call('agents.drain', { id }))).toMatchObject({ state: 'drained', drained: true, alive: true });
    const waiting = await queue();
    // Several looks of the runner.
    for (let i = 0; i < 3; i++) {
      const seen = (await rig.call('agents.list', {})).rows[0]?.heartbeatAt ?? 0;
      for (const end = Date.now() + 20_000; (await rig.call('agents.list', {})).rows[0]?.heartbeatAt === seen && Date.now() < end;) await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    expect(await rig.call('tasks.get', { id: waiting })).toMatchObject({ state: 'Queued', startedAt: null });
    expect((await rig.call('agents.list', {})).rows[0]).toMatchObject({ state: 'drained', queued: 1, running: 0, currentTask: null });
    expect(await rig.call('agents.resume', { id })).toMatchObject({ drained: false });
    expect((await rig.ended(waiting)).state).toBe('Completed');
  });
});
