import type { CheckFinding } from '../../../../shared/domain/checks.ts';
import type { SourceTally } from './check-source.ts';
import { isDomainPart, unroutableLabel } from './text.ts';

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
  /** Products that are wanted, with the number of each; used instead of `licence` when there are any. */
  readonly licences: readonly { readonly partNumber: string; readonly count: number }[];
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
  for (const problem of redirectionProblems(wishes.redirectionDomain.toLowerCase(), domains)) say('redirection-domain', 'targetAddress', wishes.redirectionDomain, problem.severity, problem.message);
  if (wishes.licences.length > 0) { for (const p of wantedProblems(wishes.licences, facts)) say('licences', 'assignedLicenses', p.value, p.severity, p.message); return findings; }
  const needed = Math.max(0, tally.enabledUsers - wishes.licensedUsers);
  const skus = facts.skus.filter((sku) => wishes.licence === '' || sku.partNumber.toLowerCase() === wishes.licence.toLowerCase()).map((sku) => ({ ...sku, free: Math.max(0, sku.enabled - sku.consumed) }));
  if (wishes.licence !== '' && skus.length === 0) say('licences', 'assignedLicenses', wishes.licence, 'error', `The tenant has no product ${wishes.licence}; it has ${facts.skus.map((sku) => sku.partNumber).join(', ') || 'none'}.`);
  else if (needed > 0 && !skus.some((sku) => sku.free >= needed)) say('licences', 'assignedLicenses', `${needed} users`, 'warning', `${needed} enabled users have no licence yet, and no product has as many left (${skus.map((sku) => `${sku.partNumber}: ${sku.free}`).join(', ') || 'the tenant has none'}). Buy licences, or migrate in waves.`);
  return findings;
}

type Problem = Pick<CheckFinding, 'severity' | 'message' | 'value'>;

/** The mail redirection domain must lead back to the servers on premises, and only there. */
function redirectionProblems(domain: string, domains: ReadonlyMap<string, PairFacts['domains'][number]>): Problem[] {
  const problem = (severity: Problem['severity'], message: string): Problem[] => [{ severity, message, value: domain }];
  if (domain === '') return [];
  if (domains.get(domain)?.isVerified === true) return problem('error', `${domain}, the mail redirection domain of the pair, is accepted by the tenant; mail would never go back to the mailboxes on premises. It must be accepted on premises only: choose a domain that the tenant does not have.`);
  if (/(?:^|\.)(?:onmicrosoft|microsoftonline)\.com$/.test(domain)) return problem('error', `${domain}, the mail redirection domain of the pair, belongs to Microsoft 365; mail would never go back to the mailboxes on premises. Choose a domain that is accepted on premises only.`);
  const label = isDomainPart(domain) ? unroutableLabel(domain) : domain;
  if (label !== undefined) return problem('error', `Microsoft 365 cannot deliver mail to ${domain}, the mail redirection domain of the pair: the internet knows no domains that end in .${label}. Choose one that has an MX record to the servers on premises.`);
  if (domains.has(domain)) return problem('warning', `${domain}, the mail redirection domain of the pair, was added to the tenant but is not verified there. Remove it from the tenant: once verified, mail would never go back to the mailboxes on premises.`);
  return [];
}

/** Each wanted product against what the tenant has left of it (enabled and not yet consumed). */
function wantedProblems(licences: PairWishes['licences'], facts: PairFacts): Problem[] {
  const bySku = new Map(facts.skus.map((sku) => [sku.partNumber.toLowerCase(), sku]));
  const wanted = new Map<string, { partNumber: string; count: number }>();
  for (const { partNumber, count } of licences) wanted.set(partNumber.toLowerCase(), { partNumber, count: count + (wanted.get(partNumber.toLowerCase())?.count ?? 0) });
  return [...wanted].flatMap(([key, { partNumber, count }]): Problem[] => {
    const sku = bySku.get(key);
    if (sku === undefined) return [{ severity: 'error', value: partNumber, message: `The tenant has no product ${partNumber}; it has ${facts.skus.map((each) => each.partNumber).join(', ') || 'none'}.` }];
    const free = Math.max(0, sku.enabled - sku.consumed);
    return free >= count ? [] : [{ severity: 'error', value: `${count} of ${sku.partNumber}`, message: `${count} licences of ${sku.partNumber} are wanted and ${free} are left (${sku.enabled} bought, ${sku.consumed} in use). Buy ${count - free} more, or migrate in waves.` }];
  });
}
