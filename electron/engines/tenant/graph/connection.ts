import { appError, AppError, ErrorCode } from '../../../../shared/domain/errors.ts';

/** Why an HTTP request got no usable answer. */
export interface ConnectionFailure {
  /** False: it certainly never reached the service. True: nobody can know whether it was processed. */
  readonly mayHaveBeenSent: boolean;
  /** A few words for an `ambiguous` answer. */
  readonly reason: string;
  /** The same for an operator: TENANT_UNAVAILABLE or TIMEOUT (retryable), or CERTIFICATE_REFUSED. */
  readonly error: AppError;
}

/** Codes of Node and undici for connections that were never made, so that nothing was sent. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'UND_ERR_CONNECT_TIMEOUT',
]);
/** Codes of OpenSSL and Node for a certificate that was refused: the TLS handshake failed, nothing was sent. */
const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

/** First `code` in the chain of causes: fetch wraps the real reason, and tried addresses come as an AggregateError. */
function codeOf(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 4) return '';
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  const inner = codeOf(cause, depth + 1);
  return inner || (Array.isArray(errors) ? codeOf(errors[0], depth + 1) : '');
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

/**
 * Tells a request that never left from one whose answer was lost.
 * @param error what fetch, or reading its body, threw.
 * @param host host that was called, for the sentence.
 */
export function connectionFailure(error: unknown, host: string): ConnectionFailure {
  if (error instanceof AppError) return { mayHaveBeenSent: false, reason: error.data.message, error };
  const code = codeOf(error);
  if (CERTIFICATE.test(code)) {
    return {
      mayHaveBeenSent: false, reason: `certificate of ${host} refused`,
      error: appError(ErrorCode.CertificateRefused, `The certificate of ${host} is not trusted (${code}): a proxy may be inspecting the traffic; add its authority to this machine's trust store.`, { cause: error }),
    };
  }
  if (NEVER_CONNECTED.has(code)) {
    return {
      mayHaveBeenSent: false, reason: `no connection to ${host} (${code})`,
      error: appError(ErrorCode.TenantUnavailable, `${host} cannot be reached (${code}): check the network, the proxy and the name server.`, { retryable: true, cause: error }),
    };
  }
  if (isTimeout(error) || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return {
      mayHaveBeenSent: true, reason: `${host} did not answer in time`,
      error: appError(ErrorCode.Timeout, `${host} did not answer in time: try again later.`, { retryable: true, cause: error }),
    };
  }
  return {
    mayHaveBeenSent: true, reason: `the connection to ${host} was lost${code ? ` (${code})` : ''}`,
    error: appError(ErrorCode.TenantUnavailable, `The connection to ${host} was lost${code ? ` (${code})` : ''}: try again later.`, { retryable: true, cause: error }),
  };
}
