import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';

const CLI = path.join(import.meta.dirname, '..', '..', 'electron', 'cli', 'index.ts');
/** Ticks of /proc/PID/stat a second (proc(5): USER_HZ, 100 on every Linux that Node supports). */
const TICKS = 100;

/** A simulator that runs alone, as `causeway simulator` starts it. */
export interface SimulatorProcess {
  readonly url: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Milliseconds from the start of loading until it listens, and its resident set then, as it says itself. */
  readonly loadMs: number;
  readonly rssBytes: number;
  /** Seconds of processor time, user and system, since it started; null where the machine does not tell. */
  cpuSeconds(): Promise<number | null>;
  /** Resident set in bytes now; null where the machine does not tell. */
  residentBytes(): Promise<number | null>;
  stop(): Promise<void>;
}

/** Starts one and waits for its ready line. @param args options besides `--json`. */
export async function startSimulatorProcess(args: readonly string[]): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, [CLI, 'simulator', ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => { child.once('exit', () => resolve()); });
  // A benchmark that breaks off leaves nobody behind.
  const last = (): void => { child.kill('SIGKILL'); };
  process.once('exit', last);
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) => { reject(new Error(`The simulator ended with ${code} before it was ready.`)); });
  });
  const ready = JSON.parse(line) as Omit<SimulatorProcess, 'cpuSeconds' | 'residentBytes' | 'stop'>;
  const proc = (file: string): Promise<string | null> => readFile(`/proc/${child.pid}/${file}`, 'utf8').catch(() => null);
  return {
    ...ready,
    cpuSeconds: async () => {
      // The name of the program may hold blanks; what follows its closing bracket does not.
      const fields = (await proc('stat'))?.split(') ').at(-1)?.split(' ');
      return fields ? (Number(fields[11]) + Number(fields[12])) / TICKS : null;
    },
    residentBytes: async () => {
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await proc('status') ?? '')?.[1];
      return kilobytes === undefined ? null : Number(kilobytes) * 1024;
    },
    stop: async () => {
      child.kill('SIGINT');
      await ended;
      process.removeListener('exit', last);
    },
  };
}
