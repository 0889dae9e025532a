import { sql } from 'kysely';
import type { ObjectKind } from '../../../shared/domain/objects.ts';
import type { RemadeSide } from '../../../shared/domain/references.ts';
import { count } from '../columns.ts';
import type { Context } from '../context.ts';
import { limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';
import { remade, writtenElsewhere } from './references-remade.ts';

/** One entry as shown: who waits, for whom, since when and why. */
export interface ReferenceRecord {
  readonly sourceId: string; readonly name: string; readonly kind: ObjectKind | null; readonly attribute: string; readonly dn: string;
  readonly otherId: string | null; readonly otherName: string | null; readonly otherKind: ObjectKind | null; readonly otherMatched: boolean;
  readonly since: number; readonly reason: string; readonly healedBy: string | null; readonly healedAt: number | null;
  /** The side that was matched anew since; null: none. */
  readonly remade: RemadeSide | null;
  /** It belongs to the creation of the object that waits. */
  readonly onCreation: boolean;
}

/** Which entries of the ledger to show; empty text means all. */
export interface ReferencesQuery extends PageRequest {
  readonly pairId: string;
  /** Only entries one side of which is in this collection: the side that `view` names. */
  readonly collectionId?: string | undefined;
  /** `who waits`: by the object that waits; `for whom`: by the object waited for. */
  readonly view: 'who waits' | 'for whom';
  readonly state?: 'waits' | 'healed' | '' | undefined;
  /** Part of a name or of the DN waited for. */
  readonly search?: string | undefined;
}

/** A condition as SQLite (a number) or PostgreSQL gives it. */
const isTrue = (value: unknown): boolean => value === true || value === 1;

/** Text for LIKE in which the signs of LIKE stand for themselves. */
const pattern = (text: string): string => `%${text.toLowerCase().replace(/[\\%_]/g, String.raw`\$&`)}%`;

/** One page of the ledger, ordered by the name of the side that the view is about. */
export async function pageReferences({ db }: Context, { pairId, collectionId, view, state = '', search = '', ...request }: ReferencesQuery): Promise<Page<ReferenceRecord>> {
  const limit = limitOf(request.limit);
  const start = startOf(request.after, ['string', 'string', 'string', 'string']);
  const other = sql<string | null>`coalesce(w.other_id, o.id)`;
  let query = db.selectFrom('waiting_reference as w')
    .leftJoin('source as s', (join) => join.onRef('s.pair_id', '=', 'w.pair_id').onRef('s.id', '=', 'w.source_id'))
    // By id when it is known: the object may have been renamed since; else by its DN.
    .leftJoin('source as o', (join) => join.onRef('o.pair_id', '=', 'w.pair_id').on(sql<boolean>`o.id = coalesce(w.other_id, (select x.id from source x where x.pair_id = w.pair_id and x.dn_key = w.dn_key order by +x.missing limit 1))`))
    .leftJoin('match_result as m', (join) => join.onRef('m.pair_id', '=', 'w.pair_id').onRef('m.source_id', '=', 'o.id'))
    .where('w.pair_id', '=', pairId);
  if (collectionId !== undefined) {
    const members = db.selectFrom('collection_member').select('source_id').where('collection_id', '=', collectionId);
    query = view === 'who waits' ? query.where('w.source_id', 'in', members) : query.where('o.id', 'in', members);
  }
  // What was written to a match that was made anew since waits again, also before the next migration notices.
  if (state === 'waits') query = query.where(({ eb, or }) => or([eb('w.healed_by', 'is', null), writtenElsewhere]));
  else if (state === 'healed') query = query.where('w.healed_by', 'is not', null).where(sql<boolean>`not ${writtenElsewhere}`);
  const text = search.trim();
  if (text !== '') query = query.where(sql<boolean>`(s.name_key like ${pattern(text)} escape '\\' or o.name_key like ${pattern(text)} escape '\\' or w.dn_key like ${pattern(text)} escape '\\')`);
  const total = start?.total ?? count((await query.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
  const first = view === 'who waits' ? sql<string>`coalesce(s.name_key, w.source_id)` : sql<string>`coalesce(o.name_key, w.dn_key)`;
  const from = start === undefined ? query : query.where(sql<boolean>`(${first}, w.source_id, w.attribute, w.dn_key) > (${sql.join(start.key.map((part) => sql.val(part)))})`);
  const rows = await from.select(['w.source_id', 'w.attribute', 'w.dn_key', 'w.dn', 'w.since', 'w.reason', 'w.healed_by', 'w.healed_at', 's.name', 's.kind', 'o.name as other_name', 'o.kind as other_kind', 'm.state as match_state'])
    .select('w.on_creation').select([first.as('first'), other.as('other'), remade.as('remade'), writtenElsewhere.as('elsewhere')]).orderBy(first).orderBy('w.source_id').orderBy('w.attribute').orderBy('w.dn_key').limit(limit + 1).execute();
  return toPage(rows, limit, total, (row) => [row.first, row.source_id, row.attribute, row.dn_key], (row): ReferenceRecord => ({
    sourceId: row.source_id, name: row.name ?? row.source_id, kind: row.kind as ObjectKind | null, attribute: row.attribute, dn: row.dn,
    otherId: row.other, otherName: row.other_name, otherKind: row.other_kind as ObjectKind | null, otherMatched: row.match_state === 'Matched',
    since: row.since, reason: row.reason, ...(isTrue(row.elsewhere) ? { healedBy: null, healedAt: null } : { healedBy: row.healed_by, healedAt: row.healed_at }),
    remade: row.remade, onCreation: row.on_creation === 1,
  }));
}
