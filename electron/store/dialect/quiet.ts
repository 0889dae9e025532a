import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Tables } from '../schema.ts';

/** How such a statement begins; the driver for PostgreSQL knows it by that. */
export const QUIET = '/* quiet */';

/**
 * Runs one statement that changes rows without a word to other processes and without waiting for the project's lock, such as a sign of life: one that
 * waited behind a long transaction would come too late, and nobody reads a window anew for it. It must be right whatever else is written at the same
 * time, which a single `update` by key with its conditions is (PostgreSQL documentation, "Read Committed Isolation Level").
 * @returns how many rows it touched.
 */
export async function quietly(db: Kysely<Tables>, statement: RawBuilder<unknown>): Promise<number> {
  const { numAffectedRows } = await sql`${sql.raw(QUIET)} ${statement}`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
