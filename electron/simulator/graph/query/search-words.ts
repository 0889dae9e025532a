/** A run of characters of one class. */
interface Piece { readonly kind: 'letters' | 'digits' | 'symbols' | 'space'; readonly text: string }

/**
 * Words of a text as the directory's search cuts them: at spaces, between letters, digits and symbols, and where a small letter is
 * followed by a capital (Graph documentation, "Use the $search query parameter", directory objects). All in lower case.
 */
export function words(text: string): readonly string[] {
  return pieces(text).filter((p) => p.kind !== 'space').map((p) => p.text);
}

/** The words under which a stored value is found: its own, and those that only symbols part also as one word. */
export function indexedWords(text: string): readonly string[] {
  const all = pieces(text);
  const found = all.filter((p) => p.kind !== 'space').map((p) => p.text);
  let run: Piece[] = [];
  const close = (): void => {
    const joined = run.filter((p) => p.kind !== 'symbols');
    if (joined.length > 1 && run.some((p) => p.kind === 'symbols')) found.push(joined.map((p) => p.text).join(''));
    run = [];
  };
  for (const piece of all) {
    if (piece.kind === 'space') close();
    else run.push(piece);
  }
  close();
  return found;
}

/** True when every wanted word is the beginning of one of the words under which a value is found, in any order. */
export function isFoundBy(value: string, wanted: readonly string[]): boolean {
  // Cutting is dear, so a value without the letters is passed over first.
  const lower = value.toLowerCase();
  if (!wanted.every((word) => lower.includes(word) || lower.replaceAll(/[\p{P}\p{S}]+/gu, '').includes(word))) return false;
  const own = indexedWords(value);
  return wanted.every((word) => own.some((one) => one.startsWith(word)));
}

function pieces(text: string): readonly Piece[] {
  const found: Piece[] = [];
  for (const match of text.matchAll(/(\s+)|(\p{N}+)|(\p{Lu}+[^\s\p{N}\p{Lu}\p{P}\p{S}]*|[^\s\p{N}\p{Lu}\p{P}\p{S}]+)|([\p{P}\p{S}])/gu)) {
    const [whole, space, digits, letters] = match;
    found.push({ kind: space !== undefined ? 'space' : digits !== undefined ? 'digits' : letters !== undefined ? 'letters' : 'symbols', text: whole.toLowerCase() });
  }
  return found;
}
