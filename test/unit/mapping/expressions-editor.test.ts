import { describe, expect, test } from 'vitest';
import { completeExpression, highlightExpression, signatureAt } from '../../../electron/engines/mapping/index.ts';
import type { ExpressionSchema } from '../../../electron/engines/mapping/index.ts';

const SCHEMA: ExpressionSchema = { attributes: [{ name: 'displayName', type: 'text' }, { name: 'mail' }, { name: 'otherMailbox', multiValued: true }], parameters: ['Domain.FQDN', 'Domain.NetBIOS'] };
/** The caret is where the bar stands. */
const at = (marked: string): { readonly text: string; readonly offset: number } => ({ text: marked.replace('|', ''), offset: marked.indexOf('|') });
const complete = (marked: string): { readonly labels: readonly string[]; readonly applied: string } => {
  const { text, offset } = at(marked);
  const found = completeExpression(text, offset, SCHEMA);
  const first = found.items[0];
  return { labels: found.items.map(({ label }) => label), applied: first === undefined ? text : text.slice(0, found.offset) + first.insert + text.slice(found.offset + found.length) };
};

describe('completion', () => {
  test.each<readonly [string, readonly string[], string]>([
    ['Trim([dis|', ['displayName'], 'Trim([displayName]'], ['Trim([dis|)', ['displayName'], 'Trim([displayName])'], ['Trim([d|x])', ['displayName'], 'Trim([displayName])'],
    ['[MAIL|', ['mail', 'otherMailbox'], '[mail]'], ['%Do|', ['Domain.FQDN', 'Domain.NetBIOS'], '%Domain.FQDN%'], ['"a" & %|', ['Domain.FQDN', 'Domain.NetBIOS'], '"a" & %Domain.FQDN%'],
    ['Trim(Remov|', ['RemoveDuplicates'], 'Trim(RemoveDuplicates('], ['"tri|', [], '"tri'], ['[mail] |', [], '[mail] '], ['[mail]|', [], '[mail]'],
  ])('%s', (marked, labels, applied) => { expect(complete(marked)).toEqual({ labels, applied }); });
  test('names that begin so come before those that contain it', () => {
    expect(complete('Trim|').labels).toEqual(['Trim', 'LTrim', 'RTrim']);
    expect(complete('isn|').labels.slice(0, 3)).toEqual(['IsNull', 'IsNullOrEmpty', 'IsNumeric']);
  });
  test('where a value begins, attributes, words and functions are offered', () => {
    for (const marked of ['|', 'Trim(|', 'Left([mail], |', '[mail] & |', '[mail] = |']) expect(complete(marked).labels).toEqual(expect.arrayContaining(['mail', 'NULL', 'Left']));
  });
  test('choices are offered only where they belong', () => {
    expect(complete('InStr("a", "b", 1, vb|').labels).toEqual(['vbBinaryCompare', 'vbTextCompare']);
    expect(complete('Left("a", vb|').labels).toEqual([]);
  });
  test('functions come with their documentation', () => {
    expect(completeExpression('Lef', 3, SCHEMA).items[0]).toEqual({ label: 'Left', insert: 'Left(', kind: 'function', detail: 'Left(text, count)', documentation: 'The first characters of a text. Example: Left("John Doe", 3) gives Joh.' });
  });
});

describe('the call around the caret', () => {
  test.each<readonly [string, string | null, number, string]>([
    ['Left([a], |', 'Left', 1, 'count'], ['Left(Trim(|), 2)', 'Trim', 0, 'value'], ['Left(Trim("a"), |2)', 'Left', 1, 'count'], ['Join(",", [a], [b], |', 'Join', 3, 'source'], ['Switch([a], "d", "k", "v", "k2", |', 'Switch', 5, 'value'],
    ['Left("a, (b", |', 'Left', 1, 'count'], ['Left(([a] & |', 'Left', 0, 'text'], ['Trim([a])|', null, 0, ''], ['|', null, 0, ''], ['Nope(|', null, 0, ''],
  ])('%s', (marked, name, argument, parameter) => {
    const { text, offset } = at(marked);
    const found = signatureAt(text, offset);
    expect(found?.info.name ?? null).toBe(name);
    if (name !== null) expect([found?.argument, found?.parameter?.name]).toEqual([argument, parameter]);
  });
});

test('highlighting covers the whole text with the right classes, right or wrong', () => {
  const text = 'Left([mail], &H2) & "x\\"" <> %P% && True || nope $i ? "open';
  const parts = highlightExpression(text);
  expect(parts.map(({ offset, length }) => text.slice(offset, offset + length)).join('')).toBe(text);
  expect(parts.filter(({ kind }) => kind !== 'space').map(({ kind, offset, length }) => `${kind} ${text.slice(offset, offset + length)}`)).toEqual([
    'function Left', 'punctuation (', 'attribute [mail]', 'punctuation ,', 'number &H2', 'punctuation )', 'operator &', 'text "x\\""', 'operator <>', 'parameter %P%', 'operator &&', 'constant True', 'operator ||', 'error nope', 'variable $i', 'error ?', 'error "open',
  ]);
});
