/**
 * Every failure a caller may have to act on. Codes are part of the API (command line, IPC, logs): add, never rename.
 * An `as const` object is used instead of an enum, so that values survive structured clone and JSON.
 */
export const ErrorCode = {
  /** A value given by a person or another program does not fit; nothing was done. */
  InvalidInput: 'INVALID_INPUT',
  UnknownChannel: 'UNKNOWN_CHANNEL',
  NotFound: 'NOT_FOUND',
  /** The object exists already, or its state forbids what was asked. */
  Conflict: 'CONFLICT',
  /** Another process has taken over the task that this one worked on. */
  LeaseLost: 'LEASE_LOST',
  Cancelled: 'CANCELLED',
  Timeout: 'TIMEOUT',
  /** Name, password, secret or certificate was refused. */
  AuthFailed: 'AUTH_FAILED',
  /** Signed in, but the account or application lacks a right. */
  Forbidden: 'FORBIDDEN',
  /** TLS: the certificate is expired, of another host, or of an authority that is not trusted. */
  CertificateRefused: 'CERTIFICATE_REFUSED',
  DirectoryUnavailable: 'DIRECTORY_UNAVAILABLE',
  /** The directory answered with an error of its own. */
  DirectoryRefused: 'DIRECTORY_REFUSED',
  TenantUnavailable: 'TENANT_UNAVAILABLE',
  /** Graph or Exchange answered with an error of its own. */
  TenantRefused: 'TENANT_REFUSED',
  Throttled: 'THROTTLED',
  /** The server of a project on PostgreSQL cannot be reached or cannot work. */
  DatabaseUnavailable: 'DATABASE_UNAVAILABLE',
  /** A file is not what it should be: LDIF, CSV, project file, key file. */
  BadFile: 'BAD_FILE',
  /** The project was written by a newer version. */
  NewerProject: 'NEWER_PROJECT',
  /** A threshold of the guard was passed and nobody approved. */
  GuardStopped: 'GUARD_STOPPED',
  /** The target changed since the plan was made. */
  Drift: 'DRIFT',
  SecretMissing: 'SECRET_MISSING',
  HostGone: 'HOST_GONE',
  Internal: 'INTERNAL',
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** An error as plain data: safe for structured clone, JSON, logs and the screen. Holds no secrets. */
export interface AppErrorData {
  readonly code: ErrorCode;
  /** One clear sentence or two: what happened, to which object, what to do. Never a stack, never a secret. */
  readonly message: string;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Short id shown to the user and written beside the full stack in the log. */
  readonly ref?: string;
  /** Extra facts for support (DN, attribute, LDAP result code, Graph request-id). Never credentials. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/** The only error class thrown on purpose. Anything else is a bug and becomes INTERNAL at the edge. */
export class AppError extends Error {
  readonly data: AppErrorData;
  constructor(data: AppErrorData, options?: { cause?: unknown }) {
    super(data.message, options);
    this.name = 'AppError';
    this.data = data;
  }
}

/**
 * Short form for the usual case.
 * @param code one of {@link ErrorCode}.
 * @param message the sentence shown to the user.
 * @param more `retryable` (default false), `detail`, `ref` and the `cause` kept for the log.
 */
export function appError(
  code: ErrorCode,
  message: string,
  more: { readonly retryable?: boolean; readonly detail?: AppErrorData['detail']; readonly ref?: string; readonly cause?: unknown } = {},
): AppError {
  return new AppError(
    {
      code, message, retryable: more.retryable ?? false,
      ...(more.detail ? { detail: more.detail } : {}), ...(more.ref ? { ref: more.ref } : {}),
    },
    more.cause === undefined ? undefined : { cause: more.cause },
  );
}

/** Outcome of a call that crosses a process boundary: errors travel as values, never as throws. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AppErrorData };
