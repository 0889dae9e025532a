import { randomUUID } from 'node:crypto';
import { MIGRATIONS, type MigrationStep } from './migrations/index.ts';

/** What the store takes from outside, so that tests decide time and ids. */
export interface StoreEnvironment {
  /** Milliseconds since 1970 UTC. */
  readonly clock: () => number;
  /** A fresh UUID version 4. */
  readonly randomUUID: () => string;
  /** The schema's history; other than the shipped one only in tests. */
  readonly migrations: Readonly<Record<string, MigrationStep>>;
  /** `prepared` uses the database's own fast path for bulk writes, `portable` the one that every database has. */
  readonly bulk: 'prepared' | 'portable';
}

/** The real clock, random ids, the shipped migrations. */
export const STORE_ENVIRONMENT: StoreEnvironment = { clock: () => Date.now(), randomUUID: () => randomUUID(), migrations: MIGRATIONS, bulk: 'prepared' };
