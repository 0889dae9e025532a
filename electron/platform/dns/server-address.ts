import { isIP } from 'node:net';

/** A DNS server. */
export interface ServerAddress { readonly address: string; readonly port: number; readonly family: 4 | 6 }

/**
 * Reads `1.2.3.4`, `1.2.3.4:5353`, `2001:db8::1` or `[2001:db8::1]:53`, as `dns.getServers()` of Node writes them. Port 53 when none is given (RFC 1035 4.2).
 * @returns undefined when it is no address; names are not taken, because they would need a DNS server first.
 */
export function readServer(text: string): ServerAddress | undefined {
  const { six, four, port = '53' } = /^(?:\[(?<six>[^\]]+)\]|(?<four>[\d.]+))(?::(?<port>\d{1,5}))?$/.exec(text.trim())?.groups ?? { six: text.trim() };
  const address = six ?? four ?? '';
  const family = isIP(address);
  const number = Number(port);
  return (family === 4 || family === 6) && (six === undefined || family === 6) && number >= 1 && number <= 65_535 ? { address, port: number, family } : undefined;
}

/** The address as it is shown and stored, with its port. */
export const shownServer = ({ address, port, family }: ServerAddress): string => `${family === 6 ? `[${address}]` : address}:${port}`;
