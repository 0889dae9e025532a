import type { CutoverSettings, Evidence } from '../../shared/contracts/cutover.ts';
import { checkAutodiscover, checkMx, checkNotOnPremises, checkSpf, checkTtl, hostFits, type DnsSaid } from '../engines/mailboxes/index.ts';
import { authoritativeServers, createResolver, type RecordKind, type Resolver } from '../platform/dns/index.ts';
import { isOnPremisesHost } from './mail-world.ts';

/** All questions of one kind together, milliseconds; what was not asked by then is told as such. */
const LIMIT_MS = 20_000;
/** Domains asked for at a time. */
const AT_A_TIME = 10;

/** Asks DNS for the checks of a pair's cutover. */
export interface DnsQuestions {
  /** MX of each domain: by the chosen servers, and by all servers of the domain itself. */
  mx(): Promise<{ readonly evidence: readonly Evidence[]; /** What the servers of the domains said; what the chosen ones said where none is known. */ readonly authoritative: readonly Evidence[] }>;
  ttl(): Promise<readonly Evidence[]>;
  autodiscover(): Promise<readonly Evidence[]>;
  spf(): Promise<readonly Evidence[]>;
  /** MX and Autodiscover records that lead to servers on premises. */
  onPremises(): Promise<readonly Evidence[]>;
}

/** @param domains the mail domains. @throws AppError INVALID_INPUT for a server that is no address. */
export function dnsQuestions(settings: CutoverSettings, domains: readonly string[], now: () => number, signal: AbortSignal): DnsQuestions {
  let until = 0;
  const chosen = createResolver({ servers: settings.servers, now });
  const say = async (resolver: Resolver, name: string, kind: RecordKind): Promise<DnsSaid> => (now() > until ? { server: resolver.servers[0] ?? '', at: now(), problem: 'timeout', records: [] } : await resolver.resolve(name, kind, signal));
  const ask = async (name: string, kind: RecordKind) => await say(chosen, name, kind);
  const own = new Map<string, Promise<readonly Resolver[]>>();
  const alone = (server: string): Resolver => createResolver({ servers: [server], now, recursion: 'not desired' });
  const serversOf = async (domain: string): Promise<readonly Resolver[]> => {
    const known = own.get(domain) ?? (async () => (settings.authoritative.length > 0 ? settings.authoritative : await authoritativeServers(chosen, domain, signal)).map(alone))();
    own.set(domain, known);
    return await known;
  };
  const each = async <T>(work: (domain: string) => Promise<readonly T[]>): Promise<readonly T[]> => {
    const all: T[] = [];
    // From here on: steps that read both sides may have come before.
    until = now() + LIMIT_MS;
    for (let from = 0; from < domains.length; from += AT_A_TIME) all.push(...(await Promise.all(domains.slice(from, from + AT_A_TIME).map(work))).flat());
    return all;
  };
  const ofDomain = async (domain: string): Promise<readonly DnsSaid[]> => await Promise.all((await serversOf(domain)).map(async (server) => await say(server, domain, 'MX')));
  const isThere = (host: string): boolean => isOnPremisesHost(settings, host);
  return {
    async mx() {
      const said = await each(async (domain) => {
        const [general, particular] = await Promise.all([ask(domain, 'MX'), ofDomain(domain)]);
        const [first, ...rest] = [general, ...particular].map((one) => checkMx(domain, one, settings.mxHosts));
        return first === undefined ? [] : [{ first, rest }];
      });
      return { evidence: said.flatMap(({ first, rest }) => [first, ...rest]), authoritative: said.flatMap(({ first, rest }) => (rest.length > 0 ? rest : [first])) };
    },
    // A cache counts down what is left of the TTL, so it is asked only where no server of the domain is known.
    ttl: async () => await each(async (domain) => { const said = await ofDomain(domain); return (said.length > 0 ? said : [await ask(domain, 'MX')]).map((one) => checkTtl(domain, one)); }),
    autodiscover: async () => await each(async (domain) => [checkAutodiscover(domain, await ask(`autodiscover.${domain}`, 'CNAME'), settings.autodiscover)]),
    spf: async () => await each(async (domain) => [await checkSpf(domain, async (name) => await ask(name, 'TXT'), settings.spf)]),
    onPremises: async () => await each(async (domain) => {
      const name = `autodiscover.${domain}`;
      const [mx, alias] = await Promise.all([ask(domain, 'MX'), ask(name, 'CNAME')]);
      // Without an alias its own address counts; whether that is a server on premises cannot be seen, but it is not one of Microsoft 365.
      const found = alias.problem === 'no data' ? checkNotOnPremises(`A ${name}`, await ask(name, 'A'), () => true) : checkNotOnPremises(`CNAME ${name}`, alias, (host) => host !== settings.autodiscover && (settings.onPremisesHosts.length === 0 || hostFits(host, settings.onPremisesHosts)));
      return [checkNotOnPremises(`MX ${domain}`, mx, isThere), found];
    }),
  };
}
