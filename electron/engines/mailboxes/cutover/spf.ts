import type { Evidence } from '../../../../shared/contracts/cutover.ts';
import type { DnsSaid } from './records.ts';

/** Most DNS look-ups that a record may cause (RFC 7208 4.6.4). */
const MOST_LOOKUPS = 10;

/** Asks for the TXT records of a name. */
export type AskTxt = (name: string) => Promise<DnsSaid>;

const isSpf = (text: string): boolean => /^v=spf1(?:\s|$)/i.test(text);
const termsOf = (record: string): readonly string[] => record.trim().split(/\s+/).slice(1).map((term) => term.toLowerCase());
/** Mechanisms that cause a look-up each, with any qualifier. */
const LOOKS_UP = /^[+?~-]?(?:include:|exists:|(?:a|mx|ptr)(?:[:/]|$))|^redirect=/;

/**
 * A domain has exactly one SPF record (RFC 7208 4.5); it lets the servers of Microsoft 365 send, by itself or through what it redirects to, and receivers
 * need at most 10 look-ups for it. An include that cannot be followed counts as one look-up, and is told.
 */
export async function checkSpf(domain: string, ask: AskTxt, include: string): Promise<Evidence> {
  const said = await ask(domain);
  const base = { question: `SPF ${domain}`, asked: said.server, at: said.at };
  if (said.problem !== null && said.problem !== 'NXDOMAIN' && said.problem !== 'no data') return { ...base, answer: `The server did not answer (${said.problem}).`, result: 'unknown' };
  const found = said.records.map((one) => one.value).filter(isSpf);
  const [record] = found;
  if (record === undefined) return { ...base, answer: `There is no SPF record; publish "v=spf1 include:${include} -all".`, result: 'wrong' };
  if (found.length > 1) return { ...base, answer: `There are ${found.length} SPF records, so receivers take none: ${found.join(' | ')}`, result: 'wrong' };
  const { lookups, names, open } = await follow(record, ask);
  const about = `${record} (${lookups} look-ups${open.length > 0 ? `; ${open.join(', ')} could not be followed` : ''})`;
  if (!names.has(include)) return { ...base, answer: `${about}; it lacks include:${include}`, result: 'wrong' };
  return lookups > MOST_LOOKUPS ? { ...base, answer: `${about}; receivers stop after ${MOST_LOOKUPS}`, result: 'wrong' } : { ...base, answer: about, result: 'right' };
}

/** Counts the look-ups of a record and of all that it includes. `names`: what it lets send, by include, directly or by redirection. */
async function follow(record: string, ask: AskTxt): Promise<{ readonly lookups: number; readonly names: ReadonlySet<string>; readonly open: readonly string[] }> {
  const names = new Set<string>();
  const open: string[] = [];
  let lookups = 0;
  const walk = async (text: string, own: boolean): Promise<void> => {
    for (const term of termsOf(text)) {
      if (!LOOKS_UP.test(term)) continue;
      lookups++;
      const included = /^\+?include:(.+)$/.exec(term)?.[1];
      if (own && included !== undefined) names.add(included);
      const next = included ?? /^[?~-]include:(.+)$/.exec(term)?.[1] ?? /^redirect=(.+)$/.exec(term)?.[1];
      // Macros depend on the message; more than twice the limit is too many, however many more there are.
      if (next === undefined || next.includes('%') || lookups > 2 * MOST_LOOKUPS) continue;
      const [inner] = (await ask(next)).records.map((one) => one.value).filter(isSpf);
      if (inner === undefined) open.push(next);
      else await walk(inner, own && term.startsWith('redirect='));
    }
  };
  await walk(record, true);
  return { lookups, names, open };
}
