import { ensurePackages } from '../servers/packages.ts';
import { benchAgents } from './agents.ts';
import { benchCycle } from './cycle.ts';
import { benchPlan } from './plan.ts';
import { benchRead } from './read.ts';
import { benchSimulator } from './simulator.ts';

/** One benchmark. `packages`: it needs the servers of the operating system's packages. */
interface Bench { readonly packages: boolean; readonly run: () => Promise<unknown> }

/**
 * `npm run bench -- <name>`: measures on real servers, prints a table and ends with one JSON line. Figures, not assertions: a
 * claim of speed is a ratio from one run.
 */
const BENCHES: Readonly<Record<string, Bench>> = {
  agents: { packages: false, run: async () => await benchAgents() },
  cycle: { packages: false, run: async () => await benchCycle() },
  plan: { packages: false, run: async () => await benchPlan() },
  read: { packages: true, run: async () => await benchRead() },
  simulator: { packages: false, run: async () => await benchSimulator() },
};

const name = process.argv[2] ?? '';
const bench = BENCHES[name];
if (!bench) {
  console.error(`Name a benchmark: ${Object.keys(BENCHES).join(', ')}.`);
  process.exitCode = 2;
} else {
  const { missing, reason } = bench.packages ? await ensurePackages() : { missing: [], reason: '' };
  if (missing.length > 0) {
    console.error(`The benchmark needs packages that are missing: ${missing.join(', ')}. ${reason}`);
    process.exitCode = 1;
  } else console.log(JSON.stringify(await bench.run()));
}
