import fc from 'fast-check';
import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { csvPages, readCsv } from '../../../electron/app/csv-lines.ts';

const cell = fc.oneof({ weight: 4, arbitrary: fc.string({ maxLength: 6 }) }, fc.constantFrom('a,b', 'two\nlines', 'say "so"', '"', '', 'x\n\ny'));

test('pages are the file: every row once, in order, on the line where an editor shows it', () => {
  fc.assert(fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 1200, size: 'max' }), (body) => {
    // A sign that a spreadsheet would take for a formula is another test's matter.
    const rows = [['one', 'two'], ...body.map((row) => row.map((text) => `v${text}`))];
    const file = csvPages(Papa.unparse(rows, { newline: '\r\n' }), 'kept');
    const pages = [...file.pages()];
    expect([file.header, ...pages.flat().map((row) => row.cells)]).toEqual(rows);
    expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(500);
    let line = 2;
    for (const row of pages.flat()) {
      expect(row.line).toBe(line);
      line += 1 + row.cells.join('').split('\n').length - 1;
    }
    expect([...file.pages()].flat()).toEqual(pages.flat());
  }), { numRuns: 25, endOnFailure: true });
});

test('a quote that does not fit is told with its line, on the first page or a later one', () => {
  const lines = (n: number): string => Array.from({ length: n }, (_, i) => `a${i},"b"`).join('\n');
  expect(() => readCsv(`one,two\n${lines(3)}\nx,"open\n`)).toThrow('Line 5 has a quotation mark that does not fit');
  const late = csvPages(`one,two\n${lines(700)}\nx,"open\n`);
  expect(() => [...late.pages()]).toThrow('Line 702 has a quotation mark that does not fit');
  expect(() => csvPages('\n\n')).toThrow('The file has no line.');
  expect(csvPages('one,two').pages().next().value ?? []).toEqual([]);
});
