import { anchorOf, guidBytes, sidBytes } from './identifiers.ts';
import type { LdifEntry, LdifValue } from './ldif.ts';
import { DOMAIN_DN, PEOPLE_DN, type DemoPerson } from './people.ts';
import { GROUPS_DN, type DemoGroup } from './teams.ts';
import type { Chance } from '../chance.ts';

/** Sub-authorities of the demo domain's SID. */
export const DOMAIN_SID = [1_004_336_348, 1_177_238_915, 682_003_330] as const;
const CONTACTS_DN = `OU=Contacts,${DOMAIN_DN}`;
const SCHEMA = `CN=Schema,CN=Configuration,${DOMAIN_DN}`;
/** Account control: normal account, 512; disabled, 2 (MS-ADTS 2.2.16). */
const NORMAL = 512;
const DISABLED = 2;

type Attribute = readonly [string, readonly LdifValue[]];

/** An export of the domain as ldifde and ldapsearch write it: parents first, linked attributes forward only. */
export function directoryExport(people: readonly DemoPerson[], groups: readonly DemoGroup[], luck: Chance): LdifEntry[] {
  let usn = 12_288;
  const system = (when: string): Attribute[] => [
    ['instanceType', ['4']], ['whenCreated', ['20190304081500.0Z']], ['whenChanged', [when]], ['uSNCreated', [String(++usn)]], ['uSNChanged', [String(usn + 40_000)]],
  ];
  const stamp = (): string => `2026${String(1 + luck.below(10)).padStart(2, '0')}${String(1 + luck.below(28)).padStart(2, '0')}${String(luck.below(24)).padStart(2, '0')}${String(luck.below(60)).padStart(2, '0')}00.0Z`;
  const entry = (dn: string, classes: readonly string[], name: string, guid: string, category: string, more: readonly Attribute[]): LdifEntry => ({
    dn, attributes: [
      ['objectClass', classes], ['distinguishedName', [dn]], ['name', [name]], ['objectGUID', [guidBytes(guid)]], ['objectCategory', [`CN=${category},${SCHEMA}`]],
      ...system(stamp()), ...more.filter(([, values]) => values.length > 0 && values.every((v) => v.length > 0)),
    ],
  });
  const unit = (dn: string): LdifEntry => {
    const name = dn.slice(3, dn.search(/(?<!\\),/)).replaceAll('\\', '');
    return entry(dn, ['top', 'organizationalUnit'], name, luck.uuid(), 'Organizational-Unit', [['ou', [name]]]);
  };

  const units = new Set<string>([PEOPLE_DN, GROUPS_DN, CONTACTS_DN]);
  for (const { dn } of people) {
    const department = dn.slice(dn.search(/(?<!\\),OU=/) + 1);
    units.add(department.slice(department.search(/(?<!\\),OU=/) + 1));
    units.add(department);
  }
  return [
    entry(DOMAIN_DN, ['top', 'domain', 'domainDNS'], 'corp', luck.uuid(), 'Domain-DNS', [['dc', ['corp']], ['objectSid', [sidBytes(DOMAIN_SID)]]]),
    entry(`CN=Users,${DOMAIN_DN}`, ['top', 'container'], 'Users', luck.uuid(), 'Container', [['cn', ['Users']]]),
    ...[...units].map(unit),
    ...systemAccounts(luck).map(({ dn, classes, name, category, more }) => entry(dn, classes, name, luck.uuid(), category, more)),
    ...people.map((person) => entry(person.dn, ['top', 'person', 'organizationalPerson', 'user'], person.cn, person.guid, 'Person', personAttributes(person, people))),
    ...groups.map((group) => entry(group.dn, ['top', 'group'], group.name, group.guid, 'Group', groupAttributes(group, people))),
    ...CONTACTS.map((contact) => entry(`CN=${contact.name},${CONTACTS_DN}`, ['top', 'person', 'organizationalPerson', 'contact'], contact.name, luck.uuid(), 'Person', [
      ['cn', [contact.name]], ['displayName', [contact.name]], ['givenName', [contact.given]], ['sn', [contact.family]], ['company', [contact.company]], ['mail', [contact.mail]], ['mailNickname', [contact.alias]],
      ['proxyAddresses', [`SMTP:${contact.mail}`]], ['targetAddress', [`SMTP:${contact.mail}`]], ['msExchRecipientDisplayType', ['6']], ['msExchRecipientTypeDetails', ['64']],
    ])),
  ];
}

