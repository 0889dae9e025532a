import { describe, expect, it } from 'vitest';
import { createUniqueValues, type MappedObject } from '../../../electron/engines/mapping/index.ts';
import type { SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';

const rule = (targetAttribute: string, more: Partial<MappingRule> = {}): MappingRule => ({
  id: 'r', position: 1, enabled: true, action: 'Expression', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute, value: 'SelectUniqueValue([sn], [cn])', conversion: 'none', ...more,
});
const source = (id: string): SourceObject => ({ id, kind: 'user', dn: `CN=${id}`, name: id, attributes: {}, links: {} });
const target = (id: string, attributes: TargetObject['attributes'], more: Partial<TargetObject> = {}): TargetObject => ({ id, kind: 'user', name: id, attributes, links: {}, deleted: false, ...more });
const mapped = (values: Readonly<Record<string, { values: readonly string[]; candidates?: readonly string[] }>>, skip: string | null = null): MappedObject => ({
  values: new Map(Object.entries(values).map(([name, v]) => [name, { ...v, provenance: { ruleId: 'r', source: '', reason: 'Expression' } }])), links: {}, unresolved: [], problems: [], skip,
});
const offer = (attribute: string, ...candidates: string[]): MappedObject => mapped({ [attribute]: { values: candidates.slice(0, 1), candidates } });
const chosen = (object: MappedObject, attribute: string) => object.values.get(attribute)?.values?.[0];

describe('values that must be unique', () => {
  it('are looked after only when an enabled rule offers several', () => {
    expect(createUniqueValues([rule('mail', { value: '[mail]' }), rule('mail', { enabled: false }), rule('mail', { action: 'Overwrite' }), rule('mail', { value: 'Trim(' })])).toBeUndefined();
    expect(createUniqueValues([rule('mail')])).toBeDefined();
  });

  it.each<readonly [string, string, TargetObject, string]>([
    ['a sign-in name that is somebody\'s address', 'userPrincipalName', target('t', { proxyAddresses: ['smtp:A@example.com'] }), 'b@example.com'],
    ['an address that is somebody\'s sign-in name', 'mail', target('t', { userPrincipalName: ['A@EXAMPLE.com'] }), 'b@example.com'],
    ['a sign-in name that waits in the recycle bin', 'userPrincipalName', target('11111111-2222-3333-4444-555555555555', { userPrincipalName: ['11111111222233334444555555555555a@example.com'] }, { deleted: true }), 'b@example.com'],
    ['another attribute', 'employeeId', target('t', { userPrincipalName: ['a@example.com'] }), 'a@example.com'],
    ['the same attribute of a group', 'mailNickname', target('t', { mailNickname: ['A@example.com'] }, { kind: 'group' }), 'b@example.com'],
  ])('%s', (_, attribute, held, expected) => {
    const unique = createUniqueValues([rule(attribute)]);
    unique?.add(held);
    const result = unique?.choose(source('s'), offer(attribute, 'a@example.com', 'b@example.com'));
    expect(result && chosen(result, attribute)).toBe(expected);
  });

  it('gives the same object the same answer again, and the next object another', () => {
    const unique = createUniqueValues([rule('mail')]);
    const ask = (id: string) => { const result = unique?.choose(source(id), offer('mail', 'a@x.de', 'b@x.de')); return result && [chosen(result, 'mail'), result.problems.length]; };
    expect([ask('1'), ask('2'), ask('1'), ask('3'), ask('2')]).toEqual([['a@x.de', 0], ['b@x.de', 0], ['a@x.de', 0], [undefined, 1], ['b@x.de', 0]]);
  });

  it('counts values that other rules gave to earlier objects, but not those of objects that are left out', () => {
    const unique = createUniqueValues([rule('mail')]);
    unique?.choose(source('1'), mapped({ mail: { values: ['a@x.de'] } }));
    unique?.choose(source('2'), mapped({ mail: { values: ['b@x.de'] } }, 'left out'));
    const result = unique?.choose(source('3'), offer('mail', 'a@x.de', 'b@x.de'));
    expect(result && chosen(result, 'mail')).toBe('b@x.de');
  });
});
