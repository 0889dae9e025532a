import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import type { ExportPart } from '../../../shared/contracts/export.ts';
import { AppError, appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Progress } from '../progress.ts';
import type { Interrupts } from '../run.ts';

/** Gives the part of an export after a cursor; null: the first. */
export type PartOf = (after: string | null) => Promise<Pick<ExportPart, 'text' | 'next' | 'done' | 'total'>>;

const cannot = (file: string, cause: unknown) => appError(ErrorCode.BadFile, `The file ${file} cannot be written: ${(cause as Error).message}.`, { cause });

/**
 * Writes an export to a new file, part after part, with the memory of one part. It is written beside the file, under another name, and
 * gets its name when it is whole; after an error, or when Ctrl+C cancels it, nothing is left.
 * @returns rows written.
 * @throws AppError BAD_FILE when the file exists or cannot be written, CANCELLED; else as the export.
 */
export async function saveParts(file: string, part: PartOf, { interrupts, progress }: { readonly interrupts: Interrupts; readonly progress: Progress }): Promise<number> {
  if (existsSync(file)) throw appError(ErrorCode.BadFile, `The file ${file} cannot be written: it exists already. Name a new one.`);
  const beside = `${file}.${randomUUID().slice(0, 8)}.part`;
  let handle: FileHandle;
  try { handle = await open(beside, 'wx'); } catch (cause) { throw cannot(file, cause); }
  let cancelled = false;
  const off = interrupts.onInterrupt(() => { cancelled = true; });
  // Asked twice to stop, the process ends at once.
  const forget = (): void => { rmSync(beside, { force: true }); };
  process.once('exit', forget);
  try {
    let done = 0;
    try {
      for (let after: string | null = null; ;) {
        const next: Awaited<ReturnType<PartOf>> = await part(after);
        if (cancelled) throw appError(ErrorCode.Cancelled, `The export was cancelled; there is no file ${file}.`);
        await handle.appendFile(next.text, 'utf8');
        ({ done, next: after } = next);
        progress.wrote({ file, done, total: next.total });
        if (after === null) break;
      }
      await handle.sync();
    } finally { await handle.close(); }
    await name(beside, file);
    return done;
  } catch (error) {
    throw error instanceof AppError ? error : cannot(file, error);
  } finally {
    progress.end();
    off();
    process.off('exit', forget);
    await rm(beside, { force: true });
  }
}

/** Gives a file its name, unless another has taken it meanwhile: a second name is refused then, and a plain rename would not be (POSIX, link and rename). */
async function name(beside: string, file: string): Promise<void> {
  try {
    await link(beside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || existsSync(file)) throw error;
    // Not every file system has second names (FAT, some network shares).
    await rename(beside, file);
  }
}
