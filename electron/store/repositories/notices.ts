import { sql } from 'kysely';
import type { Context } from '../context.ts';

/**
 * What processes that share a project tell each other: that something of a noun has changed. The database only says that somebody
 * wrote, and an agent at work writes all the time; a window that read everything again each time would do little else.
 */
export interface NoticesRepository {
  /** Says that something of these nouns has changed. @returns how often that was said of each by now, by everybody. */
  tell(nouns: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** How often a change was said of each noun; a noun of which nothing was said is missing. */
  told(): Promise<ReadonlyMap<string, number>>;
}

/** Makes the repository of notices. */
export function noticesRepository(context: Context): NoticesRepository {
  return {
    tell: async (nouns) => {
      if (nouns.length === 0) return new Map();
      const rows = await context.db.insertInto('notice').values(nouns.toSorted().map((noun) => ({ noun, number: 1 }))).onConflict((conflict) => conflict.column('noun').doUpdateSet({ number: sql`notice.number + 1` })).returning(['noun', 'number']).execute();
      return new Map(rows.map(({ noun, number }) => [noun, number]));
    },
    told: async () => new Map((await context.db.selectFrom('notice').selectAll().execute()).map(({ noun, number }) => [noun, number])),
  };
}
