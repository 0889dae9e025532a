import { count, json } from '../columns.ts';
import type { Context } from '../context.ts';
import type { ChainEvent, Marks } from '../evidence-chain.ts';
import type { EvidenceProblemRecord, LinkedCounts } from './evidence-marks.ts';

/** Rows read at once. */
const ROWS = 1_000;

/** Rows that must have a link of one kind: how many there are, and their ids in the order of writing. */
interface Linked { readonly event: ChainEvent; readonly of: keyof LinkedCounts; readonly what: string; rows(): { count(): Promise<number>; ids(behind: number): Promise<readonly { readonly id: string; readonly number: number }[]> } }

function linked({ db }: Context): readonly Linked[] {
  const entries = (which: (query: ReturnType<typeof journal>) => ReturnType<typeof journal>) => () => ({
    count: async () => count((await which(journal()).select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n),
    ids: async (behind: number) => await which(journal()).select(['id', 'number']).where('number', '>', behind).orderBy('number').limit(ROWS).execute(),
  });
  const journal = () => db.selectFrom('journal');
  return [
    { event: 'intended', of: 'intended', what: 'was intended', rows: entries((query) => query) },
    { event: 'settled', of: 'settled', what: 'has an outcome', rows: entries((query) => query.where('outcome', 'is not', null)) },
    { event: 'undone', of: 'undone', what: 'was taken back', rows: entries((query) => query.where('undone_by', 'is not', null)) },
    { event: 'undone in part', of: 'partlyUndone', what: 'was taken back in part', rows: entries((query) => query.where((eb) => eb.or([eb('undone_values', 'is not', null), eb('undone_count', '<>', 0)]))) },
    { event: 'recorded', of: 'recorded', what: 'was recorded', rows: () => ({
      count: async () => count((await db.selectFrom('evidence_event').select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n),
      ids: async (behind) => await db.selectFrom('evidence_event').select(['id', 'number']).where('number', '>', behind).orderBy('number').limit(ROWS).execute(),
    }) },
  ];
}

/** Ids of the rows that the links of a kind speak of. */
async function linkedIds({ db }: Context, event: ChainEvent): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let last = 0; ;) {
    const links = await db.selectFrom('evidence_link').select(['number', 'marks']).where('event', '=', event).where('number', '>', last).orderBy('number').limit(ROWS / 20).execute();
    for (const { marks } of links) for (const id of idsIn(marks)) ids.add(id);
    const end = links.at(-1);
    if (end === undefined) return ids;
    last = end.number;
  }
}

function idsIn(marks: string): readonly string[] {
  // A link that cannot be read is told of where the chain is walked.
  try { return json<Marks>(marks).marks.map(([id]) => id); } catch { return []; }
}

/**
 * Tells the rows that no link speaks of. Their ids are compared only where there are more rows than links have: with a sound chain nothing is kept in memory.
 * @param counts rows that have their link.
 * @returns how many rows there are.
 */
export async function nameUnlinked(context: Context, counts: LinkedCounts, tell: (problem: EvidenceProblemRecord) => void): Promise<{ readonly entries: number; readonly events: number }> {
  const figures = { entries: 0, events: 0 };
  for (const { event, of, what, rows } of linked(context)) {
    const { count: countRows, ids } = rows();
    const total = await countRows();
    if (event === 'intended') figures.entries = total;
    if (event === 'recorded') figures.events = total;
    if (total === counts[of]) continue;
    const known = await linkedIds(context, event);
    for (let last = 0; ;) {
      const page = await ids(last);
      for (const { id } of page) {
        if (known.has(id)) continue;
        tell(event === 'recorded' ? { link: null, kind: 'event without a link', subject: id, message: `No link of the chain says that the event ${id} was recorded.` }
          : { link: null, kind: 'entry without a link', subject: id, message: `No link of the chain says that the journal entry ${id} ${what}.` });
      }
      const end = page.at(-1);
      if (end === undefined) break;
      last = end.number;
    }
  }
  return figures;
}
