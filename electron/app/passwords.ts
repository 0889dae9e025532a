import { randomInt } from 'node:crypto';

const SETS = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnopqrstuvwxyz', '23456789', '!#$%*+-=?@_'] as const;
/** Length of a generated password. Entra asks for 8 at least and three of four kinds of characters; a long one survives stricter policies. */
const LENGTH = 20;

/** A random password with every kind of character and none that look alike. It is sent once and never kept. */
export function newPassword(): string {
  const all = SETS.join('');
  const characters = [...SETS.map((set) => set[randomInt(set.length)] ?? ''), ...Array.from({ length: LENGTH - SETS.length }, () => all[randomInt(all.length)] ?? '')];
  for (let i = characters.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [characters[i], characters[j]] = [characters[j] ?? '', characters[i] ?? ''];
  }
  return characters.join('');
}
