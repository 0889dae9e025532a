import Papa from 'papaparse';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { FORMULA } from '../../shared/rules/spreadsheet.ts';
import { decodeText } from '../engines/directory/index.ts';

/** One line of a file: as an editor counts it, from 1, and its cells. */
export interface CsvRow { readonly line: number; readonly cells: readonly string[] }

/** Separators that spreadsheets write. */
const SEPARATORS = [',', ';', '\t', '|'];
/** The one that the first line has most of; names of columns seldom have one inside. */
const separatorOf = (text: string): string => {
  const head = (/^\s*([^\r\n]*)/.exec(text)?.[1] ?? '').replaceAll(/"[^"]*"/g, '');
  const counts = SEPARATORS.map((separator) => head.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',';
};

/**
 * Text of a CSV file whose encoding nobody named, see {@link decodeText}.
 * @param name the file's name, for messages. @throws AppError BAD_FILE when it is no text.
 */
export const csvText = (bytes: Uint8Array, name: string): string => decodeText(bytes, name).text;

/**
 * Reads CSV text: separator found out, quotes and line breaks in quotes as RFC 4180 has them, byte order mark dropped, empty lines skipped.
 * Every kind of line end becomes `\n`, also where a file has several. An apostrophe that an export put before a cell that a spreadsheet
 * would take for a formula is dropped again (OWASP, "CSV Injection").
 * @param space white space around a cell: dropped, or kept because it may be what is wrong with a value.
 * @throws AppError BAD_FILE when there is no line, or a quote is never closed.
 */
export function readCsv(text: string, space: 'dropped' | 'kept' = 'dropped'): { readonly header: readonly string[]; readonly rows: readonly CsvRow[] } {
  const whole = text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const rows: CsvRow[] = [];
  let [from, line] = [0, 1];
  let broken: number | null = null;
  Papa.parse<string[]>(whole, {
    delimiter: separatorOf(whole), newline: '\n', skipEmptyLines: false,
    step: ({ data, errors, meta }) => {
      if (errors.some((error) => error.type === 'Quotes')) broken ??= line;
      const cells = data.map((cell) => (space === 'kept' ? cell : cell.trim())).map((cell) => (cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell));
      if (cells.some((cell) => cell.trim() !== '')) rows.push({ line, cells });
      line += whole.slice(from, meta.cursor).match(/\n/g)?.length ?? 0;
      from = meta.cursor;
    },
  });
  if (broken !== null) throw appError(ErrorCode.BadFile, `Line ${broken} has a quotation mark that does not fit: a cell that begins with one must end with one, and marks inside are doubled.`);
  const [header, ...rest] = rows;
  if (header === undefined) throw appError(ErrorCode.BadFile, 'The file has no line. Its first line must name the columns.');
  return { header: header.cells, rows: rest };
}
