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
  it('takes the next ones and no more than the limit', () => {
    const plan = [op(1, 'create', 'a'), op(2, 'create', 'b'), op(3, 'create', 'c'), op(4, 'set manager', 'a')];
    expect(seqs(nextWave(plan, key))).toEqual([1, 2, 3]);
    expect(seqs(nextWave(plan, key, 2))).toEqual([1, 2]);
  });
  it('never holds two operations on one object', () => {
    const plan = [op(1, 'add members', 'g'), op(2, 'add members', 'g'), op(3, 'add members', 'h')];
    expect(seqs(nextWave(plan, key))).toEqual([1, 3]);
  });
  it('fills a wave with values, managers and members of any objects, and keeps the order for each object', () => {
    const plan = [op(1, 'update', 'a'), op(2, 'create', 'b'), op(3, 'update', 'g', 'group'), op(4, 'set manager', 'a'), op(5, 'set manager', 'c'), op(6, 'add members', 'g', 'group'), op(7, 'add members', 'h', 'group'), op(8, 'remove members', 'h', 'group'), op(9, 'remove members', 'i', 'group')];
    expect(seqs(nextWave(plan, key))).toEqual([1, 2, 3, 5, 7, 9]);
  });
  it('leaves for later what refers to an object that is made in it', () => {
    const refers = (seq: number, kind: Operation['kind'], targetId: string, to: string): Operation => ({ ...op(seq, kind, targetId), references: [{ sourceId: to, targetId: null, name: to }] });
    const made: Operation = { ...op(1, 'create', ''), targetId: null, sourceId: 'new' };
    const own = (o: Operation) => o.targetId ?? o.sourceId ?? '';
    expect(seqs(nextWave([made, refers(2, 'set manager', 'a', 'new'), refers(3, 'add members', 'g', 'new'), refers(4, 'add members', 'h', 'old'), op(5, 'update', 'a')], own))).toEqual([1, 4]);
  });
  it('takes a name only once it was given up, whatever its spelling', () => {
    const renamed = (seq: number, kind: Operation['kind'], targetId: string, attribute: string, before: readonly string[] | null, after: readonly string[] | null): Operation => ({ ...op(seq, kind, targetId), changes: [{ attribute, before, after, provenance: { ruleId: null, source: '', reason: '' }, reversible: true }] });
    const plan = [
      renamed(1, 'update', 'a', 'userPrincipalName', ['Ann@example.com'], ['ann.old@example.com']), renamed(2, 'create', 'b', 'userPrincipalName', null, ['ann@example.com']), renamed(3, 'update', 'c', 'proxyAddresses', ['SMTP:c@example.com'], ['SMTP:c@example.com', 'smtp:ANN@example.com']),
      renamed(4, 'update', 'd', 'jobTitle', ['Clerk'], ['Ann@example.com']), renamed(5, 'create', 'e', 'userPrincipalName', null, ['eve@example.com']), renamed(6, 'create', 'f', 'mail', null, ['c@example.com']),
    ];
    expect(seqs(nextWave(plan, key))).toEqual([1, 4, 5, 6]);
  });
  it('carries deletes and restores out apart, after everything before them', () => {
    expect(seqs(nextWave([op(1, 'update', 'a'), op(2, 'delete', 'b'), op(3, 'update', 'c')], key))).toEqual([1]);
    expect(seqs(nextWave([op(1, 'delete', 'b'), op(2, 'delete', 'c'), op(3, 'update', 'a')], key))).toEqual([1, 2]);
    expect(seqs(nextWave([op(1, 'restore', 'b'), op(2, 'update', 'a')], key))).toEqual([1]);
  });
  it('keeps what Exchange Online writes in its own waves, of one kind each', () => {
    const at = (o: Operation): Operation => ({ ...o, service: 'exchange' });
    expect(seqs(nextWave([op(1, 'update', 'a'), at(op(2, 'update', 'b'))], key))).toEqual([1]);
    expect(seqs(nextWave([at(op(1, 'update', 'a')), at(op(2, 'add members', 'b', 'group'))], key))).toEqual([1]);
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
