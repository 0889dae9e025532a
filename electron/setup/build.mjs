import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runQuietly, Trouble } from './child.mjs';
import { node24, ROOT } from './machine.mjs';

const STAMP = path.join(ROOT, 'out', '.stamp');

/** What can be built: the window alone (for the browser), or the desktop application with it. */
const BUILDS = {
  window: {
    sources: ['renderer', 'shared', 'resources/agent', 'package-lock.json'], made: 'out/renderer/index.html',
    args: ['node_modules/vite/bin/vite.js', 'build', 'renderer', '--logLevel', 'warn'],
  },
  desktop: {
    sources: ['renderer', 'shared', 'electron', 'resources/agent', 'package-lock.json'], made: 'out/main/index.js',
    args: ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--config', 'electron/vite.config.ts', '--logLevel', 'warn'],
  },
};

/**
 * Builds what the sources changed since the last build; else returns at once. Compared are contents, not times, so that a
 * fresh checkout with the same files counts as built.
 * @param {'window' | 'desktop'} what
 * @param {(line: string) => void} say told what happens, one line at a time.
 */
export async function ensureBuilt(what, say) {
  const { sources, made, args } = BUILDS[what];
  const digest = digestOf(sources);
  if (existsSync(path.join(ROOT, made)) && stamps()[what] === digest) return;
  const started = Date.now();
  say('Building the window ...');
  const { code, output } = await runQuietly(node24(), args, { cwd: ROOT });
  if (code !== 0) throw new Trouble(`The window could not be built:\n${output.trim().split('\n').slice(-25).join('\n')}`);
  mkdirSync(path.dirname(STAMP), { recursive: true });
  // The desktop build replaces the window with the same one, built from the same sources.
  writeFileSync(STAMP, JSON.stringify({ ...stamps(), [what]: digest, ...(what === 'desktop' ? { window: digestOf(BUILDS.window.sources) } : {}) }));
  say(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}

function stamps() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'));
  } catch {
    return {};
  }
}

/** Digest of the contents of files and folders, in a fixed order. */
function digestOf(sources) {
  const hash = createHash('sha256');
  for (const source of sources) {
    const full = path.join(ROOT, source);
    const files = source.includes('.') ? [full] : readdirSync(full, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => path.join(e.parentPath ?? e.path, e.name)).sort();
    for (const file of files) hash.update(`${path.relative(ROOT, file)}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}
