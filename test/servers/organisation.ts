import { COUNTRIES, DEPARTMENTS, GIVEN, SURNAMES, type Spelled } from './organisation-names.ts';
import { ldifLine } from './users.ts';

/** One object of the organisation as plain data. The key is sAMAccountName, or cn for a contact. */
export interface OrganisationObject {
  readonly key: string;
  readonly kind: 'user' | 'group' | 'contact' | 'computer';
  readonly dn: string;
  readonly cn: string;
  /** Values as Active Directory holds them, but for links and computed ones. mS-DS-ConsistencyGuid is Base64. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Key of the manager. */
  readonly manager: string | null;
  /** Keys of the direct members; of a group that is part of a cycle, those of {@link Organisation.cycle} too. */
  readonly members: readonly string[];
  /** Below one of {@link Organisation.containers}. */
  readonly collected: boolean;
  /** A part of the reason for which the object is kept out when it is added to a collection; empty: it goes in. */
  readonly keptOut: string;
}

/** A made-up Active Directory. */
export interface Organisation {
  /** Records to be added to an empty domain. */
  readonly ldif: string;
  /** Changes to be made afterwards (ldapmodify): two groups that are members of each other. */
  readonly cycle: string;
  readonly objects: readonly OrganisationObject[];
  /** DNs of the organisational units to be migrated. */
  readonly containers: readonly string[];
}

/** How large the organisation is. */
export interface OrganisationOptions {
  /** Ordinary users, 60 at least; default 2,000. */
  readonly users?: number;
  /** DN of the domain; default `DC=corp,DC=example,DC=com`. */
  readonly base?: string;
  /** Writes an objectGUID into every record, as an export has it and a server makes it itself: {@link guidOf}. */
  readonly guids?: boolean;
}

/** groupType of each kind of group (MS-ADTS 2.2.12). */
const GROUP_TYPE = { global: '-2147483646', universal: '-2147483640', domainLocal: '-2147483644', distribution: '8', globalDistribution: '2' } as const;
const EXCHANGE = '/o=Corp/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=';

