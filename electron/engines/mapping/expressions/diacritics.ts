/** Plain letters and the accented ones they stand for, lower case; capitals follow the same rows (Entra expression reference, NormalizeDiacritics). */
const ROWS: Readonly<Record<string, string>> = {
  a: 'ä à â ã å á ą ă ā ā́ ā̀ ā̂ ā̃ ǟ ā̈ ǡ a̱ å̄', ae: 'æ ǣ', c: 'ç č ć c̄ c̱', d: 'ď d̄ ḏ', e: 'ë è é ê ę ě ė ē ḗ ḕ ē̂ ē̃ ê̄ e̱ ë̄ e̊̄', g: 'ğ ḡ g̱', i: 'ï î ì í ı ī ī́ ī̀ ī̂ ī̃ i̱',
  l: 'ľ ł l̄ ḹ ḻ', n: 'ñ ń ň n̄ ṉ', o: 'ö ò ő õ ô ó ō ṓ ṑ ō̂ ō̃ ȫ ō̈ ǭ ȭ ȱ o̱', oe: 'ø ø̄ œ̄', r: 'ř r̄ ṟ ṝ', s: 'š ś ș ş s̄ s̱', t: 'ť ț t̄ ṯ', u: 'ü ù û ú ů ű ū ū́ ū̀ ū̂ ū̃ u̇̄ ǖ ṻ ṳ̄ u̱',
  y: 'ÿ ý ȳ ȳ́ ȳ̀ ȳ̃ y̱', z: 'ź ž ż z̄ ẕ',
};

/** Keys decomposed, so that a letter with its accent apart is found as well. */
const TABLE: ReadonlyMap<string, string> = new Map([
  ...Object.entries(ROWS).flatMap(([plain, accented]) => accented.split(' ').flatMap((each): [string, string][] => [[each.normalize('NFD'), plain], [each.toUpperCase().normalize('NFD'), plain.toUpperCase()]])),
  ['ß', 'ss'], ['İ'.normalize('NFD'), 'I'],
  // Dotless i: its capital is the plain I, which stays itself.
  ['ı', 'i'], ['I', 'I'],
]);

/**
 * Accented letters replaced by the published table: ä gives a, ø gives oe, ß gives ss. A letter that is not in the table
 * (such as đ or œ) stays as it is; this is not the removal of all accents.
 */
export function normalizeDiacritics(text: string): string {
  return text.replace(/\P{M}\p{M}*/gu, (letter) => TABLE.get(letter.normalize('NFD')) ?? letter);
}
