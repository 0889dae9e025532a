import { describe, expect, test } from 'vitest';
import { EXPRESSION_LIMITS, formatExpression, readExpression } from '../../../electron/engines/mapping/index.ts';
import type { ExpressionSchema, Problem } from '../../../electron/engines/mapping/index.ts';
import { shown } from './expressions-surroundings.ts';

const SCHEMA: ExpressionSchema = {
  attributes: [{ name: 'displayName', type: 'text' }, { name: 'proxyAddresses', type: 'text', multiValued: true }, { name: 'objectSid', type: 'binary' }, { name: 'userAccountControl', type: 'integer' }],
  parameters: ['Domain.FQDN'],
};
const problemsOf = (text: string): readonly Problem[] => {
  const read = readExpression(text, SCHEMA);
  return read.ok ? read.expression.warnings : read.problems;
};
const printed = (text: string): string => {
  const read = readExpression(text);
  return read.ok ? formatExpression(read.expression, 10_000) : `failed: ${read.problems[0]?.message}`;
};

describe('each problem has its place, a sentence and, where there is one, a hint', () => {
  const cases: readonly (readonly [text: string, marked: string, message: string | RegExp, hint?: string])[] = [
    ['', '', 'The expression is empty.'],
    ['  ', '', 'The expression is empty.'],
    ['Trim([displayName]', '(', 'The parenthesis of Trim is not closed.'],
    ['([displayName]', '(', 'This parenthesis is not closed.'],
    ['Trim([displayName]))', ')', 'This closing parenthesis has no opening one.'],
    ['Trim("x', '"x', 'This text has no closing quotation mark.'],
    ['Trim([displayName', '[displayName', 'This attribute has no closing bracket "]".'],
    ['[]', '[]', 'The brackets hold no attribute name.'],
    ['Trim([displayName] "x")', '"x"', 'A comma, an operator or a closing parenthesis is missing before "x".'],
    ['[displayName] "x"', '"x"', 'The expression ends before this point; an operator or a comma is missing.', 'Texts and attributes are joined with "&".'],
    ['"a" &', '', 'The expression is not complete: a value is missing at the end.'],
    ['& "a"', '&', 'A value is missing before "&".'],
    ['1 = 1 = 1', '=', 'A comparison cannot be compared again without parentheses.'],
    ["'a'", "'", 'Text is written between double quotation marks, not apostrophes.'],
    ['Left("a", 1.5)', '1.5', '"1.5" is not a whole number.'],
    ['99999999999999999999', '99999999999999999999', 'This number does not fit into 64 bits.'],
    ['displayName', 'displayName', '"displayName" is neither a function call nor a known word.', 'Write [displayName] for an attribute, "displayName" for a text.'],
    ['true', 'true', '"true" is neither a function call nor a known word.', 'Did you mean "True"?'],
    ['trim([displayName])', 'trim', 'There is no function "trim".', 'Did you mean "Trim"?'],
    ['Repalce("a", "b", "c")', 'Repalce', 'There is no function "Repalce".', 'Did you mean "Replace"?'],
    ['Xyzzyplugh()', 'Xyzzyplugh', 'There is no function "Xyzzyplugh".'],
    ['[displayname]', '[displayname]', 'There is no attribute "displayname".', 'Did you mean "displayName"?'],
    ['ImportedValue("dispalyName")', '"dispalyName"', 'There is no attribute "dispalyName".', 'Did you mean "displayName"?'],
    ['%Domain.FDQN%', '%Domain.FDQN%', 'There is no parameter %Domain.FDQN%.', 'Did you mean "Domain.FQDN"?'],
    ['Left("a")', 'Left("a")', 'Left takes 2 arguments, not 1.', 'Left(text, count)'],
    ['Mid("a")', 'Mid("a")', 'Mid takes at least 2 arguments, not 1.'],
    ['Mid("a", 1, 2, 3)', 'Mid("a", 1, 2, 3)', 'Mid takes at most 3 arguments, not 4.'],
    ['Now(1)', 'Now(1)', 'Now takes no arguments, not 1.'],
    ['Left(, 2)', ',', 'Argument 1 of Left (text) is left out, but it is needed.'],
    ['Left("a", "b")', '"b"', 'Argument 2 of Left (count) needs a whole number, and "b" is none.'],
    ['BitAnd(1 = 1, 2)', '1 = 1', 'Argument 1 of BitAnd (value1) needs a whole number, but this gives True or False.'],
    ['Trim([objectSid])', '[objectSid]', 'Argument 1 of Trim (value) needs a text, but this gives binary.'],
    ['StringFromSid("S-1-5")', '"S-1-5"', 'Argument 1 of StringFromSid (sid) needs binary, but this gives a text.'],
    ['CDate("soon")', '"soon"', 'Argument 1 of CDate (value) needs a date, and "soon" cannot be read as one.'],
    ['InStr("a", "b", 1, vbTextCompar)', 'vbTextCompar', /neither a function call/, 'Did you mean "vbTextCompare"?'],
    ['InStr("a", "b", 1, UTF8)', 'UTF8', 'Argument 4 of InStr (compare) is one of vbBinaryCompare, vbTextCompare.'],
    ['DateAdd("mm", 1, Now())', '"mm"', /is one of yyyy, q, m/, 'Did you mean "m"?'],
    ['Replace("a", "b", "c", "d", "e")', 'Replace("a", "b", "c", "d", "e")', /fit none of its ways/],
    ['Replace("a", "b", , , , , )', 'Replace("a", "b", , , , , )', /fit none of its ways/],
    ['Replace("a", , "(", , "x", , )', '"("', 'Argument 3 of Replace (regexPattern) is a regular expression that has an opening parenthesis without a closing one.'],
    ['Switch("a", "b", "c")', 'Switch("a", "b", "c")', /^Switch takes an even number of arguments/],
    ['Switch("a", "b", "c", "d", "e")', 'Switch("a", "b", "c", "d", "e")', /^Switch takes an even number of arguments/],
    ['Switch("a", "b")', 'Switch("a", "b")', /^Switch takes an even number of arguments/],
    ['ToLower(SelectUniqueValue("a", "b"))', 'SelectUniqueValue', 'SelectUniqueValue must be the whole expression; it cannot be part of another.'],
    ['SelectUniqueValue("a")', 'SelectUniqueValue("a")', 'SelectUniqueValue takes at least 2 arguments, not 1.'],
    ['$item', '$item', 'The variable $item is not defined here; Select, Where and With define one.'],
    ['Select($item, [proxyAddresses], $itme)', '$itme', 'The variable $itme is not defined here; Select, Where and With define one.', 'Did you mean "item"?'],
    ['IIF([displayName] = NULL, "a", "b")', '[displayName] = NULL', 'A comparison with NULL is never true.', 'Use IsNull or IsPresent.'],
    ['Join([proxyAddresses], ",")', 'Join([proxyAddresses], ",")', 'The separator of Join comes first, the values after it.', 'Write Join(",", [proxyAddresses]).'],
  ];
  for (const [text, marked, message, hint] of cases) test(`${JSON.stringify(text)}: ${message}`, () => {
    const problem = problemsOf(text)[0];
    expect(problem).toBeDefined();
    if (message instanceof RegExp) expect(problem?.message).toMatch(message);
    else expect(problem?.message).toBe(message);
    expect(text.slice(problem?.offset, (problem?.offset ?? 0) + (problem?.length ?? 0))).toBe(marked);
    if (hint !== undefined) expect(problem?.hint).toBe(hint);
  });
  test('a text that is too long or too deep is refused', () => {
    expect(problemsOf(`${'('.repeat(101)}1`)[0]).toMatchObject({ offset: 100, message: 'The expression is nested more than 100 deep.' });
    expect(problemsOf(`${'Trim('.repeat(101)}1`)[0]).toMatchObject({ offset: 500, message: 'The expression is nested more than 100 deep.' });
    expect(problemsOf('"'.padEnd(EXPRESSION_LIMITS.expressionLength + 1, 'x'))[0]?.message).toBe('An expression has at most 20000 characters.');
  });
  test('all problems of names and counts come at once, in order', () => {
    expect(problemsOf('Trm([nope]) & Left("a")').map(({ offset }) => offset)).toEqual([0, 4, 14]);
  });
});

