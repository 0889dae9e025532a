import { ensurePackages } from '../servers/packages.ts';
import { benchRead } from './read.ts';

/**
 * `npm run bench -- <name>`: measures on real servers, prints a table and ends with one JSON line. Figures, not assertions: a
 * claim of speed is a ratio from one run.
 */
const BENCHES: Readonly<Record<string, () => Promise<unknown>>> = {
  read: async () => await benchRead(),
};

const name = process.argv[2] ?? '';
const bench = BENCHES[name];
if (!bench) {
  console.error(`Name a benchmark: ${Object.keys(BENCHES).join(', ')}.`);
  process.exitCode = 2;
} else {
  const { missing, reason } = await ensurePackages();
  if (missing.length > 0) {
    console.error(`The benchmark needs packages that are missing: ${missing.join(', ')}. ${reason}`);
    process.exitCode = 1;
  } else console.log(JSON.stringify(await bench()));
}
