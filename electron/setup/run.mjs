import { main, runThrough, Trouble } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { NODE_FLAGS, node24 } from './machine.mjs';

/**
 * `node electron/setup/run.mjs ENTRY [arguments]`: runs one TypeScript file on Node 24 and installs the packages before when
 * they are missing. What it says itself goes to standard error: standard output belongs to the entry.
 */
await main(async () => {
  const [entry, ...args] = process.argv.slice(2);
  if (!entry) throw new Trouble('Name the file to run: node electron/setup/run.mjs ENTRY [arguments]');
  await ensureInstalled((line) => { process.stderr.write(`${line}\n`); });
  return await runThrough(node24(), [...NODE_FLAGS, entry, ...args]);
});
