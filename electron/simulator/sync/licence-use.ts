import type { Directory } from '../directory/directory.ts';
import type { DirectoryObject } from '../directory/objects.ts';
import { licencesOf } from './shadow.ts';

/** How many users have each product. Follows the directory's journal, so that nothing is counted twice and no assignment looks at all users. */
export class LicenceUse {
  readonly #directory: Directory;
  readonly #held = new Map<string, readonly string[]>();
  readonly #counts = new Map<string, number>();
  #version: number;

  constructor(directory: Directory) {
    this.#directory = directory;
    this.#version = directory.journal.version;
    this.#countAll();
  }

  /** Users with that product; deleted users free theirs. */
  of(skuId: string): number {
    this.#follow();
    return this.#counts.get(skuId) ?? 0;
  }
  /** True when that user is among them. */
  holds(userId: string, skuId: string): boolean {
    this.#follow();
    return this.#held.get(userId)?.includes(skuId) ?? false;
  }

  #countAll(): void {
    this.#held.clear();
    this.#counts.clear();
    for (const user of this.#directory.user.values()) this.#take(user.id, user);
  }
  #follow(): void {
    const { journal } = this.#directory;
    if (journal.version === this.#version) return;
    if (journal.oldest > this.#version) this.#countAll();
    else for (const entry of journal.since(this.#version)) {
      if (entry.kind === 'user' && (entry.change !== 'updated' || entry.names.includes('assignedLicenses'))) this.#take(entry.id, this.#directory.user.get(entry.id));
    }
    this.#version = journal.version;
  }
  #take(id: string, user: DirectoryObject | undefined): void {
    for (const sku of this.#held.get(id) ?? []) this.#counts.set(sku, (this.#counts.get(sku) ?? 0) - 1);
    const skus = user ? licencesOf(user).map((l) => l.skuId) : [];
    if (skus.length > 0) this.#held.set(id, skus);
    else this.#held.delete(id);
    for (const sku of skus) this.#counts.set(sku, (this.#counts.get(sku) ?? 0) + 1);
  }
}
