import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** A command that takes longer hangs, unless the operator says otherwise. */
const LIMIT_MS = 200_000;

/** What one run of `causeway` gave. */
export interface Ran {
  /** -1: ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output of a run with `--json`, which is one line. */
  readonly json: unknown;
  readonly ms: number;
}

/** A `causeway` process under way. */
export interface Running {
  readonly pid: number;
  /** Called with each new piece of standard error. */
  onStderr(listener: (text: string) => void): void;
  /** The first line of standard output, as soon as it is there. */
  readonly stdoutLine: Promise<string>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ran>;
}

/** The command line program with a data folder of its own, as an operator on a server has it. */
export interface Operator {
  readonly folder: string;
  readonly home: string;
  /** Runs to the end. */
  run(...args: string[]): Promise<Ran>;
  /** Starts and goes on. */
  start(...args: string[]): Running;
  /** Writes a file into the folder, readable by its owner only. */
  file(name: string, text: string): Promise<string>;
  /** Names of files below the folder, and outputs so far, that hold one of the texts in plain, as UTF-16, in Base64 or percent-encoded. */
  leaks(secrets: readonly string[], except: readonly string[]): Promise<readonly string[]>;
  /** Ends what still runs and removes the folder. */
  close(): Promise<void>;
}

/**
 * Makes a data folder, a key file (0600) and the environment of an operator.
 * @param options `key` false: no key file, so that secrets last for one command only. `limitMs`: milliseconds after which a
 * process counts as hanging and is ended. `env`: further environment.
 */
export async function makeOperator(options: { readonly key?: boolean; readonly limitMs?: number; readonly env?: Readonly<Record<string, string>> } = {}): Promise<Operator> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-main-job-'));
  const home = path.join(folder, 'home');
  await mkdir(home);
  const keyFile = path.join(folder, 'operator.key');
  await writeFile(keyFile, randomBytes(48).toString('base64'), { mode: 0o600 });
  const { CAUSEWAY_PROJECT: _project, CAUSEWAY_KEY_FILE: _key, NODE_OPTIONS: _options, ...inherited } = process.env;
  const env: NodeJS.ProcessEnv = { ...inherited, CAUSEWAY_HOME: home, ...(options.key === false ? {} : { CAUSEWAY_KEY_FILE: keyFile }), ...options.env };
  const outputs: string[] = [];
  const alive = new Set<ChildProcess>();

  const start = (...args: string[]): Running => {
    const began = performance.now();
    const child = spawn(process.execPath, [path.join(ROOT, 'electron/cli/index.ts'), ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    alive.add(child);
    const text = { stdout: '', stderr: '' };
    const listeners: ((text: string) => void)[] = [];
    let firstLine: (line: string) => void = () => {};
    const stdoutLine = new Promise<string>((resolve) => { firstLine = resolve; });
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text.stdout += chunk;
      const end = text.stdout.indexOf('\n');
      if (end >= 0) firstLine(text.stdout.slice(0, end));
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => { text.stderr += chunk; for (const listener of listeners) listener(chunk); });
    const limit = setTimeout(() => child.kill('SIGKILL'), options.limitMs ?? LIMIT_MS);
    const ended = new Promise<Ran>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        clearTimeout(limit);
        alive.delete(child);
        // The simulator is no part of the product and shows the secret of its application on purpose.
        if (!args.includes('simulator')) outputs.push(text.stdout, text.stderr);
        resolve({ code: code ?? -1, ...text, json: parsed(text.stdout), ms: Math.round(performance.now() - began) });
      });
    });
    return { pid: child.pid ?? 0, stdoutLine, onStderr: (listener) => { listeners.push(listener); }, kill: (signal) => { child.kill(signal); }, ended };
  };

  return {
    folder, home, start,
    run: (...args) => start(...args).ended,
    file: async (name, content) => {
      const file = path.join(folder, name);
      await writeFile(file, content, { mode: 0o600 });
      return file;
    },
    leaks: async (secrets, except) => {
      const found: string[] = [];
      const needles = secrets.flatMap((secret) => [Buffer.from(secret), Buffer.from(secret, 'utf16le'), Buffer.from(Buffer.from(secret).toString('base64')), Buffer.from(encodeURIComponent(secret))]);
      for (const [i, output] of outputs.entries()) if (needles.some((needle) => Buffer.from(output).includes(needle))) found.push(`output ${i}`);
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        const file = path.join(entry.parentPath, entry.name);
        if (!entry.isFile() || except.includes(file)) continue;
        const content = await readFile(file);
        if (needles.some((needle) => content.includes(needle))) found.push(path.relative(folder, file));
      }
      return found;
    },
    close: async () => {
      const endings = [...alive].map((child) => new Promise<void>((resolve) => { child.once('close', () => resolve()); child.kill('SIGKILL'); }));
      await Promise.all(endings);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function parsed(stdout: string): unknown {
  try { return JSON.parse(stdout); } catch { return undefined; }
}
