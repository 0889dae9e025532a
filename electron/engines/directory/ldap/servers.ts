import { isIPv6 } from 'node:net';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { SourceConnection } from '../../../../shared/domain/settings.ts';

/** Connection settings of an LDAP source. */
export type LdapSettings = Extract<SourceConnection, { kind: 'ldap' }>;

/** A server to try. */
export interface ServerTarget { readonly host: string; readonly port: number }

/** One SRV record (RFC 2782). */
export interface SrvRecord { readonly host: string; readonly port: number; readonly priority: number; readonly weight: number }

/** Looks up SRV records; throws or gives an empty list when there are none. */
export type ResolveSrv = (name: string) => Promise<readonly SrvRecord[]>;

/** The registered ports: ldap 389, ldaps 636 (IANA service names). */
const PORT = { ldaps: 636, starttls: 389, plain: 389 } as const;

/** `host:port` as shown in messages; an IPv6 address in brackets. */
export function showServer(target: ServerTarget): string {
  return `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
}

/**
 * Reads `host`, `host:port`, `[IPv6]` or `[IPv6]:port`.
 * @returns the target; throws INVALID_INPUT naming the text.
 */
export function parseServer(text: string, security: LdapSettings['security']): ServerTarget {
  const written = text.trim();
  const parts = /^(?:\[([0-9a-f:.%]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/i.exec(written);
  const host = isIPv6(written) ? written : (parts?.[1] ?? parts?.[2] ?? '');
  const port = parts?.[3] === undefined ? PORT[security] : Number(parts[3]);
  if (host === '' || port < 1 || port > 65535) {
    throw appError(ErrorCode.InvalidInput, `"${text}" is not a server. Write a name or address, with a port if it is not ${PORT[security]}: dc1.example.com:${PORT[security]}.`);
  }
  return { host, port };
}

/**
 * Order of SRV records: lower priority first, then higher weight, then name. RFC 2782 draws lots among equal priorities;
 * a fixed order keeps one console on one domain controller, whose uSNChanged it compares.
 */
export function orderSrv(records: readonly SrvRecord[]): readonly SrvRecord[] {
  return [...records].sort((a, b) => a.priority - b.priority || b.weight - a.weight || (a.host < b.host ? -1 : 1));
}

/**
 * The servers of a connection, in order of preference: the named ones, else those found by DNS under
 * `_ldap._tcp.<domain>` (MS-ADTS 6.3.2.3). SRV records hold the port for LDAP; LDAPS is asked at 636.
 * Throws INVALID_INPUT (nothing to go by) or DIRECTORY_UNAVAILABLE (nothing found).
 */
export async function findServers(settings: LdapSettings, resolveSrv: ResolveSrv): Promise<readonly ServerTarget[]> {
  if (settings.servers.length > 0) return settings.servers.map((text) => parseServer(text, settings.security));
  const domain = settings.domain.trim().replace(/\.$/, '');
  if (domain === '') throw appError(ErrorCode.InvalidInput, 'Neither a domain nor a domain controller is given. Enter the DNS name of the Active Directory domain.');
  const name = `_ldap._tcp.${domain}`;
  const records = await resolveSrv(name).catch((cause: unknown) => {
    throw appError(ErrorCode.DirectoryUnavailable, `No domain controller was found for ${domain}: DNS has no answer for ${name}. Check the domain name and the DNS servers of this computer, or name a domain controller.`, { retryable: true, cause, detail: { name } });
  });
  // A single record with the target "." says that there is no such service (RFC 2782).
  const usable = orderSrv(records.filter((record) => record.host !== '' && record.host !== '.'));
  if (usable.length === 0) {
    throw appError(ErrorCode.DirectoryUnavailable, `No domain controller was found for ${domain}: DNS lists none under ${name}. Check the domain name, or name a domain controller.`, { retryable: true, detail: { name } });
  }
  return usable.map((record) => ({ host: record.host.replace(/\.$/, ''), port: settings.security === 'ldaps' ? PORT.ldaps : record.port }));
}
