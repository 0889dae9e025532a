import { describe, expect, it } from 'vitest';
import { createProject, fencedStore, openProject, type Store } from '../../../electron/store/index.ts';
import { SHARED, VARIANTS, collect, failure, guid, operation, sandbox, seeded, type Variant } from './fixture.ts';

const { open, place, keep } = sandbox();

describe.each(VARIANTS)('agents ($name)', (variant) => {
  it('are made, drained and listed; a name is used once', async () => {
    const store = await open(variant);
    const made = await store.agents.create(' berlin-2 ');
    expect(made).toMatchObject({ name: 'berlin-2', heartbeatAt: null, drained: false, owner: null, host: '' });
    expect(await failure(store.agents.create('BERLIN-2'))).toBe('CONFLICT');
    expect(await store.agents.setDrained(made.id, 'drained')).toMatchObject({ drained: true });
    expect(await store.agents.setDrained(made.id, 'at work')).toMatchObject({ drained: false });
    expect((await store.agents.list()).map(({ name }) => name)).toEqual(['Local', 'berlin-2']);
    expect(await failure(store.agents.get(guid(99)))).toBe('NOT_FOUND');
    expect(await failure(store.agents.heartbeat(guid(99)))).toBe('NOT_FOUND');
    expect(await failure(store.agents.setDrained(guid(99), 'drained'))).toBe('NOT_FOUND');
  });

  it('count as silent when they have run and say nothing any more', async () => {
    let now = 1_000_000;
    const store = await open({ ...variant, environment: { ...variant.environment, clock: () => now } });
    const [one, two] = [await store.agents.create('one'), await store.agents.create('two')];
    await store.agents.heartbeat(one.id);
    await store.agents.heartbeat(two.id);
    now += 10_000;
    await store.agents.heartbeat(two.id);
    now += 10_001;
    // Local has never run.
    expect(await store.agents.silentFor(20_000)).toEqual([one.id]);
    expect(await store.agents.silentFor(10_000)).toEqual([one.id, two.id]);
  });

  it('give a collection away with its waiting tasks, and keep the one that they are at work on', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 1);
    const other = await store.agents.create('other');
    const task = async () => (await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Match', settings: {}, createdBy: 'test' })).id;
    const [running, first, second] = [await task(), await task(), await task()];
    await store.tasks.claimById(running, 'me', 60_000);
    expect(await store.agents.moveCollection(collectionId, other.id)).toEqual({ queued: 2, running });
    expect((await store.collections.get(collectionId)).agentId).toBe(other.id);
    expect((await store.tasks.waiting([other.id], 10)).map(({ id }) => id)).toEqual([first, second]);
    expect((await store.tasks.get(running)).agentId).not.toBe(other.id);
    expect((await store.tasks.get(await task())).agentId).toBe(other.id);
    // Nothing is left to go along.
    expect(await store.agents.moveCollection(collectionId, other.id)).toEqual({ queued: 0, running });
    expect(await failure(store.agents.moveCollection(collectionId, guid(99)))).toBe('NOT_FOUND');
    expect(await failure(store.agents.moveCollection(guid(99), other.id))).toBe('NOT_FOUND');
  });

  it('are removed when they have neither collections nor open tasks; what they did stays', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 1);
    const other = await store.agents.create('other');
    const local = (await store.agents.list())[0]?.id ?? '';
    expect(await failure(store.agents.remove(local))).toBe('CONFLICT');
    await store.agents.moveCollection(collectionId, other.id);
    const { id } = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Match', settings: {}, createdBy: 'test' });
    expect(await failure(store.agents.remove(other.id))).toBe('CONFLICT');
    await store.tasks.claimById(id, 'me', 60_000);
    await store.agents.moveCollection(collectionId, local);
    expect(await failure(store.agents.remove(other.id))).toBe('CONFLICT');
    await store.tasks.update(id, { state: 'Completed' });
    await store.agents.remove(other.id);
    expect((await store.agents.list()).map(({ name }) => name)).toEqual(['Local']);
    expect((await store.tasks.get(id)).agentId).toBe(local);
  });

  it('are followed by the mailbox batches of a collection, and leave theirs to Local when they are removed', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 1);
    const [one, two] = [await store.agents.create('one'), await store.agents.create('two')];
    const local = (await store.agents.list())[0]?.id ?? '';
    const settings = { atATime: 10, recipients: [], ownEndpoint: false, pace: [], timeLeftMs: null, runs: 0, told: [], waitMs: 0, closing: null };
    const batch = async (n: number, of: string | null, agentId: string): Promise<void> => { await store.mailboxBatches.create({ id: guid(n), pairId: pair.id, collectionId: of, name: `B${n}`, serviceName: `S${n}`, endpoint: 'E', profile: 'current', settings, csvName: 'a.csv', csvHash: 'h', total: 1, agentId, createdAt: 1, createdBy: 'me' }, { at: 1, by: 'me' }); };
    const agents = async () => (await store.mailboxBatches.list(pair.id)).toReversed().map(({ agentId }) => agentId);
    await batch(51, collectionId, local);
    await batch(52, null, one.id);
    await store.agents.moveCollection(collectionId, two.id);
    expect(await agents()).toEqual([two.id, one.id]);
    await store.agents.remove(one.id);
    expect(await agents()).toEqual([two.id, local]);
  });

  it('take a task of another one, which is theirs from then on', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 1);
    const other = await store.agents.create('other');
    const { id, agentId } = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Match', settings: {}, createdBy: 'test' });
    expect(await store.tasks.waiting([other.id], 10)).toEqual([]);
    expect((await store.tasks.waiting([other.id, agentId], 10)).map((task) => task.id)).toEqual([id]);
    expect(await store.tasks.claimById(id, 'me', 60_000, other.id)).toMatchObject({ agentId: other.id, state: 'Running' });
    expect(await store.tasks.waiting([other.id, agentId], 10)).toEqual([]);
  });
});

