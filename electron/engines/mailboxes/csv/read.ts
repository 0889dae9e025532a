import Papa from 'papaparse';
import { CSV_COLUMNS, MAILBOX_LIMITS, type FileErrorCode, type MailboxProfile } from '../../../../shared/domain/mailboxes.ts';

/** One data row of a file: `line` counts them from 1. A column that the file does not have is undefined. */
export interface CsvRow { readonly line: number; readonly address: string; readonly password: string | undefined; readonly force: string | undefined }
/** Why a file is refused. */
export interface CsvFinding { readonly code: FileErrorCode; readonly message: string }
/** What a file says. With findings the rows are as far as they could be read. */
export interface MailboxCsv { readonly findings: readonly CsvFinding[]; readonly rows: readonly CsvRow[]; readonly total: number }

/** Rows with another number of columns that are named one by one. */
const NAMED_ROWS = 20;

/**
 * Reads a list of mailboxes and finds everything that is wrong with the file at once: it is empty, not separated by commas, has more rows than the
 * profile allows, columns that are not allowed or none named EmailAddress, or rows with another number of columns than the first
 * (Exchange documentation, 2011, "Step 3 Upload the CSV file"; 2021, "CSV files for mailbox migration"). The wording is Causeway's: Microsoft publishes none. Quotes are those of RFC 4180.
 * @param fileName with .csv or .txt at its end.
 */
export function readMailboxCsv(bytes: Uint8Array, fileName: string, profile: MailboxProfile): MailboxCsv {
  const findings: CsvFinding[] = [];
  const tell = (code: FileErrorCode, message: string): void => { findings.push({ code, message }); };
  if (!/\.(csv|txt)$/i.test(fileName)) tell('file type', `"${fileName}" is neither a .csv nor a .txt file. Save the list as CSV.`);
  const text = textOf(bytes);
  if (text === null) tell('encoding', `"${fileName}" has characters outside ASCII and is neither UTF-8 nor marked as another Unicode encoding. Save it as CSV UTF-8.`);
  const whole = (text ?? new TextDecoder('latin1').decode(bytes)).replaceAll(/\r\n?/g, '\n').replace(/\n+$/, '');
  if (whole.trim() === '') return { findings: [...findings, { code: 'empty', message: `"${fileName}" is empty. Its first line must name the columns: ${CSV_COLUMNS.join(', ')}.` }], rows: [], total: 0 };
  const { data, errors } = Papa.parse<string[]>(whole, { delimiter: ',', newline: '\n', skipEmptyLines: false });
  const quote = errors.find((error) => error.type === 'Quotes');
  if (quote !== undefined) tell('quote open', `A quotation mark in row ${quote.row ?? 0} is never closed or does not fit. A value that begins with one ends with one, and marks inside are doubled.`);
  const [header = [], ...lines] = data;
  const columns = headerColumns(header, tell);
  const limit = MAILBOX_LIMITS[profile].rows;
  if (lines.length === 0) tell('header only', `"${fileName}" has a header and no row below it.`);
  if (lines.length > limit) tell('too many rows', `"${fileName}" has ${lines.length} rows; a batch may have at most ${limit}. Cut it into several files.`);
  const uneven = lines.flatMap((cells, i) => (cells.length === header.length ? [] : [{ row: i + 1, cells: cells.length }]));
  for (const { row, cells } of uneven.slice(0, NAMED_ROWS)) tell('columns differ', `Row ${row} has ${cells} ${cells === 1 ? 'column' : 'columns'}, the header has ${header.length}.`);
  if (uneven.length > NAMED_ROWS) tell('columns differ', `${uneven.length - NAMED_ROWS} more rows have another number of columns than the header.`);
  const cell = (cells: readonly string[], name: (typeof CSV_COLUMNS)[number]): string | undefined => { const at = columns.get(name); return at === undefined ? undefined : cells[at] ?? ''; };
  return { findings, total: lines.length, rows: lines.map((cells, i) => ({ line: i + 1, address: cell(cells, 'EmailAddress') ?? '', password: cell(cells, 'Password'), force: cell(cells, 'ForceChangePassword') })) };
}

/** Places of the columns by name; names are compared without regard to case. */
function headerColumns(header: readonly string[], tell: (code: FileErrorCode, message: string) => void): ReadonlyMap<(typeof CSV_COLUMNS)[number], number> {
  const columns = new Map<(typeof CSV_COLUMNS)[number], number>();
  const [only = ''] = header;
  const other = header.length === 1 ? ([['\t', 'tabs'], [';', 'semicolons'], ['|', 'bars']] as const).find(([sign]) => only.includes(sign)) : undefined;
  if (other !== undefined) tell('not comma-separated', `The columns are separated by ${other[1]}. They must be separated by commas.`);
  for (const [at, name] of header.entries()) {
    const known = CSV_COLUMNS.find((one) => one.toLowerCase() === name.toLowerCase());
    if (known !== undefined) {
      if (columns.has(known)) tell('header twice', `The column ${known} is there twice.`);
      else columns.set(known, at);
    } else if (other === undefined) {
      const meant = CSV_COLUMNS.find((one) => plain(one) === plain(name)) ?? CSV_COLUMNS.find((one) => plain(name).includes('mail') && one === 'EmailAddress');
      // Not its name: in a file without a header that is a value, which may be a password.
      tell('header not allowed', `The name of column ${at + 1} is not allowed${meant === undefined ? `; allowed are ${CSV_COLUMNS.join(', ')}` : `. Did you mean ${meant}?`}`);
    }
  }
  if (!columns.has('EmailAddress')) tell('no EmailAddress', 'The column EmailAddress is missing.');
  return columns;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');

/** Text of a file that is ASCII, UTF-8, or UTF-16 with its mark; null for another one: nothing is guessed, because a wrong guess would change addresses. */
function textOf(bytes: Uint8Array): string | null {
  const [a, b] = bytes;
  const label = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(label, { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}
