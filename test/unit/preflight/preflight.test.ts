import { describe, expect, test } from 'vitest';
import { checkObjects, createTenantNames, GROUP_GROWTH_LIMIT, GROUP_SIZE_LIMIT } from '../../../electron/engines/preflight/index.ts';
import type { CheckedObject } from '../../../electron/engines/preflight/index.ts';
import type { Attributes, SourceObject, TargetObject, Values } from '../../../shared/domain/objects.ts';

const object = (values: Readonly<Record<string, Values | null>>, more: { readonly id?: string; readonly targetId?: string | null; readonly source?: Partial<SourceObject> } = {}): CheckedObject => ({
  source: { id: more.id ?? 'u', kind: 'user', dn: 'CN=Ann', name: more.id ?? 'Ann', attributes: {}, links: {}, ...more.source }, targetId: more.targetId ?? null,
  values: new Map(Object.entries({ displayName: ['Ann'], ...values }).map(([name, value]) => [name, { values: value }])),
});
const held = (id: string, attributes: Attributes, more: Partial<TargetObject> = {}): TargetObject => ({ id, kind: 'user', name: `Holder ${id}`, attributes, links: {}, deleted: false, ...more });
const check = (objects: readonly CheckedObject[], tenant: readonly TargetObject[] = []) => {
  const names = createTenantNames();
  for (const target of tenant) names.add(target);
  return checkObjects(objects, { verifiedDomains: new Set(['x.com', 'x.internal']), names });
};
const rulesOf = (objects: readonly CheckedObject[], tenant: readonly TargetObject[] = []) => check(objects, tenant).map((finding) => `${finding.severity} ${finding.rule}`);

describe('one object', () => {
  test('a right one has no findings', () => expect(check([object({ userPrincipalName: ['ann@x.com'], mailNickname: ['ann'], jobTitle: ['Chief'] })])).toEqual([]));
  test.each([
    [`${'a'.repeat(65)}@x.com`, ['error userPrincipalName-prefix-length']], ['a b@x.com', ['error userPrincipalName-characters']], ['ann@y.com', ['error userPrincipalName-verified-suffix']], ['ann', ['error userPrincipalName-local-part']],
    // A domain that the tenant has verified is one, whatever its last label.
    ['ann@x.internal', []],
    ["o'neil@x.com", []], [`${'a'.repeat(64)}@x.com`, []],
  ])('%s', (upn, expected) => expect(rulesOf([object({ userPrincipalName: [upn] })])).toEqual(expected));
  test.each<[Readonly<Record<string, Values | null>>, string]>([
    [{ displayName: null }, 'error displayName-blank'], [{ displayName: ['x'.repeat(257)] }, 'error displayName-length'], [{ jobTitle: ['x'.repeat(129)] }, 'error jobTitle-length'], [{ businessPhones: ['1', '2'] }, 'error businessPhones-count'], [{ mailNickname: ['a b'] }, 'error mailNickname-characters'],
  ])('%o', (values, expected) => expect(rulesOf([object(values)])).toEqual([expected]));
  test('lengths count characters, not halves of them', () => expect(rulesOf([object({ jobTitle: ['😀'.repeat(128)] })])).toEqual([]));
  test('an existing object may leave its display name as it is', () => {
    const existing: CheckedObject = { ...object({}, { targetId: 't' }), values: new Map() };
    expect(check([existing])).toEqual([]);
    expect(check([{ ...existing, targetId: null }])).toHaveLength(1);
  });
  test('an address with letters beyond ASCII is refused by Graph', () => expect(rulesOf([object({ mail: ['zoë@x.com'] })])).toEqual(['error mail-ascii']));
  test('reserved names and sizes', () => {
    expect(rulesOf([object({ mailNickname: ['Postmaster'] }, { source: { kind: 'group' } })])).toEqual(['error mailNickname-reserved']);
    expect(rulesOf([object({ mailNickname: ['postmaster'] })])).toEqual([]);
    expect(rulesOf([object({}, { source: { name: 'HealthMailbox0123' } })])).toEqual(['error name-reserved']);
    const members = Array.from({ length: GROUP_SIZE_LIMIT + 1 }, () => 'CN=x');
    expect(rulesOf([object({}, { source: { kind: 'group', links: { member: members } } })])).toEqual(['error member-count']);
    expect(rulesOf([object({}, { source: { kind: 'group', links: { member: members.slice(1) } } })])).toEqual(['warning member-growth']);
    expect(rulesOf([object({}, { source: { kind: 'group', links: { member: members.slice(0, GROUP_GROWTH_LIMIT) } } })])).toEqual([]);
  });
});

