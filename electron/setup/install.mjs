import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runQuietly, Trouble } from './child.mjs';
import { ROOT } from './machine.mjs';

/** Written after an installation: the digest of the lock file that it followed. */
const STAMP = path.join(ROOT, 'node_modules', '.causeway-installed');
/** Seconds between two lines that say how long it has taken. */
const EVERY_S = 5;

/**
 * Installs the pinned packages when they are missing or of another lock file; else returns at once. No package's script
 * runs and nothing is compiled (.npmrc).
 * @param {(line: string) => void} say told what happens, one line at a time.
 */
export async function ensureInstalled(say) {
  const lock = readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8');
  const digest = createHash('sha256').update(lock).digest('hex');
  const had = existsSync(STAMP) ? readFileSync(STAMP, 'utf8').trim() : null;
  if (had === digest) return;
  if (had !== null || !directPackagesMatch(JSON.parse(lock))) await install(say);
  writeFileSync(STAMP, `${digest}\n`);
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
    if (code !== 0) throw new Trouble(`npm could not install the packages:\n${output.trim().split('\n').slice(-15).join('\n')}\nCheck the connection to the npm registry (npm config get registry) and start again.`);
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

/** Whether an installation that left no stamp (plain `npm ci`) has the packages that package.json names. */
function directPackagesMatch(lock) {
  const top = lock.packages[''];
  const named = Object.keys({ ...top.dependencies, ...top.devDependencies });
  return named.every((name) => {
    const file = path.join(ROOT, 'node_modules', name, 'package.json');
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === lock.packages[`node_modules/${name}`]?.version;
  });
}
