import { CUTOVER_MOST, type SourceVersion } from '../../../shared/domain/mailboxes.ts';

/**
 * Why the staged method does not take a source, with the method to use instead; null: it does. Staged migration takes Exchange 2003 and 2007
 * ("You can't use a staged Exchange migration to migrate Exchange 2010 mailboxes", Exchange documentation, 2011; New-MigrationBatch, 2026). `unknown` is for a person to answer.
 */
export function whyNotStaged(version: SourceVersion, synchronised: boolean): string | null {
  const hybrid = 'a hybrid deployment (remote move, New-MigrationEndpoint -ExchangeRemoteMove)';
  switch (version) {
    case '2003': case '2007':
      return synchronised ? null : `Directory synchronisation is off in this tenant. A staged migration needs it: it brings the mail users that become mailboxes. Without it only a cutover migration of all mailboxes is possible (up to ${CUTOVER_MOST}). Set directory synchronisation up, then start again.`;
    case '2010':
      return `Staged migration does not take mailboxes of Exchange 2010 or later. With up to ${CUTOVER_MOST} mailboxes use a cutover Exchange migration; with more, ${hybrid}.`;
    case '2013': case '2016': case '2019':
      return `Staged migration does not take mailboxes of Exchange 2010 or later. For Exchange ${version} use ${hybrid}.`;
    case 'not Exchange':
      return 'The source is not Exchange. Use an IMAP migration; it brings mail only.';
    case 'unknown':
      return 'Which version of Exchange the mailboxes are on is not known. Choose it in the connection settings: staged migration takes 2003 and 2007 only.';
  }
}

/**
 * Version of Exchange by the msExchVersion of a mailbox, a 64-bit number whose upper part tells the version (Exchange Server schema, ms-Exch-Version; Exchange 2003 writes
 * none): 4535486012416 Exchange 2007, 44220983382016 Exchange 2010, 88218628259840 and above Exchange 2013 or later.
 * @param hasMailbox a mailbox without the attribute is one of Exchange 2003.
 */
export function versionOf(msExchVersion: string | undefined, hasMailbox: boolean): SourceVersion {
  if (msExchVersion === undefined || !/^\d{1,19}$/.test(msExchVersion)) return hasMailbox ? '2003' : 'unknown';
  const version = BigInt(msExchVersion);
  if (version < 4_535_486_012_416n) return '2003';
  if (version < 44_220_983_382_016n) return '2007';
  return version < 88_218_628_259_840n ? '2010' : '2013';
}