describe('unique names', () => {
  test('both holders in the collection are told', () => {
    const findings = check([object({ userPrincipalName: ['ann@x.com'] }, { id: 'a' }), object({ userPrincipalName: ['ANN@x.com'] }, { id: 'b' }), object({ userPrincipalName: ['c@x.com'] }, { id: 'c' })]);
    expect(findings.map((finding) => [finding.sourceId, finding.severity, finding.rule])).toEqual([['a', 'error', 'userPrincipalName-duplicate'], ['b', 'error', 'userPrincipalName-duplicate']]);
    expect(findings[0]?.message).toContain('also meant for b');
  });
  test('a name that belongs to somebody else in the tenant', () => {
    const tenant = [held('t', { userPrincipalName: ['Ann@x.com'] }), held('g', { proxyAddresses: ['smtp:sales@x.com'] }, { kind: 'group' })];
    expect(rulesOf([object({ userPrincipalName: ['ann@x.com'] })], tenant)).toEqual(['error userPrincipalName-unique-in-tenant']);
    expect(rulesOf([object({ userPrincipalName: ['ann@x.com'] }, { targetId: 't' })], tenant)).toEqual([]);
    expect(rulesOf([object({ mail: ['Sales@x.com'] })], tenant)).toEqual(['error mail-unique-in-tenant']);
  });
  test('a name that everybody wants is told of each, in a time that grows with the objects and not with their square', () => {
    const everybody = Array.from({ length: 20_000 }, (_, i) => object({ mail: ['info@x.com'], proxyAddresses: ['SMTP:info@x.com'] }, { id: `o${i}` }));
    const began = performance.now();
    const found = check(everybody).filter((finding) => finding.rule === 'mail-duplicate');
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(found).toHaveLength(20_000);
    expect(new Set(found.map((finding) => finding.sourceId)).size).toBe(20_000);
  }, 60_000);
  test('a sign-in name that is somebody else\'s address, unless the user has it already', () => {
    const tenant = [held('t', { proxyAddresses: ['smtp:ann@x.com'] }), held('own', { userPrincipalName: ['ann@x.com'] })];
    expect(rulesOf([object({ userPrincipalName: ['ann@x.com'] }, { targetId: 'own' })], tenant)).toEqual([]);
    expect(rulesOf([object({ userPrincipalName: ['ann@x.com'] })], tenant.slice(0, 1))).toEqual(['error userPrincipalName-unique-in-tenant']);
    // Two accounts of one address, one of which is matched: what it has as an address it may sign in by.
    expect(rulesOf([object({ userPrincipalName: ['ann@x.com'] }, { targetId: 'two' })], [held('one', { mail: ['ann@x.com'] }), held('two', { mail: ['ann@x.com'], userPrincipalName: ['ann2@x.com'] })])).toEqual([]);
    const both = check([object({ userPrincipalName: ['ann@x.com'], mail: ['ann@x.com'] }, { id: 'a' }), object({ proxyAddresses: ['smtp:ANN@x.com'] }, { id: 'b' })]);
    expect(both.map((finding) => [finding.sourceId, finding.rule])).toEqual([['a', 'mail-duplicate'], ['b', 'proxyAddresses-duplicate']]);
    const signIn = check([object({ userPrincipalName: ['ann@x.com'] }, { id: 'a' }), object({ proxyAddresses: ['smtp:ANN@x.com'] }, { id: 'b' })]);
    expect(signIn.map((finding) => [finding.sourceId, finding.rule])).toEqual([['a', 'userPrincipalName-duplicate'], ['b', 'proxyAddresses-duplicate']]);
  });
  test('a name that lies in the recycle bin is a warning', () => {
    const tenant = [held('ab-cd', { userPrincipalName: ['abcdann@x.com'] }, { deleted: true })];
    expect(rulesOf([object({ userPrincipalName: ['ann@x.com'] })], tenant)).toEqual(['warning userPrincipalName-unique-in-tenant']);
  });
  test('an address whose holder lies in the recycle bin stops the object: Graph gives it to nobody else', () => {
    const tenant = [held('t', { proxyAddresses: ['SMTP:ann@x.com'] }, { deleted: true })];
    expect(rulesOf([object({ mail: ['Ann@x.com'] })], tenant)).toEqual(['error mail-unique-in-tenant']);
  });
  test('a shared nickname stops a Microsoft 365 group only', () => {
    const tenant = [held('t', { mailNickname: ['staff'] })];
    expect(rulesOf([object({ mailNickname: ['staff'] })], tenant)).toEqual(['warning mailNickname-unique-in-tenant']);
    expect(rulesOf([object({ mailNickname: ['staff'], groupTypes: ['Unified'] }, { source: { kind: 'group' } })], tenant)).toEqual(['error mailNickname-unique-in-tenant']);
  });
});
