import { describe, expect, it } from 'vitest';
import type { MatchResult } from '../../../shared/domain/objects.ts';
import { NO_DECISION } from '../../../shared/domain/review.ts';
import type { CoexistenceRecord } from '../../../electron/store/index.ts';
import { VARIANTS, failure, sandbox, seeded, target } from './fixture.ts';

const { open } = sandbox();
const SETTINGS = { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '', intervalMinutes: 30, workingHours: null, outOfScope: 'keep' as const, drift: 'show' as const };
const record = (collectionId: string, pairId: string, more: Partial<CoexistenceRecord> = {}): CoexistenceRecord => ({ collectionId, pairId, state: 'On', settings: SETTINGS, position: 0, fullHash: '', fullAt: null, nextAt: 100, failures: 0, retryAt: null, attention: '', taskId: null, ...more });

describe.each(VARIANTS)('coexistence ($name)', (variant) => {
  it('is due by its time, for the agent of the collection, while it is on', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 1);
    const agent = (await store.collections.get(collectionId)).agentId;
    await store.coexistence.save(record(collectionId, pair.id));
    expect((await store.coexistence.due(agent, 99)).length).toBe(0);
    expect((await store.coexistence.due(agent, 100)).map((one) => one.collectionId)).toEqual([collectionId]);
    expect((await store.coexistence.due('another', 100)).length).toBe(0);
    await store.coexistence.patch(collectionId, { state: 'Paused', attention: 'look' });
    expect((await store.coexistence.due(agent, 100)).length).toBe(0);
    expect(await store.coexistence.get(collectionId)).toEqual(record(collectionId, pair.id, { state: 'Paused', attention: 'look' }));
    await store.collections.remove(collectionId);
    expect(await store.coexistence.get(collectionId)).toBeUndefined();
  });

  it('knows who left: out of the collection or the directory, and not into another collection that is kept in step', async () => {
    const store = await open(variant);
    const { pair, collectionId, ids: [stays = '', moved = '', handed = '', gone = ''] } = await seeded(store, 4);
    const other = await store.collections.create({ pairId: pair.id, name: 'Second' });
    await store.coexistence.save(record(collectionId, pair.id));
    await store.coexistence.keep(collectionId, pair.id, [stays, moved, handed, gone].map((sourceId, i) => ({ sourceId, targetId: target(i + 1).id })));
    expect(await store.coexistence.left(collectionId)).toEqual([]);
    await store.collections.addMembers(other.id, [handed]);
    await store.collections.removeMembers(collectionId, [moved, handed]);
    const present = (await Promise.all([stays, moved, handed].map(async (id) => await store.sources.get(pair.id, id)))).flatMap((one) => one ?? []);
    await store.sources.upsertPage(pair.id, present, 'run 2');
    await store.sources.markMissing(pair.id, 'run 2', Number.MAX_SAFE_INTEGER);
    const left = async () => (await store.coexistence.left(collectionId)).map((one) => [one.sourceId, one.missing, one.member]).toSorted();
    expect(await left()).toEqual([[moved, false, false], [handed, false, false], [gone, true, true]].toSorted());
    await store.coexistence.save(record(other.id, pair.id));
    expect(await left()).toEqual([[moved, false, false], [gone, true, true]].toSorted());
    // Who is known already need not be looked for again; who did not leave is nobody.
    expect((await store.coexistence.left(collectionId, [stays, gone, handed])).map((one) => one.sourceId)).toEqual([gone]);
    expect(await store.coexistence.left(collectionId, [])).toEqual([]);
    await store.coexistence.forget(collectionId, [moved]);
    expect(await left()).toEqual([[gone, true, true]]);
    expect(await store.coexistence.kept(collectionId, [stays, moved])).toEqual(new Set([stays]));
  });

  it('knows whose target another object has by now, and which members may be taken out of groups', async () => {
    const store = await open(variant);
    const { pair, collectionId, ids: [former = '', anew = '', doubted = ''] } = await seeded(store, 3);
    const match = (sourceId: string, more: Partial<MatchResult> = {}): MatchResult => ({ sourceId, state: 'Matched', targetId: 'account', ruleId: null, pinned: false, evidence: [], risks: [], reason: '', ...more });
    await store.coexistence.save(record(collectionId, pair.id));
    await store.coexistence.keep(collectionId, pair.id, [{ sourceId: former, targetId: 'account' }]);
    await store.collections.removeMembers(collectionId, [former]);
    await store.matches.saveAll(pair.id, [match(former), match(doubted, { targetId: 'doubtful', review: 'To review' })]);
    expect((await store.coexistence.left(collectionId)).map((one) => one.taken)).toEqual([undefined]);
    await store.matches.saveAll(pair.id, [match(anew, { state: 'Conflict' })]);
    expect((await store.coexistence.left(collectionId)).map((one) => one.taken)).toEqual([true]);
    expect(await store.coexistence.matchedTargets(pair.id)).toEqual(new Set(['account']));
    expect(await store.coexistence.matchedTargets(pair.id, ['account', 'doubtful'])).toEqual(new Set(['account']));
  });

  it('tells the next cycle whose match a person decided about', async () => {
    const store = await open(variant);
    const { pair, collectionId, ids: [id = ''] } = await seeded(store, 1);
    const mark = { method: 'usn', server: '', invocation: '', usn: '', token: '', askedHash: '', readAt: 1, problem: '' };
    const before = { result: null, confirmed: false, decision: NO_DECISION, status: 'Not matched' as const, reason: '' };
    const after = { ...before, status: 'Matched' as const, result: { sourceId: id, state: 'Matched' as const, targetId: 'account', ruleId: null, pinned: true, evidence: [], risks: [], reason: '' } };
    const decide = async () => { await store.matches.decide({ pairId: pair.id, collectionId, action: 'pin', actor: 'me', batch: 'b' }, [{ sourceId: id, before, after }]); };
    await decide();
    expect(await store.changeFeed.page(pair.id, 0, 10)).toEqual([]);
    await store.watermarks.save(pair.id, 'source', mark);
    await decide();
    expect(await store.changeFeed.page(pair.id, 0, 10)).toMatchObject([{ side: 'source', objectId: id, what: 'object' }]);
  });

  it('keeps cycles by key, newest first, and sums them over time', async () => {
    const store = await open(variant);
    const { pair, collectionId } = await seeded(store, 1);
    const agentId = (await store.collections.get(collectionId)).agentId;
    const ids: string[] = [];
    for (const [i, outcome] of (['done', 'nothing to do', 'failed', 'nothing to do', 'done with failures'] as const).entries()) {
      const id = await store.cycles.begin({ collectionId, pairId: pair.id, taskId: `task ${i}`, agentId, kind: 'changes', reason: 'why' });
      await store.cycles.update(id, { outcome, endedAt: 1_000 + i * 100, operations: i, changes: 1, lagMs: i === 2 ? null : i * 10, inStep: i, objects: outcome === 'failed' ? 0 : 7 });
      ids.push(id);
    }
    const first = await store.cycles.page({ collectionId, quiet: true, limit: 3 });
    const second = await store.cycles.page({ collectionId, quiet: true, limit: 3, after: first.next });
    expect([...first.rows, ...second.rows].map((row) => row.id)).toEqual(ids.toReversed());
    expect([first.total, second.next]).toEqual([5, null]);
    expect((await store.cycles.page({ collectionId, quiet: false })).rows.map((row) => row.outcome)).toEqual(['done with failures', 'failed', 'done']);
    expect(await failure(store.cycles.page({ collectionId, quiet: true, after: 'nonsense' }))).toBe('INVALID_INPUT');
    expect((await store.cycles.newest([collectionId])).get(collectionId)?.id).toBe(ids[4]);
    expect((await store.cycles.ofTask('task 2'))?.id).toBe(ids[2]);
    expect(await store.cycles.timeline({ collectionId }, 1_000, 1_600, 3)).toMatchObject([
      { piece: 0, cycles: 2, quiet: 1, failedCycles: 0, operations: 1, changes: 2, lagMs: 10, inStep: 1, objects: 7 }, { piece: 1, cycles: 2, quiet: 1, failedCycles: 1, operations: 5, lagMs: 30, inStep: 3 }, { piece: 2, cycles: 1, lagMs: 40, inStep: 4 },
    ]);
    expect(await failure(store.cycles.timeline({}, 5, 5, 3))).toBe('INVALID_INPUT');
    const open_ = await store.cycles.begin({ collectionId, pairId: pair.id, taskId: null, agentId, kind: 'full', reason: '' });
    await store.cycles.closeLeft(collectionId, { outcome: 'cancelled', message: 'gone' });
    expect((await store.cycles.newest([collectionId])).get(collectionId)).toMatchObject({ id: open_, outcome: 'cancelled', message: 'gone' });
    expect(await store.cycles.pruneQuiet(collectionId, 1_200)).toBe(1);
    expect((await store.cycles.page({ collectionId, quiet: true })).rows.map((row) => row.id)).toEqual([open_, ids[4], ids[3], ids[2], ids[0]]);
  });

  it('knows objects that are tried again', async () => {
    const store = await open(variant);
    const { collectionId, ids: [a = '', b = ''] } = await seeded(store, 2);
    await store.retries.put(collectionId, [{ sourceId: a, failures: 1, retryAt: 5, problem: 'no' }, { sourceId: b, failures: 1, retryAt: 6, problem: 'no' }]);
    await store.retries.put(collectionId, [{ sourceId: a, failures: 2, retryAt: 9, problem: 'still no' }]);
    expect((await store.retries.of(collectionId)).get(a)).toEqual({ sourceId: a, failures: 2, retryAt: 9, problem: 'still no' });
    expect(await store.retries.count(collectionId)).toBe(2);
    await store.retries.clear(collectionId, [a]);
    expect([...(await store.retries.of(collectionId)).keys()]).toEqual([b]);
    await store.retries.clear(collectionId);
    expect(await store.retries.count(collectionId)).toBe(0);
  });
});
