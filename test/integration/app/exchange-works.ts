import type { LdifEntry } from '../../../electron/simulator/demo/ldif.ts';
import { seedTenant, type SimulatorSeed } from '../../../electron/simulator/index.ts';
import type { Rig } from './rig.ts';
import { account, cloudId, CONTAINERS, entry, group, groupDn, PEOPLE, person, personDn, TYPE } from './works.ts';

type Values = NonNullable<Parameters<typeof entry>[3]>;

/** groupType of a universal security group (MS-ADTS 2.2.12). */
export const UNIVERSAL_SECURITY = '-2147483640';

/** A contact below the people. */
export function contact(n: number, name: string, values: Values = {}): LdifEntry {
  return entry(`CN=${name},${PEOPLE}`, ['person', 'organizationalPerson', 'contact'], n, { cn: name, name, displayName: name, ...values });
}
/** The DN of such a contact. */
export const contactDn = (name: string): string => `CN=${name},${PEOPLE}`;

/**
 * Ann and Cem have mailboxes in the tenant; Ed and Flo are contacts outside; Crew is a distribution group of Ann, Ed and the mail-enabled
 * security group Delegates, which holds Cem.
 */
export function exchangeWorks(changes: Readonly<Record<string, Values>> = {}): LdifEntry[] {
  const of = (name: string): Values => changes[name] ?? {};
  return [
    ...CONTAINERS,
    person(11, 'ann', { mail: 'ann@example.com', c: 'DE', ...of('ann') }),
    person(13, 'cem', { mail: 'cem@example.com', ...of('cem') }),
    contact(31, 'Ed Tailspin', {
      mail: 'ed@tailspintoys.com', mailNickname: 'ed.tailspin', targetAddress: 'SMTP:ed@tailspintoys.com', proxyAddresses: ['SMTP:ed@tailspintoys.com', 'smtp:ed.outside@example.com', 'X500:/o=old/cn=ed', 'smtp:ed@unverified.example'],
      legacyExchangeDN: '/o=Works/cn=ed', givenName: 'Ed', sn: 'Tailspin', title: 'Buyer', department: 'Purchase', company: 'Tailspin', l: 'Oslo', c: 'NO', co: 'Norway', telephoneNumber: '+47 1', mobile: '+47 2', msExchHideFromAddressLists: 'TRUE', extensionAttribute3: 'outside',
      ...of('Ed Tailspin'),
    }),
    contact(32, 'Flo', { mail: 'flo@fabrikam.com', ...of('Flo') }),
    contact(33, 'Postman', { telephoneNumber: '1', ...of('Postman') }),
    group(41, 'Crew', TYPE.universalDistribution, [personDn('ann'), contactDn('Ed Tailspin'), groupDn('Delegates')], {
      mail: 'crew@example.com', mailNickname: 'crew', proxyAddresses: ['SMTP:crew@example.com', 'smtp:team@example.com'], description: 'Everybody on board', msExchRequireAuthToSendTo: 'FALSE', msExchHideFromAddressLists: 'TRUE', extensionAttribute1: 'A1', managedBy: personDn('ann'), ...of('Crew'),
    }),
    group(42, 'Delegates', UNIVERSAL_SECURITY, [personDn('cem')], { mail: 'delegates@example.com', mailNickname: 'delegates', ...of('Delegates') }),
  ];
}

type Seeded = NonNullable<SimulatorSeed['contacts']>[number];

/** A contact that is in the tenant already. */
export function existingContact(n: number, name: string, address: string, properties: Readonly<Record<string, unknown>> = {}, exchange: NonNullable<Seeded['exchange']> = {}): Seeded {
  return {
    id: cloudId(n), properties: { displayName: name, mail: address, mailNickname: `old${n}`, proxyAddresses: [`SMTP:${address}`], createdDateTime: '2025-01-01T00:00:00Z', ...properties },
    exchange: { recipientTypeDetails: 'MailContact', externalEmailAddress: `SMTP:${address}`, name: `Old contact ${n}`, ...exchange },
  };
}

/** A distribution group that is in the tenant already. */
export function existingGroup(n: number, name: string, alias: string, proxyAddresses: readonly string[], memberIds: readonly string[], ownerIds: readonly string[] = []): NonNullable<SimulatorSeed['groups']>[number] {
  return { id: cloudId(n), properties: { displayName: name, mailNickname: alias, mail: proxyAddresses[0]?.slice(5), proxyAddresses: [...proxyAddresses], mailEnabled: true, securityEnabled: false, groupTypes: [], createdDateTime: '2025-01-01T00:00:00Z' }, memberIds: [...memberIds], exchange: { name: alias, ...(ownerIds.length > 0 ? { managedBy: [...ownerIds] } : {}) } };
}

