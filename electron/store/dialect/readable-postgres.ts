import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { ProjectAddress } from '../address.ts';

const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'ENOENT', 'EACCES']);
/** TLS errors of Node that mean the certificate (Node documentation, "X509 certificate error codes"). */
const CERTIFICATE = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;

/**
 * Turns PostgreSQL's and the driver's errors that a person can act on into sentences; anything else is a bug and comes back as it is. The codes are
 * those of the PostgreSQL documentation, appendix "PostgreSQL Error Codes".
 * @param address names the project in the sentence, without its password.
 */
export function readablePostgres(address: ProjectAddress, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  const message = error.message;
  const at = `The project ${address.shown}`;
  const unavailable = (sentence: string) => appError(ErrorCode.DatabaseUnavailable, sentence, { retryable: true, cause: error, ...(code === '' ? {} : { detail: { code } }) });
  if (UNREACHABLE.has(code) || /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(message)) {
    return unavailable(`${at} cannot be reached (${code || 'the connection was lost'}); check that PostgreSQL runs on ${address.host} and that the way there is open.`);
  }
  if (message.includes('does not support SSL')) return appError(ErrorCode.CertificateRefused, `${at} cannot be opened: its server offers no encryption. Switch it on there, or add sslmode=disable to the address when you trust the network.`, { cause: error });
  if (CERTIFICATE.test(code)) return appError(ErrorCode.CertificateRefused, `The certificate of ${address.host} is not trusted (${code}); name its authority with sslrootcert in the address of the project.`, { cause: error });
  if (code === '28P01' || code === '28000' || /client password must be a string|empty password/.test(message)) {
    return appError(ErrorCode.AuthFailed, `${address.host} refused the user ${address.user} of the project ${address.shown}; check the password: in the environment variable PGPASSWORD, or in the address once, after which it is kept with the other secrets.`, { cause: error });
  }
  if (code === '3D000') return appError(ErrorCode.NotFound, `There is no database ${address.database} on ${address.host}; ask its administrator to make it.`, { cause: error });
  if (code === '42501') return appError(ErrorCode.Forbidden, `The user ${address.user} may not do this in the database ${address.database}: it needs the right to create schemas there, or the schema ${address.schema} of its own.`, { cause: error });
  if (code === '53300') return unavailable(`${address.host} takes no more connections; close other programs or raise max_connections.`);
  if (code === '53100') return unavailable(`${at} cannot grow: the disk of ${address.host} is full.`);
  if (code.startsWith('57P') || code.startsWith('08')) return unavailable(`${at} cannot be used just now (${code}): PostgreSQL on ${address.host} is starting, stopping or has ended the connection.`);
  if (code === '40P01' || code === '55P03') return appError(ErrorCode.Conflict, `${at} is being written by another process; try again in a moment.`, { retryable: true, cause: error });
  if (code === '25006') return unavailable(`${at} cannot be written: PostgreSQL on ${address.host} is read-only, as a standby is.`);
  return error;
}
