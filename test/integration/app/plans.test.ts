import path from 'node:path';
import Papa from 'papaparse';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRunner } from '../../../electron/agent/runner.ts';
import { openConsole, type Console } from '../../../electron/app/container.ts';
import type { ExportFormat } from '../../../shared/domain/plan-export.ts';
import { ask, openRig, refusal, type Rig } from './rig.ts';
import { guid, works, worksTenant } from './works.ts';

let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: works(), seed: worksTenant() }); });
afterEach(async () => { vi.useRealTimers(); await rig.close(); });

const state = () => rig.simulator.snapshot();
const titleOf = (name: string): unknown => state().users.find((u) => u.properties['displayName'] === name)?.properties['jobTitle'];
const pause = (ms: number) => new Promise<void>((resolve) => { setTimeout(resolve, ms); });
const HOUR = 3_600_000;
/** Moves the clock that the program sees, and nothing else. */
const clock = (now: number): void => { vi.useFakeTimers({ toFake: ['Date'], now }); };
const taskOf = async (id: string, of: Console = rig.console) => await ask(of, 'tasks.get', { id });
/** Waits until a task is in a state that the test expects. */
async function reaches(id: string, states: readonly string[], of: Console = rig.console) {
  for (let i = 0; i < 600; i++) {
    const task = await taskOf(id, of);
    if (states.includes(task.state)) return task;
    await pause(20);
  }
  throw new Error(`the task is ${(await taskOf(id, of)).state}`);
}
const discover = async () => { await rig.ended((await rig.call('tasks.discover', { pairId: rig.pairId })).taskId); };
const ZERO = { count: 0, percent: 0 };

