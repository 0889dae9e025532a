import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { utf8Decode, utf8Encode } from '../../../../shared/rules/text.ts';
import type { AssertionValue, Filter } from './types.ts';

/** Deeper nesting is refused rather than risking the stack: no filter written by a person comes near. */
const MAX_DEPTH = 100;
const ATTRIBUTE = /^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)+)(?:;[a-z0-9-]+)*$/i;
const RULE = /^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)+)$/i;

/** Place in the text while it is read. */
interface Cursor { readonly text: string; at: number }

/** Positions are counted from 1, as editors do. */
function fail(cursor: Cursor, at: number, problem: string): never {
  throw appError(ErrorCode.InvalidInput, `The filter has a mistake at character ${at + 1}: ${problem}.`, { detail: { filter: cursor.text, position: at + 1 } });
}

function skipSpaces(cursor: Cursor): void {
  while (/\s/.test(cursor.text.charAt(cursor.at))) cursor.at += 1;
}

function expectChar(cursor: Cursor, char: string, problem: string): void {
  skipSpaces(cursor);
  if (cursor.text.charAt(cursor.at) !== char) fail(cursor, cursor.at, problem);
  cursor.at += 1;
}

/** A value without wildcards: `\hh` is one byte, everything else stands for itself in UTF-8. */
function assertionValue(cursor: Cursor, from: number, raw: string): AssertionValue {
  const bytes: number[] = [];
  for (let i = 0; i < raw.length; i += 1) {
    const char = raw.charAt(i);
    if (char === '\\') {
      const hex = raw.slice(i + 1, i + 3);
      if (!/^[0-9a-f]{2}$/i.test(hex)) fail(cursor, from + i, 'a backslash must be followed by two hexadecimal digits (a backslash itself is \\5c)');
      bytes.push(Number.parseInt(hex, 16));
      i += 2;
    } else {
      if (char === '(') fail(cursor, from + i, 'a bracket inside a value is written \\28');
      if (char === '\0') fail(cursor, from + i, 'the character NUL is written \\00');
      const whole = String.fromCodePoint(raw.codePointAt(i) ?? 0);
      bytes.push(...utf8Encode(whole));
      i += whole.length - 1;
    }
  }
  const all = Uint8Array.from(bytes);
  return { bytes: all, text: utf8Decode(all) };
}

function attributeName(cursor: Cursor, from: number, raw: string): string {
  const name = raw.trim();
  if (!ATTRIBUTE.test(name)) fail(cursor, from, name === '' ? 'an attribute name is missing' : `"${name}" is no attribute name`);
  return name;
}

/** `attribute:dn:rule` before `:=`. */
function extensible(cursor: Cursor, from: number, left: string, value: AssertionValue): Filter {
  const [attribute = '', ...rest] = left.split(':').map((part) => part.trim());
  const dn = rest[0]?.toLowerCase() === 'dn';
  const rules = dn ? rest.slice(1) : rest;
  const [rule] = rules;
  if (rules.length > 1 || (rule !== undefined && !RULE.test(rule))) fail(cursor, from, `"${left}" is no matching rule: write attribute:rule:=value`);
  if (attribute === '' && rule === undefined) fail(cursor, from, 'an attribute name or a matching rule is missing');
  return { kind: 'extensible', attribute: attribute === '' ? null : attributeName(cursor, from, attribute), rule: rule ?? null, dn, value };
}

function item(cursor: Cursor): Filter {
  const from = cursor.at;
  const equals = cursor.text.indexOf('=', from);
  let end = cursor.text.indexOf(')', from);
  if (end < 0) end = cursor.text.length;
  if (equals < 0 || equals > end) fail(cursor, from, 'an attribute, a comparison (=, >=, <=, ~=, :=) and a value were expected');
  const sign = cursor.text.charAt(equals - 1);
  const raw = cursor.text.slice(equals + 1, end);
  cursor.at = end;
  if (sign === ':' && equals > from) return extensible(cursor, from, cursor.text.slice(from, equals - 1), assertionValue(cursor, equals + 1, raw));
  const ordering = { '>': 'greaterOrEqual', '<': 'lessOrEqual', '~': 'approx' } as const;
  if (equals > from && (sign === '>' || sign === '<' || sign === '~')) {
    if (raw.includes('*')) fail(cursor, equals + 1 + raw.indexOf('*'), 'a star is possible with = only; the character itself is written \\2a');
    return { kind: ordering[sign], attribute: attributeName(cursor, from, cursor.text.slice(from, equals - 1)), value: assertionValue(cursor, equals + 1, raw) };
  }
  const attribute = attributeName(cursor, from, cursor.text.slice(from, equals));
  if (!raw.includes('*')) return { kind: 'equal', attribute, value: assertionValue(cursor, equals + 1, raw) };
  // Several stars in a row ask for no more than one does.
  if (/^\s*\*+\s*$/.test(raw)) return { kind: 'present', attribute };
  const pieces = raw.split('*');
  let at = equals + 1;
  const values = pieces.map((piece) => {
    const value = piece === '' ? null : assertionValue(cursor, at, piece);
    at += piece.length + 1;
    return value;
  });
  return { kind: 'substrings', attribute, initial: values[0] ?? null, any: values.slice(1, -1).filter((value) => value !== null), final: values.at(-1) ?? null };
}

function filter(cursor: Cursor, depth: number): Filter {
  if (depth > MAX_DEPTH) fail(cursor, cursor.at, `brackets are nested deeper than ${MAX_DEPTH}`);
  expectChar(cursor, '(', 'a filter starts with an opening bracket');
  skipSpaces(cursor);
  const sign = cursor.text.charAt(cursor.at);
  let found: Filter;
  if (sign === '&' || sign === '|') {
    cursor.at += 1;
    const parts: Filter[] = [];
    for (skipSpaces(cursor); cursor.text.charAt(cursor.at) === '('; skipSpaces(cursor)) parts.push(filter(cursor, depth + 1));
    found = { kind: sign === '&' ? 'and' : 'or', parts };
  } else if (sign === '!') {
    cursor.at += 1;
    found = { kind: 'not', part: filter(cursor, depth + 1) };
  } else found = item(cursor);
  expectChar(cursor, ')', 'a closing bracket is missing');
  return found;
}

/**
 * Reads a filter (RFC 4515; `(&)` and `(|)` of RFC 4526). Besides the RFC, white space and line breaks between components are
 * allowed, and characters outside ASCII may be written as they are.
 * @throws AppError INVALID_INPUT naming the position, counted from 1.
 */
export function parseFilter(text: string): Filter {
  const cursor: Cursor = { text, at: 0 };
  const found = filter(cursor, 0);
  skipSpaces(cursor);
  if (cursor.at < text.length) fail(cursor, cursor.at, 'something follows after the last closing bracket');
  return found;
}
