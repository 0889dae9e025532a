import { z } from 'zod';
import { json } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { linkHash } from '../evidence-chain.ts';
import type { EvidenceLinkTable } from '../schema.ts';
import { checkMarks, createFound, type EvidenceProblemRecord } from './evidence-marks.ts';
import { nameUnlinked } from './evidence-unlinked.ts';

/** A link of the chain; at the time of reading it was the newest. */
export interface EvidenceHead { readonly number: number; readonly hash: string; readonly at: number }

/** What a check of the chain saw. `total`: how many problems there are, also those that are not listed. */
export interface EvidenceCheck { readonly links: number; readonly entries: number; readonly events: number; readonly head: EvidenceHead | null; readonly problems: readonly EvidenceProblemRecord[]; readonly total: number }

/** Problems that are listed. */
const LISTED = 200;
/** Links in memory at once; a link of a large wave has some hundred kilobytes. */
const LINKS = 50;

const Content = z.object({ last: z.int().optional(), entries: z.int().optional(), marks: z.array(z.tuple([z.string(), z.string(), z.union([z.string(), z.boolean(), z.null()]).optional()])) });

/** Reads the links behind a number in their order, page by page. */
async function walk({ db }: Context, behind: number, see: (link: EvidenceLinkTable) => Promise<void>): Promise<void> {
  for (let last = behind; ;) {
    const links = await db.selectFrom('evidence_link').selectAll().where('number', '>', last).orderBy('number').limit(LINKS).execute();
    for (const link of links) await see(link);
    const end = links.at(-1);
    if (end === undefined || links.length < LINKS) return;
    last = end.number;
  }
}

function contentOf(marks: string): z.output<typeof Content> | undefined {
  try { return Content.safeParse(json<unknown>(marks)).data; } catch { return undefined; }
}

/**
 * Checks the chain from its first link: that each follows the one before, that each row of the journal and of the events is as its links say, and that no
 * row is without one. What others write meanwhile is followed; only the last of it is read while they wait.
 * @param heads hashes that must be in the chain.
 */
export async function checkEvidence(context: Context, heads: readonly string[]): Promise<EvidenceCheck> {
  const problems: EvidenceProblemRecord[] = [];
  let total = 0;
  const tell = (problem: EvidenceProblemRecord): void => {
    total += 1;
    if (problems.length < LISTED) problems.push(problem);
  };
  const found = createFound(tell);
  const wanted = new Set(heads);
  let [links, at] = [0, 0];
  let [number, hash] = [0, (await context.db.selectFrom('project').select('id').executeTakeFirstOrThrow()).id];
  const see = (within: Context) => async (link: EvidenceLinkTable): Promise<void> => {
    links += 1;
    const altered = (message: string): void => { tell({ link: link.number, kind: 'link altered', subject: '', message }); };
    if (link.number !== number + 1) tell({ link: link.number, kind: 'link removed', subject: '', message: `Link ${link.number} follows ${number === 0 ? 'the beginning' : `link ${number}`}; what was between them was removed.` });
    else if (link.previous !== hash) altered(`Link ${link.number} does not follow ${number === 0 ? 'this project' : `link ${number} as it is now`}; one of the two was altered.`);
    if (linkHash(link) !== link.hash) altered(`Link ${link.number} was altered: its hash is not that of what it says.`);
    ({ number, hash, at } = link);
    wanted.delete(hash);
    const content = contentOf(link.marks);
    if (content === undefined) altered(`Link ${number} cannot be read; it was altered.`);
    else await checkMarks(within, link, content, found);
  };
  await walk(context, 0, see(context));
  // Nobody else writes now: what came meanwhile, and the figures of the whole.
  return await inTransaction(context, async (within) => {
    await walk(within, number, see(within));
    const counts = found.end();
    const rows = await nameUnlinked(within, counts, tell);
    for (const one of wanted) tell({ link: null, kind: 'head not found', subject: one, message: `No link of the chain has the hash ${one}, which was written down earlier: links were cut off or written anew, or this is an older copy of the project.` });
    return { links, head: links === 0 ? null : { number, hash, at }, problems, total, ...rows };
  });
}
