import { sql } from 'kysely';
import type { ReviewFilter, ReviewRow, ReviewSelection } from '../../../shared/contracts/matches.ts';
import type { Attributes, MatchEvidence, ObjectKind, RiskFlag } from '../../../shared/domain/objects.ts';
import { REVIEW_STATES, type ReviewState } from '../../../shared/domain/review.ts';
import { count, json, pieces } from '../columns.ts';
import type { Context } from '../context.ts';
import { LARGEST_PAGE, after, contains, limitOf, startOf, toPage, type Page } from '../paging.ts';

/** A row of the review as it is stored; the sides are worked out from the attributes. */
export type StoredReviewRow = Omit<ReviewRow, 'sides' | 'decidedBy' | 'collections'> & { readonly source: Attributes; readonly target: Attributes | null };
/** Of one collection, or of all collections of a pair: there an object that several of them hold is one row. */
export interface ReviewOf { readonly pairId: string; readonly collectionId: string | null }
/** Which rows. */
export type ReviewQuery = ReviewOf & Partial<ReviewFilter> & { readonly after?: string | null | undefined; readonly limit?: number | undefined };

/** The review: members of a collection, or of all of a pair, that have an outcome of matching, with both sides. */
export interface MatchReviewRepository {
  /** One page by name and id. @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  pageReview(query: ReviewQuery): Promise<Page<StoredReviewRow>>;
  /** Counts by review state, and by risk flag. */
  reviewSummary(of: ReviewOf): Promise<{ readonly total: number; readonly byReview: Readonly<Record<ReviewState, number>>; readonly byRisk: readonly { readonly risk: RiskFlag; readonly toReview: number; readonly count: number }[] }>;
  /** Ids that a selection means, in pages of at most 500 in the order of ids. Members that were not matched yet can be named, too. */
  resolveReview(of: ReviewOf, selection: ReviewSelection): AsyncIterable<readonly string[]>;
  /** Sets where undecided matches of a collection stand, for a new policy; migrated objects stay as they are. */
  setReview(collectionId: string, from: ReviewState, to: ReviewState, which: 'with a risk' | 'without a risk' | 'all'): Promise<void>;
}

/** Members of the collection; of a pair one row an object, from the collection whose id comes first. */
function members({ db }: Context, { pairId, collectionId }: ReviewOf) {
  const all = db.selectFrom('collection_member as member');
  if (collectionId !== null) return all.where('member.collection_id', '=', collectionId);
  return all.where('member.pair_id', '=', pairId).where((eb) => eb.not(eb.exists(eb.selectFrom('collection_member as other').select('other.source_id')
    .whereRef('other.pair_id', '=', 'member.pair_id').whereRef('other.source_id', '=', 'member.source_id').whereRef('other.collection_id', '<', 'member.collection_id'))));
}

function rows(context: Context, { search = '', review = '', state = '', risk = '', kind = '', ...of }: Partial<ReviewFilter> & ReviewOf) {
  let query = members(context, of).innerJoin('match_result as match', (join) => join.onRef('match.pair_id', '=', 'member.pair_id').onRef('match.source_id', '=', 'member.source_id'));
  if (review !== '') query = query.where('match.review', '=', review);
  if (state !== '') query = query.where('match.state', '=', state);
  if (kind !== '') query = query.where('member.kind', '=', kind);
  // Flags are words in quotes within JSON; none of them is part of another one in quotes.
  if (risk !== '') query = query.where(sql<boolean>`${sql.ref('match.risks')} like ${`%"${risk}"%`}`);
  const text = search.trim();
  if (text === '') return query;
  return query.where((eb) => eb.or([
    eb.exists(eb.selectFrom('source as found').select('found.id').whereRef('found.pair_id', '=', 'member.pair_id').whereRef('found.id', '=', 'member.source_id')
      .where((or) => or.or([contains('found.name_key', text), contains('found.upn_key', text), contains('found.mail_key', text), contains('found.account_key', text)]))),
    eb.exists(eb.selectFrom('target as met').select('met.id').whereRef('met.pair_id', '=', 'member.pair_id').whereRef('met.id', '=', 'match.target_id')
      .where((or) => or.or([contains('met.name_key', text), contains('met.upn_key', text), contains('met.mail_key', text)]))),
  ]));
}

