import type { Span } from './problems.ts';

/** Kinds of tokens, also the classes an editor colours by. */
export type TokenKind = 'name' | 'attribute' | 'text' | 'number' | 'parameter' | 'variable' | 'operator' | 'bracket' | 'comma' | 'space' | 'error';

/** One token. `value`: the unescaped text, the name without its brackets, or the token as written. */
export interface Token extends Span {
  readonly kind: TokenKind;
  readonly value: string;
  /** Why this is an `error` token; null for all others. */
  readonly fault: string | null;
}

const SIMPLE: readonly { readonly kind: TokenKind; readonly pattern: RegExp }[] = [
  { kind: 'space', pattern: /\s+/y },
  { kind: 'name', pattern: /[A-Za-z_][A-Za-z0-9_]*/y },
  // Hexadecimal as in Visual Basic; before the operators, because & also joins texts.
  { kind: 'number', pattern: /&H[0-9A-Fa-f]+(?![A-Za-z0-9_])/y },
  { kind: 'number', pattern: /-?\d+(?![A-Za-z0-9_.])/y },
  { kind: 'parameter', pattern: /%[A-Za-z][A-Za-z0-9_.]*%/y },
  { kind: 'variable', pattern: /\$[A-Za-z][A-Za-z0-9_]*/y },
  { kind: 'operator', pattern: /&&|\|\||<>|<=|>=|[&=<>]/y },
  { kind: 'bracket', pattern: /[()]/y },
  { kind: 'comma', pattern: /,/y },
];

/** Reads from an opening quote. Backslash protects a quote and itself; before anything else it stays, so that "\r\n" and "\d" mean what they look like. */
function quoted(text: string, from: number): Token {
  let value = '';
  for (let i = from + 1; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (char === '"') return { kind: 'text', offset: from, length: i + 1 - from, value, fault: null };
    const next = text.charAt(i + 1);
    if (char === '\\' && (next === '"' || next === '\\')) {
      value += next;
      i += 1;
    } else value += char;
  }
  return { kind: 'error', offset: from, length: text.length - from, value, fault: 'This text has no closing quotation mark.' };
}

function bracketed(text: string, from: number): Token {
  const end = text.slice(from + 1).search(/[\][\n\r]/);
  const at = end < 0 ? text.length : from + 1 + end;
  if (text.charAt(at) !== ']') return { kind: 'error', offset: from, length: at - from, value: text.slice(from + 1, at), fault: 'This attribute has no closing bracket "]".' };
  const value = text.slice(from + 1, at);
  const fault = value.trim() === '' ? 'The brackets hold no attribute name.' : value !== value.trim() ? 'An attribute name must not begin or end with a space.' : null;
  return { kind: fault === null ? 'attribute' : 'error', offset: from, length: at + 1 - from, value, fault };
}

function unknown(text: string, from: number): Token {
  const char = String.fromCodePoint(text.codePointAt(from) ?? 0);
  const number = /[-\d][\dA-Za-z_.]*/y;
  number.lastIndex = from;
  const digits = number.exec(text)?.[0] ?? '';
  if (/\d/.test(digits)) return { kind: 'error', offset: from, length: digits.length, value: digits, fault: `"${digits.slice(0, 40)}" is not a whole number.` };
  const fault = char === '%' ? 'A parameter is written between two percent signs, e.g. %Domain.FQDN%.'
    : char === "'" ? 'Text is written between double quotation marks, not apostrophes.' : `"${char}" has no meaning here.`;
  return { kind: 'error', offset: from, length: char.length, value: char, fault };
}

function tokenAt(text: string, from: number): Token {
  if (text.charAt(from) === '"') return quoted(text, from);
  if (text.charAt(from) === '[') return bracketed(text, from);
  for (const { kind, pattern } of SIMPLE) {
    // A copy for each call: a shared sticky pattern would carry its position from one text to the next.
    const rule = new RegExp(pattern);
    rule.lastIndex = from;
    const found = rule.exec(text)?.[0];
    if (found !== undefined) return { kind, offset: from, length: found.length, value: kind === 'parameter' ? found.slice(1, -1) : kind === 'variable' ? found.slice(1) : found, fault: null };
  }
  return unknown(text, from);
}

/**
 * Cuts an expression into tokens (Entra provisioning, "Reference for writing expressions for attribute mappings", syntax
 * overview; Entra Connect, "Understanding Declarative Provisioning Expressions"). Never fails: what has no meaning becomes a
 * token of kind `error`. The tokens follow one another without gaps, white space included, so that an editor can colour by them.
 */
export function tokenize(text: string): readonly Token[] {
  const out: Token[] = [];
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at);
    out.push(token);
    at += token.length;
  }
  return out;
}
