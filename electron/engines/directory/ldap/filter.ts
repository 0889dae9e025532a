import { type BerWriter, Filter, SearchFilter } from 'ldapts';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';

/** Attribute description: a name or an object identifier, with options (RFC 4512 2.5). */
const ATTRIBUTE = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)(?:;[A-Za-z0-9-]+)*$/;
const RULE = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)$/;
/** Filters nested deeper are refused instead of overflowing the stack. */
const MAX_DEPTH = 100;
/** Context tags of SubstringFilter and MatchingRuleAssertion (RFC 4511 4.5.1.7). */
const SUBSTRING = { initial: 0x80, any: 0x81, final: 0x82 } as const;
const ASSERTION = { rule: 0x81, type: 0x82, value: 0x83, dnAttributes: 0x84 } as const;

type Write = (writer: BerWriter) => void;

/** Position in the text; each method reads one production of RFC 4515 section 3. */
class FilterText {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.trim();
  }

  whole(): Write {
    const write = this.#filter(0);
    if (this.#at < this.#text.length) this.#fail('there is something after its end');
    return write;
  }

  #fail(why: string): never {
    throw appError(ErrorCode.InvalidInput, `The LDAP filter ${this.#text} is not valid: ${why} (at character ${this.#at + 1}).`, { detail: { filter: this.#text } });
  }

  /** Spaces between components are no part of RFC 4515, but people indent filters. */
  #spaces(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #filter(depth: number): Write {
    if (depth > MAX_DEPTH) this.#fail(`it is nested deeper than ${MAX_DEPTH} levels`);
    if (this.#text.charAt(this.#at) !== '(') this.#fail('"(" is missing');
    this.#at += 1;
    this.#spaces();
    const sign = this.#text.charAt(this.#at);
    const write = sign === '&' || sign === '|' ? this.#set(sign, depth) : sign === '!' ? this.#not(depth) : this.#item();
    this.#spaces();
    if (this.#text.charAt(this.#at) !== ')') this.#fail('")" is missing');
    this.#at += 1;
    return write;
  }

  #set(sign: '&' | '|', depth: number): Write {
    this.#at += 1;
    const parts: Write[] = [];
    for (this.#spaces(); this.#text.charAt(this.#at) === '('; this.#spaces()) parts.push(this.#filter(depth + 1));
    return (writer) => {
      writer.startSequence(sign === '&' ? SearchFilter.and : SearchFilter.or);
      for (const part of parts) part(writer);
      writer.endSequence();
    };
  }

  #not(depth: number): Write {
    this.#at += 1;
    this.#spaces();
    const inner = this.#filter(depth + 1);
    return (writer) => {
      writer.startSequence(SearchFilter.not);
      inner(writer);
      writer.endSequence();
    };
  }

  #item(): Write {
    const parts = /^([^=()]*?)(:=|~=|>=|<=|=)/.exec(this.#text.slice(this.#at));
    if (parts === null) return this.#fail('a comparison such as (cn=x) is missing');
    const left = (parts[1] ?? '').trim();
    const operator = parts[2] ?? '';
    const begin = this.#at;
    this.#at += parts[0].length;
    const end = this.#text.indexOf(')', this.#at);
    const raw = end < 0 ? this.#text.slice(this.#at) : this.#text.slice(this.#at, end);
    if (raw.includes('(')) this.#fail('a "(" in a value is written \\28');
    if (operator !== ':=' && !ATTRIBUTE.test(left)) {
      this.#at = begin;
      this.#fail(`"${left}" is not an attribute`);
    }
    const write = this.#comparison(left, operator, raw);
    this.#at += raw.length;
    return write;
  }

  #comparison(left: string, operator: string, raw: string): Write {
    if (operator === ':=') return this.#extensible(left, this.#value(raw));
    if (operator === '=') {
      if (raw === '*') return (writer) => writer.writeString(left, SearchFilter.present);
      if (raw.includes('*')) return this.#substrings(left, raw);
    }
    const tag = operator === '=' ? SearchFilter.equalityMatch : operator === '>=' ? SearchFilter.greaterOrEqual : operator === '<=' ? SearchFilter.lessOrEqual : SearchFilter.approxMatch;
    const value = this.#value(raw);
    return (writer) => {
      writer.startSequence(tag);
      writer.writeString(left);
      writer.writeBuffer(value, 0x04);
      writer.endSequence();
    };
  }

  #substrings(attribute: string, raw: string): Write {
    const pieces = raw.split('*');
    const parts = pieces
      .map((piece, i) => ({ tag: i === 0 ? SUBSTRING.initial : i === pieces.length - 1 ? SUBSTRING.final : SUBSTRING.any, value: this.#value(piece) }))
      .filter((part) => part.value.length > 0);
    if (parts.length === 0) this.#fail('a value holds nothing but "*"');
    return (writer) => {
      writer.startSequence(SearchFilter.substrings);
      writer.writeString(attribute);
      writer.startSequence();
      for (const part of parts) writer.writeBuffer(part.value, part.tag);
      writer.endSequence();
      writer.endSequence();
    };
  }

  #extensible(left: string, value: Buffer): Write {
    const parts = left.split(':');
    const attribute = parts.shift() ?? '';
    const dnAttributes = parts[0]?.toLowerCase() === 'dn';
    if (dnAttributes) parts.shift();
    const rule = parts.shift() ?? '';
    if (parts.length > 0 || (attribute === '' && rule === '') || (attribute !== '' && !ATTRIBUTE.test(attribute)) || (rule !== '' && !RULE.test(rule))) {
      this.#fail(`"${left}:=" is not an extensible match`);
    }
    return (writer) => {
      writer.startSequence(SearchFilter.extensibleMatch);
      if (rule !== '') writer.writeString(rule, ASSERTION.rule);
      if (attribute !== '') writer.writeString(attribute, ASSERTION.type);
      writer.writeBuffer(value, ASSERTION.value);
      if (dnAttributes) writer.writeBoolean(true, ASSERTION.dnAttributes);
      writer.endSequence();
    };
  }

  /** Bytes of a value: UTF-8, and `\hh` for any byte (RFC 4515 section 3). */
  #value(raw: string): Buffer {
    if (!raw.includes('\\')) return Buffer.from(raw, 'utf8');
    const parts: Buffer[] = [];
    for (const [i, piece] of raw.split('\\').entries()) {
      if (i === 0) parts.push(Buffer.from(piece, 'utf8'));
      else if (/^[0-9a-f]{2}/i.test(piece)) parts.push(Buffer.from(piece.slice(0, 2), 'hex'), Buffer.from(piece.slice(2), 'utf8'));
      else this.#fail('a backslash is written \\5c, and starts two hexadecimal digits otherwise');
    }
    return Buffer.concat(parts);
  }
}

/** A filter for a SearchRequest of ldapts that writes its bytes itself. */
class EncodedFilter extends Filter {
  override type = SearchFilter.and;
  readonly #text: string;
  readonly #write: Write;

  constructor(text: string) {
    super();
    this.#text = text;
    this.#write = new FilterText(text).whole();
  }

  override write(writer: BerWriter): void {
    this.#write(writer);
  }

  override toString(): string {
    return this.#text;
  }
}

/**
 * Reads an RFC 4515 filter, with raw Unicode, `\hh` bytes of any kind, `(&)` and `(|)` (RFC 4526) and spaces between the
 * components. The parser of ldapts is not used: it encodes escaped bytes above 0x7f twice, accepts unbalanced brackets and
 * refuses several filters of RFC 4515.
 * @returns the filter for a SearchRequest; throws INVALID_INPUT that names filter and place.
 */
export function encodeFilter(text: string): Filter {
  return new EncodedFilter(text);
}

/** Escapes a value for use inside a filter (RFC 4515 section 3). */
export function escapeFilterValue(value: string): string {
  // oxlint-disable-next-line no-control-regex -- NUL is one of the characters that RFC 4515 wants escaped
  return value.replace(/[*()\\\u0000]/g, (char) => `\\${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
