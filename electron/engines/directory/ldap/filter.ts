import { type BerWriter, Filter as WireFilter, SearchFilter } from 'ldapts';
import { type AssertionValue, type Filter, parseFilter } from '../filter/index.ts';
import { Tag } from './ber.ts';

/** Context tags of SubstringFilter and MatchingRuleAssertion (RFC 4511 4.5.1.7). */
const SUBSTRING = { initial: 0x80, any: 0x81, final: 0x82 } as const;
const ASSERTION = { rule: 0x81, type: 0x82, value: 0x83, dnAttributes: 0x84 } as const;
const COMPARISON = {
  equal: SearchFilter.equalityMatch, approx: SearchFilter.approxMatch, greaterOrEqual: SearchFilter.greaterOrEqual, lessOrEqual: SearchFilter.lessOrEqual,
} as const;

function writeValue(writer: BerWriter, value: AssertionValue, tag: number = Tag.octets): void {
  writer.writeBuffer(Buffer.from(value.bytes), tag);
}

/** The BER of a filter (RFC 4511 4.5.1.7); values go as the bytes that they are. */
function write(writer: BerWriter, filter: Filter): void {
  switch (filter.kind) {
    case 'present':
      writer.writeString(filter.attribute, SearchFilter.present);
      return;
    case 'and': case 'or':
      writer.startSequence(filter.kind === 'and' ? SearchFilter.and : SearchFilter.or);
      for (const part of filter.parts) write(writer, part);
      break;
    case 'not':
      writer.startSequence(SearchFilter.not);
      write(writer, filter.part);
      break;
    case 'equal': case 'approx': case 'greaterOrEqual': case 'lessOrEqual':
      writer.startSequence(COMPARISON[filter.kind]);
      writer.writeString(filter.attribute);
      writeValue(writer, filter.value);
      break;
    case 'substrings':
      writer.startSequence(SearchFilter.substrings);
      writer.writeString(filter.attribute);
      writer.startSequence();
      if (filter.initial !== null) writeValue(writer, filter.initial, SUBSTRING.initial);
      for (const part of filter.any) writeValue(writer, part, SUBSTRING.any);
      if (filter.final !== null) writeValue(writer, filter.final, SUBSTRING.final);
      writer.endSequence();
      break;
    case 'extensible':
      writer.startSequence(SearchFilter.extensibleMatch);
      if (filter.rule !== null) writer.writeString(filter.rule, ASSERTION.rule);
      if (filter.attribute !== null) writer.writeString(filter.attribute, ASSERTION.type);
      writeValue(writer, filter.value, ASSERTION.value);
      if (filter.dn) writer.writeBoolean(true, ASSERTION.dnAttributes);
      break;
    default: return filter satisfies never;
  }
  writer.endSequence();
}

/** A filter for a SearchRequest of ldapts that writes its bytes itself. */
class EncodedFilter extends WireFilter {
  override type = SearchFilter.and;
  readonly #text: string;
  readonly #filter: Filter;

  constructor(text: string) {
    super();
    this.#text = text;
    this.#filter = parseFilter(text);
  }

  override write(writer: BerWriter): void {
    write(writer, this.#filter);
  }

  override toString(): string {
    return this.#text;
  }
}

/**
 * Reads a filter with our own parser and writes it as BER. The parser of ldapts is not used: it encodes escaped bytes above
 * 0x7f twice, so that a GUID is never found, accepts unbalanced brackets and refuses several filters of RFC 4515.
 * @returns the filter for a SearchRequest; throws INVALID_INPUT that names the place.
 */
export function encodeFilter(text: string): WireFilter {
  return new EncodedFilter(text);
}
