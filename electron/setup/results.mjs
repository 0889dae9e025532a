import { existsSync, readFileSync } from 'node:fs';

/**
 * What came of one step. `problems` are failures that no test reported: a crash, a file that could not be loaded, no tests.
 * @typedef {{ passed: number, failed: number, skipped: number, problems: string[] }} Outcome
 */

/**
 * Counts the tests of a vitest JSON report.
 * @param {string} file the report; a missing or broken one is a problem.
 * @param {number} code exit code of vitest.
 * @returns {Outcome}
 */
export function readVitest(file, code) {
  const report = readJson(file);
  if (!report) return crashed(code);
  const problems = report.testResults
    .filter((suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'))
    .map((suite) => `${suite.name}: ${firstLine(suite.message) || 'could not be run'}`);
  const outcome = { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests + (report.numTodoTests ?? 0), problems };
  return withExit(outcome, code);
}

/**
 * Counts the tests of a Playwright JSON report. A test that passed only when repeated counts as failed.
 * @param {string} file
 * @param {number} code exit code of Playwright.
 * @returns {Outcome}
 */
export function readPlaywright(file, code) {
  const report = readJson(file);
  if (!report) return crashed(code);
  const { expected, unexpected, flaky, skipped } = report.stats;
  return withExit({ passed: expected, failed: unexpected + flaky, skipped, problems: report.errors.map((error) => firstLine(error.message)) }, code);
}

/** A step that ends with 1 though nothing failed has failed. */
function withExit(outcome, code) {
  const { passed, failed, problems } = outcome;
  if (code !== 0 && failed === 0 && problems.length === 0 && passed > 0) return { ...outcome, problems: [`ended with ${code} though no test failed`] };
  return outcome;
}

function crashed(code) {
  return { passed: 0, failed: 0, skipped: 0, problems: [`ended with ${code} and left no report`] };
}

function readJson(file) {
  try {
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  } catch {
    return null;
  }
}

function firstLine(text) {
  // oxlint-disable-next-line no-control-regex -- colours of the reporter
  return String(text ?? '').replaceAll(/\u001b\[[\d;]*m/g, '').trim().split('\n')[0] ?? '';
}

/**
 * The last line and what goes with it.
 * @param {readonly Outcome[]} outcomes
 * @returns {{ line: string, code: number }} `N passed, N failed, N skipped`; each problem counts as one failed.
 */
export function summary(outcomes) {
  const sum = (pick) => outcomes.reduce((total, outcome) => total + pick(outcome), 0);
  const failed = sum((o) => o.failed + o.problems.length);
  return { line: `${sum((o) => o.passed)} passed, ${failed} failed, ${sum((o) => o.skipped)} skipped`, code: failed > 0 ? 1 : 0 };
}
