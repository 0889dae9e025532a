import type net from 'node:net';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { Directory } from '../port.ts';
import { LdapDirectory } from './directory.ts';
import { findServers, type LdapSettings, type ResolveSrv } from './servers.ts';
import { LdapSession } from './session.ts';
import { openTransport } from './transport.ts';
import { trustFor } from './trust.ts';

/** Where notes for the log go; a pino logger fits. Never given a password. */
export interface DirectoryLog {
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
}

/** Time limits, milliseconds. */
export interface DirectoryTimeouts {
  /** Connection and TLS handshake of one server; default 10,000. */
  readonly connect?: number;
  /** Longest silence of the server during an operation; default 120,000. */
  readonly operation?: number;
}

/** What {@link openLdapDirectory} needs. */
export interface OpenLdapOptions {
  readonly connection: LdapSettings;
  readonly password: string;
  /** Looks up the domain controllers when none is named. */
  readonly resolveSrv: ResolveSrv;
  readonly timeouts?: DirectoryTimeouts;
  readonly log?: DirectoryLog;
  /** Name lookup other than the system's (tests, split DNS). */
  readonly lookup?: net.LookupFunction;
}

const CONNECT_TIMEOUT = 10_000;
const OPERATION_TIMEOUT = 120_000;

/**
 * Connects to an Active Directory and signs in with a simple bind (RFC 4513 5.1.3) by UPN or DN.
 * With `ldaps` and `starttls` the certificate is always checked: authority, validity and name.
 * @returns the directory, connected; it reconnects and signs in again by itself after a loss.
 * Throws AUTH_FAILED, CERTIFICATE_REFUSED, DIRECTORY_UNAVAILABLE, DIRECTORY_REFUSED or INVALID_INPUT with one sentence that says what to do.
 */
export async function openLdapDirectory(options: OpenLdapOptions): Promise<Directory> {
  const { connection, password, log } = options;
  const username = connection.username.trim();
  // A name without a password is an "unauthenticated bind", which succeeds and reads as nobody (RFC 4513 5.1.2).
  if (username === '') throw appError(ErrorCode.AuthFailed, 'No user name is given for the directory. Enter a UPN such as admin@corp.example.com, or a distinguished name.');
  if (password === '') throw appError(ErrorCode.AuthFailed, `The password of ${username} is empty. Enter it again.`);
  const trust = connection.security === 'plain' ? undefined : await trustFor(connection.caFile);
  const connectTimeout = options.timeouts?.connect ?? CONNECT_TIMEOUT;
  const newSession = (): LdapSession => new LdapSession({
    username, password, bindTimeout: connectTimeout,
    servers: () => findServers(connection, options.resolveSrv),
    open: (target) => openTransport(target, { security: connection.security, trust, connectTimeout, lookup: options.lookup }),
    log: (event) => {
      if (event.event === 'connected') log?.info({ server: event.server }, 'signed in to the directory');
      else log?.warn({ server: event.server, reason: event.message }, 'a domain controller could not be used');
    },
  });
  const first = newSession();
  await first.connection();
  return new LdapDirectory({ newSession, first, baseDn: connection.baseDn, timeout: options.timeouts?.operation ?? OPERATION_TIMEOUT });
}
