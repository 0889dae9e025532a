import { chmodSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What {@link resolvePaths} looks at; passed in so that each system can be tested on any other. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder, absolute. */
  readonly home: string;
}

/** Where Causeway keeps what belongs to the user and machine, not to a project. All absolute. */
export interface Paths {
  /** The data folder itself. */
  readonly data: string;
  readonly logs: string;
  /** Sealed secrets; see secrets/. */
  readonly secrets: string;
  /** Folder of the projects that are made without naming a file. */
  readonly projects: string;
}

/** Environment variable that moves the whole data folder, for portable installations, tests and services. */
export const HOME_VARIABLE = 'CAUSEWAY_HOME';

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  return { platform: process.platform, env: process.env, home: os.homedir() };
}

/**
 * Finds the data folder: `CAUSEWAY_HOME` when set, else the place that each system gives programs for their state
 * (XDG Base Directory Specification 0.8 `XDG_STATE_HOME`; Windows `LOCALAPPDATA`; macOS `Library/Application Support`).
 * Creates nothing.
 */
export function resolvePaths(machine: Machine): Paths {
  const join = machine.platform === 'win32' ? path.win32.join : path.posix.join;
  const data = dataFolder(machine);
  return { data, logs: join(data, 'logs'), secrets: join(data, 'secrets'), projects: join(data, 'projects') };
}

function dataFolder({ platform, env, home }: Machine): string {
  const own = env[HOME_VARIABLE];
  if (own) return platform === 'win32' ? path.win32.resolve(own) : path.resolve(own);
  if (platform === 'win32') return path.win32.join(env['LOCALAPPDATA'] || path.win32.join(home, 'AppData', 'Local'), 'Causeway');
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Application Support', 'Causeway');
  const state = env['XDG_STATE_HOME'];
  // The specification says that a relative path is to be ignored.
  return path.posix.join(state && path.posix.isAbsolute(state) ? state : path.posix.join(home, '.local', 'state'), 'causeway');
}

/**
 * Creates the folders, readable by the user only (on Windows the profile's own rights decide).
 * @throws the file system's error when a folder cannot be made.
 */
export function ensurePaths(paths: Paths): Paths {
  for (const folder of [paths.data, paths.logs, paths.secrets, paths.projects]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  // An older or hand-made folder may be open to others.
  if (process.platform !== 'win32') chmodSync(paths.secrets, 0o700);
  return paths;
}
