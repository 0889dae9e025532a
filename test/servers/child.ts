import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server process that a test started; it has its own process group. */
export interface ServerProcess {
  readonly pid: number;
  /** True once it is gone. */
  exited(): boolean;
  /** Asks it to end, waits up to ten seconds, then ends the whole group. Safe to call twice. */
  stop(): Promise<void>;
}

/** Ends the group, whatever is left of it. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try { process.kill(-child.pid, 'SIGKILL'); } catch { /* nobody left */ }
}

/**
 * Starts a server in its own process group, so that its workers can be ended with it; when this process ends first, the group is ended.
 * @param logFile receives what it prints.
 */
export function startServer(command: string, args: readonly string[], logFile: string): ServerProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(command, [...args], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let gone = child.pid === undefined;
  const last = (): void => killGroup(child);
  process.once('exit', last);
  child.once('error', () => { gone = true; });
  child.once('exit', () => { gone = true; });
  return {
    pid: child.pid ?? 0,
    exited: () => gone,
    stop: async () => {
      if (!gone) child.kill('SIGTERM');
      for (let waited = 0; !gone && waited < 10_000; waited += 20) await sleep(20);
      killGroup(child);
      process.removeListener('exit', last);
    },
  };
}

/** Calls `ready` until it is true or the server is gone. Throws with `describe()` after the time limit in milliseconds. */
export async function untilReady(server: ServerProcess, ready: () => Promise<boolean>, describe: () => Promise<string>, limit = 30_000): Promise<void> {
  const end = Date.now() + limit;
  while (Date.now() < end && !server.exited()) {
    if (await ready()) return;
    await sleep(30);
  }
  await server.stop();
  throw new Error(`the server did not get ready: ${await describe()}`);
}
