import { afterEach, describe, expect, it } from 'vitest';
import { openRig, type Rig, type Send } from './rig.ts';
import { cloudId, guid, works, worksTenant } from './works.ts';

let rig: Rig | undefined;
afterEach(async () => { await rig?.close(); });

const reset = () => new TypeError('fetch failed', { cause: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) });
const bodyOf = (init: RequestInit) => (typeof init.body === 'string' ? init.body : '');
const groupsNamed = (name: string) => rig?.simulator.snapshot().groups.filter((g) => g.properties['displayName'] === name) ?? [];

describe('answers that are lost on the way', () => {
  it('takes back the members of a bind whose answer was lost', async () => {
    let lost = 0;
    rig = await openRig({
      source: works(), seed: worksTenant(),
      wrap: (send: Send) => async (url, init) => {
        const answer = await send(url, init);
        if (bodyOf(init).includes('members@odata.bind') && lost++ === 0) throw reset();
        return answer;
      },
    });
    // Sales exists already, so that its members are taken back by removing them, not by deleting the group.
    const { body } = await rig.graph('POST', '/groups', { displayName: 'Sales', mailNickname: 'Sales', mailEnabled: false, securityEnabled: true });
    await rig.call('tasks.discover', { pairId: rig.pairId }).then(({ taskId }) => rig?.ended(taskId));
    await rig.call('objects.pin', { collectionId: rig.collectionId, id: guid(21), targetId: (body as { id: string }).id });
    const task = await rig.migrate();
    expect(task.state).toBe('Completed');
    expect(lost).toBe(2);
    expect(groupsNamed('Sales')).toHaveLength(1);
    expect(groupsNamed('Sales')[0]?.members).toHaveLength(3);
    expect((await rig.rollBack({ undoes: task.id })).state).toBe('Completed');
    expect(groupsNamed('Sales')[0]?.members).toEqual([]);
  });

  it('makes no second group when the answer to its create is lost and nobody can look; a resume goes on', async () => {
    let down = false;
    let broken = true;
    rig = await openRig({
      source: works(), seed: worksTenant(),
      wrap: (send: Send) => async (url, init) => {
        if (down && broken && /"method":"GET","url":"\/groups\?\$filter/.test(bodyOf(init))) throw reset();
        const answer = await send(url, init);
        if (/"method":"POST","url":"\/groups"/.test(bodyOf(init)) && !down) { down = true; throw reset(); }
        return answer;
      },
    });
    const task = await rig.migrate();
    expect(task).toMatchObject({ state: 'Failed', message: expect.stringContaining('"Sales"') as string });
    expect(groupsNamed('Sales')).toHaveLength(1);
    broken = false;
    await rig.call('tasks.resume', { taskId: task.id });
    expect((await rig.ended(task.id)).state).toBe('Completed');
    expect(groupsNamed('Sales')).toHaveLength(1);
  });

  it('ends a cancelled task soon although looks find nothing', async () => {
    let hide = false;
    rig = await openRig({
      source: works(), seed: worksTenant(),
      wrap: (send: Send) => async (url, init) => {
        if (hide && /"url":"\/groups\?\$filter/.test(bodyOf(init))) {
          const { requests } = JSON.parse(bodyOf(init)) as { requests: { id: string }[] };
          return Response.json({ responses: requests.map(({ id }) => ({ id, status: 200, body: { value: [] } })) });
        }
        const answer = await send(url, init);
        if (/"method":"POST","url":"\/groups"/.test(bodyOf(init)) && !hide) { hide = true; throw reset(); }
        return answer;
      },
    });
    const { task, plan } = await rig.plan();
    await rig.call('tasks.approve', { taskId: task.id, confirmation: plan.confirmation });
    while (!hide) await new Promise((resolve) => { setTimeout(resolve, 20); });
    const began = Date.now();
    await rig.call('tasks.cancel', { taskId: task.id });
    expect((await rig.ended(task.id)).state).toBe('Cancelled');
    expect(Date.now() - began).toBeLessThan(4_000);
    hide = false;
    await rig.call('tasks.resume', { taskId: task.id });
    expect((await rig.ended(task.id)).state).toBe('Completed');
    expect(groupsNamed('Sales')).toHaveLength(1);
  });
});

describe('matches that are changed between plan and approval', () => {
  it('writes nothing to the account that was matched before, and says so', async () => {
    rig = await openRig({ source: works(), seed: worksTenant() });
    const { task, plan } = await rig.plan();
    const before = rig.simulator.snapshot().users.find((u) => u.id === cloudId(11))?.properties;
    await rig.call('objects.breakMatching', { collectionId: rig.collectionId, selection: { mode: 'ids', ids: [guid(11)] } });
    const approval = { taskId: task.id, confirmation: plan.confirmation };
    expect(await rig.refused('tasks.approve', approval)).toMatchObject({ code: 'DRIFT', message: expect.stringContaining('"Ann"') });
    await rig.call('tasks.approve', { ...approval, outdated: 'apply all the same' });
    expect((await rig.ended(task.id)).state).toBe('Completed with errors');
    expect(rig.simulator.snapshot().users.find((u) => u.id === cloudId(11))?.properties).toEqual(before);
    const items = await rig.call('tasks.items', { taskId: task.id, onlyProblems: true, after: null, limit: 50 });
    expect(items.rows.map((i) => i.message).join(' ')).toContain('The match of "Ann" was changed since the plan was made');
  });
});