/** The tenant of {@link exchangeWorks}: mailboxes of Ann and Cem, and nobody else. */
export function exchangeTenant(more: Partial<SimulatorSeed> = {}): SimulatorSeed {
  const users = (['ann', 'cem'] as const).map((alias, i) => ({
    ...account(i === 0 ? 11 : 13, alias, { mail: `${alias}@example.com`, proxyAddresses: [`SMTP:${alias}@example.com`], usageLocation: 'DE' }), exchange: { recipientTypeDetails: 'SharedMailbox' as const },
  }));
  return { ...seedTenant({ users: 0, groups: 0, existing: { users } }), ...more };
}

type Snapshot = ReturnType<Rig['simulator']['snapshot']>;
const undated = <T extends Snapshot['users'][number]>(objects: readonly T[]) => objects.map(({ exchange, ...o }) => {
  const { whenChanged: _, ...facet } = (exchange ?? {}) as Record<string, unknown>;
  return { ...o, exchange: facet };
}).toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** Everything that is in the tenant, without the recycle bin and the times of changes. */
export function liveOf({ simulator }: Rig) {
  const { users, groups, contacts } = simulator.snapshot();
  return { users: undated(users), groups: undated(groups), contacts: undated(contacts) };
}

/** Contacts and groups of the tenant as people would tell of them, by name. */
export function toldOf({ simulator }: Rig) {
  const { users, groups, contacts } = simulator.snapshot();
  const names = new Map([...users, ...groups, ...contacts].map((o) => [o.id, String(o.properties['displayName'])]));
  const list = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as string[]).toSorted() : []);
  const facet = (o: Snapshot['users'][number]) => (o.exchange ?? {}) as Record<string, unknown>;
  const common = (o: Snapshot['users'][number]) => ({ displayName: o.properties['displayName'], alias: o.properties['mailNickname'], proxyAddresses: list(o.properties['proxyAddresses']), hidden: facet(o)['hiddenFromAddressListsEnabled'] === true, custom: facet(o)['customAttributes'] ?? {} });
  const byName = <T extends { readonly displayName: unknown }>(all: readonly T[]) => all.toSorted((a, b) => (String(a.displayName) < String(b.displayName) ? -1 : 1));
  const personOf = ({ properties: p }: Snapshot['users'][number]) => {
    const [address] = (p['addresses'] ?? []) as readonly Record<string, unknown>[];
    const all = { givenName: p['givenName'], surname: p['surname'], jobTitle: p['jobTitle'], department: p['department'], companyName: p['companyName'], city: address?.['city'], country: address?.['countryOrRegion'] };
    return { ...Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined && v !== null)), phones: ((p['phones'] ?? []) as readonly { readonly number: string }[]).map((phone) => phone.number).toSorted() };
  };
  return {
    contacts: byName(contacts.map((o) => ({ ...common(o), external: facet(o)['externalEmailAddress'], person: personOf(o) }))),
    groups: byName(groups.filter((o) => o.properties['mailEnabled'] === true).map((o) => ({
      ...common(o), security: o.properties['securityEnabled'] === true, ...(o.properties['description'] === undefined ? {} : { description: o.properties['description'] }),
      members: o.members.map((id) => names.get(id) ?? id).toSorted(), owners: (((facet(o)['managedBy'] ?? []) as readonly string[]).map((id) => names.get(id) ?? id)).toSorted(), closed: facet(o)['requireSenderAuthenticationEnabled'] !== false,
    }))),
  };
}

/** What the tenant holds of contacts and groups once {@link exchangeWorks} was migrated to {@link exchangeTenant}. */
export const EVERYTHING = {
  contacts: [
    { displayName: 'Ed Tailspin', alias: 'ed.tailspin', external: 'SMTP:ed@tailspintoys.com', proxyAddresses: ['SMTP:ed@tailspintoys.com', 'X500:/o=Works/cn=ed', 'X500:/o=old/cn=ed', 'smtp:ed.outside@example.com'], hidden: true, custom: { 3: 'outside' }, person: { givenName: 'Ed', surname: 'Tailspin', jobTitle: 'Buyer', department: 'Purchase', companyName: 'Tailspin', city: 'Oslo', country: 'Norway', phones: ['+47 1', '+47 2'] } },
    { displayName: 'Flo', alias: 'flo.fabrikam.com', external: 'SMTP:flo@fabrikam.com', proxyAddresses: ['SMTP:flo@fabrikam.com'], hidden: false, custom: {}, person: { phones: [] } },
  ],
  groups: [
    { displayName: 'Crew', alias: 'crew', security: false, description: 'Everybody on board', proxyAddresses: ['SMTP:crew@example.com', 'smtp:crew@simulated.onmicrosoft.com', 'smtp:team@example.com'], members: ['Ann', 'Delegates', 'Ed Tailspin'], owners: ['Ann'], hidden: true, closed: false, custom: { 1: 'A1' } },
    { displayName: 'Delegates', alias: 'delegates', security: true, proxyAddresses: ['SMTP:delegates@example.com', 'smtp:delegates@simulated.onmicrosoft.com'], members: ['Cem'], owners: [], hidden: false, closed: true, custom: {} },
  ],
};
