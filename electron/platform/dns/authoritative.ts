import type { Resolver } from './resolver.ts';

/** At most so many servers of a domain are asked; domains rarely have more (RFC 2182 5). */
const MOST = 8;

/**
 * Addresses of the servers that answer for a domain itself: its NS records, or those of the domain above that has some, and their addresses.
 * @returns none when they cannot be found, or when it cannot be told whether a domain has some: those above know nothing of what is below them; at most 8.
 */
export async function authoritativeServers(resolver: Resolver, domain: string, signal?: AbortSignal): Promise<readonly string[]> {
  for (let zone = domain; zone.includes('.'); zone = zone.slice(zone.indexOf('.') + 1)) {
    const { records, problem } = await resolver.resolve(zone, 'NS', signal);
    if (problem === 'no data' || problem === 'NXDOMAIN') continue;
    const hosts = await Promise.all(records.map(async ({ value }) => {
      const four = await resolver.resolve(value, 'A', signal);
      return (four.records.length > 0 ? four : await resolver.resolve(value, 'AAAA', signal)).records.map((one) => one.value);
    }));
    return [...new Set(hosts.flat())].toSorted().slice(0, MOST);
  }
  return [];
}