/** Makes the repository of the review. */
export function matchReviewRepository(context: Context): MatchReviewRepository {
  return {
    pageReview: async (query) => {
      const limit = limitOf(query.limit);
      const start = startOf(query.after, ['string', 'string']);
      const filtered = rows(context, query);
      const total = start?.total ?? count((await filtered.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      let page = filtered
        .innerJoin('source', (join) => join.onRef('source.pair_id', '=', 'member.pair_id').onRef('source.id', '=', 'member.source_id'))
        .leftJoin('target', (join) => join.onRef('target.pair_id', '=', 'member.pair_id').onRef('target.id', '=', 'match.target_id'))
        .select([
          'member.source_id', 'member.kind', 'member.name_key', 'member.status', 'member.reason', 'source.name', 'source.dn', 'source.attributes', 'match.state', 'match.review', 'match.target_id', 'match.rule_id',
          'match.rule_text', 'match.risks', 'match.pinned', 'match.evidence', 'match.changed_at', 'target.name as target_name', 'target.upn as target_upn', 'target.mail as target_mail', 'target.attributes as target_attributes',
        ])
        .select((eb) => eb.selectFrom('match_decision as no').whereRef('no.pair_id', '=', 'member.pair_id').whereRef('no.source_id', '=', 'member.source_id').where('no.decision', '=', 'rejected').select((q) => q.fn.countAll().as('n')).as('rejected'))
        .orderBy('member.name_key').orderBy('member.source_id').limit(limit + 1);
      if (start !== undefined) page = page.where(after(['member.name_key', 'member.source_id'], start));
      return toPage(await page.execute(), limit, total, (row) => [row.name_key, row.source_id], (row): StoredReviewRow => {
        const evidence = json<MatchEvidence[]>(row.evidence);
        const deciding = evidence.find((one) => one.ruleId === row.rule_id) ?? evidence.findLast((one) => one.hits.length > 0);
        return {
          id: row.source_id, kind: row.kind as ObjectKind, name: row.name, dn: row.dn, status: row.status as ReviewRow['status'], state: row.state as ReviewRow['state'], review: row.review as ReviewState,
          targetId: row.target_id, targetName: row.target_name ?? '', targetUserName: row.target_upn || row.target_mail || '', rule: row.rule_text || (deciding?.rule ?? ''), value: deciding?.value ?? '',
          risks: json<RiskFlag[]>(row.risks), pinned: row.pinned === 1, candidates: deciding?.hits.length ?? 0, rejected: count(row.rejected), reason: row.reason, changedAt: row.changed_at,
          source: json<Attributes>(row.attributes), target: row.target_attributes === null ? null : json<Attributes>(row.target_attributes),
        };
      });
    },
    reviewSummary: async (of) => {
      const byReview = Object.fromEntries(REVIEW_STATES.map((state) => [state, 0])) as Record<ReviewState, number>;
      const risks = new Map<RiskFlag, { toReview: number; count: number }>();
      let total = 0;
      for (const row of await rows(context, of).select((eb) => ['match.review', 'match.risks', eb.fn.countAll().as('n')]).groupBy(['match.review', 'match.risks']).execute()) {
        const n = count(row.n);
        total += n;
        byReview[row.review as ReviewState] += n;
        for (const risk of json<RiskFlag[]>(row.risks)) {
          const known = risks.get(risk) ?? { toReview: 0, count: 0 };
          risks.set(risk, { toReview: known.toReview + (row.review === 'To review' ? n : 0), count: known.count + n });
        }
      }
      return { total, byReview, byRisk: [...risks].map(([risk, n]) => ({ risk, ...n })).toSorted((a, b) => b.count - a.count || a.risk.localeCompare(b.risk)) };
    },
    resolveReview: async function* (of, selection) {
      if (selection.mode === 'ids') {
        for (const ids of pieces([...new Set(selection.ids)].toSorted(), LARGEST_PAGE)) {
          const found = await members(context, of).select('member.source_id').where('member.source_id', 'in', ids).orderBy('member.source_id').execute();
          if (found.length > 0) yield found.map((row) => row.source_id);
        }
        return;
      }
      const left = new Set(selection.ids);
      // All ids first: a decision takes rows out of the filter while the pages are walked.
      const all = await rows(context, { ...selection, ...of }).select('member.source_id').orderBy('member.source_id').execute();
      for (const some of pieces(all.map((row) => row.source_id).filter((id) => !left.has(id)), LARGEST_PAGE)) yield some;
    },
    setReview: async (collectionId, from, to, which) => {
      const members = context.db.selectFrom('collection_member').select('source_id').where('collection_id', '=', collectionId).where('status', 'not in', ['Migrated', 'Completed']);
      const pair = context.db.selectFrom('collection').select('pair_id').where('id', '=', collectionId);
      let update = context.db.updateTable('match_result').set({ review: to }).where('pair_id', '=', pair).where('source_id', 'in', members).where('review', '=', from).where('state', '=', 'Matched').where('pinned', '=', 0);
      if (which !== 'all') update = update.where('risks', which === 'with a risk' ? '<>' : '=', '[]');
      await update.execute();
    },
  };
}
