import { describe, expect, it } from 'vitest';
import type { DriftFound, WrittenAgreement } from '../../../electron/store/index.ts';
import { attributeCode, memberCode, readAgreed, readMembers, valueCode, writeAgreed, writeMembers } from '../../../shared/rules/agreed.ts';
import { VARIANTS, sandbox, seeded } from './fixture.ts';

const { open } = sandbox();
const found = (sourceId: string, more: Partial<DriftFound> = {}): DriftFound => ({ sourceId, attribute: 'jobTitle', item: '', targetId: `t-${sourceId}`, expected: ['by the rules'], actual: ['by hand'], state: 'open', planId: null, ...more });

describe.each(VARIANTS)('changes of others ($name)', (variant) => {
  const start = async () => {
    const store = await open(variant);
    const { pair, collectionId, ids: [a = '', b = ''] } = await seeded(store, 2);
    const states = async () => (await store.drift.page({ collectionId })).rows.map((row) => [row.sourceId, row.attribute, row.state, row.by]).toReversed();
    return { store, pairId: pair.id, collectionId, a, b, states };
  };

  it('are one row each as long as they are live, and end as they were decided', async () => {
    const { store, pairId, collectionId, a, b, states } = await start();
    await store.drift.record(pairId, collectionId, [found(a), found(b, { attribute: 'members', item: 'm1', state: 'settling' }), found(b, { attribute: 'members', item: 'm2' })]);
    await store.drift.record(pairId, collectionId, [found(a, { actual: ['by another hand'] })]);
    expect(await states()).toEqual([[a, 'jobTitle', 'open', ''], [b, 'members', 'open', '']]);
    expect((await store.drift.page({ collectionId, search: 'person 1' })).rows.length).toBeLessThanOrEqual(1);
    expect(await store.drift.counts(collectionId)).toEqual({ open: 2, live: 3 });
    expect([...await store.drift.due(collectionId)]).toEqual([b]);
    const [one, settling, other] = await store.drift.live(collectionId, [a, b]).then((rows) => rows.toSorted((x, y) => x.number - y.number));
    expect(await store.drift.decide([one?.number ?? 0, settling?.number ?? 0], 'ask', 'Anna')).toBe(1);
    expect(await store.drift.asked(collectionId)).toEqual([a]);
    // What a plan writes over ends with the objects that went well.
    await store.drift.record(pairId, collectionId, [found(a, { planId: 'p1' }), found(b, { attribute: 'members', item: 'm2', planId: 'p1' })]);
    expect(await store.drift.asked(collectionId)).toEqual([a]);
    expect(await store.drift.writtenOver('p1', new Set([a]))).toBe(1);
    expect(await store.drift.decide([other?.number ?? 0], 'accept', 'Anna')).toBe(1);
    await store.drift.gone([settling?.number ?? 0]);
    expect(await states()).toEqual([[a, 'jobTitle', 're-applied', ''], [b, 'members', 'accepted', 'Anna']]);
    expect(await store.drift.counts(collectionId)).toEqual({ open: 0, live: 0 });
    // Found again it is another one.
    await store.drift.record(pairId, collectionId, [found(a)]);
    expect((await states()).length).toBe(3);
    expect(await store.drift.summary(collectionId)).toEqual({ open: 1, objects: 1, byAttribute: [{ attribute: 'jobTitle', open: 1 }] });
    expect(await store.drift.forget(collectionId, Date.now() + 1_000)).toBe(1);
    expect(await store.drift.forget(collectionId)).toBe(2);
  });

  it('are listed page by page, newest first, and chosen by number or by what a filter shows', async () => {
    const { store, pairId, collectionId, a, b } = await start();
    await store.drift.record(pairId, collectionId, [found(a), found(a, { attribute: 'city' }), found(b)]);
    const first = await store.drift.page({ collectionId, limit: 2 });
    const second = await store.drift.page({ collectionId, limit: 2, after: first.next });
    expect([first.total, [...first.rows, ...second.rows].map((row) => [row.sourceId, row.attribute])]).toEqual([3, [[b, 'jobTitle'], [a, 'city'], [a, 'jobTitle']]]);
    expect((await store.drift.page({ collectionId, attribute: 'city', state: 'open' })).total).toBe(1);
    const all = await store.drift.open(collectionId, { search: '' }, 0, 2);
    expect(all.length).toBe(2);
    expect((await store.drift.open(collectionId, { search: '' }, all.at(-1)?.number ?? 0, 2)).map((row) => row.sourceId)).toEqual([b]);
    expect((await store.drift.open(collectionId, { numbers: [all[1]?.number ?? 0, 999_999] }, 0, 10)).map((row) => row.attribute)).toEqual(['city']);
  });

  it('what was agreed on is kept when its cycle is settled, and forgotten value by value when a hold is released', async () => {
    const { store, pairId, collectionId, a, b } = await start();
    const agreed = writeAgreed(new Map([[attributeCode('jobTitle'), new Set([valueCode('x')])], [attributeCode('city'), new Set([valueCode('y')])]]));
    const members = writeMembers({ wanted: new Set([memberCode('m1'), memberCode('m2')]), others: new Set() });
    await store.coexistence.keep(collectionId, pairId, [{ sourceId: a, targetId: 't1' }, { sourceId: b, targetId: 't2' }]);
    await store.syncState.plan('p1', [{ sourceId: a, agreed, members }, { sourceId: b, agreed, members }]);
    expect((await store.syncState.of(collectionId, [a])).get(a)).toEqual({ targetId: 't1', agreed: '', members: '', own: true });
    const settle = (inStep: readonly string[], end: 'final' | 'open', written: readonly WrittenAgreement[] = []) => store.syncState.settle({ planId: 'p1', collectionId, inStep, written, end });
    expect(await settle([], 'open')).toBe(0);
    expect(await settle([a], 'final')).toBe(1);
    expect([...await store.syncState.of(collectionId, [a, b])]).toEqual([[a, { targetId: 't1', agreed, members, own: true }], [b, { targetId: 't2', agreed: '', members: '', own: true }]]);
    expect(await settle([b], 'final')).toBe(0);
    // Kept again, it stays.
    await store.coexistence.keep(collectionId, pairId, [{ sourceId: a, targetId: 't1' }]);
    await store.drift.record(pairId, collectionId, [found(a), found(a, { attribute: 'members', item: 'm1' })]);
    await store.drift.decide((await store.drift.live(collectionId, [a])).map((one) => one.number), 'accept', 'Anna');
    const holds = [{ sourceId: a, attribute: 'jobTitle' }, { sourceId: a, attribute: 'members/m1' }];
    await store.holds.put(pairId, holds.map((one) => ({ ...one, since: 1, by: 'Anna', reason: '', taskId: null })));
    await store.holds.release(pairId, holds);
    const now = (await store.syncState.of(collectionId, [a])).get(a);
    expect([...readAgreed(now?.agreed ?? '').keys()]).toEqual([attributeCode('city')]);
    expect(readMembers(now?.members ?? '')?.wanted).toEqual(new Set([memberCode('m2')]));
    expect((await store.drift.page({ collectionId })).rows.map((row) => [row.state, row.asked])).toEqual([['open', true], ['open', true]]);
  });

  it('of objects that are not in step, and of members that the plan made, what was written is taken over; what is planned stays while the plan may be resumed', async () => {
    const { store, pairId, collectionId, a, b } = await start();
    const values = (title: string) => writeAgreed(new Map([[attributeCode('jobTitle'), new Set([valueCode(title)])], [attributeCode('city'), new Set([valueCode('y')])]]));
    const members = (wanted: readonly string[], others: readonly string[] = []) => writeMembers({ wanted: new Set(wanted.map(memberCode)), others: new Set(others.map(memberCode)) });
    const settle = (inStep: readonly string[], end: 'final' | 'open', written: readonly WrittenAgreement[] = []) => store.syncState.settle({ planId: 'p1', collectionId, inStep, written, end });
    const wrote = (sourceId: string, targetId: string, more: Partial<WrittenAgreement>): WrittenAgreement => ({ sourceId, targetId, values: new Map(), added: new Set(), removed: new Set(), ...more });
    const now = async () => [...await store.syncState.of(collectionId, [a, b])].map(([id, one]) => [id, one.agreed, one.members]);
    await store.coexistence.keep(collectionId, pairId, [{ sourceId: a, targetId: 't1' }, { sourceId: b, targetId: 't2' }]);
    await store.syncState.plan('p0', [{ sourceId: a, agreed: values('x'), members: '' }, { sourceId: b, agreed: values('x'), members: members(['m1', 'm2'], ['m9']) }]);
    await store.syncState.settle({ planId: 'p0', collectionId, inStep: [a, b], written: [], end: 'final' });
    // Cancelled half way: one value was written and another is not known; members went in and out.
    await store.syncState.plan('p1', [{ sourceId: a, agreed: values('z'), members: '' }]);
    const partly = wrote(a, 't1', { values: new Map([[attributeCode('jobTitle'), new Set([valueCode('w')])], [attributeCode('city'), null]]), added: new Set([memberCode('m3')]) });
    expect(await settle([b], 'open', [partly, wrote(b, 't2', { added: new Set([memberCode('m3')]), removed: new Set([memberCode('m1'), memberCode('m9')]) })])).toBe(2);
    expect(await now()).toEqual([[a, writeAgreed(new Map([[attributeCode('jobTitle'), new Set([valueCode('w')])]])), ''], [b, values('x'), members(['m2', 'm3'])]]);
    // Resumed, it comes to what was planned. Written to another match, it says nothing about this one.
    expect(await settle([a], 'final', [wrote(b, 'another', { added: new Set([memberCode('m4')]) })])).toBe(1);
    expect(await now()).toEqual([[a, values('z'), ''], [b, values('x'), members(['m2', 'm3'])]]);
    expect(await settle([a], 'final')).toBe(0);
  });

  it('what was accepted is asked for when its own hold is released, not that of the whole object', async () => {
    const { store, pairId, collectionId, a } = await start();
    await store.drift.record(pairId, collectionId, [found(a), found(a, { attribute: '' })]);
    await store.drift.decide((await store.drift.live(collectionId, [a])).map((one) => one.number), 'accept', 'Anna');
    await store.holds.put(pairId, ['jobTitle', ''].map((attribute) => ({ sourceId: a, attribute, since: 1, by: 'Anna', reason: '', taskId: null })));
    const states = async () => (await store.drift.page({ collectionId })).rows.map((row) => [row.attribute, row.state, row.asked]).toSorted();
    await store.holds.release(pairId, [{ sourceId: a, attribute: '' }]);
    expect(await states()).toEqual([['', 'open', true], ['jobTitle', 'accepted', false]]);
    await store.holds.release(pairId, [{ sourceId: a, attribute: 'jobTitle' }]);
    expect(await states()).toEqual([['', 'open', true], ['jobTitle', 'open', true]]);
  });
});
