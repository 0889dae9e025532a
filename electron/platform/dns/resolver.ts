import { getServers } from 'node:dns';
import { domainToASCII } from 'node:url';
import type { Answer } from 'dns-packet';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { ask, type Said } from './exchange.ts';
import { readServer, shownServer, type ServerAddress } from './server-address.ts';

/** Kinds of records that the program asks for. */
export type RecordKind = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'TXT';

/** One record. `value`: host in lower case without the last dot, address, or the whole text of a TXT record. */
export interface DnsRecord { readonly value: string; /** Seconds. */ readonly ttl: number; /** Of MX records; 0 of others. */ readonly preference: number }

/** Why there are no records. `no data`: the name is there, such records are not (RFC 2308 2.2); `refused` also: other servers were named instead. */
export type DnsProblem = 'NXDOMAIN' | 'no data' | 'SERVFAIL' | 'refused' | 'timeout' | 'unreachable' | 'unreadable';

/** What came of a question: the server that answered, or the last that was tried, and when, milliseconds. */
export type DnsAnswer = { readonly server: string; readonly at: number } & ({ readonly records: readonly DnsRecord[]; readonly problem: null } | { readonly records: readonly []; readonly problem: DnsProblem });

/** Asks DNS servers that were chosen. */
export interface Resolver {
  /** As they are asked. */
  readonly servers: readonly string[];
  /**
   * The servers in order until one answers; that a name or such records do not exist is an answer.
   * @param name a domain, also an international one. @throws AppError INVALID_INPUT for a name that is none; the signal's reason.
   */
  resolve(name: string, kind: RecordKind, signal?: AbortSignal): Promise<DnsAnswer>;
}

/** How to make a resolver. */
export interface ResolverOptions {
  /** `address` or `address:port`; empty: the servers of this computer. */
  readonly servers: readonly string[];
  /** Milliseconds for one server; default 3,000. */
  readonly timeoutMs?: number;
  readonly now: () => number;
  /** `not desired` asks servers for what they hold themselves (RFC 1035 4.1.1); default `desired`. */
  readonly recursion?: 'desired' | 'not desired';
}

/** One server is waited for so long, milliseconds. */
const TIMEOUT_MS = 3_000;
/** RCODE, the low four bits of the flags (RFC 1035 4.1.1). */
const RCODES: Readonly<Record<number, DnsProblem>> = { 2: 'SERVFAIL', 3: 'NXDOMAIN', 5: 'refused' };
const FINAL: ReadonlySet<DnsProblem> = new Set(['NXDOMAIN', 'no data']);

/** Makes a resolver. @throws AppError INVALID_INPUT when a server is no address. */
export function createResolver({ servers, timeoutMs = TIMEOUT_MS, now, recursion = 'desired' }: ResolverOptions): Resolver {
  const asked = (servers.length === 0 ? getServers() : servers).map((text): ServerAddress => {
    const server = readServer(text);
    if (server === undefined) throw appError(ErrorCode.InvalidInput, `"${text}" is not the address of a DNS server. Give an IP address, with :port if it is not 53.`);
    return server;
  });
  return {
    servers: asked.map(shownServer),
    async resolve(name, kind, signal) {
      const ascii = domainToASCII(name.replace(/\.$/, '')) || (/^[\w.-]+$/.test(name) ? name : '');
      if (ascii === '' || ascii.length > 253) throw appError(ErrorCode.InvalidInput, `"${name}" is not a domain name that DNS can be asked for.`);
      let last: DnsAnswer = { server: 'no server', at: now(), records: [], problem: 'unreachable' };
      for (const server of asked) {
        signal?.throwIfAborted();
        last = { server: shownServer(server), at: now(), ...readAnswer(await ask(server, { name: ascii, kind, timeoutMs, recursion }, signal), ascii, kind) };
        if (last.problem === null || FINAL.has(last.problem)) break;
      }
      return last;
    },
  };
}

function readAnswer(said: Said, name: string, kind: RecordKind): { readonly records: readonly DnsRecord[]; readonly problem: null } | { readonly records: readonly []; readonly problem: DnsProblem } {
  if (typeof said === 'string') return { records: [], problem: said };
  const code = (said.flags ?? 0) & 0xf;
  if (code !== 0) return { records: [], problem: RCODES[code] ?? 'SERVFAIL' };
  const answers = said.answers ?? [];
  const records = answers.filter((one) => one.type === kind && one.name.toLowerCase() === endOfAliases(answers, name, kind)).flatMap(readRecord);
  if (records.length > 0) return { records, problem: null };
  const told = new Set((said.authorities ?? []).map((one) => one.type));
  // Other servers are named and nothing is said of the records: a referral (RFC 2308 2.2).
  return { records: [], problem: told.has('NS') && !told.has('SOA') ? 'refused' : 'no data' };
}

/** The name that an alias leads to in the same answer (RFC 1034 3.6.2). Records of other names in an answer do not count. */
function endOfAliases(answers: readonly Answer[], name: string, kind: RecordKind): string {
  let at = name.toLowerCase();
  for (let left = kind === 'CNAME' ? 0 : answers.length; left > 0; left--) {
    const alias = answers.find((one) => one.type === 'CNAME' && one.name.toLowerCase() === at);
    if (alias?.type !== 'CNAME') break;
    at = host(alias.data);
  }
  return at;
}

const host = (text: string): string => text.toLowerCase().replace(/\.$/, '');

function readRecord(answer: Answer): DnsRecord[] {
  if (!('ttl' in answer)) return [];
  const ttl = answer.ttl ?? 0;
  switch (answer.type) {
    // The strings of one record belong together without a space (RFC 7208 3.3).
    case 'TXT': return [{ ttl, preference: 0, value: [answer.data].flat().map((part) => part.toString('utf8')).join('') }];
    case 'MX': return [{ ttl, preference: answer.data.preference ?? 0, value: host(answer.data.exchange) }];
    case 'CNAME': case 'NS': case 'A': case 'AAAA': return [{ ttl, preference: 0, value: host(answer.data) }];
    default: return [];
  }
}
