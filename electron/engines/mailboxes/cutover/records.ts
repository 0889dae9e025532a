import type { Evidence } from '../../../../shared/contracts/cutover.ts';
import { MX_TTL_SECONDS } from '../../../../shared/domain/cutover.ts';

/** What a DNS server said. `problem`: `NXDOMAIN` and `no data` are answers; all others mean that nobody answered. */
export interface DnsSaid { readonly server: string; readonly at: number; readonly problem: string | null; readonly records: readonly { readonly value: string; readonly ttl: number; readonly preference: number }[] }

const PROBLEMS: Readonly<Record<string, string>> = {
  NXDOMAIN: 'There is no such name.', 'no data': 'There is no such record.', SERVFAIL: 'The server failed.', refused: 'The server refused the question.', timeout: 'The server did not answer in time.',
  unreachable: 'The server cannot be reached.', unreadable: 'The answer cannot be read.',
};
const ANSWERS: ReadonlySet<string> = new Set(['NXDOMAIN', 'no data']);

/** What a server said, as evidence: problems first, else by a judge of its records. */
function judged(question: string, { server, at, problem, records }: DnsSaid, judge: (records: DnsSaid['records']) => Pick<Evidence, 'answer' | 'result'>): Evidence {
  const base = { question, asked: server, at };
  if (problem !== null && !ANSWERS.has(problem)) return { ...base, answer: PROBLEMS[problem] ?? problem, result: 'unknown' };
  return problem === null ? { ...base, ...judge(records) } : { ...base, answer: PROBLEMS[problem] ?? problem, result: 'wrong' };
}

/** Whether a host is one of the patterns; `*.` stands for one label or more. */
export function hostFits(host: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1 : host === pattern));
}

const inOrder = (records: DnsSaid['records']) => records.toSorted((a, b) => a.preference - b.preference || (a.value < b.value ? -1 : 1));

/** The MX record may be kept by others for an hour at most; a cache shows what is left of it, so servers of the domain are asked where they are known. */
export function checkTtl(domain: string, said: DnsSaid): Evidence {
  return judged(`TTL of MX ${domain}`, said, (records) => {
    const longest = Math.max(...records.map((one) => one.ttl));
    return longest <= MX_TTL_SECONDS ? { answer: `${longest} seconds`, result: 'right' } : { answer: `${longest} seconds; lower it to ${MX_TTL_SECONDS} or less`, result: 'wrong' };
  });
}

/** Every MX host is one that mail shall go to. A single empty host means that the domain takes no mail (RFC 7505). */
export function checkMx(domain: string, said: DnsSaid, hosts: readonly string[]): Evidence {
  return judged(`MX ${domain}`, said, (records) => {
    const list = inOrder(records).map((one) => `${one.preference} ${one.value === '' ? '(no mail)' : one.value}`).join(', ');
    const others = inOrder(records).filter((one) => !hostFits(one.value, hosts)).map((one) => (one.value === '' ? '(no mail)' : one.value));
    return others.length === 0 ? { answer: list, result: 'right' } : { answer: `${list}; ${others.join(', ')} ${others.length === 1 ? 'is' : 'are'} not ${hosts.join(' or ')}`, result: 'wrong' };
  });
}

/** The CNAME record that Outlook asks for (Exchange Online documentation, "Create an Autodiscover DNS record"). */
export function checkAutodiscover(domain: string, said: DnsSaid, target: string): Evidence {
  return judged(`CNAME autodiscover.${domain}`, said, ([record]) => (record?.value === target ? { answer: target, result: 'right' } : { answer: `${record?.value ?? ''}; it has to be ${target}`, result: 'wrong' }));
}

/** Records of a domain that lead to servers on premises are wrong before those are taken out of service; no record at all is right. */
export function checkNotOnPremises(question: string, said: DnsSaid, isOnPremises: (host: string) => boolean): Evidence {
  const { problem } = said;
  if (problem !== null && ANSWERS.has(problem)) return { question, asked: said.server, at: said.at, answer: PROBLEMS[problem] ?? problem, result: 'right' };
  return judged(question, said, (records) => {
    const left = inOrder(records).map((one) => one.value).filter(isOnPremises);
    return left.length === 0 ? { answer: inOrder(records).map((one) => one.value).join(', '), result: 'right' } : { answer: `${left.join(', ')} ${left.length === 1 ? 'is' : 'are'} on premises`, result: 'wrong' };
  });
}
