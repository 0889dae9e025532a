import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { badLine, createLdifParser } from './parse.ts';
import type { LdifRecord } from './parse.ts';

/** The encoding of a file by its first bytes: ldifde -u writes UTF-16, everything else is UTF-8 (RFC 2849 note 3). */
function encodingOf(start: Uint8Array, file: string): 'utf-16le' | 'utf-8' {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) throw badLine(file, 1, 'the file is big-endian UTF-16; save it as UTF-8');
  return 'utf-8';
}

/**
 * Reads an LDIF file piece by piece; memory is one piece of it and its entries.
 * @returns lists of entries, in the order of the file.
 * @throws AppError BAD_FILE (naming file and line), NOT_FOUND, CANCELLED.
 */
export async function* readLdif(file: string, signal?: AbortSignal): AsyncGenerator<readonly LdifRecord[]> {
  const parser = createLdifParser(file);
  let decoder: TextDecoder | undefined;
  let rest = '';
  let lines = 0;
  const decode = (chunk: Uint8Array | undefined): string => {
    if (chunk !== undefined) decoder ??= new TextDecoder(encodingOf(chunk, file), { fatal: true });
    try {
      return decoder?.decode(chunk, { stream: chunk !== undefined }) ?? '';
    } catch (cause) {
      throw appError(ErrorCode.BadFile, `${file}, after line ${lines}: the text is not UTF-8. Export it again with ldifde -u, or save it as UTF-8.`, { detail: { file, line: lines }, cause });
    }
  };
  const parse = (text: string): LdifRecord[] => {
    const records: LdifRecord[] = [];
    const pieces = (rest + text).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      lines += 1;
      const record = parser.line(piece.endsWith('\r') ? piece.slice(0, -1) : piece);
      if (record !== undefined) records.push(record);
    }
    return records;
  };
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array>) {
      if (signal?.aborted === true) throw appError(ErrorCode.Cancelled, `Reading ${file} was cancelled.`);
      yield parse(decode(chunk));
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && /^E[A-Z]+$/.test(cause.code)) {
      throw appError(cause.code === 'ENOENT' ? ErrorCode.NotFound : ErrorCode.BadFile, cause.code === 'ENOENT' ? `The file ${file} does not exist.` : `The file ${file} could not be read (${cause.code}).`, { cause });
    }
    throw cause;
  }
  const last = parse(`${decode(undefined)}\n`);
  const end = parser.end();
  yield end === undefined ? last : [...last, end];
}
