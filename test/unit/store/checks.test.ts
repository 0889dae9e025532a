import { describe, expect, it } from 'vitest';
import type { StoredFinding, Store } from '../../../electron/store/index.ts';
import { CheckRequest } from '../../../shared/contracts/checks.ts';
import { collect, failure, sandbox, seeded, VARIANTS } from './fixture.ts';

const finding = (n: number, more: Partial<StoredFinding> = {}): StoredFinding => ({
  sourceId: `o${n}`, dn: `CN=Ann ${n},DC=x`, name: `Ann ${n}`, kind: 'user', objectClass: 'user', attribute: 'mail', value: `a${n}`, rules: ['mail-length', 'mail-ascii'], errors: ['Length', 'Character'],
  severity: 'error', message: 'too long', proposal: `b${n}`, action: 'Edit', collections: [], ...more,
});
const END = { totals: { checked: 1, errors: 1, warnings: 0, fixable: 1, byRule: [] }, leftOut: [], leftOutTotal: 0, tenantRead: true, whole: true };

describe.each(VARIANTS)('checks ($name)', (variant) => {
  const { open } = sandbox();
  async function check(store: Store, pairId: string, collectionId: string | null, findings: readonly StoredFinding[], whole = true): Promise<string> {
    const { id } = await store.tasks.create({ pairId, collectionId, kind: 'Check', settings: {}, createdBy: 'me' });
    await store.checks.begin({ id, pairId, collectionId, request: CheckRequest.parse({}) });
    await store.checks.append(id, findings);
    await store.checks.finish(id, { ...END, whole });
    return id;
  }
  const names = async (store: Store, id: string, filter = {}) => (await store.checks.pageFindings({ id, ...filter })).rows.map((row) => row.name);

  it('are there once they end, the newest of each scope', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 1);
    expect(await store.checks.latest(pair.id, null)).toBeUndefined();
    const { id } = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Check', settings: {}, createdBy: 'me' });
    await store.checks.begin({ id, pairId: pair.id, collectionId, request: CheckRequest.parse({}) });
    expect(await store.checks.latest(pair.id, collectionId)).toBeUndefined();
    expect(await failure(store.checks.get(id))).toBe('NOT_FOUND');
    const [first, whole] = [await check(store, pair.id, collectionId, [finding(1)]), await check(store, pair.id, null, [finding(1)])];
    const second = await check(store, pair.id, collectionId, []);
    expect((await store.checks.latest(pair.id, collectionId))?.id).toBe(second);
    expect((await store.checks.latest(pair.id, null))?.id).toBe(whole);
    expect(await failure(store.checks.get(first))).toBe('NOT_FOUND');
    await store.tasks.remove(second);
    expect(await store.checks.latest(pair.id, collectionId)).toBeUndefined();
  });

  it('are filtered, sorted and paged', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 1);
    const id = await check(store, pair.id, null, [
      finding(1, { severity: 'warning', rules: ['mail-length-user'], errors: ['Length'] }), finding(2), finding(3, { attribute: 'displayName', proposal: null, action: 'Fail', value: '50%_x' }), finding(4, { name: 'Zoe' }),
    ]);
    expect(await names(store, id)).toEqual(['Ann 2', 'Ann 3', 'Zoe', 'Ann 1']);
    expect(await names(store, id, { sort: 'name' })).toEqual(['Ann 1', 'Ann 2', 'Ann 3', 'Zoe']);
    expect(await names(store, id, { severity: 'warning' })).toEqual(['Ann 1']);
    // A whole word of the rules, in any case; the beginning of another one is none.
    expect(await names(store, id, { rules: ['MAIL-length'] })).toEqual(['Ann 2', 'Ann 3', 'Zoe']);
    expect(await names(store, id, { rules: ['length'] })).toHaveLength(4);
    expect(await names(store, id, { attribute: 'DISPLAYNAME' })).toEqual(['Ann 3']);
    expect(await names(store, id, { fixable: true })).toEqual(['Ann 2', 'Zoe', 'Ann 1']);
    expect(await names(store, id, { search: '%_' })).toEqual(['Ann 3']);
    expect(await names(store, id, { search: 'ZOE' })).toEqual(['Zoe']);
    const first = await store.checks.pageFindings({ id, limit: 3 });
    expect(first).toMatchObject({ total: 4, rows: [{ name: 'Ann 2' }, { name: 'Ann 3' }, { name: 'Zoe' }] });
    expect((await store.checks.pageFindings({ id, limit: 3, after: first.next })).rows.map((row) => row.name)).toEqual(['Ann 1']);
  });

  it('carry decisions over to the next check of the same values, and know what became of them', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 1);
    const first = await check(store, pair.id, collectionId, [finding(1), finding(2), finding(3)]);
    const [one, two, three] = (await store.checks.pageFindings({ id: first })).rows;
    await store.checks.decide([{ number: one!.number, choice: 'EDIT', newValue: 'mine' }, { number: two!.number, choice: 'REMOVE', newValue: null }, { number: three!.number, choice: 'COMPLETE', newValue: null }]);
    expect(await store.checks.decided(first)).toEqual({ edit: 1, remove: 1, complete: 1, fixed: 0 });
    // A check of a part keeps the check of the whole.
    const part = await check(store, pair.id, collectionId, [finding(1)], false);
    expect((await store.checks.finding(part, (await store.checks.pageFindings({ id: part })).rows[0]!.number))).toMatchObject({ choice: 'EDIT', newValue: 'mine', state: 'Decided' });
    expect((await store.checks.get(first)).id).toBe(first);
    const next = await check(store, pair.id, collectionId, [finding(1), finding(2, { value: 'other' }), finding(3)]);
    const rows = (await store.checks.pageFindings({ id: next })).rows;
    expect(rows.map((row) => [row.choice, row.newValue, row.state])).toEqual([['EDIT', 'mine', 'Decided'], ['', null, 'Open'], ['COMPLETE', null, 'Left alone']]);

    const task = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Fix', settings: {}, createdBy: 'me' });
    const plan = await store.plans.create({ taskId: task.id, collectionId, tenantName: 'x', settings: null, confirmation: 'x' });
    await store.plans.appendOperations(plan.id, [{ id: 'op', seq: 1, kind: 'update', service: 'directory', objectKind: 'user', sourceId: 'o1', targetId: null, name: 'Ann 1', changes: [], references: [], previous: [] }]);
    await store.checks.setOperations([{ number: rows[0]!.number, operationId: 'op' }]);
    const state = async () => { const row = await store.checks.finding(next, rows[0]!.number); return [row.state, row.stateMessage]; };
    expect(await state()).toEqual(['Planned', '']);
    await store.plans.setOutcomes([{ operationId: 'op', outcome: 'failed', message: 'no right' }]);
    expect(await state()).toEqual(['Failed', 'no right']);
    await store.plans.setOutcomes([{ operationId: 'op', outcome: 'done', message: '' }]);
    expect(await state()).toEqual(['Fixed', '']);
    expect((await store.checks.decided(next)).fixed).toBe(1);
    await store.checks.forgetOperations(['op']);
    expect(await state()).toEqual(['Decided', '']);
    await store.checks.setOperations([{ number: rows[0]!.number, operationId: 'op' }]);
    await store.tasks.update(task.id, { state: 'Discarded' });
    expect(await state()).toEqual(['Decided', '']);
  });

  it('of two processes at one scope keep the newer one, whichever ends first', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 1);
    const begin = async () => {
      const { id } = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Check', settings: {}, createdBy: 'me' });
      await store.checks.begin({ id, pairId: pair.id, collectionId, request: CheckRequest.parse({}) });
      await store.checks.append(id, [finding(1)]);
      return id;
    };
    const [first, second] = [await begin(), await begin()];
    await store.checks.finish(first, END);
    await store.checks.append(second, [finding(2)]);
    await store.checks.finish(second, END);
    expect(await names(store, second)).toEqual(['Ann 1', 'Ann 2']);
    const [third, fourth] = [await begin(), await begin()];
    await store.checks.finish(fourth, END);
    await store.checks.append(third, [finding(2)]);
    await store.checks.finish(third, END);
    expect((await store.checks.latest(pair.id, collectionId))?.id).toBe(fourth);
    expect(await failure(store.checks.get(third))).toBe('NOT_FOUND');
    expect(await names(store, third)).toEqual([]);
  });

  it('do not carry over a proposal that is proposed no more, only what a person entered', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 1);
    const first = await check(store, pair.id, collectionId, [finding(1), finding(2), finding(3)]);
    const numbers = (await store.checks.pageFindings({ id: first })).rows.map((row) => row.number);
    await store.checks.decide(numbers.map((number, i) => ({ number, choice: 'EDIT', newValue: i === 2 ? 'mine' : `b${i + 1}` })));
    // Another object has taken the value that was proposed for the first one.
    const next = await check(store, pair.id, collectionId, [finding(1, { proposal: null }), finding(2), finding(3, { proposal: null })]);
    expect((await store.checks.pageFindings({ id: next })).rows.map((row) => [row.choice, row.newValue])).toEqual([['', null], ['EDIT', 'b2'], ['EDIT', 'mine']]);
    // The second value was to be removed because another object had it too, the third because a person said so.
    const twice = await check(store, pair.id, null, [finding(2, { proposal: null, action: 'Remove' }), finding(3, { proposal: null, action: 'Fail' })]);
    await store.checks.decide((await store.checks.pageFindings({ id: twice })).rows.map(({ number }) => ({ number, choice: 'REMOVE', newValue: null })));
    const once = await check(store, pair.id, null, [finding(2, { proposal: null, action: 'Fail' }), finding(3, { proposal: null, action: 'Fail' })]);
    expect((await store.checks.pageFindings({ id: once })).rows.map((row) => row.choice)).toEqual(['', 'REMOVE']);
  });

  it('can be decided again when the fix that was to write them was rolled back half-way', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 1);
    const id = await check(store, pair.id, collectionId, [finding(1)]);
    const [row] = (await store.checks.pageFindings({ id })).rows;
    const [fix, back] = [await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Fix', settings: {}, createdBy: 'me' }), await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Roll back', settings: {}, createdBy: 'me' })];
    const plan = await store.plans.create({ taskId: fix.id, collectionId, tenantName: 'x', settings: null, confirmation: 'x' });
    await store.plans.appendOperations(plan.id, [{ id: 'half', seq: 1, kind: 'update', service: 'directory', objectKind: 'user', sourceId: 'o1', targetId: null, name: 'Ann 1', changes: [], references: [], previous: [] }]);
    await store.checks.decide([{ number: row!.number, choice: 'REMOVE', newValue: null }]);
    await store.checks.setOperations([{ number: row!.number, operationId: 'half' }]);
    await store.tasks.update(fix.id, { state: 'Cancelled' });
    // It can be resumed, and would write it.
    expect((await store.checks.finding(id, row!.number)).state).toBe('Planned');
    await store.tasks.update(fix.id, { rolledBackBy: back.id });
    expect((await store.checks.finding(id, row!.number)).state).toBe('Decided');
  });

  it('give what a selection means', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 1);
    const id = await check(store, pair.id, null, [finding(1), finding(2), finding(3, { severity: 'warning' })]);
    const [first] = (await store.checks.pageFindings({ id })).rows;
    const filter = { search: '', rules: [], severity: 'error' as const, attribute: '', choice: '' as const, fixable: false };
    const of = async (selection: Parameters<Store['checks']['resolveFindings']>[1]) => (await collect(store.checks.resolveFindings(id, selection))).map((row) => row.name);
    expect(await of({ mode: 'numbers', numbers: [first!.number, 999_999] })).toEqual(['Ann 1']);
    expect(await of({ mode: 'all except', numbers: [first!.number], filter })).toEqual(['Ann 2']);
  });
});
