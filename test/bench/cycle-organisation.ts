import { cloudId, guid } from '../integration/app/works.ts';
import { guidBytes } from '../../electron/simulator/demo/identifiers.ts';
import { seedTenant, type SimulatorSeed } from '../../electron/simulator/index.ts';
import type { FakeAttributes } from '../servers/fake-ldap.ts';

/** DN of the domain. */
export const BASE = 'DC=example,DC=com';
/** Containers of the people and the groups. */
export const CONTAINERS = [`OU=People,${BASE}`, `OU=Groups,${BASE}`] as const;
/** Each of so many objects is a group. */
const GROUP_EACH = 20;
/** Groups from this number on; people count from 1. */
const GROUPS_FROM = 10_000_000;
/** Containers from this number on. */
const CONTAINERS_FROM = 90_000_000;
const CITIES = ['Oslo', 'Bergen', 'Trondheim', 'Stavanger'] as const;

/** A person of the organisation. */
export interface Person { readonly number: number; cn: string; title: string; department: string; phone: string; manager: number | null; enabled: boolean }
/** A group. */
export interface Group { readonly number: number; readonly cn: string; description: string; readonly members: Set<number> }
/** What changed of one object, as a domain controller tells it: attributes anew, and links one by one. */
export interface Told { readonly number: number; readonly deleted: boolean; readonly names: readonly string[]; readonly added: readonly number[]; readonly removed: readonly number[] }

/** An organisation in memory that a directory shows, and a tenant holds already. */
export interface Organisation {
  readonly people: Map<number, Person>;
  readonly groups: Map<number, Group>;
  /** Groups by member. */
  readonly memberOf: Map<number, Set<number>>;
  /** People by manager. */
  readonly reports: Map<number, Set<number>>;
}

/** Number of an object by its objectGUID as text. */
export const numberOf = (id: string): number => Number(id.slice(-12));
const dnOf = ({ people, groups }: Organisation, number: number): string => (number >= GROUPS_FROM ? `CN=${groups.get(number)?.cn ?? number},${CONTAINERS[1]}` : `CN=${people.get(number)?.cn ?? number},${CONTAINERS[0]}`);

function into(map: Map<number, Set<number>>, key: number, value: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}

/** Makes an organisation of so many objects: nineteen of twenty are people with a manager, groups hold 5 to 34 of them. Pure. */
export function makeOrganisation(objects: number): Organisation {
  const groups = Math.floor(objects / GROUP_EACH);
  const people = objects - groups;
  const made: Organisation = { people: new Map(), groups: new Map(), memberOf: new Map(), reports: new Map() };
  for (let n = 1; n <= people; n++) {
    const manager = n <= 10 ? null : Math.ceil(n / 10);
    made.people.set(n, { number: n, cn: `Person ${n}`, title: n % 3 === 0 ? 'Engineer' : 'Clerk', department: `Department ${n % 20}`, phone: `+47 ${n}`, manager, enabled: n % 50 !== 49 });
    if (manager !== null) into(made.reports, manager, n);
  }
  for (let g = 1; g <= groups; g++) {
    const number = GROUPS_FROM + g;
    const members = new Set(Array.from({ length: 5 + (g % 30) }, (_, k) => 1 + ((g * 7_919 + k * 31) % people)));
    made.groups.set(number, { number, cn: `Group ${g}`, description: `What group ${g} is for`, members });
    for (const member of members) into(made.memberOf, member, number);
  }
  return made;
}

/** Name and values of an entry, by the attributes of a search; undefined: there is none. */
export function entryOf(made: Organisation, number: number): { readonly dn: string; readonly attributes: FakeAttributes } | undefined {
  const dn = dnOf(made, number);
  const always = { objectGUID: [guidBytes(guid(number))], uSNChanged: [String(number)], whenChanged: ['20250101000000.0Z'], memberOf: [...made.memberOf.get(number) ?? []].map((one) => dnOf(made, one)) };
  const group = made.groups.get(number);
  if (group !== undefined) {
    return { dn, attributes: {
      ...always, objectClass: ['top', 'group'], cn: [group.cn], name: [group.cn], displayName: [group.cn], sAMAccountName: [`group${number - GROUPS_FROM}`], mailNickname: [`group${number - GROUPS_FROM}`], groupType: ['-2147483646'],
      description: [group.description], member: [...group.members].map((one) => dnOf(made, one)),
    } };
  }
  const person = made.people.get(number);
  if (person === undefined) return undefined;
  const alias = `user${number}`;
  return { dn, attributes: {
    ...always, objectClass: ['top', 'person', 'organizationalPerson', 'user'], cn: [person.cn], name: [person.cn], displayName: [person.cn], givenName: ['Person'], sn: [String(number)], sAMAccountName: [alias], userPrincipalName: [`${alias}@example.com`],
    userAccountControl: [person.enabled ? '512' : '514'], title: [person.title], department: [person.department], company: ['Example'], physicalDeliveryOfficeName: [`Room ${number % 900}`], streetAddress: [`Main street ${number % 300}`],
    l: [CITIES[number % CITIES.length] ?? ''], postalCode: [String(10_000 + number % 9_000)], c: ['NO'], co: ['Norway'], countryCode: ['578'], telephoneNumber: [person.phone], employeeID: [String(number)],
    directReports: [...made.reports.get(number) ?? []].map((one) => dnOf(made, one)), ...(person.manager === null ? {} : { manager: [dnOf(made, person.manager)] }),
  } };
}

/** Containers as entries. */
export const containerEntries = (): readonly { readonly dn: string; readonly attributes: FakeAttributes }[] =>
  CONTAINERS.map((dn, i) => ({ dn, attributes: { objectGUID: [guidBytes(guid(CONTAINERS_FROM + i))], objectClass: ['top', 'organizationalUnit'], name: [dn.slice(3, dn.indexOf(','))] } }));