/** A small repeatable source of chance (xorshift32). */
function dice(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Escapes a value for a DN (RFC 4514 2.4). */
export const inDn = (value: string): string => value.replace(/[\\",+<>;=]/g, '\\$&').replace(/^[# ]/, '\\$&').replace(/ $/, '\\ ');
/** objectGUID of the n-th object of an organisation with `guids`. */
export const guidOf = (n: number): string => `c0de${String(n).padStart(4, '0')}-ad00-4a0d-9b0b-${String(n * 7919).padStart(12, '0')}`;
/** The 16 bytes of a GUID in the order of objectGUID (MS-DTYP 2.3.4.2). */
export function guidBytes(guid: string): Buffer {
  const hex = Buffer.from(guid.replaceAll('-', ''), 'hex');
  return Buffer.from([hex.subarray(0, 4).reverse(), hex.subarray(4, 6).reverse(), hex.subarray(6, 8).reverse(), hex.subarray(8)].flatMap((part) => [...part]));
}

const given = <T>(value: T | false | null | undefined): readonly T[] => (value === false || value === null || value === undefined ? [] : [value]);

/** Container of a user: eight, one nested, one with a comma in its name. */
const UNITS = ['Berlin', 'Oslo', 'Łódź', '東京', 'Forschung, Entwicklung', 'Dubai', 'St. Paul', 'Zürich'] as const;

function person(i: number, root: string, below: (n: number) => number): OrganisationObject {
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const [first, last] = [pick<Spelled>(GIVEN), pick<Spelled>(SURNAMES)];
  const [country, countryName, countryNumber, city, state] = pick(COUNTRIES);
  const sam = `u${String(i).padStart(5, '0')}`;
  const alias = `${first[1]}.${last[1]}.${i}`;
  const cn = i % 10 === 0 ? `${last[0]}, ${first[0]} ${i}` : i % 77 === 6 ? `#${first[0]} + "${last[0]}" <${i}>; a\\b=c` : `${first[0]} ${last[0]} ${i}`;
  const prefix = i % 97 === 5 ? `jörg.${i}` : i % 53 === 7 ? `o'neill.${i}` : i % 89 === 8 ? `${first[1]} ${i}` : alias;
  const suffix = i % 10 === 3 ? 'corp.local' : i % 41 === 0 ? 'Corp.Example.COM' : 'corp.example.com';
  const mail = i % 12 === 11 ? null : i % 211 === 1 ? ` ${alias}@example.com ` : `${alias}@example.com`;
  const primary = mail === null ? null : i % 37 === 0 ? `primary.${i}@example.com` : mail.trim();
  const nickname = i % 5 === 4 ? null : i % 101 === 1 ? `${first[0]} ${last[0]}` : i % 103 === 2 ? `.dots..${i}.` : sam;
  const enabled = i % 20 !== 13;
  const attributes: Record<string, readonly string[]> = {
    sAMAccountName: [sam], userPrincipalName: [`${prefix}@${suffix}`], userAccountControl: [enabled ? (i % 3 === 0 ? '66080' : '544') : '514'],
    displayName: i % 19 === 4 ? [] : i % 23 === 5 ? [`  ${last[0]}, ${first[0]} `] : [`${first[0]} ${last[0]}`],
    givenName: [first[0]], sn: [last[0]], mail: given(mail), mailNickname: given(nickname),
    proxyAddresses: primary === null || i % 4 === 2 ? [] : [`SMTP:${primary}`, `smtp:${sam}@corp.example.com`, `X500:${EXCHANGE}${sam}`],
    department: given(i % 17 !== 2 && (i % 13 === 0 ? ` ${pick(DEPARTMENTS)}  ` : pick(DEPARTMENTS))), company: ['Corp Example AG'], title: given(i % 9 !== 8 && `Senior ${pick(DEPARTMENTS)} Engineer`),
    telephoneNumber: given(i % 6 !== 5 && `+49 30 ${1_000_000 + i}`), mobile: given(i % 7 !== 6 && `+49 170 ${1_000_000 + i}`), facsimileTelephoneNumber: given(i % 50 === 9 && `+49 31 ${i}`),
    streetAddress: given(i % 3 !== 1 && (i % 3 === 0 ? `Hauptstraße ${i % 200}\r\nGebäude ${i % 9}` : `通り ${i % 200}`)), l: [city], st: given(i % 8 !== 7 && state), postalCode: [String(10_000 + i)],
    c: given(i % 15 !== 14 && i % 31 !== 30 && country), co: given(i % 31 !== 30 && countryName), countryCode: [i % 31 === 30 ? '0' : countryNumber], msExchUsageLocation: given(i % 43 === 1 && 'us'),
    physicalDeliveryOfficeName: [`B${i % 20}-${i % 400}`], employeeID: [String(100_000 + i)], employeeType: given(i % 4 === 1 && 'Extern'), preferredLanguage: given(i % 25 === 3 && 'de-DE'),
    extensionAttribute1: [`CC${i % 500}`], [`extensionAttribute${2 + (i % 14)}`]: [`${i}: größer`], 'mS-DS-ConsistencyGuid': given(i % 100 === 50 && guidBytes(guidOf(3000 + i)).toString('base64')),
  };
  const unit = UNITS[i % UNITS.length] ?? 'Berlin';
  const dn = `CN=${inDn(cn)},OU=${inDn(unit)},${i % UNITS.length === 1 ? 'OU=Norge,' : ''}OU=People,${root}`;
  const manager = i === 0 || i % 20 === 19 ? null : `u${String(Math.floor((i - 1) / 12)).padStart(5, '0')}`;
  return { key: sam, kind: 'user', dn, cn, attributes, manager, members: [], collected: true, keptOut: '' };
}

/** Users, contacts and a computer that stand for one special case each. */
function specials(root: string): readonly OrganisationObject[] {
  const make = (kind: OrganisationObject['kind'], cn: string, attributes: OrganisationObject['attributes'], more: Partial<OrganisationObject> = {}): OrganisationObject => {
    const key = attributes['sAMAccountName']?.[0] ?? cn;
    const unit = kind === 'contact' ? 'OU=Contacts' : 'OU=Service,OU=People';
    return { key, kind, cn, dn: `CN=${inDn(cn)},${unit},${root}`, attributes, manager: null, members: [], collected: true, keptOut: '', ...more };
  };
  const user = (cn: string, sam: string, more: OrganisationObject['attributes'], keptOut = ''): OrganisationObject =>
    make('user', cn, { sAMAccountName: [sam], userPrincipalName: [`${sam.replaceAll(/[^\w.]/g, '')}@corp.example.com`], userAccountControl: ['544'], displayName: [cn], c: ['DE'], ...more }, { keptOut });
  const contact = (cn: string, more: OrganisationObject['attributes'] = {}, keptOut = ''): OrganisationObject => make('contact', cn, { displayName: [cn], mail: [`${cn.toLowerCase().replaceAll(/\W/g, '.')}@partner.example`], ...more }, { keptOut });
  const outside = (n: number): OrganisationObject => make('user', `Outsider ${n}`, { sAMAccountName: [`out${n}`], userPrincipalName: [`out${n}@corp.example.com`], userAccountControl: ['544'], displayName: [`Outsider ${n}`] }, { dn: `CN=Outsider ${n},OU=Outside,${root}`, collected: false });
  return [
    user('Sync account', 'AAD_0123456789ab', {}, 'sAMAccountName starts with AAD_'), user('Old sync account', 'MSOL_0123456789ab', {}, 'sAMAccountName starts with MSOL_'),
    user('Cloud user', 'clouduser', { adminDescription: ['User_0123'] }, 'adminDescription starts with User_'),
    user('System mailbox', 'SM_1', { mailNickname: ['SystemMailbox{1f05a927}'] }, 'mailNickname starts with SystemMailbox{'), user('Client access', 'CAS_{0123}', {}, 'Exchange client access account'),
    user('Arbitration', 'arb1', { msExchRecipientTypeDetails: ['8388608'] }, 'system mailbox of Exchange'), user('Linked', 'linked1', { msExchRecipientTypeDetails: ['2'] }, 'linked mailbox'),
    // Failures that the checks must find before anything is written.
    user('Front desk A', 'desk.a', { mail: ['front.desk@example.com'] }), user('Front desk B', 'desk.b', { mail: ['Front.Desk@example.com'] }),
    user('Long value', 'long1', { extensionAttribute11: ['x'.repeat(1500)] }), user('Health', 'HealthMailbox123', {}),
    // A user known by nothing that Microsoft 365 takes as a name.
    user('山田 太郎', 'kanji1', { userPrincipalName: ['山田@corp.example.com'], displayName: ['山田 太郎'] }),
    contact('Tax Adviser'), contact('Lawyer, external'), contact('Ledger Partners'), contact('Ghost (MSOL)', { msExchHideFromAddressLists: ['TRUE'] }, 'hidden contact of a directory synchronisation'),
    make('computer', 'PC-0001', { sAMAccountName: ['PC-0001$'], userAccountControl: ['4096'] }),
    outside(1), outside(2),
  ];
}

function groups(users: number, root: string): { readonly groups: readonly OrganisationObject[]; readonly cycle: readonly (readonly [string, string])[] } {
  const below = dice(77);
  const some = (count: number): readonly string[] => [...new Set(Array.from({ length: count }, () => `u${String(below(users)).padStart(5, '0')}`))];
  const make = (sam: string, type: keyof typeof GROUP_TYPE, members: readonly string[], more: OrganisationObject['attributes'] = {}, keptOut = ''): OrganisationObject => ({
    key: sam, kind: 'group', cn: sam, dn: `CN=${inDn(sam)},OU=Groups,${root}`, manager: null, members: [...new Set(members)], collected: true, keptOut,
    attributes: { sAMAccountName: [sam], groupType: [GROUP_TYPE[type]], displayName: [`Gruppe ${sam}`], ...more },
  });
  const name = (stem: string, i: number): string => `${stem}-${String(i).padStart(2, '0')}`;
  const all: OrganisationObject[] = [];
  for (let i = 0; i < 40; i += 1) all.push(make(i % 8 === 1 ? `App.Users ${i}` : name('gl', i), 'global', some(5 + below(30)), i % 5 === 2 ? { displayName: [] } : { description: [i % 4 === 0 ? `Zeile 1\r\nZeile 2 von ${i}` : `Gruppe Nr. ${i}`] }));
  for (let i = 0; i < 28; i += 1) all.push(make(name('un', i), 'universal', [...some(5 + below(20)), ...(i % 4 === 0 ? [name('gl', 8), name('gl', 10)] : [])]));
  for (let i = 0; i < 20; i += 1) all.push(make(name('dl', i), 'domainLocal', [...(i % 3 === 0 ? [name('un', i), name('gl', i - (i % 8))] : []), ...(i === 1 ? ['Tax Adviser', 'AAD_0123456789ab', 'out1', 'desk.a'] : []), ...some(i === 5 ? 0 : 8)]));
  for (let i = 0; i < 22; i += 1) {
    const sam = name('list', i);
    // A group's nickname may not hold a point; a list of lists loses its lists, which Microsoft 365 groups cannot hold.
    all.push(make(sam, i % 5 === 4 ? 'globalDistribution' : 'distribution', [...some(6 + below(20)), ...(i % 6 === 5 ? ['Lawyer, external', name('un', 3), name('list', 2)] : [])], i % 4 === 3 ? {} : { mail: [`${sam}@example.com`], mailNickname: [i % 4 === 1 ? `list.${i}` : sam], proxyAddresses: [`SMTP:${sam}@example.com`] }));
  }
  for (let i = 0; i < 4; i += 1) all.push(make(name('mes', i), 'universal', some(5), { mail: [`mes-${i}@example.com`], mailNickname: [`mes-${i}`], proxyAddresses: [`SMTP:mes-${i}@example.com`] }));
  all.push(make('lists-in-security', 'universal', [name('list', 0), name('mes', 1), ...some(3)]));
  all.push(make('postmaster', 'global', some(2)), make('Cloud group', 'global', some(2), { adminDescription: ['Group_77'] }, 'adminDescription starts with Group_'), make('Role group', 'universal', [], { msExchRecipientTypeDetails: ['1073741824'] }, 'role group of Exchange'));
  all.push(make('cycle-a', 'universal', some(2)), make('cycle-b', 'universal', ['cycle-a']));
  all.push(make('all-staff', 'universal', Array.from({ length: Math.ceil(users * 0.9) }, (_, i) => `u${String(i).padStart(5, '0')}`)));
  return { groups: all.map((g) => (g.key === 'cycle-a' ? { ...g, members: [...g.members, 'cycle-b'] } : g)), cycle: [['cycle-a', 'cycle-b']] };
}

const CLASSES: Readonly<Record<OrganisationObject['kind'], string>> = { user: 'user', group: 'group', contact: 'contact', computer: 'computer' };

/** Units above and beside the objects, parents first. */
function units(objects: readonly OrganisationObject[], root: string): readonly string[] {
  const seen = new Set<string>();
  for (const { dn } of objects) {
    const parts = dn.slice(0, -root.length - 1).split(/(?<!\\),/).slice(1);
    for (let i = parts.length - 1; i >= 0; i -= 1) seen.add([...parts.slice(i), root].join(','));
  }
  return [...seen].toSorted((a, b) => a.length - b.length);
}

/**
 * Makes a whole Active Directory: the same for the same options. About 5 % of the users are disabled, nearly all have a
 * manager, a tenth signs in with a suffix that no tenant knows, and every reason for which an object is left out occurs.
 */
export function makeOrganisation(options: OrganisationOptions = {}): Organisation {
  const root = options.base ?? 'DC=corp,DC=example,DC=com';
  const users = options.users ?? 2000;
  const below = dice(20_240_601);
  const people = Array.from({ length: users }, (_, i) => person(i, root, below)).map((p, i) => (i === 17 ? { ...p, manager: 'out1' } : i === 18 ? { ...p, manager: 'desk.b' } : p));
  const { groups: made, cycle } = groups(users, root);
  const special = specials(root);
  const objects = [...special, ...people, ...made].map((object) => ({ ...object, attributes: Object.fromEntries(Object.entries(object.attributes).filter(([, values]) => values.length > 0)) }));
  const byKey = new Map(objects.map((object, n) => [object.key, { object, n }]));
  const dnOf = (key: string): string => {
    const found = byKey.get(key);
    if (found === undefined) throw new Error(`the organisation has no ${key}`);
    return found.object.dn;
  };
  const late = new Set(cycle.map(([group, member]) => `${group} ${member}`));
  const lines = (object: OrganisationObject, n: number): string => [
    ldifLine('dn', object.dn), ldifLine('objectClass', CLASSES[object.kind]), ...(options.guids ? [ldifLine('objectGUID', guidBytes(guidOf(n))), ldifLine('cn', object.cn)] : []),
    ...Object.entries(object.attributes).flatMap(([name, values]) => values.map((value) => ldifLine(name, name === 'mS-DS-ConsistencyGuid' ? Buffer.from(value, 'base64') : value))),
    ...(object.manager === null ? [] : [ldifLine('manager', dnOf(object.manager))]),
    ...object.members.filter((key) => options.guids || !late.has(`${object.key} ${key}`)).map((key) => ldifLine('member', dnOf(key))), '\n',
  ].join('');
  // A server takes a link only to what exists already: nested groups go in after their members.
  const depth = (object: OrganisationObject, above = new Set<string>()): number => (object.kind !== 'group' || above.has(object.key) ? 0
    : 1 + Math.max(0, ...object.members.map((key) => depth(byKey.get(key)?.object ?? object, new Set([...above, object.key])))));
  const ordered = objects.map((object, n) => ({ object, n })).toSorted((a, b) => depth(a.object) - depth(b.object) || a.n - b.n);
  const ous = units(objects, root).map((dn) => `${ldifLine('dn', dn)}objectClass: organizationalUnit\n\n`);
  return {
    ldif: [...ous, ...ordered.map(({ object, n }) => lines(object, n))].join(''),
    cycle: cycle.map(([group, member]) => `${ldifLine('dn', dnOf(group))}changetype: modify\nadd: member\n${ldifLine('member', dnOf(member))}-\n\n`).join(''),
    objects, containers: ['People', 'Groups', 'Contacts'].map((unit) => `OU=${unit},${root}`),
  };
}
