import path from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { startRunner } from '../../../electron/agent/runner.ts';
import { openConsole, type Console } from '../../../electron/app/container.ts';
import { parseAddress } from '../../../electron/store/index.ts';
import { skipFor } from '../../servers/available.ts';
import { freshPostgres, postgresObstacle } from '../../servers/postgres.ts';
import { ask, openRig, refusal, type Rig } from './rig.ts';
import { works, worksTenant } from './works.ts';

const skip = skipFor(await postgresObstacle());
let rig: Rig;
const others: Console[] = [];
beforeEach(async (context) => {
  if (skip) context.skip();
  rig = await openRig({ source: works(), seed: worksTenant(), place: await freshPostgres(inject('postgresDesk')) });
});
afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
  await rig?.close();
});

/** Another console on the same project, as on another machine. */
async function other(file = rig.file, runner: 'local' | 'none' = 'none'): Promise<Console> {
  const console = await openConsole({ file, create: null, platform: rig.platform, simulated: rig.simulated.open, ...(runner === 'none' ? {} : { startRunner }) });
  others.push(console);
  return console;
}
const ANSWERS = { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' };

describe.skipIf(skip)('a project on PostgreSQL', () => {
  it('migrates, and rolls back to exactly what was', async () => {
    const before = rig.simulator.snapshot();
    expect((await rig.match()).state).toBe('Completed');
    const migrated = await rig.migrate();
    expect(migrated).toMatchObject({ state: 'Completed', failed: 0 });
    expect(Object.fromEntries(Object.values(await rig.objects()).map((o) => [o.name, o.status]))).toEqual({ Ann: 'Migrated', Ben: 'Migrated', Cem: 'Migrated', Dot: 'Migrated', Sales: 'Migrated' });
    expect((await rig.plan()).plan.counts.operations).toBe(0);
    const back = await rig.rollBack({ purge: true });
    expect(back).toMatchObject({ state: 'Completed', undoes: migrated.id });
    expect(rig.simulator.snapshot()).toEqual(before);
    expect((await rig.call('statistics.get', { collectionId: rig.collectionId })).operations).toMatchObject({ failed: 0, drifted: 0, rolledBack: 8 });
  });

  it('is worked on by two consoles: each task runs once, each sees what the other did', async () => {
    const two = await other(rig.file, 'local');
    const heard: string[] = [];
    two.onEvent((name) => { heard.push(name); });
    const tasks = [];
    for (let i = 0; i < 6; i += 1) tasks.push((await ask(i % 2 === 0 ? rig.console : two, 'tasks.match', { collectionId: rig.collectionId, breakExisting: false })).taskId);
    for (const id of tasks) expect(await rig.ended(id)).toMatchObject({ state: 'Completed', failed: 0 });
    await vi.waitFor(() => { expect(heard).toContain('store.changed'); }, 5_000);
    const { taskId } = await ask(two, 'tasks.migrate', { collectionId: rig.collectionId, settings: ANSWERS });
    await rig.ended(taskId);
    const cancelled = await ask(two, 'tasks.discard', { taskId });
    expect(cancelled.state).toBe('Discarded');
    expect((await rig.call('tasks.get', { id: taskId })).state).toBe('Discarded');
    const { rows } = await ask(two, 'tasks.list', {});
    expect(rows.filter((task) => task.kind === 'Match')).toHaveLength(6);
  });

  it('has an address without a password wherever it is shown, which is enough to open it again', async () => {
    const { password = '-', shown } = parseAddress(rig.file);
    const info = await rig.call('project.get', {});
    expect(info.file).toBe(shown);
    expect(JSON.stringify([info, rig.heard])).not.toContain(password);
    expect(await rig.refused('project.copy', { file: path.join(rig.folder, 'copy.causeway') })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('pg_dump') as string });
    // Kept when the first opened, in this session's secret store.
    expect((await ask(await other(shown), 'project.get', {})).id).toBe(info.id);
    expect(await refusal(openConsole({ file: `${shown}_none`, create: null, platform: rig.platform }))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('moves to a file and back while it is open, and can be rolled back there; not while another agent is at work', async () => {
    const before = rig.simulator.snapshot();
    await rig.migrate();
    const objects = await rig.objects();
    const agent = await other(rig.file, 'local');
    const file = path.join(rig.folder, 'moved.causeway');
    expect(await rig.refused('project.move', { to: file })).toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/agent Local on .* is at work/) as string });
    await agent.close();
    others.pop();
    // The refusal has not stopped anything.
    expect((await rig.match()).state).toBe('Completed');
    const moved = await rig.call('project.move', { to: file });
    expect(moved.project).toMatchObject({ file, name: 'Works' });
    expect(moved.secrets).toEqual([`pair/${rig.pairId}/target`]);
    expect(moved.rows).toBe(moved.tables.reduce((sum, table) => sum + table.rows, 0));
    expect(await rig.objects()).toEqual(objects);
    expect(await refusal(other(rig.file))).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(`was moved to ${file}`) as string });
    expect(await rig.refused('project.move', { to: path.join(rig.folder, 'third.causeway') })).toMatchObject({ code: 'INVALID_INPUT' });
    const back = await rig.call('project.move', { to: await freshPostgres(inject('postgresDesk')) });
    // The agent's heartbeat has gone on; everything that a person made is the same.
    const changed = back.tables.filter((table, i) => table.digest !== moved.tables[i]?.digest).map((table) => table.name);
    expect(changed.filter((name) => name !== 'agent')).toEqual([]);
    expect((await rig.rollBack({ purge: true })).state).toBe('Completed');
    expect(rig.simulator.snapshot()).toEqual(before);
  });
});
