import type { ValidationWarning } from './model.ts';

/** Rows of a CSV file for a staged migration at most (Exchange Online documentation, CSV files for mailbox migration). */
const MOST_ROWS = 2000;
const COLUMNS = ['emailaddress', 'password', 'forcechangepassword'] as const;

/** A row that can be migrated. */
export interface CsvRow { readonly row: number; readonly address: string; readonly password: string | null; readonly forceChange: boolean }

/** What a file holds; `problem`: it is refused as a whole. */
export type CsvContent = { readonly problem: string } | { readonly rows: readonly CsvRow[]; readonly warnings: readonly ValidationWarning[] };

/**
 * Reads the CSV file of a staged migration (Exchange Online documentation, CSV files for mailbox migration; Troubleshoot Migration
 * Validation Errors). The words of the problems are ours: none are published.
 * @param allowUnknown columns of other names are passed over (New-MigrationBatch, AllowUnknownColumnsInCsv).
 */
export function readMigrationCsv(bytes: Buffer, allowUnknown: boolean): CsvContent {
  const text = decoded(bytes);
  if (text === undefined) return { problem: 'The CSV file contains characters that are neither ASCII nor UTF-8. Save it as UTF-8 or another Unicode format.' };
  const lines = records(text);
  if (lines === undefined) return { problem: 'The CSV file contains a quotation mark that is never closed.' };
  const [header, ...data] = lines;
  if (!header) return { problem: 'The CSV file is empty.' };
  const names = header.map((name) => name.trim().toLowerCase());
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) return { problem: `The column "${repeated}" appears more than once in the header of the CSV file.` };
  if (!names.includes('emailaddress')) return { problem: 'The header of the CSV file does not contain the required column "EmailAddress".' };
  const unknown = header.find((name) => !(COLUMNS as readonly string[]).includes(name.trim().toLowerCase()));
  if (unknown !== undefined && !allowUnknown) return { problem: `The column "${unknown}" of the CSV file is unknown. Allowed columns: EmailAddress, Password, ForceChangePassword.` };
  if (data.length === 0) return { problem: 'The CSV file contains no rows.' };
  if (data.length > MOST_ROWS) return { problem: `The CSV file contains ${data.length} rows. The maximum is ${MOST_ROWS}.` };
  const uneven = data.findIndex((cells) => cells.length !== header.length);
  if (uneven >= 0) return { problem: `Row ${uneven + 1} of the CSV file has ${data[uneven]?.length ?? 0} columns, its header ${header.length}.` };
  return readRows(names, data);
}

function readRows(names: readonly string[], data: readonly (readonly string[])[]): CsvContent {
  const [at, passwordAt, forceAt] = COLUMNS.map((name) => names.indexOf(name)) as [number, number, number];
  const rows: CsvRow[] = [];
  const warnings: ValidationWarning[] = [];
  const seen = new Set<string>();
  data.forEach((cells, i) => {
    const row = i + 1;
    const address = cells[at] ?? '';
    const cell = (index: number): string | null => (index < 0 ? null : cells[index] ?? '');
    const password = cell(passwordAt);
    const force = cell(forceAt);
    const wrong = problemOf(address, password, force, seen);
    seen.add(address.toLowerCase());
    if (wrong === undefined) rows.push({ row, address, password, forceChange: force?.toLowerCase() === 'true' });
    else warnings.push({ row, address, message: wrong });
  });
  return { rows, warnings };
}

function problemOf(address: string, password: string | null, force: string | null, seen: ReadonlySet<string>): string | undefined {
  if (address === '') return 'The value of the column "EmailAddress" is empty.';
  if (address !== address.trim()) return `The value "${address}" of the column "EmailAddress" begins or ends with a space.`;
  if (!isSmtp(address)) return `"${address}" isn't a valid SMTP address.`;
  if (seen.has(address.toLowerCase())) return `The address "${address}" appears more than once in the CSV file.`;
  if (password === '') return 'The value of the column "Password" is empty.';
  if (password !== null && password !== password.trim()) return 'The value of the column "Password" begins or ends with a space.';
  if (password !== null && password.length < 8) return 'The value of the column "Password" has fewer than eight characters.';
  if (force === '') return 'The value of the column "ForceChangePassword" is empty.';
  if (force !== null && !/^(true|false)$/i.test(force)) return `The value "${force}" of the column "ForceChangePassword" is neither True nor False.`;
  return undefined;
}

const isSmtp = (text: string): boolean => /^[^\s@<>()[\]\\,;:"]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text) && /^[\x21-\x7e]+$/.test(text);

/** Text of a file: UTF-16 with a mark, else UTF-8 with or without one; undefined when it is neither. */
function decoded(bytes: Buffer): string | undefined {
  const label = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try { return new TextDecoder(label, { fatal: true }).decode(bytes); } catch { return undefined; }
}

/** Records of RFC 4180, empty lines left out; undefined when a quotation mark stays open. */
function records(text: string): readonly (readonly string[])[] | undefined {
  const found: string[][] = [];
  let [cells, cell, isQuoted]: [string[], string, boolean] = [[], '', false];
  const endCell = (): void => { cells.push(cell); cell = ''; };
  const endLine = (): void => {
    endCell();
    if (cells.length > 1 || cells[0] !== '') found.push(cells);
    cells = [];
  };
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (isQuoted) {
      if (c !== '"') cell += c;
      else if (text.charAt(i + 1) === '"') { cell += c; i++; } else isQuoted = false;
    } else if (c === '"' && cell === '') isQuoted = true;
    else if (c === ',') endCell();
    else if (c === '\n') endLine();
    else if (c !== '\r' || text.charAt(i + 1) !== '\n') cell += c;
  }
  if (isQuoted) return undefined;
  endLine();
  return found;
}
