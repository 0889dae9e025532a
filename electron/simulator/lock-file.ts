import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/*
 * A file that says who serves a state file. It appears, changes and goes as a whole, and who changes or removes it names the
 * content that it means: between reading a lock and acting on it another process may have put its own there.
 */

/** The text of a lock file; undefined: there is none. */
export function readLockFile(file: string): string | undefined {
  try { return readFileSync(file, 'utf8'); } catch (error) {
    if (is(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Makes the file with its whole content. @returns false when there is one already. @throws what the file system says, for example when the folder cannot be written. */
export function createLockFile(file: string, content: string): boolean {
  const own = aside(file);
  writeFileSync(own, content, { mode: 0o600 });
  try {
    // A link to a complete file: unlike one that is made first and filled then, it is never seen empty.
    linkSync(own, file);
    return true;
  } catch (error) {
    if (is(error, 'EEXIST')) return false;
    throw error;
  } finally { rmSync(own, { force: true }); }
}

/** Puts another content in place of this one. @returns false when the file holds something else by now; then it stays. */
export function replaceLockFile(file: string, content: string, next: string): boolean {
  if (readLockFile(file) !== content) return false;
  const own = aside(file);
  writeFileSync(own, next, { mode: 0o600 });
  renameSync(own, file);
  return true;
}

/** Removes the file if it still holds this content. @returns false when it holds something else, or is gone. */
export function removeLockFile(file: string, content: string): boolean {
  if (readLockFile(file) !== content) return false;
  const own = aside(file);
  // Of several processes that want the same lock away, one gets it.
  try { renameSync(file, own); } catch (error) {
    if (is(error, 'ENOENT')) return false;
    throw error;
  }
  try {
    if (readLockFile(own) === content) return true;
    // Somebody was faster by an instant and this is the new one: it goes back, unless there is a still newer one.
    try { linkSync(own, file); } catch (error) { if (!is(error, 'EEXIST')) throw error; }
    return false;
  } finally { rmSync(own, { force: true }); }
}

const aside = (file: string): string => `${file}.${process.pid}.${randomUUID()}`;
const is = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;
