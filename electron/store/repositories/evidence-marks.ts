import type { EvidenceProblemKind } from '../../../shared/domain/evidence.ts';
import { pieces } from '../columns.ts';
import type { Context } from '../context.ts';
import { eventDigest, intendedDigest, partlyUndoneDigest, settledDigest, undoneDigest, type ChainEvent, type Mark, type Marks } from '../evidence-chain.ts';
import type { EvidenceLinkTable } from '../schema.ts';

/** Something that is not as it was written. `link` null: no single link; `subject`: id of a journal entry, an event or a head. */
export interface EvidenceProblemRecord { readonly link: number | null; readonly kind: EvidenceProblemKind; readonly subject: string; readonly message: string }

/** Rows that have a link of each kind: an intent, an outcome, taken back as a whole or in part, and events. */
export interface LinkedCounts { intended: number; settled: number; undone: number; partlyUndone: number; recorded: number }

/** What the walk along the chain has seen so far. */
export interface Found {
  readonly counts: LinkedCounts;
  /** Number of the newest entry of each pair so far. */
  readonly newest: Map<string, number>;
  /** Number of the newest event so far. */
  newestEvent: number;
  tell(problem: EvidenceProblemRecord): void;
  /** An entry of a pair is not there: a problem unless the pair was removed later. */
  missing(pairId: string, problem: EvidenceProblemRecord): void;
  removed(pairId: string): void;
  /** Whether what was taken back of an entry is as this link says; the last link on it holds. */
  takenBack(id: string, fits: boolean, link: number): void;
  /** At the end of the chain: tells what no later link explained. */
  end(): LinkedCounts;
}

const altered = (link: number, id: string, what: string): EvidenceProblemRecord => ({ link, kind: 'entry altered', subject: id, message: `The journal entry ${id} was altered: ${what} is not what link ${link} says.` });

/** Missing entries that are kept for one pair. */
const KEPT = 200;

/** An empty account of a walk. */
export function createFound(tell: (problem: EvidenceProblemRecord) => void): Found {
  const counts: LinkedCounts = { intended: 0, settled: 0, undone: 0, partlyUndone: 0, recorded: 0 };
  const missing = new Map<string, { readonly first: EvidenceProblemRecord[]; more: number }>();
  const odd = new Map<string, number>();
  return {
    counts, newest: new Map(), newestEvent: 0, tell,
    missing(pairId, problem) {
      const of = missing.get(pairId) ?? { first: [], more: 0 };
      missing.set(pairId, of);
      if (of.first.length < KEPT) of.first.push(problem);
      else of.more += 1;
    },
    removed: (pairId) => { missing.delete(pairId); },
    takenBack(id, fits, link) {
      if (fits) odd.delete(id);
      else odd.set(id, link);
    },
    end() {
      for (const { first, more } of missing.values()) {
        for (const problem of first) tell(problem);
        if (more > 0) tell({ link: null, kind: 'entry removed', subject: '', message: `${more} more journal entries of the same pair were removed.` });
      }
      for (const [id, link] of odd) tell(altered(link, id.split(' ')[1] ?? '', 'what was taken back'));
      return counts;
    },
  };
}

/** What of a link is checked, with its marks. */
type Link = Pick<EvidenceLinkTable, 'number' | 'event' | 'pair_id'>;
const gone = ({ number }: Link, id: string): EvidenceProblemRecord => ({ link: number, kind: 'entry removed', subject: id, message: `The journal entry ${id} of link ${number} was removed.` });

/** Looks rows up by the ids of marks, 500 at a time. */
async function rowsOf<R extends { readonly id: string }>(marks: readonly Mark[], read: (ids: readonly string[]) => Promise<readonly R[]>): Promise<ReadonlyMap<string, R>> {
  const rows = new Map<string, R>();
  for (const piece of pieces(marks)) for (const row of await read(piece.map(([id]) => id))) rows.set(row.id, row);
  return rows;
}

const disordered = (link: Link, id: string): EvidenceProblemRecord => ({ link: link.number, kind: 'out of order', subject: id, message: `${link.event === 'recorded' ? 'The event' : 'The journal entry'} ${id} stands at another place than link ${link.number} says.` });

