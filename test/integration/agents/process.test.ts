import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { EMPTY_TENANT } from '../../../electron/simulator/index.ts';
import { openProject, type Store } from '../../../electron/store/index.ts';
import { group, person, personDn, TYPE } from '../app/works.ts';
import { openProcessRig, until, type AgentProcess, type ProcessRig } from './process-rig.ts';

/** Enough for several batches of 20. */
const PEOPLE = 120;
const names = Array.from({ length: PEOPLE }, (_, i) => `p${String(i).padStart(3, '0')}`);
const organisation = [...names.map((name, i) => person(i + 1, name)), group(900, 'All', TYPE.globalSecurity, names.map(personDn))];

let rig: ProcessRig;
let store: Store;
beforeEach(async () => {
  rig = await openProcessRig({ source: organisation, seed: EMPTY_TENANT });
  store = await openProject(rig.file);
});
afterEach(async () => {
  await store.close();
  await rig.close();
});

const local = async (more: readonly string[] = []): Promise<AgentProcess> => {
  const agent = rig.agent('--name', 'Local', ...more);
  await agent.ready;
  return agent;
};
const taskOf = async (id: string): Promise<TaskRow> => await rig.call('tasks.get', { id });
const setFaults = async (spec: string): Promise<void> => { await fetch(`${rig.simulator.url}/simulator/faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ spec }) }); };
/** A migration whose plan was approved. @param faults what goes wrong from then on. */
const approved = async (faults = ''): Promise<string> => {
  const { taskId } = await rig.call('tasks.migrate', { collectionId: rig.collectionId, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' } });
  const plan = (await rig.ended(taskId)).planId ?? '';
  await setFaults(faults);
  await rig.call('tasks.approve', { taskId, confirmation: (await rig.call('plans.get', { id: plan })).confirmation });
  return taskId;
};
/** The task when it has written something and not everything. */
const inTheMiddle = async (id: string): Promise<void> => {
  await until('a write in the middle', async () => {
    const task = await taskOf(id);
    if (task.state !== 'Running' && task.state !== 'Queued') throw new Error(`too late: ${task.state} ${task.message}`);
    return task.phase === 'apply' && (await rig.writes()).some(({ path, method }) => method === 'POST' && path === '/users');
  });
};
/** A migration that has begun to write, each request taking a while. */
const slowly = async (): Promise<string> => {
  const migration = await approved('slow=1:400ms');
  await inTheMiddle(migration);
  return migration;
};
/** Each person was created once, and each is a member once. */
const expectEachOnce = async (): Promise<void> => {
  const writes = await rig.writes();
  expect(writes.filter(({ method, path }) => method === 'POST' && path === '/users')).toHaveLength(PEOPLE);
  const all = await rig.graph('GET', '/groups?$select=id,displayName') as { body: { value: readonly { id: string; displayName: string }[] } };
  expect(all.body.value.map(({ displayName }) => displayName)).toEqual(['All']);
  const joined = writes.flatMap(({ names: members, path, method }) => (path.startsWith('/groups') && method !== 'DELETE' ? members : []));
  expect(joined).toHaveLength(PEOPLE);
  expect(new Set(joined).size).toBe(PEOPLE);
};

describe('causeway agent', () => {
  it('takes its name, runs tasks, tells how it is, refuses a second one of its name, and ends in good order', async () => {
    const agent = await local();
    const { health } = await agent.ready;
    expect(health).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);

    const taskId = await approved();
    expect(await rig.ended(taskId)).toMatchObject({ state: 'Completed' });
    await expectEachOnce();

    const told = await fetch(`${health}/health`);
    expect(told.status).toBe(200);
    expect(await told.json()).toMatchObject({ state: 'idle', agent: 'Local', task: null, storeReachable: true });
    const answer = await fetch(`${health}/metrics`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const metrics = await answer.text();
    expect(metrics).toContain('causeway_agent_up 1\n');
    expect(metrics).toContain('causeway_tasks{state="Completed"} 1\n');
    expect(Number(/^causeway_requests_total (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(10);
    // 120 people, their group, and its members by twenties.
    expect(metrics).toContain('causeway_operations_total{result="written"} 127\n');
    expect(metrics).toContain('causeway_operations_total{result="failed"} 0\n');

    const second = rig.agent('--name', 'local');
    expect(await second.ended).toBe(2);
    expect(second.stderr()).toContain(`The agent \\"local\\" of this project runs already on ${hostname()} (process ${agent.pid}). End that one first, or start this one under another name.`);
    const [row] = (await rig.call('agents.list', {})).rows;
    expect(row).toMatchObject({ name: 'Local', host: hostname(), alive: true });

    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
    expect(await store.agents.holder(row?.id ?? '')).toBeUndefined();
    const other = rig.agent('--name', 'Local', '--port', '0');
    await other.ready;
    other.kill('SIGTERM');
    expect(await other.ended).toBe(0);
  });

  it('asked to stop in the middle of a migration, it interrupts it where it can go on, and goes on with it by itself later', async () => {
    const agent = await local(['--grace', '0']);
    const { taskId } = await rig.call('tasks.discover', { pairId: rig.pairId });
    await rig.ended(taskId);
    const migration = await slowly();
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
    expect(await taskOf(migration)).toMatchObject({ state: 'Queued', message: 'The agent was stopped. It goes on with this task when it runs again.' });
    expect((await store.tasks.get(migration)).leaseOwner).toBeNull();
    await setFaults('');
    await local();
    expect(await rig.ended(migration)).toMatchObject({ state: 'Completed' });
    await expectEachOnce();
  });

  it('lets the present task end when there is time for it', async () => {
    const agent = await local(['--grace', '600']);
    const { health } = await agent.ready;
    const migration = await slowly();
    agent.kill('SIGTERM');
    await until('draining', async () => ((await (await fetch(`${health}/health`)).json()) as { state: string }).state === 'draining');
    // Nothing else is begun.
    const { taskId: next } = await rig.call('tasks.discover', { pairId: rig.pairId });
    await setFaults('');
    expect(await agent.ended).toBe(0);
    expect(await taskOf(migration)).toMatchObject({ state: 'Completed' });
    expect(await taskOf(next)).toMatchObject({ state: 'Queued' });
    await expectEachOnce();
  });

  it('asked twice, it ends at once; killed in the middle, the next one takes over and goes on from the journal: each write is made once', async () => {
    const agent = await local(['--grace', '600']);
    const migration = await slowly();
    agent.kill('SIGTERM');
    await until('the first word', async () => agent.stderr().includes('Stopping'));
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(130);

    const second = await local();
    await until('taken over', async () => (await store.tasks.get(migration)).leaseOwner?.split(':')[1] === String(second.pid));
    second.kill('SIGKILL');
    expect(await second.ended).toBe('SIGKILL');
    expect(await taskOf(migration)).toMatchObject({ state: 'Running' });

    await setFaults('');
    await local();
    expect(await rig.ended(migration)).toMatchObject({ state: 'Completed' });
    await expectEachOnce();
  });
});
