import { ErrorCode, appError } from '../../../../shared/domain/errors.ts';
import type { AppError } from '../../../../shared/domain/errors.ts';
import { formatDate, parseDate } from './dates.ts';
import { LIMITS } from './limits.ts';

/** A moment: 100-nanosecond ticks since 1601-01-01 UTC, as Active Directory stores times (MS-DTYP 2.3.3, FILETIME). */
export interface Moment { readonly ticks: bigint }
/** One value of the mapping language. */
export type Scalar = boolean | bigint | string | Uint8Array | Moment;
/** NULL, one value, or several: a list of none is NULL and a list of one is its value, as in a directory. */
export type Value = null | Scalar | readonly Scalar[];

/** An error in a rule or in the data it meets; the evaluator adds the place. */
export function fault(message: string): AppError {
  return appError(ErrorCode.InvalidInput, message);
}

/** True for several values. */
export const isList = (value: Value): value is readonly Scalar[] => Array.isArray(value);
/** True for a moment in time. */
export const isMoment = (value: Value): value is Moment => typeof value === 'object' && value !== null && 'ticks' in value;
/** The values one by one; none for NULL. */
export const listOf = (value: Value): readonly Scalar[] => (value === null ? [] : isList(value) ? value : [value]);

/** A value made of many; refuses more than {@link LIMITS}.listLength of them. */
export function fromList(values: readonly Scalar[]): Value {
  if (values.length > LIMITS.listLength) throw fault(`More than ${LIMITS.listLength} values come together here.`);
  return values.length === 0 ? null : values.length === 1 ? values[0] ?? null : values;
}

/** What a value is, for messages. */
export function describe(value: Value): string {
  if (value === null) return 'NULL';
  if (isList(value)) return `a list of ${value.length} values`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `"${value.slice(0, 60)}"`;
  if (typeof value === 'bigint') return `the number ${value}`;
  return isMoment(value) ? `the date ${formatDate(value.ticks)}` : `${value.length} binary bytes`;
}

/** Text of a single value: True and False, decimal, a date as `M/d/yyyy h:mm:ss AM`; NULL stays. Errors: binary, several values. */
export function toText(value: Value): string | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return String(value);
  if (isMoment(value)) return formatDate(value.ticks);
  throw fault(isList(value) ? `${describe(value)} came where one text is needed; pick one with Item or join them with Join.` : 'Binary came where a text is needed; convert it with ConvertToBase64, StringFromGuid or StringFromSid.');
}

const DECIMAL = /^\s*-?\d{1,20}\s*$/;

/** Integer of a number or of decimal text; NULL and empty text are NULL. Errors: everything else. */
export function toInteger(value: Value): bigint | null {
  if (value === null || value === '' || typeof value === 'bigint') return value === '' ? null : value;
  if (typeof value === 'string' && DECIMAL.test(value)) {
    const number = BigInt(value.trim());
    if (BigInt.asIntN(64, number) === number) return number;
  }
  throw fault(`${describe(value)} came where a whole number is needed.`);
}

/** Truth of a value: True, a number other than 0, the text "true" in any case. NULL and empty text are false (Entra: with a null source the condition fails). */
export function toCondition(value: Value): boolean {
  if (value === null || value === '') return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value !== 0n;
  if (typeof value === 'string') {
    if (/^\s*(true|false)\s*$/i.test(value)) return value.trim().toLowerCase() === 'true';
    if (DECIMAL.test(value)) return BigInt(value.trim()) !== 0n;
  }
  throw fault(`${describe(value)} came where True or False is needed.`);
}

/** Moment of a date or of text that CDate can read; NULL and empty text are NULL. Errors: everything else. */
export function toMoment(value: Value): Moment | null {
  if (value === null || value === '') return null;
  if (isMoment(value)) return value;
  const ticks = typeof value === 'string' ? parseDate(value) : null;
  if (ticks === null) throw fault(`${describe(value)} is no date; use 2024-12-31T23:59:59Z, or FormatDateTime with the format it has.`);
  return { ticks };
}

/** Bytes of a binary value; NULL stays. Errors: everything else. */
export function toBytes(value: Value): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value;
  throw fault(`${describe(value)} came where binary is needed.`);
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);
const order = (a: bigint | string, b: bigint | string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Order of two single values: below 0, 0, above 0; null when they cannot be compared, which makes every comparison false.
 * Texts compare exactly, upper and lower case apart (Entra: the syntax is case-sensitive); a number and a decimal text as
 * numbers; True and False with their names in any case; a date with text that is a date.
 */
export function compareValues(left: Value, right: Value): number | null {
  if (left === null || right === null) return null;
  for (const side of [left, right]) if (isList(side)) throw fault(`${describe(side)} cannot be compared; use Item, Contains or Count.`);
  if (left instanceof Uint8Array || right instanceof Uint8Array) return left instanceof Uint8Array && right instanceof Uint8Array && same(left, right) ? 0 : null;
  if (isMoment(left) || isMoment(right)) {
    const moments = [left, right].map((side) => (isMoment(side) ? side.ticks : typeof side === 'string' ? parseDate(side) : null));
    const [a, b] = moments;
    return a === null || a === undefined || b === null || b === undefined ? null : order(a, b);
  }
  if (typeof left === 'boolean' || typeof right === 'boolean') {
    const [a, b] = [left, right].map((side) => (toText(side) ?? '').toLowerCase());
    return a === b ? 0 : null;
  }
  if (typeof left === 'bigint' || typeof right === 'bigint') {
    const [a, b] = [left, right].map((side) => (typeof side === 'bigint' ? side : typeof side === 'string' && DECIMAL.test(side) ? BigInt(side.trim()) : null));
    return a === null || a === undefined || b === null || b === undefined ? null : order(a, b);
  }
  return typeof left === 'string' && typeof right === 'string' ? order(left, right) : null;
}
