import { describe, expect, it } from 'vitest';
import { createProject, openProject, type Store } from '../../../electron/store/index.ts';
import { SHARED, failure, sandbox, seeded, type Variant } from './fixture.ts';

const { place, keep } = sandbox();

/** Four claimers, each of which has opened the project for itself; processes.test.ts has claimers in processes of their own. */
async function claimers(on: Variant['on']): Promise<{ readonly stores: readonly Store[]; readonly agentId: string; readonly create: () => Promise<string> }> {
  const at = await place(on);
  const first = keep(await createProject({ file: at, name: 'Test', demo: false }));
  const { pair, collectionId } = await seeded(first, 1);
  const stores = [first];
  while (stores.length < 4) stores.push(keep(await openProject(at)));
  const agentId = (await first.agents.list())[0]?.id ?? '';
  return { stores, agentId, create: async () => (await first.tasks.create({ pairId: pair.id, collectionId, kind: 'Migrate', settings: {}, createdBy: 'test' })).id };
}

/** Lets the others have a turn: on one machine the first would take everything. */
const turn = () => new Promise((resolve) => { setTimeout(resolve, 1); });

describe.each(SHARED)('several claimers at once ($name)', ({ on }) => {
  it('get 200 tasks once each, oldest first', async () => {
    const { stores, agentId, create } = await claimers(on);
    const ids: string[] = [];
    for (let i = 0; i < 200; i += 1) ids.push(await create());
    const claimed = await Promise.all(stores.map(async (store, i) => {
      const own: string[] = [];
      for (let task = await store.tasks.claim(agentId, `owner ${i}`, 60_000); task !== undefined; task = await store.tasks.claim(agentId, `owner ${i}`, 60_000)) {
        expect(task).toMatchObject({ state: 'Running', leaseOwner: `owner ${i}`, seq: 2 });
        own.push(task.id);
        await turn();
      }
      return own;
    }));
    expect(claimed.flat().length).toBe(200);
    expect(claimed.flat().toSorted()).toEqual(ids.toSorted());
    expect(claimed.filter((own) => own.length > 0).length).toBe(4);
    for (const own of claimed) expect(own).toEqual(ids.filter((id) => own.includes(id)));
  });

  it('who want the same task: one gets it', async () => {
    const { stores, create } = await claimers(on);
    for (let round = 0; round < 10; round += 1) {
      const id = await create();
      const answers = await Promise.all(stores.map((store, i) => failure(store.tasks.claimById(id, `owner ${i}`, 60_000))));
      expect(answers.toSorted()).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT', 'none']);
      expect((await stores[0]!.tasks.get(id)).leaseOwner).toBe(`owner ${answers.indexOf('none')}`);
    }
  });

  it('changes of one task by several processes are all counted, and a cancel is not lost', async () => {
    const { stores, create } = await claimers(on);
    const id = await create();
    await stores[0]!.tasks.claimById(id, 'a', 60_000);
    await Promise.all([
      ...Array.from({ length: 40 }, (_, i) => stores[i % 4]!.tasks.update(id, { done: i })), stores[1]!.tasks.requestCancel(id), ...Array.from({ length: 10 }, () => stores[2]!.tasks.renewLease(id, 'a', 60_000)),
    ]);
    // Made, taken, 40 changes, one cancel; the lease does not count.
    expect(await stores[3]!.tasks.get(id)).toMatchObject({ seq: 43, state: 'Cancelling', cancelRequested: true });
  });

  it('a lease that ran out is taken by one of them, and interrupted once', async () => {
    const { stores, create } = await claimers(on);
    const id = await create();
    await stores[0]!.tasks.claimById(id, 'gone', -1);
    const found = await Promise.all(stores.map((store) => store.tasks.interruptExpired(Date.now() + 1_000)));
    expect(found.flat().map((task) => task.id)).toEqual([id]);
    await stores[0]!.tasks.release(id, 'gone');
    expect(await stores[0]!.tasks.get(id)).toMatchObject({ state: 'Interrupted', seq: 3 });
  });
});
