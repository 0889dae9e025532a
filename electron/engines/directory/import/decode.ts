import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';

/** Encodings that are recognised, as a person knows them from spreadsheets. */
export const TEXT_ENCODINGS = ['UTF-8', 'UTF-8 with BOM', 'UTF-16LE', 'UTF-16BE', 'Windows-1252'] as const;
export type TextEncoding = (typeof TEXT_ENCODINGS)[number];

/** Bytes looked at to tell UTF-16 without a byte order mark: Latin text then has a zero in every other byte. */
const PROBE = 1024;

function detect(bytes: Uint8Array): { readonly encoding: TextEncoding; readonly skip: number } {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'UTF-8 with BOM', skip: 3 };
  if (a === 0xff && b === 0xfe) return { encoding: 'UTF-16LE', skip: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: 'UTF-16BE', skip: 2 };
  const zeros = [0, 0];
  const looked = Math.min(bytes.length, PROBE);
  for (let i = 0; i < looked; i += 1) if (bytes[i] === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > looked / 8 && even === 0) return { encoding: 'UTF-16LE', skip: 0 };
  if (even > looked / 8 && odd === 0) return { encoding: 'UTF-16BE', skip: 0 };
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { encoding: 'UTF-8', skip: 0 };
  } catch {
    return { encoding: 'Windows-1252', skip: 0 };
  }
}

const LABELS: Readonly<Record<TextEncoding, string>> = { 'UTF-8': 'utf-8', 'UTF-8 with BOM': 'utf-8', 'UTF-16LE': 'utf-16le', 'UTF-16BE': 'utf-16be', 'Windows-1252': 'windows-1252' };

/**
 * Text of a file whose encoding nobody named: by its byte order mark, else UTF-16 by its zeros, else UTF-8 when it is well-formed,
 * else Windows-1252, which is what spreadsheets of Western Europe write (WHATWG Encoding names and tables).
 * @param name the file's name, for messages.
 * @throws AppError BAD_FILE when it is no text.
 */
export function decodeText(bytes: Uint8Array, name: string): { readonly text: string; readonly encoding: TextEncoding } {
  const { encoding, skip } = detect(bytes);
  let text: string;
  try {
    text = new TextDecoder(LABELS[encoding], { fatal: true, ignoreBOM: true }).decode(bytes.subarray(skip));
  } catch (cause) {
    throw appError(ErrorCode.BadFile, `"${name}" says that it is ${encoding} text and is not. Save it again as CSV UTF-8.`, { cause });
  }
  if (text.includes('\0')) throw appError(ErrorCode.BadFile, `"${name}" is not a text file. Save the list as CSV: a workbook cannot be read.`);
  return { text, encoding };
}
