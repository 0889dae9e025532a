import { badGateway } from '../refusal.ts';

/** One piece of a `$filter`; `at` is its position in the text, as the service's syntax errors give it. */
export interface Token {
  readonly type: 'word' | 'text' | 'number' | 'guid' | 'date' | 'mark' | 'end';
  readonly text: string;
  readonly at: number;
}

/** Each pattern starts where the last token ended; the first that matches wins (OData 4.01 ABNF, primitive literals). */
const PATTERNS: readonly (readonly [Token['type'] | 'space', RegExp])[] = [
  ['space', /[ \t\r\n]+/y],
  ['text', /'(?:[^']|'')*'/y],
  ['guid', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])/iy],
  ['date', /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,12})?)?(?:Z|[+-]\d{2}:\d{2}))?(?![\w-])/iy],
  ['number', /-?\d+(?:\.\d+)?(?![\w-])/y],
  ['word', /[$\p{L}_][\p{L}\p{N}_.]*/uy],
  ['mark', /[(),:/]/y],
];

/**
 * Cuts a `$filter` in tokens; the last one has type `end`.
 * @throws GraphRefusal 400 for a character that starts no token and for a text without its closing quote.
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const found = firstMatch(text, at);
    if (!found) throw text[at] === "'" ? filterError(`There is an unterminated string literal at position ${text.length} in '${text}'.`) : syntaxError(text, at);
    if (found.type !== 'space') tokens.push({ type: found.type, text: found.text, at });
    at += found.text.length;
  }
  return [...tokens, { type: 'end', text: '', at: text.length }];
}

function firstMatch(text: string, at: number): { readonly type: Token['type'] | 'space'; readonly text: string } | null {
  for (const [type, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { type, text: match[0] };
  }
  return null;
}

/** 400 of the gateway for a filter it cannot read. */
export function filterError(message: string): Error { return badGateway(`Invalid filter clause: ${message}`); }
/** The same with the position of what cannot be read, in characters from 0. */
export function syntaxError(text: string, at: number): Error { return filterError(`Syntax error at position ${at} in '${text}'.`); }
