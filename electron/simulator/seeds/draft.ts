import type { SeedContact, SeedGroup, SeedUser } from '../seed.ts';

/** What the parts of a tenant are added to. */
export interface TenantDraft {
  readonly users: SeedUser[];
  readonly groups: SeedGroup[];
  readonly contacts: SeedContact[];
  readonly deletedUsers: SeedUser[];
  /** Holders of User Administrator. */
  readonly administrators: string[];
  readonly domain: string;
  /** A new id. */
  readonly id: () => string;
}

/** Domain every tenant is born with. */
export const INITIAL_DOMAIN = 'simulated.onmicrosoft.com';
/** Microsoft 365 E3 (Entra documentation, product names and service plan identifiers). */
export const SKU_ID = '05e9a617-0261-4cee-bb44-138d3ef5d965';
/** Creation date of everything made up. */
export const CREATED = '2025-01-01T00:00:00Z';
