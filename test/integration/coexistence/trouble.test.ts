import { rename } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Send } from '../app/rig.ts';
import { works, worksTenant } from '../app/works.ts';
import { openCycleRig, type CycleRig } from './desk.ts';

/*
 * What stops cycles, and how they go on: the guard, with both ways out of the quarantine; one object that the tenant refuses; a directory that
 * cannot be read; rules that were changed; objects that somebody holds.
 */
const MINUTE = 60_000;

/** Answers writes on one object with a refusal of the service, and lets all others through. */
function refusing(blocked: () => string): (send: Send) => Send {
  return (send) => async (url, init) => {
    const body = typeof init.body === 'string' && url.includes('/$batch') ? JSON.parse(init.body) as { requests: { id: string; method: string; url: string }[] } : { requests: [] };
    const stopped = body.requests.filter((one) => one.method === 'PATCH' && blocked() !== '' && one.url.includes(blocked()));
    if (stopped.length === 0) return await send(url, init);
    const rest = body.requests.filter((one) => !stopped.includes(one));
    const answers = rest.length === 0 ? [] : (await (await send(url, { ...init, body: JSON.stringify({ requests: rest }) })).json() as { responses: unknown[] }).responses;
    const refusals = stopped.map(({ id }) => ({ id, status: 400, headers: { 'Content-Type': 'application/json' }, body: { error: { code: 'Request_BadRequest', message: 'This object is out of order.' } } }));
    return new Response(JSON.stringify({ responses: [...answers, ...refusals] }), { status: 200, headers: { 'content-type': 'application/json' } });
  };
}

