import type { Value } from './values.ts';

/** What functions may use besides their arguments. */
export interface Tools {
  /** Counts work done; throws when the evaluation has used up what it may. */
  readonly spend: (units: number) => void;
  /** Throws unless a text of so many UTF-16 units may be made. */
  readonly room: (length: number) => void;
  /** The moment of the evaluation, in ticks since 1601. */
  readonly now: bigint;
  /** A random whole number from 0 up to, but not including, `limit`. */
  readonly random: (limit: number) => number;
}

/**
 * A function of the language. Arguments come converted to the type of their parameter: text as string, numbers as bigint;
 * NULL only where a parameter is optional or takes any value. Throws AppError for what cannot be done.
 */
export type Run = (args: readonly Value[], tools: Tools) => Value;

/** Text of a converted argument; the empty text for one left out. */
export const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
/** Number of a converted argument; 0 for one left out. */
export const numberOf = (value: Value | undefined): bigint => (typeof value === 'bigint' ? value : 0n);
/** A position or length as a plain number, exact up to 2^53 and only compared beyond. */
export const smallOf = (value: Value | undefined): number => Number(numberOf(value));
