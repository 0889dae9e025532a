import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FUNCTIONS, completeExpression, evaluateExpression, formatExpression, highlightExpression, readExpression, signatureAt } from '../../../electron/engines/mapping/index.ts';
import { parseSyntax } from '../../../electron/engines/mapping/expressions/parser.ts';
import { printNode } from '../../../electron/engines/mapping/expressions/print.ts';
import type { Node } from '../../../electron/engines/mapping/expressions/ast.ts';
import { compilePattern, findMatches } from '../../../electron/engines/mapping/expressions/pattern.ts';
import { surroundings } from './expressions-surroundings.ts';

const AT = { offset: 0, length: 0 };
/** The tree without places, which differ from text to text. */
const shape = (node: Node): unknown => JSON.parse(JSON.stringify(node, (key, value: unknown) => (key === 'at' || key === 'nameAt' ? undefined : typeof value === 'bigint' ? `n${value}` : value)));

const name = fc.constantFrom(...FUNCTIONS.map((info) => info.name), 'Unknown', 'True');
const leaf: fc.Arbitrary<Node> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((value): Node => ({ kind: 'text', value, at: AT })),
  fc.constantFrom('\\', '"', '\\"', '\n', '\\\\n', ']', '%x%').map((value): Node => ({ kind: 'text', value, at: AT })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): Node => ({ kind: 'integer', value, at: AT })),
  fc.constantFrom('mail', 'many', 'none', 'mS-DS-ConsistencyGuid', 'a b', '(x', '"').map((value): Node => ({ kind: 'attribute', name: value, at: AT })),
  fc.constantFrom('Domain.FQDN', 'x').map((value): Node => ({ kind: 'parameter', name: value, at: AT })),
  fc.constantFrom('item', 'x_1').map((value): Node => ({ kind: 'variable', name: value, at: AT })),
  fc.constantFrom('True', 'NULL', 'vbTextCompare', 'IgnoreThisFlow').map((value): Node => ({ kind: 'constant', name: value, at: AT })),
);
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof({ maxDepth: 5, depthSize: 'small' }, leaf,
    fc.tuple(name, fc.array(fc.oneof({ weight: 4, arbitrary: tie('node') }, { weight: 1, arbitrary: fc.constant<Node>({ kind: 'empty', at: AT }) }), { maxLength: 4 }))
      // One argument left out cannot be told from none.
      .map(([call, args]): Node => ({ kind: 'call', name: call, nameAt: AT, args: args.length === 1 && args[0]?.kind === 'empty' ? [] : args, at: AT })),
    fc.tuple(tie('node'), fc.constantFrom('=' as const, '<>' as const, '<' as const, '<=' as const, '>' as const, '>=' as const), tie('node')).map(([left, operator, right]): Node => ({ kind: 'compare', operator, left, right, at: AT })),
    fc.tuple(fc.constantFrom('&' as const, '&&' as const, '||' as const), fc.array(tie('node'), { minLength: 2, maxLength: 3 })).map(([operator, parts]): Node => ({ kind: 'chain', operator, parts, at: AT }))),
}));

const OBJECT = { mail: 'ann@contoso.com', many: ['a', 'B', 'ß'], 'mS-DS-ConsistencyGuid': Uint8Array.from([1, 2]), 'a b': '512' };
const runs = { numRuns: 10_000 };

test('what is printed is read again as the same tree', () => {
  fc.assert(fc.property(node, (tree) => {
    const text = printNode(tree);
    const parsed = parseSyntax(text);
    expect(parsed.ok ? shape(parsed.node) : parsed.problem.message).toEqual(shape(tree));
  }), runs);
});

/** Text that looks like an expression more often than not. */
const pieces = fc.array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom('(', ')', ',', '&', '&&', '||', '=', '<>', '"', '\\', '[', ']', '%', '$', '[mail]', '[many]', '"a"', '1', '-2', '&H1F', ' ', '$i', 'NULL', 'True') }, { weight: 3, arbitrary: name.map((each) => `${each}(`) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) }), { maxLength: 25 }).map((all) => all.join(''));

