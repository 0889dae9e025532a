import { describe, expect, it } from 'vitest';
import type { MailVerdict } from '../../../shared/domain/cutover.ts';
import { guid, sandbox, seeded, VARIANTS } from './fixture.ts';

const { open } = sandbox();
const PATH = [{ sender: 'internet', hops: ['a "quoted" hop'] }];

describe.each(VARIANTS)('runbooks and the flow of mail ($name)', (variant) => {
  const start = async () => { const store = await open(variant); return { store, pairId: (await seeded(store, 1)).pair.id }; };
  const person = (n: number, name: string, verdict: MailVerdict) => ({ sourceId: guid(n), name, verdict, message: `${name} is ${verdict}`, path: PATH });

  it('keeps steps by runbook in place of what they were', async () => {
    const { store, pairId } = await start();
    const step = { step: 'mx', state: 'passed', checkedAt: 5, result: { deep: [1, null, 'ü'] }, confirmedAt: null, confirmedBy: null, note: '' };
    await store.runbook.save(pairId, 'cutover', step);
    await store.runbook.save(pairId, 'decommission', { ...step, state: 'failed' });
    await store.runbook.save(pairId, 'cutover', { ...step, state: 'confirmed', confirmedAt: 7, confirmedBy: 'ann', note: 'seen' });
    expect(await store.runbook.steps(pairId, 'cutover')).toEqual(new Map([['mx', { ...step, state: 'confirmed', confirmedAt: 7, confirmedBy: 'ann', note: 'seen' }]]));
    expect((await store.runbook.steps(pairId, 'decommission')).get('mx')?.state).toBe('failed');
    expect(await store.runbook.steps(guid(99), 'cutover')).toEqual(new Map());
  });

  it('shows people by name, by verdict and by part of a name, a page at a time', async () => {
    const { store, pairId } = await start();
    const rows = [person(1, 'Zoe', 'loop'), person(2, 'ann', 'delivered'), person(3, 'Ben', 'loop'), person(4, 'Änne', 'twice'), person(5, '100%', 'delivered')];
    await store.mailFlow.savePage(pairId, 'after', 10, rows);
    await store.mailFlow.savePage(pairId, 'before', 10, [person(1, 'Zoe', 'delivered')]);
    expect(await store.mailFlow.end(pairId, 'after', 10, 5)).toBe(true);
    const all = { pairId, situation: 'after', verdict: 'all', search: '' } as const;
    const first = await store.mailFlow.page({ ...all, limit: 2 });
    const second = await store.mailFlow.page({ ...all, limit: 2, after: first.next });
    const third = await store.mailFlow.page({ ...all, limit: 2, after: second.next });
    expect([...first.rows, ...second.rows, ...third.rows].map((one) => one.name)).toEqual(['100%', 'ann', 'Ben', 'Zoe', 'Änne']);
    expect([first.total, third.next]).toEqual([5, null]);
    expect(first.rows[1]).toEqual(rows[1]);
    const names = async (verdict: MailVerdict | 'findings' | 'all', search = '') => (await store.mailFlow.page({ ...all, verdict, search })).rows.map((one) => one.name);
    expect([await names('findings'), await names('loop'), await names('black hole'), await names('all', 'E'), await names('all', '0%')]).toEqual([['Ben', 'Zoe', 'Änne'], ['Ben', 'Zoe'], [], ['Ben', 'Zoe', 'Änne'], ['100%']]);
    expect(await store.mailFlow.counts(pairId, 'after')).toEqual({ runAt: 10, counts: new Map([['loop', 2], ['delivered', 2], ['twice', 1]]) });
    expect(await store.mailFlow.get(pairId, 'after', guid(3))).toEqual(rows[2]);
    expect(await store.mailFlow.get(pairId, 'before', guid(3))).toBeUndefined();
    await expect(store.mailFlow.page({ ...all, after: '{"k":[1],"t":0}' })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
  });

  it('forgets with a new run whom only the one before had followed, and everything when two runs met', async () => {
    const { store, pairId } = await start();
    await store.mailFlow.savePage(pairId, 'after', 10, [person(1, 'Ann', 'loop'), person(2, 'Ben', 'loop')]);
    await store.mailFlow.savePage(pairId, 'before', 10, [person(1, 'Ann', 'loop')]);
    await store.mailFlow.savePage(pairId, 'after', 20, [person(2, 'Ben', 'delivered')]);
    expect(await store.mailFlow.end(pairId, 'after', 20, 1)).toBe(true);
    expect(await store.mailFlow.counts(pairId, 'after')).toEqual({ runAt: 20, counts: new Map([['delivered', 1]]) });
    expect((await store.mailFlow.counts(pairId, 'before'))?.runAt).toBe(10);

    await store.mailFlow.savePage(pairId, 'after', 30, [person(1, 'Ann', 'loop'), person(2, 'Ben', 'loop')]);
    await store.mailFlow.savePage(pairId, 'after', 40, [person(2, 'Ben', 'loop')]);
    expect(await store.mailFlow.end(pairId, 'after', 30, 2)).toBe(false);
    expect(await store.mailFlow.counts(pairId, 'after')).toBeUndefined();
  });

  it('go with their pair', async () => {
    const { store, pairId } = await start();
    await store.runbook.save(pairId, 'cutover', { step: 'mx', state: 'open', checkedAt: null, result: {}, confirmedAt: null, confirmedBy: null, note: '' });
    await store.mailFlow.savePage(pairId, 'after', 10, [person(1, 'Ann', 'loop')]);
    await store.pairs.remove(pairId);
    expect([(await store.runbook.steps(pairId, 'cutover')).size, await store.mailFlow.counts(pairId, 'after')]).toEqual([0, undefined]);
  });
});
