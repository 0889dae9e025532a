import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { createLockFile, readLockFile, removeLockFile, replaceLockFile } from './lock-file.ts';
import type { Simulator, SimulatorOptions } from './simulator.ts';
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
  /**
   * Starts the simulated tenant of a state file here, with these options; pairs of other processes then find this one.
   * @throws AppError INVALID_INPUT when another process serves the file.
   */
  serve(stateFile: string, options: Omit<SimulatorOptions, 'stateFile'>): Promise<Simulator>;
  /** Saves and stops what this process started. */
  close(): Promise<void>;
}

/** Written beside a state file while a process serves it, so that two processes never keep two versions of one tenant. */
const Lock = z.object({ origin: z.url(), pid: z.int().positive(), tenantId: z.string(), clientId: z.string(), clientSecret: z.string() });
type Lock = z.output<typeof Lock>;

/** How often, and how long apart in milliseconds, another process's start is waited for. */
const TRIES = 50;
const PAUSE_MS = 100;
const SLOW_TRIES = 9;
/** How often a simulator whose process lives may refuse before it counts as gone: one that ends saves its tenant after it has stopped to listen. */
const REFUSALS = 25;

/** A simulator that this process started, and what its lock says. */
interface Started { readonly simulator: Simulator; readonly content: string }

/** Makes the finder; nothing is started before a pair asks for it. */
export function createSimulatedTargets(options: { readonly log: (line: string) => void }): SimulatedTargets {
  const own = new Map<string, Promise<Started>>();

  const ofLock = (lock: Lock): SimulatedTarget => ({ transports: simulatedTransports(lock.origin), credentials: { tenantId: lock.tenantId, clientId: lock.clientId, clientSecret: lock.clientSecret } });
  const ofSimulator = (s: Simulator): SimulatedTarget => ({ transports: simulatedTransports(s.url), credentials: { tenantId: s.tenantId, clientId: s.clientId, clientSecret: s.clientSecret } });

  /** The simulator of the file that this process has started, now or before, or the lock of the process that serves it. */
  const acquire = async (stateFile: string, simulatorOptions: Omit<SimulatorOptions, 'stateFile'>): Promise<Started | Lock> => {
    const lockFile = lockOf(stateFile);
    let refusals = 0;
    for (let i = 0; i < TRIES; i++) {
      const mine = own.get(stateFile);
      if (mine) return mine;
      const text = readLockFile(lockFile);
      if (text === undefined) {
        const claim = claimText();
        if (!claimed(lockFile, claim)) continue;
        const started = start(stateFile, claim, simulatorOptions);
        own.set(stateFile, started);
        try { return await started; } catch (error) {
          own.delete(stateFile);
          removeLockFile(lockFile, claim);
          throw error;
        }
      }
      const lock = parse(text);
      if (lock === null) {
        // Only the process id stands there while the simulator starts; if that process is gone, nobody will finish it.
        if (isClaimAlive(text)) await pause();
        else removeLockFile(lockFile, text);
        continue;
      }
      const answer = await ask(lock);
      if (answer === 'there') return lock;
      // Its process is gone: a later round claims the file. One that lives may be slow, or about to end.
      if (!alive(lock.pid) || (answer === 'refused' && ++refusals > REFUSALS)) removeLockFile(lockFile, text);
      else await pause();
      // No answer in two seconds: it is asked a few times more, not fifty.
      if (answer === 'slow') i += SLOW_TRIES;
    }
    throw appError(ErrorCode.TenantUnavailable, `The simulated tenant in ${stateFile} is being started by another process that does not get ready. End that process, or delete ${lockFile}.`, { retryable: true });
  };
  const open = async (stateFile: string): Promise<SimulatedTarget> => {
    const found = await acquire(stateFile, { quotas: 'real', log: options.log });
    return 'simulator' in found ? ofSimulator(found.simulator) : ofLock(found);
  };

  return {
    open: (simulated) => ('origin' in simulated ? Promise.resolve({ transports: simulatedTransports(simulated.origin), credentials: null }) : open(simulated.stateFile)),
    async serve(stateFile, simulatorOptions) {
      const found = await acquire(stateFile, simulatorOptions);
      if ('simulator' in found) return found.simulator;
      throw appError(ErrorCode.InvalidInput, `The simulated tenant in ${stateFile} is served at ${found.origin} by process ${found.pid}. Use that address, or end that process first.`);
    },
    async close() {
      for (const [stateFile, started] of own) {
        const { simulator, content } = await started;
        await simulator.close();
        removeLockFile(lockOf(stateFile), content);
      }
      own.clear();
    },
  };
}

const lockOf = (stateFile: string): string => `${stateFile}.lock`;

async function start(stateFile: string, claim: string, options: Omit<SimulatorOptions, 'stateFile'>): Promise<Started> {
  // Loaded when it is needed: every command of the program would wait for the whole tenant otherwise.
  const { startSimulator } = await import('./simulator.ts');
  const simulator = await startSimulator({ ...options, stateFile });
  const lock: Lock = { origin: simulator.url, pid: process.pid, tenantId: simulator.tenantId, clientId: simulator.clientId, clientSecret: simulator.clientSecret };
  const content = JSON.stringify(lock);
  if (replaceLockFile(lockOf(stateFile), claim, content)) return { simulator, content };
  await simulator.close();
  throw appError(ErrorCode.TenantUnavailable, `The simulated tenant in ${stateFile} was taken by another process while it started. Try again.`, { retryable: true });
}

/** What stands in the lock while the simulator starts. */
const claimText = (): string => `${process.pid} ${randomUUID()}`;
const isClaimAlive = (text: string): boolean => { const pid = /^(\d+)(?: |$)/.exec(text)?.[1]; return pid !== undefined && alive(Number(pid)); };

function claimed(file: string, claim: string): boolean {
  try { return createLockFile(file, claim); } catch (error) {
    throw appError(ErrorCode.BadFile, `The simulated tenant cannot be kept in ${file}: ${(error as Error).message}.`, { cause: error });
  }
}

function parse(text: string): Lock | null {
  try { return Lock.parse(JSON.parse(text)); } catch { return null; }
}

const alive = (pid: number): boolean => {
  try { process.kill(pid, 0); return true; } catch (error) { return (error as NodeJS.ErrnoException).code === 'EPERM'; }
};

async function ask(lock: Lock): Promise<'there' | 'refused' | 'slow'> {
  try {
    const response = await fetch(`${lock.origin}/${lock.tenantId}/v2.0/.well-known/openid-configuration`, { signal: AbortSignal.timeout(2_000) });
    return response.ok ? 'there' : 'refused';
  } catch (error) { return (error as Error).name === 'TimeoutError' ? 'slow' : 'refused'; }
}

const pause = () => new Promise<void>((resolve) => { setTimeout(resolve, PAUSE_MS); });
