import { hash } from 'node:crypto';
import type { Cell } from './dialect/dialect.ts';
import { storedText } from './dialect/stored-text.ts';
import type { EvidenceEventTable, EvidenceLinkTable, JournalTable } from './schema.ts';

/** What one link of the chain tells of. `undone` and `undone in part`: journal entries taken back; `removed`: a pair with its journal. */
export type ChainEvent = 'intended' | 'settled' | 'undone' | 'undone in part' | 'recorded' | 'removed';

/**
 * One row in a link. Its id and the digest of the columns that the link speaks of, then for `intended` the object of the tenant (null: it is not there yet),
 * and for `undone` and `undone in part` whether the row was so for the first time.
 */
export type Mark = readonly [id: string, digest: string, more?: string | boolean | null | undefined];

/** Rows of one link, as it is stored. `last`: the greatest number of the table when it was written; `entries`: how many entries went with a removed pair. */
export interface Marks { readonly last?: number | undefined; readonly entries?: number | undefined; readonly marks: readonly Mark[] }

/**
 * SHA-256 (FIPS 180-4) of values as they are stored, base64url without padding. Each value is written with its type and length, so that no two lists of
 * values read the same. Text is hashed as UTF-8, in which half a surrogate pair becomes U+FFFD on its way to every database and here alike.
 */
export function digestOf(values: readonly Cell[]): string {
  let text = '';
  for (const value of values) {
    if (value === null) text += 'n;';
    else if (typeof value === 'number') text += `i${value};`;
    else {
      const stored = storedText(value) as string;
      text += `s${stored.length}:${stored}`;
    }
  }
  return hash('sha256', text, 'base64url');
}

/** Columns of an entry that never change after the intent. */
export type IntendedColumns = Pick<JournalTable, 'id' | 'pair_id' | 'collection_id' | 'task_id' | 'plan_id' | 'operation_id' | 'source_id' | 'kind' | 'operation' | 'before' | 'intent_at'>;
/** Columns that an entry has from its settlement on. */
export type SettledColumns = Pick<JournalTable, 'id' | 'outcome' | 'message' | 'settled_at' | 'target_id' | 'changed_references'>;

/** Digest of what an entry intends. */
export const intendedDigest = (row: IntendedColumns): string => digestOf([row.id, row.pair_id, row.collection_id, row.task_id, row.plan_id, row.operation_id, row.source_id, row.kind, row.operation, row.before, row.intent_at]);
/** Digest of what came of an entry. */
export const settledDigest = (row: SettledColumns): string => digestOf([row.id, row.outcome, row.message, row.settled_at, row.target_id, row.changed_references]);
/** Digest of who took an entry back. */
export const undoneDigest = (row: Pick<JournalTable, 'id' | 'undone_by'>): string => digestOf([row.id, row.undone_by]);
/** Digest of which values of an entry were taken back. */
export const partlyUndoneDigest = (row: { readonly id: string; readonly undone_values: string | null; readonly undone_count: number }): string => digestOf([row.id, row.undone_values, row.undone_count]);
/** Digest of a recorded event. */
export const eventDigest = (row: Omit<EvidenceEventTable, 'number'>): string => digestOf([row.id, row.pair_id, row.collection_id, row.task_id, row.kind, row.actor, row.at, row.subject, row.detail]);
/** Hash of a link: of everything in it, the hash of the link before included. */
export const linkHash = (row: Omit<EvidenceLinkTable, 'hash'>): string => digestOf([row.previous, row.number, row.at, row.event, row.pair_id, row.marks]);
