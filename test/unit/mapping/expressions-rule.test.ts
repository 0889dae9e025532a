import { describe, expect, test } from 'vitest';
import { mapObject, readExpression } from '../../../electron/engines/mapping/index.ts';
import type { ExpressionInput, MapInput, MappedObject } from '../../../electron/engines/mapping/index.ts';
import type { Attributes } from '../../../shared/domain/objects.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';

const EXPRESSIONS: ExpressionInput = { now: Date.UTC(2021, 6, 2), random: () => 0, parameters: { 'Domain.NetBIOS': 'CORP' } };
const SOURCE: Attributes = { sAMAccountName: ['ann'], givenName: ['Zoë'], sn: ['Lee'], userAccountControl: ['514'], otherTelephone: ['1', '2'] };
const rule = (value: string, more: Partial<MappingRule> = {}): MappingRule => ({
  id: 'x', position: 3, enabled: true, action: 'Expression', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute: 'jobTitle', value, conversion: 'none', ...more,
});
const map = (rules: readonly MappingRule[], there: Attributes | null = {}, more: Partial<MapInput> = { expressions: EXPRESSIONS }): MappedObject => mapObject({
  source: { id: '12345678-1234-1234-1234-1234567890ab', kind: 'user', dn: 'CN=Ann,DC=corp,DC=local', name: 'Ann', attributes: SOURCE, links: {} },
  target: there === null ? null : { id: 't', kind: 'user', name: 'Ann', attributes: there, links: {}, deleted: false },
  rules, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' }, defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' },
  verifiedDomains: new Set(['contoso.com']), initialDomain: 'contoso.onmicrosoft.com', resolve: () => null, ...more,
});

describe('a mapping rule of action Expression', () => {
  test('writes its value and says from which attributes', () => {
    expect(map([rule('[givenName] & " " & [sn] & " " & %Domain.NetBIOS% & %Domain.FQDN%')]).values.get('jobTitle')).toEqual({
      values: ['Zoë Lee CORPcorp.local'], provenance: { ruleId: 'x', source: 'givenName, sn', reason: 'Expression [givenName] & " " & [sn] & " " & %Domain.NetBIOS% & %Domain.FQDN%' },
    });
  });
  test('gives a truth value in the form of the target', () => {
    expect(map([rule('IIF(BitAnd([userAccountControl],2)=0,True,False)', { targetAttribute: 'accountEnabled' })]).values.get('accountEnabled')?.values).toEqual(['false']);
    expect(map([rule('[sn]', { targetAttribute: 'accountEnabled' })]).problems[0]).toMatchObject({ severity: 'error', message: expect.stringContaining('is neither') as string });
  });
  test('gives several values only where there is room', () => {
    expect(map([rule('[otherTelephone]', { targetAttribute: 'businessPhones' })]).values.get('businessPhones')?.values).toEqual(['1', '2']);
    expect(map([rule('[otherTelephone]')]).problems[0]?.message).toBe('Mapping rule 3 (jobTitle): jobTitle holds one value, and the expression gives 2; use Item or Join.');
  });
  test.each(['[nothing]', '""', 'IgnoreThisFlow', 'IgnoreFlowIfNullOrEmpty([nothing])'])('%s leaves the target to the next rule', (text) => {
    const mapped = map([rule(text), rule('"next"', { id: 'y', position: 4 })]);
    expect(mapped.values.get('jobTitle')).toMatchObject({ values: ['next'], provenance: { ruleId: 'y' } });
  });
  test('empties the target only by AuthoritativeNull, and only where it can be empty', () => {
    expect(map([rule('AuthoritativeNull')]).values.get('jobTitle')?.values).toBeNull();
    expect(map([rule('AuthoritativeNull', { targetAttribute: 'displayName' })]).problems[0]?.message).toContain('cannot be empty');
  });
  test('of several rules the first with a value decides', () => {
    expect(map([rule('"second"', { position: 2 }), rule('"first"', { position: 1 })]).values.get('jobTitle')?.values).toEqual(['first']);
  });
  test('keeps the object out with the place when it is wrong or fails', () => {
    expect(map([rule('Trm([sn])')]).problems[0]).toMatchObject({ severity: 'error', attribute: 'jobTitle', message: 'Mapping rule 3 (jobTitle): at character 1 of the expression: There is no function "Trm". Did you mean "Trim"?' });
    expect(map([rule('Append("x", Error("No code."))')]).problems[0]?.message).toBe('Mapping rule 3 (jobTitle): No code. (character 13 of the expression)');
    expect(map([rule('Redact([sn])')]).problems[0]?.message).toContain('redacted');
  });
  test('random values are not written at every run', () => {
    expect(map([rule('Guid()')]).problems[0]?.message).toContain('would change at every run');
    expect(map([rule('Guid()', { condition: 'only if the target is empty' })]).values.get('jobTitle')?.values).toEqual(['00000000-0000-4000-8000-000000000000']);
    expect(map([rule('FormatDateTime(Now(), "yyyy")')]).values.get('jobTitle')?.values).toEqual(['2021']);
    expect(map([rule('CStr(Now())')], {}, {}).problems[0]?.message).toContain('not available');
  });
  test('candidates come on creation only, all of them', () => {
    const unique = rule('SelectUniqueValue([sn], [sn] & "2")');
    expect(map([unique], null).values.get('jobTitle')).toMatchObject({ values: ['Lee'], candidates: ['Lee', 'Lee2'] });
    expect(map([unique]).values.size).toBe(0);
  });
  test('a caller may keep what was read', () => {
    let count = 0;
    map([rule('[sn]')], {}, { expressions: { ...EXPRESSIONS, read: (text) => { count += 1; return readExpression(text); } } });
    expect(count).toBe(1);
  });
});
