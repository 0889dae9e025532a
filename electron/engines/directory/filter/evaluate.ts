import type { AttributeSchema } from '../port.ts';
import { assertedComparable, containsInOrder, integerOf, isBinary, sameCategory, storedComparable } from './compare.ts';
import { decodeBase64 } from '../../../../shared/rules/base64.ts';
import type { AssertionValue, Filter } from './types.ts';

/** True, false, or undefined: cannot be decided (RFC 4511 4.5.1.7). Only true lets an entry through. */
export type Truth = boolean | undefined;

/** An entry as a filter sees it. */
export interface FilteredEntry {
  readonly dn: string;
  /** Values by attribute name in any case: text, or Base64 for binary syntaxes; undefined when absent. */
  values(attribute: string): readonly string[] | undefined;
}

/** What evaluation needs to know besides the entry. */
export interface FilterContext {
  /** The attribute's schema in any case; undefined when the directory does not know it: the item is then Undefined (MS-ADTS 3.1.1.3.1.3). */
  attribute(name: string): AttributeSchema | undefined;
  /** Whether `entry` reaches `dn` over that linked attribute in one or more steps (LDAP_MATCHING_RULE_IN_CHAIN). Without it such an item is Undefined. */
  readonly inChain?: (entry: FilteredEntry, attribute: string, dn: string) => boolean;
}

const BIT_AND = '1.2.840.113556.1.4.803';
const BIT_OR = '1.2.840.113556.1.4.804';
const IN_CHAIN = '1.2.840.113556.1.4.1941';
/** Rules of RFC 4517 that a filter may ask for by name or number. */
const TEXT_RULES: Readonly<Record<string, 'caseIgnore' | 'caseExact'>> = { caseignorematch: 'caseIgnore', '2.5.13.2': 'caseIgnore', caseexactmatch: 'caseExact', '2.5.13.5': 'caseExact' };
/** Attributes with the search flag fANR in Active Directory's own schema and Exchange's (MS-ADA1 to MS-ADA3). */
const ANR_ATTRIBUTES = ['displayName', 'givenName', 'mail', 'mailNickname', 'msDS-AdditionalSamAccountName', 'name', 'physicalDeliveryOfficeName', 'proxyAddresses', 'sAMAccountName', 'sn'] as const;

const bare = (attribute: string): string => attribute.split(';', 1)[0] ?? attribute;

function equal(attribute: string, syntax: AttributeSchema['syntax'], value: AssertionValue, stored: readonly string[]): Truth {
  if (attribute.toLowerCase() === 'objectcategory' && value.text !== undefined && !value.text.includes('=')) return stored.some((dn) => sameCategory(dn, value.text ?? ''));
  const wanted = assertedComparable(value, syntax);
  return wanted === undefined ? undefined : stored.some((one) => storedComparable(one, syntax)?.key === wanted.key);
}

function ordered(syntax: AttributeSchema['syntax'], value: AssertionValue, stored: readonly string[], accept: (stored: bigint | string, wanted: bigint | string) => boolean): Truth {
  const wanted = assertedComparable(value, syntax)?.order;
  if (wanted === undefined || wanted === null) return undefined;
  return stored.some((one) => {
    const order = storedComparable(one, syntax)?.order;
    return order !== undefined && order !== null && accept(order, wanted);
  });
}

function substrings(filter: Extract<Filter, { kind: 'substrings' }>, syntax: AttributeSchema['syntax'], stored: readonly string[]): Truth {
  // DNs, numbers, times and flags have no substring rule (MS-ADTS 3.1.1.2.2.4).
  if (syntax !== 'caseIgnore' && syntax !== 'caseExact' && syntax !== 'binary') return undefined;
  const fold = (text: string): string => (syntax === 'caseIgnore' ? text.normalize('NFC').toLowerCase() : text);
  // Bytes compare as text of one character a byte.
  const piece = (value: AssertionValue | null): string | null => (value === null ? null : syntax === 'binary' ? String.fromCharCode(...value.bytes) : fold(value.text ?? '\uFFFF'));
  const any = filter.any.map((value) => piece(value) ?? '');
  return stored.some((one) => containsInOrder(syntax === 'binary' ? String.fromCharCode(...(decodeBase64(one) ?? [])) : fold(one), piece(filter.initial), any, piece(filter.final)));
}

/** Flags compare unsigned: groupType stores 0x80000000 as a negative number, and filters name it 2147483648. */
function bits(value: AssertionValue, stored: readonly string[], how: 'all' | 'any'): Truth {
  const mask = integerOf(value.text ?? '');
  if (mask === undefined) return undefined;
  const wanted = BigInt.asUintN(64, mask);
  return stored.some((one) => {
    const number = integerOf(one);
    if (number === undefined) return false;
    const common = BigInt.asUintN(64, number) & wanted;
    return how === 'all' ? common === wanted : common !== 0n;
  });
}

