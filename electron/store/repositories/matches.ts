import type { MatchEvidence, MatchResult, RiskFlag } from '../../../shared/domain/objects.ts';
import type { ReviewState } from '../../../shared/domain/review.ts';
import type { Selectable } from 'kysely';
import { flag, json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import type { MatchTable } from '../schema.ts';

/**
 * Where an outcome comes from. `confirmed`: Match Objects, a person, or a migration that wrote to the object. `found`: seen while a
 * migration was planned, which nobody has answered for yet; a match with the same target that was confirmed before stays confirmed. Only matches
 * are confirmed: one that becomes a Conflict has to be answered for again.
 */
export type MatchOrigin = 'confirmed' | 'found';

/** Outcomes of matching, one a source object. Pinned ones are a person's and are never changed by matching; people decide through match-decisions.ts. */
export interface MatchesRepository {
  /**
   * Stores outcomes of every state with their evidence, in place of earlier ones. Of pinned objects only the risks are brought up
   * to date, when the outcome is about the pinned target; they are counted in `pinned`.
   * @param origin `confirmed` unless told otherwise.
   */
  saveAll(pairId: string, results: readonly MatchResult[], origin?: MatchOrigin): Promise<{ readonly saved: number; readonly pinned: number }>;
  /** Undefined when the object was never matched. */
  get(pairId: string, sourceId: string): Promise<MatchResult | undefined>;
  /** Those that exist, by source id. */
  getMany(pairId: string, sourceIds: readonly string[]): Promise<ReadonlyMap<string, MatchResult>>;
  /** Those of the objects whose match is confirmed, pinned ones too. */
  confirmed(pairId: string, sourceIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Forgets the outcomes, pinned ones too. @returns how many of them had a target. */
  break(pairId: string, sourceIds: readonly string[]): Promise<{ readonly broken: number }>;
  /** Source ids by target id, for targets with a match in state Matched. */
  byTargets(pairId: string, targetIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Source ids whose outcome, of whatever state, is about one of these targets. */
  matchedWith(pairId: string, targetIds: readonly string[]): Promise<ReadonlySet<string>>;
}

const COLUMNS = ['pair_id', 'source_id', 'state', 'target_id', 'rule_id', 'rule_text', 'pinned', 'confirmed', 'evidence', 'risks', 'reason', 'review', 'changed_at'] as const satisfies readonly (keyof MatchTable)[];
const KEY = ['pair_id', 'source_id'] as const;
/** How an outcome is stored in bulk. */
export const MATCH_WRITE = { table: 'match_result', columns: COLUMNS, key: KEY, update: COLUMNS.slice(2) } as const;

/** Without a word about the review: what a migration has just created has no rule and needs none. */
const reviewOf = (result: MatchResult): ReviewState => result.review ?? (result.pinned ? 'Pinned' : result.state === 'Ambiguous' || result.state === 'Conflict' ? 'To review' : result.state === 'Matched' && result.ruleId === null ? 'Migrated before' : 'Not needed');

/** An outcome as a row. */
export const toMatchColumns = (pairId: string, result: MatchResult, at: number, confirmed: boolean) => ({
  pair_id: pairId, source_id: result.sourceId, state: result.state, target_id: result.targetId, rule_id: result.ruleId,
  rule_text: result.evidence.find((item) => item.ruleId === result.ruleId)?.rule ?? '', pinned: flag(result.pinned), confirmed: flag(confirmed),
  evidence: JSON.stringify(result.evidence), risks: JSON.stringify(result.risks), reason: result.reason, review: reviewOf(result), changed_at: at,
} satisfies Record<keyof MatchTable, unknown>);
const toResult = (row: Selectable<MatchTable>): MatchResult => ({
  sourceId: row.source_id, state: row.state as MatchResult['state'], targetId: row.target_id, ruleId: row.rule_id, pinned: row.pinned === 1,
  evidence: json<MatchEvidence[]>(row.evidence), risks: json<RiskFlag[]>(row.risks), reason: row.reason, review: row.review as ReviewState,
});

/** Makes the repository of matches. */
export function matchesRepository(context: Context): MatchesRepository {
  const { db, environment } = context;
  const getMany = async (pairId: string, sourceIds: readonly string[]): Promise<ReadonlyMap<string, MatchResult>> => {
    const found = new Map<string, MatchResult>();
    for (const ids of pieces(sourceIds)) {
      for (const row of await db.selectFrom('match_result').selectAll().where('pair_id', '=', pairId).where('source_id', 'in', ids).execute()) found.set(row.source_id, toResult(row));
    }
    return found;
  };
  return {
    getMany,
    get: async (pairId, sourceId) => (await getMany(pairId, [sourceId])).get(sourceId),
    confirmed: async (pairId, sourceIds) => {
      const found = new Set<string>();
      for (const ids of pieces(sourceIds)) {
        const rows = await db.selectFrom('match_result').select('source_id').where('pair_id', '=', pairId).where('source_id', 'in', ids).where('confirmed', '=', 1).execute();
        for (const row of rows) found.add(row.source_id);
      }
      return found;
    },
    saveAll: (pairId, results, origin = 'confirmed') => inTransaction(context, async (within) => {
      const pinned = new Map<string, string | null>();
      const confirmed = new Map<string, string | null>();
      for (const ids of pieces(results.map((result) => result.sourceId))) {
        const rows = await within.db.selectFrom('match_result').select(['source_id', 'target_id', 'pinned', 'confirmed']).where('pair_id', '=', pairId).where('source_id', 'in', ids).execute();
        for (const row of rows) {
          if (row.pinned === 1) pinned.set(row.source_id, row.target_id);
          else if (row.confirmed === 1) confirmed.set(row.source_id, row.target_id);
        }
      }
      const all = [...new Map(results.map((result) => [result.sourceId, result])).values()];
      const fresh = all.filter((result) => !pinned.has(result.sourceId));
      const answered = (result: MatchResult): boolean => result.state === 'Matched' && (origin === 'confirmed' || confirmed.get(result.sourceId) === result.targetId);
      // A piece at a time: the rows of a large collection, with their evidence as text, would fill the memory.
      for (const some of pieces(fresh)) await within.dialect.bulk.insert(within.db, MATCH_WRITE, some.map((result) => ({ ...toMatchColumns(pairId, result, environment.clock(), answered(result)) })));
      const looked = all.filter((result) => result.targetId !== null && pinned.get(result.sourceId) === result.targetId);
      await within.dialect.bulk.update(within.db, { table: 'match_result', key: KEY, set: ['risks'] }, looked.map((result) => ({ pair_id: pairId, source_id: result.sourceId, risks: JSON.stringify(result.risks) })));
      return { saved: fresh.length, pinned: pinned.size };
    }),
    break: (pairId, sourceIds) => inTransaction(context, async (within) => {
      let broken = 0;
      for (const ids of pieces(sourceIds)) {
        const rows = within.db.deleteFrom('match_result').where('pair_id', '=', pairId).where('source_id', 'in', ids);
        broken += Number((await rows.where('target_id', 'is not', null).executeTakeFirst()).numDeletedRows);
        await rows.execute();
      }
      return { broken };
    }),
    byTargets: async (pairId, targetIds) => {
      const found = new Map<string, string>();
      for (const ids of pieces(targetIds)) {
        const rows = await db.selectFrom('match_result').select(['source_id', 'target_id']).where('pair_id', '=', pairId).where('target_id', 'in', ids).where('state', '=', 'Matched').execute();
        for (const row of rows) if (row.target_id !== null) found.set(row.target_id, row.source_id);
      }
      return found;
    },
    matchedWith: async (pairId, targetIds) => {
      const found = new Set<string>();
      for (const ids of pieces(targetIds)) {
        for (const row of await db.selectFrom('match_result').select('source_id').where('pair_id', '=', pairId).where('target_id', 'in', ids).execute()) found.add(row.source_id);
      }
      return found;
    },
  };
}
