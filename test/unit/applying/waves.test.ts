import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../shared/domain/plans.ts';
import { formatLicence, LICENCES } from '../../../shared/rules/licences.ts';
import { nextWave } from '../../../electron/engines/applying/waves.ts';

const op = (seq: number, kind: Operation['kind'], targetId: string, objectKind: Operation['objectKind'] = 'user'): Operation => ({
  id: String(seq), seq, kind, service: 'graph', objectKind, sourceId: null, targetId, name: '', changes: [], references: [], previous: [],
});
const seqs = (wave: readonly Operation[]) => wave.map((o) => o.seq);
const key = (o: Operation) => o.targetId ?? '';

describe('waves', () => {
  it('takes the first run of one kind and no more than the limit', () => {
    const plan = [op(1, 'create', 'a'), op(2, 'create', 'b'), op(3, 'create', 'c'), op(4, 'set manager', 'a')];
    expect(seqs(nextWave(plan, key))).toEqual([1, 2, 3]);
    expect(seqs(nextWave(plan, key, 2))).toEqual([1, 2]);
  });
  it('never holds two operations on one object', () => {
    const plan = [op(1, 'add members', 'g'), op(2, 'add members', 'g'), op(3, 'add members', 'h')];
    expect(seqs(nextWave(plan, key))).toEqual([1, 3]);
  });
  it('keeps users and groups apart, because the order of the plan is a promise', () => {
    expect(seqs(nextWave([op(1, 'create', 'a'), op(2, 'create', 'b', 'group')], key))).toEqual([1]);
  });
  it('gives licences only after those before them were taken, because a unit must be free', () => {
    const licence = (seq: number, targetId: string, what: 'given' | 'taken'): Operation => {
      const has = [formatLicence({ skuId: '00000000-0000-4000-8000-000000000001', disabledPlans: [] }, [])];
      return { ...op(seq, 'set licences', targetId), changes: [{ attribute: LICENCES, before: what === 'taken' ? has : null, after: what === 'taken' ? null : has, provenance: { ruleId: null, source: '', reason: '' }, reversible: true }] };
    };
    expect(seqs(nextWave([licence(1, 'a', 'taken'), licence(2, 'b', 'taken'), licence(3, 'c', 'given')], key))).toEqual([1, 2]);
    expect(seqs(nextWave([licence(1, 'a', 'given'), licence(2, 'b', 'taken'), licence(3, 'c', 'taken')], key))).toEqual([1, 2, 3]);
  });
  it('is empty when nothing is pending', () => {
    expect(nextWave([], key)).toEqual([]);
  });
});