test('no text makes reading, completing, colouring or evaluating throw', () => {
  const schema = { attributes: [{ name: 'mail' }, { name: 'many' }], parameters: ['x'] };
  fc.assert(fc.property(pieces, fc.nat({ max: 60 }), (text, offset) => {
    expect(highlightExpression(text).reduce((end, part) => (part.offset === end && part.length > 0 ? end + part.length : Number.NaN), 0)).toBe(text.length);
    const { offset: from, length } = completeExpression(text, offset, schema);
    expect(from + length).toBeLessThanOrEqual(text.length);
    signatureAt(text, offset);
    const read = readExpression(text, schema);
    if (read.ok) expect(evaluateExpression(read.expression, surroundings(OBJECT)).kind).toBeTypeOf('string');
    else for (const problem of read.problems) expect([problem.offset >= 0, problem.offset + problem.length <= text.length + 1, problem.message !== '']).toEqual([true, true, true]);
  }), runs);
});

test('every tree that passes the checks evaluates, the same way twice, within its limits', () => {
  let evaluated = 0;
  let slowest = 0;
  fc.assert(fc.property(node, (tree) => {
    const read = readExpression(printNode(tree));
    if (!read.ok) return;
    evaluated += 1;
    const started = performance.now();
    const first = evaluateExpression(read.expression, surroundings(OBJECT, { x: 'y' }));
    slowest = Math.max(slowest, performance.now() - started);
    expect(evaluateExpression(read.expression, surroundings(OBJECT, { x: 'y' }))).toEqual(first);
    expect(readExpression(formatExpression(read.expression, 20)).ok).toBe(true);
  }), runs);
  expect(evaluated).toBeGreaterThan(1000);
  expect(slowest).toBeLessThan(1000);
});

test('calls with arguments of any kind end in an outcome', () => {
  const argument = fc.constantFrom('[mail]', '[many]', '[none]', '[mS-DS-ConsistencyGuid]', '""', '"a"', '"(a|b)*"', '0', '-1', '2', '9223372036854775807', '-9223372036854775808', 'True', 'NULL', 'Now()', '"d"', '"2021-01-01"', '"UTF8"', '$i', '', '[mail] & "x"', '"CN=a,DC=b"');
  const seen = new Set<string>();
  fc.assert(fc.property(fc.constantFrom(...FUNCTIONS), fc.array(argument, { maxLength: 7 }), (info, args) => {
    const read = readExpression(`${info.name}(${args.slice(0, Math.max(info.parameters.length, 2)).join(', ')})`);
    if (!read.ok) return;
    const result = evaluateExpression(read.expression, surroundings(OBJECT));
    seen.add(info.name);
    if (result.kind === 'failed') expect(result.problem.message).toMatch(/\S/);
    else if (result.kind === 'value') expect(result.values.every((value) => value !== '')).toBe(true);
  }), { numRuns: 20_000 });
  expect(seen.size).toBeGreaterThan(60);
});

test('the matcher finds what the language’s own regular expressions find, on patterns that both read', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a)', '(?:b|ab)', '(a|b)', '\\w', '^', '$', '\\b');
  const pattern = fc.array(fc.tuple(atom, fc.constantFrom('', '', '', '?', '{2}', '+', '*?')), { minLength: 1, maxLength: 5 }).map((all) => all.map(([each, sign]) => (/^(\^|\$|\\b)$/.test(each) ? each : each + sign)).join(''));
  fc.assert(fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 8 }), (text, input) => {
    const compiled = compilePattern(text);
    expect(compiled.ok).toBe(true);
    if (!compiled.ok) return;
    const found = [...findMatches(compiled.pattern, [...input], () => undefined)].map(([from, to]) => `${from} ${to}`);
    const expected = [...input.matchAll(new RegExp(text, 'gu'))].map((match) => `${match.index} ${match.index + match[0].length}`);
    expect(found).toEqual(expected);
  }), { numRuns: 5000 });
});
