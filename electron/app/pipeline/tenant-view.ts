import type { Services } from '../services.ts';

/** What the tenant's facts mean for mapping and checks. */
export interface TenantView {
  readonly verifiedDomains: ReadonlySet<string>;
  readonly initialDomain: string;
  readonly displayName: string;
  readonly federated: ReadonlySet<string>;
  /** False: the sign-in may not read roles, so matches are not checked for it. */
  readonly administratorsKnown: boolean;
  /** Why Exchange Online cannot be reached, as a sentence. */
  readonly exchangeProblem: string | null;
}

/** Reads the facts of the last discovery. */
export async function tenantView(services: Services, pairId: string): Promise<TenantView> {
  const facts = await services.store.pairs.tenantFacts(pairId);
  const domains = facts?.domains ?? [];
  return {
    verifiedDomains: new Set(domains.filter((d) => d.isVerified).map((d) => d.name.toLowerCase())), federated: new Set(domains.filter((d) => d.federated).map((d) => d.name.toLowerCase())),
    initialDomain: facts?.organization.initialDomain ?? '', displayName: facts?.organization.displayName ?? '',
    administratorsKnown: facts !== null && facts.adminIds !== null, exchangeProblem: facts?.exchangeProblem ?? null,
  };
}
