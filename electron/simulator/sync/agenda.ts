/** Something that is due at a time. */
export interface Appointment { readonly at: number; readonly run: () => void }

/** What is to be done later, in the order of its times; equal times in the order they were added. */
export class Agenda {
  readonly #keys = new Set<string>();
  #list: (Appointment & { readonly key: string })[] = [];
  #next = 0;

  /** Number of open appointments. */
  get size(): number { return this.#keys.size; }
  /** Adds an appointment unless one with that key is still open; it keeps its earlier time. */
  add(key: string, at: number, run: () => void): void {
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    let low = this.#next;
    for (let high = this.#list.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((this.#list[middle]?.at ?? Infinity) <= at) low = middle + 1;
      else high = middle;
    }
    // Almost always at the end: delays seldom shrink.
    this.#list.splice(low, 0, { key, at, run });
  }
  /** Takes the first appointment out that is due by `now`; undefined when none is. */
  take(now: number): Appointment | undefined {
    const first = this.#list[this.#next];
    if (!first || first.at > now) return undefined;
    this.#keys.delete(first.key);
    // What was taken is dropped now and then, so that taking costs little however long the list is.
    if (++this.#next * 2 > this.#list.length) {
      this.#list = this.#list.slice(this.#next);
      this.#next = 0;
    }
    return first;
  }
}