function personAttributes(person: DemoPerson, people: readonly DemoPerson[]): Attribute[] {
  const { country } = person;
  const one = (name: string, value: string): Attribute => [name, value === '' ? [] : [value]];
  const manager = person.manager === null ? undefined : people[person.manager]?.dn;
  return [
    one('cn', person.cn), one('sn', person.surname), one('givenName', person.givenName), one('displayName', person.displayName),
    ['objectSid', [sidBytes(DOMAIN_SID, person.rid)]], ['primaryGroupID', ['513']], ['sAMAccountName', [person.sam]], ['sAMAccountType', ['805306368']], ['userPrincipalName', [person.upn]],
    ['userAccountControl', [String(NORMAL | (person.enabled ? 0 : DISABLED))]], ['pwdLastSet', ['133775712000000000']], ['accountExpires', ['9223372036854775807']],
    one('title', person.title), one('department', person.department), one('company', 'Causeway Demo Works'), one('physicalDeliveryOfficeName', `${country.city} 1`),
    one('streetAddress', `${country.street} ${person.rid % 90 + 1}`), one('l', country.city), one('st', country.state), one('postalCode', country.postalCode), one('c', country.code), one('co', country.name), one('countryCode', country.numeric),
    one('telephoneNumber', person.phone), one('mobile', person.mobile), one('employeeID', person.employeeId), one('preferredLanguage', country.language), one('extensionAttribute1', `CC-${person.rid % 40 + 100}`),
    ['manager', manager === undefined ? [] : [manager]], ...(person.enabled ? [] : [['description', ['Left the company']] as const]), ...mailbox(person),
  ];
}

/** Exchange's attributes of a person with a mailbox. */
function mailbox(person: DemoPerson): Attribute[] {
  if (person.mail === null) return [];
  return [
    ['mail', [person.mail]], ['mailNickname', [person.alias]], ['proxyAddresses', [`SMTP:${person.mail}`, ...person.aliases.map((a) => `smtp:${a}`), `x500:/o=Demo/ou=Exchange/cn=Recipients/cn=${person.sam}`]],
    ['legacyExchangeDN', [`/o=Demo/ou=Exchange Administrative Group/cn=Recipients/cn=${person.sam}`]], ['msExchRecipientDisplayType', ['1073741824']], ['msExchRecipientTypeDetails', ['1']],
    ['msExchMailboxGuid', [Buffer.from(anchorOf(person.guid), 'base64').reverse()]], ['homeMDB', [`CN=Database 1,CN=Databases,CN=Exchange,CN=Services,CN=Configuration,${DOMAIN_DN}`]],
  ];
}

function groupAttributes(group: DemoGroup, people: readonly DemoPerson[]): Attribute[] {
  const members = [...group.people.flatMap((i) => people[i]?.dn ?? []), ...group.nested];
  return [
    ['cn', [group.name]], ['displayName', [group.name]], ['sAMAccountName', [group.sam]], ['sAMAccountType', [group.type < 0 ? '268435456' : '268435457']], ['objectSid', [sidBytes(DOMAIN_SID, group.rid)]],
    ['groupType', [String(group.type)]], ['description', [group.description]], ['member', members],
    ...(group.mail === null ? [] : [['mail', [group.mail]], ['mailNickname', [group.sam]], ['proxyAddresses', [`SMTP:${group.mail}`]]] as const),
  ];
}

interface SystemAccount { readonly dn: string; readonly classes: readonly string[]; readonly name: string; readonly category: string; readonly more: Attribute[] }

/** What every domain has and no migration takes along. */
function systemAccounts(luck: Chance): SystemAccount[] {
  const user = (name: string, rid: number, more: Attribute[]): SystemAccount => ({
    dn: `CN=${name},CN=Users,${DOMAIN_DN}`, classes: ['top', 'person', 'organizationalPerson', 'user'], name, category: 'Person',
    more: [['cn', [name]], ['sAMAccountName', [name.slice(0, 20)]], ['objectSid', [sidBytes(DOMAIN_SID, rid)]], ['userAccountControl', ['514']], ...more],
  });
  const critical: Attribute = ['isCriticalSystemObject', ['TRUE']];
  const mailbox = `SystemMailbox{${luck.uuid()}}`;
  return [
    user('Administrator', 500, [critical, ['description', ['Built-in account for administering the computer/domain']]]), user('Guest', 501, [critical]), user('krbtgt', 502, [critical]),
    user(mailbox, 1100, [['mailNickname', [mailbox]], ['msExchRecipientTypeDetails', ['8388608']]]),
    {
      dn: `CN=Domain Users,CN=Users,${DOMAIN_DN}`, classes: ['top', 'group'], name: 'Domain Users', category: 'Group',
      more: [['cn', ['Domain Users']], ['sAMAccountName', ['Domain Users']], ['objectSid', [sidBytes(DOMAIN_SID, 513)]], ['groupType', ['-2147483646']], critical],
    },
  ];
}

const CONTACTS = [
  { name: 'Tax Adviser (external)', given: 'Tax', family: 'Adviser', company: 'Ledger Partners', mail: 'office@ledger.example', alias: 'taxadviser' },
  { name: 'Forwarding Agent', given: 'Forwarding', family: 'Agent', company: 'Quay Freight', mail: 'dispatch@freight.example', alias: 'forwarder' },
  { name: 'Press Agency', given: 'Press', family: 'Agency', company: 'Headline', mail: 'desk@headline.example', alias: 'press' },
  { name: 'Works Doctor', given: 'Works', family: 'Doctor', company: 'Praxis am Hafen', mail: 'praxis@doctor.example', alias: 'worksdoctor' },
];
