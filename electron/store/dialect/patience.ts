import type BetterSqlite3 from 'better-sqlite3';
import { setTimeout as pause } from 'node:timers/promises';

/** So long a write waits for another connection's transaction, milliseconds; then the project counts as being written by somebody else. */
export const PATIENCE_MS = 5_000;
/** How often it is tried meanwhile, milliseconds. */
const TRY_MS = 5;

/** True for the error of a statement that met another connection's write lock (SQLite, "Result and Error Codes", SQLITE_BUSY and its extended codes). */
export const isBusy = (error: unknown): boolean => error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');

/**
 * Runs a statement that takes the write lock and waits for that lock without holding the process up. SQLite's own waiting (PRAGMA busy_timeout) blocks the
 * thread: when the lock is held by another connection of this very process, whose transaction goes on in the same thread, it would wait for itself.
 * @param connection its `busy_timeout` is {@link PATIENCE_MS} before and afterwards.
 * @param run one try; it has changed nothing when it throws SQLITE_BUSY.
 * @throws what the last try threw, after {@link PATIENCE_MS}.
 */
export async function patiently<T>(connection: BetterSqlite3.Database, run: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    connection.pragma('busy_timeout = 0');
    try {
      return await run();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
    } finally {
      if (connection.open) connection.pragma(`busy_timeout = ${PATIENCE_MS}`);
    }
    await pause(TRY_MS);
  }
}
