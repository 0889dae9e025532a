import { inTransaction, type Context } from '../context.ts';
import { intendedDigest, linkHash, partlyUndoneDigest, settledDigest, undoneDigest, type ChainEvent, type Marks } from '../evidence-chain.ts';

/** A link about to be added. `last`: the table whose greatest number goes into it; absent: none. */
export interface NewLink { readonly event: ChainEvent; readonly pairId: string | null; readonly content: Omit<Marks, 'last'>; readonly last?: 'journal' | 'evidence_event' }

/** Number and hash of the newest link, and the greatest number of a table, in one question. */
async function endOf({ db }: Context, table: NewLink['last']): Promise<{ readonly number: number; readonly hash: string; readonly last: number | null }> {
  const head = await db.selectFrom('evidence_link').select(['number', 'hash']).$if(table !== undefined, (query) => query.select((eb) => eb.selectFrom(table ?? 'journal').select((of) => of.fn.max('number').as('n')).as('last')))
    .orderBy('number', 'desc').limit(1).executeTakeFirst();
  if (head !== undefined) return { ...head, last: head.last ?? null };
  // The first link follows the project itself, so that the chain of another project does not fit.
  const { id } = await db.selectFrom('project').select('id').executeTakeFirstOrThrow();
  const newest = table === undefined ? undefined : await db.selectFrom(table).select((eb) => eb.fn.max('number').as('n')).executeTakeFirst();
  return { number: 0, hash: id, last: newest?.n ?? null };
}

/** Adds links at the end of the chain. Call it inside a transaction that writes: there is one such at a time in a project, so that the chain has no forks. */
export async function addLinks(context: Context, links: readonly NewLink[]): Promise<void> {
  for (const link of links) {
    const end = await endOf(context, link.last);
    await append(context, end.number === 0 ? await linkEarlier(context, end, link) : end, end.last === null ? link : { ...link, content: { last: end.last, ...link.content } });
  }
}

interface End { readonly number: number; readonly hash: string }

async function append({ db, environment }: Context, { number, hash }: End, { event, pairId, content }: Pick<NewLink, 'event' | 'pairId'> & { readonly content: Marks }): Promise<End> {
  const row = { number: number + 1, at: environment.clock(), event, pair_id: pairId, marks: JSON.stringify(content), previous: hash };
  const own = linkHash(row);
  await db.insertInto('evidence_link').values({ ...row, hash: own }).execute();
  return { number: row.number, hash: own };
}

/** Rows of a journal that are linked at once. */
const EARLIER = 500;

/**
 * Begins the chain with what the journal holds already, in a project that was made before there was a chain.
 * @param first the link that is about to be added: what it speaks of is left to it.
 */
async function linkEarlier(context: Context, start: End, first: NewLink): Promise<End> {
  const own = new Set(first.content.marks.map(([id]) => id));
  const isOwn = (event: ChainEvent, id: string): boolean => event === first.event && own.has(id);
  let end = start;
  for (let last = 0; ;) {
    const rows = await context.db.selectFrom('journal').selectAll().where('number', '>', last).orderBy('number').limit(EARLIER).execute();
    for (const [pairId, entries] of Map.groupBy(rows, (row) => row.pair_id)) {
      const intended = entries.filter(({ id }) => !isOwn('intended', id));
      const parts: readonly (NewLink & { readonly content: Marks })[] = [
        { event: 'intended', pairId, content: { last: intended.at(-1)?.number, marks: intended.map((row) => [row.id, intendedDigest(row), row.target_id]) } },
        { event: 'settled', pairId, content: { marks: entries.flatMap((row) => (row.outcome === null || isOwn('settled', row.id) ? [] : [[row.id, settledDigest(row)]])) } },
        { event: 'undone', pairId, content: { marks: entries.flatMap((row) => (row.undone_by === null || isOwn('undone', row.id) ? [] : [[row.id, undoneDigest(row), true]])) } },
        { event: 'undone in part', pairId, content: { marks: entries.flatMap((row) => (row.undone_values === null || isOwn('undone in part', row.id) ? [] : [[row.id, partlyUndoneDigest(row), true]])) } },
      ];
      for (const part of parts) if (part.content.marks.length > 0) end = await append(context, end, part);
    }
    const newest = rows.at(-1);
    if (newest === undefined) return end;
    last = newest.number;
  }
}

/** Migration with which the tables of the chain came. */
const CHAIN_SINCE = '0002-mailboxes';

/** Begins the chain of a project that was just brought forward and had none, so that its journal counts as whole from then on. @param seen migrations that it had seen before. */
export async function beginChain(context: Context, seen: readonly string[]): Promise<void> {
  if (seen.includes(CHAIN_SINCE) || !Object.hasOwn(context.environment.migrations, CHAIN_SINCE)) return;
  await inTransaction(context, async (within) => {
    const end = await endOf(within, undefined);
    if (end.number === 0) await linkEarlier(within, end, { event: 'recorded', pairId: null, content: { marks: [] } });
  });
}

/** One link for each pair that the rows belong to: nearly always one. */
export function linksByPair<R extends { readonly pair_id: string }>(event: ChainEvent, rows: readonly R[], content: (rows: readonly R[]) => NewLink['content']): readonly NewLink[] {
  return [...Map.groupBy(rows, (row) => row.pair_id)].map(([pairId, own]) => ({ event, pairId, content: content(own) }));
}
