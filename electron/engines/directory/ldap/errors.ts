import { AppError, appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { LdapResult } from './result.ts';

/** What an operation was about; put into every message. */
export interface OperationContext {
  /** `host:port`. */
  readonly server: string;
  /** e.g. `read`, `modify`. */
  readonly action: string;
  readonly base?: string;
  readonly filter?: string;
}

/** `reading OU=x with the filter (y) on dc1:636`. */
function where(context: OperationContext): string {
  const base = context.base === undefined ? '' : ` ${context.base === '' ? 'the root of the directory' : context.base}`;
  const filter = context.filter === undefined ? '' : ` with the filter ${context.filter}`;
  return `to ${context.action}${base}${filter} on ${context.server}`;
}

function detailOf(context: OperationContext, result?: LdapResult): Record<string, string | number> {
  return {
    server: context.server,
    ...(context.base === undefined ? {} : { base: context.base }),
    ...(context.filter === undefined ? {} : { filter: context.filter }),
    ...(result === undefined ? {} : { ldapCode: result.code, serverMessage: result.message }),
  };
}

/** Reasons that Active Directory gives for a refused bind in `data <hex>` (Windows system error codes, winerror.h). */
const BIND_REASONS: Readonly<Record<string, string>> = {
  '525': 'there is no such account',
  '52e': 'the user name or the password is wrong',
  '52f': 'the account is restricted (for example: no blank password, Protected Users)',
  '530': 'the account may not sign in at this time',
  '531': 'the account may not sign in from this computer',
  '532': 'the password has expired; set a new one',
  '533': 'the account is disabled',
  '701': 'the account has expired',
  '773': 'the password must be changed before the first sign-in',
  '775': 'the account is locked out; wait or unlock it',
};

/**
 * The error for a refused bind (RFC 4511 4.2.2).
 * @param username shown; the password never is.
 */
export function bindError(result: LdapResult, server: string, username: string): AppError {
  const data = /\bdata ([0-9a-f]+)/i.exec(result.message)?.[1]?.toLowerCase() ?? '';
  const context = { server, action: 'sign in' };
  const detail = { ...detailOf(context, result), username, ...(data === '' ? {} : { data }) };
  if (result.code === 8 || result.code === 13) {
    return appError(ErrorCode.AuthFailed, `${server} accepts a password only over an encrypted connection: choose LDAPS or StartTLS.`, { detail });
  }
  if (result.code === 51 || result.code === 52) return resultError(result, context);
  const reason = BIND_REASONS[data] ?? (result.code === 49 ? 'the user name or the password is wrong' : `LDAP result ${result.code} ${result.message}`.trim());
  return appError(ErrorCode.AuthFailed, `${server} did not let ${username} sign in: ${reason}.`, { detail });
}

/** Meaning of a result code (RFC 4511 appendix A): error code, and the sentence part after the place. */
const RESULTS: Readonly<Record<number, { readonly code: ErrorCode; readonly text: string; readonly retryable?: boolean }>> = {
  1: { code: ErrorCode.DirectoryRefused, text: 'the server calls it an operations error' },
  2: { code: ErrorCode.DirectoryRefused, text: 'the server does not understand the request' },
  3: { code: ErrorCode.Timeout, text: 'the time limit of the server was reached; read a smaller part', retryable: true },
  4: { code: ErrorCode.DirectoryRefused, text: 'the size limit of the server was reached; use a smaller page' },
  8: { code: ErrorCode.DirectoryRefused, text: 'the server demands an encrypted connection: choose LDAPS or StartTLS' },
  11: { code: ErrorCode.DirectoryRefused, text: 'an administrative limit of the server was reached; use a smaller page or a simpler filter' },
  12: { code: ErrorCode.DirectoryRefused, text: 'the server does not support a control that is needed' },
  13: { code: ErrorCode.DirectoryRefused, text: 'the server demands an encrypted connection: choose LDAPS or StartTLS' },
  16: { code: ErrorCode.DirectoryRefused, text: 'the attribute or value does not exist' },
  17: { code: ErrorCode.DirectoryRefused, text: 'the schema of the server does not know an attribute' },
  18: { code: ErrorCode.InvalidInput, text: 'the filter compares an attribute in a way it does not allow' },
  19: { code: ErrorCode.DirectoryRefused, text: 'a value breaks a constraint of the directory (length, uniqueness, a name that does not exist)' },
  20: { code: ErrorCode.DirectoryRefused, text: 'the value exists already, or the attribute takes only one' },
  21: { code: ErrorCode.DirectoryRefused, text: 'a value does not fit the syntax of its attribute' },
  32: { code: ErrorCode.NotFound, text: 'there is no such object' },
  34: { code: ErrorCode.InvalidInput, text: 'the distinguished name is not valid' },
  49: { code: ErrorCode.AuthFailed, text: 'the sign-in is no longer accepted' },
  50: { code: ErrorCode.Forbidden, text: 'the account lacks the right' },
  51: { code: ErrorCode.DirectoryUnavailable, text: 'the server is busy', retryable: true },
  52: { code: ErrorCode.DirectoryUnavailable, text: 'the server is shutting down or not available', retryable: true },
  53: { code: ErrorCode.DirectoryRefused, text: 'the server is unwilling to do it' },
  64: { code: ErrorCode.DirectoryRefused, text: 'the name is not allowed there' },
  65: { code: ErrorCode.DirectoryRefused, text: 'the class of the object does not allow it' },
};

/** The error for a result code other than success. */
export function resultError(result: LdapResult, context: OperationContext): AppError {
  const detail = detailOf(context, result);
  if (result.code === 10) {
    const urls = result.referrals.join(', ');
    return appError(
      ErrorCode.DirectoryRefused,
      `${context.server} could not be asked ${where(context)}: this part lies on another server${urls === '' ? '' : ` (${urls})`}. Connect to a domain controller of that domain.`,
      { detail: { ...detail, referrals: urls } },
    );
  }
  const known = RESULTS[result.code];
  const text = known?.text ?? `the server answered with LDAP result ${result.code}`;
  return appError(known?.code ?? ErrorCode.DirectoryRefused, `It was not possible ${where(context)}: ${text}.`, { detail, retryable: known?.retryable ?? false });
}

/** The answer was not LDAP; the connection has been dropped. */
export function malformedError(context: OperationContext, cause: unknown): AppError {
  const what = cause instanceof Error ? cause.message : String(cause);
  return appError(ErrorCode.DirectoryRefused, `It was not possible ${where(context)}: the answer is not valid LDAP (${what}).`, { detail: detailOf(context), cause });
}

/** The connection ended before the answer came. */
export function lostError(context: OperationContext, why: string): AppError {
  const doubt = context.action === 'change' ? ' It is not known whether the change was made: look before repeating it.' : '';
  return appError(ErrorCode.DirectoryUnavailable, `It was not possible ${where(context)}: ${why}.${doubt}`, { detail: { ...detailOf(context), lost: true }, retryable: true });
}

/** No answer in time. */
export function timeoutError(context: OperationContext, milliseconds: number): AppError {
  const doubt = context.action === 'change' ? ' It is not known whether the change was made: look before repeating it.' : '';
  return appError(ErrorCode.Timeout, `It was not possible ${where(context)}: no answer for ${Math.round(milliseconds / 1000)} seconds.${doubt}`, { detail: detailOf(context), retryable: true });
}

/** A person or a task asked to stop. */
export function cancelledError(context: OperationContext): AppError {
  return appError(ErrorCode.Cancelled, `The request ${where(context)} was cancelled.`, { detail: detailOf(context) });
}

/** True for an error of {@link lostError}: nothing was answered, a read may be repeated on a new connection. */
export function isLost(error: unknown): boolean {
  return error instanceof AppError && error.data.detail?.['lost'] === true;
}
