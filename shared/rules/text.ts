/**
 * UTF-8 bytes of a text. Written with the language alone because this folder runs where neither Node nor a browser is.
 * A lone surrogate becomes U+FFFD, as in every UTF-8 encoder (WHATWG Encoding 8.1.1).
 */
export function utf8Encode(text: string): Uint8Array {
  const escaped = encodeURIComponent(text.toWellFormed());
  const bytes: number[] = [];
  for (let i = 0; i < escaped.length; i += 1) {
    if (escaped[i] === '%') {
      bytes.push(Number.parseInt(escaped.slice(i + 1, i + 3), 16));
      i += 2;
    } else bytes.push(escaped.charCodeAt(i));
  }
  return Uint8Array.from(bytes);
}

/** Text of UTF-8 bytes; undefined when the bytes are not well-formed UTF-8 (RFC 3629). */
export function utf8Decode(bytes: Uint8Array): string | undefined {
  let escaped = '';
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, '0')}`;
  try {
    return decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}

/** Characters that lose their identity under Unicode decomposition, with their usual Latin spelling (Entra NormalizeDiacritics). */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss', ẞ: 'SS', æ: 'ae', Æ: 'AE', ø: 'oe', Ø: 'OE', œ: 'oe', Œ: 'OE', ł: 'l', Ł: 'L', ı: 'i', đ: 'd', Đ: 'D', ð: 'd', Ð: 'D', þ: 'th', Þ: 'TH', ŋ: 'n',
};

/**
 * Text without accents: `Müller` gives `Muller`, `Søren` gives `Soeren`. Letters of other scripts stay as they are.
 * Follows the table of the Entra function NormalizeDiacritics, in which ä gives a, not ae.
 */
export function withoutAccents(text: string): string {
  let out = '';
  for (const char of text) out += LETTERS[char] ?? char;
  return out.normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC');
}
