import { randomInt } from 'node:crypto';
import type { PasswordPolicy } from '../../shared/domain/passwords.ts';

/** Kinds of characters, without those that look alike in many typefaces. */
const CLEAR = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnopqrstuvwxyz', '23456789'] as const;
const LOOK_ALIKES = ['IO', 'l', '01'] as const;

/**
 * A random password with every kind of character, in any place. Entra asks for 8 to 256 characters and three of four kinds
 * (Entra documentation, "Password policies and account restrictions"); a policy narrows that, never widens it.
 */
export function generatePassword({ length, lookAlikes, symbols }: PasswordPolicy): string {
  const sets = [...CLEAR.map((set, i) => (lookAlikes === 'allowed' ? set + (LOOK_ALIKES[i] ?? '') : set)), symbols].filter((set) => set !== '');
  const all = sets.join('');
  const characters = [...sets.map((set) => set[randomInt(set.length)] ?? ''), ...Array.from({ length: length - sets.length }, () => all[randomInt(all.length)] ?? '')];
  for (let i = characters.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [characters[i], characters[j]] = [characters[j] ?? '', characters[i] ?? ''];
  }
  return characters.join('');
}
