import type { AttributeSchema } from '../port.ts';
import { activeDirectoryTextKey, assertedComparable, asStoredFlags, classNameOf, compareOrder, containsInOrder, integerOf, sameCategory, storedComparable, type TextKey } from './compare.ts';
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
  /** The attribute's schema in any case; undefined when the directory does not know it: a comparison is then Undefined, presence false (RFC 2251 4.5.1). */
  attribute(name: string): AttributeSchema | undefined;
  /** Whether `entry` reaches `dn` over that linked attribute in one or more steps (LDAP_MATCHING_RULE_IN_CHAIN). Without it such an item is Undefined. */
  readonly inChain?: (entry: FilteredEntry, attribute: string, dn: string) => boolean;
  /** How text without case is compared, for servers that do not compare as Active Directory does; default {@link activeDirectoryTextKey}. */
  readonly textKey?: TextKey;
}

const BIT_AND = '1.2.840.113556.1.4.803';
const BIT_OR = '1.2.840.113556.1.4.804';
/** LDAP_MATCHING_RULE_IN_CHAIN (MS-ADTS 3.1.1.3.4.4.3). */
export const IN_CHAIN = '1.2.840.113556.1.4.1941';
/** Attributes with the search flag fANR in Active Directory's own schema and Exchange's (MS-ADA1 to MS-ADA3). */
const ANR_ATTRIBUTES = ['displayName', 'givenName', 'mail', 'mailNickname', 'msDS-AdditionalSamAccountName', 'name', 'physicalDeliveryOfficeName', 'proxyAddresses', 'sAMAccountName', 'sn'] as const;

const bare = (attribute: string): string => attribute.split(';', 1)[0] ?? attribute;

function equal(about: AttributeSchema, value: AssertionValue, stored: readonly string[], textKey: TextKey): Truth {
  const name = about.name.toLowerCase();
  if (name === 'objectcategory' && value.text !== undefined && !value.text.includes('=')) return stored.some((dn) => sameCategory(dn, value.text ?? ''));
  const given = name === 'objectclass' && value.text !== undefined ? { ...value, text: classNameOf(value.text) } : value;
  const wanted = assertedComparable(given, about.syntax, textKey);
  if (wanted === undefined) return undefined;
  const flags = about.syntax === 'integer' && typeof wanted.order === 'bigint' ? String(asStoredFlags(wanted.order)) : wanted.key;
  return stored.some((one) => {
    const key = storedComparable(one, about.syntax, textKey)?.key;
    return key === wanted.key || key === flags;
  });
}

function ordered(syntax: AttributeSchema['syntax'], value: AssertionValue, stored: readonly string[], textKey: TextKey, accept: (difference: number) => boolean): Truth {
  const wanted = assertedComparable(value, syntax, textKey)?.order;
  if (wanted === undefined || wanted === null) return undefined;
  return stored.some((one) => {
    const order = storedComparable(one, syntax, textKey)?.order;
    return order !== undefined && order !== null && accept(compareOrder(order, wanted, syntax));
  });
}

function substrings(filter: Extract<Filter, { kind: 'substrings' }>, syntax: AttributeSchema['syntax'], stored: readonly string[], textKey: TextKey): Truth {
  // DNs, numbers, times and flags have no substring rule (MS-ADTS 3.1.1.2.2.4).
  if (syntax !== 'caseIgnore' && syntax !== 'caseExact' && syntax !== 'binary') return undefined;
  const fold = (text: string): string => (syntax === 'caseIgnore' ? textKey(text) : text);
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
  if (filter.rule === null) return equal(about, filter.value, stored, context.textKey ?? activeDirectoryTextKey);
  if (filter.rule === BIT_AND || filter.rule === BIT_OR) return about.syntax === 'integer' ? bits(filter.value, stored, filter.rule === BIT_AND ? 'all' : 'any') : undefined;
  if (filter.rule === IN_CHAIN) {
    return about.syntax === 'dn' && filter.value.text !== undefined && context.inChain !== undefined ? context.inChain(entry, about.name, filter.value.text) : undefined;
  }
  // Active Directory knows no other rule, not even those of RFC 4517 (MS-ADTS 3.1.1.3.1.3.1 and 3.1.1.3.4.4).
  return undefined;
}

/**
 * Ambiguous name resolution (MS-ADTS 3.1.1.3.1.3.4): the text begins one of the naming attributes or is the whole
 * legacyExchangeDN; with a space in it, also `First Last` and `Last First` on givenName and sn. A leading `=` asks for the whole value.
 */
function ambiguousName(value: AssertionValue, entry: FilteredEntry, textKey: TextKey): Truth {
  const given = value.text?.trim();
  if (given === undefined || given === '') return undefined;
  const text = textKey(given);
  const whole = text.startsWith('=');
  const name = whole ? text.slice(1) : text;
  const fits = (attribute: string, part: string): boolean =>
    (entry.values(attribute) ?? []).some((one) => (whole ? textKey(one) === part : textKey(one).startsWith(part)));
  if (ANR_ATTRIBUTES.some((attribute) => fits(attribute, name)) || (entry.values('legacyExchangeDN') ?? []).some((one) => textKey(one) === name)) return true;
  const space = name.indexOf(' ');
  if (space < 0) return false;
  const [first, last] = [name.slice(0, space), name.slice(space + 1).trim()];
  return (fits('givenName', first) && fits('sn', last)) || (fits('givenName', last) && fits('sn', first));
}

function comparison(filter: Exclude<Filter, { kind: 'and' | 'or' | 'not' | 'extensible' }>, entry: FilteredEntry, context: FilterContext): Truth {
  const attribute = bare(filter.attribute);
  const textKey = context.textKey ?? activeDirectoryTextKey;
  if (attribute.toLowerCase() === 'anr' && (filter.kind === 'equal' || filter.kind === 'approx')) return ambiguousName(filter.value, entry, textKey);
  const about = context.attribute(attribute);
  // Nobody has an attribute that the schema does not know; comparing with it decides nothing (RFC 2251 4.5.1, which Active Directory follows: MS-ADTS 3.1.1.3.1.3.1).
  if (about === undefined) return filter.kind === 'present' ? false : undefined;
  const stored = entry.values(attribute) ?? [];
  switch (filter.kind) {
    case 'present': return stored.length > 0;
    case 'substrings': return substrings(filter, about.syntax, stored, textKey);
    case 'equal': case 'approx': return equal(about, filter.value, stored, textKey);
    case 'greaterOrEqual': return ordered(about.syntax, filter.value, stored, textKey, (difference) => difference >= 0);
    case 'lessOrEqual': return ordered(about.syntax, filter.value, stored, textKey, (difference) => difference <= 0);
    default: return filter satisfies never;
  }
}

/**
 * Decides a filter for one entry in three-valued logic (RFC 4511 4.5.1.7). A known attribute that the entry does not have is
 * false, so `(!(mail=x))` finds entries without mail, as Active Directory does; comparing with an unknown attribute, a value of the
 * wrong syntax or an unknown matching rule is undefined, and so is its negation.
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
