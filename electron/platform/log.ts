import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import pino from 'pino';
import { redact, scrub } from './redaction.ts';

/** The log as the rest of the program sees it. Fields first, then one sentence; secrets are taken out of both. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** A log whose lines all carry these fields. */
  child(fields: object): Log;
}

/** A {@link Log} that writes to a file. */
export interface FileLog extends Log {
  /** Absolute path of this start's file. */
  readonly file: string;
  readonly folder: string;
  /** Closes the file. */
  close(): void;
}

/** How {@link openLog} behaves. */
export interface LogOptions {
  /** Folder of the log files; made when missing. */
  readonly folder: string;
  /** Which process writes: names the file. */
  readonly process: 'console' | 'host' | 'agent' | 'cli' | 'shell';
  /** Least important level that is written; default `info`. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error';
  /** Milliseconds since 1970-01-01 UTC; names the file. */
  readonly now: number;
}

/** Files kept per process kind; older ones are deleted at start. */
export const KEPT_LOG_FILES = 10;

/**
 * Opens a new log file for this start, one JSON object a line, readable by the user only. A file per start needs no
 * renaming of a file that another process has open, which Windows refuses. Lines are written at once, so that the last
 * words before a crash are there.
 * @throws the file system's error when the folder or file cannot be made.
 */
export function openLog(options: LogOptions): FileLog {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  dropOld(options.folder, options.process);
  const stamp = new Date(options.now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const file = path.join(options.folder, `${options.process}-${stamp}-${process.pid}.log`);
  const destination = pino.destination({ dest: file, sync: true, mode: 0o600 });
  const logger = pino(
    { level: options.level ?? 'info', base: { pid: process.pid, process: options.process }, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  );
  return { ...wrap(logger), file, folder: options.folder, close: () => { destination.end(); } };
}

/** A log that writes nothing. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silentLog };

function wrap(logger: pino.Logger): Log {
  return {
    debug: (fields, message) => { if (logger.isLevelEnabled('debug')) logger.debug(redact(fields), scrub(message)); },
    info: (fields, message) => { if (logger.isLevelEnabled('info')) logger.info(redact(fields), scrub(message)); },
    warn: (fields, message) => { if (logger.isLevelEnabled('warn')) logger.warn(redact(fields), scrub(message)); },
    error: (fields, message) => { logger.error(redact(fields), scrub(message)); },
    child: (fields) => wrap(logger.child(redact(fields))),
  };
}

function dropOld(folder: string, kind: string): void {
  const name = new RegExp(`^${kind}-\\d{8}T\\d{6}Z-\\d+\\.log$`);
  const files = readdirSync(folder).filter((file) => name.test(file)).toSorted();
  for (const file of files.slice(0, Math.max(0, files.length - KEPT_LOG_FILES + 1))) {
    rmSync(path.join(folder, file), { force: true });
  }
}
