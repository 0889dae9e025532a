import { LIMITS } from './limits.ts';

/** What one character of the text must be. */
export type Test = (char: string) => boolean;
/** Syntax tree of a pattern. */
export type PatternNode =
  | { readonly kind: 'char'; readonly test: Test }
  | { readonly kind: 'edge'; readonly edge: 'start' | 'end' | 'boundary' | 'no boundary' }
  | { readonly kind: 'all' | 'any'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'group'; readonly slot: number; readonly item: PatternNode }
  | { readonly kind: 'repeat'; readonly least: number; readonly most: number; readonly lazy: boolean; readonly item: PatternNode };

/** A pattern read: its tree and the names of its groups (slot 0 is the whole match); or why it cannot be used. */
export type PatternRead = { readonly ok: true; readonly node: PatternNode; readonly slots: number; readonly names: ReadonlyMap<string, number> } | { readonly ok: false; readonly message: string };

/** Letters, digits and underscore of any script (.NET: \w). */
export const isWord: Test = (char) => /[\p{L}\p{Mn}\p{Nd}\p{Pc}]/u.test(char);
const CLASSES: Readonly<Record<string, Test>> = { d: (char) => /\p{Nd}/u.test(char), w: isWord, s: (char) => /\s/.test(char) };
const CONTROL: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v', e: '\u001b', a: '\u0007' };
const CATEGORIES = new Set(['L', 'Lu', 'Ll', 'Lt', 'Lm', 'Lo', 'M', 'Mn', 'Mc', 'Me', 'N', 'Nd', 'Nl', 'No', 'P', 'Pc', 'Pd', 'Ps', 'Pe', 'Pi', 'Pf', 'Po', 'S', 'Sm', 'Sc', 'Sk', 'So', 'Z', 'Zs', 'Zl', 'Zp', 'C', 'Cc', 'Cf']);
/** Keep the work of one state small and bounded. */
const [MOST_GROUPS, MOST_RANGES] = [50, 50];
const isText = (step: PatternNode | string): step is string => typeof step === 'string';

class PatternReader {
  readonly #chars: readonly string[];
  #at = 0;
  #ignoreCase = false;
  #depth = 0;
  #slots = 1;
  readonly names = new Map<string, number>();

