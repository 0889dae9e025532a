/** One page as every paged channel answers it. */
export interface Page<Row> { readonly rows: Row[]; readonly next: string | null; readonly total: number }

/** Rows of one page; the channels' own default. */
export const PAGE_SIZE = 200;

/** What is needed to read rows by index. */
export interface RangeReader<Row> {
  /** Cursors of the first pages as far as they are known; the first is null. */
  readonly cursors: readonly (string | null)[];
  /** Reads the page after a cursor (null: the first). */
  readonly readPage: (after: string | null) => Promise<Page<Row>>;
  /** Called after each page with the number of rows found so far. */
  readonly onProgress?: (found: number) => void;
}

/**
 * Reads every row between two indexes, both included: from the last known page before them on, page by page.
 * @returns the rows in order; fewer only when the list has become shorter. Rejects as `readPage` does.
 */
export async function readRange<Row>(first: number, last: number, { cursors, readPage, onProgress }: RangeReader<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  let number = Math.min(Math.floor(first / PAGE_SIZE), cursors.length - 1);
  let after = cursors[number] ?? null;
  for (;;) {
    const page = await readPage(after);
    const start = number * PAGE_SIZE;
    rows.push(...page.rows.slice(Math.max(0, first - start), Math.max(0, last - start + 1)));
    onProgress?.(rows.length);
    number++;
    if (page.next === null || number * PAGE_SIZE > last) return rows;
    after = cursors[number] ?? page.next;
  }
}
