import { appError, ErrorCode } from '../../shared/domain/errors.ts';

/** `--limit` as typed. @throws AppError INVALID_INPUT when it is no whole number between `from` (1 unless told otherwise) and `to`. */
export function rowLimit(typed: string, { from = 1, to }: { readonly from?: number; readonly to?: number } = {}): number {
  const limit = Number(typed);
  if (Number.isInteger(limit) && limit >= from && limit <= (to ?? limit)) return limit;
  throw appError(ErrorCode.InvalidInput, `--limit must be a whole number from ${from}${to === undefined ? '' : ` to ${to}`}, not "${typed}".`);
}

/** A page as every list gives it. */
interface RowsPage<T> { readonly rows: readonly T[]; readonly next: string | null; readonly total: number }

/** Rows of a list for a table, and how many there are in all. */
export interface ReadRows<T> { readonly rows: readonly T[]; readonly total: number }

/** Largest page of any list (see shared/contracts/values.ts, PageRequest). */
const PAGE = 500;

/**
 * Reads the first rows of a list, page by page.
 * @param limit at most so many. @param page asks for one, behind `after`.
 */
export async function readRows<T>(limit: number, page: (request: { readonly after: string | null; readonly limit: number }) => Promise<RowsPage<T>>): Promise<ReadRows<T>> {
  const rows: T[] = [];
  for (let after: string | null = null; ;) {
    const read: RowsPage<T> = await page({ after, limit: Math.min(PAGE, limit - rows.length) });
    rows.push(...read.rows);
    after = read.next;
    if (after === null || rows.length >= limit) return { rows, total: read.total };
  }
}
