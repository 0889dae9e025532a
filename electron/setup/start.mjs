import { ensureBuilt } from './build.mjs';
import { main, runThrough } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { electronBinary, hasDesktop, NODE_FLAGS, node24, ROOT } from './machine.mjs';

/**
 * `npm start`: installs and builds what is missing and opens the console: the desktop application where Electron's binary
 * and a display are there, else the same window in the browser. `npm start -- --web` takes the browser in any case; other
 * arguments go to the console.
 */
await main(async () => {
  const say = (line) => { process.stdout.write(`${line}\n`); };
  const args = process.argv.slice(2).filter((arg) => arg !== '--web');
  process.chdir(ROOT);
  await ensureInstalled(say);
  const electron = process.argv.includes('--web') || !hasDesktop() ? null : electronBinary();
  await ensureBuilt(electron ? 'desktop' : 'window', say);
  if (electron) return await runThrough(electron, [ROOT, ...args]);
  return await runThrough(node24(), [...NODE_FLAGS, 'electron/cli/index.ts', 'serve', '--open', ...args]);
});