describe('limits of the guard', () => {
  it('of a collection come before those of its pair, and those before the shipped ones', async () => {
    const { pairId, collectionId } = rig;
    const shipped = await rig.call('limits.get', { pairId });
    expect(shipped).toMatchObject({ from: 'default', own: null, limits: { deletes: { count: 50, percent: 5 } } });
    await rig.call('limits.set', { pairId, limits: { ...shipped.limits, deletes: { count: 7, percent: 1 } } });
    expect(await rig.call('limits.get', { pairId, collectionId })).toMatchObject({ from: 'pair', own: null, limits: { deletes: { count: 7 } } });
    await rig.call('limits.set', { pairId, collectionId, limits: { ...shipped.limits, deletes: { count: 3, percent: 1 } } });
    expect(await rig.call('limits.get', { pairId, collectionId })).toMatchObject({ from: 'collection', limits: { deletes: { count: 3 } } });
    await rig.call('limits.set', { pairId, collectionId, limits: null });
    await rig.call('limits.set', { pairId, limits: null });
    expect(await rig.call('limits.get', { pairId, collectionId })).toEqual(shipped);
    expect(await rig.refused('limits.get', { pairId, collectionId: guid(9) })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('stop a plan that passes them: it says so, nothing is written without the typed text, and with it everything is', async () => {
    const { limits } = await rig.call('limits.get', { pairId: rig.pairId });
    await rig.call('limits.set', { pairId: rig.pairId, collectionId: rig.collectionId, limits: { ...limits, creates: ZERO, overwrites: { count: 0, percent: 100 } } });
    const before = state();
    const { task, plan } = await rig.plan();
    expect(plan.guard.map((g) => g.limit)).toEqual(['creates']);
    expect(plan.guard[0]?.message).toBe('3 objects would be created; the limit of the collection is 0 and 0% of 5 objects. Look at them and approve, or discard the plan.');
    expect(task.message).toContain(plan.guard[0]?.message);
    expect((await rig.call('plans.list', {})).rows[0]).toMatchObject({ taskId: task.id, state: 'Awaiting approval', guard: [plan.guard[0]?.message] });
    expect(await rig.refused('tasks.approve', { taskId: task.id, confirmation: 'yes' })).toMatchObject({ code: 'INVALID_INPUT' });
    await pause(700);
    expect(state()).toEqual(before);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(titleOf('Ben')).toBe('Clerk');
  });
});

describe('a scheduled plan', () => {
  it('is applied when its time comes, also by another process than the one that scheduled it', async () => {
    const { task, plan } = await rig.plan();
    const before = state();
    const at = Date.now() + 2 * HOUR;
    const scheduled = await rig.call('plans.schedule', { taskId: task.id, at, confirmation: plan.confirmation });
    expect(scheduled).toMatchObject({ state: 'Scheduled', scheduledAt: at, canApprove: true });
    await rig.console.close();
    const again = await openConsole({ file: rig.file, create: null, platform: rig.platform, simulated: rig.simulated.open, startRunner });
    try {
      expect(await taskOf(task.id, again)).toMatchObject({ state: 'Scheduled', scheduledAt: at });
      clock(at - 60_000);
      await pause(1_200);
      expect((await taskOf(task.id, again)).state).toBe('Scheduled');
      expect(state()).toEqual(before);
      clock(at + 1_000);
      expect(await reaches(task.id, ['Completed', 'Completed with errors', 'Failed'], again)).toMatchObject({ state: 'Completed', scheduledAt: null, verified: true });
      expect(titleOf('Ben')).toBe('Clerk');
    } finally { await again.close(); }
  });

  it('is not applied when Active Directory or its matches changed after the approval, and waits with the reason', async () => {
    const { task, plan } = await rig.plan();
    const at = Date.now() + HOUR;
    await rig.call('plans.schedule', { taskId: task.id, at, confirmation: plan.confirmation });
    const before = state();
    await rig.rewrite(works({ ben: { title: 'Director' } }));
    await discover();
    clock(at + 1_000);
    const stopped = await reaches(task.id, ['Awaiting approval', 'Completed', 'Failed']);
    expect(stopped).toMatchObject({ state: 'Awaiting approval', scheduledAt: null });
    expect(stopped.message).toMatch(/^Not applied at its time, .* UTC: 1 object has changed in Active Directory since \("Ben"\)\. .*Nothing was written\.$/);
    expect(state()).toEqual(before);
  });

  it('whose changes a person has seen and accepted is applied at its time; its collection is not deleted meanwhile', async () => {
    const { task, plan: { confirmation } } = await rig.plan();
    await rig.rewrite(works({ ann: { title: 'Director' } }));
    await discover();
    await rig.call('objects.breakMatching', { collectionId: rig.collectionId, selection: { mode: 'ids', ids: [guid(13)] } });
    const at = Date.now() + HOUR;
    expect(await rig.refused('plans.schedule', { taskId: task.id, at, confirmation })).toMatchObject({ code: 'DRIFT' });
    await rig.call('plans.schedule', { taskId: task.id, at, confirmation, outdated: 'apply all the same' });
    expect(await rig.refused('collections.delete', { id: rig.collectionId, force: true })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('is Scheduled') });
    clock(at + 1_000);
    await reaches(task.id, ['Completed', 'Completed with errors', 'Failed', 'Awaiting approval']);
    expect(titleOf('Ann')).toBe('Head of Sales');
    // Its match was broken, and applying looks at each once more.
    expect(titleOf('Cem')).toBeUndefined();
  });

  it('can be moved, taken back and thrown away before its time, and then writes nothing', async () => {
    const { task, plan } = await rig.plan();
    const before = state();
    const { confirmation } = plan;
    const at = Date.now() + HOUR;
    expect(await rig.refused('plans.schedule', { taskId: task.id, at: Date.now() + 1_000, confirmation })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('UTC is not at least a minute ahead') });
    expect(await rig.refused('plans.schedule', { taskId: task.id, at, confirmation: 'no' })).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await rig.refused('plans.unschedule', { taskId: task.id })).toMatchObject({ code: 'CONFLICT' });
    await rig.call('plans.schedule', { taskId: task.id, at, confirmation });
    expect((await rig.call('plans.schedule', { taskId: task.id, at: at + HOUR, confirmation })).scheduledAt).toBe(at + HOUR);
    expect((await rig.call('plans.list', { which: 'waiting' })).rows).toMatchObject([{ state: 'Scheduled', scheduledAt: at + HOUR }]);
    clock(at + 1_000);
    await pause(1_200);
    expect((await taskOf(task.id)).state).toBe('Scheduled');
    expect(await rig.call('plans.unschedule', { taskId: task.id })).toMatchObject({ state: 'Awaiting approval', scheduledAt: null });
    clock(at + 3 * HOUR);
    await pause(1_200);
    expect((await taskOf(task.id)).state).toBe('Awaiting approval');
    await rig.call('plans.schedule', { taskId: task.id, at: at + 4 * HOUR, confirmation });
    expect((await rig.call('tasks.discard', { taskId: task.id })).state).toBe('Discarded');
    clock(at + 5 * HOUR);
    await pause(700);
    await rig.call('plans.remove', { planId: plan.id });
    expect((await rig.call('plans.list', {})).rows).toEqual([]);
    expect(await rig.refused('plans.get', { id: plan.id })).toMatchObject({ code: 'NOT_FOUND' });
    expect(state()).toEqual(before);
  });
});

