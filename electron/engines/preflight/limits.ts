/** Most members of a group that Microsoft's own directory synchronisation takes (Entra Connect, V2 endpoint). */
export const GROUP_SIZE_LIMIT = 250_000;

/** Groups of more members than this stop growing in Entra Cloud Sync, and in Entra Connect with its first endpoint (rule `memberCount LESSTHAN 50000`: "Maximum Group member count exceeded"). */
export const GROUP_GROWTH_LIMIT = 50_000;

/** Aliases of highly privileged mailboxes, which Microsoft 365 keeps from groups (Microsoft Entra, "Set up a naming policy for groups": reserved words). */
export const RESERVED_ALIASES: ReadonlySet<string> = new Set([
  'abuse', 'admin', 'administrator', 'hostmaster', 'majordomo', 'postmaster', 'root', 'secure', 'security', 'ssl-admin', 'webmaster',
]);

/** Accounts that Exchange and Windows make for themselves (IdFix, list of objects that are skipped; the broad prefixes of that list are left out). */
const SYSTEM_ACCOUNT = /^(?:CAS_\{|DiscoverySearchMailbox|FederatedEmail\.|HealthMailbox|SystemMailbox\{|Exchange Online-ApplicationAccount|krbtgt|IUSR_|IWAM_|MSOL_|SUPPORT_388945a0)/i;

/** True for the name of an account that a service made for itself. */
export function isSystemAccount(name: string): boolean {
  return SYSTEM_ACCOUNT.test(name);
}
