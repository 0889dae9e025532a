import Papa from 'papaparse';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { decodeText, type TextEncoding } from './decode.ts';

/** Largest file, bytes: the limit of Causeway for a list that is sent to the host in one piece. */
export const MAX_LIST_BYTES = 4 * 1024 * 1024;
/** Most lines below the header; a longer list is cut by the person into several. */
export const MAX_LIST_LINES = 30_000;
/** Header of the second column, in any letter case. */
const COLLECTION = 'collection';

/** One line of a list. */
export interface ListLine {
  /** Counted from 1 as editors do; the first line of a value that spans several. */
  readonly line: number;
  /** Without white space around; empty when the cell is. */
  readonly value: string;
  /** Name of the collection; empty without that column or when the cell is empty. */
  readonly collection: string;
  /** The line has more cells than the header. */
  readonly tooManyCells: boolean;
}

/** A list of objects as it was read. */
export interface ObjectList {
  readonly encoding: TextEncoding;
  /** What stands between two columns; null for a list of one column. */
  readonly separator: 'comma' | 'semicolon' | 'tab' | null;
  /** Header of the column of values: the name of an attribute. */
  readonly attribute: string;
  readonly hasCollections: boolean;
  readonly lines: readonly ListLine[];
}

const SEPARATORS = { ',': 'comma', ';': 'semicolon', '\t': 'tab' } as const;
type Separator = keyof typeof SEPARATORS;
/** Stands between columns where there is only one: no text has it (ASCII, unit separator). */
const NONE = '\u001f';

/** The header decides on the separator: values such as DNs have commas of their own and are not always quoted. */
function separatorOf(header: string): Separator | null {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '');
  return (['\t', ';', ','] as const).find((char) => bare.includes(char)) ?? null;
}

/** Header cells to columns. */
function columnsOf(cells: readonly string[], name: string): { readonly value: number; readonly collection: number | null } {
  const names = cells.map((cell) => cell.trim());
  const shape = `"${name}" must have one column whose header names an attribute, for example sAMAccountName, or two, one of them with the header Collection`;
  if (names.length > 2) throw appError(ErrorCode.BadFile, `${shape}. It has ${names.length} columns: ${names.join(', ')}.`);
  if (names.some((cell) => cell === '')) throw appError(ErrorCode.BadFile, `${shape}. The header has an empty cell.`);
  if (names.length === 1) return { value: 0, collection: null };
  const at = names.findIndex((cell) => cell.toLowerCase() === COLLECTION);
  if (at < 0) throw appError(ErrorCode.BadFile, `${shape}. Its columns are ${names.join(' and ')}.`);
  return { value: 1 - at, collection: at };
}

/** Line breaks inside a row's values. */
const breaksIn = (cells: readonly string[]): number => cells.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0);

/**
 * Reads a list of objects (CSV, RFC 4180, with comma, semicolon or tab): the header names the attribute that the values are of, and
 * perhaps a column Collection. A first line `sep=;`, as spreadsheets write it, is taken as such.
 * @param name the file's name, for messages.
 * @throws AppError BAD_FILE when it is too large, no text, or of another shape; the message says which line or column.
 */
export function readObjectList(bytes: Uint8Array, name: string): ObjectList {
  if (bytes.length > MAX_LIST_BYTES) throw appError(ErrorCode.BadFile, `"${name}" has ${Math.ceil(bytes.length / 1024)} KB; a list may have at most ${MAX_LIST_BYTES / 1024} KB. Cut it into several files.`);
  const { text, encoding } = decodeText(bytes, name);
  const told = /^sep=([,;\t])(?:\r\n?|\n)/i.exec(text);
  // One kind of line end: joined exports have several, and the parser goes by the first.
  const body = (told === null ? text : text.slice(told[0].length)).replaceAll(/\r\n?/g, '\n');
  const header = body.split('\n', 1)[0] ?? '';
  if (header.trim() === '') throw appError(ErrorCode.BadFile, `"${name}" has no header: the first line must name the attribute, for example sAMAccountName.`);
  const separator = told === null ? separatorOf(header) : told[1] as Separator;
  const parsed = Papa.parse<string[]>(body, { delimiter: separator ?? NONE, newline: '\n', header: false, skipEmptyLines: false });
  const first = 1 + (told === null ? 0 : 1);
  let at = first;
  const starts = parsed.data.map((cells) => {
    const start = at;
    at += 1 + breaksIn(cells);
    return start;
  });
  const broken = parsed.errors.find((error) => error.type === 'Quotes');
  if (broken !== undefined) throw appError(ErrorCode.BadFile, `"${name}" has a quotation mark that is not closed, or text after a closed one, at line ${starts[broken.row ?? 0] ?? first}. Put values with quotation marks into quotation marks and double those inside.`);
  const [head = [], ...rest] = parsed.data;
  const columns = columnsOf(head, name);
  // The end of the last line is no line of its own.
  if (rest.at(-1)?.join('').trim() === '') rest.pop();
  if (rest.length > MAX_LIST_LINES) throw appError(ErrorCode.BadFile, `"${name}" has ${rest.length} lines; a list may have at most ${MAX_LIST_LINES}. Cut it into several files.`);
  return {
    encoding, separator: separator === null ? null : SEPARATORS[separator], attribute: (head[columns.value] ?? '').trim(), hasCollections: columns.collection !== null,
    lines: rest.map((cells, i) => ({
      line: starts[i + 1] ?? 0, value: (cells[columns.value] ?? '').trim(), collection: columns.collection === null ? '' : (cells[columns.collection] ?? '').trim(),
      tooManyCells: cells.slice(head.length).some((cell) => cell.trim() !== ''),
    })),
  };
}
