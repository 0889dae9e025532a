import { createHash, randomUUID } from 'node:crypto';
import type { Directory } from '../../directory/directory.ts';
import type { DirectoryObject, State } from '../../directory/objects.ts';

/** Relations whose changes can be tracked: `manager` of users, the others of groups. */
export type Relation = 'manager' | 'members' | 'owners';

/** Lists of members kept between pages. */
const LISTS = 4;

/** What delta queries of one simulator remember between calls. None of it is needed to be right after a restart. */
export interface DeltaMemory {
  /** Names this run of the simulator. */
  readonly run: string;
  /** True when a token is to be refused as if the service had reset its history. */
  readonly isReset: () => boolean;
  readonly backlinks: Readonly<Record<Relation, Backlinks>>;
  readonly members: MemberLists;
}

/**
 * An empty memory of a directory.
 * @param isReset asked once for each token that is used.
 */
export function deltaMemory(directory: Directory, isReset: () => boolean): DeltaMemory {
  const backlinks = (relation: Relation): Backlinks => new Backlinks(directory, relation);
  return {
    run: randomUUID(), isReset,
    backlinks: { manager: backlinks('manager'), members: backlinks('members'), owners: backlinks('owners') },
    members: new MemberLists(),
  };
}

/** A fraction from 0 (inclusive) to 1 (exclusive) that depends on the text alone: the same history brings the same luck. */
export function luckOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}

type Ends = Pick<State, 'manager' | 'members' | 'owners'>;
/** True when an object points at that id, though it may be deleted. */
export function pointsAt(state: Ends, relation: Relation, id: string): boolean {
  return relation === 'manager' ? state.manager === id : state[relation]?.has(id) === true;
}
/** Ids at the other ends of a relation, deleted objects included. */
export function endsOf(state: Ends, relation: Relation): Iterable<string> {
  if (relation !== 'manager') return state[relation] ?? [];
  return state.manager === null ? [] : [state.manager];
}

/** Which objects may point at one: what the deletion of that one touches. Grows only; whoever asks looks whether the link is still there. */
export class Backlinks {
  readonly #directory: Directory;
  readonly #relation: Relation;
  #sources = new Map<string, Set<string>>();
  #generation = '';
  #version = -1;

  constructor(directory: Directory, relation: Relation) {
    this.#directory = directory;
    this.#relation = relation;
  }

  /** Ids of objects that point, or pointed, at the target. */
  to(target: string): Iterable<string> {
    this.#follow();
    return this.#sources.get(target) ?? [];
  }

  /** Reads what was written since the last time, or everything when the journal does not reach back so far. */
  #follow(): void {
    const { journal } = this.#directory;
    const kind = this.#relation === 'manager' ? 'user' : 'group';
    if (this.#generation !== journal.generation || this.#version < journal.oldest) {
      this.#sources = new Map();
      for (const object of this.#directory[kind].values()) this.#add(object);
      for (const object of this.#directory.deleted.values()) if (object.kind === kind) this.#add(object);
    } else for (const entry of journal.since(this.#version)) {
      if (entry.kind !== kind || (entry.change === 'updated' && !entry.names.includes(this.#relation))) continue;
      const object = this.#directory.any(entry.id);
      if (this.#relation === 'members') for (const id of entry.addedMembers) this.#link(entry.id, id);
      else if (object) this.#add(object);
    }
    this.#generation = journal.generation;
    this.#version = journal.version;
  }
  #add(object: DirectoryObject): void {
    for (const id of endsOf(object, this.#relation)) this.#link(object.id, id);
  }
  #link(source: string, target: string): void {
    const sources = this.#sources.get(target);
    if (sources) sources.add(source);
    else this.#sources.set(target, new Set([source]));
  }
}

/** Members of large groups in order of their ids, so that a page can go on where the last one ended whatever was written between. */
export class MemberLists {
  readonly #lists = new Map<string, { readonly settled: number; readonly ids: readonly string[] }>();

  /**
   * Ids above `after` in ascending order.
   * @param least version of the journal whose state the list must show at least.
   * @param settled version that reading now would show.
   * @param read the members now.
   */
  after(group: string, after: string, least: number, settled: number, read: () => Iterable<string>): Iterable<string> {
    let list = this.#lists.get(group);
    if (!list || list.settled < least) {
      list = { settled, ids: [...read()].toSorted() };
      this.#lists.delete(group);
      this.#lists.set(group, list);
      for (const oldest of this.#lists.keys()) if (this.#lists.size > LISTS) this.#lists.delete(oldest);
    }
    return above(list.ids, after);
  }
}

function* above(sorted: readonly string[], after: string): Iterable<string> {
  let low = 0;
  for (let high = sorted.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') <= after) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < sorted.length; i++) yield sorted[i] as string;
}
