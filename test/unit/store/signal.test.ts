import { describe, expect, it } from 'vitest';
import { createProject, openProject } from '../../../electron/store/index.ts';
import { queueSchema } from '../../../electron/store/signal/boss.ts';
import { NO_POSTGRES, PAIR, VARIANTS, guid, sandbox } from './fixture.ts';

const { open, place, keep } = sandbox();
const pause = (ms: number) => new Promise<void>((resolve) => { setTimeout(resolve, ms); });

describe.skipIf(NO_POSTGRES)('the signal of new tasks on PostgreSQL', () => {
  it('reaches the agent that it is for, in another process, and no other; also one that begins to listen later', async () => {
    const at = await place('PostgreSQL');
    const console = keep(await createProject({ file: at, name: 'Test', demo: false }));
    const [first, second] = [keep(await openProject(at)), keep(await openProject(at))];
    const nudged: string[] = [];
    const until = async (count: number) => { for (const end = Date.now() + 20_000; nudged.length < count && Date.now() < end;) await pause(5); };
    await first.signal.listen(guid(1), () => { nudged.push('first'); });
    await console.signal.announce([guid(1), guid(2)]);
    await until(1);
    expect(nudged).toEqual(['first']);
    await second.signal.listen(guid(2), () => { nudged.push('second'); });
    await until(2);
    expect(nudged).toEqual(['first', 'second']);
    // Nobody listens any more: that is no error, and one announcement waits, not a hundred.
    await first.signal.close();
    for (let i = 0; i < 10; i++) await console.signal.announce([guid(1)]);
    await console.signal.close();
    await console.signal.close();
  });

  it('lies in a schema of its own, whose name pg-boss takes', () => {
    expect(queueSchema('causeway')).toBe('causeway_queue');
    const [one, two] = [queueSchema('a'.repeat(63)), queueSchema(`${'a'.repeat(62)}b`)];
    expect(one.length).toBeLessThanOrEqual(50);
    expect(one).not.toBe(two);
    expect(one).toMatch(/^[a-z_][a-z0-9_]*$/);
  });
});

describe.each(VARIANTS)('agents with queued tasks ($name)', (variant) => {
  it('are named once each', async () => {
    const store = await open(variant);
    expect(await store.tasks.agentsWaitedFor()).toEqual([]);
    const pair = await store.pairs.create(PAIR);
    const other = await store.agents.create('other');
    const local = (await store.agents.list())[0]?.id ?? '';
    const task = async (agentId: string) => await store.tasks.create({ pairId: pair.id, collectionId: null, kind: 'Discover', settings: {}, createdBy: 'test', agentId });
    await task(local);
    await task(local);
    const { id } = await task(other.id);
    expect(await store.tasks.agentsWaitedFor()).toEqual([local, other.id].toSorted());
    await store.tasks.claimById(id, 'me', 60_000);
    expect(await store.tasks.agentsWaitedFor()).toEqual([local]);
  });
});
