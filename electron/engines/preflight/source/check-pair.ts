import type { CheckFinding } from '../../../../shared/domain/checks.ts';
import type { SourceTally } from './check-source.ts';

/** What is known of the tenant of a pair. */
export interface PairFacts {
  readonly tenantName: string;
  readonly onPremisesSyncEnabled: boolean;
  /** Names in lower case. */
  readonly domains: readonly { readonly name: string; readonly isVerified: boolean; readonly federated: boolean }[];
  readonly skus: readonly { readonly partNumber: string; readonly enabled: number; readonly consumed: number }[];
}

/** What the migration is going to do, as far as the pair's own rules look at it. */
export interface PairWishes {
  /** Suffix that all users get; empty: the source's stay. */
  readonly upnSuffix: string;
  /** Mail redirection domain of the pair; empty: none. */
  readonly redirectionDomain: string;
  /** Product that users are to get, by part number; empty: any. */
  readonly licence: string;
  /** Enabled users of the check that hold a licence in the tenant already. */
  readonly licensedUsers: number;
  /** Accounts in the source that a directory synchronisation made for itself (`MSOL_...`, `AAD_...`). */
  readonly synchronisationAccounts: readonly string[];
}

/** Ids of the rules about a pair, with the publication that each comes from. */
export const PAIR_RULES = {
  'tenant-not-read': 'Causeway: nothing can be said of a tenant that was never read',
  'other-synchronisation': 'Graph documentation, organization resource: onPremisesSyncEnabled',
  'federated-suffix': 'Graph documentation, create user: a federated domain needs onPremisesImmutableId',
  'verified-suffix': 'Graph documentation, user resource: the domain of userPrincipalName must be verified',
  'redirection-domain': 'Quest Migration Manager for Active Directory: the mail redirection domain is accepted on premises only',
  licences: 'Graph documentation, subscribedSku resource: prepaidUnits and consumedUnits',
} as const;

/** Checks what concerns the pair as a whole. Pure. @param facts null: the tenant was never read, and only that is said. */
export function checkPair(facts: PairFacts | null, wishes: PairWishes, tally: SourceTally): CheckFinding[] {
  const findings: CheckFinding[] = [];
  const say = (rule: keyof typeof PAIR_RULES, attribute: string, value: string, severity: CheckFinding['severity'], message: string): void => {
    findings.push({ sourceId: null, dn: '', name: facts?.tenantName ?? '', kind: null, objectClass: '', attribute, value, rules: [rule], errors: [rule === 'licences' ? 'Count' : 'Tenant'], severity, message, proposal: null, action: 'Fail' });
  };
  const [account] = wishes.synchronisationAccounts;
  if (account !== undefined) say('other-synchronisation', 'sAMAccountName', account, 'warning', `${account} is the account of a directory synchronisation such as Entra Connect. If that is still running, two programs write the same objects; stop it, or leave its objects out.`);
  if (facts === null) {
    say('tenant-not-read', '', '', 'warning', 'The tenant has not been read yet, so domains, licences and taken names were not checked. Discover the pair first.');
    return findings;
  }
  const domains = new Map(facts.domains.map((domain) => [domain.name.toLowerCase(), domain]));
  if (facts.onPremisesSyncEnabled) say('other-synchronisation', 'onPremisesSyncEnabled', 'true', 'warning', 'Another directory synchronisation writes to this tenant. Objects that it manages cannot be written; stop it, or leave its objects out.');
  if (wishes.upnSuffix !== '' && domains.get(wishes.upnSuffix.toLowerCase())?.isVerified !== true) say('verified-suffix', 'userPrincipalName', wishes.upnSuffix, 'error', `${wishes.upnSuffix}, the UPN suffix of this migration, is not a verified domain of the tenant. Verify it there, or choose another.`);
  for (const [suffix, users] of [...tally.usersBySuffix].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (domains.get(suffix)?.federated === true) say('federated-suffix', 'userPrincipalName', suffix, 'warning', `${suffix} is federated: its ${users} users sign in at the identity provider, not with the password that a migration gives them. Keep the identity provider, or convert the domain to managed first.`);
  }
  const redirection = wishes.redirectionDomain.toLowerCase();
  if (redirection !== '' && domains.get(redirection)?.isVerified === true) say('redirection-domain', 'targetAddress', redirection, 'error', `${redirection}, the mail redirection domain of the pair, is accepted by the tenant; mail would never go back to the mailboxes on premises. It must be accepted on premises only: choose a domain that the tenant does not have.`);
  const needed = Math.max(0, tally.enabledUsers - wishes.licensedUsers);
  const skus = facts.skus.filter((sku) => wishes.licence === '' || sku.partNumber.toLowerCase() === wishes.licence.toLowerCase()).map((sku) => ({ ...sku, free: Math.max(0, sku.enabled - sku.consumed) }));
  if (wishes.licence !== '' && skus.length === 0) say('licences', 'assignedLicenses', wishes.licence, 'error', `The tenant has no product ${wishes.licence}; it has ${facts.skus.map((sku) => sku.partNumber).join(', ') || 'none'}.`);
  else if (needed > 0 && !skus.some((sku) => sku.free >= needed)) say('licences', 'assignedLicenses', `${needed} users`, 'warning', `${needed} enabled users have no licence yet, and no product has as many left (${skus.map((sku) => `${sku.partNumber}: ${sku.free}`).join(', ') || 'the tenant has none'}). Buy licences, or migrate in waves.`);
  return findings;
}
