import { decodeBase64, encodeBase64 } from '../../../../shared/rules/base64.ts';
import { normaliseDn, rdnValue } from '../../../../shared/rules/dn.ts';
import { guidToBytes } from '../../../../shared/rules/guid.ts';
import { sidToBytes } from '../../../../shared/rules/sid.ts';
import type { AttributeSchema } from '../port.ts';
import type { AssertionValue } from './types.ts';

type Syntax = AttributeSchema['syntax'];

/** Something that can be compared: equal keys are equal values; numbers and text have an order, DNs and the rest have none. */
export type Comparable = { readonly key: string; readonly order: bigint | string | null };

const textKey = (text: string, syntax: Syntax): string => (syntax === 'caseExact' ? text : text.normalize('NFC').toLowerCase());

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
function comparableText(text: string, syntax: Syntax): Comparable | undefined {
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
      const key = textKey(text, syntax);
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
export function storedComparable(value: string, syntax: Syntax): Comparable | undefined {
  if (!isBinary(syntax)) return comparableText(value, syntax);
  const bytes = decodeBase64(value);
  return bytes === undefined ? undefined : ofBytes(bytes);
}

/**
 * The value a filter gives, for an attribute of that syntax. GUIDs and SIDs may be written as text, as Active Directory allows
 * (MS-ADTS 3.1.1.3.1.3.1); otherwise binary attributes compare with the bytes as they are.
 * @returns undefined when it cannot be a value of that syntax: the filter item is then Undefined.
 */
export function assertedComparable(value: AssertionValue, syntax: Syntax): Comparable | undefined {
  if (!isBinary(syntax)) return value.text === undefined ? undefined : comparableText(value.text, syntax);
  const text = value.text ?? '';
  const known = syntax === 'sid' ? sidToBytes(text) : guidToBytes(text);
  return ofBytes(known ?? value.bytes);
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