describe.each(VARIANTS)('readings of a pair ($name)', (variant) => {
  it('are made by one at a time, and count from when they began', async () => {
    let now = 5_000;
    const store = await open({ ...variant, environment: { ...variant.environment, clock: () => now } });
    const { pair } = await seeded(store, 1);
    const { pairReadings } = store;
    expect(await pairReadings.last(pair.id, 'whole')).toBeUndefined();
    expect(await pairReadings.take(pair.id, 'a', 1_000)).toEqual({ beganAt: 5_000 });
    expect(await pairReadings.take(pair.id, 'b', 1_000)).toBeUndefined();
    expect(await pairReadings.take(pair.id, 'a', 1_000)).toEqual({ beganAt: 5_000 });
    now = 5_900;
    expect(await pairReadings.renew(pair.id, 'a', 1_000)).toBe(true);
    now = 6_800;
    expect(await pairReadings.take(pair.id, 'b', 1_000)).toBeUndefined();
    await pairReadings.end(pair.id, 'a', { kind: 'whole', beganAt: 5_000, asked: 'all' });
    expect(await pairReadings.last(pair.id, 'whole')).toEqual({ beganAt: 5_000, asked: 'all' });
    expect(await pairReadings.last(pair.id, 'changes')).toBeUndefined();
    expect(await pairReadings.take(pair.id, 'b', 1_000)).toEqual({ beganAt: 6_800 });
    now = 7_801;
    // Without a sign of life it is another one's; then it can neither be renewed nor ended.
    expect(await pairReadings.take(pair.id, 'c', 1_000)).toEqual({ beganAt: 7_801 });
    expect(await pairReadings.renew(pair.id, 'b', 1_000)).toBe(false);
    await pairReadings.end(pair.id, 'b', { kind: 'changes', beganAt: 6_800, asked: 'b' });
    expect(await pairReadings.last(pair.id, 'changes')).toBeUndefined();
    await pairReadings.end(pair.id, 'c', null);
    expect(await pairReadings.take(pair.id, 'd', 1_000)).toEqual({ beganAt: 7_801 });
    await store.pairs.remove(pair.id);
    expect(await pairReadings.last(pair.id, 'whole')).toBeUndefined();
  });
});

