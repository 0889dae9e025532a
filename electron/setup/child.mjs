import { spawn } from 'node:child_process';

/**
 * Runs a program with this process's input and output until it ends, and passes signals on.
 *
 * At a terminal Ctrl+C reaches the whole group, the child included: passing it on would make it two, and the second one means
 * "at once". Without a terminal it reaches this process only.
 * @param {string} command program, no shell line.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env] default: this process's.
 * @returns {Promise<number>} exit code; 128 + signal number when a signal ended it, as shells report it.
 */
export function runThrough(command, args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    const onInterrupt = () => { if (!process.stdin.isTTY) child.kill('SIGINT'); };
    const onTerminate = () => { child.kill('SIGTERM'); };
    const onHangUp = () => { child.kill('SIGHUP'); };
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onTerminate);
    process.on('SIGHUP', onHangUp);
    const watch = whenOrphaned(() => { child.kill('SIGTERM'); });
    const end = () => {
      watch.close();
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
      process.off('SIGHUP', onHangUp);
    };
    child.once('error', (error) => { end(); reject(error); });
    child.once('exit', (code, signal) => { end(); resolve(code ?? 128 + (SIGNALS[signal ?? ''] ?? 0)); });
  });
}

/**
 * Watches for the end of the npm that started this script. npm runs scripts through a shell, and a shell that is ended by
 * a signal does not pass it on: without this, whoever stops npm would leave the console or the tests running.
 * @param {() => void} act called once, within half a second.
 * @returns {{ close(): void }}
 */
export function whenOrphaned(act) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, 500).unref();
  // Started by hand, a script may outlive its shell.
  if (!process.env.npm_lifecycle_event) clearInterval(timer);
  return { close: () => { clearInterval(timer); } };
}

/** Numbers of the signals that end programs here (POSIX). */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/**
 * Runs a program quietly.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} exit code and everything it wrote, both streams in order.
 */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout?.on('data', (part) => { output += part; });
    child.stderr?.on('data', (part) => { output += part; });
    const stop = () => { child.kill('SIGTERM'); };
    const watch = whenOrphaned(stop);
    const end = () => {
      watch.close();
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop);
    };
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
    child.once('error', (error) => { end(); reject(error); });
    child.once('close', (code) => { end(); resolve({ code: code ?? 1, output }); });
  });
}

/** A problem that is told in one sentence, without a stack. */
export class Trouble extends Error {}

/**
 * Runs the main function of a script: a {@link Trouble} becomes its sentence and exit code 1.
 * @param {() => Promise<number>} main gives the exit code.
 */
export async function main(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
