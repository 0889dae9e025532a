import { guidBytes } from '../../../electron/simulator/demo/identifiers.ts';
import type { LdifEntry, LdifValue } from '../../../electron/simulator/demo/ldif.ts';
import { seedTenant, type SeedUser, type SimulatorSeed } from '../../../electron/simulator/index.ts';

/** Naming context of the small organisation. */
export const ROOT = 'DC=works,DC=example,DC=com';
/** Container of the people. */
export const PEOPLE = `OU=People,${ROOT}`;
/** Container of the groups. */
export const GROUPS = `OU=Groups,${ROOT}`;

/** objectGUID of an object by its number. */
export const guid = (n: number): string => `0b1ec700-0000-4000-8000-${String(n).padStart(12, '0')}`;
/** Graph id of an account of the tenant by its number. */
export const cloudId = (n: number): string => `c10dc10d-0000-4000-8000-${String(n).padStart(12, '0')}`;

type Values = Readonly<Record<string, LdifValue | readonly LdifValue[]>>;
const listed = (value: LdifValue | readonly LdifValue[]): readonly LdifValue[] => (typeof value === 'string' || Buffer.isBuffer(value) ? [value] : value);

/** One entry of the export. */
export function entry(dn: string, classes: readonly string[], n: number, values: Values = {}): LdifEntry {
  return { dn, attributes: [['objectClass', ['top', ...classes]], ['objectGUID', [guidBytes(guid(n))]], ...Object.entries(values).map(([name, value]): [string, readonly LdifValue[]] => [name, listed(value)])] };
}

/** A person below {@link PEOPLE}; the name before the @ is `alias`. */
export function person(n: number, alias: string, values: Values = {}): LdifEntry {
  const name = alias.slice(0, 1).toUpperCase() + alias.slice(1);
  return entry(`CN=${name},${PEOPLE}`, ['person', 'organizationalPerson', 'user'], n, {
    cn: name, name, displayName: name, givenName: name, sAMAccountName: alias, userPrincipalName: `${alias}@example.com`, userAccountControl: '512', ...values,
  });
}
/** The DN of such a person. */
export const personDn = (alias: string): string => `CN=${alias.slice(0, 1).toUpperCase() + alias.slice(1)},${PEOPLE}`;

/** Group types as stored in groupType (MS-ADTS 2.2.12). */
export const TYPE = { globalSecurity: '-2147483646', universalDistribution: '8' } as const;

/** A group below {@link GROUPS}. */
export function group(n: number, name: string, type: string, members: readonly string[], values: Values = {}): LdifEntry {
  return entry(`CN=${name},${GROUPS}`, ['group'], n, { cn: name, name, displayName: name, sAMAccountName: name, groupType: type, ...(members.length === 0 ? {} : { member: members }), ...values });
}
/** The DN of such a group. */
export const groupDn = (name: string): string => `CN=${name},${GROUPS}`;

/** The containers that every export of the organisation has. */
export const CONTAINERS: readonly LdifEntry[] = [
  entry(ROOT, ['domain', 'domainDNS'], 1, { dc: 'works', name: 'works' }),
  entry(PEOPLE, ['organizationalUnit'], 2, { ou: 'People', name: 'People' }),
  entry(GROUPS, ['organizationalUnit'], 3, { ou: 'Groups', name: 'Groups' }),
  entry(`CN=Users,${ROOT}`, ['container'], 4, { cn: 'Users', name: 'Users' }),
  entry(`CN=Administrator,CN=Users,${ROOT}`, ['person', 'organizationalPerson', 'user'], 5, { cn: 'Administrator', name: 'Administrator', sAMAccountName: 'Administrator', userAccountControl: '512', isCriticalSystemObject: 'TRUE' }),
];

/** Ann and Cem have accounts in the tenant already (by sign-in name, by address), Ben and Dot have none; Ann leads Ben; Sales holds three of them. */
export function works(changes: Readonly<Record<string, Values>> = {}): LdifEntry[] {
  const of = (alias: string): Values => changes[alias] ?? {};
  return [
    ...CONTAINERS,
    person(11, 'ann', { mail: 'ann@example.com', title: 'Head of Sales', department: 'Sales', c: 'DE', ...of('ann') }),
    person(12, 'ben', { mail: 'ben@example.com', title: 'Clerk', department: 'Sales', c: 'NO', manager: personDn('ann'), ...of('ben') }),
    person(13, 'cem', { mail: 'cem@example.com', title: 'Clerk', manager: personDn('ann'), ...of('cem') }),
    person(14, 'dot', { title: 'Trainee', c: 'FR', ...of('dot') }),
    group(21, 'Sales', TYPE.globalSecurity, [personDn('ann'), personDn('ben'), personDn('cem')], { description: 'Everybody of Sales', ...of('Sales') }),
  ];
}

/** An account of the tenant. */
export function account(n: number, alias: string, properties: Readonly<Record<string, unknown>> = {}): SeedUser {
  const name = alias.slice(0, 1).toUpperCase() + alias.slice(1);
  return { id: cloudId(n), properties: { accountEnabled: true, userType: 'Member', displayName: name, mailNickname: alias, userPrincipalName: `${alias}@example.com`, createdDateTime: '2025-01-01T00:00:00Z', ...properties } };
}

/** The tenant that {@link works} moves to: besides Ann and Cem one group and people whom nothing matches. */
export function worksTenant(more: readonly SeedUser[] = []): SimulatorSeed {
  return seedTenant({
    users: 3, groups: 1,
    existing: {
      users: [
        account(11, 'ann', { jobTitle: 'Trainee', mail: 'ann@example.com', proxyAddresses: ['SMTP:ann@example.com'], usageLocation: 'DE' }),
        account(13, 'cem', { userPrincipalName: 'cem@simulated.onmicrosoft.com', mail: 'cem@example.com', proxyAddresses: ['SMTP:cem@example.com'], city: 'Oslo' }),
        ...more,
      ],
    },
  });
}
