import { decodeBase64, encodeBase64 } from '../../../../shared/rules/base64.ts';
import { utf8Decode, utf8Encode } from '../../../../shared/rules/text.ts';
import { normalizeDiacritics } from './diacritics.ts';
import { replaceAll, searchCost } from './replace.ts';
import { smallOf, textOf } from './run.ts';
import type { Run, Tools } from './run.ts';
import { fault, fromList, listOf, toText } from './values.ts';
import type { Value } from './values.ts';

/** Positions count characters, not UTF-16 units, so that no function can cut a character in two. */
const slice = (text: string, from: number, to?: number): string => [...text].slice(from, to).join('');
const lengthOf = (text: string): number => [...text].length;

function left(text: string, count: number): string { return count < 0 ? text : slice(text, 0, count); }
function right(text: string, count: number): string { return count < 0 ? text : count === 0 ? '' : slice(text, -count); }

/** Entra Connect functions reference, Mid: a start outside the text and a negative length give the text itself. */
function mid(text: string, start: number, count: number | null): string {
  if (start <= 0 || start > lengthOf(text) || (count !== null && count < 0)) return text;
  return slice(text, start - 1, count === null ? undefined : start - 1 + count);
}

function word(text: string, number: number, delimiters: string): string {
  const marks = new Set(delimiters);
  const words: string[] = [];
  let current = '';
  for (const char of text) {
    if (!marks.has(char)) current += char;
    else if (current !== '') { words.push(current); current = ''; }
  }
  if (current !== '') words.push(current);
  return words[number - 1] ?? '';
}

/** Zero-based position of a text in characters, from a position on; backwards from it when `last`. */
function find(args: readonly Value[], tools: Tools, last: boolean): bigint {
  const fold = textOf(args[3]) === 'vbTextCompare';
  const [text, search] = [textOf(args[0]), textOf(args[1])].map((each) => (fold ? each.toLowerCase() : each));
  if (text === undefined || search === undefined || search === '') return 0n;
  tools.spend(searchCost(text, search));
  const chars = [...text];
  const start = args[2] === null || args[2] === undefined ? null : smallOf(args[2]);
  if (start !== null && start < 1) throw fault('The start of InStr and InStrRev counts from 1.');
  if (start !== null && start > chars.length) return 0n;
  const unit = start === null ? null : chars.slice(0, last ? start : start - 1).join('').length;
  const at = last ? text.slice(0, unit ?? undefined).lastIndexOf(search) : text.indexOf(search, unit ?? 0);
  return at < 0 ? 0n : BigInt(lengthOf(text.slice(0, at)) + 1);
}

/** First letter of each word upper, the rest lower; words end at given separators, else at whatever is no letter, mark or digit. */
function properCase(text: string, separators: string | null): string {
  const marks = separators === null ? null : new Set(separators);
  let out = '';
  let inside = false;
  for (const char of text) {
    const separates = marks === null ? !/[\p{L}\p{M}\p{N}]/u.test(char) : marks.has(char);
    out += separates ? char : inside ? char.toLowerCase() : char.toUpperCase();
    inside = !separates;
  }
  return out;
}

function pad(args: readonly Value[], tools: Tools, atStart: boolean): string {
  const [text, length, char] = [textOf(args[0]), smallOf(args[1]), textOf(args[2])];
  if (lengthOf(char) !== 1) throw fault('PadLeft and PadRight fill with exactly one character.');
  tools.room(length);
  const filling = char.repeat(Math.max(0, length - lengthOf(text)));
  return atStart ? filling + text : text + filling;
}

function cased(args: readonly Value[], upper: boolean): string {
  const [text, culture] = [textOf(args[0]), textOf(args[1])];
  if (culture === '') return upper ? text.toUpperCase() : text.toLowerCase();
  if (!/^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/i.test(culture)) throw fault(`"${culture.slice(0, 40)}" is no culture name such as en-US.`);
  return upper ? text.toLocaleUpperCase(culture) : text.toLocaleLowerCase(culture);
}

function replaceChars(text: string, pairs: string, tools: Tools): string {
  const table = new Map<string, string>();
  for (const pair of pairs.replace(/\s/g, '').split(',')) {
    const [from = '', to = '', more] = pair.split(':');
    if (lengthOf(from) !== 1 || !pair.includes(':') || more !== undefined) throw fault(`"${pair.slice(0, 40)}" is no pair such as "ö:oe": one character, a colon, its replacement.`);
    table.set(from, to);
  }
  let out = '';
  for (const char of text) {
    const by = table.get(char) ?? char;
    tools.room(out.length + by.length);
    out += by;
  }
  return out;
}

