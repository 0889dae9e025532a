import { describe, expect, it } from 'vitest';
import type { MatchingRule } from '../../../shared/domain/rules.ts';
import { PAIR, VARIANTS, failure, guid, sandbox, seeded, source } from './fixture.ts';

const { open } = sandbox();
const rule = (sourceAttribute: string): Omit<MatchingRule, 'id' | 'position'> =>
  ({ enabled: true, sourceClass: 'user', sourceAttribute, targetClass: 'user', targetAttribute: 'mail', comparison: 'value' });

describe.each(VARIANTS)('project, settings, pairs, collections, rules ($name)', (variant) => {
  it('renames the project and keeps settings', async () => {
    const store = await open(variant);
    expect((await store.project.rename('  Fabrikam ')).name).toBe('Fabrikam');
    await store.settings.set('a', { b: [1, 'x'] });
    await store.settings.set('a', { b: [2] });
    expect(await store.settings.get('a')).toEqual({ b: [2] });
    await store.settings.set('a', undefined);
    expect(await store.settings.get('a')).toBeUndefined();
  });

  it('keeps one Local agent and its heartbeat', async () => {
    const store = await open({ ...variant, environment: { ...variant.environment, clock: () => 5000 } });
    const first = await store.agents.ensureLocal('host-1', '1.0');
    const again = await store.agents.ensureLocal('host-1', '1.1');
    expect(again).toMatchObject({ id: first.id, version: '1.1', heartbeatAt: null });
    await store.agents.heartbeat(first.id);
    expect(await store.agents.list()).toMatchObject([{ name: 'Local', heartbeatAt: 5000, collections: 0, queued: 0, running: 0 }]);
    expect(await failure(store.agents.heartbeat(guid(1)))).toBe('NOT_FOUND');
  });

  it('creates, changes and removes pairs', async () => {
    const store = await open(variant);
    const pair = await store.pairs.create(PAIR);
    expect(await failure(store.pairs.create({ ...PAIR, name: ' CONTOSO ' }))).toBe('CONFLICT');
    const changed = await store.pairs.update(pair.id, { name: 'Other', sourceName: 'contoso.example', discoveredAt: 7 });
    expect(changed).toEqual({ ...pair, name: 'Other', sourceName: 'contoso.example', discoveredAt: 7 });
    expect(await store.pairs.tenantFacts(pair.id)).toBeNull();
    const facts = { organization: { id: 'o', displayName: 'O', initialDomain: 'o.example', onPremisesSyncEnabled: false }, domains: [], skus: [], adminIds: ['x'] };
    await store.pairs.setTenantFacts(pair.id, facts);
    expect(await store.pairs.tenantFacts(pair.id)).toEqual(facts);
    await store.pairs.remove(pair.id);
    expect(await failure(store.pairs.get(pair.id))).toBe('NOT_FOUND');
    expect(await failure(store.pairs.update(pair.id, { name: 'x' }))).toBe('NOT_FOUND');
  });

  it('removes a pair with all that hangs on it, and nothing of another', async () => {
    const store = await open(variant);
    const { pair, collectionId, ids } = await seeded(store, 3);
    const other = await store.pairs.create({ ...PAIR, name: 'Other' });
    const left = await store.collections.create({ pairId: other.id, name: 'First' });
    await store.sources.upsertPage(other.id, [source(1)], 'run');
    await store.collections.addMembers(left.id, ids);
    const task = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Migrate', settings: {}, createdBy: 'x' });
    await store.plans.create({ taskId: task.id, collectionId, tenantName: 't', settings: null, confirmation: 'x' });
    await store.matchingRules.save({ kind: 'collection', id: collectionId }, rule('mail'));
    await store.pairs.remove(pair.id);
    expect(await store.tasks.list()).toEqual([]);
    expect(await store.pairs.list()).toMatchObject([{ id: other.id, sourceObjects: 1, collections: 1 }]);
    expect(await store.collections.memberIds(left.id)).toEqual([guid(1)]);
  });

  it('keeps collection names unique within a pair', async () => {
    const store = await open(variant);
    const pair = await store.pairs.create(PAIR);
    const first = await store.collections.create({ pairId: pair.id, name: 'Sales' });
    expect(first).toMatchObject({ agentName: 'Local', kind: 'static', objects: 0, coexistence: false });
    expect(await failure(store.collections.create({ pairId: pair.id, name: 'SALES' }))).toBe('CONFLICT');
    expect(await failure(store.collections.create({ pairId: guid(9), name: 'x' }))).toBe('NOT_FOUND');
    const second = await store.collections.create({ pairId: pair.id, name: 'Finance' });
    expect(await failure(store.collections.rename(second.id, 'sales'))).toBe('CONFLICT');
    expect((await store.collections.rename(first.id, 'SALES')).name).toBe('SALES');
    expect((await store.collections.setCoexistence(first.id, 'on')).coexistence).toBe(true);
    expect((await store.collections.list(pair.id)).map((row) => row.name)).toEqual(['Finance', 'SALES']);
    await store.collections.remove(second.id);
    expect((await store.collections.list()).map((row) => row.name)).toEqual(['SALES']);
    expect(await failure(store.collections.remove(second.id))).toBe('NOT_FOUND');
  });

  it('adds, counts and removes members; unknown objects are named', async () => {
    const store = await open(variant);
    const { collectionId, ids } = await seeded(store, 1200);
    expect(await store.collections.addMembers(collectionId, [...ids.slice(0, 3), guid(5000)])).toEqual({ added: 0, already: 3, unknown: [guid(5000)] });
    expect((await store.collections.get(collectionId)).objects).toBe(1200);
    expect(await store.collections.removeMembers(collectionId, [ids[0] ?? '', guid(5000)])).toEqual({ removed: 1 });
    expect(await store.collections.addMembers(collectionId, ids)).toEqual({ added: 1, already: 1199, unknown: [] });
    expect(await store.collections.memberIds(collectionId)).toEqual([...ids].toSorted());
  });

  it('sets statuses and counts them, every status with a key', async () => {
    const store = await open(variant);
    const { pair, collectionId, ids } = await seeded(store, 10);
    const [a = '', b = ''] = ids;
    expect(await store.collections.setStatuses(collectionId, [
      { sourceId: a, status: 'Completed', reason: '', synchronisation: 'In sync' }, { sourceId: b, status: 'Skipped', reason: 'Distribution group' }, { sourceId: guid(999), status: 'Failed', reason: '' },
    ])).toEqual({ changed: 2 });
    expect(await store.collections.statuses(collectionId, [b])).toEqual(new Map([[b, { status: 'Skipped', reason: 'Distribution group', synchronisation: 'Never synced' }]]));
    expect((await store.collections.statuses(collectionId)).size).toBe(10);
    const figures = await store.collections.statistics({ collectionId });
    expect(figures).toEqual({
      total: 10, byProgress: { New: 8, 'Not matched': 0, Matched: 0, Migrated: 0, Completed: 1, Failed: 0, Ambiguous: 0, Conflict: 0, Skipped: 1 }, byKind: { user: 10, group: 0, contact: 0 },
      byKindAndProgress: expect.arrayContaining([{ kind: 'user', status: 'New', count: 8 }, { kind: 'user', status: 'Completed', count: 1 }]) as unknown,
      bySynchronisation: { 'Never synced': 9, 'In sync': 1, 'Not intended to be synced': 0, Failed: 0 }, operations: { done: 0, failed: 0, drifted: 0, rolledBack: 0 }, lastTaskAt: null,
    });
    expect((await store.collections.statistics()).total).toBe(10);
    expect((await store.collections.statistics({ pairId: pair.id })).total).toBe(10);
    expect((await store.collections.statistics({ pairId: guid(1) })).total).toBe(0);
  });

  it('keeps rules in order', async () => {
    const store = await open(variant);
    const owner = { kind: 'pair', id: guid(1) } as const;
    const [one, two, three] = [await store.matchingRules.save(owner, rule('a')), await store.matchingRules.save(owner, rule('b')), await store.matchingRules.save(owner, rule('c'))];
    expect([one.position, two.position, three.position]).toEqual([1, 2, 3]);
    expect(await store.matchingRules.save(owner, { ...rule('bb'), id: two.id })).toEqual({ ...two, sourceAttribute: 'bb' });
    expect((await store.matchingRules.reorder(owner, [three.id, one.id, two.id])).map((item) => [item.sourceAttribute, item.position])).toEqual([['c', 1], ['a', 2], ['bb', 3]]);
    expect(await failure(store.matchingRules.reorder(owner, [three.id, one.id]))).toBe('INVALID_INPUT');
    expect(await failure(store.matchingRules.reorder(owner, [three.id, one.id, one.id]))).toBe('INVALID_INPUT');
    expect(await failure(store.matchingRules.save(owner, { ...rule('x'), id: guid(3) }))).toBe('NOT_FOUND');
    const to = { kind: 'collection', id: guid(2) } as const;
    const copied = await store.matchingRules.copy(owner, to);
    expect(copied.map((item) => item.sourceAttribute)).toEqual(['c', 'a', 'bb']);
    expect(copied.some((item) => [one.id, two.id, three.id].includes(item.id))).toBe(false);
    await store.matchingRules.remove(owner, three.id);
    expect((await store.matchingRules.list(owner)).map((item) => [item.sourceAttribute, item.position])).toEqual([['a', 1], ['bb', 2]]);
    expect(await store.matchingRules.list(to)).toHaveLength(3);
    expect(await store.mappingRules.list(owner)).toEqual([]);
    await store.mappingRules.replaceAll(owner, [{ enabled: true, action: 'Clear', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute: 'city', value: '', conversion: 'none' }]);
    expect(await store.mappingRules.list(owner)).toMatchObject([{ action: 'Clear', position: 1 }]);
    expect(await store.matchingRules.list(owner)).toHaveLength(2);
  });
});
