import { spawn } from 'node:child_process';
import type { Machine } from './paths.ts';

/** Milliseconds in which a starter that fails has failed (`xdg-open` ends with 3 or 4 at once); one that still runs has opened something. */
const FAILS_WITHIN_MS = 2000;

/** A program and its arguments; never a shell line, so nothing in the address can be taken for a command. */
export interface Starter {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * How this machine opens an address in the user's browser.
 * @param url http or https.
 * @returns null where there is nobody to see a window (Linux without display) or the address is no web address.
 */
export function browserStarter(url: string, machine: Pick<Machine, 'platform' | 'env'>): Starter | null {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return null;
  if (machine.platform === 'win32') return { command: 'rundll32.exe', args: ['url.dll,FileProtocolHandler', url] };
  if (machine.platform === 'darwin') return { command: 'open', args: [url] };
  if (!machine.env['DISPLAY'] && !machine.env['WAYLAND_DISPLAY']) return null;
  return { command: 'xdg-open', args: [url] };
}

/**
 * Opens an address in the user's browser.
 * @returns true when something was started and did not fail at once; false when there is no browser or display. Never rejects:
 * the caller prints the address as well.
 */
export async function openInBrowser(url: string, machine: Pick<Machine, 'platform' | 'env'>): Promise<boolean> {
  const starter = browserStarter(url, machine);
  return starter ? await start(starter) : false;
}

/** Starts a program on its own; see {@link openInBrowser} for the answer. */
export async function start(starter: Starter): Promise<boolean> {
  return await new Promise((resolve) => {
    const child = spawn(starter.command, starter.args, { stdio: 'ignore', detached: true, shell: false });
    const timer = setTimeout(() => { resolve(true); }, FAILS_WITHIN_MS);
    const end = (opened: boolean): void => {
      clearTimeout(timer);
      resolve(opened);
    };
    child.once('error', () => { end(false); });
    child.once('exit', (code) => { end(code === 0); });
    child.unref();
  });
}
