import { hostname } from 'node:os';
import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from '../app/rig.ts';
import { works, worksTenant } from '../app/works.ts';
import { openProject } from '../../../electron/store/index.ts';

let rig: Rig | undefined;
afterEach(async () => { await rig?.close(); });

describe('a process that was killed while it read a pair', () => {
  it('keeps nobody waiting until its lease ends', async () => {
    rig = await openRig({ source: works(), seed: worksTenant() });
    const store = await openProject(rig.file);
    const { pid } = spawnSync(process.execPath, ['--eval', '']);
    const hourMs = 3_600_000;
    expect(await store.pairReadings.take(rig.pairId, `${hostname()}:${pid}:gone task`, hourMs)).toBeDefined();
    expect((await rig.match()).state).toBe('Completed');
    expect(await store.pairReadings.holder(rig.pairId)).toBeUndefined();
    await store.close();
  });
});