describe('syntax', () => {
  test.each([
    ['[a]&"x"&&[b]||[c]<>1', '[a] & "x" && [b] || [c] <> 1'],
    ['([a]&"x")&[b]', '([a] & "x") & [b]'], ['([a]||[b])&&[c]', '([a] || [b]) && [c]'], ['(([a]))', '[a]'], ['([a]=1)=([b]=2)', '([a] = 1) = ([b] = 2)'],
    ['Replace( [mail],"@x", , ,"", ,)', 'Replace([mail], "@x", , , "", , )'], ['Now( )', 'Now()'], ['"\\"\\\\d"', '"\\"\\\\d"'], ['"\\d"', '"\\\\d"'], ['&H1F', '31'], ['-5', '-5'],
    ['([sAMAccountName]&"@"&%Domain.FQDN%)', '[sAMAccountName] & "@" & %Domain.FQDN%'],
  ])('%s is %s', (text, shape) => { expect(printed(text)).toBe(shape); });
  test('a long expression is laid out on lines and stays the same expression', () => {
    const text = 'IIF(IsPresent([userPrincipalName]), [userPrincipalName], IIF(IsPresent([sAMAccountName]), [sAMAccountName] & "@" & %Domain.FQDN%, Error("AccountName is not present")))';
    const read = readExpression(text);
    const laid = read.ok ? formatExpression(read.expression, 60) : '';
    expect(laid).toBe('IIF(\n  IsPresent([userPrincipalName]),\n  [userPrincipalName],\n  IIF(\n    IsPresent([sAMAccountName]),\n    [sAMAccountName] & "@" & %Domain.FQDN%,\n    Error("AccountName is not present")))');
    expect(printed(laid)).toBe(text);
  });
});

