import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { bundleChild } from './bundle.ts';

/** One cycle, as the three processes saw it. */
export interface CycleRun {
  readonly kind: 'quiet' | 'changes';
  /** Objects that were changed in the directory before. */
  readonly changed: number;
  readonly seconds: number;
  /** User and system of the product, all threads: the work, without the waiting for the servers. */
  readonly cpuSeconds: number;
  /** Largest resident set of the product, MB (2^20 bytes). */
  readonly peakRssMb: number;
  readonly operations: number;
  /** HTTP requests by the tenant's own count, those of the sign-in included. */
  readonly httpRequests: number;
  /** Those that the product counted itself, without the sign-in's. */
  readonly told: number;
  readonly ldapSearches: number;
  readonly outcome: string;
  readonly message: string;
}

/** Cycles of one size. */
export interface CycleCase {
  readonly objects: number;
  /** Seconds from an empty project to the end of the first cycle, which reads and compares everything. */
  readonly enabledIn: number;
  readonly runs: readonly CycleRun[];
}

/** What {@link benchCycle} found. Targets: a cycle after 100 changes takes under 3 s of work and at most 13 requests (8 + changes / 20), a quiet one 8, whatever the size. */
export interface CycleBench { readonly changes: number; readonly cases: readonly CycleCase[] }

/** How much to measure. */
export interface CycleBenchOptions {
  /** Default 1,000, 10,000 and 100,000 objects. */
  readonly sizes?: readonly number[];
  /** Objects that change between two cycles; default 100. */
  readonly changes?: number;
  /** Receives the table; default: standard output. */
  readonly print?: (text: string) => void;
}

/** A child that answers each line with one of JSON. */
interface Answering { ask<T>(line: string): Promise<T>; first<T>(): Promise<T>; stop(): Promise<void> }

function answering(child: ChildProcess, name: string): Answering {
  if (child.stdout === null || child.stdin === null) throw new Error(`${name} has no pipes`);
  const { stdin } = child;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => { child.once('exit', () => resolve()); });
  // A benchmark that breaks off leaves nobody behind.
  const last = (): void => { child.kill('SIGKILL'); };
  process.once('exit', last);
  const next = async <T>(): Promise<T> => {
    const line = await lines.next();
    if (line.done === true) throw new Error(`${name} ended before it answered`);
    return JSON.parse(line.value) as T;
  };
  return {
    first: next,
    ask: async (line) => { stdin.write(`${line}\n`); return await next(); },
    stop: async () => { stdin.end(); await ended; process.removeListener('exit', last); },
  };
}

/**
 * Brings organisations of several sizes into coexistence and measures cycles: a quiet one, one after changes, and both once more. The directory (DirSync
 * from memory) and the tenant hold the same organisation in one process, the product works in another.
 */
export async function benchCycle(options: CycleBenchOptions = {}): Promise<CycleBench> {
  const { sizes = [1_000, 10_000, 100_000], changes = 100, print = (text) => { console.log(text); } } = options;
  const cases: CycleCase[] = [];
  print(['objects', 'cycle', 'seconds', 'CPU s', 'requests', 'searches', 'operations', 'peak MB'].map((name) => name.padStart(11)).join(''));
  for (const objects of sizes) {
    const one = await measure(objects, changes);
    cases.push(one);
    for (const run of one.runs) print([String(objects), run.kind, run.seconds.toFixed(2), run.cpuSeconds.toFixed(2), String(run.told), String(run.ldapSearches), String(run.operations), run.peakRssMb.toFixed(0)].map((text) => text.padStart(11)).join(''));
  }
  return { changes, cases };
}

async function measure(objects: number, changes: number): Promise<CycleCase> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-bench-'));
  const program = await bundleChild(folder, 'cycle-process.ts');
  const servers = answering(spawn(process.execPath, [path.join(import.meta.dirname, 'cycle-servers.ts'), String(objects)], { stdio: ['pipe', 'pipe', 'inherit'] }), 'The servers');
  try {
    const at = await servers.first<object>();
    const began = performance.now();
    const product = answering(spawn(process.execPath, [...process.execArgv, program, folder, JSON.stringify(at)], { stdio: ['pipe', 'pipe', 'inherit'] }), 'The product');
    try {
      await product.first();
      const enabledIn = Math.round(performance.now() - began) / 1000;
      const runs: CycleRun[] = [];
      for (const kind of ['quiet', 'changes', 'quiet', 'changes'] as const) {
        const { changed } = kind === 'quiet' ? { changed: 0 } : await servers.ask<{ changed: number }>(`change ${changes}`);
        const before = await servers.ask<{ httpRequests: number; ldapSearches: number }>('counts');
        const said = await product.ask<Omit<CycleRun, 'kind' | 'changed' | 'httpRequests' | 'ldapSearches'>>('cycle');
        const after = await servers.ask<{ httpRequests: number; ldapSearches: number }>('counts');
        runs.push({ kind, changed, ...said, httpRequests: after.httpRequests - before.httpRequests, ldapSearches: after.ldapSearches - before.ldapSearches });
      }
      return { objects, enabledIn, runs };
    } finally { await product.stop(); }
  } finally {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
