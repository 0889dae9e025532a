import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = join(ROOT, 'electron/simulator/behaviour');
const COLUMNS = ['Behaviour', 'Source', 'Test', 'Not simulated'];
const files = readdirSync(FOLDER).filter((f) => f.endsWith('.md') && f !== 'README.md');

/** Cells of a table's row; a bar inside of code is written `\|`. */
const cells = (line: string): string[] => line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((c) => c.trim().replaceAll('\\|', '|'));
/** Titles as a test file spells them, so that quotes and template placeholders compare. */
const literal = (text: string): string => text.replaceAll("\\'", "'").replaceAll('\\`', '`');

describe.each(files)('%s', (file) => {
  const rows = readFileSync(join(FOLDER, file), 'utf8').split('\n').filter((l) => l.startsWith('|'));

  it('is one table with the four columns', () => {
    expect(cells(rows[0] ?? '')).toEqual(COLUMNS);
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows) expect(cells(row), row).toHaveLength(COLUMNS.length);
  });

  it('names for every behaviour its source and tests that exist under that title', () => {
    const missing: string[] = [];
    for (const row of rows.slice(2)) {
      const [behaviour = '', source = '', tests = ''] = cells(row);
      if (behaviour === '' || source === '') missing.push(`no behaviour or source: ${row}`);
      const named = [...tests.matchAll(/`((?:[^`]|(?<=\\)`)+)`/g)].map((m) => literal(m[1] ?? ''));
      if (named.length === 0) missing.push(`no test: ${behaviour}`);
      for (const name of named) {
        const [path = '', ...rest] = name.split(' › ');
        const title = rest.at(-1) ?? '';
        if (!existsSync(join(ROOT, path))) missing.push(`${behaviour}: no file ${path}`);
        else if (title === '' || !literal(readFileSync(join(ROOT, path), 'utf8')).includes(title)) missing.push(`${behaviour}: ${path} has no test "${title}"`);
      }
    }
    expect(missing).toEqual([]);
  });
});

it('has every part of the tenant in the index', () => {
  const index = readFileSync(join(FOLDER, 'README.md'), 'utf8');
  for (const file of files) expect(index).toContain(`(${file})`);
  expect(files.length).toBeGreaterThan(5);
});
