import { compilePattern, findMatches } from './pattern.ts';
import type { Match, Pattern } from './pattern.ts';
import { fault, toText } from './values.ts';
import type { Value } from './values.ts';
import { LIMITS } from './limits.ts';
import type { Run, Tools } from './run.ts';

/** Work of looking for a text in another: the usual searches cost nothing, two very long ones of the same letter their product. */
export const searchCost = (text: string, search: string): number => (text.length * search.length) / 4096;

/** Every occurrence of `old` replaced; the length of the result is checked before it is made. */
export function replaceAll(source: string, old: string, by: string, tools: Tools): string {
  if (old === '') return source;
  tools.spend(searchCost(source, old));
  const parts = source.split(old);
  tools.room(source.length + (parts.length - 1) * (by.length - old.length));
  return parts.join(by);
}

function compiled(text: string): Pattern {
  const result = compilePattern(text);
  if (!result.ok) throw fault(`The regular expression ${JSON.stringify(text.slice(0, 80))} ${result.message}.`);
  return result.pattern;
}

/** Characters of a text that a pattern is applied to. */
function charsOf(source: string, tools: Tools): readonly string[] {
  const chars = [...source];
  if (chars.length > LIMITS.patternInput) throw fault(`A regular expression is applied to at most ${LIMITS.patternInput} characters; this text has ${chars.length}.`);
  tools.spend(chars.length / 16);
  return chars;
}

function slotOf(pattern: Pattern, name: string): number {
  const slot = pattern.names.get(name) ?? (/^\d{1,2}$/.test(name) && Number(name) < pattern.slots ? Number(name) : undefined);
  if (slot === undefined) throw fault(`The regular expression has no group named "${name.slice(0, 60)}".`);
  return slot;
}

const part = (chars: readonly string[], match: Match, slot: number): string => {
  const [from = -1, to = -1] = [match[slot * 2], match[slot * 2 + 1]];
  return from < 0 ? '' : chars.slice(from, to).join('');
};

/** The replacement with `${name}`, `${1}`, `$1`, `$&` and `$$` filled in (.NET documentation, substitutions). */
function filled(template: string, chars: readonly string[], match: Match, pattern: Pattern): string {
  return template.replace(/\$(?:\{(\w{1,60})\}|(\d{1,2})|([&$]))/g, (whole, name: string | undefined, digit: string | undefined, sign: string | undefined) => {
    if (sign !== undefined) return sign === '$' ? '$' : part(chars, match, 0);
    const slot = name === undefined ? Number(digit) : pattern.names.get(name) ?? (/^\d{1,2}$/.test(name) ? Number(name) : pattern.slots);
    return slot < pattern.slots ? part(chars, match, slot) : whole;
  });
}

/** Replaces a stretch (the match, or one of its groups) in every match. A group that is empty or took no part is left. */
function replaceStretches(source: string, pattern: Pattern, slot: number, by: (match: Match, chars: readonly string[]) => string, tools: Tools): string {
  const chars = charsOf(source, tools);
  let out = '';
  let done = 0;
  for (const match of findMatches(pattern, chars, tools.spend)) {
    const [from = -1, to = -1] = [match[slot * 2], match[slot * 2 + 1]];
    if (from < done || (slot > 0 && from === to)) continue;
    const piece = by(match, chars);
    tools.room(out.length + piece.length + source.length);
    tools.spend(piece.length / 16);
    out += chars.slice(done, from).join('') + piece;
    done = to;
  }
  return out + chars.slice(done).join('');
}

/** `\n`, `\r` and `\t` as Entra Connect's Replace reads them; there a backslash has no other meaning. */
const monikers = (text: string): string => text.replace(/\\([nrt])/g, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t' })[letter] ?? '');

/**
 * Replace in the five ways of the Entra expression reference, and with three arguments in Entra Connect's. The source is
 * NULL: NULL, except in the fifth way, which is made for that case. A NULL among the other arguments counts as empty text.
 */
export const replace = (mode: number): Run => (args, tools) => {
  const texts = args.map((value, i) => (i === 5 ? '' : toText(value) ?? ''));
  const [source = '', old = '', expression = '', group = '', by = '', , template = ''] = texts;
  const alternative: Value = args[5] ?? null;
  if (mode === 4) {
    if (source !== '') return source;
    const text = toText(alternative);
    if (text === null || text === '') return null;
    const pattern = compiled(expression);
    const slot = slotOf(pattern, group);
    const chars = charsOf(text, tools);
    for (const match of findMatches(pattern, chars, tools.spend)) return part(chars, match, slot);
    return null;
  }
  if (args[0] === null || args[0] === undefined) return null;
  if (args.length === 3) return replaceAll(source, monikers(old), monikers(expression), tools);
  if (mode === 0) return replaceAll(source, old, by, tools);
  if (mode === 1) return replaceAll(template, old, source, tools);
  const pattern = compiled(expression);
  if (mode === 3) return replaceStretches(source, pattern, slotOf(pattern, group), () => by, tools);
  return replaceStretches(source, pattern, 0, (match, chars) => filled(by, chars, match, pattern), tools);
};
