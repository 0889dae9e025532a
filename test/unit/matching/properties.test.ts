import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTargetIndex, matchObject, matchPinned, reviewOf, settleConflicts } from '../../../electron/engines/matching/index.ts';
import type { MatchResult, ObjectKind, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import { NO_DECISION, type MatchDecision } from '../../../shared/domain/review.ts';
import type { MatchingRule } from '../../../shared/domain/rules.ts';
import { immutableIdFromGuid } from '../../../shared/rules/guid.ts';

/** Few values, so that objects meet often: one and the same name, address and anchor is wanted by several. */
const guid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const word = fc.constantFrom('ann', 'ben', 'cem', 'dot');
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> => fc.array(value, { maxLength: 1 });
const kinds = fc.constantFrom<ObjectKind>('user', 'group');
const attributes = (upn: readonly string[], mail: readonly string[], name: readonly string[], more: Record<string, readonly string[]> = {}): Record<string, readonly string[]> =>
  Object.fromEntries(Object.entries({ userPrincipalName: upn.map((w) => `${w}@x.com`), mail: mail.map((w) => `${w}@x.com`), displayName: name, ...more }).filter(([, values]) => values.length > 0));

const sourcesOf = fc.array(fc.record({ kind: kinds, upn: some(word), mail: some(word), name: some(word) }), { minLength: 1, maxLength: 8 })
  .map((list) => list.map(({ kind, upn, mail, name }, i): SourceObject => ({ id: guid(i + 1), kind, dn: `CN=${i},DC=x`, name: `S${i}`, attributes: attributes(upn, mail, name), links: {} })));
const targetsOf = fc.array(fc.record({ kind: kinds, upn: some(word), mail: some(word), name: some(word), anchor: some(fc.integer({ min: 1, max: 8 })), deleted: fc.boolean(), sync: fc.boolean() }), { maxLength: 8 })
  .map((list) => list.map(({ kind, upn, mail, name, anchor, deleted, sync }, i): TargetObject => ({
    id: `t${i}`, kind, name: name[0] ?? `T${i}`, links: {}, deleted: deleted && i % 3 === 0,
    attributes: attributes(upn, mail, name, { ...(anchor.length > 0 ? { onPremisesImmutableId: anchor.map((n) => immutableIdFromGuid(guid(n)) ?? '') } : {}), ...(sync && i % 4 === 0 ? { onPremisesSyncEnabled: ['true'] } : {}) }),
  })));
const rule = (id: string, kind: ObjectKind, from: string, to: string, comparison: MatchingRule['comparison']): Omit<MatchingRule, 'position' | 'enabled'> => ({ id, sourceClass: kind, sourceAttribute: from, targetClass: kind, targetAttribute: to, comparison });
const RULES = [
  rule('anchor', 'user', 'objectGUID', 'onPremisesImmutableId', 'anchor'), rule('upn', 'user', 'userPrincipalName', 'userPrincipalName', 'value'), rule('mail', 'user', 'mail', 'mail', 'smtp'), rule('name', 'user', 'displayName', 'displayName', 'value'),
  rule('gmail', 'group', 'mail', 'mail', 'smtp'), rule('gname', 'group', 'displayName', 'displayName', 'value'),
];
const rulesOf = fc.tuple(fc.shuffledSubarray(RULES, { minLength: 1 }), fc.array(fc.boolean(), { minLength: 6, maxLength: 6 })).map(([list, on]) => list.map((one, i): MatchingRule => ({ ...one, position: i + 1, enabled: on[i] !== false || i === 0 })));
const decisionOf: fc.Arbitrary<MatchDecision> = fc.record({
  accepted: fc.option(fc.record({ targetId: fc.constantFrom('t0', 't1', 't2', 't3'), risks: fc.constant(['names differ', 'weak evidence', 'target has an admin role', 'target has another immutable id']), by: fc.constant('p') }), { nil: null }),
  rejected: fc.uniqueArray(fc.constantFrom('t0', 't1', 't2', 't3', 't4'), { maxLength: 3 }),
  verdict: fc.option(fc.record({ kind: fc.constantFrom('create' as const, 'leave out' as const), by: fc.constant('p') }), { nil: null, freq: 6 }),
}).map((d) => (d.accepted !== null && d.rejected.includes(d.accepted.targetId) ? { ...d, accepted: null } : d));
const world = fc.record({ sources: sourcesOf, targets: targetsOf, rules: rulesOf, decisions: fc.array(fc.option(decisionOf, { nil: NO_DECISION }), { minLength: 8, maxLength: 8 }), pins: fc.array(fc.option(fc.integer({ min: 0, max: 7 }), { nil: null, freq: 3 }), { minLength: 8, maxLength: 8 }) });
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** A run over a whole organisation as the pipeline makes it: pins first, then rules, then conflicts; a source whose pinned target is of another kind or gone has no pin. */
function run({ sources, targets, rules, decisions, pins }: World, order: { readonly sources: readonly SourceObject[]; readonly targets: readonly TargetObject[]; readonly rules: readonly MatchingRule[] } = { sources, targets, rules }): ReadonlyMap<string, MatchResult> {
  const byId = new Map(sources.map((source, i) => [source.id, { decision: decisions[i] ?? NO_DECISION, pin: targets[pins[i] ?? -1] }]));
  const context = { upnSuffix: '', adminIds: new Set(['t1']), decisionOf: (id: string) => byId.get(id)?.decision };
  const index = createTargetIndex(order.rules, context);
  for (const target of order.targets) index.add(target);
  const review = (result: MatchResult): MatchResult => ({ ...result, review: reviewOf(result, byId.get(result.sourceId)?.decision ?? NO_DECISION, 'risky matches', 'not written') });
  const results = order.sources.map((source) => {
    const pin = byId.get(source.id)?.pin;
    return review(pin !== undefined && pin.kind === source.kind ? matchPinned(source, pin.id, index, context) : matchObject(source, order.rules, index, context));
  });
  return new Map(settleConflicts(results).map(review).map((result) => [result.sourceId, result]));
}
/** Without the words and the order of candidates, which may follow the order of reading. */
const plain = (results: ReadonlyMap<string, MatchResult>): unknown => [...results].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, r]) => [id, r.state, r.targetId, r.ruleId, r.review, r.risks.toSorted(), r.evidence.map((e) => [e.ruleId, e.hits.toSorted()])]);

