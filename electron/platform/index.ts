import { systemClock, type Clock } from './clock.ts';
import { openLog, type FileLog } from './log.ts';
import { ensurePaths, resolvePaths, thisMachine, type Machine, type Paths } from './paths.ts';
import { openSecretStore, type OsVault, type SecretStore } from './secrets/index.ts';
import { trustSystemAuthorities } from './tls.ts';

export { systemClock, type Clock } from './clock.ts';
export { openInBrowser } from './browser.ts';
export { orderedId } from './ids.ts';
export { silentLog, type FileLog, type Log } from './log.ts';
export { HOME_VARIABLE, resolvePaths, thisMachine, type Machine, type Paths } from './paths.ts';
export { sessionSecretStore, type OsVault, type Protection, type SecretStore } from './secrets/index.ts';
export { trustSystemAuthorities } from './tls.ts';

/** The machine as the program sees it: everything that differs between systems and set-ups, opened once per process. */
export interface Platform {
  readonly machine: Machine;
  readonly paths: Paths;
  readonly log: FileLog;
  readonly clock: Clock;
  readonly secrets: SecretStore;
  /** Closes the log. */
  close(): Promise<void>;
}

/** How {@link createPlatform} behaves. */
export interface PlatformOptions {
  /** Which process this is; names its log files. */
  readonly program: 'cli' | 'agent' | 'console' | 'host' | 'shell';
  /** The operating system's vault; only the desktop shell has one. */
  readonly vault?: OsVault;
  /** Default: this machine. */
  readonly machine?: Machine;
}

/**
 * Opens paths, log and secrets of this process, and makes it trust the machine's authorities (about 45 ms). Creates the
 * data folder when it is missing.
 * @throws the file system's error when the data folder cannot be made or written.
 */
export function createPlatform(options: PlatformOptions): Platform {
  const machine = options.machine ?? thisMachine();
  const paths = ensurePaths(resolvePaths(machine));
  const level = machine.env['CAUSEWAY_LOG'] === 'debug' ? 'debug' : 'info';
  const log = openLog({ folder: paths.logs, process: options.program, level, now: systemClock.now() });
  log.info({ version: process.version, platform: machine.platform, authoritiesAdded: trustSystemAuthorities() }, 'started');
  const secrets = openSecretStore({ folder: paths.secrets, env: machine.env, ...(options.vault ? { vault: options.vault } : {}) });
  return { machine, paths, log, clock: systemClock, secrets, close: async () => { log.close(); } };
}
