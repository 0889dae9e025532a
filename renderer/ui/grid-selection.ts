/** What is chosen in a grid: some rows, or all that the filter shows except some. So "all 250 000" is not a list. */
export interface GridSelection { readonly mode: 'ids' | 'all except'; readonly keys: ReadonlySet<string> }

/** Nothing chosen. */
export const NOTHING: GridSelection = { mode: 'ids', keys: new Set() };

/** How many rows a selection means among `total`. */
export function selectedCount(selection: GridSelection, total: number): number {
  return selection.mode === 'ids' ? selection.keys.size : Math.max(0, total - selection.keys.size);
}

/** Keys of the rows between two indexes, both included; undefined when one of them is not read yet, because a part would pass for the whole. */
export function rangeKeys<Row>(from: number, to: number, rowAt: (index: number) => Row | undefined, keyOf: (row: Row) => string): string[] | undefined {
  const [low, high] = ordered(from, to);
  const keys: string[] = [];
  for (let i = low; i <= high; i++) {
    const row = rowAt(i);
    if (row === undefined) return undefined;
    keys.push(keyOf(row));
  }
  return keys;
}

/** Two indexes, the smaller one first. */
export const ordered = (a: number, b: number): readonly [number, number] => (a < b ? [a, b] : [b, a]);