function extensible(filter: Extract<Filter, { kind: 'extensible' }>, entry: FilteredEntry, context: FilterContext): Truth {
  // Active Directory does not look for a value in all attributes, so a rule alone decides nothing.
  if (filter.attribute === null) return undefined;
  const about = context.attribute(bare(filter.attribute));
  if (about === undefined) return undefined;
  const stored = entry.values(bare(filter.attribute)) ?? [];
  if (filter.rule === null) return equal(about.name, about.syntax, filter.value, stored);
  if (filter.rule === BIT_AND || filter.rule === BIT_OR) return about.syntax === 'integer' ? bits(filter.value, stored, filter.rule === BIT_AND ? 'all' : 'any') : undefined;
  if (filter.rule === IN_CHAIN) {
    return about.syntax === 'dn' && filter.value.text !== undefined && context.inChain !== undefined ? context.inChain(entry, about.name, filter.value.text) : undefined;
  }
  const rule = TEXT_RULES[filter.rule.toLowerCase()];
  return rule === undefined || isBinary(about.syntax) ? undefined : equal('', rule, filter.value, stored);
}

/**
 * Ambiguous name resolution (MS-ADTS 3.1.1.3.1.3.4): the text begins one of the naming attributes or is the whole
 * legacyExchangeDN; with a space in it, also `First Last` and `Last First` on givenName and sn. A leading `=` asks for the whole value.
 */
function ambiguousName(value: AssertionValue, entry: FilteredEntry): Truth {
  const text = value.text?.trim().toLowerCase();
  if (text === undefined || text === '') return undefined;
  const whole = text.startsWith('=');
  const name = whole ? text.slice(1) : text;
  const fits = (attribute: string, part: string): boolean =>
    (entry.values(attribute) ?? []).some((one) => (whole ? one.toLowerCase() === part : one.toLowerCase().startsWith(part)));
  if (ANR_ATTRIBUTES.some((attribute) => fits(attribute, name)) || (entry.values('legacyExchangeDN') ?? []).some((one) => one.toLowerCase() === name)) return true;
  const space = name.indexOf(' ');
  if (space < 0) return false;
  const [first, last] = [name.slice(0, space), name.slice(space + 1).trim()];
  return (fits('givenName', first) && fits('sn', last)) || (fits('givenName', last) && fits('sn', first));
}

function comparison(filter: Exclude<Filter, { kind: 'and' | 'or' | 'not' | 'extensible' }>, entry: FilteredEntry, context: FilterContext): Truth {
  const attribute = bare(filter.attribute);
  if (attribute.toLowerCase() === 'anr' && (filter.kind === 'equal' || filter.kind === 'approx')) return ambiguousName(filter.value, entry);
  const about = context.attribute(attribute);
  if (about === undefined) return undefined;
  const stored = entry.values(attribute) ?? [];
  switch (filter.kind) {
    case 'present': return stored.length > 0;
    case 'substrings': return substrings(filter, about.syntax, stored);
    case 'equal': case 'approx': return equal(about.name, about.syntax, filter.value, stored);
    case 'greaterOrEqual': return ordered(about.syntax, filter.value, stored, (one, wanted) => one >= wanted);
    case 'lessOrEqual': return ordered(about.syntax, filter.value, stored, (one, wanted) => one <= wanted);
    default: return filter satisfies never;
  }
}

/**
 * Decides a filter for one entry in three-valued logic (RFC 4511 4.5.1.7). A known attribute that the entry does not have is
 * false, so `(!(mail=x))` finds entries without mail, as Active Directory does; an unknown attribute, a value of the wrong
 * syntax or an unknown matching rule is undefined, and so is its negation.
 */
export function evaluateFilter(filter: Filter, entry: FilteredEntry, context: FilterContext): Truth {
  switch (filter.kind) {
    case 'and': case 'or': {
      const decisive = filter.kind === 'or';
      let result: Truth = !decisive;
      for (const part of filter.parts) {
        const one = evaluateFilter(part, entry, context);
        if (one === decisive) return decisive;
        if (one === undefined) result = undefined;
      }
      return result;
    }
    case 'not': {
      const one = evaluateFilter(filter.part, entry, context);
      return one === undefined ? undefined : !one;
    }
    case 'extensible': return extensible(filter, entry, context);
    default: return comparison(filter, entry, context);
  }
}

/** True when the filter lets the entry through; undecided ones stay out. */
export function matchesFilter(filter: Filter, entry: FilteredEntry, context: FilterContext): boolean {
  return evaluateFilter(filter, entry, context) === true;
}
