import { randomUUID } from 'node:crypto';
import type { SimulatorClock } from '../clock.ts';
import type { DirectoryKind } from './objects.ts';

/** One write to the directory. */
export interface JournalEntry {
  /** 1, 2, 3 ... without a gap. */
  readonly version: number;
  /** Wall time in milliseconds since 1970. */
  readonly at: number;
  readonly kind: DirectoryKind;
  readonly id: string;
  readonly change: 'created' | 'updated' | 'deleted' | 'restored' | 'purged';
  /** Properties that changed; `manager`, `members`, `owners` and `exchange` for those. */
  readonly names: readonly string[];
  /** Ids that joined or left a group's members. */
  readonly addedMembers: readonly string[];
  readonly removedMembers: readonly string[];
  /** Ids that joined or left a group's owners. */
  readonly addedOwners: readonly string[];
  readonly removedOwners: readonly string[];
  /** Manager whom another, or nobody, replaced; null: there was none. */
  readonly formerManager: string | null;
}

/** What an entry says of relations. */
export type RelationChanges = Pick<JournalEntry, 'addedMembers' | 'removedMembers' | 'addedOwners' | 'removedOwners' | 'formerManager'>;

/** What outlives a run. */
export interface SavedJournal { readonly generation: string; readonly version: number; readonly entries: readonly JournalEntry[] }

/** How long writes are remembered: delta tokens of directory objects live 7 days (Graph documentation, delta query overview); an hour more for links that are being followed. */
export const JOURNAL_MS = 7 * 24 * 3600 * 1000 + 3600 * 1000;
/** Entries kept at most; older ones go, and their tokens are answered with a reset, as the service does at its own will. */
const LONGEST = 2_000_000;

/** All writes of the last days in order: what delta queries answer from. The content that the tenant began with is in no entry. */
export class Journal {
  /** Changes when the history is lost; a token of another generation cannot be answered. */
  generation: string;
  readonly #clock: SimulatorClock;
  #entries: JournalEntry[];
  #version: number;

  /** @param saved history of an earlier run. */
  constructor(clock: SimulatorClock, saved?: SavedJournal) {
    this.#clock = clock;
    this.generation = saved?.generation ?? randomUUID();
    this.#entries = [...saved?.entries ?? []];
    this.#version = saved?.version ?? 0;
  }

  /** Version of the newest entry; 0: nothing was ever written. */
  get version(): number { return this.#version; }
  /** The oldest version from which {@link Journal.since} can still answer. */
  get oldest(): number { return this.#version - this.#entries.length; }

  append(entry: Omit<JournalEntry, 'version' | 'at'>): void {
    this.#entries.push({ version: ++this.#version, at: this.#clock.now(), ...entry });
    if (this.#version % 1024 === 0) this.forgetOld();
  }
  /** Entries with a higher version, oldest first. The caller has compared `version` with {@link Journal.oldest}. */
  *since(version: number): Iterable<JournalEntry> {
    for (let i = Math.max(0, version - this.oldest); i < this.#entries.length; i++) {
      const entry = this.#entries[i];
      if (entry) yield entry;
    }
  }
  /** Drops what is too old to be asked for. */
  forgetOld(): void {
    const limit = this.#clock.now() - JOURNAL_MS;
    const firstKept = this.#entries.findIndex((e) => e.at >= limit);
    const drop = Math.max(firstKept < 0 ? this.#entries.length : firstKept, this.#entries.length - LONGEST);
    if (drop > 0) this.#entries = this.#entries.slice(drop);
  }
  /** Loses the history at once, as the service does now and then: tokens issued before get a reset. */
  reset(): void {
    this.generation = randomUUID();
    this.#entries = [];
  }
  /** Plain data for the state file. */
  save(): SavedJournal {
    this.forgetOld();
    return { generation: this.generation, version: this.#version, entries: this.#entries };
  }
}