describe('regular expressions', () => {
  const matched = (pattern: string, text: string, by = '<$&>'): string => shown(`Replace([t], , [p], , [by], , )`, { t: text, p: pattern, by });
  test.each([
    ['a|ab', 'ab', '<a>b'], ['ab|a', 'ab', '<ab>'], ['a+?', 'aaa', '<a><a><a>'], ['a{2,3}', 'aaaaa', '<aaa><aa>'], ['a{2,3}?', 'aaaaa', '<aa><aa>a'], ['^a', 'aa', '<a>a'], ['a$', 'aa', 'a<a>'],
    ['\\bis\\b', 'this is', 'this <is>'], ['[^a-c]+', 'abxyc', 'ab<xy>c'], ['[]a]', 'b]a', 'b<]><a>'], ['[a-]', '-b', '<->b'], ['\\d+', 'a12b', 'a<12>b'], ['\\p{Lu}', 'aÄb', 'a<Ä>b'], ['(?i)AB', 'xaB', 'x<aB>'],
    ['(?:ab)*c', 'ababc', '<ababc>'], ['.', 'a\nb', '<a>\n<b>'], ['\\u0041', 'A', '<A>'], ['x*', 'ab', '<>a<>b<>'], ['😀', 'a😀', 'a<😀>'], ['a{,2}', 'a{,2}', '<a{,2}>'], ['(a*)*', 'aa', '<aa><>'],
  ])('%s in %s', (pattern, text, result) => { expect(matched(pattern, text)).toBe(result); });
  test.each([
    ['(\\w+)@(?<d>.+)', 'ann@x.com', '$2: ${1} ${d} $$ ${no} $9', 'x.com: ann x.com $ ${no} $9'], ['(a)|(b)', 'b', '[$1$2]', '[b]'], ['(a|ab)(c|bcd)(d*)', 'abcd', '$1-$2-$3', 'a-bcd-'],
  ])('%s fills in', (pattern, text, by, result) => { expect(matched(pattern, text, by)).toBe(result); });
  test.each([['(?=a)', 'looks ahead'], ['(?<!a)b', 'looks ahead'], ['(a)\\1', 'refers back'], ['\\k<a>', 'refers back'], ['*a', 'nothing before it'], ['a**', 'two repetitions'], ['[a', 'not closed'], ['[b-a]', 'backwards'],
    ['a{3,2}', 'below its lower'], ['\\q', 'unknown escape'], ['\\', 'ends with a backslash'], ['(?<a>x)(?<a>y)', 'two groups named'], ['(a{100}){100}', 'too large'], ['()'.repeat(51), 'more than 50 groups'], ['\\p{Greek}', 'category'],
    [')', 'closing parenthesis without'], ['\\xg1', 'hexadecimal'], ['(?:(?:(?:a?){99}){99}){99}', 'too large']])('%s is refused with the reason', (pattern, why) => { expect(matched(pattern, 'x')).toContain(why); });
  test('patterns that make other matchers explode end quickly, with their result', () => {
    const started = performance.now();
    expect(matched('^(a+)+$', `${'a'.repeat(5000)}!`)).toBe(`${'a'.repeat(5000)}!`);
    expect(matched('(a|aa)+$', `${'a'.repeat(5000)}!`, '')).toMatch(/!$|too much work/);
    expect(matched('(x+x+)+y', 'x'.repeat(5000))).toMatch(/^x|too much work/);
    expect(matched('(?:(?:(?:){99}){9999}){9999}', 'x', '')).toBe('x');
    expect(matched('a*b|a', 'a'.repeat(9000), '')).toContain('too much work');
    expect(matched('a', 'a'.repeat(10_001))).toContain('at most 10000 characters');
    expect(performance.now() - started).toBeLessThan(4000);
  });
});

describe('work and sizes are bounded', () => {
  const big = 'a'.repeat(60_000);
  test.each<readonly [string, RegExp]>([
    ['[big] & [big]', /more than 65536 characters/], ['Replace([big], "a", "aaaaaaaa")', /more than 65536/], ['Join("x", [big], [big])', /more than 65536/], ['PadLeft("a", 9000000000000000000, "x")', /more than 65536/],
    ['ReplaceChars([big], "a:aaaaaaa")', /more than 65536/], ['Replace("aaaa", , "a", , [big], , )', /more than 65536/],
    ['Replace([big], "a", [big])', /more than 65536/], ['Replace([tenth], , "a", , [big], , )', /more than 65536/],
    ['Select($a, [many], Select($b, [many], Select($c, [many], "x")))', /too much work|values come together/], ['Select($a, [many], [big])', /too much work/], ['Count(Split([spaced], " "))', /^30000$/],
    ['InStr([big], Left([big], 30000) & "b") & InStr([big], Left([big], 30000) & "b") & InStr([big], Left([big], 30000) & "b") & InStr([big], Left([big], 30000) & "b")', /too much work/],
  ])('%s', (text, expected) => {
    const started = performance.now();
    expect(shown(text, { big, tenth: big.slice(0, 6000), many: Array.from({ length: 3000 }, (_, i) => String(i)), spaced: 'a '.repeat(29_999) + 'a' })).toMatch(expected);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
