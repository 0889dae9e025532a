import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureBuilt } from './build.mjs';
import { main, runQuietly, Trouble, whenOrphaned } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { node24, ROOT } from './machine.mjs';
import { readPlaywright, readVitest, summary } from './results.mjs';
import { endAll, runStep } from './step.mjs';

const REPORTS = path.join(ROOT, 'out', 'test');
const MINUTE = 60_000;
const say = (line) => { process.stdout.write(`${line}\n`); };
const one = (ok, problem) => (ok ? { passed: 1, failed: 0, skipped: 0, problems: [] } : { passed: 0, failed: 0, skipped: 0, problems: [problem] });

/** A program among the packages, run on Node 24. */
function tool(file, ...args) {
  return [node24(), [path.join(ROOT, 'node_modules', file), ...args]];
}

/** The parts of `npm test`, in order. Each gives an outcome; see results.mjs. */
const STEPS = {
  types: async (env) => {
    const codes = [];
    for (const project of ['shared', 'electron', 'renderer', 'test']) codes.push(await runStep(...tool('typescript/bin/tsc', '-p', project), env, 5 * MINUTE));
    return one(codes.every((code) => code === 0), 'the compiler found errors');
  },
  lint: async (env) => one(await runStep(...tool('oxlint/bin/oxlint', '--quiet', 'electron', 'renderer', 'shared', 'test'), env, 5 * MINUTE) === 0, 'the linter found errors'),
  unit: (env) => vitest('unit', env, 10 * MINUTE),
  integration: (env) => vitest('integration', env, 40 * MINUTE),
  build: async () => {
    try {
      await ensureBuilt('window', say);
      return one(true, '');
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      return one(false, error.message);
    }
  },
  e2e: async (env) => {
    const report = path.join(REPORTS, 'e2e.json');
    const args = ['test', '--config', 'test/e2e/playwright.config.ts', '--reporter', 'list,json'];
    const code = await runStep(...tool('@playwright/test/cli.js', ...args), { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report, PLAYWRIGHT_JSON_OUTPUT_FILE: report }, 30 * MINUTE);
    return readPlaywright(report, code);
  },
};

async function vitest(project, env, limitMs) {
  const report = path.join(REPORTS, `${project}.json`);
  const args = ['run', '--config', 'test/vitest.config.ts', '--project', project, '--reporter', 'default', '--reporter', 'json', '--outputFile.json', report];
  return readVitest(report, await runStep(...tool('vitest/vitest.mjs', ...args), env, limitMs));
}

/** Installs the servers that the tests need where that is possible; says which are missing where it is not. */
async function ensureServers() {
  const script = "import { ensurePackages } from './test/servers/packages.ts'; process.stdout.write(JSON.stringify(await ensurePackages()));";
  const { code, output } = await runQuietly(node24(), ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script], { cwd: ROOT });
  if (code !== 0) return { missing: ['(the list of test servers could not be read)'], reason: output.trim().split('\n').slice(-3).join(' '), installed: [] };
  return JSON.parse(output);
}

/**
 * `npm test [-- step ...]`: installs what is missing, runs every check and ends with the line `N passed, N failed, N skipped`.
 * Types, lint and build count as one each. A step that crashes, and one that ran no test, has failed. Where a server is
 * missing its tests are skipped and counted as such; with CI=true a missing server is a failure.
 */
await main(async () => {
  process.chdir(ROOT);
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !Object.hasOwn(STEPS, name));
  if (unknown.length > 0) throw new Trouble(`There is no step ${unknown.join(', ')}. Steps: ${Object.keys(STEPS).join(', ')}.`);
  const names = Object.keys(STEPS).filter((name) => asked.length === 0 || asked.includes(name));
  const stop = (code) => { void endAll().then(() => process.exit(code)); };
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]]) process.once(signal, () => { stop(code); });
  whenOrphaned(() => { stop(143); });
  await ensureInstalled(say);
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });

  const strict = /^(1|true)$/i.test(process.env.CI ?? '');
  const outcomes = [];
  let missing = [];
  if (names.includes('integration') || names.includes('e2e')) {
    const servers = await ensureServers();
    missing = servers.missing;
    if (servers.installed.length > 0) say(`Installed for the tests: ${servers.installed.join(', ')}.`);
    if (missing.length > 0) {
      say(`Missing, so the tests that need them ${strict ? 'cannot run' : 'are skipped'}: ${missing.join(', ')}. ${servers.reason}`);
      if (strict) outcomes.push({ passed: 0, failed: 0, skipped: 0, problems: [`missing servers: ${missing.join(', ')}`] });
    }
  }

  // The tests leave the user's own data folder alone, and find the pinned Node before any other.
  const env = { ...process.env, CAUSEWAY_HOME: path.join(REPORTS, 'home'), PATH: `${path.dirname(node24())}${path.delimiter}${process.env.PATH ?? ''}` };
  const lines = [];
  for (const name of names) {
    const started = Date.now();
    say(`\n== ${name}`);
    const outcome = await STEPS[name](env);
    const testless = outcome.passed + outcome.failed + outcome.problems.length === 0;
    if (testless && !(outcome.skipped > 0 && missing.length > 0 && !strict)) outcome.problems.push('ran no test');
    outcomes.push(outcome);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    const failed = outcome.failed + outcome.problems.length;
    lines.push(`${name.padEnd(12)} ${(failed > 0 ? 'FAILED' : 'passed').padEnd(7)} ${String(outcome.passed).padStart(5)} passed ${String(failed).padStart(4)} failed ${String(outcome.skipped).padStart(4)} skipped ${seconds.padStart(7)} s`);
    for (const problem of outcome.problems) lines.push(`             ${problem}`);
  }
  const { line, code } = summary(outcomes);
  say(`\n${lines.join('\n')}\n${line}`);
  return code;
});