async function checkIntended({ db }: Context, link: Link, { last, marks }: Marks, found: Found): Promise<void> {
  const rows = await rowsOf(marks, (ids) => db.selectFrom('journal').selectAll().where('id', 'in', ids).execute());
  let newest: number | undefined;
  for (const [id, digest, target = null] of marks) {
    const row = rows.get(id);
    newest = row?.number;
    if (row === undefined) { found.missing(link.pair_id ?? '', gone(link, id)); continue; }
    found.counts.intended += 1;
    if (row.number <= (found.newest.get(row.pair_id) ?? 0)) found.tell(disordered(link, id));
    found.newest.set(row.pair_id, Math.max(found.newest.get(row.pair_id) ?? 0, row.number));
    const untouched = row.outcome !== null || (row.target_id === target && row.message === '' && row.settled_at === null && row.changed_references === null);
    if (intendedDigest(row) !== digest || !untouched) found.tell(altered(link.number, id, 'what was intended'));
  }
  const end = marks.at(-1);
  if (newest !== undefined && end !== undefined && newest !== last) found.tell(disordered(link, end[0]));
}

async function checkSettled({ db }: Context, link: Link, { marks }: Marks, found: Found): Promise<void> {
  const rows = await rowsOf(marks, (ids) => db.selectFrom('journal').select(['id', 'outcome', 'message', 'settled_at', 'target_id', 'changed_references']).where('id', 'in', ids).execute());
  for (const [id, digest] of marks) {
    const row = rows.get(id);
    if (row === undefined) continue;
    if (row.outcome !== null) found.counts.settled += 1;
    if (settledDigest(row) !== digest) found.tell(altered(link.number, id, 'its outcome'));
  }
}

async function checkUndone({ db }: Context, link: Link, { marks }: Marks, found: Found): Promise<void> {
  const rows = await rowsOf(marks, (ids) => db.selectFrom('journal').select(['id', 'undone_by', 'undone_values', 'undone_count']).where('id', 'in', ids).execute());
  const whole = link.event === 'undone';
  for (const [id, digest, first] of marks) {
    const row = rows.get(id);
    if (row === undefined) continue;
    const stands = whole ? row.undone_by === null : row.undone_values === null;
    if (first === true && !stands) found.counts[whole ? 'undone' : 'partlyUndone'] += 1;
    found.takenBack(`${link.event === 'undone' ? 'whole' : 'part'} ${id}`, (whole ? undoneDigest(row) : partlyUndoneDigest(row)) === digest, link.number);
  }
}

async function checkRecorded({ db }: Context, link: Link, { last, marks }: Marks, found: Found): Promise<void> {
  const rows = await rowsOf(marks, (ids) => db.selectFrom('evidence_event').selectAll().where('id', 'in', ids).execute());
  for (const [id, digest] of marks) {
    const row = rows.get(id);
    if (row === undefined) { found.tell({ link: link.number, kind: 'event removed', subject: id, message: `The event ${id} of link ${link.number} was removed.` }); continue; }
    found.counts.recorded += 1;
    if (row.number !== last || row.number <= found.newestEvent) found.tell(disordered(link, id));
    found.newestEvent = Math.max(found.newestEvent, row.number);
    if (eventDigest(row) !== digest) found.tell({ link: link.number, kind: 'event altered', subject: id, message: `The event ${id} was altered: it is not what link ${link.number} says.` });
  }
}

const CHECKS: Readonly<Record<ChainEvent, (context: Context, link: Link, content: Marks, found: Found) => Promise<void>>> = {
  'intended': checkIntended, 'settled': checkSettled, 'undone': checkUndone, 'undone in part': checkUndone, 'recorded': checkRecorded,
  'removed': async (_, { pair_id }, __, found) => { if (pair_id !== null) found.removed(pair_id); },
};

/** Compares the rows that a link speaks of with what it says of them. */
export async function checkMarks(context: Context, link: Link, content: Marks, found: Found): Promise<void> {
  const check = Object.entries(CHECKS).find(([event]) => event === link.event)?.[1];
  if (check === undefined) found.tell({ link: link.number, kind: 'link altered', subject: '', message: `Link ${link.number} speaks of "${link.event}", which this version does not know.` });
  else await check(context, link, content, found);
}
