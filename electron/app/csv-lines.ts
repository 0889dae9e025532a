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

/** Rows of a page. */
const PAGE = 500;

/** A CSV text that is read a page of rows at a time; it can be walked more than once. */
export interface CsvPages { readonly header: readonly string[]; /** At most 500 rows each. @throws AppError BAD_FILE where a quote does not fit. */ readonly pages: () => Generator<readonly CsvRow[]> }

/**
 * Reads CSV text: separator found out, quotes and line breaks in quotes as RFC 4180 has them, byte order mark dropped, empty lines skipped.
 * Every kind of line end becomes `\n`, also where a file has several. An apostrophe that an export put before a cell that a spreadsheet
 * would take for a formula is dropped again (OWASP, "CSV Injection"). Besides the text one page of rows is in memory.
 * @param space white space around a cell: dropped, or kept because it may be what is wrong with a value.
 * @throws AppError BAD_FILE when there is no line, or its quotes do not fit.
 */
export function csvPages(text: string, space: 'dropped' | 'kept' = 'dropped'): CsvPages {
  const whole = text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const delimiter = separatorOf(whole);
  const [first] = rowsOf(whole, delimiter, space, 1).next().value ?? [];
  if (first === undefined) throw appError(ErrorCode.BadFile, 'The file has no line. Its first line must name the columns.');
  return {
    header: first.cells,
    *pages() {
      let isFirst = true;
      for (const page of rowsOf(whole, delimiter, space, PAGE)) {
        yield isFirst ? page.slice(1) : page;
        isFirst = false;
      }
    },
  };
}

function* rowsOf(whole: string, delimiter: string, space: 'dropped' | 'kept', size: number): Generator<readonly CsvRow[], undefined> {
  let [from, line] = [0, 1];
  let rows: CsvRow[] = [];
  while (from < whole.length) {
    const rest = whole.slice(from);
    let [read, broken] = [0, 0];
    // The fast mode would cut the whole rest into lines for every page.
    Papa.parse<string[]>(rest, {
      delimiter, newline: '\n', skipEmptyLines: false, preview: size, fastMode: false,
      step: ({ data, errors, meta: { cursor } }) => {
        if (errors.some((error) => error.type === 'Quotes') && broken === 0) broken = line;
        const cells = data.map((cell) => (space === 'kept' ? cell : cell.trim())).map((cell) => (cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell));
        if (cells.some((cell) => cell.trim() !== '')) rows.push({ line, cells });
        line += rest.slice(read, cursor).match(/\n/g)?.length ?? 0;
        read = cursor;
      },
    });
    if (broken > 0) throw appError(ErrorCode.BadFile, `Line ${broken} has a quotation mark that does not fit: a cell that begins with one must end with one, and marks inside are doubled.`);
    from = read === 0 ? whole.length : from + read;
    if (rows.length < size && from < whole.length) continue;
    if (rows.length > 0) yield rows;
    rows = [];
  }
  return undefined;
}

/** All rows of a CSV text at once, for files that are short. @throws AppError BAD_FILE as {@link csvPages}. */
export function readCsv(text: string, space: 'dropped' | 'kept' = 'dropped'): { readonly header: readonly string[]; readonly rows: readonly CsvRow[] } {
  const { header, pages } = csvPages(text, space);
  return { header, rows: [...pages()].flat() };
}