/** A tenant that holds what the rules of the default template make of the organisation. */
export function tenantOf(made: Organisation): SimulatorSeed {
  return seedTenant({ existing: {
    users: [...made.people.values()].map(({ number, cn, title, department, phone, manager, enabled }) => ({
      id: cloudId(number), ...(manager === null ? {} : { managerId: cloudId(manager) }),
      properties: {
        accountEnabled: enabled, displayName: cn, givenName: 'Person', surname: String(number), mailNickname: `user${number}`, userPrincipalName: `user${number}@example.com`, userType: 'Member', jobTitle: title, department, companyName: 'Example',
        officeLocation: `Room ${number % 900}`, streetAddress: `Main street ${number % 300}`, city: CITIES[number % CITIES.length] ?? '', postalCode: String(10_000 + number % 9_000), country: 'Norway', usageLocation: 'NO', businessPhones: [phone], employeeId: String(number), onPremisesImmutableId: guidBytes(guid(number)).toString('base64'),
      },
    })),
    groups: [...made.groups.values()].map(({ number, cn, description, members }) => ({
      id: cloudId(number), memberIds: [...members].map(cloudId),
      properties: { displayName: cn, description, mailNickname: `group${number - GROUPS_FROM}`, mailEnabled: false, securityEnabled: true, groupTypes: [] },
    })),
  } });
}

const isPerson = (number: number): boolean => number < GROUPS_FROM;

/**
 * So many people and groups are changed, spread over the organisation: of a hundred, sixty-four have other values, eight another manager, five are renamed, five
 * disabled, five are new, three leave, and ten groups get one or two members and lose one. `round` makes each call change others.
 */
export function change(made: Organisation, changes: number, round: number): readonly Told[] {
  const people = [...made.people.keys()];
  const groups = [...made.groups.keys()];
  const told: Told[] = [];
  const say = (number: number, names: readonly string[], more: Partial<Told> = {}): void => { told.push({ number, deleted: false, names, added: [], removed: [], ...more }); };
  for (let i = 0; i < changes; i++) {
    const at = i % 100;
    const person = made.people.get(people[(round * 17 + i * Math.floor(people.length / (changes + 1))) % people.length] ?? 0);
    const group = made.groups.get(groups[(round * 13 + at * Math.max(1, Math.floor(groups.length / 101))) % groups.length] ?? 0);
    if (person === undefined || group === undefined) continue;
    if (at < 10) {
      const added = [(person.number % people.length) + 1, ((person.number + 7) % people.length) + 1].slice(0, 1 + (at % 2)).filter((one) => made.people.has(one) && !group.members.has(one));
      const [removed] = group.members;
      for (const one of added) { group.members.add(one); into(made.memberOf, one, group.number); }
      if (removed !== undefined) { group.members.delete(removed); made.memberOf.get(removed)?.delete(group.number); }
      say(group.number, [], { added, removed: removed === undefined ? [] : [removed] });
    } else if (at < 18) {
      const manager = (person.number % 97) + 1;
      if (person.manager !== null) made.reports.get(person.manager)?.delete(person.number);
      person.manager = manager;
      into(made.reports, manager, person.number);
      say(person.number, ['manager']);
    } else if (at < 23) { person.cn = `Renamed ${round} ${person.number}`; say(person.number, ['cn', 'name', 'displayName']); }
    else if (at < 28) { person.enabled = false; say(person.number, ['userAccountControl']); }
    else if (at < 33) {
      const number = Math.max(...people) + 1 + round * 1_000 + i;
      made.people.set(number, { number, cn: `Person ${number}`, title: 'Trainee', department: 'Department 1', phone: `+47 ${number}`, manager: 1, enabled: true });
      into(made.reports, 1, number);
      say(number, ['objectClass', 'cn', 'name']);
    } else if (at < 36) {
      for (const one of made.memberOf.get(person.number) ?? []) made.groups.get(one)?.members.delete(person.number);
      for (const one of made.reports.get(person.number) ?? []) { const report = made.people.get(one); if (report) report.manager = null; }
      if (person.manager !== null) made.reports.get(person.manager)?.delete(person.number);
      made.memberOf.delete(person.number);
      made.reports.delete(person.number);
      made.people.delete(person.number);
      say(person.number, [], { deleted: true });
    } else if (at < 40) { group.description = `What ${group.cn} is for, said ${round} times`; say(group.number, ['description']); }
    else { person.title = `Engineer ${round}`; person.department = `Department ${i % 7}`; say(person.number, ['title', 'department']); }
  }
  return told.filter(({ number, deleted }) => deleted || !isPerson(number) || made.people.has(number));
}

/** What a domain controller tells of a change: of a deleted object its id, of links one by one. */
export function changedEntry(made: Organisation, { number, deleted, names, added, removed }: Told): { readonly dn: string; readonly attributes: FakeAttributes } | undefined {
  const objectGUID = [guidBytes(guid(number))];
  if (deleted) return { dn: `CN=${number}\\0ADEL:${guid(number)},CN=Deleted Objects,${BASE}`, attributes: { objectGUID, isDeleted: ['TRUE'] } };
  const entry = entryOf(made, number);
  if (entry === undefined) return undefined;
  return { dn: entry.dn, attributes: {
    objectGUID, ...Object.fromEntries(names.flatMap((name) => (entry.attributes[name] === undefined ? [] : [[name, entry.attributes[name]]]))),
    ...(added.length === 0 ? {} : { 'member;range=1-1': added.map((one) => dnOf(made, one)) }), ...(removed.length === 0 ? {} : { 'member;range=0-0': removed.map((one) => dnOf(made, one)) }),
  } };
}