describe('a plan that is older than its inputs', () => {
  it('is not approved: changed objects, other matches and other rules are told apart; a person may approve it all the same', async () => {
    const { task, plan } = await rig.plan();
    const reasons = async () => (await rig.call('plans.changes', { planId: plan.id })).reasons;
    expect(await reasons()).toEqual([]);
    // Planning again reads and matches everything anew; what is the same does not make the first plan older.
    await rig.plan();
    expect(await reasons()).toEqual([]);
    const before = state();
    await rig.rewrite(works({ ann: { title: 'Director' } }));
    await discover();
    expect(await reasons()).toEqual(['1 object has changed in Active Directory since ("Ann").']);
    await rig.call('objects.breakMatching', { collectionId: rig.collectionId, selection: { mode: 'ids', ids: [guid(13)] } });
    expect((await reasons())[1]).toBe('1 object has another match now ("Ann", "Cem").');
    const owner = { kind: 'collection' as const, id: rig.collectionId };
    const [rule] = (await rig.call('mappingRules.list', owner)).rows.filter((r) => r.targetAttribute === 'city');
    await rig.call('mappingRules.remove', { owner, id: rule?.id ?? '' });
    expect((await reasons())[2]).toBe('The mapping or licence rules of the collection were changed.');
    const { confirmation } = plan;
    expect(await rig.refused('tasks.approve', { taskId: task.id, confirmation })).toMatchObject({ code: 'DRIFT', message: expect.stringContaining('The plan is older than what it was made from: 1 object') });
    expect((await taskOf(task.id)).state).toBe('Awaiting approval');
    expect(state()).toEqual(before);
    await rig.call('tasks.approve', { taskId: task.id, confirmation, outdated: 'apply all the same' });
    await rig.ended(task.id);
    expect(titleOf('Ann')).toBe('Head of Sales');
  });
});

