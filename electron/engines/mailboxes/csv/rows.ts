import { MAILBOX_LIMITS, type MailboxProfile } from '../../../../shared/domain/mailboxes.ts';
import { addressDomain, isSmtpAddress } from '../../../../shared/rules/addresses.ts';
import { problemOf, type RowProblem } from '../batch/problems.ts';
import type { CsvRow } from './read.ts';

/** An address as it is compared between rows, batches and the service. */
export const addressKey = (address: string): string => address.trim().toLowerCase();

/**
 * What is wrong with single rows, looking at the file alone; a row with an error is left out and the batch goes on (Exchange documentation, "Troubleshoot
 * Migration Validation Errors": an address that is none, an empty field, spaces around a value; Microsoft KB 2845956 for ForceChangePassword with AD FS). Each row has its first error only.
 * @param federated domains whose people sign in by federation, in lower case.
 */
export function checkRows(rows: readonly CsvRow[], profile: MailboxProfile, federated: ReadonlySet<string>): readonly RowProblem[] {
  const seen = new Map<string, number>();
  return rows.flatMap((row) => {
    const problem = rowProblem(row, profile, federated, seen);
    return problem === null ? [] : [problem];
  });
}

function rowProblem({ line, address, password, force }: CsvRow, profile: MailboxProfile, federated: ReadonlySet<string>, seen: Map<string, number>): RowProblem | null {
  const tell = (code: Parameters<typeof problemOf>[1], message: string): RowProblem => problemOf({ line, address: address.trim() }, code, message);
  if (address.trim() === '') return tell('address empty', `Row ${line} has no address.`);
  for (const [name, value] of [['EmailAddress', address], ['Password', password], ['ForceChangePassword', force]] as const) {
    if (value === undefined) continue;
    if (value === '') return tell('empty field', `${name} of ${address.trim()} is empty.`);
    if (value !== value.trim()) return tell('spaces', `${name} of ${address.trim()} begins or ends with a space.`);
  }
  if (!isSmtpAddress(address)) return tell('address invalid', `"${address}" is no SMTP address.`);
  const first = seen.get(addressKey(address));
  if (first !== undefined) return tell('twice in file', `${address} is in row ${first} already.`);
  // The value is not repeated: where columns were mixed up it is a password.
  if (force !== undefined && !/^(true|false)$/i.test(force)) return tell('force value', `ForceChangePassword of ${address} must be True or False.`);
  if (password !== undefined && password.length < MAILBOX_LIMITS[profile].shortestPassword) return tell('password short', `The password of ${address} has fewer than ${MAILBOX_LIMITS[profile].shortestPassword} characters.`);
  if (force?.toLowerCase() === 'true' && federated.has(addressDomain(address))) return tell('force with federation', `ForceChangePassword of ${address} is True, but people of ${addressDomain(address)} sign in by federation.`);
  seen.set(addressKey(address), line);
  return null;
}
