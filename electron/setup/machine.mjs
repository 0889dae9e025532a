import { existsSync } from 'node:fs';
import path from 'node:path';
import { Trouble } from './child.mjs';

/** Folder of the program: where package.json lies. */
export const ROOT = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');

/** Node that everything but the set-up runs on; better-sqlite3 crashes below 22, type stripping is stable from 24. */
const WANTED = 24;

/**
 * Node 24: the pinned one among the packages, else the Node that runs this.
 * @returns {string} its path.
 */
export function node24() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const system = process.platform === 'win32' ? 'win' : process.platform;
  for (const file of [path.join(ROOT, 'node_modules', `node-${system}-${process.arch}`, 'bin', name), path.join(ROOT, 'node_modules', '.bin', name)]) {
    if (existsSync(file)) return file;
  }
  if (Number(process.versions.node.split('.')[0]) >= WANTED) return process.execPath;
  throw new Trouble(`Causeway needs Node ${WANTED} on this machine (${process.platform} ${process.arch}), for which it brings none; this is Node ${process.versions.node}. Install Node ${WANTED} from https://nodejs.org and start again.`);
}

/**
 * Flags of the program's own processes; agents that they start inherit them. By default V8 lets the memory of a process that allocates much grow to several times what it
 * needs; so it grows by 30 % before it tidies up (V8, flag heap-growing-percent; planning 100,000 users: 0.62 GB instead of 0.75 to 0.9, in the same time).
 */
export const NODE_FLAGS = ['--heap-growing-percent=30'];

/**
 * The Electron binary, when somebody put one there. Its package brings none and it is never fetched: a download at start
 * would be long, silent and refused on most jump hosts.
 * @returns {string | null}
 */
export function electronBinary() {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH || path.join(ROOT, 'node_modules', 'electron', 'dist');
  const name = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[process.platform] ?? 'electron';
  const file = path.join(dist, name);
  return existsSync(file) ? file : null;
}

/**
 * Whether a desktop window can be shown here. Root on Linux has none: Chromium's sandbox refuses root, and Causeway does not
 * run without the sandbox.
 */
export function hasDesktop() {
  if (process.platform === 'win32' || process.platform === 'darwin') return true;
  if (process.getuid?.() === 0) return false;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
