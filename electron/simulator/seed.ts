import { z } from 'zod';
import { seedApp, seedPerson } from './signin/registration-seed.ts';
import { onPremisesSeed } from './migration/on-premises.ts';
import { exportedObject, synchronisationFeatures } from './sync/export.ts';

/** Graph's JSON properties of one object, without relations. */
const properties = z.record(z.string(), z.unknown());

/** What only Exchange Online stores of an object; null: it is no recipient of Exchange's own making. */
const exchange = properties.nullish();

/** A user of a seed. Nothing is validated as Graph would: a seed can hold what Graph itself refuses to create. */
export const seedUser = z.object({ id: z.string(), properties, managerId: z.string().nullish(), exchange });
export type SeedUser = z.infer<typeof seedUser>;

/** A group of a seed: Microsoft 365 (`groupTypes: ['Unified']`), security, mail-enabled security or distribution group. */
export const seedGroup = z.object({ id: z.string(), properties, memberIds: z.array(z.string()), ownerIds: z.array(z.string()).default([]), exchange });
export type SeedGroup = z.input<typeof seedGroup>;

/** An organisational contact of a seed. */
export const seedContact = z.object({ id: z.string(), properties, exchange });
export type SeedContact = z.infer<typeof seedContact>;

/** A domain name registered in the tenant. */
export const seedDomain = z.object({
  name: z.string(), isVerified: z.boolean().default(true), isInitial: z.boolean().default(false), isDefault: z.boolean().default(false),
  /** True: sign-in of this domain is federated, so that its users need an onPremisesImmutableId on creation. */
  federated: z.boolean().default(false),
});

/** Everything a simulated tenant starts with. */
export const simulatorSeed = z.object({
  tenant: z.object({
    id: z.string(), displayName: z.string(), countryLetterCode: z.string().default('DE'),
    domains: z.array(seedDomain).min(1),
    /** True when another directory synchronisation writes to the tenant. */
    onPremisesSyncEnabled: z.boolean().default(false),
    /** Features of its directory synchronisation. */
    synchronisation: synchronisationFeatures.prefault({}),
  }),
  /** Products. Without `servicePlans` they have the published plans of their part number. */
  skus: z.array(z.object({
    skuId: z.string(), skuPartNumber: z.string(), enabled: z.number().int(),
    servicePlans: z.array(z.object({ servicePlanId: z.string(), servicePlanName: z.string(), appliesTo: z.enum(['User', 'Company']).default('User') })).optional(),
  })).default([]),
  users: z.array(seedUser).default([]),
  groups: z.array(seedGroup).default([]),
  contacts: z.array(seedContact).default([]),
  deletedUsers: z.array(seedUser).default([]),
  deletedGroups: z.array(seedGroup).default([]),
  /** Activated directory roles and their holders. */
  roles: z.array(z.object({ id: z.string(), roleTemplateId: z.string(), displayName: z.string(), memberIds: z.array(z.string()) })).default([]),
  /** Applications besides the two that every tenant has; one with the id of such a one takes its place. */
  apps: z.array(seedApp).optional(),
  /** What stands between people and their tokens, by user id or user principal name. */
  signIn: z.record(z.string(), seedPerson).optional(),
  /** What a directory synchronisation exports to the tenant at its first start, after everything else is there. */
  synchronised: z.array(exportedObject).optional(),
  /** Connectors of Exchange Online as a run before left them, by direction and name. */
  connectors: z.record(z.string(), properties).optional(),
  /** Exchange on premises, whose mailboxes can be migrated. */
  onPremises: onPremisesSeed.optional(),
});
/** What a caller writes: everything with a default may be left out. */
export type SimulatorSeed = z.input<typeof simulatorSeed>;
/** The same with every default filled in. */
export type FullSeed = z.output<typeof simulatorSeed>;

/** Role template of Global Administrator (Entra built-in roles reference). */
export const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';

/** Smallest tenant: one initial domain, one Global Administrator, one licence. Used when no seed is given. */
export const EMPTY_TENANT: SimulatorSeed = {
  tenant: {
    id: 'ca05e0a1-51f0-4c1d-9a7e-000000000001', displayName: 'Simulated tenant',
    domains: [{ name: 'simulated.onmicrosoft.com', isInitial: true, isDefault: true }, { name: 'example.com' }],
  },
  skus: [{ skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', skuPartNumber: 'SPE_E3', enabled: 25 }],
  users: [{
    id: 'ca05e0a1-51f0-4c1d-9a7e-0000000000ad',
    properties: { accountEnabled: true, displayName: 'Tenant Administrator', mailNickname: 'admin', userPrincipalName: 'admin@simulated.onmicrosoft.com', userType: 'Member' },
  }],
  roles: [{ id: 'ca05e0a1-51f0-4c1d-9a7e-0000000000f1', roleTemplateId: GLOBAL_ADMINISTRATOR, displayName: 'Global Administrator', memberIds: ['ca05e0a1-51f0-4c1d-9a7e-0000000000ad'] }],
};
