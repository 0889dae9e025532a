import { describe, expect, test } from 'vitest';
import { createTargetIndex, decideMatch, reviewOf, type DecideFacts, type Standing } from '../../../electron/engines/matching/index.ts';
import type { MatchResult, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import { NO_DECISION, REVIEW_ACTIONS, type ReviewAction } from '../../../shared/domain/review.ts';

const source: SourceObject = { id: '12345678-1234-1234-1234-1234567890ab', kind: 'user', dn: 'CN=Ann,DC=x', name: 'Ann', attributes: { displayName: ['Ann'] }, links: {} };
const target = (id: string, more: Partial<TargetObject> = {}): TargetObject => ({ id, kind: 'user', name: 'Ann', attributes: {}, links: {}, deleted: false, ...more });
const index = createTargetIndex([], { upnSuffix: '' });
for (const one of [target('a'), target('b', { name: 'Bob' }), target('admin'), target('g', { kind: 'group' }), target('held')]) index.add(one);
const facts = (more: Partial<DecideFacts> = {}): DecideFacts => ({ actor: 'me', adminIds: new Set(['admin']), chosen: undefined, targetOf: (id) => index.get(id), holderOf: (id) => (id === 'held' ? 'Eve' : undefined), written: false, overridden: false, ...more });
const found = (hits: readonly string[], more: Partial<MatchResult> = {}): MatchResult => ({
  sourceId: source.id, state: hits.length === 1 ? 'Matched' : 'Ambiguous', targetId: hits.length === 1 ? hits[0] ?? null : null, ruleId: 'r', pinned: false, evidence: [{ ruleId: 'r', rule: 'a rule', value: 'v', hits }], risks: [], reason: 'found', ...more,
});
const standing = (result: MatchResult | null, more: Partial<Standing> = {}): Standing => ({ result, decision: NO_DECISION, status: result?.state ?? 'New', reason: '', ...more });
const decided = (action: ReviewAction, before: Standing, more: Partial<DecideFacts> = {}) => decideMatch(action, source, before, facts(more));

describe('accepting', () => {
  test('a proposed match keeps its rule and evidence and remembers the risks that were seen', () => {
    expect(decided('accept', standing(found(['b'])))).toMatchObject({ after: { status: 'Matched', result: { state: 'Matched', targetId: 'b', ruleId: 'r', pinned: false, review: 'Accepted', risks: ['names differ'] }, decision: { accepted: { targetId: 'b', risks: ['names differ'], by: 'me' } } } });
  });
  test('of several candidates needs one of them named', () => {
    expect(decided('accept', standing(found(['a', 'b'])))).toMatchObject({ refused: expect.stringContaining('2 candidates') });
    expect(decided('accept', standing(found(['a', 'b'])), { chosen: 'admin' })).toMatchObject({ refused: expect.stringContaining('not a candidate') });
    expect(decided('accept', standing(found(['a', 'b'])), { chosen: 'b' })).toMatchObject({ after: { result: { state: 'Matched', targetId: 'b' } } });
  });
  test.each([['accept' as const], ['pin' as const]])('%s: an administrator needs the typed text, another kind is refused even so, a taken target always', (action) => {
    const conflict = (id: string) => standing(found([id], { state: 'Conflict' }));
    expect(decided(action, conflict('admin'))).toMatchObject({ refused: expect.stringContaining('admin role'), risky: ['target has an admin role'] });
    expect(decided(action, conflict('admin'), { overridden: true })).toMatchObject({ after: { result: { targetId: 'admin', state: 'Matched' } } });
    expect(decided(action, conflict('g'), { overridden: true })).toMatchObject({ refused: expect.stringContaining('different types'), risky: [] });
    expect(decided(action, conflict('held'), { overridden: true })).toMatchObject({ refused: expect.stringContaining('Eve'), risky: [] });
    expect(decided(action, standing(found(['gone'])))).toMatchObject({ refused: expect.stringContaining('no object gone') });
  });
});

describe('rejecting', () => {
  test('a match remembers the pair and leaves the object without one', () => {
    expect(decided('reject', standing(found(['a'])))).toMatchObject({ after: { status: 'Not matched', result: { state: 'Not matched', targetId: null, review: 'Rejected' }, decision: { rejected: ['a'] } } });
  });
  test('of several candidates rejects all, or the named one and leaves the rest to choose from', () => {
    expect(decided('reject', standing(found(['a', 'b'])))).toMatchObject({ after: { decision: { rejected: ['a', 'b'] }, result: { review: 'Rejected' } } });
    expect(decided('reject', standing(found(['a', 'b'])), { chosen: 'a' })).toMatchObject({ after: { status: 'Ambiguous', decision: { rejected: ['a'] }, result: { state: 'Ambiguous', review: 'To review' } } });
  });
  test('is refused for what a migration has written, and where nothing is proposed', () => {
    expect(decided('reject', standing(found(['a'])), { written: true })).toMatchObject({ refused: expect.stringContaining('Roll the object back') });
    expect(decided('reject', standing(null))).toMatchObject({ refused: expect.stringContaining('No match is proposed') });
  });
});

test('what is decided about the object as such takes the target away; a migrated object that is left out keeps it', () => {
  expect(decided('create', standing(found(['a', 'b'])))).toMatchObject({ after: { status: 'Not matched', result: { targetId: null, review: 'Create' }, decision: { verdict: { kind: 'create' } } } });
  expect(decided('leave out', standing(found(['a'])))).toMatchObject({ after: { status: 'Skipped', result: { targetId: null, review: 'Left out' } } });
  expect(decided('leave out', standing(found(['a']), { status: 'Migrated' }), { written: true })).toMatchObject({ after: { status: 'Migrated', result: { targetId: 'a', review: 'Left out' } } });
});

test('taking back forgets every decision; without one there is nothing to take back', () => {
  const before = standing(found(['a'], { state: 'Not matched', targetId: null }), { decision: { accepted: null, rejected: ['a'], verdict: null } });
  expect(decided('take back', before)).toMatchObject({ after: { status: 'New', result: null, decision: NO_DECISION } });
  expect(decided('take back', standing(found(['a'])))).toMatchObject({ refused: expect.stringContaining('Nothing was decided') });
  expect(decided('unpin', standing(found(['a'])))).toMatchObject({ refused: 'It is not pinned.' });
});

test.each(REVIEW_ACTIONS)('%s: whatever it makes of an object, the object has a status and a reason', (action) => {
  for (const before of [standing(null), standing(found(['a'])), standing(found(['a', 'b'])), standing(found([], { state: 'Not matched' })), standing(found(['a'], { pinned: true }))]) {
    const outcome = decided(action, before);
    if ('after' in outcome) expect(outcome.after).toMatchObject({ status: expect.stringMatching(/\w/), ...(outcome.after === before ? {} : { reason: expect.stringMatching(/\w/) }) });
    else expect(outcome.refused).toMatch(/\w.*\.$/);
  }
});

describe('where a match stands', () => {
  const accepted = (risks: readonly string[]) => ({ ...NO_DECISION, accepted: { targetId: 'a', risks, by: 'me' } });
  test.each([
    ['risky matches', [], NO_DECISION, 'not written', 'Not needed'], ['risky matches', ['names differ'], NO_DECISION, 'not written', 'To review'], ['risky matches', ['weak evidence'], NO_DECISION, 'not written', 'To review'],
    ['every match', [], NO_DECISION, 'not written', 'To review'], ['no match', ['names differ'], NO_DECISION, 'not written', 'Not needed'], ['every match', ['names differ'], NO_DECISION, 'written', 'Migrated before'],
    ['every match', [], accepted([]), 'not written', 'Accepted'], ['risky matches', ['names differ'], accepted(['names differ']), 'not written', 'Accepted'], ['risky matches', ['names differ', 'mailbox in use'], accepted(['names differ']), 'not written', 'To review'],
  ] as const)('%s, risks %j', (policy, risks, decision, written, expected) => expect(reviewOf(found(['a'], { risks }), decision, policy, written)).toBe(expected));
  test('Ambiguous and Conflict wait whatever the policy', () => {
    expect(reviewOf(found(['a', 'b']), NO_DECISION, 'no match', 'not written')).toBe('To review');
    expect(reviewOf(found(['a'], { state: 'Conflict' }), NO_DECISION, 'no match', 'written')).toBe('To review');
  });
});
