import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { badLine, createLdifParser } from './parse.ts';
import type { LdifRecord } from './parse.ts';

/** Where an entry stands in its file, in bytes, with the comments before it and the empty line after it. */
export interface LdifSpan { readonly at: number; readonly size: number }

/** An entry with its place. */
export interface PlacedRecord extends LdifRecord { readonly span: LdifSpan }

type Encoding = 'utf-16le' | 'utf-8';

/** The encoding of a file by its first bytes: ldifde -u writes UTF-16, everything else is UTF-8 (RFC 2849 note 3). */
function encodingOf(start: Uint8Array, file: string): Encoding {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) throw badLine(file, 1, 'the file is big-endian UTF-16; save it as UTF-8');
  return 'utf-8';
}

/** Bytes of a byte order mark, which the decoder leaves out (WHATWG Encoding, TextDecoder). */
const markOf = (start: Uint8Array): number => (start[0] === 0xff && start[1] === 0xfe ? 2 : start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0);

const sizeOf = (text: string, encoding: Encoding): number => (encoding === 'utf-8' ? Buffer.byteLength(text, 'utf8') : text.length * 2);

/** What the system says of a file that cannot be read, in our words. */
function fileProblem(file: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string' || !/^E[A-Z]+$/.test(cause.code)) return cause;
  return appError(cause.code === 'ENOENT' ? ErrorCode.NotFound : ErrorCode.BadFile, cause.code === 'ENOENT' ? `The file ${file} does not exist.` : `The file ${file} could not be read (${cause.code}).`, { cause });
}

/**
 * Reads an LDIF file piece by piece; memory is one piece of it and its entries.
 * @returns lists of entries, in the order of the file.
 * @throws AppError BAD_FILE (naming file and line), NOT_FOUND, CANCELLED.
 */
export async function* readLdif(file: string, signal?: AbortSignal): AsyncGenerator<readonly PlacedRecord[]> {
  const parser = createLdifParser(file);
  let decoder: TextDecoder | undefined;
  let encoding: Encoding = 'utf-8';
  let rest = '';
  let lines = 0;
  /** Bytes up to here, and up to the end of the entry before. */
  let at = 0;
  let begin = 0;
  const decode = (chunk: Uint8Array | undefined): string => {
    if (chunk !== undefined && decoder === undefined) {
      encoding = encodingOf(chunk, file);
      decoder = new TextDecoder(encoding, { fatal: true });
      at = markOf(chunk);
      begin = at;
    }
    try {
      return decoder?.decode(chunk, { stream: chunk !== undefined }) ?? '';
    } catch (cause) {
      throw appError(ErrorCode.BadFile, `${file}, after line ${lines}: the text is not UTF-8. Export it again with ldifde -u, or save it as UTF-8.`, { detail: { file, line: lines }, cause });
    }
  };
  const placed = (record: LdifRecord): PlacedRecord => {
    const span = { at: begin, size: at - begin };
    begin = at;
    return { ...record, span };
  };
  const parse = (text: string): PlacedRecord[] => {
    const records: PlacedRecord[] = [];
    const pieces = (rest + text).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      lines += 1;
      at += sizeOf(piece, encoding) + (encoding === 'utf-8' ? 1 : 2);
      const record = parser.line(piece.endsWith('\r') ? piece.slice(0, -1) : piece);
      if (record !== undefined) records.push(placed(record));
    }
    return records;
  };
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 16 }) as AsyncIterable<Uint8Array>) {
      if (signal?.aborted === true) throw appError(ErrorCode.Cancelled, `Reading ${file} was cancelled.`);
      yield parse(decode(chunk));
    }
  } catch (cause) {
    throw fileProblem(file, cause);
  }
  const last = parse(`${decode(undefined)}\n`);
  const end = parser.end();
  yield end === undefined ? last : [...last, placed(end)];
}

/**
 * Reads one entry of a file again.
 * @throws AppError NOT_FOUND, and BAD_FILE also when there is no entry at the place: the file has changed since.
 */
export async function readLdifEntry(file: string, { at, size }: LdifSpan): Promise<LdifRecord> {
  let text: string;
  try {
    const handle = await open(file);
    try {
      const start = Buffer.alloc(3);
      await handle.read(start, 0, 3, 0);
      const bytes = Buffer.alloc(size);
      const { bytesRead } = await handle.read(bytes, 0, size, at);
      text = new TextDecoder(encodingOf(start, file)).decode(bytes.subarray(0, bytesRead));
    } finally { await handle.close(); }
  } catch (cause) { throw fileProblem(file, cause); }
  const parser = createLdifParser(file);
  for (const line of text.split('\n')) {
    const record = parser.line(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (record !== undefined) return record;
  }
  return parser.end() ?? changedFile(file);
}

/** What tells a file from what it was before somebody wrote or replaced it: its inode, size and time of change. @throws AppError NOT_FOUND, BAD_FILE. */
export async function stampOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (cause) { throw fileProblem(file, cause); }
}

/** Stops reading a file whose entries are not those that were there when it was opened. */
export function changedFile(file: string): never {
  throw appError(ErrorCode.BadFile, `The file ${file} was changed while it was being read. Start again.`, { detail: { file }, retryable: true });
}
