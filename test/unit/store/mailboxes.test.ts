import { describe, expect, it } from 'vitest';
import type { MailboxRowRecord } from '../../../electron/store/index.ts';
import { PAIR, sandbox, VARIANTS } from './fixture.ts';

const NOW = 1_700_000_000_000;
const { open } = sandbox();
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const SETTINGS = { atATime: 10, recipients: ['a@x.de'], ownEndpoint: false, pace: [], timeLeftMs: null, runs: 0, told: [], waitMs: 0, closing: null };
const batch = (n: number, pairId: string) => ({ id: id(n), pairId, collectionId: null, name: `Batch ${n}`, serviceName: `S${n}`, endpoint: 'E', profile: 'current' as const, settings: SETTINGS, csvName: 'a.csv', csvHash: 'h', total: 2, agentId: 'agent', createdAt: NOW + n, createdBy: 'me' });
const row = (batchId: string, pairId: string, line: number, address: string, more: Partial<MailboxRowRecord> = {}): MailboxRowRecord => ({
  batchId, line, pairId, address, sourceId: null, sourceName: `Name ${line}`, targetId: null, stage: 'mail user', state: 'Waiting', origin: 'new', errorCode: '', error: '', suggestion: '', secretRef: null, forceChange: null, serviceStatus: '', routing: '', targetBefore: null,
  items: 0, skipped: 0, itemsTotal: null, bytes: 0, bytesTotal: null, grade: '', queuedMs: 0, busyMs: 0, stalledMs: 0, provisionedAt: null, forwardedAt: null, dataAt: null, completedAt: null, convertedAt: null, changedAt: NOW, ...more,
});

