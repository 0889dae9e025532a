import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { ErrorCode, appError } from '../../shared/domain/errors.ts';

/** A page of rows, the cursor of the next one (null at the end) and how many rows there are in all. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly next: string | null;
  /** Counted with the first page and carried along by the cursor. */
  readonly total: number;
}

/** Which page: `after` is the `next` of the page before; `limit` 1 to 500 rows. */
export interface PageRequest { readonly after?: string | null | undefined; readonly limit?: number | undefined }

/** Rows in a page when nothing is said: as in the contract. */
export const PAGE = 200;
/** Most rows in a page: as in the contract. */
export const LARGEST_PAGE = 500;

const Cursor = z.string().max(2000).transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue('not JSON');
    return z.NEVER;
  }
}).pipe(z.object({ k: z.array(z.union([z.string(), z.number()])).min(1).max(4), t: z.int().nonnegative() }));

/** Where a page starts: the key of the last row before it, and the total. */
export interface Start { readonly key: readonly (string | number)[]; readonly total: number }

/**
 * Reads a cursor, which comes back from a window and is therefore not trusted.
 * @param shape the type of each part of the key, in order.
 * @returns undefined for the first page.
 * @throws AppError INVALID_INPUT when it is not a cursor of this kind of page.
 */
export function startOf(after: string | null | undefined, shape: readonly ('string' | 'number')[]): Start | undefined {
  if (after === undefined || after === null) return undefined;
  const read = Cursor.safeParse(after);
  const fits = read.success && read.data.k.length === shape.length && read.data.k.every((part, i) => typeof part === shape[i]);
  if (!fits) throw appError(ErrorCode.InvalidInput, 'The page cursor is not recognised; start again from the first page.');
  return { key: read.data.k, total: read.data.t };
}

/**
 * The limit of a request.
 * @throws AppError INVALID_INPUT unless it is a whole number from 1 to 500.
 */
export function limitOf(limit: number | undefined): number {
  const rows = limit ?? PAGE;
  if (!Number.isInteger(rows) || rows < 1 || rows > LARGEST_PAGE) throw appError(ErrorCode.InvalidInput, `A page has 1 to ${LARGEST_PAGE} rows, not ${rows}.`);
  return rows;
}

/** Condition "after this key" for rows in the order of `columns`, all in one direction: `(a, b) > (x, y)`. */
export function after(columns: readonly string[], start: Start, direction: 'ascending' | 'descending' = 'ascending'): RawBuilder<boolean> {
  const left = sql.join(columns.map((column) => sql.ref(column)));
  const right = sql.join(start.key.map((part) => sql.val(part)));
  return direction === 'ascending' ? sql<boolean>`(${left}) > (${right})` : sql<boolean>`(${left}) < (${right})`;
}

/** Cuts one row more than asked into a page and its cursor. */
export function toPage<R, T>(rows: readonly R[], limit: number, total: number, keyOf: (row: R) => readonly (string | number)[], map: (row: R) => T): Page<T> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { rows: shown.map(map), next: last === undefined ? null : JSON.stringify({ k: keyOf(last), t: total }), total };
}

/** Pattern of LIKE for "contains this text", in lower case; its own signs in the text stand for themselves. */
export const likePattern = (text: string): string => `%${text.toLowerCase().replace(/[\\%_]/g, String.raw`\$&`)}%`;

/** Condition "column contains the text", where the column is a lower-cased key; the signs of LIKE in the text stand for themselves. */
export function contains(column: string, text: string): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} like ${likePattern(text)} escape '\\'`;
}
