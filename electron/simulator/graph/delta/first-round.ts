import type { View } from '../../directory/directory.ts';
import type { DirectoryKind } from '../../directory/objects.ts';
import { luckOf } from './memory.ts';
import { objectRows, partRows, removedRow, type Round, type Row } from './rows.ts';
import type { Position } from './token.ts';

/** Relation ends on one page at most, so that a page of large groups stays readable. */
export const LINKS_ON_PAGE = 1000;
/** Removed objects that a first round shows at most. */
const REMOVED_SHOWN = 20;

/** Rows of a page, and where the next one begins; null: the round is over. */
export interface Page { readonly rows: readonly Row[]; readonly next: Position | null }

/**
 * A page of all objects as Graph's readers see them now. What is written while a client pages is told by the next round, which
 * begins at the version of this round's start.
 */
export function firstRoundPage(round: Round, from: Extract<Position, { readonly phase: 'all' }>): Page {
  const { query, size } = round;
  const rows: Row[] = [];
  let links = 0;
  let { kind, after } = from;
  if (from.part) {
    const continued = partRows(round, from.part);
    rows.push(...continued.rows);
    if (continued.part) return { rows, next: { ...from, part: continued.part } };
  } else if (after > 0 && luckOf(`again ${query.resource} ${after} ${round.token.page}`) < 0.1) {
    // "It's possible that a single entity will be contained multiple times in the response" (delta query overview): the last object comes again.
    after--;
  }
  for (; kind < query.kinds.length; kind++, after = 0) {
    const tracked = query.kinds[kind];
    if (tracked) for (const view of objects(round, tracked.kind, after)) {
      if (rows.length >= size || links >= LINKS_ON_PAGE) return { rows, next: { phase: 'all', kind, after } };
      const made = objectRows(round, tracked, view);
      rows.push(...made.rows);
      for (const row of made.rows) links += linksIn(row);
      after = view.object.sequence;
      if (made.part) return { rows, next: { phase: 'all', kind, after, part: made.part } };
    }
  }
  return { rows: [...rows, ...removed(round)], next: null };
}

/** Relation ends that a row names. */
export function linksIn(row: Row): number {
  const members = row['members@delta'];
  return Array.isArray(members) ? members.length : 0;
}

function objects({ call: { directory }, query }: Round, kind: DirectoryKind, after: number): Iterable<View> {
  if (!query.ids) return directory.readable(kind, 'graph', after);
  const views = [...query.ids].map((id) => directory.visible(id)).filter((v) => v !== undefined);
  return views.filter((v) => v.object.kind === kind && v.object.sequence > after).toSorted((a, b) => a.object.sequence - b.object.sequence);
}

/** "The @removed object can be returned in the initial delta query response" (delta query overview): some of the recycle bin, by luck. */
function removed(round: Round): readonly Row[] {
  const { call: { directory }, query } = round;
  const shown: Row[] = [];
  for (const { kind } of query.kinds) for (const object of directory.binned(kind)) {
    if (shown.length < REMOVED_SHOWN && (!query.ids || query.ids.has(object.id)) && luckOf(`bin ${object.id}`) < 0.25) shown.push(removedRow(round, kind, object.id));
  }
  return shown;
}
