import { beforeEach, describe, expect, it } from 'vitest';
import { leaveToOthers, leftToOthers, linksElsewhere, writtenBy } from '../../../electron/app/references-elsewhere.ts';
import { inTheWay } from '../../../electron/app/task-writers.ts';
import type { PlannedOperation, Store, TaskRecord } from '../../../electron/store/index.ts';
import type { Outcome } from '../../../shared/domain/plans.ts';
import type { TaskKind, TaskState } from '../../../shared/domain/statuses.ts';
import { VARIANTS, collect, guid, operation, PAIR, sandbox, source, target } from '../store/fixture.ts';

const { open } = sandbox();
/** The group that waits, and whom it waits for. */
const [GROUP, ANN, BEN] = [guid(21), guid(11), guid(12)];
const SETTINGS = { settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' }, ids: null };

describe.each(VARIANTS)('references that several plans could write ($name)', (variant) => {
  let store: Store;
  let pairId: string;
  let collections: readonly string[];
  let numbers: number;
  beforeEach(async () => {
    numbers = 100;
    store = await open(variant);
    pairId = (await store.pairs.create(PAIR)).id;
    collections = [(await store.collections.create({ pairId, name: 'First' })).id, (await store.collections.create({ pairId, name: 'Second' })).id];
    await store.sources.upsertPage(pairId, [source(11), source(12), source(21, { kind: 'group', links: { member: [source(11).dn, source(12).dn] } })], 'run');
    await store.targets.upsertPage(pairId, [target(11), target(12), target(21, { kind: 'group', links: { members: [] } })], 'run');
    await store.matches.saveAll(pairId, [11, 12, 21].map((n) => ({ sourceId: guid(n), state: 'Matched', targetId: guid(n, 7), ruleId: null, pinned: false, evidence: [], risks: [], reason: '' })));
    const { id: taskId } = await store.tasks.create({ pairId, collectionId: null, kind: 'Migrate', settings: {}, createdBy: 'me' });
    await store.tasks.update(taskId, { state: 'Completed' });
    await store.references.record(pairId, { taskId, collectionId: collections[0] ?? '' }, [11, 12].map((n) => ({ sourceId: GROUP, attribute: 'member', dn: source(n).dn, reason: 'has no match in the tenant yet' })), []);
  });

  const adds = (...who: readonly string[]): PlannedOperation => operation(++numbers, { kind: 'add members', objectKind: 'group', sourceId: GROUP, targetId: guid(21, 7), name: 'Sales', changes: [], references: who.map((sourceId) => ({ sourceId, targetId: null, name: sourceId })) });
  const own = (): PlannedOperation => operation(++numbers, { sourceId: guid(numbers), targetId: guid(numbers, 7) });
  /** A task with a plan of these operations. */
  async function planned(collection: number, operations: readonly PlannedOperation[], { state = 'Queued', stage = 'apply', kind = 'Migrate' }: { readonly state?: TaskState; readonly stage?: 'plan' | 'apply'; readonly kind?: TaskKind } = {}): Promise<TaskRecord & { readonly planId: string }> {
    const task = await store.tasks.create({ pairId, collectionId: collections[collection] ?? '', kind, settings: SETTINGS, createdBy: 'me' });
    const { id: planId } = await store.plans.create({ taskId: task.id, collectionId: task.collectionId, tenantName: 't', settings: null, confirmation: 'x' });
    await store.plans.appendOperations(planId, operations);
    if (state === 'Running' || state === 'Cancelling') await store.tasks.claimById(task.id, 'o', 60_000);
    if (state === 'Cancelling') await store.tasks.requestCancel(task.id);
    return { ...await store.tasks.update(task.id, { planId, checkpoint: { stage }, ...(state === 'Running' || state === 'Cancelling' ? {} : { state }) }), planId };
  }
  const entries = () => collect(store.references.iterateOpen(pairId));
  /** Whose members a plan that is being made leaves to others. */
  const left = async (): Promise<readonly (string | null)[]> => {
    const all = await entries();
    const by = await (await linksElsewhere(store, pairId)).among(all);
    return all.filter((one) => by(one) !== undefined).map((one) => one.otherId);
  };

  it.each<{ readonly what: string; readonly more: Parameters<typeof planned>[2]; readonly outcome?: Outcome; readonly is: 'left' | 'kept' }>([
    { what: 'approved and in the queue', more: {}, is: 'left' },
    { what: 'at work', more: { state: 'Running' }, is: 'left' },
    { what: 'at work, and has written it', more: { state: 'Running' }, outcome: 'done', is: 'left' },
    { what: 'a cycle at work', more: { state: 'Running', kind: 'Synchronise' }, is: 'left' },
    { what: 'at work, and has failed to write it', more: { state: 'Running' }, outcome: 'failed', is: 'kept' },
    { what: 'waiting for approval', more: { state: 'Awaiting approval', stage: 'plan' }, is: 'kept' },
    { what: 'scheduled', more: { state: 'Scheduled', stage: 'plan' }, is: 'kept' },
    { what: 'being made', more: { state: 'Running', stage: 'plan' }, is: 'kept' },
    { what: 'being cancelled', more: { state: 'Cancelling' }, is: 'kept' },
    { what: 'interrupted', more: { state: 'Interrupted' }, is: 'kept' },
    { what: 'ended', more: { state: 'Completed with errors' }, is: 'kept' },
    { what: 'a roll back', more: { kind: 'Roll back' }, is: 'kept' },
  ])('are $is when the other plan is $what', async ({ more, outcome, is }) => {
    const writes = adds(ANN);
    const other = await planned(0, [own(), writes], more);
    if (outcome !== undefined) await store.plans.setOutcomes([{ operationId: writes.id, outcome, message: '' }]);
    expect(await left()).toEqual(is === 'left' ? [ANN] : []);
    const task = await planned(1, [own(), adds(ANN)], { state: 'Awaiting approval', stage: 'plan' });
    expect(await leaveToOthers(store, task)).toBe(is === 'left' ? 1 : 0);
    const [mine] = await store.plans.operationsOn(task.planId, [GROUP]);
    expect(mine?.outcome).toBe(is === 'left' ? 'unchanged' : 'pending');
    expect((await store.plans.pageUnresolved({ planId: task.planId })).rows.map((row) => row.dn)).toEqual(is === 'left' ? [source(11).dn] : []);
    if (is === 'left') {
      expect(mine?.message).toBe(`Left to the ${other.kind} task of "First", which was approved before and writes the same.`);
      // Neither has to wait for the other one.
      expect(await inTheWay(store, task, 'approved or at work')).toBeUndefined();
    }
    // Both wait in the ledger until somebody has written them.
    expect((await entries()).map((one) => one.otherId)).toEqual([ANN, BEN]);
  });

  it('stay with a plan that writes more of the object than others do, or that was asked to migrate it', async () => {
    await planned(0, [adds(ANN)]);
    const more = await planned(1, [adds(ANN, BEN)], { state: 'Awaiting approval', stage: 'plan' });
    expect(await leaveToOthers(store, more)).toBe(0);
    const values = await planned(1, [adds(ANN), operation(50, { sourceId: GROUP, targetId: guid(21, 7) })], { state: 'Awaiting approval', stage: 'plan' });
    expect(await leaveToOthers(store, values)).toBe(0);
    await store.collections.addMembers(collections[1] ?? '', [GROUP]);
    const asked = await planned(1, [adds(ANN)], { state: 'Awaiting approval', stage: 'plan' });
    expect(await leaveToOthers(store, asked)).toBe(0);
    expect(await leaveToOthers(store, { ...asked, settings: { ...SETTINGS, ids: [ANN] } })).toBe(1);
    expect(await inTheWay(store, more, 'approved or at work')).toMatchObject({ because: 'common object' });
  });

  it('are never left to a plan that itself left them to another one', async () => {
    const first = await planned(0, [adds(ANN)]);
    const second = await planned(1, [own(), adds(ANN)]);
    expect(await leaveToOthers(store, second)).toBe(1);
    await store.tasks.update(first.id, { state: 'Cancelled' });
    expect(await left()).toEqual([]);
  });

  it('are told of in one sentence for each task', async () => {
    const task = await planned(0, []);
    expect(leftToOthers({ name: 'Contoso' }, new Map([[task, 2]])).map((one) => one.message)).toEqual(['2 references of objects outside this migration could be written now, and are left to the Migrate task of "First", which was approved before and writes them. Should that fail, the next plan has them.']);
    expect(leftToOthers({ name: 'Contoso' }, new Map([[task, 1]]))[0]?.message).toContain('1 reference of objects outside this migration could be written now, and is left');
  });

  it('count as written only by the plan that wrote them, or where they were there before', async () => {
    const { planId } = await planned(0, [adds(ANN)], { state: 'Running' });
    const open = (await entries()).flatMap((one) => (one.otherId === null ? [] : [{ ...one, otherId: one.otherId }]));
    const written = writtenBy({ store }, pairId, planId);
    expect((await written(open)).map((one) => one.otherId)).toEqual([ANN]);
    expect(await written(open.filter((one) => one.otherId === BEN))).toEqual([]);
    await store.targets.setLinks(pairId, guid(21, 7), 'members', [guid(12, 7)]);
    expect((await written(open)).map((one) => one.otherId)).toEqual([ANN, BEN]);
  });
});
