import type { Chance } from '../chance.ts';
import { escapeRdn } from './identifiers.ts';
import { COUNTRIES, DEPARTMENTS } from './names.ts';
import { DOMAIN_DN, type DemoPerson } from './people.ts';

/** Container of all groups. */
export const GROUPS_DN = `OU=Groups,${DOMAIN_DN}`;

/** Group types as stored in groupType (MS-ADTS 2.2.12). */
export const GROUP_TYPE = { globalSecurity: -2147483646, domainLocalSecurity: -2147483644, universalSecurity: -2147483640, globalDistribution: 2, universalDistribution: 8 } as const;

/** One group of the demo organisation. */
export interface DemoGroup {
  readonly guid: string;
  readonly rid: number;
  readonly dn: string;
  readonly name: string;
  readonly sam: string;
  readonly description: string;
  readonly type: number;
  /** Address of distribution and mail-enabled security groups. */
  readonly mail: string | null;
  /** Indexes of people. */
  readonly people: readonly number[];
  /** DNs of nested groups. */
  readonly nested: readonly string[];
}

const PROJECTS = ['Aurora', 'Bridge', 'Cobalt', 'Delta', 'Elm', 'Fjord', 'Granite', 'Harbour', 'Indigo', 'Juniper', 'Kestrel', 'Lantern'];

/**
 * Groups of every kind: everybody in one, one global group a department, one domain-local group a country that holds people and
 * department groups, universal project groups, and distribution groups with addresses.
 * @param count groups wanted, at least 1.
 */
export function demoGroups(count: number, people: readonly DemoPerson[], luck: Chance): DemoGroup[] {
  const groups: DemoGroup[] = [];
  const rid = 1104 + people.length;
  const all = people.map((_, i) => i);
  const add = (name: string, sam: string, description: string, type: number, members: readonly number[], more: { readonly mail?: string; readonly nested?: readonly string[] } = {}): void => {
    if (groups.length >= count) return;
    groups.push({ guid: luck.uuid(), rid: rid + groups.length, dn: `CN=${escapeRdn(name)},${GROUPS_DN}`, name, sam, description, type, mail: more.mail ?? null, people: members, nested: more.nested ?? [] });
  };
  const some = (share: number): number[] => all.filter(() => luck.happens(share));
  const byName = (name: string): string[] => groups.filter((g) => g.name === name).map((g) => g.dn);

  add('All Staff', 'AllStaff', 'Everybody', GROUP_TYPE.globalSecurity, all);
  for (const { name } of DEPARTMENTS) add(name, `GG-${name.replaceAll(/[^A-Za-z]/g, '')}`, `Everybody of ${name}`, GROUP_TYPE.globalSecurity, all.filter((i) => people[i]?.department === name));
  for (const [k, country] of COUNTRIES.entries()) {
    const inside = byName(DEPARTMENTS[k % DEPARTMENTS.length]?.name ?? '');
    add(`Share ${country.name}`, `LG-Share-${country.code}`, `May read the share of ${country.city}`, GROUP_TYPE.domainLocalSecurity, all.filter((i) => people[i]?.country === country && i % 3 === 0), { nested: inside });
  }
  for (const { name } of DEPARTMENTS) {
    const sam = `News${name.replaceAll(/[^A-Za-z]/g, '')}`;
    add(`Newsletter ${name}`, sam, `Mailing list of ${name}`, GROUP_TYPE.universalDistribution, all.filter((i) => people[i]?.department === name && people[i]?.mail !== null && luck.happens(0.5)), { mail: `${sam.toLowerCase()}@example.com` });
  }
  for (let i = 0; groups.length < count; i++) {
    const project = `${PROJECTS[i % PROJECTS.length] ?? 'Zulu'}${i < PROJECTS.length ? '' : ` ${Math.floor(i / PROJECTS.length) + 1}`}`;
    const sam = `UG-${project.replaceAll(' ', '')}`;
    const members = some(Math.min(0.08, 40 / people.length));
    const previous = groups.at(-1);
    // Every third project group holds the one before it; every fourth has an address.
    const nested = i % 3 === 2 && previous ? [previous.dn] : [];
    add(`Project ${project}`, sam, i % 5 === 4 ? '' : `Members of project ${project}`, GROUP_TYPE.universalSecurity, members, { nested, ...(i % 4 === 3 ? { mail: `${sam.toLowerCase()}@example.com` } : {}) });
  }
  return groups;
}
