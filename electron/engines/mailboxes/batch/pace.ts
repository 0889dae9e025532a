/** One look at a batch: when, milliseconds since 1970 UTC, and the bytes copied by then. */
export interface PacePoint { readonly at: number; readonly bytes: number }
/** Looks that are kept. */
const KEPT = 10;
/** Fewer say nothing. */
const LEAST = 3;

/** Adds a look; the last ten are kept, and none that a restart made smaller. */
export function addPace(points: readonly PacePoint[], point: PacePoint): readonly PacePoint[] {
  const last = points.at(-1);
  if (last !== undefined && point.bytes < last.bytes) return [point];
  return [...points, point].slice(-KEPT);
}

/**
 * Milliseconds until what is left is copied, by the median pace of the last looks; null while fewer than three moved, or when it is not known how much is left.
 * @param left bytes that active and waiting rows still have to copy; null: unknown.
 */
export function timeLeft(points: readonly PacePoint[], left: number | null): number | null {
  if (left === null) return null;
  if (left === 0) return 0;
  const paces = points.slice(1).flatMap((point, i) => {
    const before = points[i];
    return before === undefined || point.at <= before.at ? [] : [(point.bytes - before.bytes) / (point.at - before.at)];
  }).toSorted((a, b) => a - b);
  const pace = paces[Math.floor(paces.length / 2)];
  return paces.length < LEAST || pace === undefined || pace <= 0 ? null : Math.round(left / pace);
}

/**
 * Bytes that rows still have to copy. A row whose size is not known yet counts as the mean of those whose size is; null when none is known.
 */
export function bytesLeft(rows: readonly { readonly bytes: number; readonly bytesTotal: number | null; readonly open: boolean }[]): number | null {
  const open = rows.filter((row) => row.open);
  if (open.length === 0) return 0;
  const sizes = rows.flatMap((row) => (row.bytesTotal === null ? [] : [row.bytesTotal]));
  if (sizes.length === 0) return null;
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return Math.round(open.reduce((sum, row) => sum + Math.max(0, (row.bytesTotal ?? mean) - row.bytes), 0));
}
