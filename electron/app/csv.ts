import Papa from 'papaparse';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { ExportPart, PartRequest } from '../../shared/contracts/export.ts';
import { FORMULA } from '../../shared/rules/spreadsheet.ts';
import type { Page } from '../store/index.ts';

/** Rows in one part: the largest page of the store, a few hundred kilobytes of text as a rule. */
const ROWS = 500;

const unparse = (rows: readonly (readonly string[])[]): string => `${Papa.unparse(rows.map((r) => [...r]), { escapeFormulae: FORMULA, newline: '\r\n' })}\r\n`;

/**
 * CSV text with a byte order mark, so that spreadsheets read UTF-8, and with cells that a spreadsheet would take for a formula
 * made harmless by an apostrophe (OWASP, "CSV Injection"). For short tables; a list of any length is written by {@link csvPart}.
 */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${unparse(rows)}`;
}

/** A list that is written as CSV: its file, its columns, how a page of it is read and what lines a page makes. */
export interface CsvList<Row> {
  readonly fileName: string;
  readonly columns: readonly string[];
  /** Reads the page after a cursor of the store, 500 rows at most. The total is that of the first page. */
  readonly read: (request: { readonly after: string | null; readonly limit: number }) => Promise<Page<Row>>;
  readonly lines: (rows: readonly Row[]) => readonly (readonly string[])[] | Promise<readonly (readonly string[])[]>;
}

/**
 * One part of a list as CSV, written as {@link csvOf} does: a page of 500 rows, the first with the columns. Parts are independent of each
 * other: the cursor holds how many rows came before and where the store goes on, so that nothing is kept between them.
 * @throws AppError INVALID_INPUT for a cursor that is none.
 */
export async function csvPart<Row>(list: CsvList<Row>, { after }: PartRequest): Promise<ExportPart> {
  const place = placeOf(after);
  const { rows, next, total } = await list.read({ after: place?.cursor ?? null, limit: ROWS });
  const lines = rows.length === 0 ? '' : unparse(await list.lines(rows));
  const done = (place?.done ?? 0) + rows.length;
  return { fileName: list.fileName, mediaType: 'text/csv', text: place === null ? `${csvOf([list.columns])}${lines}` : lines, next: next === null ? null : `${done} ${next}`, done, total };
}

function placeOf(after: string | null | undefined): { readonly done: number; readonly cursor: string } | null {
  if (after === null || after === undefined) return null;
  const { done, cursor } = /^(?<done>\d{1,12}) (?<cursor>.+)$/s.exec(after)?.groups ?? {};
  if (done === undefined || cursor === undefined) throw appError(ErrorCode.InvalidInput, 'The place in the export is not recognised; start the export again.');
  return { done: Number(done), cursor };
}