describe.each(VARIANTS)('staged batches, on $name', (variant) => {
  const opened = async () => {
    const store = await open(variant);
    const { id: pairId } = await store.pairs.create(PAIR);
    for (const n of [1, 2]) await store.mailboxBatches.create(batch(n, pairId), { at: NOW, by: 'me' });
    return { store, pairId };
  };

  it('come back as they were made and changed, newest first', async () => {
    const { store, pairId } = await opened();
    expect(await store.mailboxBatches.list(pairId)).toMatchObject([{ id: id(2), state: 'Draft' }, { id: id(1), state: 'Draft', settings: SETTINGS, consentBy: 'me', wanted: '', nextAt: null, lookedAt: null }]);
    await store.mailboxBatches.update(id(1), { state: 'Active', message: 'm', nextAt: NOW, settings: { ...SETTINGS, runs: 2 } });
    expect(await store.mailboxBatches.get(id(1))).toMatchObject({ state: 'Active', message: 'm', nextAt: NOW, settings: { runs: 2 } });
    expect([await store.mailboxBatches.wish(id(1), ['Draft'], { wanted: 'run' }), await store.mailboxBatches.wish(id(2), ['Draft'], { wanted: 'run' })]).toEqual([false, true]);
    await expect(store.mailboxBatches.get(id(9))).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
  });

  it('are looked at by one process at a time, and by another when that is gone', async () => {
    const { store } = await opened();
    await store.mailboxBatches.update(id(1), { nextAt: NOW });
    expect([await store.mailboxBatches.due(['agent'], NOW - 1), await store.mailboxBatches.due(['other'], NOW), await store.mailboxBatches.due(['agent'], NOW)]).toEqual([[], [], [{ id: id(1) }]]);
    const claim = (owner: string, now: number, instead?: string) => store.mailboxBatches.claim(id(1), { owner, now, until: now + 60_000, instead });
    expect([await claim('one', NOW), await claim('two', NOW), await claim('two', NOW + 59_999)]).toEqual([true, false, false]);
    expect(await store.mailboxBatches.lease(id(1))).toEqual({ owner: 'one' });
    await store.mailboxBatches.requireLease(id(1), 'one', NOW + 90_000);
    expect([await claim('two', NOW + 61_000), await claim('two', NOW, 'one')]).toEqual([false, true]);
    await expect(store.transaction(async (tx) => {
      await tx.mailboxBatches.update(id(1), { message: 'late' });
      await tx.mailboxBatches.requireLease(id(1), 'one', NOW);
    })).rejects.toMatchObject({ data: { code: 'LEASE_LOST' } });
    expect((await store.mailboxBatches.get(id(1))).message).toBe('');
    await store.mailboxBatches.release(id(1), 'one');
    expect(await claim('three', NOW)).toBe(false);
    await store.mailboxBatches.release(id(1), 'two');
    expect(await claim('three', NOW)).toBe(true);
  });

  it('know what became of an address in the latest batch that had it, and which batch works on it', async () => {
    const { store, pairId } = await opened();
    await store.mailboxRows.add([
      row(id(1), pairId, 1, 'Ann@x.de', { state: 'Done', serviceStatus: 'Synced', provisionedAt: 1, dataAt: 2, convertedAt: 3 }), row(id(1), pairId, 2, 'bob@x.de', { state: 'Failed', serviceStatus: 'Failed' }), row(id(1), pairId, 3, 'cem@x.de', { state: 'Done', serviceStatus: 'Synced', provisionedAt: 1, dataAt: 2 }),
      row(id(2), pairId, 1, 'ann@x.de', { state: 'Left out' }), row(id(2), pairId, 2, 'bob@x.de', { state: 'In progress', serviceStatus: 'Syncing', provisionedAt: 5, items: 7, bytes: 9, forceChange: true }), row(id(2), pairId, 3, 'new_1@x.de'),
    ]);
    const latest = await store.mailboxRows.latest(pairId, ['ann@x.de', 'bob@x.de', 'new_1@x.de']);
    expect([...latest].map(([address, one]) => [address, one.batchId, one.state]).toSorted()).toEqual([['ann@x.de', id(1), 'Done'], ['bob@x.de', id(2), 'In progress']]);
    expect([...await store.mailboxRows.migrated(pairId)].toSorted()).toEqual(['ann@x.de', 'bob@x.de', 'cem@x.de']);
    expect(await store.mailboxRows.active(pairId, ['ann@x.de', 'bob@x.de'])).toEqual(new Map());
    await store.mailboxBatches.update(id(2), { state: 'Active' });
    expect(await store.mailboxRows.active(pairId, ['ann@x.de', 'bob@x.de'])).toEqual(new Map([['bob@x.de', 'Batch 2']]));
    expect(await store.mailboxRows.switched(pairId)).toEqual({ addresses: 2, unconverted: ['cem@x.de'] });
    expect([await store.mailboxRows.migratedIn([id(1)]), await store.mailboxRows.migratedIn([])]).toEqual([2, 0]);
    expect((await store.mailboxBatches.figures([id(1), id(2)])).get(id(2))).toMatchObject({ states: { 'In progress': 1, Waiting: 1, 'Left out': 1 }, created: 1, items: 7, bytes: 9, reset: 0 });
    expect((await store.mailboxRows.page({ batchId: id(2), search: 'W_1' })).rows.map((one) => one.address)).toEqual(['new_1@x.de']);
    const [, bob] = await store.mailboxRows.all(id(2));
    expect(bob).toEqual(row(id(2), pairId, 2, 'bob@x.de', { state: 'In progress', serviceStatus: 'Syncing', provisionedAt: 5, items: 7, bytes: 9, forceChange: true }));
    if (bob !== undefined) await store.mailboxRows.save([{ ...bob, state: 'Done', routing: 'r' }]);
    expect((await store.mailboxRows.page({ batchId: id(2), state: 'Done' })).rows).toMatchObject([{ address: 'bob@x.de', routing: 'r' }]);
    // Converted while a look was under way, which knows nothing of it.
    if (bob !== undefined) {
      await store.mailboxRows.save([{ ...bob, sourceId: id(77), state: 'Done' }]);
      await store.mailboxRows.setConverted(pairId, [id(77)], NOW + 5);
      await store.mailboxRows.save([{ ...bob, sourceId: id(77), state: 'Done' }]);
    }
    expect((await store.mailboxRows.ofSources(pairId, [id(77)])).map((one) => one.convertedAt)).toEqual([NOW + 5]);
    await store.mailboxReports.add({ id: id(50), pairId, batchId: id(2), kind: 'Error Report', madeAt: NOW, rowCount: 1, content: 'x' });
    expect([await store.mailboxReports.list(pairId), await store.mailboxReports.list(pairId, id(1)), (await store.mailboxReports.get(id(50)))?.content]).toEqual([[{ id: id(50), pairId, batchId: id(2), kind: 'Error Report', madeAt: NOW, rowCount: 1 }], [], 'x']);
    await store.mailboxBatches.remove(id(2));
    expect([(await store.mailboxBatches.list(pairId)).length, await store.mailboxRows.all(id(2)), await store.mailboxReports.get(id(50))]).toEqual([1, [], undefined]);
  });
});
