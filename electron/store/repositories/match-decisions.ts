import { NO_DECISION, type MatchDecision, type ReviewAction } from '../../../shared/domain/review.ts';
import type { MatchResult } from '../../../shared/domain/objects.ts';
import type { MigrationProgress } from '../../../shared/domain/statuses.ts';
import { count, json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { appendChanges, isFollowed } from './change-feed.ts';
import type { MatchDecisionTable } from '../schema.ts';
import type { ReviewOf } from './match-review.ts';
import { MATCH_WRITE, toMatchColumns } from './matches.ts';

/** What is known of one object's match at one moment: enough to bring it back. */
export interface MatchStanding {
  readonly result: MatchResult | null;
  readonly confirmed: boolean;
  readonly decision: MatchDecision;
  readonly status: MigrationProgress;
  readonly reason: string;
}

/** One object that a person decided about. */
export interface ReviewEntry { readonly sourceId: string; readonly before: MatchStanding; readonly after: MatchStanding }
/** Objects decided together. `undone`: how many of them were brought back since. */
export interface ReviewBatch { readonly id: string; readonly action: string; readonly actor: string; readonly at: number; readonly objects: number; readonly undone: number }

/** Decisions of people about matches, and how each changed what was known before. */
export interface MatchDecisionsRepository {
  /** Decisions of those objects that have any, by source id. */
  decisions(pairId: string, sourceIds: readonly string[]): Promise<ReadonlyMap<string, MatchDecision>>;
  /**
   * Keeps what was decided: matches, decisions, statuses and the way back, in one transaction. Matches are stored as they are given, pinned ones too.
   */
  decide(scope: { readonly pairId: string; readonly collectionId: string; readonly action: ReviewAction | 'map' | 'import' | 'break'; readonly actor: string; readonly batch: string }, entries: readonly ReviewEntry[]): Promise<void>;
  /** Stores matches, decisions and statuses as they were, and marks the entries of the batch as undone. */
  bringBack(scope: { readonly pairId: string; readonly batch: string }, standings: readonly (MatchStanding & { readonly sourceId: string })[]): Promise<void>;
  /** Newest first; those of a collection, or of all of a pair. A decision made for several collections counts in each with its own objects. */
  batches(of: ReviewOf, limit: number): Promise<readonly ReviewBatch[]>;
  /** Entries of a batch that were not undone, of the collection or of all, in the order of ids. */
  entries(of: ReviewOf, batch: string): Promise<readonly ReviewEntry[]>;
}

const toRows = (pairId: string, sourceId: string, decision: MatchDecision, at: number): MatchDecisionTable[] => {
  const row = (target_id: string, kind: string, by: string, risks: readonly string[] = []): MatchDecisionTable => ({ pair_id: pairId, source_id: sourceId, target_id, decision: kind, risks: JSON.stringify(risks), decided_by: by, decided_at: at });
  return [
    ...decision.rejected.map((target) => row(target, 'rejected', '')),
    ...(decision.accepted === null ? [] : [row(decision.accepted.targetId, 'accepted', decision.accepted.by, decision.accepted.risks)]),
    ...(decision.verdict === null ? [] : [row('', decision.verdict.kind, decision.verdict.by)]),
  ];
};

/** A match belongs to the pair, so its status is written in every collection that holds the object. */
async function write(within: Context, pairId: string, standings: readonly (MatchStanding & { readonly sourceId: string })[]): Promise<void> {
  const { db, dialect, environment } = within;
  const at = environment.clock();
  for (const some of pieces(standings)) {
    const ids = some.map((one) => one.sourceId);
    await db.deleteFrom('match_result').where('pair_id', '=', pairId).where('source_id', 'in', ids).execute();
    await db.deleteFrom('match_decision').where('pair_id', '=', pairId).where('source_id', 'in', ids).execute();
    await dialect.bulk.insert(db, MATCH_WRITE, some.flatMap((one) => (one.result === null ? [] : [{ ...toMatchColumns(pairId, one.result, at, one.confirmed) }])));
    await dialect.bulk.insert(db, { table: 'match_decision', columns: ['pair_id', 'source_id', 'target_id', 'decision', 'risks', 'decided_by', 'decided_at'], key: [], update: [] }, some.flatMap((one) => toRows(pairId, one.sourceId, one.decision, at).map((row) => ({ ...row }))));
    await dialect.bulk.update(db, { table: 'collection_member', key: ['pair_id', 'source_id'], set: ['status', 'reason', 'changed_at'] }, some.map((one) => ({ pair_id: pairId, source_id: one.sourceId, status: one.status, reason: one.reason, changed_at: at })));
  }
  // The next cycle of coexistence looks at them as if they had changed: neither side tells of a decision.
  if (await isFollowed(within, pairId)) await appendChanges(within, pairId, 'source', standings.map((one) => ({ objectId: one.sourceId, what: 'object' })));
}

const history = (db: Context['db'], { pairId, collectionId }: ReviewOf) => (collectionId === null
  ? db.selectFrom('match_review').where('pair_id', '=', pairId) : db.selectFrom('match_review').where('collection_id', '=', collectionId));

/** Makes the repository of decisions. */
export function matchDecisionsRepository(context: Context): MatchDecisionsRepository {
  const { db } = context;
  return {
    decisions: async (pairId, sourceIds) => {
      const found = new Map<string, MatchDecision>();
      for (const ids of pieces(sourceIds)) {
        for (const row of await db.selectFrom('match_decision').selectAll().where('pair_id', '=', pairId).where('source_id', 'in', ids).orderBy('target_id').execute()) {
          const before = found.get(row.source_id) ?? NO_DECISION;
          found.set(row.source_id, row.decision === 'rejected' ? { ...before, rejected: [...before.rejected, row.target_id] }
            : row.decision === 'accepted' ? { ...before, accepted: { targetId: row.target_id, risks: json<string[]>(row.risks), by: row.decided_by } }
            : { ...before, verdict: { kind: row.decision === 'create' ? 'create' : 'leave out', by: row.decided_by } });
        }
      }
      return found;
    },
    decide: (scope, entries) => inTransaction(context, async (within) => {
      const at = within.environment.clock();
      await write(within, scope.pairId, entries.map((entry) => ({ ...entry.after, sourceId: entry.sourceId })));
      await within.dialect.bulk.insert(within.db, { table: 'match_review', columns: ['batch', 'pair_id', 'collection_id', 'source_id', 'action', 'actor', 'at', 'before', 'after', 'undone_at'], key: [], update: [] }, entries.map((entry) => ({
        batch: scope.batch, pair_id: scope.pairId, collection_id: scope.collectionId, source_id: entry.sourceId, action: scope.action, actor: scope.actor, at,
        before: JSON.stringify(entry.before), after: JSON.stringify(entry.after), undone_at: null,
      })));
    }),
    bringBack: (scope, standings) => inTransaction(context, async (within) => {
      await write(within, scope.pairId, standings);
      for (const ids of pieces(standings.map((one) => one.sourceId))) await within.db.updateTable('match_review').set({ undone_at: within.environment.clock() }).where('batch', '=', scope.batch).where('source_id', 'in', ids).execute();
    }),
    batches: async (of, limit) => (await history(db, of).select((eb) => ['batch', 'action', 'actor', eb.fn.min('at').as('at'), eb.fn.countAll().as('objects'), eb.fn.count('undone_at').as('undone'), eb.fn.max('number').as('last')])
      .groupBy(['batch', 'action', 'actor']).orderBy('last', 'desc').limit(limit).execute())
      .map((row) => ({ id: row.batch, action: row.action, actor: row.actor, at: count(row.at), objects: count(row.objects), undone: count(row.undone) })),
    entries: async (of, batch) => (await history(db, of).select(['source_id', 'before', 'after']).where('batch', '=', batch).where('undone_at', 'is', null).orderBy('source_id').execute())
      .map((row) => ({ sourceId: row.source_id, before: json<MatchStanding>(row.before), after: json<MatchStanding>(row.after) })),
  };
}
