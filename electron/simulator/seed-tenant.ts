import { chance } from './chance.ts';
import { GLOBAL_ADMINISTRATOR, type SeedGroup, type SeedUser, type SimulatorSeed } from './seed.ts';

/** What a test wants in its tenant. */
export interface SeedTenantOptions {
  /** Ordinary cloud users `user0` ... with mail, besides the administrator. */
  readonly users?: number;
  /** Security groups `group0` ... */
  readonly groups?: number;
  /** Members of each group, taken from the users in turn; default 10. */
  readonly membersPerGroup?: number;
  /** Verified domain of user names and addresses; default `example.com`. */
  readonly domain?: string;
  /** Every user but the first ten reports to one of the first ten; default true. */
  readonly managers?: boolean;
  /** Further users and groups, taken as they are. */
  readonly existing?: { readonly users?: readonly SeedUser[]; readonly groups?: readonly SeedGroup[] };
  /** Seed of ids; default 1. */
  readonly seed?: number;
}

/** A tenant of any size for tests and measurements: regular content with known names. Pure. */
export function seedTenant(options: SeedTenantOptions = {}): SimulatorSeed {
  const luck = chance(options.seed ?? 1);
  const domain = options.domain ?? 'example.com';
  const admin = luck.uuid();
  const users: SeedUser[] = [{ id: admin, properties: { accountEnabled: true, displayName: 'Tenant Administrator', mailNickname: 'admin', userPrincipalName: 'admin@simulated.onmicrosoft.com', userType: 'Member' } }];
  for (let i = 0; i < (options.users ?? 0); i++) {
    const mail = `user${i}@${domain}`;
    const manager = options.managers === false || i < 10 ? undefined : users[1 + (i % 10)]?.id;
    users.push({
      id: luck.uuid(), ...(manager === undefined ? {} : { managerId: manager }),
      properties: {
        accountEnabled: true, displayName: `User ${i}`, givenName: 'User', surname: String(i), mailNickname: `user${i}`, userPrincipalName: mail, mail, proxyAddresses: [`SMTP:${mail}`], userType: 'Member',
        jobTitle: 'Clerk', department: `Department ${i % 20}`, city: 'Oslo', country: 'Norway', usageLocation: 'NO', businessPhones: [`+47 ${i}`], employeeId: String(i), createdDateTime: '2025-01-01T00:00:00Z',
      },
    });
  }
  const ordinary = users.slice(1);
  const size = Math.min(options.membersPerGroup ?? 10, ordinary.length);
  const groups: SeedGroup[] = Array.from({ length: options.groups ?? 0 }, (_, g) => ({
    id: luck.uuid(), properties: { displayName: `Group ${g}`, mailNickname: `group${g}`, mailEnabled: false, securityEnabled: true, groupTypes: [], createdDateTime: '2025-01-01T00:00:00Z' },
    memberIds: Array.from({ length: size }, (_x, k) => ordinary[(g * size + k) % ordinary.length]?.id ?? admin), ownerIds: [],
  }));
  return {
    tenant: { id: 'ca05e0a1-51f0-4c1d-9a7e-000000000002', displayName: 'Test tenant', domains: [{ name: 'simulated.onmicrosoft.com', isInitial: true, isDefault: true }, { name: domain }] },
    skus: [{ skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', skuPartNumber: 'SPE_E3', enabled: 100 }],
    users: [...users, ...options.existing?.users ?? []], groups: [...groups, ...options.existing?.groups ?? []],
    roles: [{ id: luck.uuid(), roleTemplateId: GLOBAL_ADMINISTRATOR, displayName: 'Global Administrator', memberIds: [admin] }],
  };
}
