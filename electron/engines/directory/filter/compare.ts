import { decodeBase64, encodeBase64 } from '../../../../shared/rules/base64.ts';
import { normaliseDn, rdnValue } from '../../../../shared/rules/dn.ts';
import { guidToBytes } from '../../../../shared/rules/guid.ts';
import { sidToBytes } from '../../../../shared/rules/sid.ts';
import type { AttributeSchema } from '../port.ts';
import type { AssertionValue } from './types.ts';

type Syntax = AttributeSchema['syntax'];

/** Something that can be compared: equal keys are equal values; numbers and text have an order, DNs and the rest have none. */
export type Comparable = { readonly key: string; readonly order: bigint | string | null };

/** How text without case is made comparable: equal keys are equal texts. */
export type TextKey = (text: string) => string;

/** Half and full width forms, and katakana, whose hiragana stand 96 places before them (Unicode, blocks U+FF00 and U+30A0). */
const WIDTHS = /[\uFF01-\uFFEF]+/g;
const KATAKANA = /[\u30A1-\u30F6]/g;

/**
 * Active Directory's comparison of Unicode strings: case, accents, width and the kind of kana make no difference, so that
 * `(sn=muller)` finds Müller (MS-ADTS 3.1.1.2.2.4.13 and 6.5.1: NORM_IGNORECASE, NORM_IGNORENONSPACE, NORM_IGNOREWIDTH,
 * NORM_IGNOREKANATYPE). Letters that Unicode does not take apart, such as ø and ß, stay letters of their own.
 */
export const activeDirectoryTextKey: TextKey = (text) => {
  // eslint-disable-next-line no-control-regex -- the range of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
  const plain = text.replace(WIDTHS, (wide) => wide.normalize('NFKC')).replace(KATAKANA, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
  return plain.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
};

/** Orders texts by the weights of their letters, as Active Directory does with those of United States English (MS-ADTS 3.1.1.2.2.4.13). */
const COLLATOR = new Intl.Collator('en-US', { sensitivity: 'base' });

/** Below zero, zero or above zero, like every comparison. Both sides are of one kind. */
export function compareOrder(a: bigint | string, b: bigint | string, syntax: Syntax): number {
  return syntax === 'caseIgnore' ? COLLATOR.compare(String(a), String(b)) : a < b ? -1 : a > b ? 1 : 0;
}

/** Milliseconds since 1970 of a GeneralizedTime `YYYYMMDDhhmmss[.f](Z|+hhmm|-hhmm)` (RFC 4517 3.3.13); undefined when it is none. */
export function timeOf(text: string): bigint | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,](\d{1,9}))?(?:Z|([+-])(\d\d)(\d\d)?)$/.exec(text.trim());
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute = '0', second = '0', fraction = '', sign, zoneHour = '0', zoneMinute = '0'] = parts;
  const zone = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000 * (sign === '-' ? -1 : 1);
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) - zone;
  return Number.isNaN(time) ? undefined : BigInt(time) + BigInt(fraction.padEnd(3, '0').slice(0, 3));
}

/** A decimal integer; undefined for anything else (Active Directory takes no hexadecimal in filters). */
export function integerOf(text: string): bigint | undefined {
  return /^-?\d{1,20}$/.test(text.trim()) ? BigInt(text.trim()) : undefined;
}

/** A text value under one syntax; undefined when it is none of that syntax. */
function comparableText(text: string, syntax: Syntax, textKey: TextKey): Comparable | undefined {
  switch (syntax) {
    case 'integer': {
      const number = integerOf(text);
      return number === undefined ? undefined : { key: String(number), order: number };
    }
    case 'time': {
      const time = timeOf(text);
      return time === undefined ? undefined : { key: String(time), order: time };
    }
    case 'boolean': return /^(?:true|false)$/i.test(text.trim()) ? { key: text.trim().toLowerCase(), order: null } : undefined;
    case 'dn': return { key: normaliseDn(text), order: null };
    case 'caseIgnore': case 'caseExact': {
      const key = syntax === 'caseExact' ? text : textKey(text);
      return { key, order: key };
    }
    default: return undefined;
  }
}

