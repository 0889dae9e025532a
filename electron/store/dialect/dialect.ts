import type { Kysely } from 'kysely';
import type { SchemaWords } from '../migrations/index.ts';
import type { Tables } from '../schema.ts';

/** A value that every database stores alike. */
export type Cell = string | number | null;
/** One row for a bulk path: every column named in the write must be there. */
export type Row = Readonly<Record<string, Cell>>;

/** A bulk insert: rows that exist already (by `key`) are changed in the columns of `update`, or left alone when that is empty. */
export interface BulkInsert {
  readonly table: keyof Tables;
  readonly columns: readonly string[];
  /** Columns of the primary key or of a unique constraint; empty: a row that exists already is an error. */
  readonly key: readonly string[];
  readonly update: readonly string[];
}

/** A bulk update: sets columns of the rows found by `key`. */
export interface BulkUpdate {
  readonly table: keyof Tables;
  readonly key: readonly string[];
  readonly set: readonly string[];
}

/** A bulk delete by key. */
export interface BulkDelete {
  readonly table: keyof Tables;
  readonly key: readonly string[];
}

/** The bulk paths. Each must be called inside a transaction, takes any number of rows and returns how many rows it touched. */
export interface BulkPaths {
  insert(db: Kysely<Tables>, write: BulkInsert, rows: readonly Row[]): Promise<number>;
  update(db: Kysely<Tables>, write: BulkUpdate, rows: readonly Row[]): Promise<number>;
  remove(db: Kysely<Tables>, write: BulkDelete, rows: readonly Row[]): Promise<number>;
}

/** Everything that differs between databases. Repositories know this interface and portable SQL, nothing else. */
export interface Dialect {
  readonly words: SchemaWords;
  readonly bulk: BulkPaths;
  /** Changes whenever another connection or process has committed something; equal values mean that nothing changed. */
  dataVersion(): number;
  /** Writes a consistent copy of the whole database to a new file. */
  copyTo(db: Kysely<Tables>, file: string): Promise<void>;
  /**
   * One transaction that has reached the disk when the promise resolves, so that it survives a loss of power and not only of
   * the process. Not usable inside another transaction.
   */
  durably<T>(db: Kysely<Tables>, fn: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** Problems that the database finds in its own file; empty when it is sound. Costs one reading of the file. */
  check(db: Kysely<Tables>): Promise<readonly string[]>;
}
