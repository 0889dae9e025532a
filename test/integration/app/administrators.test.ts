import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { works, worksTenant } from './works.ts';

let rig: Rig;
let visible = true;
beforeEach(async () => {
  visible = true;
  rig = await openRig({
    source: works(), seed: worksTenant(),
    wrap: (send) => async (url, init) => (visible || !url.includes('/directoryRoles') ? await send(url, init) : Response.json({ error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' } }, { status: 403 })),
  });
});
afterEach(async () => { await rig.close(); });

const warnings = async (planId: string) => (await rig.call('plans.findings', { planId })).rows.filter((f) => f.rule === 'administrators');
const line = async () => (await rig.call('pairs.test', { id: rig.pairId })).lines.find((l) => l.check === 'Target: administrators');

describe('who is an administrator', () => {
  it('is read, and nothing is said', async () => {
    expect(await warnings((await rig.plan()).plan.id)).toEqual([]);
    expect(await line()).toMatchObject({ outcome: 'passed' });
  });

  it('cannot be read: the test of the pair names the permission and every plan with matches warns', async () => {
    visible = false;
    expect(await line()).toMatchObject({ outcome: 'warning', message: expect.stringContaining('RoleManagement.Read.Directory') });
    const { task, plan } = await rig.plan();
    const [warning, ...more] = await warnings(plan.id);
    expect(more).toEqual([]);
    expect(warning).toMatchObject({ severity: 'warning', sourceId: null, message: expect.stringMatching(/administrators could not be read.*RoleManagement\.Read\.Directory/i) });
    expect(plan.findings.warnings).toBeGreaterThan(0);
    await rig.call('tasks.discard', { taskId: task.id });
    // Readable again: the warning is gone with the next reading.
    visible = true;
    expect(await warnings((await rig.plan()).plan.id)).toEqual([]);
  });

  it('does not matter for a plan that touches no account of the tenant', async () => {
    visible = false;
    expect(await warnings((await rig.plan({ mergeUnmatched: false })).plan.id)).toEqual([]);
  });
});
