import { ROW_ERRORS, type RowErrorCode, type RowErrorKind } from '../../../../shared/domain/mailboxes.ts';

/** What is wrong with one row, in words, and what to do. */
export interface RowProblem { readonly line: number; readonly address: string; readonly code: RowErrorCode; readonly severity: RowErrorKind['severity']; readonly message: string; readonly suggestion: string }

/** Puts a problem of a row together; severity and suggestion are those of its kind. */
export function problemOf({ line, address }: { readonly line: number; readonly address: string }, code: RowErrorCode, message: string): RowProblem {
  const { severity, suggestion } = ROW_ERRORS[code];
  return { line, address, code, severity, message, suggestion };
}

/** Texts of the service and the error that they are (Exchange documentation, "Troubleshoot Migration Validation Errors" and "Troubleshoot Active Migration Errors"; Microsoft KB 2845956 for 0x80048201). The first that fits decides. */
const TEXTS: readonly (readonly [RegExp, RowErrorCode])[] = [
  [/valid primary e-?mail address couldn.t be found in the cloud/i, 'no mail user'],
  [/more than one|multiple (objects|mailboxes|recipients)|several (mailboxes|recipients)/i, 'several mailboxes'],
  [/source e-?mail address .* couldn.t be found in the on-premises/i, 'no mailbox'],
  [/couldn.t sign in to the user.s on-premises account/i, 'sign-in refused'],
  [/targetAddress/i, 'right on targetAddress'],
  [/unified messaging/i, 'unified messaging'],
  [/linked mailbox/i, 'linked mailbox'],
  [/0x80048201|Windows Live error|error occurred while provisioning/i, 'provisioning'],
  [/licen[sc]e/i, 'license grace over'],
  [/in another batch|already included in|already (being )?migrated/i, 'active in another batch'],
  [/already (has|is) a mailbox/i, 'has a mailbox already'],
  [/duplicate/i, 'twice in file'],
  [/(isn.t|is not) a valid (SMTP|e-?mail) address/i, 'address invalid'],
  [/ForceChangePassword/i, 'force value'],
  [/password/i, 'password short'],
  [/couldn.t connect to the source mailbox|(server|endpoint) (couldn.t|can.t|cannot) be reached|connect/i, 'connection'],
  [/connection (was )?(lost|dropped|closed|interrupted)|stalled|copy|sync/i, 'data failed'],
];

/** Which error a text of the migration service is; `unknown` when no published text fits it. */
export function errorOfText(text: string): RowErrorCode {
  return TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown';
}
