import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runQuietly, Trouble } from './child.mjs';
import { ROOT } from './machine.mjs';
import { ensurePostgresLinks } from './postgres.mjs';

/** Seconds between two lines that say how long it has taken. */
const EVERY_S = 5;

/**
 * Installs the pinned packages when they are missing or not those of the lock file; else returns at once (about 20 ms). No
 * package's script runs but the one that postgres.mjs names, and nothing is compiled (.npmrc).
 * @param {(line: string) => void} say told what happens, one line at a time.
 */
export async function ensureInstalled(say) {
  if (!isInstalled()) await install(say);
  await ensurePostgresLinks();
}

/**
 * Compares the lock file with npm's own note of what it installed, which npm writes last: an installation that was cut short
 * has none. Optional packages (builds for other systems) may be absent.
 */
function isInstalled() {
  const [wanted, had] = [path.join(ROOT, 'package-lock.json'), path.join(ROOT, 'node_modules', '.package-lock.json')].map(packagesOf);
  if (!wanted || !had) return false;
  return Object.entries(wanted).every(([name, { version, optional, devOptional }]) => name === '' || (name in had ? had[name].version === version : optional || devOptional));
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}

async function install(say) {
  const started = Date.now();
  const first = !existsSync(path.join(ROOT, 'node_modules'));
  say(first ? 'Installing what Causeway needs (first start only) ...' : 'Installing what changed since the last start ...');
  const timer = setInterval(() => { say(`  ... ${Math.round((Date.now() - started) / 1000)} s`); }, EVERY_S * 1000);
  // Windows cannot delete the node.exe that runs this, which `ci` would do.
  const action = process.platform === 'win32' && !first ? ['install', '--no-save'] : ['ci'];
  const [command, ...args] = npm();
  try {
    const { code, output } = await runQuietly(command, [...args, ...action, '--no-audit', '--no-fund'], { cwd: ROOT, shell: command === 'npm' && process.platform === 'win32' });
    if (code !== 0) throw new Trouble(`npm could not install the packages:\n${reason(output)}\nCheck the connection to the npm registry (npm config get registry) and start again.`);
  } finally {
    clearInterval(timer);
  }
  say(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** npm's own program, started by the Node that runs this: no shell, and the same npm that the user called. */
function npm() {
  const own = process.env.npm_execpath;
  if (own && existsSync(own) && own.endsWith('.js')) return [process.execPath, own];
  const beside = path.dirname(process.execPath);
  for (const file of [path.join(beside, 'node_modules/npm/bin/npm-cli.js'), path.join(beside, '../lib/node_modules/npm/bin/npm-cli.js')]) {
    if (existsSync(file)) return [process.execPath, file];
  }
  return ['npm'];
}

/** What npm says first of an error is why; what follows is advice. */
function reason(output) {
  const lines = output.trim().split('\n');
  const errors = lines.filter((line) => /^npm (error|ERR!)/.test(line));
  return (errors.length > 0 ? errors : lines).slice(0, 12).join('\n');
}
