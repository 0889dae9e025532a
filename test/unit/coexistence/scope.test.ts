import { describe, expect, it } from 'vitest';
import { treatmentOf } from '../../../electron/app/pipeline/cycle-leaving.ts';
import { pickObjects } from '../../../electron/app/pipeline/cycle-scope.ts';
import type { TargetObject } from '../../../shared/domain/objects.ts';

const failed = (sourceId: string, retryAt: number) => [sourceId, { sourceId, failures: 1, retryAt, problem: 'refused' }] as const;
const all = { members: ['a', 'b', 'c', 'd', 'e'], candidates: null, fresh: new Set<string>(), held: new Set(['b']), owned: new Map<string, string>(), retries: new Map([failed('c', 50), failed('d', 200)]), retry: 'when due' as const, drift: new Set<string>(), only: 'all' as const, now: 100 };

describe('the objects of a cycle', () => {
  it('are all but what is held and what waits after a failure', () => {
    expect(pickObjects(all)).toEqual({ ids: ['a', 'c', 'e'], held: ['b'], waiting: new Set(['d']), owned: new Map() });
    expect(pickObjects({ ...all, retry: 'all' })).toEqual({ ids: ['a', 'c', 'd', 'e'], held: ['b'], waiting: new Set(), owned: new Map() });
  });

  it('are of changes only who changed and who is due again', () => {
    expect(pickObjects({ ...all, candidates: ['b', 'd', 'e', 'stranger'] }).ids).toEqual(['c', 'e']);
    expect(pickObjects({ ...all, candidates: [] }).ids).toEqual(['c']);
    expect(pickObjects({ ...all, candidates: [], fresh: new Set(['a', 'b', 'd']) }).ids).toEqual(['a', 'c']);
  });
});

describe('who left', () => {
  const left = { sourceId: 's', targetId: 't', missing: true, member: false, name: 'Ann' };
  const target = (kind: TargetObject['kind'], attributes: TargetObject['attributes']): TargetObject => ({ id: 't', kind, name: 'Ann', deleted: false, attributes, links: {} });
  const ann = target('user', { accountEnabled: ['true'] });

  it('is kept, unlinked, disabled or deleted, as the collection says', () => {
    expect(treatmentOf(left, ann, 'keep')).toEqual({ operation: null, reason: expect.stringContaining('left as it is') });
    expect(treatmentOf(left, ann, 'unlink')).toEqual({ operation: null, reason: expect.stringContaining('match was broken') });
    expect(treatmentOf(left, ann, 'disable').operation).toMatchObject({ kind: 'update', service: 'graph', targetId: 't', sourceId: 's', changes: [{ attribute: 'accountEnabled', before: ['true'], after: ['false'] }] });
    expect(treatmentOf(left, ann, 'delete').operation).toMatchObject({ kind: 'delete', service: 'graph', targetId: 't', changes: [] });
  });

  it('is disabled only when it is an account that is not disabled already', () => {
    expect(treatmentOf(left, target('user', { accountEnabled: ['false'] }), 'disable')).toEqual({ operation: null, reason: expect.stringContaining('disabled already') });
    expect(treatmentOf(left, target('group', {}), 'disable')).toEqual({ operation: null, reason: expect.stringContaining('group cannot be disabled') });
  });

  it('is deleted by the service that keeps it, and not twice', () => {
    expect(treatmentOf(left, target('group', { mailEnabled: ['true'], groupTypes: [] }), 'delete').operation).toMatchObject({ service: 'exchange' });
    expect(treatmentOf(left, undefined, 'delete').operation).toBeNull();
    expect(treatmentOf({ ...left, taken: true }, ann, 'delete')).toEqual({ operation: null, reason: expect.stringContaining('another object') });
    expect(treatmentOf(left, { ...ann, deleted: true }, 'delete').operation).toBeNull();
  });
});
