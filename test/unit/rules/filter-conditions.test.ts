import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesFilter, parseFilter } from '../../../electron/engines/directory/filter/index.ts';
import { conditionProblem, FILTER_OPERATORS, filterOfQuery, type FilterCondition } from '../../../shared/rules/filter-conditions.ts';

const one = (attribute: string, operator: FilterCondition['operator'], value = ''): FilterCondition => ({ attribute, operator, value });
const query = (...conditions: FilterCondition[]) => filterOfQuery({ objectClass: '', join: 'and', conditions });

describe('the filter of a query', () => {
  test.each([
    [one('department', 'is', 'Sales'), '(department=Sales)'], [one('department', 'is not', 'Sales'), '(!(department=Sales))'], [one('cn', 'starts with', 'a'), '(cn=a*)'], [one('cn', 'ends with', 'a'), '(cn=*a)'],
    [one('cn', 'contains', 'a'), '(cn=*a*)'], [one('cn', 'does not contain', 'a'), '(!(cn=*a*))'], [one('mail', 'is present'), '(mail=*)'], [one('mail', 'is not present'), '(!(mail=*))'],
    [one('uSNChanged', 'is at least', '7'), '(uSNChanged>=7)'], [one('uSNChanged', 'is at most', '7'), '(uSNChanged<=7)'], [one('userAccountControl', 'has all bits', '2'), '(userAccountControl:1.2.840.113556.1.4.803:=2)'],
    [one('groupType', 'has any bit', '2147483648'), '(groupType:1.2.840.113556.1.4.804:=2147483648)'], [one('memberOf', 'is or is below', 'CN=a\\, b,DC=x'), '(memberOf:1.2.840.113556.1.4.1941:=CN=a\\5c, b,DC=x)'],
  ] as const)('%o', (condition, filter) => {
    expect(query(condition)).toBe(filter);
    expect(conditionProblem(condition)).toBe('');
  });
  test('joins by and or or, and asks for a class', () => {
    const two = [one('l', 'is', 'Berlin'), one('l', 'is', 'Potsdam')];
    expect(query(...two)).toBe('(&(l=Berlin)(l=Potsdam))');
    expect(filterOfQuery({ objectClass: 'group', join: 'or', conditions: two })).toBe('(&(objectClass=group)(|(l=Berlin)(l=Potsdam)))');
    expect(filterOfQuery({ objectClass: 'user', join: 'and', conditions: [] })).toBe('(&(objectClass=user)(!(objectClass=computer)))');
    expect(query()).toBe('(objectClass=*)');
  });
  test.each([[one('', 'is', 'x'), 'Name the attribute'], [one('a b', 'is', 'x'), 'no attribute name'], [one('cn)(mail', 'is present'), 'no attribute name'], [one('cn', 'is', ''), 'Give a value'], [one('userAccountControl', 'has all bits', '0x2'), 'decimal']] as const)('%o is refused', (condition, words) => expect(conditionProblem(condition)).toContain(words));
  test('whatever is typed as a value is looked for as that value and nothing else', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.toWellFormed()), fc.constantFrom(...FILTER_OPERATORS.slice(0, 6)), (value, operator) => {
      const filter = parseFilter(query(one('cn', operator, value)));
      const entry = (held: string) => ({ dn: 'CN=x', values: () => [held] });
      const context = { attribute: (name: string) => ({ name, syntax: 'caseExact' as const, singleValued: true, linkId: null }) };
      const negative = operator === 'is not' || operator === 'does not contain';
      expect(matchesFilter(filter, entry(value), context)).toBe(!negative);
      expect(matchesFilter(filter, entry('\u{1F600}'), context)).toBe(negative || value === '\u{1F600}');
    }));
  });
});
