import type { ChangeMark } from '../port.ts';

/** Where a domain controller stands. */
export interface ServerState { readonly server: string; readonly invocation: string; readonly usn: string }

const before = (usn: string, other: string): boolean => /^\d+$/.test(usn) && /^\d+$/.test(other) && BigInt(usn) < BigInt(other);

/**
 * Why a mark cannot be continued; null: it can. Update sequence numbers count on one server and one life of its database: a restored one has a new
 * invocationId and hands out numbers anew (MS-ADTS 3.1.1.1.9), a copy of the machine put back as it was has the old one and a lower number.
 */
export function whyWhole(since: ChangeMark | null, now: ServerState, askedHash: string): string | null {
  if (since === null) return 'This is the first reading.';
  if (since.askedHash !== askedHash) return 'What is asked for was changed since the last reading: the attributes that rules read, the base, or the account.';
  if (since.server.toLowerCase() !== now.server.toLowerCase()) return `${now.server} answered, and the last reading was of ${since.server}; the numbers of changes are each server's own.`;
  if (since.invocation !== now.invocation) return `The database of ${now.server} was restored since the last reading.`;
  if (since.usn !== '' && (now.usn === '' || before(now.usn, since.usn))) return `${now.server} was put back to an older state: its last change is number ${now.usn || '(not shown)'}, and number ${since.usn} was read already.`;
  return null;
}
