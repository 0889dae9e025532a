import type { TimelineBucket } from '../../../shared/contracts/coexistence.ts';

/** One point of a line: the middle of its piece of time, milliseconds, and the value. */
export interface TimelinePoint { readonly at: number; readonly y: number }

/** The points of a line. A piece of time without a value (null) has no point, so that nothing is drawn as zero that was not measured. */
export function lineOf(rows: readonly TimelineBucket[], valueOf: (row: TimelineBucket) => number | null): readonly TimelinePoint[] {
  return rows.flatMap((row) => {
    const y = valueOf(row);
    return y === null ? [] : [{ at: Math.round((row.from + row.to) / 2), y: Math.round(y * 10) / 10 }];
  });
}
