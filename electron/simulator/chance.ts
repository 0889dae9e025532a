/** A repeatable source of chance: the same seed gives the same sequence on every machine. */
export interface Chance {
  /** A fraction from 0 (inclusive) to 1 (exclusive). */
  fraction(): number;
  /** A whole number from 0 to `below - 1`. */
  below(below: number): number;
  /** One element. The list must not be empty. */
  pick<T>(list: readonly T[]): T;
  /** True with that probability. */
  happens(probability: number): boolean;
  /** A new array with the same elements in another order. */
  shuffled<T>(list: readonly T[]): T[];
  /** So many bytes as lower-case hexadecimal text. */
  hex(bytes: number): string;
  /** A version 4 UUID, lower-case dashed text (RFC 9562 5.4). */
  uuid(): string;
}

/**
 * Makes a source of chance with the mulberry32 generator (32 bits of state; good enough for data and order, not for secrets).
 * @param seed any number; only its lower 32 bits count.
 */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n: number): number => Math.floor(fraction() * n);
  const hex = (bytes: number): string => Array.from({ length: bytes }, () => below(256).toString(16).padStart(2, '0')).join('');
  return {
    fraction, below, hex,
    pick: (list) => {
      const picked = list[below(list.length)];
      if (picked === undefined) throw new RangeError('pick from an empty list');
      return picked;
    },
    happens: (probability) => fraction() < probability,
    shuffled: (list) => {
      const copy = [...list];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = below(i + 1);
        const held = copy[i] as (typeof copy)[number];
        copy[i] = copy[j] as (typeof copy)[number];
        copy[j] = held;
      }
      return copy;
    },
    uuid: () => {
      const h = hex(16);
      return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${(8 + (Number.parseInt(h.charAt(16), 16) & 3)).toString(16)}${h.slice(17, 20)}-${h.slice(20)}`;
    },
  };
}
