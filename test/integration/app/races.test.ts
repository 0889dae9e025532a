import { afterEach, describe, expect, it } from 'vitest';
import type { Services } from '../../../electron/app/services.ts';
import type { Directory } from '../../../electron/engines/directory/index.ts';
import { openRig, type Rig } from './rig.ts';
import { cloudId, GROUPS, PEOPLE, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';

/** A place at which work stops until it is let go on. */
class Gate {
  readonly #reached = Promise.withResolvers<void>();
  readonly #open = Promise.withResolvers<void>();
  closed = false;
  /** Called by the work. */
  async pass(): Promise<void> {
    if (!this.closed) return;
    this.#reached.resolve();
    await this.#open.promise;
  }
  /** Resolves once the work has stopped here. */
  reached(): Promise<void> { return this.#reached.promise; }
  open(): void { this.#open.resolve(); }
}

/** A directory whose readings of a filter stop at the gate after their last page: everything was read, nothing is stored yet. */
const gated = (directory: Directory, filter: string, gate: Gate): Directory => ({
  capabilities: directory.capabilities, rootDse: (signal) => directory.rootDse(signal), schema: (signal) => directory.schema(signal), get: (...of) => directory.get(...of), modify: (...of) => directory.modify(...of), changes: (...of) => directory.changes(...of), searches: 0, close: () => directory.close(),
  async *read(query, signal) {
    yield* directory.read(query, signal);
    if (query.filter.includes(filter)) await gate.pass();
  },
});

describe('Change Scope while a discovery reads the old scope', () => {
  it('the new scope and its objects stay; the discovery says that it was late', async () => {
    const gate = new Gate();
    const services = (all: Services): Services => ({ ...all, openDirectory: async (pair, password) => gated(await all.openDirectory(pair, password), '(department=Sales)', gate) });
    rig = await openRig({ source: works(), seed: worksTenant(), members: null, services });
    const { id } = await rig.call('collections.createDynamic', { pairId: rig.pairId, name: 'Moving', scope: { base: PEOPLE, filter: '(department=Sales)' } });
    expect(Object.keys(await rig.objects(id)).toSorted()).toEqual(['Ann', 'Ben']);
    gate.closed = true;
    const { taskId } = await rig.call('tasks.discover', { pairId: rig.pairId });
    await gate.reached();
    // The discovery has read Ann and Ben and stands still; meanwhile somebody gives the collection another scope.
    const other = { base: GROUPS, filter: '(cn=Sales)' };
    expect(await rig.call('collections.changeScope', { id, scope: other })).toMatchObject({ added: 1, removed: 2 });
    gate.open();
    expect((await rig.ended(taskId)).state).toMatch(/^Completed/);
    expect(await rig.call('collections.get', { id })).toMatchObject({ scope: other, objects: 1 });
    expect(Object.keys(await rig.objects(id))).toEqual(['Sales']);
    expect((await rig.call('tasks.items', { taskId })).rows).toMatchObject([{ name: 'Moving', status: 'Failed', message: expect.stringContaining('was given another scope meanwhile') }]);
  });
});

describe('licence rules that are changed after a plan was made', () => {
  it('make the plan outdated: it is not applied unless a person has seen it', async () => {
    rig = await openRig({ source: works(), seed: { ...worksTenant(), skus: [{ skuId: E3, skuPartNumber: 'SPE_E3', enabled: 10 }] } });
    const owner = { kind: 'collection', id: rig.collectionId } as const;
    const save = async (id?: string, value = 'Head of Sales') => await rig.call('licences.save', { owner, rule: { ...(id === undefined ? {} : { id }), enabled: true, action: 'assign', when: 'always', partNumber: 'SPE_E3', disabledPlans: [], condition: { kind: 'attribute equals', attribute: 'title', value } } });
    const rule = await save();
    const licences = (n: number) => rig.simulator.snapshot().users.find((u) => u.id === cloudId(n))?.properties['assignedLicenses'];
    const { task, plan } = await rig.plan({ countryCode: 'NO' });
    expect(plan.counts.licencesAssigned).toBe(1);
    const before = rig.simulator.snapshot();
    await save(rule.id, 'Clerk');
    expect(await rig.refused('tasks.approve', { taskId: task.id, confirmation: plan.confirmation })).toMatchObject({ code: 'DRIFT', message: expect.stringContaining('licence rules') });
    expect(rig.simulator.snapshot()).toEqual(before);
    // Back as it was, the plan is as good as before.
    await save(rule.id);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect([licences(11), licences(13)]).toMatchObject([[{ skuId: E3 }], undefined]);
  });
});
