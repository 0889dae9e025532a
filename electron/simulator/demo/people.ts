import type { Chance } from '../chance.ts';
import { escapeRdn } from './identifiers.ts';
import { COUNTRIES, DEPARTMENTS, type DemoCountry } from './names.ts';

/** DN of the demo domain. */
export const DOMAIN_DN = 'DC=corp,DC=example,DC=com';
/** Container of everybody. */
export const PEOPLE_DN = `OU=People,${DOMAIN_DN}`;

/** One person of the demo organisation. Values are what the directory holds, mistakes included. */
export interface DemoPerson {
  readonly guid: string;
  readonly rid: number;
  readonly dn: string;
  readonly cn: string;
  readonly givenName: string;
  readonly surname: string;
  displayName: string;
  readonly sam: string;
  upn: string;
  /** Primary address; null for people without a mailbox. */
  mail: string | null;
  alias: string;
  readonly aliases: readonly string[];
  readonly country: DemoCountry;
  department: string;
  readonly title: string;
  readonly enabled: boolean;
  /** Index of the manager; null for the head of all. */
  readonly manager: number | null;
  readonly employeeId: string;
  readonly phone: string;
  readonly mobile: string;
}

/** The organisation's people, the head first, then the heads of departments, then everybody else. */
export function demoPeople(count: number, luck: Chance): DemoPerson[] {
  const taken = new Map<string, number>();
  const leads = new Map<string, number>();
  const people: DemoPerson[] = [];
  for (let i = 0; i < count; i++) {
    const country = i === 0 ? luck.pick(COUNTRIES) : COUNTRIES[i % COUNTRIES.length] ?? luck.pick(COUNTRIES);
    // The step keeps departments and countries from moving in the same rhythm.
    const isHead = i > 0 && i <= DEPARTMENTS.length;
    const department = DEPARTMENTS[isHead ? i - 1 : (i + Math.floor(i / DEPARTMENTS.length)) % DEPARTMENTS.length] ?? luck.pick(DEPARTMENTS);
    const [given, family] = [luck.pick(country.given), luck.pick(country.family)];
    const base = `${given.ascii}.${family.ascii}`.toLowerCase();
    const number = (taken.get(base) ?? 0) + 1;
    taken.set(base, number);
    const alias = number === 1 ? base : `${base}${number}`;
    const place = Math.floor(i / DEPARTMENTS.length);
    const isLead = !isHead && place % 9 === 2;
    const head = Math.min(DEPARTMENTS.indexOf(department) + 1, i - 1);
    const leadIndex = leads.get(department.name);
    const manager = i === 0 ? null : isHead ? 0 : isLead || leadIndex === undefined ? head : leadIndex;
    if (isLead) leads.set(department.name, i);
    // East Asian names are written family name first.
    const written = country.code === 'JP' ? `${family.written} ${given.written}` : `${given.written} ${family.written}`;
    const suffix = number === 1 ? '' : ` ${number}`;
    const cn = luck.happens(0.1) ? `${family.written}, ${given.written}${suffix}` : `${written}${suffix}`;
    const hasMail = !(department.name === 'Production' && luck.happens(0.3));
    people.push({
      guid: luck.uuid(), rid: 1104 + i, cn, dn: `CN=${escapeRdn(cn)},OU=${escapeRdn(department.name)},OU=${escapeRdn(country.name)},${PEOPLE_DN}`,
      givenName: given.written, surname: family.written, displayName: `${written}${suffix}`,
      sam: `${alias.slice(0, 14)}${String(i).padStart(4, '0')}`.replaceAll('.', '').slice(0, 20),
      upn: `${alias}@${country.code === 'US' ? 'corp.example.com' : 'example.com'}`, mail: hasMail ? `${alias}@example.com` : null, alias,
      aliases: hasMail && luck.happens(0.3) ? [`${given.ascii.slice(0, 1).toLowerCase()}${family.ascii.toLowerCase()}${i}@corp.example.com`] : [],
      country, department: department.name, title: i === 0 ? 'Managing Director' : isHead ? department.head : isLead ? department.lead : luck.pick(department.staff),
      enabled: i <= DEPARTMENTS.length || isLead || !luck.happens(0.05), manager,
      employeeId: String(100_000 + i), phone: `+${country.dial} 555 ${String(1000 + i)}`, mobile: `+${country.dial} 555 ${String(700_000 + i)}`,
    });
  }
  return people;
}

/**
 * Puts the usual mistakes of a directory into the last people: an address and a name no cloud takes, an unverified suffix, two
 * people with one address, a nickname with a blank, a department that is too long, an empty display name.
 */
export function makeMistakes(people: DemoPerson[]): void {
  if (people.length < 60) return;
  const at = (fromEnd: number): DemoPerson => {
    const person = people[people.length - fromEnd];
    if (!person) throw new RangeError('not enough people');
    return person;
  };
  at(1).upn = 'r&d.lab@example.com';
  at(2).upn = `zoë.brontë@example.com`;
  for (const n of [3, 4, 5]) at(n).upn = at(n).upn.replace(/@.*/, '@corp.local');
  at(6).mail = 'front.desk@example.com';
  at(7).mail = 'front.desk@example.com';
  at(8).alias = `${at(8).alias} old`;
  at(9).department = 'Research, development, prototypes, measurement and all other laboratory services';
  at(10).displayName = '';
}
