import { sql, type RawBuilder } from 'kysely';
import type { RemadeSide } from '../../../shared/domain/references.ts';

/** The match that an object has now; null when it has none. */
const matchNow = (sourceId: RawBuilder<string | null>): RawBuilder<string | null> =>
  sql`(select m.target_id from match_result m where m.pair_id = w.pair_id and m.source_id = ${sourceId} and m.state = 'Matched')`;

/** The object waited for: by id when it is known, because it may have been renamed since; else the one that has the DN. */
const otherOf = sql<string | null>`coalesce(w.other_id, (select x.id from source x where x.pair_id = w.pair_id and x.dn_key = w.dn_key and x.missing = 0 limit 1))`;

/** True when the object waited for was written as another object of the tenant than it is matched with now. */
export const writtenElsewhere = sql<boolean>`(w.other_target_id is not null and coalesce(${matchNow(otherOf)} <> w.other_target_id, 1 = 0))`;

/** And that one is still there. When it is gone, only the present match can be meant. */
const otherRemade = sql<boolean>`(${writtenElsewhere} and exists (select 1 from target t where t.pair_id = w.pair_id and t.id = w.other_target_id and t.deleted = 0))`;

/** Which side of an entry `w` of the ledger was matched anew, with another object than when the entry was kept or written; null: none. */
export const remade = sql<RemadeSide | null>`case when w.target_id is not null and ${matchNow(sql`w.source_id`)} <> w.target_id then 'who waits' when ${otherRemade} then 'for whom' end`;
