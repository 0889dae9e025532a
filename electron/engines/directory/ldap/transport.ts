import net from 'node:net';
import tls from 'node:tls';
import { ExtendedRequest } from 'ldapts';
import { appError, AppError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { MalformedMessage, Tag } from './ber.ts';
import { LdapConnection } from './connection.ts';
import { cancelledError, malformedError } from './errors.ts';
import { type LdapSettings, type ServerTarget, showServer } from './servers.ts';

/** How a socket is made. */
export interface TransportOptions {
  readonly security: LdapSettings['security'];
  /** What certificates are checked against; undefined only for `plain`. */
  readonly trust: tls.SecureContext | undefined;
  /** Milliseconds for the connection with its TLS handshake. */
  readonly connectTimeout: number;
  readonly signal?: AbortSignal | undefined;
  /** Name lookup other than the system's. */
  readonly lookup?: net.LookupFunction | undefined;
}

/** StartTLS extended operation (RFC 4511 4.14). */
const START_TLS = '1.3.6.1.4.1.1466.20037';
/** TCP keep-alive after this idle time, milliseconds, so that firewalls do not forget a connection during a long pause. */
const KEEP_ALIVE = 60_000;

const CERTIFICATE_PROBLEMS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it on the domain controller',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; compare the clocks',
  CERT_REVOKED: 'its certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed and not trusted; give that certificate as authority file',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that is not trusted here; give that authority\'s certificate as file',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from an authority that is not trusted here; give that authority\'s certificate as file',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an authority that is not trusted here; give that authority\'s certificate as file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an authority that is not trusted here; give that authority\'s certificate as file',
};

const NETWORK_PROBLEMS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known to DNS; check the spelling and the DNS servers of this computer',
  EAI_AGAIN: 'DNS did not answer; check the network of this computer',
  ECONNREFUSED: 'nothing listens on that port; check the port and that the server runs',
  ETIMEDOUT: 'it does not answer; check the address and the firewalls between',
  EHOSTUNREACH: 'there is no way to it; check the address and the network',
  ENETUNREACH: 'there is no way to it; check the address and the network',
  EADDRNOTAVAIL: 'its address cannot be reached from this computer',
  ECONNRESET: 'it broke the connection off; a server without a certificate does so with LDAPS',
};

/** The one sentence for a connection that did not come about. */
function connectError(error: unknown, target: ServerTarget): AppError {
  if (error instanceof AppError) return error;
  const server = showServer(target);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const detail = { server, code };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = ((error as { cert?: { subjectaltname?: string } }).cert?.subjectaltname ?? '').replaceAll('DNS:', '').replaceAll('IP Address:', '');
    const instead = names === '' ? '' : ` (it is for ${names})`;
    return appError(ErrorCode.CertificateRefused, `${server} was not trusted: its certificate is not made for the name ${target.host}${instead}. Use a name that is in the certificate.`, { detail, cause: error });
  }
  const problem = CERTIFICATE_PROBLEMS[code];
  if (problem !== undefined) return appError(ErrorCode.CertificateRefused, `${server} was not trusted: ${problem}.`, { detail, cause: error });
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    return appError(ErrorCode.DirectoryUnavailable, `${server} does not speak TLS as expected. LDAPS is usually on port 636, StartTLS on 389.`, { detail, cause: error });
  }
  const text = NETWORK_PROBLEMS[code] ?? (error instanceof Error ? error.message : String(error));
  return appError(ErrorCode.DirectoryUnavailable, `${server} could not be reached: ${text}.`, { detail, cause: error, retryable: true });
}

/** Waits for `event` on the socket while time-out, abort and errors can end it; destroys the socket then. */
function settled(socket: net.Socket, event: 'connect' | 'secureConnect', target: ServerTarget, deadline: AbortSignal, signal: AbortSignal | undefined): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const done = (error?: unknown): void => {
      socket.removeListener('error', done);
      socket.removeListener('close', closed);
      socket.removeListener(event, succeeded);
      deadline.removeEventListener('abort', late);
      signal?.removeEventListener('abort', stopped);
      if (error === undefined) return resolve();
      // Whatever the dying socket still reports is of no interest, but must not become an uncaught exception.
      socket.on('error', () => undefined);
      socket.destroy();
      return reject(connectError(error, target));
    };
    const succeeded = (): void => done();
    const closed = (): void => done(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    const late = (): void => done(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
    const stopped = (): void => done(cancelledError({ server: showServer(target), action: 'connect' }));
    socket.once('error', done);
    socket.once('close', closed);
    socket.once(event, succeeded);
    deadline.addEventListener('abort', late, { once: true });
    signal?.addEventListener('abort', stopped, { once: true });
    if (deadline.aborted) late();
    else if (signal?.aborted === true) stopped();
  });
}

/** TLS options: the certificate is always checked, against the name that was asked for (RFC 4513 3.1.3). */
function tlsOptions(target: ServerTarget, trust: tls.SecureContext | undefined): tls.ConnectionOptions {
  return { host: target.host, ...(trust === undefined ? {} : { secureContext: trust }), ...(net.isIP(target.host) === 0 ? { servername: target.host } : {}) };
}

async function upgrade(socket: net.Socket, target: ServerTarget, options: TransportOptions, deadline: AbortSignal): Promise<tls.TLSSocket> {
  const server = showServer(target);
  const context = { server, action: 'start TLS' };
  const bare = new LdapConnection(socket, server);
  try {
    const answer = await bare.request({
      encode: (messageId) => new ExtendedRequest({ messageId, oid: START_TLS }).write(),
      responseTag: Tag.extendedResponse, context: { action: 'start TLS' }, timeout: options.connectTimeout, signal: options.signal,
    });
    if (answer.code !== 0) {
      throw appError(ErrorCode.DirectoryRefused, `${server} does not offer StartTLS (LDAP result ${answer.code}). Give the domain controller a certificate, or choose LDAPS.`, { detail: { ...context, ldapCode: answer.code } });
    }
    bare.detach();
  } catch (error) {
    bare.close();
    socket.destroy();
    throw error instanceof MalformedMessage ? malformedError(context, error) : error;
  }
  const secure = tls.connect({ ...tlsOptions(target, options.trust), socket });
  await settled(secure, 'secureConnect', target, deadline, options.signal);
  return secure;
}

/**
 * Opens a connection to one server, with TLS as chosen. Nothing is sent over it but the request for TLS.
 * Throws DIRECTORY_UNAVAILABLE, CERTIFICATE_REFUSED, DIRECTORY_REFUSED or CANCELLED, one sentence that names the server.
 */
export async function openTransport(target: ServerTarget, options: TransportOptions): Promise<LdapConnection> {
  const deadline = AbortSignal.timeout(options.connectTimeout);
  const place = { host: target.host, port: target.port, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE, noDelay: true, ...(options.lookup === undefined ? {} : { lookup: options.lookup }) };
  if (options.security === 'ldaps') {
    const secure = tls.connect({ ...tlsOptions(target, options.trust), ...place });
    await settled(secure, 'secureConnect', target, deadline, options.signal);
    return new LdapConnection(secure, showServer(target));
  }
  const socket = net.connect(place);
  await settled(socket, 'connect', target, deadline, options.signal);
  return new LdapConnection(options.security === 'starttls' ? await upgrade(socket, target, options, deadline) : socket, showServer(target));
}
