import type { Flag } from './schema.ts';

/** Truth as it is stored. */
export const flag = (value: boolean): Flag => (value ? 1 : 0);
/** A count as a number: databases answer counts as number, text or bigint. */
export const count = (value: unknown): number => Number(value ?? 0);
/** Text as it is compared: in lower case. */
export const key = (text: string): string => text.toLowerCase();
/** Reads a JSON column that this program wrote. */
export const json = <T>(text: string): T => JSON.parse(text) as T;
/** Pieces of at most `size`, in order. Lists of ids in a statement are cut into pieces of 500, far below every database's limit of parameters. */
export function* pieces<T>(list: readonly T[], size = 500): Generator<readonly T[]> {
  for (let from = 0; from < list.length; from += size) yield list.slice(from, from + size);
}
