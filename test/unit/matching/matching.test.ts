import { describe, expect, test } from 'vitest';
import { createTargetIndex, DEFAULT_MATCHING_RULES, describeRule, matchObject, matchPinned, settleConflicts } from '../../../electron/engines/matching/index.ts';
import type { Attributes, ObjectKind, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { MatchingRule } from '../../../shared/domain/rules.ts';
import { immutableIdFromGuid } from '../../../shared/rules/guid.ts';

const ID = '12345678-1234-1234-1234-1234567890ab';
const ANCHOR = immutableIdFromGuid(ID) ?? '';
const rules: readonly MatchingRule[] = DEFAULT_MATCHING_RULES.map((rule, i) => ({ ...rule, id: `r${i + 1}` }));
const withRule = (id: string): readonly MatchingRule[] => rules.map((rule) => (rule.id === id ? { ...rule, enabled: true } : rule));
const source = (attributes: Attributes, kind: ObjectKind = 'user', id = ID): SourceObject => ({ id, kind, dn: 'CN=Ann,DC=x', name: 'Ann', attributes, links: {} });
const target = (id: string, attributes: Attributes, more: Partial<TargetObject> = {}): TargetObject => ({ id, kind: 'user', name: 'Ann', attributes, links: {}, deleted: false, ...more });
const context = { upnSuffix: 'contoso.com', adminIds: new Set(['admin']) };
const run = (object: SourceObject, targets: readonly TargetObject[], using = rules) => {
  const index = createTargetIndex(using, context);
  for (const one of targets) index.add(one);
  return matchObject(object, using, index, context);
};

describe('the first rule with hits decides', () => {
  test('the anchor comes before the sign-in name', () => {
    const result = run(source({ userPrincipalName: ['ann@contoso.com'] }), [target('upn', { userPrincipalName: ['ann@contoso.com'] }), target('anchor', { onPremisesImmutableId: [ANCHOR] })]);
    expect(result).toMatchObject({ state: 'Matched', targetId: 'anchor', ruleId: 'r1', risks: [], evidence: [{ ruleId: 'r1', value: ANCHOR, hits: ['anchor'] }] });
  });
  test('mS-DS-ConsistencyGuid is the anchor of a user that has one', () => {
    const result = run(source({ 'mS-DS-ConsistencyGuid': ['AAAAAAAAAAAAAAAAAAAAAA=='] }), [target('t', { onPremisesImmutableId: ['AAAAAAAAAAAAAAAAAAAAAA=='] }), target('u', { onPremisesImmutableId: [ANCHOR] })]);
    expect(result.targetId).toBe('t');
  });
  test('anchors compare exactly', () => {
    expect(run(source({}), [target('t', { onPremisesImmutableId: [ANCHOR.toLowerCase()] })]).state).toBe('Not matched');
  });
  test.each([
    [{ userPrincipalName: [' ANN@contoso.com'] }, { userPrincipalName: ['ann@CONTOSO.com'] }, 'r2'],
    [{ proxyAddresses: ['smtp:x@x.com', 'SMTP:Ann@x.com'] }, { mail: ['ann@X.com'] }, 'r3'],
    [{ mail: ['ann@x.com'] }, { mail: ['other@x.com'], proxyAddresses: ['SMTP:ann@x.com'] }, 'r3'],
    [{ userPrincipalName: ['ann@corp.local'] }, { userPrincipalName: ['ann@contoso.com'] }, 'r4'],
  ])('%o and %o by %s', (attributes, there, rule) => expect(run(source(attributes), [target('t', there)])).toMatchObject({ state: 'Matched', targetId: 't', ruleId: rule }));
  test.each([
    [{ proxyAddresses: ['smtp:ann@x.com'] }, { mail: ['ann@x.com'] }], [{ mail: ['ann@x.com'] }, { proxyAddresses: ['smtp:ann@x.com'] }],
    [{ userPrincipalName: ['ann@corp.local'] }, { userPrincipalName: ['ann@fabrikam.com'] }], [{ displayName: ['Ann'] }, { displayName: ['Ann'] }], [{ userPrincipalName: [' '] }, { userPrincipalName: [' '] }],
  ])('%o and %o do not match', (attributes, there) => {
    const result = run(source(attributes), [target('t', there)]);
    expect(result).toMatchObject({ state: 'Not matched', targetId: null, ruleId: null, reason: '4 rules tried, no candidate.' });
    expect(result.evidence).toHaveLength(4);
  });
  test('position, not order of the list, ranks rules', () => {
    const reversed = rules.map((rule) => ({ ...rule, position: -rule.position }));
    const targets = [target('upn', { userPrincipalName: ['ann@contoso.com'] }), target('mail', { mail: ['ann@contoso.com'] })];
    expect(run(source({ userPrincipalName: ['ann@contoso.com'], mail: ['ann@contoso.com'] }), targets).targetId).toBe('upn');
    expect(run(source({ userPrincipalName: ['nobody@contoso.com'], mail: ['ann@contoso.com'] }), targets, reversed).targetId).toBe('mail');
  });
});

test('two hits are ambiguous and none is picked', () => {
  const result = run(source({ mail: ['ann@x.com'] }), [target('a', { mail: ['ann@x.com'] }), target('b', { proxyAddresses: ['SMTP:ann@x.com'] })]);
  expect(result).toMatchObject({ state: 'Ambiguous', targetId: null, ruleId: 'r3' });
  expect(result.evidence.at(-1)?.hits).toEqual(['a', 'b']);
});

describe('risks', () => {
  const upn = { userPrincipalName: ['ann@contoso.com'] };
  test.each([
    ['target has an admin role', target('admin', upn)], ['target has another immutable id', target('t', { ...upn, onPremisesImmutableId: ['other'] })],
    ['target is synchronised from another directory', target('t', { ...upn, onPremisesSyncEnabled: ['true'] })],
  ])('%s refuses the match', (risk, there) => {
    const result = run(source(upn), [there]);
    expect(result).toMatchObject({ state: 'Conflict', targetId: there.id, risks: [risk] });
    expect(result.reason).toContain(risk);
  });
  test.each([['names differ', target('t', upn, { name: 'Bob' })], ['mailbox in use', target('t', { ...upn, mail: ['a@x.com'], assignedLicenses: ['sku'] })]])('%s is shown', (risk, there) => {
    expect(run(source(upn), [there])).toMatchObject({ state: 'Matched', risks: [risk] });
  });
  test('accents and case make no other name', () => expect(run(source({ ...upn, displayName: ['Änn  Lee'] }), [target('t', upn, { name: 'ann lee' })]).risks).toEqual([]));
  test('a rule across classes gives a type conflict', () => {
    const cross = rules.map((rule) => (rule.id === 'r3' ? { ...rule, targetClass: 'contact' as const } : rule));
    expect(run(source({ mail: ['ann@x.com'] }), [target('c', { mail: ['ann@x.com'] }, { kind: 'contact' })], cross)).toMatchObject({ state: 'Conflict', risks: ['type differs'] });
  });
  test('an address that another kind of object holds is a conflict, not a free place', () => {
    expect(run(source({ mail: ['ann@x.com'] }), [target('g', { mail: ['ann@x.com'] }, { kind: 'group', name: 'Sales' })])).toMatchObject({ state: 'Conflict', targetId: 'g' });
  });
});

describe('the recycle bin', () => {
  test('is searched by the anchor only', () => {
    expect(run(source({ userPrincipalName: ['ann@contoso.com'] }), [target('d', { userPrincipalName: ['ann@contoso.com'] }, { deleted: true })]).state).toBe('Not matched');
    expect(run(source({}), [target('d', { onPremisesImmutableId: [ANCHOR] }, { deleted: true })])).toMatchObject({ state: 'Matched', targetId: 'd', risks: ['target is in the recycle bin'] });
  });
  test('a live target wins', () => {
    expect(run(source({}), [target('d', { onPremisesImmutableId: [ANCHOR] }, { deleted: true }), target('l', { onPremisesImmutableId: [ANCHOR] })])).toMatchObject({ state: 'Matched', targetId: 'l' });
  });
});

describe('groups', () => {
  test('without mail are matched only when the name rule is turned on', () => {
    const group = source({ displayName: ['Staff'], sAMAccountName: ['Staff'] }, 'group');
    const there = target('g', { displayName: ['staff'] }, { kind: 'group', name: 'staff' });
    expect(run(group, [there]).state).toBe('Not matched');
    const named = DEFAULT_MATCHING_RULES.findIndex((rule) => rule.sourceClass === 'group' && rule.sourceAttribute === 'displayName');
    expect(run(group, [there], withRule(`r${named + 1}`))).toMatchObject({ state: 'Matched', targetId: 'g' });
  });
});

describe('pinned matches', () => {
  const index = createTargetIndex(rules, context);
  index.add(target('admin', {}, { name: 'Bob' }));
  test('list risks without being stopped by them', () => expect(matchPinned(source({}), 'admin', index, context)).toMatchObject({ state: 'Matched', pinned: true, risks: ['target has an admin role', 'names differ'] }));
  test('to a vanished target match nothing', () => expect(matchPinned(source({}), 'gone', index, context)).toMatchObject({ state: 'Not matched', targetId: null, pinned: true }));
});

describe('two sources on one target', () => {
  const result = (sourceId: string, targetId: string, pinned = false) => ({ sourceId, state: 'Matched' as const, targetId, ruleId: pinned ? null : 'r2', pinned, evidence: [], risks: [], reason: '' });
  test('are both in conflict, each naming the other', () => {
    const settled = settleConflicts([result('a', 't'), result('b', 't'), result('c', 'u')], (id) => `Name of ${id}`);
    expect(settled.map((one) => one.state)).toEqual(['Conflict', 'Conflict', 'Matched']);
    expect(settled[0]?.reason).toContain('Name of b');
    expect(settled[1]?.reason).toContain('Name of a');
  });
  test('a pinned one keeps the target; two pinned ones do not', () => {
    expect(settleConflicts([result('a', 't', true), result('b', 't')]).map((one) => one.state)).toEqual(['Matched', 'Conflict']);
    expect(settleConflicts([result('a', 't', true), result('b', 't', true)]).map((one) => one.state)).toEqual(['Conflict', 'Conflict']);
  });
});

test('rules in words', () => expect(DEFAULT_MATCHING_RULES.slice(0, 2).map(describeRule)).toEqual(['user objectGUID = user onPremisesImmutableId (source anchor)', 'user userPrincipalName = user userPrincipalName']));
