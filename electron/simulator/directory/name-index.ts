import type { Journal } from './journal.ts';
import { textOf, type DirectoryObject } from './objects.ts';

/** What is indexed. */
interface Source {
  readonly user: ReadonlyMap<string, DirectoryObject>;
  readonly group: ReadonlyMap<string, DirectoryObject>;
  readonly contact: ReadonlyMap<string, DirectoryObject>;
  readonly deleted: ReadonlyMap<string, DirectoryObject>;
  readonly journal: Pick<Journal, 'generation' | 'oldest' | 'version' | 'since'>;
  any(id: string): DirectoryObject | undefined;
}

/**
 * Finds objects by a name that need not be unique. Built when it is first asked, since only Exchange asks, and kept up by the journal.
 * It forgets nothing: what an object was called before is found too, and then left out because the object does not answer to it.
 */
export class NameIndex {
  readonly #directory: Source;
  #ids: Map<string, Set<string>> | undefined;
  #generation = '';
  #version = 0;

  /** @param directory what to index; may be incomplete still. */
  constructor(directory: Source) { this.#directory = directory; }

  /** Objects as written, live or soft-deleted, that are called so. */
  of(text: string): readonly DirectoryObject[] {
    const name = text.toLowerCase();
    const found: DirectoryObject[] = [];
    for (const id of this.#current().get(name) ?? []) {
      const object = this.#directory.any(id);
      if (object && namesOf(object).includes(name)) found.push(object);
    }
    return found;
  }

  #current(): ReadonlyMap<string, ReadonlySet<string>> {
    const { journal } = this.#directory;
    const isLost = this.#generation !== journal.generation || this.#version < journal.oldest;
    const ids = this.#ids === undefined || isLost ? this.#build() : this.#ids;
    if (!isLost && this.#version < journal.version) {
      for (const { id, change } of journal.since(this.#version)) {
        const object = change === 'deleted' || change === 'purged' ? undefined : this.#directory.any(id);
        if (object) add(ids, object);
      }
    }
    this.#ids = ids;
    this.#generation = journal.generation;
    this.#version = journal.version;
    return ids;
  }

  #build(): Map<string, Set<string>> {
    const ids = new Map<string, Set<string>>();
    const { user, group, contact, deleted } = this.#directory;
    for (const objects of [user, group, contact, deleted]) for (const object of objects.values()) add(ids, object);
    return ids;
  }
}

function add(ids: Map<string, Set<string>>, object: DirectoryObject): void {
  for (const name of namesOf(object)) {
    const held = ids.get(name);
    if (held) held.add(object.id);
    else ids.set(name, new Set([object.id]));
  }
}

function namesOf(object: DirectoryObject): readonly string[] {
  const named = object.exchange?.['name'];
  return [textOf(object, 'mailNickname'), textOf(object, 'displayName'), typeof named === 'string' ? named : undefined].filter((n) => n !== undefined).map((n) => n.toLowerCase());
}