  constructor(pattern: string) { this.#chars = [...pattern]; }

  get slots(): number { return this.#slots; }

  read(): PatternNode | string {
    if (this.#take('(?i)')) this.#ignoreCase = true;
    const node = this.#any();
    return isText(node) || this.#at >= this.#chars.length ? node : 'has a closing parenthesis without an opening one';
  }

  #next(): string { return this.#chars[this.#at] ?? ''; }
  #take(text: string): boolean {
    if (![...text].every((char, i) => this.#chars[this.#at + i] === char)) return false;
    this.#at += text.length;
    return true;
  }

  #any(): PatternNode | string {
    const items: PatternNode[] = [];
    do {
      const branch = this.#all();
      if (isText(branch)) return branch;
      items.push(branch);
    } while (this.#take('|'));
    return items.length === 1 ? items[0] ?? { kind: 'all', items: [] } : { kind: 'any', items };
  }

  #all(): PatternNode | string {
    const items: PatternNode[] = [];
    while (this.#at < this.#chars.length && this.#next() !== '|' && this.#next() !== ')') {
      const atom = this.#atom();
      if (isText(atom)) return atom;
      const repeated = this.#repeat(atom);
      if (isText(repeated)) return repeated;
      items.push(repeated);
    }
    return { kind: 'all', items };
  }

  #repeat(item: PatternNode): PatternNode | string {
    const counted = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#chars.slice(this.#at, this.#at + 12).join(''));
    const sign = this.#next();
    let [least, most] = [0, Number.POSITIVE_INFINITY];
    if (counted !== null) {
      least = Number(counted[1]);
      most = counted[2] === undefined ? least : counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3]);
      this.#at += counted[0].length;
    } else if (sign !== '' && '*+?'.includes(sign)) {
      this.#at += 1;
      least = sign === '+' ? 1 : 0;
      if (sign === '?') most = 1;
    } else return item;
    if (most < least) return 'has a repetition whose upper bound is below its lower one';
    const lazy = this.#take('?');
    if (/^[*+?]$/.test(this.#next()) || /^\{\d/.test(this.#chars.slice(this.#at, this.#at + 2).join(''))) return 'has two repetitions in a row';
    return { kind: 'repeat', least, most, lazy, item };
  }

  #atom(): PatternNode | string {
    const char = this.#next();
    this.#at += 1;
    switch (char) {
      case '(': return this.#group();
      case '[': return this.#set();
      case '.': return { kind: 'char', test: (each) => each !== '\n' };
      case '^': return { kind: 'edge', edge: 'start' };
      case '$': return { kind: 'edge', edge: 'end' };
      case '*': case '+': case '?': return `has "${char}" with nothing before it to repeat`;
      case '\\': return this.#escape();
      default: return this.#literal(char);
    }
  }

  #literal(char: string): PatternNode {
    const folded = char.toLowerCase();
    return { kind: 'char', test: this.#ignoreCase ? (each) => each.toLowerCase() === folded : (each) => each === char };
  }

  #group(): PatternNode | string {
    if (this.#depth >= LIMITS.depth) return `is nested more than ${LIMITS.depth} deep`;
    const plain = this.#take('?:');
    let name: string | undefined;
    if (!plain && this.#next() === '?') {
      const head = /^\?(?:<([A-Za-z_]\w{0,60})>|'([A-Za-z_]\w{0,60})')/.exec(this.#chars.slice(this.#at, this.#at + 70).join(''));
      if (head === null) return 'looks ahead or behind, or uses an option; only plain, (?:...) and named groups (?<name>...) are read, and (?i) at the beginning';
      name = head[1] ?? head[2] ?? '';
      if (this.names.has(name)) return `has two groups named "${name}"`;
      this.#at += head[0].length;
    }
    if (this.#slots > MOST_GROUPS) return `has more than ${MOST_GROUPS} groups`;
    const slot = plain ? -1 : this.#slots;
    if (!plain) this.#slots += 1;
    if (name !== undefined) this.names.set(name, slot);
    this.#depth += 1;
    const item = this.#any();
    this.#depth -= 1;
    if (isText(item)) return item;
    if (!this.#take(')')) return 'has an opening parenthesis without a closing one';
    return plain ? item : { kind: 'group', slot, item };
  }

  /** After a backslash: a class, or a single character as text. */
  #escaped(): Test | { readonly char: string } | string {
    const char = this.#next();
    this.#at += 1;
    if (char === '') return 'ends with a backslash';
    const lower = CLASSES[char.toLowerCase()];
    if (lower !== undefined) return char === char.toLowerCase() ? lower : (each) => !lower(each);
    if (Object.hasOwn(CONTROL, char)) return { char: CONTROL[char] ?? '' };
    if (char === 'x' || char === 'u') {
      const length = char === 'x' ? 2 : 4;
      const hex = this.#chars.slice(this.#at, this.#at + length).join('');
      if (!new RegExp(`^[0-9a-f]{${length}}$`, 'i').test(hex)) return `has "\\${char}" without ${length} hexadecimal digits`;
      this.#at += length;
      return { char: String.fromCharCode(Number.parseInt(hex, 16)) };
    }
    if (char === 'p' || char === 'P') {
      const found = /^\{([A-Z][a-z]?)\}/.exec(this.#chars.slice(this.#at, this.#at + 4).join(''));
      if (found === null || !CATEGORIES.has(found[1] ?? '')) return `has "\\${char}" without the name of a character category such as {L} or {Lu}`;
      this.#at += found[0].length;
      const category = new RegExp(`\\${char}{${found[1]}}`, 'u');
      return (each) => category.test(each);
    }
    if (/[0-9k]/.test(char)) return `refers back to a group with "\\${char}", which can make matching explode and is not read`;
    return /[A-Za-z]/.test(char) ? `has the unknown escape "\\${char}"` : { char };
  }

  #escape(): PatternNode | string {
    const edge = { b: 'boundary', B: 'no boundary', A: 'start', z: 'end', Z: 'end' } as const;
    const next = this.#next();
    if (Object.hasOwn(edge, next)) {
      this.#at += 1;
      return { kind: 'edge', edge: edge[next as keyof typeof edge] };
    }
    const found = this.#escaped();
    if (typeof found === 'string') return found;
    return typeof found === 'function' ? { kind: 'char', test: found } : this.#literal(found.char);
  }

  #set(): PatternNode | string {
    const negated = this.#take('^');
    const tests: Test[] = [];
    const singles = new Set<string>();
    const member = (): Test | { readonly char: string } | string => {
      const char = this.#next();
      this.#at += 1;
      return char === '\\' ? this.#escaped() : { char };
    };
    for (let first = true; first || this.#next() !== ']'; first = false) {
      if (this.#at >= this.#chars.length) return 'has a character set "[" that is not closed';
      const low = member();
      if (typeof low === 'string') return low;
      if (typeof low === 'function') { tests.push(low); continue; }
      const after = this.#chars[this.#at + 1];
      if (this.#next() !== '-' || after === ']' || after === undefined) { for (const each of this.#ignoreCase ? [low.char.toLowerCase(), low.char.toUpperCase()] : [low.char]) singles.add(each); continue; }
      this.#at += 1;
      const high = member();
      if (typeof high !== 'object' || (high.char.codePointAt(0) ?? 0) < (low.char.codePointAt(0) ?? 0)) return 'has a character range that runs backwards';
      tests.push(this.#range(low.char, high.char));
    }
    this.#at += 1;
    if (tests.length > MOST_RANGES) return `has a character set of more than ${MOST_RANGES} ranges`;
    return { kind: 'char', test: (char) => (singles.has(char) || tests.some((test) => test(char))) !== negated };
  }

  #range(low: string, high: string): Test {
    const [from, to] = [low.codePointAt(0) ?? 0, high.codePointAt(0) ?? 0];
    const within: Test = (char) => { const code = char.codePointAt(0) ?? -1; return code >= from && code <= to; };
    return this.#ignoreCase ? (char) => within(char.toLowerCase()) || within(char.toUpperCase()) : within;
  }
}

/**
 * Reads a regular expression in the .NET syntax, without what cannot be matched in linear time: references back, looking
 * ahead and behind, atomic groups (.NET documentation, regular expression language; the subset is that of RE2).
 * @returns the tree, or half a sentence that follows "The pattern ...".
 */
export function readPattern(pattern: string): PatternRead {
  const reader = new PatternReader(pattern);
  const node = reader.read();
  return isText(node) ? { ok: false, message: node } : { ok: true, node, slots: reader.slots, names: reader.names };
}
