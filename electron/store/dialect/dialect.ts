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

/** A table as the database itself describes it. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: 'text' | 'integer' }[];
  /** Columns of the primary key, in its order. */
  readonly key: readonly string[];
  /** The column that counts upwards by itself; null: none. */
  readonly counter: string | null;
  /** Tables that it refers to. */
  readonly refersTo: readonly string[];
}

/** Everything that differs between databases. Repositories know this interface and portable SQL, nothing else. */
export interface Dialect {
  readonly words: SchemaWords;
  readonly bulk: BulkPaths;
  /**
   * Changes whenever another connection or process has committed something; equal values mean that nothing changed. Costs no round trip: SQLite keeps
   * a counter in shared memory, PostgreSQL tells us and we count.
   */
  dataVersion(): number;
  /** Tables of the project, those referred to before those that refer to them; without the tables of the schema's history. */
  shape(db: Kysely<Tables>): Promise<readonly TableShape[]>;
  /** The last number that the table's counter gave, 0 when it never gave one; greater than the greatest in the table when rows were deleted. */
  lastNumber(db: Kysely<Tables>, table: TableShape): Promise<number>;
  /** Makes the table's counter go on after this number. */
  setLastNumber(db: Kysely<Tables>, table: TableShape, last: number): Promise<void>;
  /** Writes a consistent copy of the whole database to a new file. @throws AppError CONFLICT where a project is not a file. */
  copyTo(db: Kysely<Tables>, file: string): Promise<void>;
  /**
   * One transaction that has reached the disk when the promise resolves, so that it survives a loss of power and not only of
   * the process. Not usable inside another transaction.
   */
  durably<T>(db: Kysely<Tables>, fn: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** Everything committed so far has reached the disk when the promise resolves. Not usable inside a transaction. */
  toDisk(db: Kysely<Tables>): Promise<void>;
  /** Problems that the database finds in its own file; empty when it is sound. Costs one reading of the file. */
  check(db: Kysely<Tables>): Promise<readonly string[]>;
}
