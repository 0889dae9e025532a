import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { ExportFormat } from '../../../shared/domain/plan-export.ts';
import type { Session } from '../session.ts';

/**
 * Writes a plan to a new file, part after part, with the memory of one part.
 * @param file `-`: standard output.
 * @returns rows written.
 * @throws AppError BAD_FILE when the file exists or cannot be written; a file that was begun is removed.
 */
export async function savePlan(session: Session, planId: string, format: ExportFormat, file: string, stdout: NodeJS.WritableStream): Promise<number> {
  if (file === '-') return await writeParts(session, planId, format, stdout);
  const stream = createWriteStream(file, { flags: 'wx', encoding: 'utf8' });
  try {
    await once(stream, 'open');
  } catch (cause) {
    throw appError(ErrorCode.BadFile, `The file ${file} cannot be written: ${(cause as Error).message}.`, { cause });
  }
  const ended = finished(stream);
  ended.catch(() => {});
  try {
    const rows = await writeParts(session, planId, format, stream);
    stream.end();
    await ended;
    return rows;
  } catch (error) {
    stream.destroy();
    await rm(file, { force: true });
    throw stream.errored === null ? error : appError(ErrorCode.BadFile, `The file ${file} cannot be written: ${stream.errored.message}. It was removed.`, { cause: error });
  }
}

async function writeParts(session: Session, planId: string, format: ExportFormat, to: NodeJS.WritableStream): Promise<number> {
  let after: string | null = null;
  for (;;) {
    const part: { readonly text: string; readonly next: string | null; readonly done: number } = await session.call('plans.export', { planId, format, after });
    if (!to.write(part.text)) await once(to, 'drain');
    if (part.next === null) return part.done;
    after = part.next;
  }
}
