import { beforeEach, describe, expect, it } from 'vitest';
import { nextTask } from '../../../electron/agent/next-task.ts';
import { goOnWith } from '../../../electron/app/left-behind.ts';
import { inTheWay, requireMayBeQueued, waitBehind, waitsBehind } from '../../../electron/app/task-writers.ts';
import type { Services } from '../../../electron/app/services.ts';
import { fencedStore, type Store, type TaskRecord } from '../../../electron/store/index.ts';
import type { TaskKind } from '../../../shared/domain/statuses.ts';
import { PAIR, failure, operation, sandbox } from '../store/fixture.ts';

const { open } = sandbox();
let store: Store;
let pairId: string;
let collections: readonly string[];
let agentId: string;
let other: string;
let numbers: number;
beforeEach(async () => {
  numbers = 0;
  store = await open({ name: 'memory', on: 'memory', environment: {} });
  pairId = (await store.pairs.create(PAIR)).id;
  collections = [(await store.collections.create({ pairId, name: 'One' })).id, (await store.collections.create({ pairId, name: 'Two' })).id, (await store.collections.create({ pairId, name: 'Three' })).id];
  agentId = (await store.agents.ensureLocal('h', '1')).id;
  other = await store.agents.ensure('Other', '', '');
});

/** A task whose plan was approved and that waits for its agent; its plan writes to these objects. */
async function approved(collection: number, objects: readonly number[], more: { readonly kind?: TaskKind; readonly agentId?: string } = {}): Promise<TaskRecord & { readonly planId: string }> {
  const collectionId = collections[collection] ?? '';
  const task = await store.tasks.create({ pairId, collectionId, kind: 'Migrate', settings: {}, createdBy: 'me', agentId, ...more });
  const { id: planId } = await store.plans.create({ taskId: task.id, collectionId, tenantName: 't', settings: null, confirmation: 'x' });
  const on = ({ sourceId, targetId, name }: ReturnType<typeof operation>) => ({ sourceId, targetId, name });
  await store.plans.appendOperations(planId, objects.map((number) => ({ ...operation(++numbers + 100), ...on(operation(number)) })));
  return { ...await store.tasks.update(task.id, { planId, checkpoint: { stage: 'apply' } }), planId };
}
const servicesOf = (own: Store) => ({ store: own, now: Date.now, emit: () => {} }) as unknown as Services;
/** The store, and what it was asked for common objects. */
function asked(): { readonly own: Store; readonly pairs: string[] } {
  const pairs: string[] = [];
  const note = (plans: Store['plans']): Store['plans'] => ({ ...plans, sharedObject: async (planId, others) => { pairs.push(...others.map((one) => [planId, one].toSorted().join(' '))); return await plans.sharedObject(planId, others); } });
  return { pairs, own: { ...store, plans: note(store.plans), transaction: (fn) => store.transaction((tx) => fn({ ...tx, plans: note(tx.plans) })) } };
}

describe('a cycle whose plan meets another one', () => {
  it('gives way to what is at work, and not to what waits for an agent, which may never come', async () => {
    const migration = await approved(0, [1, 2], { agentId: other });
    await store.agents.setDrained(other, 'drained');
    const cycle = await approved(1, [2, 3], { kind: 'Synchronise' });
    await store.tasks.claimById(cycle.id, 'c', 60_000);
    expect(await inTheWay(store, cycle)).toBeUndefined();
    // A cycle that was put behind it goes on, too.
    expect(await waitsBehind(store, { ...cycle, checkpoint: { stage: 'plan', behind: migration.id } })).toBeUndefined();
    // The other one waits when its turn comes, so that two writers never meet.
    expect((await waitsBehind(store, migration))?.id).toBe(cycle.id);
    const take = nextTask(servicesOf(store), { agentId: other, owner: 'o', goesOn: true });
    await store.agents.setDrained(other, 'at work');
    expect(await take(60_000)).toBeUndefined();
    await store.tasks.update(cycle.id, { state: 'Completed' });
    expect((await take(60_000))?.id).toBe(migration.id);
    expect(await inTheWay(store, cycle)).toMatchObject({ task: { id: migration.id }, because: 'common object', object: 'Person 2' });
    expect((await waitsBehind(store, { ...cycle, checkpoint: { stage: 'plan', behind: migration.id } }))?.id).toBe(migration.id);
  });

  it('gives way to a roll back that was approved, and a person is told of what waits', async () => {
    const back = await approved(0, [1], { kind: 'Roll back', agentId: other });
    const cycle = await approved(1, [1], { kind: 'Synchronise' });
    expect((await inTheWay(store, cycle))?.task.id).toBe(back.id);
    await store.tasks.update(back.id, { state: 'Completed' });
    await approved(2, [4], { agentId: other });
    const second = await approved(2, [5]);
    expect(await failure(requireMayBeQueued(store, second))).toBe('CONFLICT');
  });

  it('gives its lease back with the wait: whoever comes next may take it at once', async () => {
    const migration = await approved(0, [1]);
    await store.tasks.claimById(migration.id, 'm', 60_000);
    const cycle = await approved(1, [1], { kind: 'Synchronise' });
    await store.tasks.claimById(cycle.id, 'c', 60_000);
    await fencedStore(store, cycle.id, 'c').transaction(async (tx) => { await waitBehind(tx, cycle, { task: migration, because: 'common object', object: 'Person 1' }); });
    expect(await store.tasks.get(cycle.id)).toMatchObject({ state: 'Queued', leaseOwner: null, leaseUntil: null, planId: null });
    expect((await store.tasks.claimById(cycle.id, 'another', 60_000)).leaseOwner).toBe('another');
    await store.tasks.release(cycle.id, 'c');
    expect((await store.tasks.get(cycle.id)).leaseOwner).toBe('another');
  });
});

describe('a look at the queue', () => {
  it('asks once for each pair of plans what they have in common, however often it looks', async () => {
    const writing = await approved(0, [1], { agentId: other });
    await store.tasks.claimById(writing.id, 'w', 60_000);
    const waiting = await approved(1, [1]);
    const { own, pairs } = asked();
    const take = nextTask(servicesOf(own), { agentId, owner: 'o', goesOn: true });
    for (let look = 0; look < 3; look++) expect(await take(60_000)).toBeUndefined();
    expect(pairs).toEqual([[writing.planId, waiting.planId].toSorted().join(' ')]);
    const free = await approved(2, [3]);
    expect((await take(60_000))?.id).toBe(free.id);
    // Before the transaction that takes it, and not again inside.
    expect(pairs).toHaveLength(2);
  });

  it('finds a task behind more than a page of tasks that wait', async () => {
    const writing = await approved(0, [1], { agentId: other });
    await store.tasks.claimById(writing.id, 'w', 60_000);
    for (let i = 0; i < 205; i++) await approved(0, []);
    const free = await approved(1, [9]);
    expect((await nextTask(servicesOf(store), { agentId, owner: 'o', goesOn: true })(60_000))?.id).toBe(free.id);
  });

  it('does not start again what was cancelled while its process died', async () => {
    const gone = await approved(0, [1]);
    await store.tasks.claimById(gone.id, 'elsewhere:1:gone', 60_000);
    await store.tasks.requestCancel(gone.id);
    await store.tasks.interruptExpired(Date.now() + 120_000);
    expect(await store.transaction((tx) => goOnWith(tx, gone.id, 'left behind'))).toBe(false);
    expect(await store.tasks.get(gone.id)).toMatchObject({ state: 'Cancelled' });
    expect(await nextTask(servicesOf(store), { agentId, owner: 'o', goesOn: true })(60_000)).toBeUndefined();
  });
});
