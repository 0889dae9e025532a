/** Something wrong in an expression, with its place in the text. `error` forbids using it; `warning` is shown. */
export interface Problem {
  /** Zero-based, in UTF-16 units as editors count. */
  readonly offset: number;
  /** At least 1, except at the end of the text. */
  readonly length: number;
  readonly severity: 'error' | 'warning';
  /** One sentence that names what is wrong. */
  readonly message: string;
  /** What to write instead, e.g. `Did you mean "Left"?`; null when there is no good guess. */
  readonly hint: string | null;
}

/** A stretch of the expression's text. */
export interface Span { readonly offset: number; readonly length: number }

/** Makes an error at a place. */
export function problemAt(span: Span, message: string, hint: string | null = null): Problem {
  return { offset: span.offset, length: span.length, severity: 'error', message, hint };
}

/** Number of single-character edits and swaps of neighbours between two texts, given up above `most` (Damerau and Levenshtein). */
function edits(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  let earlier: readonly number[] = [];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swapped = i > 1 && j > 1 && a.charAt(i - 1) === b.charAt(j - 2) && a.charAt(i - 2) === b.charAt(j - 1);
      row.push(Math.min((before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (before[j - 1] ?? 0) + (a.charAt(i - 1) === b.charAt(j - 1) ? 0 : 1), swapped ? (earlier[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY));
    }
    [earlier, before] = [before, row];
  }
  return before[b.length] ?? most + 1;
}

/**
 * The known name that was probably meant: the same but for case, else the nearest within a third of its length, at least one edit.
 * @returns a question for {@link Problem.hint}; null when nothing is near.
 */
export function didYouMean(name: string, known: readonly string[]): string | null {
  const wanted = name.slice(0, 100).toLowerCase();
  let best: string | undefined = known.find((candidate) => candidate.toLowerCase() === wanted);
  let least = wanted.length < 2 ? 1 : Math.min(3, Math.max(1, Math.floor(wanted.length / 3))) + 1;
  if (best === undefined) {
    for (const candidate of known) {
      const distance = edits(wanted, candidate.toLowerCase(), least - 1);
      if (distance < least) [best, least] = [candidate, distance];
    }
  }
  return best === undefined ? null : `Did you mean "${best}"?`;
}
