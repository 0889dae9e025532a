import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { startSlapd, type SlapdServer } from '../servers/slapd.ts';
import { PERSON_ATTRIBUTES } from '../servers/users.ts';

const run = promisify(execFile);

/** One way of reading, over all rounds. */
export interface ReadFigures {
  /** Median seconds of processor time (user + system) of the whole client process. */
  readonly cpuSeconds: number;
  /** Median seconds from start to end of the process. */
  readonly wallSeconds: number;
  /** Largest resident set of any round, MB (2^20 bytes); 0 where it is not known. */
  readonly maxRssMb: number;
  readonly entries: number;
}

/** What {@link benchRead} found. */
export interface ReadBench {
  readonly people: number;
  readonly rounds: number;
  readonly ldapsearch: ReadFigures;
  readonly causeway: ReadFigures;
  /** Processor time of ours divided by that of ldapsearch; the target is at most 2.5. */
  readonly cpuRatio: number;
}

/** How much to measure. */
export interface ReadBenchOptions {
  /** Default 100,000. */
  readonly people?: number;
  /** Default 3; the two programs take turns. */
  readonly rounds?: number;
  /** Port for the server on 127.0.0.1; default 13389. */
  readonly port?: number;
  /** Receives the table; default: standard output. */
  readonly print?: (text: string) => void;
}

/** Runs a program with its output in a file, and takes its processor time from the shell. */
async function timed(file: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ readonly cpu: number; readonly wall: number }> {
  const script = 'TIMEFORMAT="%U %S %R"; out=$1; shift; time "$@" > "$out"';
  const { stderr } = await run('bash', ['-c', script, 'bench', file, command, ...args], { env: { ...process.env, ...env }, maxBuffer: 16 * 1024 * 1024 });
  const [user = Number.NaN, system = Number.NaN, wall = Number.NaN] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { cpu: user + system, wall };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Round { readonly cpu: number; readonly wall: number; readonly rss: number; readonly entries: number }

function figures(rounds: readonly Round[]): ReadFigures {
  const round = (value: number): number => Math.round(value * 100) / 100;
  return {
    cpuSeconds: round(median(rounds.map((each) => each.cpu))), wallSeconds: round(median(rounds.map((each) => each.wall))),
    maxRssMb: Math.round(Math.max(...rounds.map((each) => each.rss))), entries: rounds[0]?.entries ?? 0,
  };
}

async function roundOfLdapsearch(server: SlapdServer, file: string): Promise<Round> {
  // core.schema calls the attribute `street`.
  const names = PERSON_ATTRIBUTES.map((name) => (name === 'streetAddress' ? 'street' : name));
  const spent = await timed(file, 'ldapsearch', [
    '-x', '-LLL', '-o', 'ldif-wrap=no', '-H', server.url, '-D', server.user, '-w', server.password, '-b', server.peopleDn, '-E', 'pr=200/noprompt', '(objectClass=user)', ...names,
  ]);
  const entries = Number((await run('grep', ['-c', '^dn:', file])).stdout.trim());
  return { ...spent, rss: 0, entries };
}

/** Bundles the client as the product is bundled: what is measured is the engine and not Node's reading of TypeScript. */
async function bundleClient(dir: string): Promise<string> {
  await build({
    configFile: false, logLevel: 'error', root: path.join(import.meta.dirname, '..', '..'), ssr: { noExternal: true },
    build: { ssr: path.join(import.meta.dirname, 'read-client.ts'), outDir: dir, emptyOutDir: false, rolldownOptions: { output: { entryFileNames: 'client.mjs' } } },
  });
  return path.join(dir, 'client.mjs');
}

async function roundOfOurs(client: string, server: SlapdServer, file: string): Promise<Round> {
  const spent = await timed(file, process.execPath, [client, server.server, server.user, server.peopleDn], { CAUSEWAY_BENCH_PASSWORD: server.password });
  const said = JSON.parse(await readFile(file, 'utf8')) as { entries: number; maxRssKb: number };
  return { ...spent, rss: said.maxRssKb / 1024, entries: said.entries };
}

/**
 * Reads a whole OpenLDAP server of made-up people with ldapsearch and with the directory engine, in turns, and compares
 * processor time and memory of the two client processes (start-up included). Needs slapd and ldap-utils.
 */
export async function benchRead(options: ReadBenchOptions = {}): Promise<ReadBench> {
  const { people = 100_000, rounds = 3, port = 13_389 } = options;
  const print = options.print ?? ((text: string) => { process.stdout.write(`${text}\n`); });
  const dir = await mkdtemp(path.join(os.tmpdir(), 'causeway-bench-'));
  const client = await bundleClient(dir);
  const server = await startSlapd({ port, people });
  const theirs: Round[] = [];
  const ours: Round[] = [];
  try {
    // The first read fills the server's cache and belongs to nobody.
    await roundOfLdapsearch(server, path.join(dir, 'warm-up'));
    for (let i = 0; i < rounds; i += 1) {
      theirs.push(await roundOfLdapsearch(server, path.join(dir, 'ldapsearch')));
      ours.push(await roundOfOurs(client, server, path.join(dir, 'causeway')));
    }
  } finally {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
  const wrong = [...theirs, ...ours].find((each) => each.entries !== people);
  if (wrong !== undefined) throw new Error(`${wrong.entries} of ${people} people were read`);
  const result = { people, rounds, ldapsearch: figures(theirs), causeway: figures(ours) };
  const cpuRatio = Math.round((result.causeway.cpuSeconds / result.ldapsearch.cpuSeconds) * 100) / 100;
  const row = (name: string, each: ReadFigures): string => `${name.padEnd(12)}${each.cpuSeconds.toFixed(2).padStart(10)}${each.wallSeconds.toFixed(2).padStart(10)}${(each.maxRssMb === 0 ? '-' : String(each.maxRssMb)).padStart(12)}`;
  print([
    `Read ${people} people, ${PERSON_ATTRIBUTES.length} attributes each, pages of 200, ${rounds} rounds (medians)`,
    `${'client'.padEnd(12)}${'CPU s'.padStart(10)}${'wall s'.padStart(10)}${'max RSS MB'.padStart(12)}`,
    row('ldapsearch', result.ldapsearch), row('causeway', result.causeway), `CPU ratio ${cpuRatio.toFixed(2)} (target 2.5)`,
  ].join('\n'));
  return { ...result, cpuRatio };
}
