import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../shared/domain/plans.ts';
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
  it('is empty when nothing is pending', () => {
    expect(nextWave([], key)).toEqual([]);
  });
});
