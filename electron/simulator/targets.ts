import { readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { startSimulator, type Simulator } from './simulator.ts';
import { simulatedTransports, type SimulatedTransports } from './transport.ts';

/** What a pair with a simulated tenant needs: the swapped transports, and credentials when the simulation has its own. */
export interface SimulatedTarget {
  readonly transports: SimulatedTransports;
  /** Null: those of the pair are used, because somebody runs the simulator elsewhere. */
  readonly credentials: { readonly tenantId: string; readonly clientId: string; readonly clientSecret: string } | null;
}

/** Finds or starts the simulated tenants of a process. */
export interface SimulatedTargets {
  open(simulated: { readonly origin: string } | { readonly stateFile: string }): Promise<SimulatedTarget>;
  /** Saves and stops what this process started. */
  close(): Promise<void>;
}

/** Written beside a state file while a process serves it, so that two processes never keep two versions of one tenant. */
const Lock = z.object({ origin: z.url(), pid: z.int().positive(), tenantId: z.string(), clientId: z.string(), clientSecret: z.string() });
type Lock = z.output<typeof Lock>;

/** How often, and how long apart in milliseconds, another process's start is waited for. */
const TRIES = 50;
const PAUSE_MS = 100;

/** Makes the finder; nothing is started before a pair asks for it. */
export function createSimulatedTargets(options: { readonly log: (line: string) => void }): SimulatedTargets {
  const own = new Map<string, Promise<{ readonly simulator: Simulator; readonly lock: string }>>();

  const ofLock = (lock: Lock): SimulatedTarget => ({ transports: simulatedTransports(lock.origin), credentials: { tenantId: lock.tenantId, clientId: lock.clientId, clientSecret: lock.clientSecret } });
  const ofSimulator = (s: Simulator): SimulatedTarget => ({ transports: simulatedTransports(s.url), credentials: { tenantId: s.tenantId, clientId: s.clientId, clientSecret: s.clientSecret } });

  const open = async (stateFile: string): Promise<SimulatedTarget> => {
    const mine = own.get(stateFile);
    if (mine) return ofSimulator((await mine).simulator);
    const lockFile = `${stateFile}.lock`;
    for (let i = 0; i < TRIES; i++) {
      const lock = await readLock(lockFile);
      if (lock === 'none') {
        if (!await claim(lockFile)) continue;
        const started = start(stateFile, lockFile, options.log);
        own.set(stateFile, started);
        try { return ofSimulator((await started).simulator); } catch (error) {
          own.delete(stateFile);
          await rm(lockFile, { force: true });
          throw error;
        }
      }
      if (lock === 'being written') { await pause(); continue; }
      if (await answers(lock)) return ofLock(lock);
      // Its process is gone: a later round claims the file.
      await rm(lockFile, { force: true });
    }
    throw appError(ErrorCode.TenantUnavailable, `The simulated tenant in ${stateFile} is being started by another process that does not get ready. End that process, or delete ${lockFile}.`, { retryable: true });
  };

  return {
    open: (simulated) => ('origin' in simulated ? Promise.resolve({ transports: simulatedTransports(simulated.origin), credentials: null }) : open(simulated.stateFile)),
    async close() {
      for (const started of own.values()) {
        const { simulator, lock } = await started;
        await simulator.close();
        await rm(lock, { force: true });
      }
      own.clear();
    },
  };
}

async function start(stateFile: string, lock: string, log: (line: string) => void): Promise<{ readonly simulator: Simulator; readonly lock: string }> {
  const simulator = await startSimulator({ quotas: 'real', stateFile, log });
  const content: Lock = { origin: simulator.url, pid: process.pid, tenantId: simulator.tenantId, clientId: simulator.clientId, clientSecret: simulator.clientSecret };
  await writeFile(lock, JSON.stringify(content), { mode: 0o600 });
  return { simulator, lock };
}

async function claim(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw appError(ErrorCode.BadFile, `The simulated tenant cannot be kept in ${file}: ${(error as Error).message}.`, { cause: error });
  }
}

async function readLock(file: string): Promise<Lock | 'none' | 'being written'> {
  let text: string;
  try { text = await readFile(file, 'utf8'); } catch { return 'none'; }
  try { return Lock.parse(JSON.parse(text)); } catch {
    // Only the process id stands there while the simulator starts; if that process is gone, nobody will finish it.
    if (/^\d+$/.test(text) && alive(Number(text))) return 'being written';
    await rm(file, { force: true });
    return 'none';
  }
}

const alive = (pid: number): boolean => {
  try { process.kill(pid, 0); return true; } catch (error) { return (error as NodeJS.ErrnoException).code === 'EPERM'; }
};

async function answers(lock: Lock): Promise<boolean> {
  try {
    const response = await fetch(`${lock.origin}/${lock.tenantId}/v2.0/.well-known/openid-configuration`, { signal: AbortSignal.timeout(2_000) });
    return response.ok;
  } catch { return false; }
}

const pause = () => new Promise<void>((resolve) => { setTimeout(resolve, PAUSE_MS); });