/** True for syntaxes whose values are stored as Base64. */
export function isBinary(syntax: Syntax): boolean {
  return syntax === 'binary' || syntax === 'sid' || syntax === 'securityDescriptor';
}

const ofBytes = (bytes: Uint8Array): Comparable => {
  const key = encodeBase64(bytes);
  return { key, order: null };
};

/** A stored value of an attribute. */
export function storedComparable(value: string, syntax: Syntax, textKey: TextKey): Comparable | undefined {
  if (!isBinary(syntax)) return comparableText(value, syntax, textKey);
  const bytes = decodeBase64(value);
  return bytes === undefined ? undefined : ofBytes(bytes);
}

/**
 * The value a filter gives, for an attribute of that syntax. GUIDs and SIDs may be written as text, as Active Directory allows
 * (MS-ADTS 3.1.1.3.1.3.1); otherwise binary attributes compare with the bytes as they are.
 * @returns undefined when it cannot be a value of that syntax: the filter item is then Undefined.
 */
export function assertedComparable(value: AssertionValue, syntax: Syntax, textKey: TextKey): Comparable | undefined {
  if (!isBinary(syntax)) return value.text === undefined ? undefined : comparableText(value.text, syntax, textKey);
  const text = value.text ?? '';
  const known = syntax === 'sid' ? sidToBytes(text) : guidToBytes(text);
  return ofBytes(known ?? value.bytes);
}

/** The same 32 bits read as a signed number: groupType is stored negative, and `(groupType=2147483656)` finds it (MS-ADTS 3.1.1.2.2.2.10: Integer is 32 bits wide). */
export function asStoredFlags(value: bigint): bigint {
  return value >= 0x8000_0000n && value <= 0xFFFF_FFFFn ? value - 0x1_0000_0000n : value;
}

/** Object identifiers of the classes that people and objects of Exchange have (MS-ADSC; RFC 2798 for inetOrgPerson). */
const CLASS_OIDS: ReadonlyMap<string, string> = new Map([
  ['2.5.6.0', 'top'], ['2.5.6.5', 'organizationalUnit'], ['2.5.6.6', 'person'], ['2.5.6.7', 'organizationalPerson'], ['1.2.840.113556.1.5.9', 'user'], ['1.2.840.113556.1.5.8', 'group'],
  ['1.2.840.113556.1.5.15', 'contact'], ['1.2.840.113556.1.3.30', 'computer'], ['1.2.840.113556.1.3.23', 'container'], ['2.16.840.1.113730.3.2.2', 'inetOrgPerson'],
]);

/** Name of a class that a filter gives by its object identifier; other texts as they are. */
export function classNameOf(text: string): string {
  return CLASS_OIDS.get(text.trim()) ?? text;
}

/** Category that Active Directory gives to objects of a class, where it is not named like the class (AD schema, defaultObjectCategory). */
const CATEGORIES: Readonly<Record<string, string>> = { user: 'person', contact: 'person', inetorgperson: 'person', organizationalperson: 'person' };
const simple = (name: string): string => name.toLowerCase().replaceAll('-', '');

/** `(objectCategory=person)`: a class name in place of the DN of its category (MS-ADTS 3.1.1.3.1.3.5). */
export function sameCategory(categoryDn: string, className: string): boolean {
  const wanted = simple(className);
  return simple(rdnValue(categoryDn)) === (CATEGORIES[wanted] ?? wanted);
}

/** True when the pieces occur in the text in this order, the first at its start and the last at its end. */
export function containsInOrder(text: string, initial: string | null, any: readonly string[], final: string | null): boolean {
  if (initial !== null && !text.startsWith(initial)) return false;
  let at = initial?.length ?? 0;
  for (const piece of any) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return final === null || (text.length - final.length >= at && text.endsWith(final));
}
