import type { AccessEntry } from './read.ts';

/** Extended right Send-As (Active Directory Extended Rights Reference). */
const SEND_AS = 'ab721a54-1e2f-11d0-9819-00aa0040529b';
/** ADS_RIGHT_DS_CONTROL_ACCESS: the entry grants an extended right (MS-ADTS 5.1.3.2). */
const CONTROL_ACCESS = 0x100;
/** ACE_MB_FULL_ACCESS, in the list of a mailbox (Microsoft Support 310866, Exchange mailbox rights). */
const FULL_ACCESS = 0x1;
/** The object itself, S-1-5-10, and the operating system, S-1-5-18: no object of the directory (MS-DTYP 2.4.2.4). */
const NOBODY: ReadonlySet<string> = new Set(['S-1-5-10', 'S-1-5-18']);

/** Who is allowed, in order and once; whoever is also denied is not: deny wins (MS-DTYP 2.5.3.2, canonical order). */
function holders(entries: readonly AccessEntry[], grants: (entry: AccessEntry) => boolean): readonly string[] {
  const about = entries.filter((entry) => !entry.inherited && !entry.inheritOnly && !NOBODY.has(entry.sid) && grants(entry));
  const denied = new Set(about.filter((entry) => entry.kind === 'deny').map((entry) => entry.sid));
  return [...new Set(about.filter((entry) => entry.kind === 'allow' && !denied.has(entry.sid)).map((entry) => entry.sid))];
}

/**
 * SIDs with Send As on an object: entries of its own list about that right. Entries about all rights are those of administrators,
 * and inherited ones those of the organisation: neither is a permission that somebody gave on this mailbox.
 * @param entries of nTSecurityDescriptor.
 */
export const sendAsHolders = (entries: readonly AccessEntry[]): readonly string[] => holders(entries, (entry) => entry.objectType === SEND_AS && (entry.mask & CONTROL_ACCESS) !== 0);

/**
 * SIDs with Full Access to a mailbox, without its owner.
 * @param entries of msExchMailboxSecurityDescriptor.
 */
export const fullAccessHolders = (entries: readonly AccessEntry[]): readonly string[] => holders(entries, (entry) => entry.objectType === null && (entry.mask & FULL_ACCESS) !== 0);

/**
 * How a SID names an object where a DN is expected (MS-ADTS 3.1.1.3.1.2.4, alternative forms of DNs).
 * @returns e.g. `<SID=S-1-5-21-1-2-3-1104>`.
 */
export const dnOfSid = (sid: string): string => `<SID=${sid}>`;
