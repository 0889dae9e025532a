import type { DirectoryObject } from './objects.ts';

/** Live objects of one kind in ascending order of `sequence`, with a start anywhere at the cost of a binary search: what paging needs. */
export class Shelf {
  #sequences: number[] = [];
  #objects: DirectoryObject[] = [];
  #gone = 0;

  /** Adds an object whose `sequence` is higher than every one before. */
  add(object: DirectoryObject): void {
    this.#sequences.push(object.sequence);
    this.#objects.push(object);
  }
  /** To be called once for each object that is not live any more; its place is reclaimed later. */
  drop(): void {
    if (++this.#gone * 2 < this.#objects.length || this.#gone < 1000) return;
    const kept = this.#objects.filter((o, i) => isCurrent(o, this.#sequences[i]));
    this.#objects = kept;
    this.#sequences = kept.map((o) => o.sequence);
    this.#gone = 0;
  }
  /** Objects with a higher sequence than `after`. Adding while reading is allowed; what is added is read too. */
  *after(after: number): Iterable<DirectoryObject> {
    const [sequences, objects] = [this.#sequences, this.#objects];
    let low = 0;
    for (let high = sequences.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((sequences[middle] ?? 0) <= after) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < objects.length; i++) {
      const object = objects[i];
      if (object && isCurrent(object, sequences[i])) yield object;
    }
  }
}

/** False for a place whose object was deleted, or deleted and restored under a higher sequence. */
function isCurrent(object: DirectoryObject, sequence: number | undefined): boolean {
  return object.place === 'live' && object.sequence === sequence;
}
