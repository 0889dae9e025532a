import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../electron/store/index.ts';
import { skipFor } from '../../servers/available.ts';
import { postgresObstacle } from '../../servers/postgres.ts';
import { works, worksTenant } from '../app/works.ts';
import { door, openCrew, type Crew } from './crew.ts';

const skip = skipFor(await postgresObstacle());
const ANSWERS = { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' };
let crew: Crew;
/** Stops agent `a` when it has made its first accounts and has not heard of it. */
let first: ReturnType<typeof door> | undefined;
beforeEach(async (context) => {
  if (skip) context.skip();
  first = undefined;
  crew = await openCrew(works(), worksTenant(), async (name, request, at) => {
    if (name !== 'a' || at !== 'answer' || first === undefined || !/"url":"\/users"/.test(request)) return;
    const here = first;
    first = undefined;
    await here.pass();
  });
});
afterEach(async () => { await crew?.close(); });

/** The project as a process saw it a minute ago: its leases and signs of life are old. */
const aMinuteAgo = async (): Promise<Store> => await crew.open({ clock: () => Date.now() - 60_000 });
const written = async (store: Store, taskId: string) => {
  const entries: (string | null)[] = [];
  for await (const page of store.journal.iterateOfTask(taskId, { order: 'oldest first' })) entries.push(...page.map((entry) => `${entry.operation.kind} ${entry.operation.name}: ${entry.outcome ?? ''} ${entry.message}`));
  return entries;
};
const created = () => crew.simulator.stats.created;

describe.skipIf(skip)('an agent that is gone', () => {
  it('its queue and its task are taken by another one, which goes on from the journal; the collection stays its own', async () => {
    const a = await crew.start('a');
    await crew.call('collections.moveToAgent', { collectionId: crew.collectionId, agentId: a.id });
    const { taskId } = await crew.call('tasks.migrate', { collectionId: crew.collectionId, settings: ANSWERS });
    await crew.reached(taskId, 'Awaiting approval');
    await a.stop();
    await crew.let(taskId);
    const past = await aMinuteAgo();
    await past.tasks.claimById(taskId, 'elsewhere:1:gone', 1_000);
    await past.agents.heartbeat(a.id);
    const { taskId: queued } = await crew.call('tasks.match', { collectionId: crew.collectionId, breakExisting: false });
    expect((await crew.call('agents.list', {})).rows.find(({ name }) => name === 'a')).toMatchObject({ state: 'gone', alive: false, running: 1, queued: 1, currentTask: { id: taskId, kind: 'Migrate' } });

    const b = await crew.start('b');
    expect(await crew.reached(taskId, 'Completed')).toMatchObject({ failed: 0 });
    await crew.reached(queued, 'Completed');
    expect(created()).toBe(3);
    const store = await crew.open();
    expect((await store.tasks.get(taskId)).agentId).toBe(b.id);
    expect((await store.tasks.get(queued)).agentId).toBe(b.id);
    expect((await crew.call('collections.list', { pairId: crew.pairId })).rows.find(({ id }) => id === crew.collectionId)?.agentId).toBe(a.id);
  });

  it('keeps its tasks when the project says so', async () => {
    expect(await crew.call('agents.settings', {})).toEqual({ takeOver: true, shared: true });
    expect(await crew.call('agents.saveSettings', { takeOver: false })).toEqual({ takeOver: false, shared: true });
    const { id } = await crew.call('agents.create', { name: 'a' });
    await crew.call('collections.moveToAgent', { collectionId: crew.collectionId, agentId: id });
    const [left, queued] = [(await crew.call('tasks.match', { collectionId: crew.collectionId, breakExisting: false })).taskId, (await crew.call('tasks.match', { collectionId: crew.collectionId, breakExisting: false })).taskId];
    const past = await aMinuteAgo();
    await past.tasks.claimById(left, 'elsewhere:1:gone', 1_000);
    await past.agents.heartbeat(id);
    const b = await crew.start('b');
    // The task of another collection, which comes last, shows that the agent has looked at everything.
    const other = await crew.collection('Ben', '(sAMAccountName=ben)', b.id);
    await crew.reached((await crew.call('tasks.match', { collectionId: other, breakExisting: false })).taskId, 'Completed');
    expect(await crew.reached(left, 'Interrupted')).toMatchObject({ canResume: true });
    expect(await crew.call('tasks.get', { id: queued })).toMatchObject({ state: 'Queued', startedAt: null });
  });

  it('and wakes up again has lost its task: it writes nothing more of it, and every account is made once', async () => {
    const [a, b] = [await crew.start('a'), await crew.start('b')];
    await crew.call('collections.moveToAgent', { collectionId: crew.collectionId, agentId: a.id });
    const { taskId } = await crew.call('tasks.migrate', { collectionId: crew.collectionId, settings: ANSWERS });
    await crew.reached(taskId, 'Awaiting approval');
    const here = door();
    first = here;
    await crew.let(taskId);
    await here.reached;
    // As if the process had slept: its lease ends, and the collection is another agent's.
    const store = await crew.open();
    const future = await crew.open({ clock: () => Date.now() + 60_000 });
    await future.tasks.interruptExpired(Date.now() + 60_000);
    await crew.call('collections.moveToAgent', { collectionId: crew.collectionId, agentId: b.id });
    const open = (await store.journal.openIntents(taskId)).length;
    expect(open).toBeGreaterThan(0);
    await crew.call('tasks.resume', { taskId });
    const { message } = await crew.reached(taskId, 'Completed');
    const before = await written(store, taskId);
    here.open();
    await a.stop();
    // It hears the answer now, and keeps it to itself: the journal stays as the other one wrote it, who has looked what is there.
    expect(await written(store, taskId)).toEqual(before);
    expect(created()).toBe(3);
    expect(await crew.call('tasks.get', { id: taskId })).toMatchObject({ state: 'Completed', message });
    expect(await store.journal.openIntents(taskId)).toEqual([]);
    expect((await store.tasks.get(taskId)).agentId).toBe(b.id);
  });
});
