import { AppError, ErrorCode } from '../../shared/domain/errors.ts';

/** Exit codes of `causeway`, part of its interface: scripts depend on them. */
export const EXIT = {
  /** Everything asked was done. */
  ok: 0,
  /** Done with errors, or failed. */
  failed: 1,
  /** The command line or an input was wrong; nothing was done. */
  usage: 2,
  /** A directory, tenant or server could not be reached, or refused the sign-in. */
  connection: 3,
  /** A plan waits for approval, or the guard stopped it; nothing was written. */
  notApproved: 4,
  /** Written, but the verification found differences. */
  notVerified: 5,
  cancelled: 130,
} as const;

/** Exit code that fits an error. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof AppError)) return EXIT.failed;
  switch (error.data.code) {
    case ErrorCode.InvalidInput: case ErrorCode.NotFound: case ErrorCode.Conflict: case ErrorCode.BadFile: case ErrorCode.NewerProject: case ErrorCode.UnknownChannel:
      return EXIT.usage;
    case ErrorCode.AuthFailed: case ErrorCode.Forbidden: case ErrorCode.CertificateRefused: case ErrorCode.DirectoryUnavailable: case ErrorCode.DirectoryRefused:
    case ErrorCode.TenantUnavailable: case ErrorCode.TenantRefused: case ErrorCode.Throttled: case ErrorCode.Timeout: case ErrorCode.SecretMissing: case ErrorCode.HostGone: case ErrorCode.DatabaseUnavailable:
      return EXIT.connection;
    case ErrorCode.GuardStopped: case ErrorCode.Drift: return EXIT.notApproved;
    case ErrorCode.Cancelled: return EXIT.cancelled;
    case ErrorCode.LeaseLost: case ErrorCode.Internal: return EXIT.failed;
  }
}
