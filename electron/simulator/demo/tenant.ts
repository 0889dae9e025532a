import { GLOBAL_ADMINISTRATOR, type SeedGroup, type SeedUser, type SimulatorSeed } from '../seed.ts';
import type { Chance } from '../chance.ts';
import { anchorOf } from './identifiers.ts';
import type { DemoPerson } from './people.ts';
import type { DemoGroup } from './teams.ts';

/** The address that two people of the domain claim. */
const FRONT_DESK = 'front.desk@example.com';
/** Domain every tenant is born with. */
export const INITIAL_DOMAIN = 'causewaydemo.onmicrosoft.com';

/**
 * The tenant the demo organisation moves to. It already holds accounts, so that every outcome of matching occurs: tied by name,
 * by address and by anchor; an administrator, an account with a foreign anchor and one of another synchronisation, which are
 * blocked; two accounts for one person; one account for two people; accounts nobody matches; one in the recycle bin.
 */
export function demoTenant(people: readonly DemoPerson[], groups: readonly DemoGroup[], luck: Chance): SimulatorSeed {
  const users: SeedUser[] = [];
  const add = (properties: Record<string, unknown>): string => {
    const id = luck.uuid();
    users.push({ id, properties: { accountEnabled: true, userType: 'Member', createdDateTime: '2024-05-13T07:30:00Z', ...properties } });
    return id;
  };
  const person = (fromThird: number): DemoPerson | undefined => people[Math.floor(people.length / 3) + fromThird];
  /** An account as somebody made it by hand: fewer values, some out of date. */
  const account = (of: DemoPerson, upn: string, mail: string | null, more: Record<string, unknown> = {}): string => add({
    displayName: of.displayName || of.cn, givenName: of.givenName, surname: of.surname, mailNickname: of.alias.replaceAll(/[^A-Za-z0-9.]/g, ''), userPrincipalName: upn,
    ...(mail === null ? {} : { mail, proxyAddresses: [`SMTP:${mail}`] }), ...more,
  });
  const cloudName = (of: DemoPerson): string => `${of.alias.replaceAll(/[^A-Za-z0-9.]/g, '')}@${INITIAL_DOMAIN}`;

  const admin = add({ displayName: 'Tenant Administrator', mailNickname: 'admin', userPrincipalName: `admin@${INITIAL_DOMAIN}` });
  for (let i = 0; i < 12; i++) { const p = person(i); if (p) account(p, p.upn, p.mail, { jobTitle: i % 2 ? 'Trainee' : p.title, department: i % 3 ? p.department : 'Unassigned', usageLocation: p.country.code }); }
  for (let i = 12; i < 18; i++) { const p = person(i); if (p?.mail) account(p, cloudName(p), p.mail, { city: 'Unknown' }); }
  for (let i = 18; i < 24; i++) { const p = person(i); if (p) account(p, cloudName(p), null, { onPremisesImmutableId: anchorOf(p.guid) }); }
  const chief = person(24);
  const chiefId = chief ? account(chief, chief.upn, chief.mail) : null;
  const foreign = person(25);
  if (foreign) account(foreign, foreign.upn, foreign.mail, { onPremisesImmutableId: anchorOf(luck.uuid()) });
  const synced = person(26);
  if (synced) account(synced, synced.upn, synced.mail, { onPremisesSyncEnabled: true, onPremisesImmutableId: anchorOf(luck.uuid()), onPremisesSamAccountName: synced.sam });
  const doubled = person(27);
  if (doubled?.mail) {
    account(doubled, cloudName(doubled), doubled.mail);
    // The directory keeps addresses unique, not mail: a second account can show the same one without holding it.
    account(doubled, cloudName(doubled).replace('@', '2@'), null, { mail: doubled.mail });
  }
  if (people.some((p) => p.mail === FRONT_DESK)) add({ displayName: 'Front desk', mailNickname: 'front.desk', userPrincipalName: `front.desk@${INITIAL_DOMAIN}`, mail: FRONT_DESK, proxyAddresses: [`SMTP:${FRONT_DESK}`] });
  for (const name of ['Break Glass', 'Meeting Room Owl', 'Meeting Room Fox', 'Scanner', 'Web Shop', 'Newsletter Bot', 'Contractor One', 'Contractor Two']) {
    const alias = name.toLowerCase().replaceAll(' ', '.');
    add({ displayName: name, mailNickname: alias, userPrincipalName: `${alias}@${INITIAL_DOMAIN}` });
  }
  add({ displayName: 'Guest Auditor', mailNickname: 'auditor_audit.example', userPrincipalName: `auditor_audit.example#EXT#@${INITIAL_DOMAIN}`, mail: 'auditor@audit.example', userType: 'Guest' });
  const gone = person(28);
  const deletedUsers: SeedUser[] = gone ? [{
    id: luck.uuid(),
    properties: {
      accountEnabled: true, userType: 'Member', displayName: gone.displayName, mailNickname: gone.alias, userPrincipalName: gone.upn,
      ...(gone.mail ? { mail: gone.mail, proxyAddresses: [`SMTP:${gone.mail}`] } : {}),
    },
  }] : [];

  return {
    tenant: {
      id: 'ca05ede0-0000-4000-8000-00000000de00', displayName: 'Causeway Demo Works', countryLetterCode: 'DE',
      domains: [{ name: INITIAL_DOMAIN, isInitial: true }, { name: 'example.com', isDefault: true }, { name: 'corp.example.com' }, { name: 'legacy.example.com', isVerified: false }],
    },
    skus: [{ skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', skuPartNumber: 'SPE_E3', enabled: 300 }, { skuId: '4b585984-651b-448a-9e53-3b10f069cf7f', skuPartNumber: 'DESKLESSPACK', enabled: 50 }],
    users, deletedUsers, groups: demoCloudGroups(groups, users, luck),
    contacts: [{ id: luck.uuid(), properties: { displayName: 'Tax Adviser (external)', mail: 'office@ledger.example', mailNickname: 'taxadviser', proxyAddresses: ['SMTP:office@ledger.example'], companyName: 'Ledger Partners' } }],
    roles: [
      { id: luck.uuid(), roleTemplateId: GLOBAL_ADMINISTRATOR, displayName: 'Global Administrator', memberIds: [admin, ...(chiefId ? [chiefId] : [])] },
      { id: luck.uuid(), roleTemplateId: 'fe930be7-5e62-47db-91af-98c3a49a38b1', displayName: 'User Administrator', memberIds: [] },
    ],
  };
}

/** Groups that exist: two a name rule would find, a team and an Exchange list with an address of the domain, one nobody matches. */
function demoCloudGroups(groups: readonly DemoGroup[], users: readonly SeedUser[], luck: Chance): SeedGroup[] {
  const some = (count: number): string[] => users.slice(1, 1 + count).map((u) => u.id);
  const make = (properties: Record<string, unknown>, memberIds: readonly string[]): SeedGroup => ({
    id: luck.uuid(), memberIds: [...memberIds], ownerIds: [],
    properties: { createdDateTime: '2024-05-13T07:30:00Z', groupTypes: [], mailEnabled: false, securityEnabled: true, ...properties },
  });
  const plain = groups.filter((g) => g.mail === null).slice(1, 3).map((g, i) => make({ displayName: g.name, mailNickname: g.sam, description: i ? 'Made by hand' : g.description }, some(3)));
  const [list, team] = groups.filter((g) => g.mail !== null);
  return [
    ...plain,
    ...(team?.mail ? [make({ displayName: team.name, mailNickname: team.sam, mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'], visibility: 'Private', mail: team.mail, proxyAddresses: [`SMTP:${team.mail}`] }, some(5))] : []),
    ...(list?.mail ? [make({ displayName: list.name, mailNickname: list.sam, mailEnabled: true, securityEnabled: false, mail: list.mail, proxyAddresses: [`SMTP:${list.mail}`] }, some(2))] : []),
    make({ displayName: 'Cloud Pilots', mailNickname: 'pilots' }, some(4)),
  ];
}
