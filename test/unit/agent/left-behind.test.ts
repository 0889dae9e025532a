import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRunner, type Runner } from '../../../electron/agent/runner.ts';
import { goOnWith } from '../../../electron/app/left-behind.ts';
import type { Services } from '../../../electron/app/services.ts';
import { silentLog } from '../../../electron/platform/index.ts';
import type { Store, TaskRecord } from '../../../electron/store/index.ts';
import { PAIR, sandbox } from '../store/fixture.ts';

const { open } = sandbox();
let store: Store;
let pairId: string;
let agentId: string;
const runners: Runner[] = [];
beforeEach(async () => {
  store = await open();
  pairId = (await store.pairs.create(PAIR)).id;
  agentId = (await store.agents.ensureLocal('h', '1')).id;
});
afterEach(async () => { for (const runner of runners.splice(0)) await runner.close(); });

const servicesOf = (own: Store): Services => ({ store: own, log: silentLog, now: Date.now, newId: () => 'ref-0000', emit: () => {} }) as unknown as Services;
const start = (how: Partial<Parameters<typeof startRunner>[1]> = {}): Runner => {
  const runner = startRunner(servicesOf(store), { agentId, owner: 'next', ...how });
  runners.push(runner);
  return runner;
};
/** A task of the agent, of a kind that this version refuses to run, in the hands of a process. */
const taken = async (owner: string, leaseMs: number): Promise<TaskRecord> => await store.tasks.claimById((await store.tasks.create({ pairId, collectionId: null, kind: 'Batch', settings: {}, createdBy: 'me' })).id, owner, leaseMs);
const until = async (done: () => Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 10_000; Date.now() < end;) { if (await done()) return; await new Promise((resolve) => { setTimeout(resolve, 5); }); }
  throw new Error('it did not come');
};

describe('a task whose process is gone', () => {
  it('is run by the next process of its agent as soon as the lease has ended, and stands still for a process that is no agent', async () => {
    const own = await taken('elsewhere:1:gone', 1);
    const other = await store.tasks.create({ pairId, collectionId: null, kind: 'Batch', settings: {}, createdBy: 'me', agentId: await store.agents.ensure('Other', '', '') });
    await store.tasks.claimById(other.id, 'elsewhere:1:gone too', 1);
    start({ goesOn: true });
    await until(async () => (await store.tasks.get(own.id)).state === 'Failed');
    expect(await store.tasks.get(own.id)).toMatchObject({ message: expect.stringContaining('does not run Batch tasks') });
    // A file belongs to one machine: agents do not stand in for each other.
    expect(await store.tasks.get(other.id)).toMatchObject({ state: 'Interrupted' });
  });

  it('goes on by itself three times, then waits for a person', async () => {
    const { id } = await taken('a', 60_000);
    for (const time of [1, 2, 3]) {
      await store.tasks.interrupt(id);
      expect(await store.transaction((tx) => goOnWith(tx, id, 'left behind'))).toBe(true);
      expect(await store.tasks.get(id)).toMatchObject({ state: 'Queued', checkpoint: { goneOn: time }, message: expect.stringContaining('goes on with it from the journal') });
      await store.tasks.claimById(id, 'a', 60_000);
    }
    // An agent that was stopped in good order is no sign of a bad task.
    await store.tasks.interrupt(id);
    expect(await store.transaction((tx) => goOnWith(tx, id, 'stopped'))).toBe(true);
    await store.tasks.claimById(id, 'a', 60_000);
    await store.tasks.interrupt(id);
    expect(await store.transaction((tx) => goOnWith(tx, id, 'left behind'))).toBe(false);
    expect(await store.tasks.get(id)).toMatchObject({ state: 'Interrupted', message: expect.stringContaining('ended 4 times') });
  });

  it('is cancelled and not gone on with when somebody had asked for its end, however its process ended', async () => {
    const gone = await taken('elsewhere:1:gone', 60_000);
    const killed = await taken('a', 60_000);
    const released = await taken('b', 60_000);
    const closed = await taken('c', 60_000);
    for (const { id } of [gone, killed, released, closed]) expect(await store.tasks.requestCancel(id)).toMatchObject({ state: 'Cancelling' });
    await store.tasks.interrupt(killed.id);
    await store.tasks.release(released.id, 'b');
    await store.tasks.update(closed.id, { state: 'Interrupted', message: 'The program ended before the task did.' }, 'c');
    expect((await store.tasks.interruptExpired(Date.now() + 120_000)).map(({ id, state }) => [id, state])).toEqual([[gone.id, 'Cancelled']]);
    for (const { id } of [gone, killed, released, closed]) {
      expect(await store.transaction((tx) => goOnWith(tx, id, 'left behind'))).toBe(false);
      expect(await store.transaction((tx) => goOnWith(tx, id, 'stopped'))).toBe(false);
      expect(await store.tasks.get(id)).toMatchObject({ state: 'Cancelled', cancelRequested: false, leaseOwner: null, leaseUntil: null, message: expect.stringMatching(/^Cancelled\./) });
    }
    // A runner that looks afterwards does not start it either.
    start({ goesOn: true });
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    expect(await store.tasks.get(gone.id)).toMatchObject({ state: 'Cancelled' });
  });

  it('is left alone when somebody asked for its end, or it has ended', async () => {
    const { id } = await taken('a', 60_000);
    expect(await store.transaction((tx) => goOnWith(tx, id, 'left behind'))).toBe(false);
    await store.tasks.update(id, { state: 'Cancelled' });
    expect(await store.transaction((tx) => goOnWith(tx, id, 'left behind'))).toBe(false);
    expect(await store.tasks.get(id)).toMatchObject({ state: 'Cancelled' });
  });
});

describe('a runner that is asked to stop', () => {
  it('takes nothing more, says what it is doing, and gives no sign of life of its own where it holds a name', async () => {
    const runner = start({ goesOn: true });
    expect(runner.standing()).toEqual({ state: 'idle', taskId: null, leaseAgeMs: null });
    expect(await runner.drain(60_000)).toBeNull();
    expect(runner.standing()).toMatchObject({ state: 'draining' });
    const { id } = await store.tasks.create({ pairId, collectionId: null, kind: 'Batch', settings: {}, createdBy: 'me' });
    runner.nudge();
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    expect(await store.tasks.get(id)).toMatchObject({ state: 'Queued' });
    expect((await store.agents.get(agentId)).heartbeatAt).toBeNull();
  });
});