describe('for any organisation, rules, pins and decisions', () => {
  test('the outcome does not hang on the order of sources, targets or rules', () => {
    fc.assert(fc.property(world, fc.infiniteStream(fc.nat()), (w, stream) => {
      const shuffled = <T>(list: readonly T[]): T[] => list.map((item) => ({ item, key: stream.next().value as number })).toSorted((a, b) => a.key - b.key).map((x) => x.item);
      expect(plain(run(w, { sources: shuffled(w.sources), targets: shuffled(w.targets), rules: shuffled(w.rules) }))).toEqual(plain(run(w)));
    }), { numRuns: 300 });
  });

  test('never are two sources matched with one target', () => {
    fc.assert(fc.property(world, (w) => {
      const held = [...run(w).values()].filter((r) => r.state === 'Matched').map((r) => r.targetId);
      expect(new Set(held).size).toBe(held.length);
    }), { numRuns: 400 });
  });

  test('a pin alone on its target holds, whatever rules and decisions say', () => {
    fc.assert(fc.property(world, (w) => {
      const results = run(w);
      const pinned = [...results.values()].filter((r) => r.pinned && r.targetId !== null);
      expect(pinned.filter((r) => r.state !== 'Matched' && pinned.filter((other) => other.targetId === r.targetId).length === 1)).toEqual([]);
    }), { numRuns: 300 });
  });

  test('a rejected pair never comes back, as a match or as a conflict', () => {
    fc.assert(fc.property(world, (w) => {
      const results = run(w);
      const back = w.sources.filter((source, i) => { const result = results.get(source.id); return result?.pinned === false && result.targetId !== null && w.decisions[i]?.rejected.includes(result.targetId) === true; });
      expect(back).toEqual([]);
    }), { numRuns: 400 });
  });

  test('no rule above the deciding one found anything that was not rejected', () => {
    fc.assert(fc.property(world, (w) => {
      const results = run(w);
      w.sources.forEach((source, i) => {
        const result = results.get(source.id);
        if (!result?.ruleId || result.evidence.at(-1)?.ruleId !== result.ruleId) return;
        const own = w.rules.filter((r) => r.enabled && r.sourceClass === source.kind).toSorted((a, b) => a.position - b.position).map((r) => r.id);
        expect(result.evidence.map((e) => e.ruleId)).toEqual(own.slice(0, own.indexOf(result.ruleId) + 1));
        for (const above of result.evidence.slice(0, -1)) expect(above.hits.filter((id) => !w.decisions[i]?.rejected.includes(id))).toEqual([]);
      });
    }), { numRuns: 300 });
  });

  test('what is blocked is never matched unless a person answered for it, and another kind never', () => {
    fc.assert(fc.property(world, (w) => {
      const results = run(w);
      w.sources.forEach((source, i) => {
        const result = results.get(source.id);
        const target = w.targets.find((t) => t.id === result?.targetId);
        if (result?.state !== 'Matched' || result.pinned || target === undefined) return;
        expect(target.kind).toBe(source.kind);
        if (target.id === 't1') expect(w.decisions[i]?.accepted?.targetId).toBe('t1');
      });
    }), { numRuns: 300 });
  });

  test('what a person left to nobody has no target, and everything has a reason', () => {
    fc.assert(fc.property(world, (w) => {
      const results = run(w);
      w.sources.forEach((source, i) => {
        const result = results.get(source.id);
        expect(result?.reason).not.toBe('');
        if (result?.pinned === false && w.decisions[i]?.verdict !== null && w.decisions[i] !== undefined) expect(result).toMatchObject({ state: 'Not matched', targetId: null });
      });
    }), { numRuns: 200 });
  });
});