function join(args: readonly Value[], tools: Tools): Value {
  const separator = textOf(args[0]);
  const texts = args.slice(1).flatMap((value) => listOf(value).map((each) => toText(each) ?? '')).filter((each) => each !== '');
  if (texts.length === 0) return null;
  tools.room(texts.reduce((sum, each) => sum + each.length + separator.length, 0));
  return texts.join(separator);
}

function split(args: readonly Value[]): Value {
  const [text, delimiter] = [textOf(args[0]), textOf(args[1])];
  if (lengthOf(delimiter) !== 1) throw fault('Split cuts at exactly one character.');
  const parts = text.split(delimiter);
  const limit = args[2] === null || args[2] === undefined ? parts.length : smallOf(args[2]);
  if (limit < 1) throw fault('The limit of Split is at least 1.');
  return fromList(parts.length <= limit ? parts : [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(delimiter)]);
}

function toBase64(value: Value): string {
  if (value instanceof Uint8Array) return encodeBase64(value);
  const text = toText(value) ?? '';
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i += 1) bytes.set([text.charCodeAt(i) % 256, text.charCodeAt(i) >> 8], i * 2);
  return encodeBase64(bytes);
}

function fromBase64(text: string, encoding: string): string {
  const bytes = decodeBase64(text.trim());
  if (bytes === undefined) throw fault(`"${text.slice(0, 40)}" is no Base64.`);
  const decoded = encoding === 'UTF8' ? utf8Decode(bytes)
    : encoding === 'ASCII' ? (bytes.every((byte) => byte < 128) ? String.fromCharCode(...bytes) : undefined)
      : bytes.length % 2 === 0 ? Array.from({ length: bytes.length / 2 }, (_, i) => String.fromCharCode((bytes[i * 2] ?? 0) + 256 * (bytes[i * 2 + 1] ?? 0))).join('') : undefined;
  if (decoded === undefined) throw fault(`The bytes of "${text.slice(0, 40)}" are no ${encoding === '' ? 'Unicode' : encoding} text; name another encoding.`);
  return decoded;
}

function fromHex(text: string): string {
  const bytes = /^(?:[0-9a-f]{2})*$/i.test(text) ? Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) : undefined;
  const decoded = bytes === undefined ? undefined : utf8Decode(bytes);
  if (decoded === undefined) throw fault(`"${text.slice(0, 40)}" is no hexadecimal UTF-8.`);
  return decoded;
}

/** Functions that make texts of texts, by name; what each does is in the catalogue. */
export const TEXT_FUNCTIONS: Readonly<Record<string, Run>> = {
  Append: ([source, suffix]) => textOf(source) + textOf(suffix),
  ConvertFromBase64: ([source, encoding]) => fromBase64(textOf(source), textOf(encoding)),
  ConvertFromUTF8Hex: ([source]) => fromHex(textOf(source)),
  ConvertToBase64: ([source = null]) => (source === null ? null : toBase64(source)),
  ConvertToUTF8Hex: ([source]) => [...utf8Encode(textOf(source))].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(''),
  InStr: (args, tools) => find(args, tools, false),
  InStrRev: (args, tools) => find(args, tools, true),
  Join: join,
  LCase: (args) => cased(args, false),
  LTrim: ([value]) => textOf(value).trimStart(),
  Left: ([text, count]) => left(textOf(text), smallOf(count)),
  Len: ([value]) => BigInt(lengthOf(textOf(value))),
  Mid: ([text, start, count]) => mid(textOf(text), smallOf(start), count === null || count === undefined ? null : smallOf(count)),
  NormalizeDiacritics: ([source]) => normalizeDiacritics(textOf(source)),
  PCase: ([source, separators]) => properCase(textOf(source), typeof separators === 'string' && separators !== '' ? separators : null),
  PadLeft: (args, tools) => pad(args, tools, true),
  PadRight: (args, tools) => pad(args, tools, false),
  RTrim: ([value]) => textOf(value).trimEnd(),
  ReplaceChars: ([text, pairs], tools) => replaceChars(textOf(text), textOf(pairs), tools),
  Right: ([text, count]) => right(textOf(text), smallOf(count)),
  Split: split,
  StripSpaces: ([source], tools) => replaceAll(textOf(source), ' ', '', tools),
  ToLower: (args) => cased(args, false),
  ToUpper: (args) => cased(args, true),
  Trim: ([value]) => textOf(value).trim(),
  UCase: (args) => cased(args, true),
  Word: ([text, number, delimiters]) => word(textOf(text), smallOf(number), textOf(delimiters)),
};
