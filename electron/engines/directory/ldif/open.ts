import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { Directory } from '../port.ts';
import { snapshotDirectory } from './directory.ts';
import type { SnapshotMode } from './directory.ts';
import { openSnapshot } from './snapshot.ts';

/**
 * Opens an LDIF export (ldifde, ldapsearch, samba-tool) as a directory. The whole file is read once and checked; names and places of the entries
 * are kept, some hundred bytes each, and every reading goes through the file again. `writable in memory` lets a rehearsal change entries;
 * the file itself is never written.
 * @throws AppError BAD_FILE naming file and line, NOT_FOUND, CANCELLED.
 */
export async function openLdifDirectory(options: { readonly file: string; readonly mode: SnapshotMode }, signal?: AbortSignal): Promise<Directory> {
  const snapshot = await openSnapshot(options.file, signal);
  if (snapshot.dns.length === 0) throw appError(ErrorCode.BadFile, `${options.file} holds no entries. Export the directory with ldifde -f file.ldf -u.`, { detail: { file: options.file } });
  return snapshotDirectory(snapshot, options.mode);
}
