import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Outcome { readonly passed: number; readonly failed: number; readonly skipped: number; readonly problems: readonly string[] }
interface Results {
  readVitest(file: string, code: number): Outcome;
  readPlaywright(file: string, code: number): Outcome;
  summary(outcomes: readonly Outcome[]): { readonly line: string; readonly code: number };
}
// Plain JavaScript without types, because it runs before anything is installed.
const { readVitest, readPlaywright, summary } = await import(new URL('../../../electron/setup/results.mjs', import.meta.url).href) as Results;

let folder: string;
beforeEach(() => { folder = mkdtempSync(path.join(os.tmpdir(), 'causeway-results-')); });
afterEach(() => { rmSync(folder, { recursive: true }); });
const report = (contents: unknown): string => {
  const file = path.join(folder, 'report.json');
  writeFileSync(file, typeof contents === 'string' ? contents : JSON.stringify(contents));
  return file;
};
const suite = (name: string, status: string, tests: readonly string[], message = '') => ({ name, status, message, assertionResults: tests.map((one) => ({ status: one })) });

describe('counting vitest', () => {
  const base = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [suite('a', 'passed', ['passed'])] };

  it('takes its counts', () => {
    expect(readVitest(report(base), 0)).toEqual({ passed: 3, failed: 0, skipped: 2, problems: [] });
    expect(readVitest(report({ ...base, numFailedTests: 2, testResults: [suite('a', 'failed', ['failed', 'failed'])] }), 1)).toEqual({ passed: 3, failed: 2, skipped: 2, problems: [] });
  });

  it('counts a file that could not be loaded, which has no failed test', () => {
    const outcome = readVitest(report({ ...base, testResults: [suite('/x/a.test.ts', 'failed', [], '\u001b[31mSyntaxError: no\u001b[39m\n at x')] }), 1);
    expect(outcome.problems).toEqual(['/x/a.test.ts: SyntaxError: no']);
  });

  it('counts an end with an error though no test failed', () => { expect(readVitest(report(base), 1).problems).toHaveLength(1); });
  it.each(['', '{', 'null'])('counts a crash that left %j', (text) => { expect(readVitest(report(text), 134).problems).toEqual(['ended with 134 and left no report']); });
  it('counts a crash that left nothing', () => { expect(readVitest(path.join(folder, 'none.json'), 0).problems).toHaveLength(1); });
});

describe('counting Playwright', () => {
  it('counts a test that passed only when repeated as failed', () => {
    expect(readPlaywright(report({ stats: { expected: 5, unexpected: 1, flaky: 2, skipped: 3 }, errors: [] }), 1)).toEqual({ passed: 5, failed: 3, skipped: 3, problems: [] });
  });
  it('counts errors outside of tests', () => {
    expect(readPlaywright(report({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 }, errors: [{ message: 'Error: no server' }] }), 1).problems).toEqual(['Error: no server']);
  });
});

describe('the last line', () => {
  it('adds up, and counts each problem as failed', () => {
    const outcomes = [{ passed: 1, failed: 0, skipped: 2, problems: [] }, { passed: 10, failed: 1, skipped: 0, problems: ['ran no test'] }];
    expect(summary(outcomes)).toEqual({ line: '11 passed, 2 failed, 2 skipped', code: 1 });
    expect(summary(outcomes.slice(0, 1))).toEqual({ line: '1 passed, 0 failed, 2 skipped', code: 0 });
  });
});
