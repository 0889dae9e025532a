import { writeLdif, type LdifEntry } from '../../../electron/simulator/demo/ldif.ts';
import type { SimulatorSeed } from '../../../electron/simulator/index.ts';
import { entry, TYPE } from '../app/works.ts';
import { INITIAL, type Source } from '../main-job/tenant-seed.ts';

const ROOT = 'DC=corp,DC=example,DC=com';
/** Every such unit has a leader and a group member of the unit before it. */
export const LINKED_EACH = 4;
/** Of each unit so many people have an account already, with other values. */
const KNOWN = 4;
const FIRST_NUMBER = 1_000;
const TENANT = { id: 'ca05e0a1-51f0-4c1d-9a7e-0000000000bb', displayName: 'Corp Example', domains: [{ name: INITIAL, isInitial: true }, { name: 'example.com', isDefault: true }, { name: 'corp.example.com' }] };

/** A company of units of the same size: people, a manager each, and groups. */
export interface Company {
  readonly ldif: string;
  readonly sources: readonly Source[];
  /** What the tenant holds before. */
  readonly seed: SimulatorSeed;
  /** DN of the container of each unit. */
  readonly units: readonly string[];
}

const two = (n: number): string => String(n).padStart(2, '0');
const guidOf = (n: number): string => `0b1ec700-0000-4000-8000-${String(n).padStart(12, '0')}`;

/**
 * Makes one. In each unit the first person leads the others; group `all` holds everybody, `half` the first half, and `both` holds both groups. In every
 * fourth unit the leader is led by the one of the unit before, who is also in `both`: what units have of each other must be joined whichever comes first.
 */
export function company(size: { readonly units: number; readonly people: number }): Company {
  const sources: Source[] = [];
  const units = Array.from({ length: size.units }, (_, u) => `OU=Unit ${two(u)},${ROOT}`);
  const users: NonNullable<SimulatorSeed['users']>[number][] = [];
  for (const [u, unit] of units.entries()) {
    const leaderBefore = u % LINKED_EACH === 0 ? `u${two((u + size.units - 1) % size.units)}p00` : null;
    const names = Array.from({ length: size.people }, (_, p) => `u${two(u)}p${two(p)}`);
    const [leader = ''] = names;
    const add = (key: string, kind: 'user' | 'group', attributes: Source['attributes'], more: Partial<Source> = {}): void => {
      sources.push({ key, kind, cn: key, dn: `CN=${key},${unit}`, guid: guidOf(FIRST_NUMBER + sources.length), attributes, manager: null, members: [], collected: true, keptOut: '', ...more });
    };
    for (const [p, key] of names.entries()) {
      add(key, 'user', {
        displayName: [`Person ${p} of unit ${u}`], givenName: [`Given ${p}`], sn: [`Unit ${u}`], sAMAccountName: [key], userPrincipalName: [`${key}@corp.example.com`], userAccountControl: [p % 9 === 8 ? '514' : '512'], title: [`Title ${p % 5}`], department: [`Unit ${u}`], c: ['DE'],
      }, { manager: p === 0 ? leaderBefore : leader });
      if (p > 0 && p <= KNOWN) users.push({ id: `5eed0001-0000-4000-8000-${String(u * 100 + p).padStart(12, '0')}`, properties: { accountEnabled: true, userType: 'Member', createdDateTime: '2025-02-03T04:05:06Z', displayName: `Person ${p} of unit ${u}`, mailNickname: key, userPrincipalName: `${key}@corp.example.com`, jobTitle: 'Former title', city: 'Oslo' } });
    }
    for (const [name, members] of [['all', names], ['half', names.slice(0, size.people / 2)], ['both', [`u${two(u)}all`, `u${two(u)}half`, ...(leaderBefore === null ? [] : [leaderBefore])]]] as const) {
      const key = `u${two(u)}${name}`;
      add(key, 'group', { displayName: [`Group ${name} of unit ${u}`], sAMAccountName: [key], groupType: [TYPE.globalSecurity], description: [`Made for ${name}`] }, { members: [...members] });
    }
  }
  const dns = new Map(sources.map((source) => [source.key, source.dn]));
  const linked = (keys: readonly string[]): string[] => keys.flatMap((key) => dns.get(key) ?? []);
  const containers = [entry(ROOT, ['domain', 'domainDNS'], 1, { dc: 'corp', name: 'corp' }), ...units.map((dn, u) => entry(dn, ['organizationalUnit'], 100 + u, { ou: `Unit ${two(u)}`, name: `Unit ${two(u)}` }))];
  const entries = sources.map((source, n): LdifEntry => entry(source.dn, source.kind === 'user' ? ['person', 'organizationalPerson', 'user'] : ['group'], FIRST_NUMBER + n, {
    cn: source.cn, name: source.cn, ...source.attributes,
    ...(source.manager === null ? {} : { manager: linked([source.manager]) }), ...(source.members.length === 0 ? {} : { member: linked(source.members) }),
  }));
  return { ldif: writeLdif([...containers, ...entries]), sources, units, seed: { tenant: TENANT, users } };
}
