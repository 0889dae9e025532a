import type { Cell } from './dialect.ts';

const NUL = '\0';

/**
 * A value as it is stored. The character U+0000 is dropped: PostgreSQL cannot keep it (PostgreSQL documentation, "Character Types"), and a project
 * must be the same on both databases. In JSON it is written as an escape and stays.
 */
export function storedText<T>(value: T | Cell): T | Cell {
  return typeof value === 'string' && value.includes(NUL) ? value.replaceAll(NUL, '') : value;
}

/** Parameters of a statement as they are stored; the same list when nothing has to be changed. */
export function storedParameters(parameters: readonly unknown[]): readonly unknown[] {
  return parameters.some((value) => typeof value === 'string' && value.includes(NUL)) ? parameters.map((value) => storedText(value)) : parameters;
}
