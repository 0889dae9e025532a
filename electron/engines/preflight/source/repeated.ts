/** Names that occur more than once among very many, without keeping the names. */
export interface RepeatedNames {
  add(name: string): void;
  /** True when the name was added twice; very rarely also for another name of the same hash, so that equal text must be asked for in the end. */
  mayRepeat(name: string): boolean;
}

/** 53 bits of a text: two 32-bit multiplicative hashes (the public-domain "cyrb53"). Never 0, which marks an empty place. */
function hash53(text: string): number {
  let a = 0xdead_beef;
  let b = 0x41c6_ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & b) + (a >>> 0) + 1;
}

/**
 * An empty set. It costs 8 bytes a place and is at most half full: 16 to 32 MB for a million names, whatever their length,
 * and something for each name that repeats.
 */
export function createRepeatedNames(): RepeatedNames {
  let table = new Float64Array(1 << 12);
  let size = 0;
  const repeated = new Set<number>();
  const place = (within: Float64Array, hash: number): number => {
    const mask = within.length - 1;
    let at = hash % within.length;
    while (within[at] !== 0 && within[at] !== hash) at = (at + 1) & mask;
    return at;
  };
  return {
    add(name) {
      const hash = hash53(name);
      const at = place(table, hash);
      if (table[at] === hash) { repeated.add(hash); return; }
      table[at] = hash;
      size += 1;
      if (size * 2 <= table.length) return;
      const larger = new Float64Array(table.length * 2);
      for (const held of table) if (held !== 0) larger[place(larger, held)] = held;
      table = larger;
    },
    mayRepeat: (name) => repeated.has(hash53(name)),
  };
}