/** Two processes on one task: the first has lost it to the second. */
async function lost(on: Variant['on']): Promise<{ readonly store: Store; readonly other: Store; readonly id: string; readonly fenced: Store }> {
  const at = await place(on);
  const store = keep(await createProject({ file: at, name: 'Test', demo: false }));
  const other = keep(await openProject(at));
  const { pair, collectionId } = await seeded(store, 1);
  const { id } = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Migrate', settings: {}, createdBy: 'test' });
  await store.tasks.claimById(id, 'first', -1);
  return { store, other, id, fenced: fencedStore(store, id, 'first') };
}
const entry = (taskId: string, n: number) => ({ id: guid(n, 11), taskId, planId: guid(1), operationId: guid(n, 9), sourceId: guid(1), targetId: null, kind: 'create' as const, operation: operation(1), before: null, intentAt: 1 });

describe.each(SHARED)('a process that slept through the end of its lease ($name)', ({ on }) => {
  it('writes as before while nobody else has taken the task', async () => {
    const { store, id, fenced } = await lost(on);
    await fenced.journal.intend([entry(id, 1)]);
    await fenced.journal.settle([{ id: guid(1, 11), outcome: 'done', message: '', at: 2, targetId: guid(1, 7) }]);
    await fenced.tasks.update(id, { state: 'Completed' });
    // What follows the end of the task is its own still.
    await fenced.transaction(async (tx) => { await tx.settings.set('after', 1); });
    expect(await store.settings.get('after')).toBe(1);
    expect((await store.tasks.get(id)).state).toBe('Completed');
  });

  it('can write nothing of the task once another one has it', async () => {
    const { store, other, id, fenced } = await lost(on);
    await fenced.journal.intend([entry(id, 1)]);
    expect(await other.tasks.interruptExpired(Date.now() + 1_000)).toMatchObject([{ id }]);
    await other.tasks.claimById(id, 'second', 60_000);
    expect(await failure(fenced.journal.intend([entry(id, 2)]))).toBe('LEASE_LOST');
    expect(await failure(fenced.journal.settle([{ id: guid(1, 11), outcome: 'done', message: '', at: 2, targetId: guid(1, 7) }]))).toBe('LEASE_LOST');
    expect(await failure(fenced.tasks.update(id, { done: 7 }))).toBe('LEASE_LOST');
    expect(await failure(fenced.tasks.update(id, { state: 'Failed' }))).toBe('LEASE_LOST');
    expect(await failure(fenced.transaction(async (tx) => { await tx.settings.set('stale', 1); }))).toBe('LEASE_LOST');
    expect(await fenced.tasks.renewLease(id, 'first', 60_000)).toBe(false);
    expect(await store.settings.get('stale')).toBeUndefined();
    expect((await store.journal.openIntents(id)).map((open) => open.id)).toEqual([guid(1, 11)]);
    expect(await collect(store.journal.iterateOfTask(id, { order: 'oldest first' }))).toEqual([]);
    expect(await store.tasks.get(id)).toMatchObject({ state: 'Running', leaseOwner: 'second', done: 0 });
    // Other tasks are nobody's business.
    await fenced.tasks.requestCancel(id);
    expect((await store.tasks.get(id)).state).toBe('Cancelling');
  });

  it('a lease that is renewed in the last moment is not taken away', async () => {
    const { store, other, id } = await lost(on);
    expect(await store.tasks.renewLease(id, 'first', 60_000)).toBe(true);
    expect(await other.tasks.interruptExpired(Date.now())).toEqual([]);
    expect((await other.tasks.get(id)).state).toBe('Running');
  });
});

describe.each(SHARED.filter(({ on }) => on === 'PostgreSQL'))('signs of life on $name', ({ on }) => {
  it('neither wake other processes nor wait for a transaction', async () => {
    const { store, other, id } = await lost(on);
    const local = (await store.agents.list())[0]?.id ?? '';
    const before = other.dataVersion();
    const waits = Promise.withResolvers<void>();
    const held = other.transaction(async (tx) => { await tx.settings.set('long', 1); await waits.promise; });
    await store.agents.heartbeat(local);
    expect(await store.tasks.renewLease(id, 'first', 60_000)).toBe(true);
    waits.resolve();
    await held;
    // A change that is told comes after all that was not.
    await store.settings.set('told', 1);
    for (const end = Date.now() + 10_000; other.dataVersion() === before && Date.now() < end;) await new Promise((resolve) => { setTimeout(resolve, 10); });
    expect(other.dataVersion()).toBe(before + 1);
  });
});