describe('cycles of coexistence in trouble', () => {
  let rig: CycleRig;
  let blocked = '';
  beforeAll(async () => {
    rig = await openCycleRig({ source: works(), seed: worksTenant(), members: '(|(objectClass=user)(objectClass=group))', wrap: refusing(() => blocked) });
    expect(await rig.enable()).toMatchObject({ state: 'Completed' });
  });
  afterAll(async () => { await rig?.close(); });

  const title = (alias: string) => rig.simulator.snapshot().users.find((one) => one.properties['mailNickname'] === alias)?.properties['jobTitle'];
  const titles = () => ['ann', 'ben', 'cem', 'dot'].map(title);
  const retitle = async (text: string): Promise<void> => { await rig.rewrite(works(Object.fromEntries(['ann', 'ben', 'cem', 'dot'].map((alias) => [alias, { title: `${text} ${alias}` }])))); };
  const told = () => rig.heard.filter((one) => one.name === 'coexistence.attention').map((one) => one.payload as { message: string; taskId: string | null });
  const patience = () => new Promise((resolve) => { setTimeout(resolve, 1_100); });

  it('a guard stop quarantines the collection, tells it, starts nothing more, and goes on when the plan is approved', async () => {
    await rig.call('limits.set', { pairId: rig.pairId, collectionId: rig.collectionId, limits: { ...(await rig.call('limits.get', { pairId: rig.pairId })).limits, overwrites: { count: 2, percent: 10 } } });
    await retitle('New');
    const before = rig.simulator.snapshot();
    rig.writes.length = 0;
    const { task, cycle } = await rig.cycle();
    expect(task).toMatchObject({ state: 'Awaiting approval', canApprove: true });
    expect(cycle).toMatchObject({ outcome: 'quarantined', operations: 4, planId: task.planId });
    expect(await rig.standing()).toMatchObject({ state: 'Quarantined', taskId: task.id, nextAt: null, attention: expect.stringContaining('4 values that are not empty would be replaced') });
    expect(told()).toEqual([{ collectionId: rig.collectionId, collectionName: 'Everyone', pairId: rig.pairId, taskId: task.id, message: expect.stringContaining('The guard stopped a cycle of "Everyone"') }]);
    rig.pass(120 * MINUTE);
    await patience();
    expect(rig.simulator.snapshot()).toEqual(before);
    expect(rig.writes).toEqual([]);
    expect((await rig.call('coexistence.cycles', { collectionId: rig.collectionId })).total).toBe(2);

    expect(await rig.approve(task.id)).toMatchObject({ state: 'Completed', canRollBack: true });
    expect(titles()).toEqual(['New ann', 'New ben', 'New cem', 'New dot']);
    expect(await rig.standing()).toMatchObject({ state: 'On', attention: '', lastCycle: { id: cycle.id, outcome: 'done', operations: 4 } });
  });

  it('discarding the plan of a quarantine pauses, and a raised limit lets the next cycle through', async () => {
    await retitle('Newer');
    const { task } = await rig.cycle();
    await rig.call('tasks.discard', { taskId: task.id });
    expect(await rig.standing()).toMatchObject({ state: 'Paused', nextAt: null, attention: expect.stringContaining('discarded'), lastCycle: { outcome: 'cancelled' } });
    expect(titles()).toEqual(['New ann', 'New ben', 'New cem', 'New dot']);
    await rig.call('limits.set', { pairId: rig.pairId, collectionId: rig.collectionId, limits: null });
    await rig.call('coexistence.resume', { collectionId: rig.collectionId });
    await rig.until((now) => now.lastCycle?.outcome === 'done');
    expect(titles()).toEqual(['Newer ann', 'Newer ben', 'Newer cem', 'Newer dot']);
  });

  it('one object that the tenant refuses stops nobody else, is left alone for a while, and is tried again', async () => {
    const ben = rig.simulator.snapshot().users.find((one) => one.properties['mailNickname'] === 'ben')?.id ?? '';
    blocked = ben;
    await retitle('Third');
    const first = await rig.cycle();
    expect(first.task).toMatchObject({ state: 'Completed with errors', failed: 1 });
    expect(first.cycle).toMatchObject({ outcome: 'done with failures', failed: 1, operations: 4, inStep: 4, objects: 5 });
    expect(titles()).toEqual(['Third ann', 'Newer ben', 'Third cem', 'Third dot']);
    expect(await rig.standing()).toMatchObject({ state: 'On', failures: 0, retrying: 1, attention: expect.stringContaining('1 object failed'), objects: { failed: 1, inSync: 4 } });
    expect((await rig.objects())['Ben']).toMatchObject({ synchronisation: 'Failed', reason: expect.stringContaining('out of order') });

    // The next cycle comes after an hour, the object's turn after two.
    rig.writes.length = 0;
    rig.pass(61 * MINUTE);
    await rig.until((now) => now.lastCycle?.id !== first.cycle.id && now.lastCycle?.outcome === 'nothing to do');
    expect(rig.writes).toEqual([]);
    blocked = '';
    rig.pass(61 * MINUTE);
    await rig.until((now) => now.lastCycle?.outcome === 'done');
    expect(titles()).toEqual(['Third ann', 'Third ben', 'Third cem', 'Third dot']);
    expect(await rig.standing()).toMatchObject({ retrying: 0, attention: '', objects: { failed: 0, inSync: 5 } });
  });

  it('a directory that cannot be read is tried again after 1, 2, 4 minutes, with the cause in words', async () => {
    await rename(rig.ldif, `${rig.ldif}.away`);
    const heard = told().length;
    expect((await rig.cycle()).task).toMatchObject({ state: 'Failed', message: expect.stringContaining('organisation.ldf') });
    const failed = await rig.standing();
    expect(failed).toMatchObject({ state: 'On', failures: 1, attention: expect.stringMatching(/failed: .*organisation\.ldf.*tried by itself/), lastCycle: { outcome: 'failed', operations: 0 } });
    rig.pass(1 * MINUTE);
    const again = await rig.until((now) => now.failures === 2 && !now.running);
    expect((again.nextAt ?? 0) - (failed.nextAt ?? 0)).toBeGreaterThanOrEqual(2 * MINUTE);
    expect((again.nextAt ?? 0) - (failed.nextAt ?? 0)).toBeLessThan(3 * MINUTE);
    expect(again.lastCycle).toMatchObject({ reason: 'Tried again after a failure.' });
    // Told once, not with every try.
    expect(told().length).toBe(heard + 1);
    await rename(`${rig.ldif}.away`, rig.ldif);
    rig.pass(2 * MINUTE);
    expect(await rig.until((now) => now.failures === 0)).toMatchObject({ attention: '', lastCycle: { outcome: 'nothing to do' } });
  });

  it('says when rules have changed, and brings all objects in step with them when it is restarted', async () => {
    const owner = { kind: 'collection' as const, id: rig.collectionId };
    expect(await rig.standing()).toMatchObject({ restartAdvised: [] });
    await rig.call('mappingRules.save', { owner, rule: { enabled: true, action: 'Set constant', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute: 'officeLocation', value: 'Main building', conversion: 'none' } });
    expect(await rig.standing()).toMatchObject({ restartAdvised: [expect.stringContaining('rules')] });
    const { cycle } = await rig.cycle('restart');
    expect(cycle).toMatchObject({ kind: 'full', outcome: 'done', operations: 4 });
    expect(rig.simulator.snapshot().users.filter((one) => one.properties['officeLocation'] === 'Main building').length).toBe(4);
    expect(await rig.standing()).toMatchObject({ restartAdvised: [] });
  });

  it('leaves objects alone that somebody holds, and goes on with them when they are released', async () => {
    const ann = (await rig.objects())['Ann']?.id ?? '';
    await rig.call('holds.put', { pairId: rig.pairId, ids: [ann] });
    await retitle('Fourth');
    expect((await rig.cycle()).cycle).toMatchObject({ held: 1, operations: 3, failed: 0, inStep: 4 });
    expect(titles()).toEqual(['Third ann', 'Fourth ben', 'Fourth cem', 'Fourth dot']);
    expect((await rig.objects())['Ann']).toMatchObject({ synchronisation: 'Not intended to be synced', reason: expect.stringContaining('held') });
    await rig.call('holds.release', { pairId: rig.pairId, holds: [{ sourceId: ann, attribute: '' }] });
    expect((await rig.cycle()).cycle).toMatchObject({ held: 0, operations: 1 });
    expect(title('ann')).toBe('Fourth ann');
  });

  it('sums its cycles up over time', async () => {
    const { rows } = await rig.call('coexistence.timeline', { collectionId: rig.collectionId, from: Date.now() - 60 * MINUTE, to: Date.now() + 24 * 60 * MINUTE, buckets: 3 });
    expect(rows.length).toBe(3);
    const total = (await rig.call('coexistence.cycles', { collectionId: rig.collectionId })).total;
    expect(rows.reduce((sum, row) => sum + row.cycles, 0)).toBe(total);
    expect(rows.reduce((sum, row) => sum + row.failedCycles, 0)).toBe(2);
    expect(rows.findLast((row) => row.cycles > 0)).toMatchObject({ inStep: 5, objects: 5 });
    expect(rows.filter((row) => row.cycles === 0).every((row) => row.inStep === null && row.objects === null)).toBe(true);
  });
});
