import { open, stat } from 'node:fs/promises';
import { ErrorCode, appError, type AppError } from '../../shared/domain/errors.ts';

/** `CSWY`: the mark of a Causeway project in the header of the SQLite file (SQLite file format 1.3, application id). */
export const APPLICATION_ID = 0x43535759;
/** First 16 bytes of every SQLite file (SQLite file format 1.3.1). */
const MAGIC = 'SQLite format 3\0';
/** Length of the header (SQLite file format 1.3). */
const HEADER = 100;

/** The error for a project whose content cannot be trusted. */
export function damaged(file: string, cause?: unknown): AppError {
  return appError(ErrorCode.BadFile, `The project ${file} is damaged; open a copy of it instead.`, { cause });
}

async function header(file: string): Promise<{ readonly bytes: Buffer; readonly size: number }> {
  try {
    const handle = await open(file, 'r');
    try {
      const bytes = Buffer.alloc(HEADER);
      const { bytesRead } = await handle.read(bytes, 0, HEADER, 0);
      return { bytes: bytes.subarray(0, bytesRead), size: (await handle.stat()).size };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') throw appError(ErrorCode.NotFound, `There is no project at ${file}.`, { cause: error });
    if (code === 'EISDIR') throw appError(ErrorCode.BadFile, `${file} is a folder, not a project; choose a project file.`, { cause: error });
    throw appError(ErrorCode.BadFile, `The file ${file} cannot be read (${code || 'unknown reason'}); check its permissions.`, { cause: error });
  }
}

/**
 * Looks at the first bytes of a file and tells whether it is a project, without opening it as a database and so without
 * creating anything beside it.
 * @throws AppError NOT_FOUND when there is no such file; BAD_FILE when it is a folder, not SQLite, of another program, or shorter than it says.
 */
export async function recogniseProject(file: string): Promise<void> {
  const { bytes, size } = await header(file);
  if (bytes.length < HEADER || bytes.toString('latin1', 0, 16) !== MAGIC) throw appError(ErrorCode.BadFile, `${file} is not a Causeway project; choose a project file.`);
  if (bytes.readUInt32BE(68) !== APPLICATION_ID) throw appError(ErrorCode.BadFile, `${file} is a database of another program, not a Causeway project; choose a project file.`);
  // Page size 1 means 65,536; the count is valid when its version equals the change counter (SQLite file format 1.3.2, 1.3.7).
  const pageSize = bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16);
  const pages = bytes.readUInt32BE(92) === bytes.readUInt32BE(24) ? bytes.readUInt32BE(28) : 0;
  const logged = await stat(`${file}-wal`).then((log) => log.size > 0, () => false);
  if (!logged && size < pages * pageSize) throw damaged(file);
}
