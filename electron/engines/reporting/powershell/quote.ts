/**
 * Characters that PowerShell takes for a single quote (PowerShell language specification 2.3.5.2; the tokenizer treats the
 * typographic ones alike). Each is written twice inside single quotes.
 */
const QUOTES = /['\u2018\u2019\u201A\u201B]/g;

/**
 * Characters that are written by number and never as they are: controls, format characters (bidirectional ones could make a
 * reviewer see another script than the one that runs), line and paragraph separators, private and unassigned ones, and halves
 * of surrogate pairs, which no encoding of a file can hold.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/** The usual text, told quickly. */
const PRINTABLE_ASCII = /^[\x20-\x7E]*$/;

const numbered = (text: string): string => Array.from({ length: text.length }, (_, i) => `[char]0x${text.charCodeAt(i).toString(16).toUpperCase().padStart(4, '0')}`).join(' + ');
const quoted = (text: string): string => `'${text.replaceAll(QUOTES, '$&$&')}'`;

/**
 * Any text as a PowerShell expression that has exactly this value and can be nothing else: single quotes, in which nothing is
 * expanded; what is unsafe in a file is joined on by number.
 */
export function literal(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return quoted(text);
  const parts: { safe: boolean; text: string }[] = [];
  for (const character of text) {
    const safe = !UNSAFE.test(character);
    const last = parts.at(-1);
    if (last?.safe === safe) last.text += character;
    else parts.push({ safe, text: character });
  }
  if (parts.length === 0) return "''";
  if (parts.length === 1 && parts[0]?.safe === true) return quoted(text);
  // A text first, so that the rest is joined as text and not added as numbers.
  return `(${[...(parts[0]?.safe === true ? [] : ["''"]), ...parts.map((part) => (part.safe ? quoted(part.text) : numbered(part.text)))].join(' + ')})`;
}

/** A list of texts as an array expression, also when it has one element or none. */
export const list = (values: readonly string[]): string => `@(${values.map(literal).join(', ')})`;

/** Pairs of a key and an expression as a hashtable. */
export const table = (entries: readonly (readonly [string, string])[]): string => `@{ ${entries.map(([key, value]) => `${literal(key)} = ${value}`).join('; ')} }`;

/** Text for a comment: one line, whatever the value holds. */
export const comment = (text: string): string => (PRINTABLE_ASCII.test(text) ? text : Array.from(text, (character) => (UNSAFE.test(character) ? '\u{fffd}' : character)).join('')).slice(0, 200);

/** A value inside a filter of Graph: its quotes are doubled (OData 4.01 URL conventions, 5.1.1.14.1). */
export const equals = (property: string, value: string): string => `${property} eq '${value.replaceAll("'", "''")}'`;
