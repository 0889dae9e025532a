import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SimulatorSeed, WriteRecord } from '../../../electron/simulator/index.ts';
import type { LdifEntry } from '../../../electron/simulator/demo/ldif.ts';
import { openRig, type Rig, type RigOptions } from '../app/rig.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const LOOK_MS = 25;
/** What takes longer hangs. */
const LIMIT_MS = 60_000;

const writeKey = async (folder: string): Promise<string> => {
  const file = path.join(folder, 'operator.key');
  await writeFile(file, 'k'.repeat(48), { mode: 0o600 });
  return file;
};

/** A `causeway agent` process. */
export interface AgentProcess {
  readonly pid: number;
  /** What it said when it was at work. */
  readonly ready: Promise<{ readonly agent: string; readonly health: string }>;
  readonly stderr: () => string;
  kill(signal: NodeJS.Signals): void;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** A project on a file with a simulated tenant, a console that runs no tasks, and agents in processes of their own. */
export interface ProcessRig extends Rig {
  /** Starts `causeway agent`. */
  agent(...args: string[]): AgentProcess;
  /** Writes that took effect in the tenant. */
  writes(): Promise<readonly WriteRecord[]>;
}

/** Waits until something holds, however slow the machine is. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
  }
  throw new Error(`it did not come: ${what}`);
}

/** True while a process is there. */
export function isAlive(pid: number): boolean {
  try { return process.kill(pid, 0); } catch { return false; }
}

/** Opens one. The secrets are in a sealed file, whose key the agents find in the environment. */
export async function openProcessRig(options: { readonly source: readonly LdifEntry[] | string; readonly seed: SimulatorSeed } & Pick<RigOptions, 'faults' | 'quotas'>): Promise<ProcessRig> {
  const children = new Set<ChildProcess>();
  const rig = await openRig({ ...options, runner: 'none', environment: async (folder) => ({ CAUSEWAY_KEY_FILE: await writeKey(folder) }) });
  const env = { ...process.env, CAUSEWAY_HOME: path.join(rig.folder, 'home'), CAUSEWAY_KEY_FILE: path.join(rig.folder, 'operator.key') };
  return {
    ...rig,
    agent: (...args) => {
      const child = spawn(process.execPath, [path.join(ROOT, 'electron/cli/index.ts'), '--json', '--project', rig.file, 'agent', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      children.add(child);
      const text = { stdout: '', stderr: '' };
      const ready = Promise.withResolvers<{ agent: string; health: string }>();
      ready.promise.catch(() => {});
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text.stdout += chunk;
        if (text.stdout.includes('\n')) ready.resolve(JSON.parse(text.stdout.split('\n')[0] ?? ''));
      });
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => { text.stderr += chunk; });
      const ended = new Promise<number | NodeJS.Signals>((resolve) => {
        child.once('close', (code, signal) => {
          children.delete(child);
          ready.reject(new Error(`the agent ended (${code ?? signal}): ${text.stdout}${text.stderr}`));
          resolve(code ?? signal ?? -1);
        });
      });
      return { pid: child.pid ?? 0, ready: ready.promise, stderr: () => text.stdout + text.stderr, kill: (signal) => { child.kill(signal); }, ended };
    },
    writes: async () => (await (await fetch(`${rig.simulator.url}/simulator/writes.json?after=0`)).json() as { readonly writes: readonly WriteRecord[] }).writes,
    close: async () => {
      await Promise.all([...children].map((child) => new Promise<void>((resolve) => { child.once('close', () => { resolve(); }); child.kill('SIGKILL'); })));
      await rig.close();
    },
  };
}
