import { fork } from 'node:child_process';
import type { Log } from '../../platform/index.ts';
import type { AgentChild } from './local-agent.ts';
import type { ConsolePort } from './run-local-agent.ts';

/** Longest piece of an agent's last words that is kept, characters. */
const LAST_WORDS = 2_000;

/**
 * Starts an agent as a process of Node with a private channel. It gets no arguments, and of the environment what the console has.
 * @param entry path of the entry file.
 */
export function forkAgent(entry: string, log: Pick<Log, 'warn'>): AgentChild {
  const child = fork(entry, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { words = (words + text).slice(-LAST_WORDS); });
  child.on('exit', (code) => { if (code !== 0 && words !== '') log.warn({ code, words }, 'last words of the agent'); });
  // It may end between a look at it and a word to it; the exit tells.
  child.on('error', () => {});
  return {
    tell: (message) => { if (child.connected) child.send(message, () => {}); },
    onMessage: (listener) => { child.on('message', listener); },
    onExit: (listener) => {
      let told = false;
      const once = (code: number | null): void => { if (!told) { told = true; listener(code); } };
      child.on('exit', once);
      child.on('error', () => { if (child.exitCode === null && child.pid === undefined) once(null); });
    },
    kill: () => { child.kill('SIGKILL'); },
  };
}

/** The agent's end of that channel. */
export function parentPort(): ConsolePort {
  return {
    send: (message) => new Promise((resolve) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => { resolve(); });
      else resolve();
    }),
    onMessage: (listener) => { process.on('message', listener); },
    onClose: (listener) => { process.on('disconnect', listener); },
  };
}