describe('a plan to look at', () => {
  it('is found by object, attribute, value, kind and finding', async () => {
    const { plan } = await rig.plan();
    const found = async (filter: object) => (await rig.call('plans.operations', { planId: plan.id, ...filter })).rows.map((o) => `${o.kind} ${o.name}`);
    expect(await found({ sourceId: guid(12) })).toEqual(['create Ben', 'set manager Ben']);
    expect(await found({ attribute: 'manager' })).toEqual(['set manager Ben', 'set manager Cem']);
    expect(await found({ attribute: 'members' })).toEqual(['add members Sales']);
    expect(await found({ attribute: 'jobTitle', kind: 'update' })).toEqual(['update Ann', 'update Cem']);
    expect(await found({ value: 'trainee' })).toEqual(['update Ann', 'create Dot']);
    expect(await found({ attribute: 'jobtitl_' })).toEqual([]);
    const facets = await rig.call('plans.facets', { planId: plan.id });
    expect(facets.attributes.find((f) => f.attribute === 'manager')).toEqual({ attribute: 'manager', operations: 2 });
    expect(await found({ finding: '*' })).toEqual([...new Set(facets.findings.length === 0 ? [] : await found({ finding: '*' }))]);
  });

  it('says of every value which rule and which source values it comes from', async () => {
    const { plan } = await rig.plan();
    const { rows } = await rig.call('plans.operations', { planId: plan.id });
    let asked = 0;
    for (const o of rows) {
      for (const c of o.changes) {
        const why = await rig.call('plans.why', { planId: plan.id, operationId: o.id, attribute: c.attribute });
        expect(why).toMatchObject({ attribute: c.attribute, before: c.before, after: c.after, reason: c.reason, ruleGone: false });
        expect(why.reason).not.toBe('');
        if (why.rule !== null) expect(why.rule.text).toContain(c.attribute);
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(20);
    const ann = rows.find((o) => o.name === 'Ann' && o.kind === 'update');
    expect(await rig.call('plans.why', { planId: plan.id, operationId: ann?.id ?? '', attribute: 'jobTitle' })).toMatchObject({ source: { title: ['Head of Sales'] }, rule: { action: 'Overwrite', text: 'Overwrite: user jobTitle from user title, trim' }, before: ['Trainee'] });
    const sales = rows.find((o) => o.kind === 'add members');
    expect((await rig.call('plans.why', { planId: plan.id, operationId: sales?.id ?? '', attribute: 'members' })).source['member']).toHaveLength(3);
    expect(await rig.refused('plans.why', { planId: plan.id, operationId: ann?.id ?? '', attribute: 'nothing' })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is exported whole in every form, without the passwords', async () => {
    const { plan } = await rig.plan();
    const exported = async (format: ExportFormat) => {
      let text = '';
      let after: string | null = null;
      do {
        const part: { text: string; next: string | null } = await rig.call('plans.export', { planId: plan.id, format, after });
        text += part.text;
        after = part.next;
      } while (after !== null);
      return text;
    };
    const { rows } = await rig.call('plans.operations', { planId: plan.id });
    const json = JSON.parse(await exported('json')) as { plan: { organizationId: string }; operations: { seq: number; name: string }[]; leftOut: { name: string }[] };
    expect(json.operations.map((o) => o.name)).toEqual(rows.map((o) => o.name));
    expect(json.leftOut.map((s) => s.name)).toEqual(['Administrator'].slice(0, plan.counts.skipped));
    const csv = Papa.parse<Record<string, string>>((await exported('csv')).replace(/^\uFEFF/, ''), { header: true, skipEmptyLines: true }).data;
    expect(csv.filter((r) => r['part'] === 'operation').length).toBeGreaterThanOrEqual(plan.counts.attributes);
    expect(csv.find((r) => r['object'] === 'Ann' && r['attribute'] === 'jobTitle')).toMatchObject({ 'before': 'Trainee', 'after': 'Head of Sales', 'source attribute': 'title' });
    const script = await exported('powershell');
    expect(script).toContain(`$TenantId = '${json.plan.organizationId}'`);
    expect((script.match(/^Invoke-Step /gm) ?? []).length).toBe(rows.length);
    expect((await exported('html')).match(/<article>/g)).toHaveLength(rows.length);
    expect(await refusal(ask(rig.console, 'plans.export', { planId: plan.id, format: 'csv', after: '{"s":99}' }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(path.basename((await rig.call('plans.export', { planId: plan.id, format: 'powershell' })).fileName)).toBe(`plan-${plan.id}.ps1`);
  });
});
