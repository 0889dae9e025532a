import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { PAGE_SIZE, readRange, type Page } from './read-range.ts';

/** Rows read by pages whose order is known by cursors. */
export interface CursorRows<Row> {
  readonly total: number;
  readonly rowAt: (index: number) => Row | undefined;
  /** For the grid: which rows are on screen. */
  readonly onRange: (first: number, last: number) => void;
  /** True until the first page is there. */
  readonly loading: boolean;
  /** Failure of a page on screen. */
  readonly error: Error | null;
  readonly retry: () => void;
  /** Reads every row between two indexes, both included, also those that are not on screen. */
  readonly readRange: (first: number, last: number, onProgress?: (found: number) => void) => Promise<Row[]>;
}

/**
 * Shows pages read by key cursors as if by index. A page's cursor is known once the page before it was read, so a jump far
 * ahead walks there page by page; pages once passed are read again by their cursor alone when they come on screen or when
 * the data changed. Only the pages on screen stay observed; the others are dropped from memory after some minutes.
 * @param key cache key without the cursor: channel and filters. A change of it starts anew. Pass a memoised value.
 * @param fetch reads the page after a cursor (null: the first). Pass a memoised function.
 */
export function useCursorRows<Row>(key: readonly [string, object], fetch: (after: string | null, signal: AbortSignal) => Promise<Page<Row>>): CursorRows<Row> {
  const cache = useQueryClient();
  const id = JSON.stringify(key);
  const [walk, setWalk] = useState<{ readonly id: string; readonly cursors: readonly (string | null)[] }>({ id, cursors: [null] });
  const [range, setRange] = useState({ first: 0, last: 0 });
  const cursors = walk.id === id ? walk.cursors : FIRST;
  const wanted = Math.floor(range.last / PAGE_SIZE);
  const from = Math.min(Math.floor(range.first / PAGE_SIZE), cursors.length - 1);
  const to = Math.min(wanted, cursors.length - 1);
  const options = useCallback((after: string | null) => ({
    queryKey: [key[0], { ...key[1], after }], queryFn: ({ signal }: { readonly signal: AbortSignal }) => fetch(after, signal),
  }), [key, fetch]);
  const pages = useQueries({ queries: cursors.slice(from, to + 1).map((after) => options(after)) });
  const newest = pages.reduce<(typeof pages)[number] | undefined>((a, b) => (b.data && b.dataUpdatedAt >= (a?.dataUpdatedAt ?? 0) ? b : a), undefined);
  const [lastTotal, setLastTotal] = useState({ id, total: 0 });
  const seen = newest?.data?.total;
  if (seen !== undefined && (lastTotal.id !== id || lastTotal.total !== seen)) setLastTotal({ id, total: seen });
  const total = seen ?? (lastTotal.id === id ? lastTotal.total : 0);

  useEffect(() => {
    if (wanted + 2 < cursors.length) return undefined;
    // One page ahead of the screen is read in advance.
    const tail = cursors[cursors.length - 1] ?? null;
    let live = true;
    cache.ensureQueryData(options(tail)).then((page) => {
      if (live && page.next !== null) setWalk({ id, cursors: [...cursors, page.next] });
    }, () => undefined);
    return () => { live = false; };
  }, [cache, cursors, id, options, wanted]);

  const rowAt = (index: number): Row | undefined => pages[Math.floor(index / PAGE_SIZE) - from]?.data?.rows[index % PAGE_SIZE];
  const onRange = useCallback((first: number, last: number) => setRange((r) => (r.first === first && r.last === last ? r : { first, last })), []);
  const retry = useCallback(() => { void cache.refetchQueries({ queryKey: [key[0]] }); }, [cache, key]);
  const readBetween = useCallback((first: number, last: number, onProgress?: (found: number) => void) => readRange<Row>(first, last, {
    cursors, readPage: (after) => cache.fetchQuery(options(after)), ...(onProgress ? { onProgress } : {}),
  }), [cache, cursors, options]);
  return { total, rowAt, onRange, readRange: readBetween, loading: pages.every((page) => page.isPending), error: pages.find((page) => page.error)?.error ?? null, retry };
}

const FIRST: readonly (string | null)[] = [null];
