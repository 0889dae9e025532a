import { chance, type Chance } from '../chance.ts';

/**
 * Chances of one clause. The n-th draw depends on the seed, the clause and n alone, so that the same requests meet the same
 * faults whatever other clauses do.
 */
export interface Draws {
  /** The chances of the next request that the clause is about. */
  next(): Chance;
}

/**
 * @param seed of the whole specification.
 * @param clause its text, and a number that tells equal ones apart.
 */
export function draws(seed: number, clause: string): Draws {
  let count = 0;
  const key = `${seed}\n${clause}\n`;
  return { next: () => chance(hash(`${key}${count++}`)) };
}

/** FNV-1a with the finalizer of MurmurHash3: 32 well mixed bits of a text. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
