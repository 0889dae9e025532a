import { chance } from '../chance.ts';
import { GLOBAL_ADMINISTRATOR, type SeedGroup, type SeedUser, type SimulatorSeed } from '../seed.ts';
import { addAdministrators, addMailboxes, addSynced, contactsOutside, deletedHolders, distributionLists, guestUsers } from './accounts.ts';
import { addConflicts } from './conflicts.ts';
import { CREATED, INITIAL_DOMAIN, SKU_ID, type TenantDraft } from './draft.ts';

/** What a tenant is to hold. Every number is 0 unless said otherwise. */
export interface SeedTenantOptions {
  /** Ordinary cloud users `user0` ... with mail, besides the administrator. */
  readonly users?: number;
  /** Security groups `group0` ... */
  readonly groups?: number;
  /** Members of each group, taken from the users in turn; default 10. */
  readonly membersPerGroup?: number;
  /** Organisational contacts `contact0` ... with an address outside. */
  readonly contacts?: number;
  /** Licensed users `mailbox0` ... with a mailbox; every tenth is a shared, room or equipment mailbox. */
  readonly mailboxes?: number;
  /** Users `synced0` ..., and a tenth as many groups, mastered by another directory synchronisation. */
  readonly synced?: number;
  readonly guests?: number;
  /** Users `gone0` ... in the recycle bin, which still hold their addresses. */
  readonly deleted?: number;
  /** Accounts that hold what a migration of the users after the last `user<n>` would want: names, addresses, nicknames, anchors. */
  readonly conflicts?: number;
  /** Distribution groups `list0` ...; every second one is a mail-enabled security group. */
  readonly lists?: number;
  /** Holders of User Administrator `admin0` ... besides the Global Administrator. */
  readonly admins?: number;
  /** Licences of the one product; default 100, never less than the mailboxes. */
  readonly licences?: number;
  /** Verified domain of user names and addresses; default `example.com`. */
  readonly domain?: string;
  /** Every user but the first ten reports to one of the first ten; default true. */
  readonly managers?: boolean;
  /** Further users and groups, taken as they are. */
  readonly existing?: { readonly users?: readonly SeedUser[]; readonly groups?: readonly SeedGroup[] };
  /** Seed of ids; default 1. */
  readonly seed?: number;
}

/** A tenant of any size for rehearsals, tests and measurements: regular content with known names. Pure: the same options give the same tenant on every machine. */
export function seedTenant(options: SeedTenantOptions = {}): SimulatorSeed {
  const luck = chance(options.seed ?? 1);
  const domain = options.domain ?? 'example.com';
  const admin = luck.uuid();
  const users: SeedUser[] = [{ id: admin, properties: { accountEnabled: true, displayName: 'Tenant Administrator', mailNickname: 'admin', userPrincipalName: `admin@${INITIAL_DOMAIN}`, userType: 'Member' } }];
  for (let i = 0; i < (options.users ?? 0); i++) {
    const mail = `user${i}@${domain}`;
    const manager = options.managers === false || i < 10 ? undefined : users[1 + (i % 10)]?.id;
    users.push({
      id: luck.uuid(), ...(manager === undefined ? {} : { managerId: manager }),
      properties: {
        accountEnabled: true, displayName: `User ${i}`, givenName: 'User', surname: String(i), mailNickname: `user${i}`, userPrincipalName: mail, mail, proxyAddresses: [`SMTP:${mail}`], userType: 'Member',
        jobTitle: 'Clerk', department: `Department ${i % 20}`, city: 'Oslo', country: 'Norway', usageLocation: 'NO', businessPhones: [`+47 ${i}`], employeeId: String(i), createdDateTime: CREATED,
      },
    });
  }
  const ordinary = users.slice(1);
  const size = Math.min(options.membersPerGroup ?? 10, ordinary.length);
  const groups: SeedGroup[] = Array.from({ length: options.groups ?? 0 }, (_, g) => ({
    id: luck.uuid(), properties: { displayName: `Group ${g}`, mailNickname: `group${g}`, mailEnabled: false, securityEnabled: true, groupTypes: [], createdDateTime: CREATED },
    memberIds: Array.from({ length: size }, (_x, k) => ordinary[(g * size + k) % ordinary.length]?.id ?? admin), ownerIds: [],
  }));
  const roleId = luck.uuid();
  const draft: TenantDraft = { users, groups, contacts: [], deletedUsers: [], administrators: [], domain, id: luck.uuid };
  contactsOutside(draft, options.contacts ?? 0);
  addMailboxes(draft, options.mailboxes ?? 0);
  addSynced(draft, options.synced ?? 0);
  guestUsers(draft, options.guests ?? 0);
  deletedHolders(draft, options.deleted ?? 0);
  distributionLists(draft, options.lists ?? 0, size);
  addAdministrators(draft, options.admins ?? 0);
  addConflicts(draft, options.users ?? 0, options.conflicts ?? 0);
  const isOwn = domain.toLowerCase() !== INITIAL_DOMAIN;
  return {
    tenant: {
      id: 'ca05e0a1-51f0-4c1d-9a7e-000000000002', displayName: 'Test tenant', onPremisesSyncEnabled: (options.synced ?? 0) > 0,
      domains: [{ name: INITIAL_DOMAIN, isInitial: true, isDefault: true }, ...(isOwn ? [{ name: domain }] : [])],
    },
    skus: [{ skuId: SKU_ID, skuPartNumber: 'SPE_E3', enabled: Math.max(options.licences ?? 100, options.mailboxes ?? 0) }],
    users: [...users, ...options.existing?.users ?? []], groups: [...groups, ...options.existing?.groups ?? []], contacts: draft.contacts, deletedUsers: draft.deletedUsers,
    roles: [
      { id: roleId, roleTemplateId: GLOBAL_ADMINISTRATOR, displayName: 'Global Administrator', memberIds: [admin] },
      ...(draft.administrators.length > 0 ? [{ id: luck.uuid(), roleTemplateId: 'fe930be7-5e62-47db-91af-98c3a49a38b1', displayName: 'User Administrator', memberIds: draft.administrators }] : []),
    ],
  };
}
