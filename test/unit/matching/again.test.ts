import { describe, expect, test } from 'vitest';
import { createTargetIndex, matchAgain } from '../../../electron/engines/matching/index.ts';
import type { MatchResult, ObjectKind, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import { immutableIdFromGuid } from '../../../shared/rules/guid.ts';

const ID = '12345678-1234-1234-1234-1234567890ab';
const OWN = immutableIdFromGuid(ID) ?? '';
const FOREIGN = 'AAAAAAAAAAAAAAAAAAAAAA==';
const source = (attributes: SourceObject['attributes'] = {}, kind: ObjectKind = 'user'): SourceObject => ({ id: ID, kind, dn: 'CN=Ann,DC=x', name: 'Ann', attributes, links: {} });
const target = (more: Partial<TargetObject> = {}): TargetObject => ({ id: 't', kind: 'user', name: 'Ann', attributes: {}, links: {}, deleted: false, ...more });
const known = (more: Partial<MatchResult> = {}): MatchResult => ({ sourceId: ID, state: 'Matched', targetId: 't', ruleId: 'r3', pinned: false, evidence: [{ ruleId: 'r3', rule: 'user mail = user mail', value: 'a@x', hits: ['t'] }], risks: [], reason: 'Rule 3 found Ann.', ...more });
const again = (there: TargetObject | null, options: { source?: SourceObject; known?: MatchResult; written?: 'written' | 'not written'; admins?: readonly string[] } = {}): MatchResult | undefined => {
  const context = { upnSuffix: '', adminIds: new Set(options.admins ?? []) };
  const index = createTargetIndex([], context);
  if (there !== null) index.add(there);
  return matchAgain(options.source ?? source(), options.known ?? known(), index, context, options.written ?? 'not written');
};

describe('a match of an earlier run', () => {
  test('without news is the same object', () => {
    const before = known();
    expect(again(target(), { known: before })).toBe(before);
    const risky = known({ risks: ['names differ'], reason: 'found; look first: names differ.' });
    expect(again(target({ name: 'Bob' }), { known: risky })).toBe(risky);
  });

  test.each([
    ['target has another immutable id', target({ attributes: { onPremisesImmutableId: [FOREIGN] } }), {}],
    ['target has an admin role', target(), { admins: ['t'] }],
    ['target is synchronised from another directory', target({ attributes: { onPremisesSyncEnabled: ['true'] } }), {}],
    ['type differs', target({ kind: 'group' }), {}],
  ] as const)('%s: a Conflict that says so and keeps the target and the evidence, written or not', (risk, there, options) => {
    for (const written of ['written', 'not written'] as const) {
      const result = again(there, { ...options, written });
      expect(result).toMatchObject({ state: 'Conflict', targetId: 't', ruleId: 'r3', risks: [risk], evidence: [{ ruleId: 'r3' }] });
      expect(result?.reason).toContain(risk);
    }
  });

  test.each([
    [target({ name: 'Bob' }), ['names differ']],
    [target({ deleted: true }), ['target is in the recycle bin']],
    [target({ attributes: { assignedLicenses: ['x'], mail: ['a@x'] } }), ['mailbox in use']],
  ] as const)('what only has to be looked at keeps it Matched and is told', (there, risks) => {
    expect(again(there)).toMatchObject({ state: 'Matched', risks });
    expect(again(there)?.reason).toContain(risks[0]);
  });

  test('a risk that is gone is not told any more', () => {
    expect(again(target(), { known: known({ risks: ['names differ'], reason: 'found; look first: names differ.' }) })).toMatchObject({ state: 'Matched', risks: [], reason: 'Matched with Ann before.' });
  });

  test('the own anchor, the present one and the one before mS-DS-ConsistencyGuid was filled, is nobody else\'s', () => {
    const there = target({ name: 'Bob', attributes: { onPremisesImmutableId: [OWN], assignedLicenses: ['x'], mail: ['a@x'] } });
    for (const one of [source(), source({ 'mS-DS-ConsistencyGuid': [FOREIGN] })]) expect(again(there, { source: one })).toMatchObject({ state: 'Matched', risks: [] });
    expect(again(target({ attributes: { onPremisesImmutableId: [FOREIGN] } }), { source: source({ 'mS-DS-ConsistencyGuid': [FOREIGN] }) })).toMatchObject({ state: 'Matched', risks: [] });
  });

  test('what a migration wrote is not doubted for a name or a mailbox', () => {
    expect(again(target({ name: 'Bob', attributes: { assignedLicenses: ['x'], mail: ['a@x'] } }), { written: 'written' })).toMatchObject({ state: 'Matched', risks: [] });
  });

  test('a Conflict that is over is a match again; a target that is gone has to be matched anew', () => {
    expect(again(target(), { known: known({ state: 'Conflict', risks: ['target has an admin role'], reason: 'x' }), written: 'written' })).toMatchObject({ state: 'Matched', risks: [], reason: 'Matched with Ann before.' });
    expect(again(null)).toBeUndefined();
    expect(again(target(), { known: known({ targetId: null }) })).toBeUndefined();
  });
});
