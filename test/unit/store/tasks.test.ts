import { describe, expect, it } from 'vitest';
import type { JournalIntent, Store } from '../../../electron/store/index.ts';
import { PAIR, VARIANTS, collect, failure, guid, operation, sandbox, seeded, type Variant } from './fixture.ts';

const { open } = sandbox();

/** A store whose clock stands still until the test moves it. */
async function timed(variant: Variant): Promise<{ store: Store; time: { now: number }; agentId: string; create: (createdBy?: string) => Promise<string> }> {
  const time = { now: 1_000_000 };
  const store = await open({ ...variant, environment: { ...variant.environment, clock: () => time.now } });
  const { pair, collectionId } = await seeded(store, 3);
  const agentId = (await store.agents.list())[0]?.id ?? '';
  return { store, time, agentId, create: async (createdBy = 'test') => (await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Migrate', settings: { a: 1 }, createdBy })).id };
}

describe.each(VARIANTS)('tasks ($name)', (variant) => {
  it('creates, lists newest first and updates with a growing seq', async () => {
    const { store, create } = await timed(variant);
    const [first, second] = [await create(), await create()];
    expect((await store.tasks.list()).map((task) => task.id)).toEqual([second, first]);
    expect(await store.tasks.get(first)).toMatchObject({ state: 'Queued', phase: 'queue', settings: { a: 1 }, collectionName: 'First', seq: 1, checkpoint: null, total: null, leaseOwner: null });
    const changed = await store.tasks.update(first, { done: 3, failed: 1, total: 9, message: 'm', checkpoint: { at: 3 }, planId: guid(1), throttledMs: 5.4, timeLeftMs: 7 });
    expect(changed).toMatchObject({ done: 3, failed: 1, total: 9, message: 'm', checkpoint: { at: 3 }, planId: guid(1), throttledMs: 5, timeLeftMs: 7, seq: 2 });
    expect(await failure(store.tasks.update(first, { state: 'Running' }))).toBe('CONFLICT');
    expect(await failure(store.tasks.get(guid(5)))).toBe('NOT_FOUND');
    expect((await store.tasks.list({ limit: 1 }))).toHaveLength(1);
    expect((await store.tasks.list({ collectionId: guid(1) }))).toEqual([]);
  });

  it('keeps the name of a renamed and of a removed collection', async () => {
    const { store, create } = await timed(variant);
    const task = await store.tasks.get(await create());
    await store.collections.rename(task.collectionId ?? '', 'Second');
    await store.collections.remove(task.collectionId ?? '');
    expect(await store.tasks.get(task.id)).toMatchObject({ collectionId: null, collectionName: 'Second' });
  });

  it('gives each queued task to one claimer, oldest first', async () => {
    const { store, time, agentId, create } = await timed(variant);
    const [first, second] = [await create(), await create()];
    expect(await store.tasks.claim(guid(1), 'a', 1000)).toBeUndefined();
    expect(await store.tasks.claim(agentId, 'a', 1000)).toMatchObject({ id: first, state: 'Running', leaseOwner: 'a', leaseUntil: time.now + 1000, startedAt: time.now });
    expect((await store.tasks.claim(agentId, 'b', 1000))?.id).toBe(second);
    expect(await store.tasks.claim(agentId, 'a', 1000)).toBeUndefined();
    expect((await store.agents.list())[0]).toMatchObject({ queued: 0, running: 2, collections: 1 });
  });

  it('keeps a task with its owner while the lease is live', async () => {
    const { store, time, create } = await timed(variant);
    const id = await create();
    await store.tasks.claimById(id, 'a', 1000);
    expect(await failure(store.tasks.claimById(id, 'b', 1000))).toBe('CONFLICT');
    expect((await store.tasks.claimById(id, 'a', 1000)).leaseOwner).toBe('a');
    time.now += 900;
    expect(await store.tasks.renewLease(id, 'a', 1000)).toBe(true);
    expect(await store.tasks.renewLease(id, 'b', 1000)).toBe(false);
    time.now += 900;
    expect(await store.tasks.interruptExpired(time.now)).toEqual([]);
    time.now += 200;
    expect((await store.tasks.claimById(id, 'b', 1000)).leaseOwner).toBe('b');
    expect(await store.tasks.renewLease(id, 'a', 1000)).toBe(false);
    expect(await failure(store.tasks.update(id, { done: 1 }, 'a'))).toBe('CONFLICT');
    expect((await store.tasks.update(id, { state: 'Completed' }, 'b'))).toMatchObject({ leaseOwner: null, leaseUntil: null });
    expect(await failure(store.tasks.claimById(id, 'b', 1000))).toBe('CONFLICT');
  });

  it('interrupts what nobody runs any more, once', async () => {
    const { store, time, agentId, create } = await timed(variant);
    const id = await create();
    await create();
    await store.tasks.claim(agentId, 'a', 1000);
    expect(await store.tasks.interruptExpired(time.now + 1000)).toEqual([]);
    expect(await store.tasks.interruptExpired(time.now + 1001)).toMatchObject([{ id, state: 'Interrupted', leaseOwner: null }]);
    expect(await store.tasks.interruptExpired(time.now + 5000)).toEqual([]);
    expect((await store.tasks.claimById(id, 'b', 1000)).state).toBe('Running');
    await store.tasks.release(id, 'x');
    expect((await store.tasks.get(id)).leaseOwner).toBe('b');
    await store.tasks.release(id, 'b');
    expect(await store.tasks.get(id)).toMatchObject({ state: 'Interrupted', leaseOwner: null });
  });

  it('cancels: at once when nobody runs it, else by asking', async () => {
    const { store, time, create } = await timed(variant);
    const [queued, running, ended] = [await create(), await create(), await create()];
    expect((await store.tasks.requestCancel(queued)).state).toBe('Cancelled');
    await store.tasks.claimById(running, 'a', 1000);
    expect(await store.tasks.cancelRequested(running)).toBe(false);
    expect((await store.tasks.requestCancel(running)).state).toBe('Cancelling');
    expect(await store.tasks.cancelRequested(running)).toBe(true);
    expect(await store.tasks.renewLease(running, 'a', 1000)).toBe(true);
    time.now += 2000;
    expect((await store.tasks.requestCancel(running)).state).toBe('Cancelled');
    await store.tasks.claimById(ended, 'a', 1000);
    await store.tasks.update(ended, { state: 'Completed with errors' });
    expect((await store.tasks.requestCancel(ended)).state).toBe('Completed with errors');
  });

  it('keeps items in order, with problems apart', async () => {
    const { store, create } = await timed(variant);
    const id = await create();
    const items = Array.from({ length: 45 }, (_, i) => ({ objectId: guid(i), name: `n${i}`, kind: 'user' as const, status: i % 3 === 0 ? 'Failed' : 'Migrated', message: '', at: i }));
    await store.tasks.addItems(id, items.slice(0, 40));
    await store.tasks.addItems(id, items.slice(40));
    const first = await store.tasks.pageItems({ taskId: id, limit: 30 });
    const second = await store.tasks.pageItems({ taskId: id, limit: 30, after: first.next });
    expect([...first.rows, ...second.rows]).toEqual(items);
    expect([first.total, second.total, second.next]).toEqual([45, 45, null]);
    expect((await store.tasks.pageItems({ taskId: id, onlyProblems: true })).rows).toEqual(items.filter((item) => item.status === 'Failed'));
    expect(await store.tasks.itemCounts(id)).toEqual({ total: 45, problems: 15, byStatus: { Failed: 15, Migrated: 30 } });
    expect(await failure(store.tasks.pageItems({ taskId: id, after: '{"k":["a"],"t":1}' }))).toBe('INVALID_INPUT');
  });

  it('refuses to remove a running task and removes an ended one', async () => {
    const { store, create } = await timed(variant);
    const id = await create();
    await store.tasks.addItems(id, [{ objectId: null, name: 'n', kind: 'user', status: 'x', message: '', at: 1 }]);
    await store.tasks.claimById(id, 'a', 1000);
    expect(await failure(store.tasks.remove(id))).toBe('CONFLICT');
    await store.tasks.update(id, { state: 'Completed' });
    await store.tasks.remove(id);
    expect(await failure(store.tasks.get(id))).toBe('NOT_FOUND');
  });
});

describe.each(VARIANTS)('plans ($name)', (variant) => {
  async function planned() {
    const { store, create } = await timed(variant);
    const taskId = await create();
    const { collectionId } = await store.tasks.get(taskId);
    const plan = await store.plans.create({ taskId, collectionId, tenantName: 'Contoso', settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' }, confirmation: 'Contoso' });
    return { store, taskId, collectionId: collectionId ?? '', plan };
  }

  it('shows nothing of a plan that is being written, and removes what was left of one', async () => {
    const { store, taskId, collectionId, plan } = await planned();
    const waiting = { sourceId: guid(1), attribute: 'manager', dn: 'CN=Boss', reason: 'not matched' };
    await store.plans.appendOperations(plan.id, [operation(1)]);
    const begin = async () => {
      const { id } = await store.plans.create({ taskId, collectionId, tenantName: 'Contoso', settings: null, confirmation: 'Contoso', state: 'unfinished' });
      await store.plans.appendOperations(id, [{ ...operation(1), id: guid(77) }]);
      await store.plans.appendUnresolved(id, [waiting]);
      return id;
    };
    const left = await begin();
    expect((await store.plans.operationsOfObject(guid(1))).map((row) => row.planId)).toEqual([plan.id]);
    expect(await store.plans.unresolvedOfObject(collectionId, guid(1))).toEqual([]);
    await store.plans.removeUnfinished(taskId);
    expect(await failure(store.plans.get(left))).toBe('NOT_FOUND');
    expect(await store.plans.get(plan.id)).toMatchObject({ id: plan.id });
    const next = await begin();
    await store.plans.saveSummary(next, { counts: plan.counts, guard: [], findings: { errors: 0, warnings: 0 }, unresolved: 1, conflicts: 0 });
    await store.plans.removeUnfinished(taskId);
    expect(await store.plans.unresolvedOfObject(collectionId, guid(1))).toEqual([waiting]);
    expect((await store.plans.operationsOfObject(guid(1))).map((row) => row.planId).toSorted()).toEqual([plan.id, next].toSorted());
  });

  it('keeps operations as planned and their outcomes', async () => {
    const { store, plan } = await planned();
    const create = operation(1, { kind: 'create', targetId: null, name: 'Ann 100%', changes: [{ ...operation(1).changes[0], conflict: 'changed since' } as never] });
    const operations = [create, ...Array.from({ length: 24 }, (_, i) => operation(i + 2))];
    await store.plans.appendOperations(plan.id, operations.slice(0, 10));
    await store.plans.appendOperations(plan.id, operations.slice(10));
    expect((await collect(store.plans.iterateOperations(plan.id, { pageSize: 7 })))).toEqual(operations.map((item) => ({ ...item, planId: plan.id, outcome: 'pending', message: '' })));
    await store.plans.setOutcomes([{ operationId: create.id, outcome: 'done', message: 'ok', targetId: 'new-id' }, { operationId: guid(2, 9), outcome: 'failed', message: 'no' }]);
    expect(await store.plans.outcomeCounts(plan.id)).toEqual({ pending: 23, sent: 0, done: 1, unchanged: 0, failed: 1, drifted: 0, skipped: 0 });
    expect(await collect(store.plans.iterateOperations(plan.id, { outcomes: ['done', 'failed'] }))).toMatchObject([{ seq: 1, targetId: 'new-id', message: 'ok' }, { seq: 2, targetId: guid(2, 7), outcome: 'failed' }]);
    const page = await store.plans.pageOperations({ planId: plan.id, limit: 20 });
    const rest = await store.plans.pageOperations({ planId: plan.id, limit: 20, after: page.next });
    expect([...page.rows, ...rest.rows].map((row) => row.seq)).toEqual(operations.map((item) => item.seq));
    expect((await store.plans.pageOperations({ planId: plan.id, search: '100%' })).rows.map((row) => row.seq)).toEqual([1]);
    expect((await store.plans.pageOperations({ planId: plan.id, kind: 'create' })).total).toBe(1);
    expect((await store.plans.pageOperations({ planId: plan.id, outcome: 'failed' })).rows.map((row) => row.seq)).toEqual([2]);
    expect((await store.plans.operationsOfObject(guid(1))).map((row) => row.seq)).toEqual([1]);
  });

  it('takes objects out of a plan that is being made, and numbers the rest without gaps and in order', async () => {
    const { store, plan } = await planned();
    const numbers = [3, 4, 10, 11, 12, 2_000, 2_001, ...Array.from({ length: 1_100 }, (_, i) => 5_000 + i), 9_999];
    // Stored in another order than they are numbered, as planning does.
    await store.plans.appendOperations(plan.id, numbers.map((seq, i) => operation(i + 1, { seq })).toReversed());
    expect((await store.plans.operationsOn(plan.id, [guid(2), guid(7), guid(9_999)])).map(({ seq }) => seq)).toEqual([4, 2_001]);
    await store.plans.removeOperations(plan.id, await store.plans.operationsOn(plan.id, [guid(4)]));
    const order = (await collect(store.plans.iterateOperations(plan.id))).map(({ id }) => id);
    // Others are not kept waiting for all of it: it is nobody's plan yet.
    const ended: string[] = [];
    await Promise.all([store.plans.closeGaps(plan.id).then(() => { ended.push('gaps closed'); }), store.plans.get(plan.id).then(() => store.plans.get(plan.id)).then(() => { ended.push('something else'); })]);
    expect(ended).toEqual(['something else', 'gaps closed']);
    const closed = await collect(store.plans.iterateOperations(plan.id));
    expect(closed.map(({ id }) => id)).toEqual(order);
    expect(closed.map(({ seq }) => seq)).toEqual(order.map((_, i) => i + 1));
    await store.plans.closeGaps(plan.id);
    expect((await collect(store.plans.iterateOperations(plan.id))).map(({ seq }) => seq)).toEqual(order.map((_, i) => i + 1));
    const finding = { sourceId: guid(1), name: 'a', attribute: 'mail', value: '', rule: 'planning', severity: 'warning', message: 'm', proposal: null } as const;
    await store.plans.appendFindings(plan.id, [finding, { ...finding, rule: 'mail', severity: 'error' }, { ...finding, sourceId: guid(2) }, { ...finding, sourceId: null }]);
    await store.plans.appendUnresolved(plan.id, [1, 2].map((n) => ({ sourceId: guid(n), attribute: 'member', dn: 'CN=a', reason: 'r' })));
    expect(await store.plans.totals(plan.id)).toEqual({ findings: { errors: 1, warnings: 3 }, unresolved: 2 });
    await store.plans.removeFindings(plan.id, [guid(1)], 'planning');
    await store.plans.removeUnresolved(plan.id, [guid(1)]);
    expect(await store.plans.totals(plan.id)).toEqual({ findings: { errors: 1, warnings: 2 }, unresolved: 1 });
  });

  it('keeps summary, skips, findings and what waits', async () => {
    const { store, plan, collectionId } = await planned();
    expect(plan.counts.operations).toBe(0);
    const counts = { ...plan.counts, creates: 4, operations: 4 };
    const guard = [{ limit: 'creates', count: 4, allowed: 1, message: 'too many' }] as const;
    expect(await store.plans.saveSummary(plan.id, { counts, guard, findings: { errors: 1, warnings: 2 }, unresolved: 3, conflicts: 0, confirmation: 'Contoso 4' })).toEqual({
      ...plan, counts, guard, findings: { errors: 1, warnings: 2 }, unresolved: 3, confirmation: 'Contoso 4',
    });
    const skips = Array.from({ length: 5 }, (_, i) => ({ sourceId: guid(i), name: `s${i}`, kind: 'group' as const, status: 'Skipped' as const, reason: 'r' }));
    await store.plans.appendSkips(plan.id, skips);
    const first = await store.plans.pageSkips({ planId: plan.id, limit: 3 });
    expect([...first.rows, ...(await store.plans.pageSkips({ planId: plan.id, limit: 3, after: first.next })).rows]).toEqual(skips);
    const finding = { sourceId: null, name: 'n', attribute: 'mail', value: 'v', rule: 'R1', severity: 'error', message: 'm', proposal: null } as const;
    await store.plans.appendFindings(plan.id, [finding]);
    expect(await store.plans.pageFindings({ planId: plan.id })).toEqual({ rows: [finding], next: null, total: 1 });
    const waiting = { sourceId: guid(1), attribute: 'member', dn: 'CN=X', reason: 'no match' };
    await store.plans.appendUnresolved(plan.id, [waiting, { ...waiting, sourceId: guid(2) }]);
    expect(await store.plans.unresolvedOfObject(collectionId, guid(1))).toEqual([waiting]);
    expect((await store.plans.pageUnresolved({ planId: plan.id })).total).toBe(2);
    expect(await failure(store.plans.get(guid(1)))).toBe('NOT_FOUND');
  });
});

describe.each(VARIANTS)('journal ($name)', (variant) => {
  const intent = (taskId: string, n: number, more: Partial<JournalIntent> = {}): JournalIntent =>
    ({ id: guid(n, 11), taskId, planId: guid(1), operationId: guid(n, 9), sourceId: guid(1), targetId: null, kind: 'update', operation: operation(n), before: { attributes: { city: ['Bonn'] } }, intentAt: 100 + n, ...more });

  it('keeps intents open until they are settled, then for good', async () => {
    const { store, create } = await timed(variant);
    const taskId = await create();
    await store.journal.intend([intent(taskId, 1), intent(taskId, 2, { before: null }), intent(taskId, 3)]);
    expect((await store.journal.openIntents(taskId)).map((entry) => entry.id)).toEqual([guid(1, 11), guid(2, 11), guid(3, 11)]);
    await store.journal.settle([{ id: guid(1, 11), outcome: 'done', message: '', at: 200, targetId: 'made' }, { id: guid(2, 11), outcome: 'failed', message: 'refused', at: 201 }]);
    expect(await store.journal.openIntents(taskId)).toMatchObject([{ id: guid(3, 11), outcome: null, settledAt: null }]);
    await store.journal.settle([{ id: guid(1, 11), outcome: 'done', message: 'again', at: 300 }]);
    expect(await failure(store.journal.settle([{ id: guid(3, 11), outcome: 'done', message: '', at: 1 }, { id: guid(1, 11), outcome: 'failed', message: '', at: 300 }]))).toBe('CONFLICT');
    expect(await failure(store.journal.settle([{ id: guid(99, 11), outcome: 'done', message: '', at: 300 }]))).toBe('NOT_FOUND');
    expect(await store.journal.openIntents(taskId)).toHaveLength(1);
    const [done] = await collect(store.journal.iterateOfTask(taskId, { outcome: 'done', order: 'newest first' }));
    expect(done).toMatchObject({ ...intent(taskId, 1), targetId: 'made', outcome: 'done', message: '', settledAt: 200, undoneBy: null });
    expect(await failure(store.journal.intend([intent(taskId, 4), intent(taskId, 1)]))).toBe('CONFLICT');
    expect(await failure(store.journal.intend([intent(guid(77), 5)]))).toBe('NOT_FOUND');
    expect(await store.journal.openIntents(taskId)).toHaveLength(1);
  });

  it('walks a long task in both orders and an object newest first; undone is noted and counted', async () => {
    const { store, create } = await timed(variant);
    const taskId = await create();
    const numbers = Array.from({ length: 1203 }, (_, i) => i + 1);
    await store.journal.intend(numbers.map((n) => intent(taskId, n)));
    await store.journal.settle(numbers.map((n) => ({ id: guid(n, 11), outcome: n % 400 === 0 ? 'drifted' as const : 'done' as const, message: '', at: n })));
    const up = await collect(store.journal.iterateOfTask(taskId, { outcome: 'done', order: 'oldest first' }));
    const down = await collect(store.journal.iterateOfTask(taskId, { outcome: 'done', order: 'newest first' }));
    expect(up).toHaveLength(1200);
    expect(down.map((entry) => entry.id)).toEqual(up.map((entry) => entry.id).toReversed());
    expect(up.map((entry) => entry.sequence)).toEqual(up.map((entry) => entry.sequence).toSorted((a, b) => a - b));
    expect(await collect(store.journal.iterateOfTask(taskId, { order: 'oldest first' }))).toHaveLength(1203);
    const { pairId } = await store.tasks.get(taskId);
    expect((await store.journal.ofObject(pairId, guid(1), 2)).map((entry) => entry.id)).toEqual([guid(1203, 11), guid(1202, 11)]);
    await store.journal.markUndone([guid(1, 11), guid(2, 11)], guid(42));
    expect((await store.journal.ofObject(pairId, guid(1), 2000)).filter((entry) => entry.undoneBy === guid(42))).toHaveLength(2);
    const { collectionId } = await store.tasks.get(taskId);
    expect((await store.collections.statistics({ collectionId: collectionId ?? '' })).operations).toEqual({ done: 1200, failed: 0, drifted: 3, rolledBack: 2 });
    // The journal outlives its task.
    await store.tasks.remove(taskId);
    expect(await store.journal.ofObject(pairId, guid(1), 1)).toHaveLength(1);
  });

  it('works inside a larger transaction', async () => {
    const { store, create } = await timed(variant);
    const taskId = await create();
    await expect(store.transaction(async (within) => {
      await within.journal.intend([intent(taskId, 1)]);
      expect(await within.journal.openIntents(taskId)).toHaveLength(1);
      throw new Error('back');
    })).rejects.toThrow('back');
    expect(await store.journal.openIntents(taskId)).toEqual([]);
    expect(PAIR.name).toBe('Contoso');
  });
});
