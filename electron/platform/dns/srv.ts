import { promises as dns } from 'node:dns';

/** One SRV record (RFC 2782). */
export interface SrvAnswer { readonly host: string; readonly port: number; readonly priority: number; readonly weight: number }

/**
 * Looks up SRV records with the DNS servers of this computer.
 * @param name e.g. `_ldap._tcp.corp.example.com`.
 * @returns the records in no particular order; throws Node's own error (`code` ENOTFOUND, ENODATA, ETIMEOUT ...) when there are none.
 */
export async function resolveSrv(name: string): Promise<readonly SrvAnswer[]> {
  const records = await dns.resolveSrv(name);
  return records.map((record) => ({ host: record.name, port: record.port, priority: record.priority, weight: record.weight }));
}
