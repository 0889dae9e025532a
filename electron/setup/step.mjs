import { spawn } from 'node:child_process';
import { ROOT } from './machine.mjs';

/** Milliseconds between the polite and the hard end of a step. */
const GRACE_MS = 5000;
/** Steps that run now; ended with this process. */
const running = new Set();

/**
 * Runs one program in a process group of its own, with its output on ours, and ends whatever it leaves behind.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {number} limitMs ended after that long.
 * @returns {Promise<number>} exit code; 124 when the time was over.
 */
export function runStep(command, args, env, limitMs) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'], detached: process.platform !== 'win32' });
    running.add(child);
    let late = false;
    const timer = setTimeout(() => { late = true; void endGroup(child); }, limitMs);
    const end = (code) => {
      clearTimeout(timer);
      running.delete(child);
      signalGroup(child, 'SIGTERM');
      resolve(late ? 124 : code);
    };
    child.once('error', (error) => { process.stderr.write(`${command}: ${error.message}\n`); end(127); });
    child.once('exit', (code) => { end(code ?? 1); });
  });
}

/** Ends all steps; for Ctrl+C. */
export async function endAll() {
  await Promise.all([...running].map(endGroup));
}

async function endGroup(child) {
  signalGroup(child, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) await new Promise((resolve) => { setTimeout(resolve, 50); });
  signalGroup(child, 'SIGKILL');
}

function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
